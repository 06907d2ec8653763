//! Pages that are loaded when they are opened. Each is a chunk of the wasm of its own; a chunk that
//! cannot be fetched shows "try again" in its place.

use super::guard::Retry;
use crate::{
    cognito::error::Fault,
    components::{Skeleton, live},
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

/// A page on its way.
pub type Coming = Pin<Box<dyn Future<Output = Result<AnyView, ChunkMissing>>>>;

/// The pages by name. The functions are what the wasm is split at.
pub mod chunks {
    use super::{ChunkMissing, Coming};
    use crate::pages;
    #[cfg(target_arch = "wasm32")]
    use crate::routes::Place;
    use leptos::{prelude::*, wasm_split::wasm_split};

    macro_rules! chunks {
        ($($name:ident, $split:ident, $preload:ident, $draw:expr;)*) => {$(
            #[wasm_split($split, wasm_split_path = leptos::wasm_split, preload($preload), fallible)]
            fn $split() -> Result<AnyView, ChunkMissing> {
                Ok($draw)
            }

            /// Loads the chunk and makes the page.
            pub fn $name() -> Coming {
                Box::pin($split())
            }
        )*};
    }

    chunks! {
        home, page_home, load_home, pages::home::Home().into_any();
        sign_up, page_sign_up, load_sign_up, pages::sign_up::SignUp().into_any();
        verify, page_verify, load_verify, pages::verify::Verify().into_any();
        forgot_password, page_forgot_password, load_forgot_password,
            pages::forgot_password::ForgotPassword().into_any();
        sign_out, page_sign_out, load_sign_out, pages::sign_out::SignOut().into_any();
        authenticated, page_authenticated, load_authenticated, pages::authenticated::Authenticated().into_any();
        not_found, page_not_found, load_not_found, pages::not_found::NotFound().into_any();
        new_password, page_new_password, load_new_password,
            pages::new_password::NewPassword().into_any();
        problem, page_problem, load_problem, pages::problem::SignInProblem().into_any();
        unsupported, page_unsupported, load_unsupported,
            pages::unsupported::Unsupported().into_any();
    }

    /// Loads the chunk that explains why a sign-in failed.
    #[cfg(target_arch = "wasm32")]
    pub async fn preload_problem() {
        // Tried again, and said, where it is drawn.
        drop(load_problem().await);
    }

    /// Loads the chunk of a place without drawing it, so that it can be drawn at once.
    #[cfg(target_arch = "wasm32")]
    pub async fn preload(place: Option<Place>) {
        // What fails here is tried again, and said, where it is drawn.
        drop(match place {
            Some(Place::Login) => Ok(()),
            Some(Place::Home) => load_home().await,
            Some(Place::SignUp) => load_sign_up().await,
            Some(Place::Verify) => load_verify().await,
            Some(Place::ForgotPassword) => load_forgot_password().await,
            Some(Place::SignOut) => load_sign_out().await,
            Some(Place::Authenticated) => load_authenticated().await,
            None => load_not_found().await,
        });
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
pub fn lazy_page(chunk: fn() -> Coming) -> AnyView {
    let stage = RwSignal::new(Stage::Coming);
    let page = StoredValue::new_local(None::<AnyView>);
    let arrive = move |result: Result<AnyView, ChunkMissing>| {
        // The person may have gone elsewhere in the meantime; then there is no place for the page.
        let now = match result {
            Ok(view) => {
                let _ = page.try_set_value(Some(view));
                Stage::Here
            }
            Err(ChunkMissing) => Stage::Missing,
        };
        let _ = stage.try_set(now);
    };
    let place = Owner::current().unwrap_or_default();
    let load = move || {
        // The page's signals belong to this place in the tree, whenever it arrives and whoever asks.
        let mut coming = Box::pin(place.with(|| ScopedFuture::new(chunk())));
        match coming.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => arrive(result),
            Poll::Pending => spawn_local(async move { arrive(coming.await) }),
        }
    };
    load();
    let again = Callback::new(move |()| {
        stage.set(Stage::Coming);
        load();
    });
    live(move || match stage.get() {
        Stage::Coming => Skeleton().into_any(),
        Stage::Here => page.try_update_value(Option::take).flatten().into_any(),
        Stage::Missing => view! { <Retry again=again /> }.into_any(),
    })
    .into_any()
}
