//! The address bar, the history and the links, kept by Leptos' router; which page belongs to a path is
//! decided by the app.

use crate::routes::History;
use leptos::prelude::*;
use leptos_router::location::{BrowserUrl, LocationChange, LocationProvider};
use std::cell::RefCell;

thread_local! {
    static ROUTER: RefCell<Option<BrowserUrl>> = const { RefCell::new(None) };
}

/// Calls back with path and query now and whenever they change: by a link of this app, by "back" and
/// "forward", by [`go`].
pub fn follow_navigation(arrive: impl Fn(&str, &str) + 'static) {
    // Fails only where there is no address bar.
    let Ok(router) = BrowserUrl::new() else { return };
    router.init(None);
    let url = router.as_url().clone();
    ROUTER.set(Some(router.clone()));
    Effect::new(move |_| {
        url.with(|url| arrive(url.path(), url.search()));
        router.ready_to_complete();
    });
}

/// Goes to a path of this app.
pub fn go(path: &str, history: History) {
    let Some(router) = ROUTER.with_borrow(Clone::clone) else { return };
    let Ok(url) = BrowserUrl::parse(path) else { return };
    router.as_url().set(url);
    router.complete_navigation(&LocationChange {
        value: path.to_owned(),
        replace: history == History::Replace,
        ..Default::default()
    });
}
