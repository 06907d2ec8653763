//! What a visitor sees first.

use crate::{
    components::{Page, live},
    i18n::Msg,
    routes,
    session::Session,
    state::AppState,
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Home() -> impl IntoView {
    let app = AppState::get();
    let name = move || {
        app.session.with(|session| match session {
            Session::SignedIn(user) => Some(user.profile.display_name().unwrap_or(user.username.as_str()).to_owned()),
            Session::Restoring | Session::SignedOut => None,
        })
    };
    view! {
        <Page
            title=Msg::HomeTitle
            lead=Msg::HomeLead.text()
        >
            {live(move || match name() {
                Some(name) => {
                    view! {
                        <p>{Msg::HomeSignedIn.fill(&[&name])}</p>
                        <p class="actions">
                            <a class="button button--primary" href=routes::AUTHENTICATED>{Msg::HomeOpenYourPage.text()}</a>
                        </p>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <p class="actions">
                            <a class="button button--primary" href=routes::SIGN_UP>{Msg::CreateAccountLink.text()}</a>
                            <a class="button" href=routes::LOGIN>{Msg::HomeHaveAccount.text()}</a>
                        </p>
                    }
                        .into_any()
                }
            })}
        </Page>
    }
}
