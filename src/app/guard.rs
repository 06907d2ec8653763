//! Who may see a page. Both guards read the one session signal; while it is restoring neither the
//! page nor the login form is shown, so that nothing flashes.

use crate::{
    components::{Alert, Skeleton, Tone},
    i18n::Msg,
    routes,
    session::Session,
    state::AppState,
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};

/// The session without its contents, so that a guard redraws only when it has to.
#[derive(Clone, Copy, PartialEq)]
enum Presence {
    Restoring,
    SignedOut,
    SignedIn,
}

fn presence() -> Memo<Presence> {
    let session = AppState::get().session;
    Memo::new(move |_| {
        session.with(|session| match session {
            Session::Restoring => Presence::Restoring,
            Session::SignedOut => Presence::SignedOut,
            Session::SignedIn(_) => Presence::SignedIn,
        })
    })
}

fn replace() -> NavigateOptions {
    NavigateOptions { replace: true, ..Default::default() }
}

/// A page for signed-in people. Others go to the login page, which brings them back.
pub fn signed_in_only(page: impl Fn() -> AnyView + Send + Sync + 'static) -> impl IntoView {
    let presence = presence();
    let navigate = use_navigate();
    let location = use_location();
    Effect::new(move |_| {
        if presence.get() == Presence::SignedOut {
            let (path, query) = (location.pathname.get_untracked(), location.search.get_untracked());
            let wanted = if query.is_empty() { path } else { format!("{path}?{query}") };
            navigate(&routes::login_then(&wanted), replace());
        }
    });
    move || match presence.get() {
        Presence::SignedIn => page(),
        Presence::SignedOut | Presence::Restoring => view! { <Waiting /> }.into_any(),
    }
}

/// A page for signed-out people. Whoever is signed in, or becomes so here, goes to the page that was
/// asked for.
pub fn signed_out_only(page: impl Fn() -> AnyView + Send + Sync + 'static) -> impl IntoView {
    let presence = presence();
    let navigate = use_navigate();
    let query = use_query_map();
    Effect::new(move |_| {
        if presence.get() == Presence::SignedIn {
            let next = query.with_untracked(|query| query.get(routes::NEXT));
            navigate(&routes::after_login(next.as_deref()), replace());
        }
    });
    move || match presence.get() {
        Presence::SignedOut => page(),
        Presence::SignedIn | Presence::Restoring => view! { <Waiting /> }.into_any(),
    }
}

/// Stands in while the stored session is looked at; offers to try again if the code for that did not
/// load.
#[component]
fn Waiting() -> impl IntoView {
    let app = AppState::get();
    move || {
        if !app.stuck.get() {
            return view! { <Skeleton /> }.into_any();
        }
        let again = move |_| {
            app.stuck.set(false);
            (app.services.restore)();
        };
        view! {
            <div class="card">
                <Alert tone=Tone::Error>
                    <p>{Msg::ChunkMissing.text()}</p>
                </Alert>
                <button type="button" class="button button--primary" on:click=again>{Msg::TryAgain.text()}</button>
            </div>
        }
            .into_any()
    }
}
