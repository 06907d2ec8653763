//! Signs out, then says so.

use crate::{
    components::{Alert, Page, Retry, Tone, effect, live},
    i18n::Msg,
    routes::{self, History},
    session::{Presence, SignOut as How, SignedOut},
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// The page. Opening it signs out; whoever is signed out already just reads that they are.
#[component]
pub fn SignOut() -> impl IntoView {
    let app = AppState::get();
    let title = RwSignal::new(String::new());
    let failed = RwSignal::new(false);
    let outcome = RwSignal::new(None::<(Tone, Msg)>);
    let name = RwSignal::new(app.name.get_value().map(|name| name.as_str().to_owned()));
    // What was chosen counts once: the address alone signs out here only.
    let how = app.sign_out.try_update_value(|how| std::mem::replace(how, How::ThisSession));
    let how = how.unwrap_or(How::ThisSession);
    let signed_out = move || app.presence.get() == Presence::SignedOut;
    let sign_out = move || {
        if app.presence.get_untracked() == Presence::SignedOut {
            return;
        }
        failed.set(false);
        spawn_local(async move {
            match (app.services.account)().await {
                Ok(account) => {
                    let said = match account.sign_out(how).await {
                        SignedOut::Done if how == How::Everywhere => (Tone::Success, Msg::SIGNED_OUT_EVERYWHERE),
                        SignedOut::Done => return,
                        SignedOut::Leave(url) => return (app.services.leave)(&url, History::Replace),
                        SignedOut::NotAtPool => (Tone::Info, Msg::SIGNED_OUT_NOT_AT_POOL),
                        SignedOut::Later => (Tone::Info, Msg::SIGNED_OUT_LATER),
                    };
                    // The person may have gone elsewhere by now.
                    let _ = outcome.try_set(Some(said));
                }
                Err(_) => drop(failed.try_set(true)),
            }
        });
    };
    let forget = move || {
        spawn_local(async move {
            match (app.services.account)().await {
                Ok(account) => {
                    account.forget_name();
                    drop(name.try_set(Some(String::new())));
                }
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
                            {outcome
                                .get()
                                .map(|(tone, text)| view! { <Alert tone=tone><p>{text.text()}</p></Alert> })}
                            <p class="aside" role="status">
                                {live(move || match name.get() {
                                    Some(name) if name.is_empty() => Msg::NAME_FORGOTTEN.text().into_any(),
                                    Some(name) => {
                                        view! {
                                            {Msg::NAME_KEPT.fill(&[&name])}
                                            " "
                                            <button type="button" class="link" on:click=move |_| forget()>
                                                {Msg::FORGET_NAME.text()}
                                            </button>
                                        }
                                            .into_any()
                                    }
                                    None => ().into_any(),
                                })}
                            </p>
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
