//! A path that is not ours.

use crate::{components::Page, i18n::Msg, routes};
use leptos::prelude::*;

/// The page.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Page
            title=Msg::NotFoundTitle
            lead=Msg::NotFoundLead.text()
        >
            <p class="actions"><a class="button button--primary" href=routes::HOME>{Msg::ToHome.text()}</a></p>
        </Page>
    }
}
