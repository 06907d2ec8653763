//! Codes of authenticator apps: RFC 6238 with HMAC-SHA-1, six digits, steps of thirty seconds, as all of them have it.

use crate::clock::Timestamp;
use crate::random;
use crate::srp::same;
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use std::fmt;

/// How long a code is shown, in seconds.
const STEP_SECONDS: i64 = 30;

/// A clock may be one step off either way.
const TOLERANCE: i64 = 1;

/// Length of a secret in bytes; in base32 that is 52 characters, as the service's have.
const SECRET_BYTES: usize = 32;

/// What an authenticator app and the pool share, in base32.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TotpSecret(String);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret([redacted])")
    }
}

impl TotpSecret {
    /// A fresh one.
    pub fn generate() -> Self {
        Self(BASE32_NOPAD.encode(&random::bytes::<SECRET_BYTES>()))
    }

    /// The secret in base32, as `SecretCode` carries it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The time step whose code this is, if it is one of those that may be shown about now.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<u64> {
        let present = now.seconds().div_euclid(STEP_SECONDS);
        let near = [0, -1, 1].map(|offset| u64::try_from(present + offset * TOLERANCE).unwrap_or_default());
        near.into_iter().find(|step| same(self.code(*step).as_bytes(), code.as_bytes()))
    }

    /// The code of a time step (RFC 4226, section 5.3).
    fn code(&self, step: u64) -> String {
        // A secret comes from `generate`, so it is base32; one that is not has the codes of an empty key.
        let key = BASE32_NOPAD.decode(self.0.as_bytes()).unwrap_or_default();
        let mut mac =
            Hmac::<Sha1>::new_from_slice(&key).unwrap_or_else(|_| unreachable!("HMAC refused the length of a key"));
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let offset = usize::from(hash[19] & 15);
        let number = u32::from_be_bytes([hash[offset], hash[offset + 1], hash[offset + 2], hash[offset + 3]]);
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }

    /// The code that is shown at a moment, for the outbox page and for tests.
    pub fn code_at(&self, now: Timestamp) -> String {
        self.code(u64::try_from(now.seconds().div_euclid(STEP_SECONDS)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's test vectors: "12345678901234567890".
    fn rfc() -> TotpSecret {
        TotpSecret(BASE32_NOPAD.encode(b"12345678901234567890"))
    }

    #[test]
    fn agrees_with_the_vectors_of_the_rfc() {
        // Appendix B, the last six of eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp::from_millis(seconds * 1000);
            assert_eq!(rfc().code_at(now), code);
            assert!(rfc().step_of(code, now).is_some());
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off() {
        let code = rfc().code_at(Timestamp::from_millis(1_000_000_000));
        for (offset, good) in [(-60_000, false), (-30_000, true), (0, true), (30_000, true), (60_000, false)] {
            let now = Timestamp::from_millis(1_000_000_000 + offset);
            assert_eq!(rfc().step_of(&code, now).is_some(), good, "{offset}");
        }
        assert_eq!(rfc().step_of("", Timestamp::from_millis(0)), None);
    }

    #[test]
    fn secrets_are_long_and_do_not_print() {
        let secret = TotpSecret::generate();
        assert_eq!(secret.reveal().len(), 52);
        assert_ne!(secret, TotpSecret::generate());
        assert!(!format!("{secret:?}").contains(secret.reveal()));
    }
}
