//! **Doorward**: a front door for AWS Cognito, as a single-page app in Rust and WebAssembly.
//!
//! The rooms, from the ground up, and who may call whom:
//!
//! - [`cognito`]: the protocol. Pure Rust, nothing of ours below it.
//! - [`aws`]: requests that are signed with a person's AWS credentials. Pure as well; calls `cognito`.
//! - [`session`]: who is signed in. Calls `cognito` and `aws`, and the outside world through traits.
//! - `browser`: the only room that names the browser. Implements the traits; is itself named only
//!   where the app is put together.
//! - `door`: all of that for apps with pages of their own.
//! - [`config`], [`routes`], [`i18n`]: the runtime configuration, every path, every text.
//! - [`components`]: fields, buttons, alerts. Know nothing of Cognito.
//! - [`state`]: what every page can reach.
//! - [`pages`]: one file a page; draw steps and send events.
//! - [`app`]: frame, guards, routes, and what is loaded when.
//!
//! `docs/architecture.md` says why; `tests/architecture.rs` keeps it so.

#[cfg(any(feature = "csr", feature = "ssr"))]
pub mod app;
pub mod aws;
#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod cognito;
pub mod components;
pub mod config;
#[cfg(target_arch = "wasm32")]
pub mod door;
pub mod i18n;
#[cfg(any(feature = "csr", feature = "ssr"))]
pub mod pages;
pub mod routes;
pub mod session;
pub mod state;

/// The examples of the guide compile.
#[cfg(doctest)]
#[doc = include_str!("../docs/building.md")]
mod building {}
