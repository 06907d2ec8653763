//! What the keeper needs from outside, as traits: the browser implements them, and so do tests.

use crate::cognito::{client::Transport, srp::BigMod, srp::SECRET_BYTES};
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

/// All of it.
pub trait World: Transport + Storage + Clock + Random + Lock + BigMod {}

impl<T: Transport + Storage + Clock + Random + Lock + BigMod> World for T {}
