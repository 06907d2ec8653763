//! The user pool: its fixed names, its state, and how the state is changed so that nothing acknowledged is lost.

pub mod acr;
pub mod attributes;
pub mod authorization;
pub mod challenges;
pub mod codes;
pub mod delivery;
pub mod lockout;
pub mod mfa;
pub mod passwords;
pub mod sessions;
pub mod settings;
pub mod state;
pub mod user;

use crate::clock::{Clock, ClockSource, Timestamp};
use crate::jwt::{Key, KeyError};
use crate::store::{Store, Stored};
use crate::wire::ApiError;
use authorization::Transactions;
use challenges::Challenges;
pub use state::State;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// The region of the fixed ids.
pub const REGION: &str = "us-east-1";

/// The user pool's id.
pub const USER_POOL_ID: &str = "us-east-1_Doorward1";

/// The part of the pool id that goes into SRP's hashes.
pub const POOL_NAME: &str = "Doorward1";

/// The app client's id.
pub const CLIENT_ID: &str = "doorwarddevclient1234567890";

/// The identity pool's id.
pub const IDENTITY_POOL_ID: &str = "us-east-1:d00d0a2d-0000-4000-8000-000000000001";

/// A user pool.
#[derive(Debug)]
pub struct Pool {
    clock: Clock,
    issuer: String,
    key: OnceLock<Key>,
    /// Held while the key is being made.
    making_key: Mutex<()>,
    state: Mutex<Versioned>,
    challenges: Mutex<Challenges>,
    transactions: Mutex<Transactions>,
    store: Option<Mutex<Saved>>,
}

#[derive(Debug)]
struct Versioned {
    state: State,
    /// Goes up with every change.
    version: u64,
}

#[derive(Debug)]
struct Saved {
    store: Store,
    /// The last version that is on the disk.
    version: u64,
}

/// A poisoned lock only means that some request panicked; the state behind it is changed in small whole steps.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// A pool whose tokens name `issuer`, with what the state file held, if there is one.
    ///
    /// # Errors
    /// If the stored key is not a key.
    pub fn new(issuer: String, clock: ClockSource, store: Option<(Store, Option<Stored>)>) -> Result<Self, KeyError> {
        let (store, stored) = match store {
            Some((store, stored)) => (Some(store), stored),
            None => (None, None),
        };
        let clock = Clock::new(clock);
        let key = OnceLock::new();
        let mut state = State::default();
        if let Some(stored) = stored {
            // The cell is new, so setting it cannot fail.
            let _ = key.set(Key::from_pem(&stored.signing_key)?);
            state = stored.state;
            clock.set_advanced_millis(state.clock_advanced_millis);
        }
        Ok(Self {
            clock,
            issuer,
            key,
            making_key: Mutex::default(),
            state: Mutex::new(Versioned { state, version: 0 }),
            challenges: Mutex::default(),
            transactions: Mutex::default(),
            store: store.map(|store| Mutex::new(Saved { store, version: 0 })),
        })
    }

    /// `iss` of the tokens: the pool's own address, under which the key set is found.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The signing key; the first call makes it, which takes a moment.
    ///
    /// # Errors
    /// `InternalErrorException` if the operating system gives no randomness.
    pub fn key(&self) -> Result<&Key, ApiError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        // Who comes here while it is being made waits for it instead of making another.
        let _making = lock(&self.making_key);
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let made = Key::generate().map_err(|error| ApiError::internal(error.to_string()))?;
        Ok(self.key.get_or_init(|| made))
    }

    /// Looks at the state.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&lock(&self.state).state)
    }

    /// Changes the state, and returns only when the change is on the disk. Also an error may leave a change (a
    /// failed attempt that counts), so it is written as well.
    ///
    /// # Errors
    /// Those of `change`; `InternalErrorException` if the state file cannot be written.
    pub fn write<T>(&self, change: impl FnOnce(&mut State, Timestamp) -> Result<T, ApiError>) -> Result<T, ApiError> {
        let now = self.now();
        let (outcome, version) = {
            let mut versioned = lock(&self.state);
            let outcome = change(&mut versioned.state, now);
            versioned.version += 1;
            (outcome, versioned.version)
        };
        self.save(version)?;
        outcome
    }

    /// The challenges that wait.
    pub fn challenges(&self) -> MutexGuard<'_, Challenges> {
        lock(&self.challenges)
    }

    /// What people are in the middle of at the sign-in page.
    pub fn transactions(&self) -> MutexGuard<'_, Transactions> {
        lock(&self.transactions)
    }

    /// Writes the state file unless it already holds `version`. Requests that wait here while another writes find
    /// their change written with the next file, all at once.
    fn save(&self, version: u64) -> Result<(), ApiError> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        let key = self.key()?;
        let mut saved = lock(store);
        if saved.version >= version {
            return Ok(());
        }
        let (content, version) = {
            let versioned = lock(&self.state);
            (Store::content(key.pem(), &versioned.state), versioned.version)
        };
        let failed = |why: String| {
            eprintln!("devpool: {why}");
            ApiError::internal(why)
        };
        let content = content.map_err(|error| failed(error.to_string()))?;
        saved.store.write(&content).map_err(|error| failed(error.to_string()))?;
        saved.version = version;
        Ok(())
    }

    /// Back to how a new pool is: no users, no messages, default settings, the clock right. The key stays.
    ///
    /// # Errors
    /// `InternalErrorException` if the state file cannot be written.
    pub fn reset(&self) -> Result<(), ApiError> {
        self.challenges().clear();
        self.transactions().clear();
        self.write(|state, _| {
            *state = State::default();
            self.clock.set_advanced_millis(0);
            Ok(())
        })
    }

    /// Turns an advanced clock back to the right time. What would then wait for a time that was has gone: challenges,
    /// and what slows down those who guess.
    ///
    /// # Errors
    /// `InternalErrorException` if the state file cannot be written.
    pub fn right_clock(&self) -> Result<(), ApiError> {
        self.challenges().clear();
        self.transactions().clear();
        self.write(|state, _| {
            state.clock_advanced_millis = 0;
            self.clock.set_advanced_millis(0);
            state.forget_waits();
            Ok(())
        })
    }

    /// Advances the clock.
    ///
    /// # Errors
    /// `InternalErrorException` if the state file cannot be written.
    pub fn advance_clock(&self, seconds: u64) -> Result<(), ApiError> {
        self.write(|state, _| {
            let advanced = Timestamp::from_millis(state.clock_advanced_millis);
            state.clock_advanced_millis = advanced.plus_seconds(seconds).millis();
            self.clock.set_advanced_millis(state.clock_advanced_millis);
            state.tidy(self.now());
            Ok(())
        })
    }
}
