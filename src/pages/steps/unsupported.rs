//! A sign-in step that this version does not know: says so, and leads back.

use super::StepPage;
use crate::{cognito::sign_in::Input, i18n::Msg, pages::login::SignIn};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Unsupported() -> impl IntoView {
    let sign_in = SignIn::get();
    view! {
        <StepPage title=Msg::UNSUPPORTED_TITLE lead=Msg::UNSUPPORTED_LEAD.fill(&[&sign_in.unsupported()])>
            <button type="button" class="button" on:click=move |_| sign_in.send(Input::StartOver)>
                {Msg::START_OVER.text()}
            </button>
        </StepPage>
    }
}
