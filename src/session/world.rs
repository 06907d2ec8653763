//! What the keeper needs from outside, as traits: the browser implements them, and so do tests.

use super::{Local, Mediation, PasskeyFault};
use crate::cognito::{
    client::{HttpResponse, Transport},
    error::Fault,
    srp::{BigMod, SECRET_BYTES},
};
use std::future::Future;

/// A place for small texts that outlives the page.
pub trait Storage {
    /// What is stored under a key.
    fn get(&self, key: &str) -> Option<String>;
    /// Stores. False if the place is full or forbidden: then the value lives as long as the page, and only here.
    fn set(&self, key: &str, value: &str) -> bool;
    /// Forgets.
    fn remove(&self, key: &str);
    /// Whether the other tabs of this origin see what is stored here.
    fn is_shared(&self) -> bool;
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
    /// Seconds since 1970, by the machine's clock. Jumps when that is set.
    fn now(&self) -> u64;
    /// Seconds since some moment. Never jumps, but may stand still while the machine sleeps.
    fn ticks(&self) -> u64;
}

/// Timers, and work that nobody waits for.
pub trait Timer {
    /// Waits; longer if the page is in the background or the machine sleeps.
    fn sleep(&self, milliseconds: u32) -> impl Future<Output = ()>;
    /// Carries a future out. It ends with the page.
    fn spawn(&self, work: Local<'static, ()>);
}

/// Randomness fit for cryptography.
pub trait Random {
    /// So many bytes as an SRP secret needs.
    fn secret(&self) -> [u8; SECRET_BYTES];
}

/// One holder at a time, across all tabs of this origin.
pub trait Lock {
    /// Released when dropped, and when its page goes.
    type Guard: 'static;
    /// Waits for the lock of this name; gives up the place in the queue when dropped. `None` if this browser has no locks.
    fn acquire(&self, name: &str) -> impl Future<Output = Option<Self::Guard>>;
}

/// Speaks to the other tabs of this origin. What they say arrives as [`News::Said`](super::News::Said).
pub trait Channel {
    /// Says something to all of them.
    fn say(&self, text: &str);
}

/// A request that is not one of Cognito's JSON calls.
#[derive(Debug)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Absolute.
    pub url: String,
    /// Name and value. Not for logs: one can hold a token.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: String,
}

impl Request {
    /// Posts a form. It has no headers that a browser would have to ask the server about before.
    pub fn form(url: String, body: String) -> Self {
        let content_type = ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned());
        Self { method: "POST", url, headers: vec![content_type], body }
    }
}

/// Carries such a request over the network.
pub trait Fetch {
    /// Sends it, without cookies.
    ///
    /// # Errors
    /// A [`Fault`] when no answer arrived.
    fn fetch(&self, request: Request) -> impl Future<Output = Result<HttpResponse, Fault>>;
}

/// The browser's half of Web Authentication.
pub trait Passkeys {
    /// Asks for a passkey: `PublicKeyCredentialRequestOptionsJSON` in, `AuthenticationResponseJSON` out. Whatever was
    /// asked for before ends without one.
    ///
    /// # Errors
    /// See [`PasskeyFault`].
    fn use_passkey(&self, options: String, mediation: Mediation) -> impl Future<Output = Result<String, PasskeyFault>>;
    /// Whether the browser knows passkeys at all.
    fn has_passkeys(&self) -> bool;
    /// Makes a passkey: `PublicKeyCredentialCreationOptionsJSON` in, `RegistrationResponseJSON` out. Whatever was asked for
    /// before ends without one; stopped as a dialog.
    ///
    /// # Errors
    /// See [`PasskeyFault`].
    fn create_passkey(&self, options: String) -> impl Future<Output = Result<String, PasskeyFault>>;
    /// Ends what was asked for in this way, if it is still open.
    fn stop_passkey(&self, mediation: Mediation);
}

/// What the browser says of itself.
pub trait Machine {
    /// Its `User-Agent`; empty if it does not say.
    fn user_agent(&self) -> String;
}

/// All of it.
pub trait World:
    Transport
    + Fetch
    + Storage
    + TabStorage
    + Clock
    + Timer
    + Random
    + Lock
    + Channel
    + BigMod
    + Passkeys
    + Machine
    + 'static
{
}

impl<T> World for T where
    T: Transport
        + Fetch
        + Storage
        + TabStorage
        + Clock
        + Timer
        + Random
        + Lock
        + Channel
        + BigMod
        + Passkeys
        + Machine
        + 'static
{
}
