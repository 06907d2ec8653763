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
            title=Msg::HOME_TITLE
            lead=Msg::HOME_LEAD.text()
        >
            {live(move || match name() {
                Some(name) => {
                    view! {
                        <p>{Msg::HOME_SIGNED_IN.fill(&[&name])}</p>
                        <p class="actions">
                            <a class="button button--primary" href=routes::AUTHENTICATED>{Msg::HOME_OPEN_YOUR_PAGE.text()}</a>
                        </p>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <p class="actions">
                            <a class="button button--primary" href=routes::SIGN_UP>{Msg::CREATE_ACCOUNT_LINK.text()}</a>
                            <a class="button" href=routes::LOGIN>{Msg::HOME_HAVE_ACCOUNT.text()}</a>
                        </p>
                    }
                        .into_any()
                }
            })}
        </Page>
    }
}
