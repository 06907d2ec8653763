//! Puts the rooms together: frame, routes, guards, and what is loaded when.

mod guard;
mod lazy;
#[cfg(feature = "ssr")]
mod prerender;
#[cfg(target_arch = "wasm32")]
mod start;

#[cfg(feature = "ssr")]
pub use prerender::prerender;
#[cfg(target_arch = "wasm32")]
pub use start::start;

use crate::{
    components::{Arrived, SiteName},
    i18n::Msg,
    pages::{login::Login, sign_up::SignUp},
    routes,
    session::Session,
    state::AppState,
};
use guard::{signed_in_only, signed_out_only};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    components::{FlatRoutes, Route, Router},
    hooks::use_navigate,
};
use lazy::{LazyPage, chunks};

/// The whole app.
#[component]
pub fn App(
    /// What every page can reach.
    state: AppState,
) -> impl IntoView {
    provide_context(state);
    provide_context(Arrived::default());
    provide_context(SiteName(StoredValue::new(state.config.with_value(|config| config.name.clone()))));
    let fallback = || view! { <LazyPage chunk=chunks::not_found /> };
    view! {
        <Router>
            <a class="skip" href="#main">{Msg::SkipToContent.text()}</a>
            <Header />
            <main class="main" id="main" tabindex="-1">
                <FlatRoutes fallback=fallback>
                    <Route path=routes::home() view=|| view! { <LazyPage chunk=chunks::home /> } />
                    <Route path=routes::sign_up() view=|| signed_out_only(|| view! { <SignUp /> }.into_any()) />
                    <Route path=routes::login() view=|| signed_out_only(|| view! { <Login /> }.into_any()) />
                    <Route
                        path=routes::verify()
                        view=|| signed_out_only(|| view! { <LazyPage chunk=chunks::verify /> }.into_any())
                    />
                    <Route
                        path=routes::forgot_password()
                        view=|| signed_out_only(|| view! { <LazyPage chunk=chunks::forgot_password /> }.into_any())
                    />
                    <Route path=routes::sign_out() view=|| view! { <LazyPage chunk=chunks::sign_out /> } />
                    <Route
                        path=routes::authenticated()
                        view=|| signed_in_only(|| view! { <LazyPage chunk=chunks::authenticated /> }.into_any())
                    />
                </FlatRoutes>
            </main>
            <footer class="footer"><p>{Msg::Footer.text()}</p></footer>
        </Router>
    }
}

/// The bar at the top: the site's name, and where one can go from here.
#[component]
fn Header() -> impl IntoView {
    let app = AppState::get();
    let navigate = use_navigate();
    let screen = Memo::new(move |_| {
        app.session.with(|session| match session {
            Session::Restoring => None,
            Session::SignedOut => Some(false),
            Session::SignedIn(_) => Some(true),
        })
    });
    let sign_out = Callback::new(move |()| navigate(routes::SIGN_OUT, NavigateOptions::default()));
    view! {
        <header class="header">
            <a class="brand" href=routes::HOME>
                <span class="brand__mark" aria-hidden="true"></span>
                {app.config.with_value(|config| config.name.clone())}
            </a>
            <nav class="nav" aria-label=Msg::Navigation.text()>
                {move || match screen.get() {
                    None => ().into_any(),
                    Some(false) => {
                        view! {
                            <a class="nav__link" href=routes::LOGIN>{Msg::SignInLink.text()}</a>
                            <a class="nav__link nav__link--strong" href=routes::SIGN_UP>{Msg::CreateAccountLink.text()}</a>
                        }
                            .into_any()
                    }
                    Some(true) => {
                        view! {
                            <a class="nav__link" href=routes::AUTHENTICATED>{Msg::YourPage.text()}</a>
                            <button type="button" class="nav__link" on:click=move |_| sign_out.run(())>
                                {Msg::SignOut.text()}
                            </button>
                        }
                            .into_any()
                    }
                }}
            </nav>
        </header>
    }
}
