//! Amazon Cognito's public API as a browser may call it: typed requests and responses, every error,
//! SRP, the sign-in state machine and what can be read from a token.
//!
//! Pure Rust: no browser, no globals, no clock. What it needs from outside comes through the traits
//! [`Transport`](client::Transport) and [`BigMod`](srp::BigMod), so all of it runs on the host.
//!
//! - [`client`]: calls an operation over a transport;
//! - [`operations`]: one request/response pair per public operation;
//! - [`error`]: every error Cognito can answer;
//! - [`oauth`]: sign-in through the pool's domain, with other providers;
//! - [`srp`]: the arithmetic of signing in without sending the password;
//! - [`hash`], [`calendar`]: what SRP and signed requests are made with;
//! - [`password_policy`]: what a pool expects of a password;
//! - [`sign_in`]: which step follows which event;
//! - [`token`]: expiry and names inside a JWT;
//! - [`types`]: emails, codes, tokens: not strings.

pub mod calendar;
pub mod client;
pub mod error;
pub mod hash;
pub mod oauth;
pub mod operations;
pub mod password_policy;
pub mod sign_in;
pub mod srp;
pub mod token;
pub mod types;
