//! A local Cognito user pool, for developing Doorward and for its tests. It listens on 127.0.0.1 only.
//!
//! The way of a request: [`server`] takes it from the socket, decides whether its sender may speak at all, and puts
//! CORS headers on whatever comes back. `POST /` carries AWS's JSON protocol: [`wire`] has its errors, [`call`] finds what
//! is asked for, [`model`] checks the request against AWS's own description of the API, [`faults`] may make it go wrong,
//! [`operations`] does what was asked, [`requests`] notes that it was. [`oauth`] has the sign-in page and the OAuth 2.0
//! endpoints. Everything else is under `/_devpool/`: [`admin`] for programs, [`outbox`] for people.
//!
//! What the operations work on is the [`pool`]: users, sessions, codes, challenges, settings. It asks [`clock`] for the
//! time and [`random`] for randomness, proves passwords with [`srp`], authenticator apps with [`totp`] and passkeys with
//! [`webauthn`], signs tokens with [`jwt`], and keeps its state in a file through [`store`].
//!
//! Nothing here is shared with the app: a mistake in one must show against the other.

pub mod admin;
pub mod call;
pub mod clock;
pub mod faults;
pub mod jwt;
pub mod model;
pub mod oauth;
pub mod operations;
pub mod outbox;
pub mod pool;
pub mod random;
pub mod requests;
pub mod server;
pub mod srp;
pub mod store;
pub mod sts;
pub mod totp;
pub mod webauthn;
pub mod wire;

pub use clock::{ClockSource, Timestamp};
pub use server::{Options, Server, StartError, StateLocation};
