//! Puts the rooms together: frame, routes, guards, and what is loaded when.

mod brand;
mod guard;
mod lazy;
mod own;
#[cfg(feature = "ssr")]
mod prerender;
mod sheet;
#[cfg(target_arch = "wasm32")]
mod start;

pub use own::{OwnPage, Who};
#[cfg(feature = "ssr")]
pub use prerender::prerender;
#[cfg(target_arch = "wasm32")]
pub use start::{start, start_with};

use crate::{
    cognito::sign_in::Asks,
    components::{Arrived, Live, SiteName, live},
    i18n::Msg,
    pages::login::{Screen, login},
    routes::{self, Place},
    session::Presence,
    state::AppState,
};
use guard::{signed_in_only, signed_out_only};
use lazy::{chunks, lazy_extra, lazy_page};
use leptos::prelude::*;

/// The whole app.
#[component]
pub fn App(
    /// What every page can reach.
    state: AppState,
    /// Pages of others, before ours.
    #[prop(optional)]
    own: &'static [OwnPage],
) -> impl IntoView {
    provide_context(state);
    provide_context(SiteName(StoredValue::new(state.config.with_value(|config| config.name.clone()))));
    provide_context(Arrived::default());
    view! {
        {header()}
        <main class="main" id="main" tabindex="-1">{place(own)}</main>
        {live(move || state.warning.with(Option::is_some).then(|| lazy_extra(chunks::WARNING)))}
        <footer class="footer">
            {state.footer.with_value(|links| links.as_ref().map(|draw| draw()))}
            <p>{Msg::FOOTER.text()}</p>
            // The list is loaded when it is opened for the first time.
            <details open=state.choosing_language.get_untracked()>
                <summary id="language" class="link" on:click=move |_| state.choosing_language.set(true)>
                    {Msg::LANGUAGE.text()}
                </summary>
                {live(move || state.choosing_language.get().then(|| lazy_extra(chunks::LANGUAGES)))}
            </details>
        </footer>
    }
}

/// The page at the current path.
///
/// This match is the whole of routing. Leptos' router keeps the address bar, the history and the
/// links (`browser::navigation`); its route components would compile every page's type into the
/// first download.
fn place(own: &'static [OwnPage]) -> Live {
    let AppState { path, misconfigured, .. } = AppState::get();
    live(move || {
        let (page, place) = path.with(|path| (own::find(own, path), Place::of(path)));
        match (page, misconfigured.get()) {
            (_, true) => lazy_page(chunks::MISCONFIGURED),
            (Some(page), _) => match page.who {
                Who::Everybody => (page.draw)(),
                Who::SignedIn => signed_in_only(page.draw).into_any(),
                Who::SignedOut => signed_out_only(page.draw).into_any(),
            },
            (None, _) => ours(place),
        }
    })
}

/// One of our own pages.
fn ours(place: Option<Place>) -> AnyView {
    match place {
        Some(Place::Home) => lazy_page(chunks::HOME),
        Some(Place::SignUp) => signed_out_only(|| lazy_page(chunks::SIGN_UP)).into_any(),
        Some(Place::Login) => signed_out_only(|| login(other_step).into_any()).into_any(),
        Some(Place::Verify) => signed_out_only(|| lazy_page(chunks::VERIFY)).into_any(),
        Some(Place::ForgotPassword) => signed_out_only(|| lazy_page(chunks::FORGOT_PASSWORD)).into_any(),
        Some(Place::Callback) => lazy_page(chunks::CALLBACK),
        Some(Place::SignOut) => lazy_page(chunks::SIGN_OUT),
        Some(Place::Authenticated) => signed_in_only(|| lazy_page(chunks::AUTHENTICATED)).into_any(),
        Some(Place::AwsAccess) => lazy_page(chunks::AWS_ACCESS),
        Some(Place::Account) => signed_in_only(|| lazy_page(chunks::ACCOUNT)).into_any(),
        Some(Place::ProtectedApi) => signed_in_only(|| lazy_page(chunks::PROTECTED_API)).into_any(),
        None => lazy_page(chunks::NOT_FOUND),
    }
}

/// The forms of a sign-in beyond name and password.
fn other_step(screen: Screen) -> AnyView {
    lazy_page(match screen {
        Screen::Ways => return lazy_extra(chunks::WAYS),
        Screen::Problem => chunks::PROBLEM,
        Screen::Step(Asks::NewPassword) => chunks::NEW_PASSWORD,
        Screen::Step(Asks::SetUpMfa | Asks::ScanTotp) => chunks::SET_UP,
        Screen::Step(Asks::Unsupported) | Screen::Credentials => chunks::UNSUPPORTED,
        Screen::Step(_) => chunks::STEP,
    })
}

/// The bar at the top: the site's name, and where one can go from here.
fn header() -> impl IntoView {
    let app = AppState::get();
    view! {
        <header class="header">
            // The browser follows it, not the app: that moves focus too. In the landmark, because it is not the first link of
            // the page: those of web/boot.js are before it, hidden.
            <a class="skip" href="#main" rel="external">{Msg::SKIP_TO_CONTENT.text()}</a>
            <a class="brand" href=routes::HOME>
                <span class="brand__mark" aria-hidden="true"></span>
                {app.config.with_value(|config| config.name.clone())}
            </a>
            <nav class="nav" aria-label=Msg::NAVIGATION.text()>
                {live(move || match app.presence.get() {
                    Presence::Restoring => ().into_any(),
                    Presence::SignedOut => {
                        view! {
                            <a class="nav__link" href=routes::LOGIN>{Msg::SIGN_IN_LINK.text()}</a>
                            <a class="nav__link nav__link--strong nav__link--spare" href=routes::SIGN_UP>{Msg::CREATE_ACCOUNT_LINK.text()}</a>
                        }
                            .into_any()
                    }
                    Presence::SignedIn => {
                        view! {
                            <a class="nav__link nav__link--spare" href=routes::AUTHENTICATED>{Msg::YOUR_PAGE.text()}</a>
                            <a class="nav__link" href=routes::ACCOUNT>{Msg::ACCOUNT.text()}</a>
                            <button type="button" class="nav__link" on:click=move |_| app.go(routes::SIGN_OUT)>
                                {Msg::SIGN_OUT.text()}
                            </button>
                        }
                            .into_any()
                    }
                })}
            </nav>
        </header>
    }
}
