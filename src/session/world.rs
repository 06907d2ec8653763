//! What the keeper needs from outside, as traits: the browser implements them, and so do tests.

use super::{Mediation, PasskeyFault};
use crate::cognito::{client::Transport, oauth::TokenTransport, srp::BigMod, srp::SECRET_BYTES};
use std::future::Future;

/// A place for small texts that outlives the page.
pub trait Storage {
    /// What is stored under a key.
    fn get(&self, key: &str) -> Option<String>;
    /// Stores; a store that is full or forbidden keeps the value for the life of the page.
    fn set(&self, key: &str, value: &str);
    /// Forgets.
    fn remove(&self, key: &str);
}

/// A place for small texts that only this tab sees, and that outlives the page but not the tab.
pub trait TabStorage {
    /// Stores; false if that is not possible.
    fn keep(&self, key: &str, value: &str) -> bool;
    /// What is stored under a key, which is forgotten with that: nobody gets it twice.
    fn take(&self, key: &str) -> Option<String>;
}

/// The time.
pub trait Clock {
    /// Seconds since 1970, by the machine's clock.
    fn now(&self) -> u64;
}

/// Randomness fit for cryptography.
pub trait Random {
    /// So many bytes as an SRP secret needs.
    fn secret(&self) -> [u8; SECRET_BYTES];
}

/// One holder at a time, across all tabs of this origin.
pub trait Lock {
    /// Released when dropped.
    type Guard;
    /// Waits for the lock of this name.
    fn acquire(&self, name: &str) -> impl Future<Output = Self::Guard>;
}

/// The browser's half of Web Authentication.
pub trait Passkeys {
    /// Asks for a passkey: `PublicKeyCredentialRequestOptionsJSON` in, `AuthenticationResponseJSON` out. Whatever was
    /// asked for before ends without one.
    ///
    /// # Errors
    /// See [`PasskeyFault`].
    fn use_passkey(&self, options: String, mediation: Mediation) -> impl Future<Output = Result<String, PasskeyFault>>;
    /// Ends what was asked for in this way, if it is still open.
    fn stop_passkey(&self, mediation: Mediation);
}

/// All of it.
pub trait World: Transport + TokenTransport + Storage + TabStorage + Clock + Random + Lock + BigMod + Passkeys {}

impl<T: Transport + TokenTransport + Storage + TabStorage + Clock + Random + Lock + BigMod + Passkeys> World for T {}
