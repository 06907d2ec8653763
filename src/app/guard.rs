//! Who may see a page. Both guards read the one session signal; while it is restoring neither the
//! page nor the login form is shown, so that nothing flashes.

use crate::{
    components::{Alert, Live, Skeleton, Tone, effect, live},
    i18n::Msg,
    routes,
    session::Presence,
    state::AppState,
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

/// A page for signed-in people. Others go to the login page, which brings them back.
pub fn signed_in_only(page: fn() -> AnyView) -> Live {
    let location = use_location();
    guarded(Presence::SignedIn, page, move || {
        let (path, query) = (location.pathname.get_untracked(), location.search.get_untracked());
        routes::login_then(&if query.is_empty() { path } else { format!("{path}?{query}") })
    })
}

/// A page for signed-out people. Whoever is signed in, or becomes so here, goes to the page that was
/// asked for.
pub fn signed_out_only(page: fn() -> AnyView) -> Live {
    let query = use_location().search;
    guarded(Presence::SignedOut, page, move || {
        routes::after_login(query.with_untracked(|query| routes::next_of(query)).as_deref())
    })
}

fn guarded(wanted: Presence, page: fn() -> AnyView, elsewhere: impl Fn() -> String + 'static) -> Live {
    let presence = AppState::get().presence;
    let navigate = use_navigate();
    effect(move || {
        let now = presence.get();
        if now != wanted && now != Presence::Restoring {
            navigate(&elsewhere(), NavigateOptions { replace: true, ..Default::default() });
        }
    });
    live(move || if presence.get() == wanted { page() } else { waiting().into_any() })
}

/// Stands in while the stored session is looked at; offers to try again if the code for that did not
/// load.
fn waiting() -> Live {
    let app = AppState::get();
    live(move || {
        if !app.stuck.get() {
            return Skeleton().into_any();
        }
        let again = move || {
            app.stuck.set(false);
            (app.services.restore)();
        };
        view! { <Retry again=Callback::new(move |()| again()) /> }.into_any()
    })
}

/// Says that a part of the app did not load, and offers to try again.
#[component]
pub fn Retry(
    /// What trying again does.
    again: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="card">
            <Alert tone=Tone::Error>
                <p>{Msg::ChunkMissing.text()}</p>
            </Alert>
            <button type="button" class="button button--primary" on:click=move |_| again.run(())>
                {Msg::TryAgain.text()}
            </button>
        </div>
    }
}
