//! Signs out, then says so.

use crate::{
    components::Page,
    i18n::Msg,
    routes,
    session::Session,
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// The page. Opening it signs out; whoever is signed out already just reads that they are.
#[component]
pub fn SignOut() -> impl IntoView {
    let app = AppState::get();
    Effect::new(move |_| {
        if app.session.with_untracked(|session| *session == Session::SignedOut) {
            return;
        }
        spawn_local(async move {
            match (app.services.account)().await {
                Ok(account) => account.sign_out().await,
                Err(_) => app.stuck.set(true),
            }
        });
    });
    let signed_out = move || app.session.with(|session| *session == Session::SignedOut);
    let title = Signal::derive(move || {
        if signed_out() { Msg::SignedOutTitle.text() } else { Msg::SigningOut.text() }.to_owned()
    });
    view! {
        <Page title=title>
            {move || {
                signed_out()
                    .then(|| {
                        view! {
                            <p class="card__lead">{Msg::SignedOutLead.text()}</p>
                            <p class="actions">
                                <a class="button button--primary" href=routes::LOGIN>{Msg::SignInAgain.text()}</a>
                                <a class="button" href=routes::HOME>{Msg::Home.text()}</a>
                            </p>
                        }
                    })
            }}
        </Page>
    }
}
