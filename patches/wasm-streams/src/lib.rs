//! Stands in for the crate `wasm-streams`.
//!
//! Leptos brings server functions along, and they bring `wasm-streams`. This app has no server, so
//! none of it is ever called; but the crate exports JavaScript classes, and exports are roots that no
//! optimiser may remove: 4 kB of every first download for nothing. This crate has the few names
//! that `server_fn` needs to compile. Whoever adds a server function takes the patch out of the root
//! `Cargo.toml`.

use futures_core::Stream;
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use wasm_bindgen::{JsCast, JsValue};

/// A stream that ends at once.
#[derive(Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Takes a browser's stream.
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    /// Forgets a Rust stream; nobody would read it.
    pub fn from_stream(_: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> Self {
        Self(JsValue::UNDEFINED.unchecked_into())
    }

    /// The browser's stream.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// A Rust stream of what the browser's brings.
    pub fn into_stream(self) -> Ended {
        Ended
    }
}

/// A stream without elements.
#[derive(Debug)]
pub struct Ended;

impl Stream for Ended {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(None)
    }
}
