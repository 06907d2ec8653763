//! Pages that are loaded when they are opened. Each is a chunk of the wasm of its own; a chunk that
//! cannot be fetched shows "try again" in its place.

use crate::{
    cognito::error::Fault,
    components::{Alert, Skeleton, Tone},
    i18n::Msg,
};
use leptos::{
    prelude::*,
    reactive::computed::ScopedFuture,
    task::spawn_local,
    wasm_split::SplitLoaderError,
};
use std::{
    future::Future,
    pin::{Pin, pin},
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
    use leptos::{prelude::*, wasm_split::wasm_split};

    macro_rules! chunks {
        ($($name:ident, $split:ident, $preload:ident, $page:path;)*) => {$(
            #[wasm_split($split, wasm_split_path = leptos::wasm_split, preload($preload), fallible)]
            fn $split() -> Result<AnyView, ChunkMissing> {
                Ok($page().into_any())
            }

            /// Loads the chunk and makes the page.
            pub fn $name() -> Coming {
                Box::pin($split())
            }
        )*};
    }

    chunks! {
        home, page_home, load_home, crate::pages::home::Home;
        verify, page_verify, load_verify, crate::pages::verify::Verify;
        forgot_password, page_forgot_password, load_forgot_password, crate::pages::forgot_password::ForgotPassword;
        sign_out, page_sign_out, load_sign_out, crate::pages::sign_out::SignOut;
        authenticated, page_authenticated, load_authenticated, crate::pages::authenticated::Authenticated;
        not_found, page_not_found, load_not_found, crate::pages::not_found::NotFound;
    }

    /// Loads the chunk of a path without drawing it, so that it can be drawn at once.
    #[cfg(target_arch = "wasm32")]
    pub async fn preload(path: &str) {
        use crate::routes;
        // What fails here is tried again, and said, where it is drawn.
        drop(match path.trim_end_matches('/') {
            "" => load_home().await,
            routes::VERIFY => load_verify().await,
            routes::FORGOT_PASSWORD => load_forgot_password().await,
            routes::SIGN_OUT => load_sign_out().await,
            routes::LOGIN | routes::SIGN_UP => Ok(()),
            routes::AUTHENTICATED => load_authenticated().await,
            _ => load_not_found().await,
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
#[component]
pub fn LazyPage(
    /// Loads and makes the page.
    chunk: fn() -> Coming,
) -> impl IntoView {
    let stage = RwSignal::new(Stage::Coming);
    let page = StoredValue::new_local(None::<AnyView>);
    let arrive = move |result: Result<AnyView, ChunkMissing>| match result {
        Ok(view) => {
            page.set_value(Some(view));
            stage.set(Stage::Here);
        }
        Err(ChunkMissing) => stage.set(Stage::Missing),
    };
    let load = move || {
        // The page's signals belong to this place in the tree, whenever it arrives.
        let mut coming = Box::pin(ScopedFuture::new(chunk()));
        match pin!(&mut coming).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => arrive(result),
            Poll::Pending => spawn_local(async move { arrive(coming.await) }),
        }
    };
    load();
    move || match stage.get() {
        Stage::Coming => view! { <Skeleton /> }.into_any(),
        Stage::Here => page.try_update_value(Option::take).flatten().into_any(),
        Stage::Missing => {
            let again = move |_| {
                stage.set(Stage::Coming);
                load();
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
}
