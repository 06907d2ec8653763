//! The password policy, and what is kept of a password.

use super::POOL_NAME;
use super::settings::PasswordPolicy;
use crate::random;
use crate::srp::{Identity, Verifier};
use crate::wire::ApiError;
use serde::{Deserialize, Serialize};

/// The symbols Cognito counts as such; a space counts too where a password may have one.
const SYMBOLS: &str = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= ";

/// The model's limit. Most passwords are checked against the model, but not those in a challenge's answer.
const LONGEST: usize = 256;

/// Checks a password that somebody wants to set.
///
/// # Errors
/// `InvalidPasswordException` naming the first rule broken.
pub fn check_policy(policy: &PasswordPolicy, password: &str) -> Result<(), ApiError> {
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    let broken = if password.encode_utf16().count() < policy.minimum_length {
        "Password not long enough"
    } else if password.encode_utf16().count() > LONGEST {
        "Password too long"
    } else if policy.require_lowercase && !has(|c| c.is_ascii_lowercase()) {
        "Password must have lowercase characters"
    } else if policy.require_uppercase && !has(|c| c.is_ascii_uppercase()) {
        "Password must have uppercase characters"
    } else if policy.require_numbers && !has(|c| c.is_ascii_digit()) {
        "Password must have numeric characters"
    } else if policy.require_symbols && !has(|c| SYMBOLS.contains(c)) {
        "Password must have symbol characters"
    } else {
        return Ok(());
    };
    Err(ApiError::new("InvalidPasswordException", format!("Password did not conform with policy: {broken}")))
}

/// Checks that a password is none of those the policy remembers. Takes some milliseconds for each.
///
/// # Errors
/// `PasswordHistoryPolicyViolationException`.
pub fn check_history(username: &str, password: &str, remembered: &[PasswordRecord]) -> Result<(), ApiError> {
    if remembered.iter().any(|record| record.accepts(username, password)) {
        return Err(ApiError::new(
            "PasswordHistoryPolicyViolationException",
            "Password has previously been used. Choose another.",
        ));
    }
    Ok(())
}

/// A password for an administrator's new user; fulfils every policy that asks for no more than 99 characters.
pub fn temporary(policy: &PasswordPolicy) -> String {
    const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
    const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    const DIGITS: &[u8] = b"23456789";
    let length = policy.minimum_length.max(12) - 4;
    [
        random::from_alphabet(UPPER, 1),
        random::from_alphabet(LOWER, length),
        random::from_alphabet(DIGITS, 2),
        random::from_alphabet(b"!#%+-=?", 1),
    ]
    .concat()
}

/// What the pool keeps of a user's password: an SRP verifier for the user name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordRecord(Verifier);

impl PasswordRecord {
    /// Makes the record for `password`. Takes some milliseconds.
    pub fn new(username: &str, password: &str) -> Self {
        Self(Verifier::new(identity(username), password))
    }

    /// Whether `password` is the one. Takes some milliseconds.
    pub fn accepts(&self, username: &str, password: &str) -> bool {
        self.0.accepts(identity(username), password)
    }

    /// For the SRP exchange.
    pub fn verifier(&self) -> &Verifier {
        &self.0
    }
}

/// How this pool's hashes name a user.
pub fn identity(user_id: &str) -> Identity<'_> {
    Identity { pool_name: POOL_NAME, user_id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_text() {
        let policy = PasswordPolicy::default();
        for (password, text) in [
            ("Aa1!", "Password not long enough"),
            ("AAAAAA1!", "Password must have lowercase characters"),
            ("aaaaaa1!", "Password must have uppercase characters"),
            ("aaaaaaA!", "Password must have numeric characters"),
            ("aaaaaaA1", "Password must have symbol characters"),
            ("aaaaaaA1€", "Password must have symbol characters"),
        ] {
            let error = check_policy(&policy, password).unwrap_err();
            assert_eq!(error.name(), "InvalidPasswordException");
            assert_eq!(error.message(), format!("Password did not conform with policy: {text}"));
        }
        for good in ["Passw0rd!", "Pass w0rd", "Pä1!aaaaA"] {
            assert!(check_policy(&policy, good).is_ok(), "{good}");
        }
    }

    #[test]
    fn temporary_passwords_conform() {
        for minimum_length in [6, 8, 20, 99] {
            let policy = PasswordPolicy { minimum_length, ..PasswordPolicy::default() };
            assert!(check_policy(&policy, &temporary(&policy)).is_ok());
        }
    }
}
