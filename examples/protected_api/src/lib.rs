//! How a backend checks the access tokens of an Amazon Cognito user pool: an axum server that shows it, made to be
//! copied from. `README.md` says what is checked, and what cannot be.
//!
//! | module | |
//! |---|---|
//! | [`verify`] | the check itself: a function of token, keys, expectations and time, which does nothing else |
//! | [`key_set`] | the pool's public keys, read from its JWKS |
//! | [`keys`] | fetches them, keeps them, and does not let forged tokens make it fetch too often |
//! | [`signature`] | RS256 for the `jsonwebtoken` crate |
//! | [`caller`] | the extractor: a route that takes a [`caller::Caller`] is protected |
//! | [`settings`] | issuer, app clients, scope, origins: parsed, never trusted |
//! | [`server`] | the routes of this example |

#![forbid(unsafe_code)]

pub mod caller;
pub mod clock;
pub mod key_set;
pub mod keys;
pub mod server;
pub mod settings;
pub mod signature;
pub mod verify;
