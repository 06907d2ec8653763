//! Who may see a page. Both guards read the one session signal; while it is restoring neither the
//! page nor the login form is shown, so that nothing flashes.

use crate::{
    components::{Live, Retry, Skeleton, effect, live},
    routes::{self, History},
    session::Presence,
    state::{AppState, Notice},
};
use leptos::prelude::*;

/// A page for signed-in people. Others go to the login page, which brings them back.
pub fn signed_in_only(page: fn() -> AnyView) -> Live {
    guarded(Presence::SignedIn, page, |app| {
        if app.notice.with_value(|notice| *notice == Some(Notice::AccountDeleted)) {
            // Nobody comes back to the page of somebody who is no more.
            return routes::LOGIN.to_owned();
        }
        let mut wanted = app.path.get_untracked();
        app.query.with_value(|query| {
            if !query.is_empty() {
                wanted.push('?');
                wanted.push_str(query);
            }
        });
        routes::login_then(&wanted)
    })
}

/// A page for signed-out people. Whoever is signed in, or becomes so here, goes to the page that was
/// asked for.
pub fn signed_out_only(page: fn() -> AnyView) -> Live {
    guarded(Presence::SignedOut, page, |app| routes::after_login(app.next().as_deref()))
}

fn guarded(wanted: Presence, page: fn() -> AnyView, elsewhere: fn(AppState) -> String) -> Live {
    let app = AppState::get();
    effect(move || {
        let now = app.presence.get();
        if now != wanted && now != Presence::Restoring {
            (app.services.go)(&elsewhere(app), History::Replace);
        }
    });
    live(move || if app.presence.get() == wanted { page() } else { waiting().into_any() })
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
