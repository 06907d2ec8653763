//! Signs out, then says so.

use crate::{
    components::{Alert, Page, Retry, Tone, effect, live},
    i18n::Msg,
    routes::{self, History},
    session::{Presence, SignedOut},
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// The page. Opening it signs out; whoever is signed out already just reads that they are.
#[component]
pub fn SignOut() -> impl IntoView {
    let app = AppState::get();
    let title = RwSignal::new(String::new());
    let failed = RwSignal::new(false);
    let not_at_pool = RwSignal::new(false);
    let signed_out = move || app.presence.get() == Presence::SignedOut;
    let sign_out = move || {
        if app.presence.get_untracked() == Presence::SignedOut {
            return;
        }
        failed.set(false);
        spawn_local(async move {
            match (app.services.account)().await {
                Ok(account) => match account.sign_out().await {
                    SignedOut::Done => {}
                    SignedOut::Leave(url) => (app.services.leave)(&url, History::Replace),
                    // The person may have gone elsewhere by now.
                    SignedOut::NotAtPool => drop(not_at_pool.try_set(true)),
                },
                Err(_) => drop(failed.try_set(true)),
            }
        });
    };
    // Once, and not again when the presence changes: signing in elsewhere is not undone here.
    sign_out();
    effect(move || {
        title.set(if signed_out() { Msg::SIGNED_OUT_TITLE.text() } else { Msg::SIGNING_OUT.text() }.to_owned());
    });
    view! {
        <Page title=title>
            {live(move || {
                if failed.get() {
                    return view! { <Retry again=Callback::new(move |()| sign_out()) /> }.into_any();
                }
                signed_out()
                    .then(|| {
                        view! {
                            <p class="card__lead">{Msg::SIGNED_OUT_LEAD.text()}</p>
                            {not_at_pool
                                .get()
                                .then(|| {
                                    view! { <Alert tone=Tone::Info><p>{Msg::SIGNED_OUT_NOT_AT_POOL.text()}</p></Alert> }
                                })}
                            <p class="actions">
                                <a class="button button--primary" href=routes::LOGIN>{Msg::SIGN_IN_AGAIN.text()}</a>
                                <a class="button" href=routes::HOME>{Msg::HOME.text()}</a>
                            </p>
                        }
                    })
                    .into_any()
            })}
        </Page>
    }
}
