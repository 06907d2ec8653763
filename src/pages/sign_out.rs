//! Signs out, then says so.

use crate::{
    components::{Page, effect, live},
    i18n::Msg,
    routes,
    session::Presence,
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// The page. Opening it signs out; whoever is signed out already just reads that they are.
#[component]
pub fn SignOut() -> impl IntoView {
    let app = AppState::get();
    effect(move || {
        if app.presence.get_untracked() == Presence::SignedOut {
            return;
        }
        spawn_local(async move {
            match (app.services.account)().await {
                Ok(account) => account.sign_out().await,
                Err(_) => app.stuck.set(true),
            }
        });
    });
    let signed_out = move || app.presence.get() == Presence::SignedOut;
    let title = RwSignal::new(String::new());
    effect(move || {
        title.set(if signed_out() { Msg::SIGNED_OUT_TITLE.text() } else { Msg::SIGNING_OUT.text() }.to_owned());
    });
    view! {
        <Page title=title>
            {live(move || {
                signed_out()
                    .then(|| {
                        view! {
                            <p class="card__lead">{Msg::SIGNED_OUT_LEAD.text()}</p>
                            <p class="actions">
                                <a class="button button--primary" href=routes::LOGIN>{Msg::SIGN_IN_AGAIN.text()}</a>
                                <a class="button" href=routes::HOME>{Msg::HOME.text()}</a>
                            </p>
                        }
                    })
            })}
        </Page>
    }
}
