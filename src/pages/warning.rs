//! Warns that the session is about to end, on every page.

use crate::{
    components::{Countdown, live},
    i18n::Msg,
    routes,
    session::limits::Limit,
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// The warning. Takes no focus, so that nobody's typing goes astray; it is announced, and any activity answers it as well
/// where it is about doing nothing.
#[component]
pub fn Warning() -> impl IntoView {
    let app = AppState::get();
    let warning = move || app.warning.try_get().flatten();
    let idle = move || warning().is_none_or(|warning| warning.limit == Limit::Idle);
    let dismiss = move |_| {
        spawn_local(async move {
            // Whoever is warned is signed in, so it is loaded.
            if let Ok(account) = (app.services.account)().await {
                account.dismiss_warning();
            }
        });
    };
    let left = move || warning().map_or(0, |warning| warning.ends_at.saturating_sub((app.services.now)()));
    view! {
        <section class="warning" role="alertdialog" aria-labelledby="warning-title" aria-describedby="warning-text">
            <h2 class="warning__title" id="warning-title">
                {live(move || if idle() { Msg::LIMIT_IDLE_TITLE } else { Msg::LIMIT_TOTAL_TITLE }.text())}
            </h2>
            <p id="warning-text" role="alert">{live(move || if idle() { Msg::LIMIT_IDLE } else { Msg::LIMIT_TOTAL }.text())}</p>
            <Countdown left=Box::new(left) tick=app.services.every_second on_end=Callback::new(|()| {}) />
            <p class="actions">
                <button type="button" class="button button--primary" on:click=dismiss>
                    {live(move || if idle() { Msg::STAY_SIGNED_IN } else { Msg::UNDERSTOOD }.text())}
                </button>
                <button type="button" class="button" on:click=move |_| app.go(routes::SIGN_OUT)>
                    {Msg::SIGN_OUT.text()}
                </button>
            </p>
        </section>
    }
}
