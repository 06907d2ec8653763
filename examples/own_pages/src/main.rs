//! Doorward's pages in an app of others, without changing Doorward: a page is added behind the guard, the home page is
//! replaced, and `own.css` changes the looks.

use doorward::{
    app::{OwnPage, Who},
    components::{Page, live},
    routes,
    state::AppState,
};
use leptos::prelude::*;

/// The page that is added.
const ORDERS: &str = "/orders";

static PAGES: [OwnPage; 2] = [
    OwnPage { path: ORDERS, who: Who::SignedIn, draw: || Orders().into_any() },
    OwnPage { path: routes::HOME, who: Who::Everybody, draw: || Home().into_any() },
];

fn main() {
    #[cfg(target_arch = "wasm32")]
    doorward::app::start_with(&PAGES);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{} pages for a browser: `trunk serve` shows them.", PAGES.len());
}

/// For people who are signed in; others sign in first and come back.
#[component]
fn Orders() -> impl IntoView {
    let app = AppState::get();
    // Follows changes of the profile, in other tabs too.
    let name = move || app.session.with(|session| session.user().map(|user| user.display_name().to_owned()));
    view! {
        <Page title=RwSignal::new("Your orders".to_owned())>
            <p>"Nothing is on its way to " {live(name)} "."</p>
        </Page>
    }
}

/// In the place of Doorward's own.
#[component]
fn Home() -> impl IntoView {
    view! {
        <Page title=RwSignal::new("Fresh bread, every morning".to_owned())>
            <p class="actions">
                <a class="button button--primary" href=ORDERS>"Your orders"</a>
            </p>
        </Page>
    }
}
