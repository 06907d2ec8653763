//! Slowing down those who guess passwords, as the developer guide describes it: the fifth failure locks for one
//! second, each further one for twice as long, up to a quarter of an hour; attempts while locked do not count.

use super::settings::LockoutSettings;
use crate::clock::Timestamp;
use crate::wire::ApiError;
use serde::{Deserialize, Serialize};

/// The failures of one user name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lockout {
    failures: u32,
    last_failure: Timestamp,
    locked_until: Timestamp,
}

impl Lockout {
    /// The first failure.
    pub fn first(now: Timestamp, settings: &LockoutSettings) -> Self {
        let mut lockout = Self { failures: 0, last_failure: now, locked_until: now };
        lockout.fail(now, settings);
        lockout
    }

    /// One failure more.
    pub fn fail(&mut self, now: Timestamp, settings: &LockoutSettings) {
        if self.is_over(now, settings) {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.last_failure = now;
        if let Some(beyond) = self.failures.checked_sub(settings.after_failures) {
            let seconds = 1_u64.checked_shl(beyond).unwrap_or(u64::MAX);
            self.locked_until = now.plus_seconds(seconds.min(settings.longest_seconds));
        }
    }

    /// Whether an attempt may be made now.
    ///
    /// # Errors
    /// `NotAuthorizedException`, "Password attempts exceeded".
    pub fn check(&self, now: Timestamp, settings: &LockoutSettings) -> Result<(), ApiError> {
        if settings.enabled && now < self.locked_until {
            return Err(ApiError::not_authorized("Password attempts exceeded"));
        }
        Ok(())
    }

    /// Whether so much time has passed that the failures no longer count.
    pub fn is_over(&self, now: Timestamp, settings: &LockoutSettings) -> bool {
        let quiet_since = self.last_failure.max(self.locked_until);
        quiet_since.plus_seconds(settings.longest_seconds) <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_the_fifth_failure_on() {
        let settings = LockoutSettings::default();
        let mut now = Timestamp::from_millis(0);
        let mut lockout = Lockout::first(now, &settings);
        for _ in 2..=4 {
            assert!(lockout.check(now, &settings).is_ok());
            lockout.fail(now, &settings);
        }
        for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
            assert!(lockout.check(now, &settings).is_ok());
            lockout.fail(now, &settings);
            let end = now.plus_seconds(wait);
            let last = Timestamp::from_millis(end.millis() - 1);
            assert!(lockout.check(last, &settings).is_err(), "{wait}");
            now = end;
        }
        assert!(!lockout.is_over(now, &settings));
        assert!(lockout.is_over(now.plus_seconds(900), &settings));
    }

    #[test]
    fn it_can_be_switched_off() {
        let settings = LockoutSettings { enabled: false, after_failures: 1, ..LockoutSettings::default() };
        let now = Timestamp::from_millis(0);
        assert!(Lockout::first(now, &settings).check(now, &settings).is_ok());
    }
}
