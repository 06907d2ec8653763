//! Pages that are loaded when they are opened. Each is a chunk of the wasm of its own; a chunk that
//! cannot be fetched shows "try again" in its place.

use super::sheet::dress;
#[cfg(target_arch = "wasm32")]
use super::start::{providers, settings, speak};
use crate::{
    cognito::error::Fault,
    components::{Retry, Skeleton, live},
    state::{AppState, SettingsHandle},
};
use leptos::{prelude::*, reactive::computed::ScopedFuture, task::spawn_local, wasm_split::SplitLoaderError};
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// The chunk could not be loaded.
#[derive(Debug, Clone, Copy)]
pub struct ChunkMissing;

impl From<SplitLoaderError> for ChunkMissing {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

impl From<ChunkMissing> for Fault {
    fn from(_: ChunkMissing) -> Self {
        Self::ChunkMissing
    }
}

/// A function that the wasm is split at: whoever awaits it waits for its chunk. Without the feature `split`, for those who build
/// with Trunk alone, it is part of the one module.
macro_rules! lazily {
    (
        $split:ident, $(preload($preload:ident),)?
        $(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $output:ty $body:block
    ) => {
        $(#[$doc])*
        #[cfg(feature = "split")]
        #[leptos::wasm_split::wasm_split($split, wasm_split_path = leptos::wasm_split, $(preload($preload),)? fallible)]
        fn $name($($argument: $type),*) -> $output $body

        $(#[$doc])*
        #[cfg(not(feature = "split"))]
        async fn $name($($argument: $type),*) -> $output $body

        $(
            #[cfg(not(feature = "split"))]
            async fn $preload() -> Result<(), ChunkMissing> {
                Ok(())
            }
        )?
    };
}
#[cfg(target_arch = "wasm32")]
pub(super) use lazily;

/// A page that may still have to be loaded. Loading and drawing are apart, because whoever asked may be
/// gone when the chunk is here, and then there is no place to draw it.
#[derive(Clone, Copy)]
pub struct Chunk {
    load: fn() -> Coming<()>,
    /// Ready at once when the chunk is loaded.
    draw: fn() -> Coming<AnyView>,
}

type Coming<T> = Pin<Box<dyn Future<Output = Result<T, ChunkMissing>>>>;

/// The pages by name. The functions are what the wasm is split at.
pub mod chunks {
    use super::{Chunk, ChunkMissing, configured, lazy_page, providers, settings, speak};
    use crate::app::{guard::signed_in_only, other_step, sheet::dressed};
    #[cfg(target_arch = "wasm32")]
    use crate::routes::Place;
    use crate::{
        pages::{self, config_problem::ConfigFacts},
        routes::AccountPlace,
        state::{AppState, SettingsHandle},
    };
    use leptos::prelude::*;

    macro_rules! chunks {
        ($($name:ident, $split:ident, $preload:ident, $draw:expr;)*) => {$(
            lazily! {
                $split, preload($preload),
                fn $split() -> Result<AnyView, ChunkMissing> {
                    Ok($draw)
                }
            }

            /// Loads the chunk and makes the page.
            pub const $name: Chunk = Chunk {
                load: || Box::pin(async { $preload().await.map_err(ChunkMissing::from) }),
                draw: || Box::pin($split()),
            };
        )*};
    }

    /// What is wrong with the settings.
    fn misconfigured() -> AnyView {
        let problem = settings(AppState::get()).err();
        problem.map(|problem| view! { <ConfigFacts problem=problem /> }).into_any()
    }

    /// AWS credentials: of people who are signed in, unless there are guests.
    fn aws_access() -> AnyView {
        let page = || pages::aws_access::AwsAccess().into_any();
        if SettingsHandle::with(|settings| settings.guests) { page() } else { signed_in_only(page).into_any() }
    }

    fn languages() -> AnyView {
        view! { <pages::languages::Languages speak=speak /> }.into_any()
    }

    /// The account centre: each section, and the question for a fresh sign-in, comes when it is needed.
    fn account() -> AnyView {
        let section = |place| {
            lazy_page(match place {
                AccountPlace::Details => DETAILS,
                AccountPlace::Contact => CONTACT,
                AccountPlace::Password => PASSWORD,
                AccountPlace::Factors => FACTORS,
                AccountPlace::Passkeys => PASSKEYS,
                AccountPlace::Devices => DEVICES,
                AccountPlace::Sessions => SESSIONS,
                AccountPlace::Data => DATA,
            })
        };
        pages::account::account(section, || lazy_page(STEP_UP))
    }

    /// The other ways to sign in. Does without the settings, which would double what the sign-in page loads.
    fn ways() -> AnyView {
        view! { <pages::ways::Ways providers=providers(AppState::get()) /> }.into_any()
    }

    chunks! {
        HOME, page_home, load_home, configured(|| pages::home::Home().into_any());
        SIGN_UP, page_sign_up, load_sign_up, configured(|| pages::sign_up::SignUp().into_any());
        VERIFY, page_verify, load_verify, configured(|| pages::verify::Verify().into_any());
        FORGOT_PASSWORD, page_forgot_password, load_forgot_password,
            configured(|| pages::forgot_password::ForgotPassword().into_any());
        CALLBACK, page_callback, load_callback, configured(|| pages::callback::Callback().into_any());
        SIGN_OUT, page_sign_out, load_sign_out, dressed(|| pages::sign_out::SignOut().into_any());
        AUTHENTICATED, page_authenticated, load_authenticated,
            configured(|| pages::authenticated::Authenticated().into_any());
        AWS_ACCESS, page_aws_access, load_aws_access, configured(aws_access);
        PROTECTED_API, page_protected_api, load_protected_api,
            configured(|| pages::protected_api::ProtectedApi().into_any());
        WARNING, page_warning, load_warning, dressed(|| pages::warning::Warning().into_any());
        LANGUAGES, page_languages, load_languages, dressed(languages);
        ACCOUNT, page_account, load_account_centre, configured(account);
        DETAILS, page_details, load_details, pages::account::details::Details().into_any();
        CONTACT, page_contact, load_contact, pages::account::contact::Contacts().into_any();
        PASSWORD, page_password, load_password, pages::account::password::ChangePassword().into_any();
        FACTORS, page_factors, load_factors, pages::account::factors::Factors().into_any();
        PASSKEYS, page_passkeys, load_passkeys, pages::account::passkeys::Passkeys().into_any();
        DEVICES, page_devices, load_devices, pages::account::devices::Devices().into_any();
        SESSIONS, page_sessions, load_sessions, pages::account::sessions::Sessions().into_any();
        DATA, page_data, load_data, pages::account::data::Data().into_any();
        STEP_UP, page_step_up, load_step_up, pages::account::step_up::question(other_step);
        NOT_FOUND, page_not_found, load_not_found, dressed(|| pages::not_found::NotFound().into_any());
        NEW_PASSWORD, page_new_password, load_new_password,
            configured(|| pages::steps::new_password::NewPassword().into_any());
        STEP, page_step, load_step, configured(|| pages::steps::Step().into_any());
        SET_UP, page_set_up, load_set_up, configured(|| pages::steps::set_up::SetUp().into_any());
        WAYS, page_ways, load_ways, ways();
        MISCONFIGURED, page_misconfigured, load_misconfigured, dressed(misconfigured);
        PROBLEM, page_problem, load_problem, pages::problem::SignInProblem().into_any();
        UNSUPPORTED, page_unsupported, load_unsupported,
            dressed(|| pages::steps::unsupported::Unsupported().into_any());
    }

    /// Loads the chunk that explains why a sign-in failed.
    #[cfg(target_arch = "wasm32")]
    pub async fn preload_problem() {
        // Tried again, and said, where it is drawn.
        let _ = load_problem().await;
    }

    /// Loads the chunk of a place without drawing it, so that it can be drawn at once; on the sign-in page that of the
    /// other ways, if there are any.
    #[cfg(target_arch = "wasm32")]
    pub async fn preload(place: Option<Place>, ways: bool) {
        // What fails here is tried again, and said, where it is drawn.
        let _ = match place {
            Some(Place::Login) if ways => load_ways().await,
            Some(Place::Login) => Ok(()),
            Some(Place::Home) => load_home().await,
            Some(Place::SignUp) => load_sign_up().await,
            Some(Place::Verify) => load_verify().await,
            Some(Place::ForgotPassword) => load_forgot_password().await,
            Some(Place::Callback) => load_callback().await,
            Some(Place::SignOut) => load_sign_out().await,
            Some(Place::Authenticated) => load_authenticated().await,
            Some(Place::AwsAccess) => load_aws_access().await,
            Some(Place::ProtectedApi) => load_protected_api().await,
            Some(Place::Account) => load_account_centre().await,
            None => load_not_found().await,
        };
    }
}

/// Reads the rest of the configuration.
#[cfg(not(target_arch = "wasm32"))]
fn settings(app: AppState) -> Result<crate::config::Settings, crate::config::Problem> {
    let language = app.language.get_untracked();
    app.config.with_value(|config| crate::config::Settings::read::<serde_json::Value>(config, &language))
}

/// Nobody chooses a language at build time.
#[cfg(not(target_arch = "wasm32"))]
fn speak(_: &'static str) -> crate::session::Local<'static, bool> {
    Box::pin(async { false })
}

/// Reads which providers there are.
#[cfg(not(target_arch = "wasm32"))]
fn providers(app: AppState) -> Vec<crate::config::Provider> {
    app.config.with_value(|config| config.providers::<serde_json::Value>(None))
}

/// Draws what needs the settings; if they are wrong, the whole page is about that. Not inlined and called by chunks
/// only, so that the code that reads them is in none of the first.
#[inline(never)]
fn configured(draw: fn() -> AnyView) -> AnyView {
    let app = AppState::get();
    match settings(app) {
        Ok(settings) => {
            SettingsHandle::provide(settings);
            dress();
            draw()
        }
        Err(_) => {
            app.misconfigured.set(true);
            ().into_any()
        }
    }
}

/// How far a page has come.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Coming,
    Here,
    Missing,
}

/// Draws a page that may still have to be loaded. If it is there already, it is drawn at once.
pub fn lazy_page(chunk: Chunk) -> AnyView {
    lazy(chunk, true)
}

/// Draws something that a page can be used without: nothing stands in for it while it comes.
pub fn lazy_extra(chunk: Chunk) -> AnyView {
    lazy(chunk, false)
}

fn lazy(chunk: Chunk, needed: bool) -> AnyView {
    let stage = RwSignal::new(Stage::Coming);
    let page = StoredValue::new_local(None::<AnyView>);
    let place = Owner::current().unwrap_or_default();
    let arrive = move |loaded: Result<(), ChunkMissing>| {
        // The person may have gone elsewhere in the meantime.
        if stage.is_disposed() {
            return;
        }
        // The page's signals belong to this place in the tree, whenever it arrives and whoever asks.
        let drawn = loaded
            .and_then(|()| now(&mut place.with(|| ScopedFuture::new((chunk.draw)()))).unwrap_or(Err(ChunkMissing)));
        stage.set(match drawn {
            Ok(view) => {
                page.set_value(Some(view));
                Stage::Here
            }
            Err(ChunkMissing) => Stage::Missing,
        });
    };
    let load = move || {
        let mut coming = (chunk.load)();
        match now(&mut coming) {
            Some(loaded) => arrive(loaded),
            None => {
                let arrive = arrive.clone();
                spawn_local(async move { arrive(coming.await) });
            }
        }
    };
    load();
    let again = Callback::new(move |()| {
        stage.set(Stage::Coming);
        load();
    });
    live(move || match stage.get() {
        Stage::Coming if !needed => ().into_any(),
        Stage::Coming => Skeleton().into_any(),
        Stage::Here => page.try_update_value(Option::take).flatten().into_any(),
        Stage::Missing => view! { <Retry again=again /> }.into_any(),
    })
    .into_any()
}

/// What a future has to say without waiting.
fn now<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    match Pin::new(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
