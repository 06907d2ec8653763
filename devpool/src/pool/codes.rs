//! Codes sent to people: six digits, or eight to sign in with, good once, for a while, and only for so many wrong tries.

use super::settings::{CodeSettings, Contact};
use crate::clock::Timestamp;
use crate::random;
use crate::srp::same;
use crate::wire::ApiError;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// Confirming a new user.
    SignUp,
    /// Setting a new password after forgetting the old one.
    ResetPassword,
    /// Proving that a changed email address is the user's.
    VerifyEmail,
    /// The same for a phone number.
    VerifyPhoneNumber,
    /// Signing in with a code by email. The code itself belongs to the challenge; here it is only counted.
    SignInEmail,
    /// The same by SMS.
    SignInSms,
}

/// How many digits codes have that confirm something, and those of second factors.
pub const DIGITS: usize = 6;
/// How many digits the codes have that open an account in place of a password. AWS's documentation does not say so; its users
/// do, and its people have confirmed that the length is fixed.
pub const SIGN_IN_DIGITS: usize = 8;

impl CodePurpose {
    /// Proving that an address is the user's.
    pub fn verification_of(contact: Contact) -> Self {
        match contact {
            Contact::Email => Self::VerifyEmail,
            Contact::PhoneNumber => Self::VerifyPhoneNumber,
        }
    }

    /// Signing in with a code to an address.
    pub fn sign_in_by(contact: Contact) -> Self {
        match contact {
            Contact::Email => Self::SignInEmail,
            Contact::PhoneNumber => Self::SignInSms,
        }
    }

    fn life_seconds(self, settings: &CodeSettings) -> u64 {
        match self {
            Self::SignUp => settings.sign_up_seconds,
            Self::ResetPassword => settings.reset_seconds,
            Self::VerifyEmail | Self::VerifyPhoneNumber | Self::SignInEmail | Self::SignInSms => {
                settings.attribute_seconds
            }
        }
    }
}

/// Everything about one user's codes for one purpose.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CodeSlot {
    current: Option<Code>,
    wrong: u32,
    locked_until: Option<Timestamp>,
    sent: Vec<Timestamp>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Code {
    digits: String,
    expires: Timestamp,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code([redacted] until {})", self.expires)
    }
}

impl CodeSlot {
    /// Makes a new code, which replaces the one before.
    ///
    /// # Errors
    /// `LimitExceededException` if too many were sent lately.
    pub fn issue(&mut self, purpose: CodePurpose, settings: &CodeSettings, now: Timestamp) -> Result<String, ApiError> {
        self.count(settings, now)?;
        let digits = random::digits(DIGITS);
        self.current = Some(Code { digits: digits.clone(), expires: now.plus_seconds(purpose.life_seconds(settings)) });
        Ok(digits)
    }

    /// Counts a code of so many digits that is kept elsewhere, and makes it.
    ///
    /// # Errors
    /// `LimitExceededException` if too many were sent lately.
    pub fn issue_elsewhere(
        &mut self,
        digits: usize,
        settings: &CodeSettings,
        now: Timestamp,
    ) -> Result<String, ApiError> {
        self.count(settings, now)?;
        Ok(random::digits(digits))
    }

    fn count(&mut self, settings: &CodeSettings, now: Timestamp) -> Result<(), ApiError> {
        self.sent.retain(|sent| sent.plus_seconds(settings.send_window_seconds) > now);
        if self.sent.len() >= settings.sends as usize {
            return Err(ApiError::limit_exceeded());
        }
        self.sent.push(now);
        Ok(())
    }

    /// Forgets how many were sent and how many were wrong; the present code stays.
    pub fn forget_counts(&mut self) {
        *self = Self { current: self.current.take(), ..Self::default() };
    }

    /// Checks a code; the right one is used up by it.
    ///
    /// # Errors
    /// `LimitExceededException` after too many wrong ones (which a new code does not undo), `ExpiredCodeException`
    /// if there is none or its time is over, `CodeMismatchException` if it is another.
    pub fn redeem(&mut self, given: &str, settings: &CodeSettings, now: Timestamp) -> Result<(), ApiError> {
        match self.locked_until {
            Some(until) if now < until => return Err(ApiError::limit_exceeded()),
            Some(_) => {
                self.locked_until = None;
                self.wrong = 0;
            }
            None => {}
        }
        match &self.current {
            Some(code) if now < code.expires => {
                if same(code.digits.as_bytes(), given.as_bytes()) {
                    self.current = None;
                    self.wrong = 0;
                    return Ok(());
                }
            }
            _ => return Err(ApiError::expired_code()),
        }
        self.wrong += 1;
        if self.wrong >= settings.wrong_attempts {
            self.locked_until = Some(now.plus_seconds(settings.lock_seconds));
        }
        Err(ApiError::code_mismatch())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000_000_000);

    fn other_than(code: &str) -> &'static str {
        if code == "000000" { "000001" } else { "000000" }
    }

    #[test]
    fn a_code_is_good_once() {
        let settings = CodeSettings::default();
        let mut slot = CodeSlot::default();
        let code = slot.issue(CodePurpose::SignUp, &settings, NOW).unwrap();
        assert_eq!(slot.redeem(&code, &settings, NOW), Ok(()));
        assert_eq!(slot.redeem(&code, &settings, NOW), Err(ApiError::expired_code()));
    }

    #[test]
    fn a_code_expires_to_the_second() {
        let settings = CodeSettings::default();
        let mut slot = CodeSlot::default();
        let code = slot.issue(CodePurpose::ResetPassword, &settings, NOW).unwrap();
        let end = NOW.plus_seconds(3600);
        assert_eq!(slot.redeem(&code, &settings, end), Err(ApiError::expired_code()));
        let before = Timestamp::from_millis(end.millis() - 1);
        assert_eq!(slot.redeem(&code, &settings, before), Ok(()));
    }

    #[test]
    fn a_new_code_replaces_the_old() {
        let settings = CodeSettings::default();
        let mut slot = CodeSlot::default();
        let old = slot.issue(CodePurpose::SignUp, &settings, NOW).unwrap();
        let mut new = slot.issue(CodePurpose::SignUp, &settings, NOW).unwrap();
        while new == old {
            slot.sent.clear();
            new = slot.issue(CodePurpose::SignUp, &settings, NOW).unwrap();
        }
        assert_eq!(slot.redeem(&old, &settings, NOW), Err(ApiError::code_mismatch()));
        assert_eq!(slot.redeem(&new, &settings, NOW), Ok(()));
    }

    #[test]
    fn wrong_codes_lock_and_a_new_code_does_not_unlock() {
        let settings = CodeSettings::default();
        let mut slot = CodeSlot::default();
        let mut code = slot.issue(CodePurpose::SignUp, &settings, NOW).unwrap();
        for _ in 0..5 {
            let wrong = other_than(&code);
            assert_eq!(slot.redeem(wrong, &settings, NOW), Err(ApiError::code_mismatch()));
        }
        assert_eq!(slot.redeem(&code, &settings, NOW), Err(ApiError::limit_exceeded()));
        code = slot.issue(CodePurpose::SignUp, &settings, NOW).unwrap();
        assert_eq!(slot.redeem(&code, &settings, NOW), Err(ApiError::limit_exceeded()));
        assert_eq!(slot.redeem(&code, &settings, NOW.plus_seconds(900)), Ok(()));
    }

    #[test]
    fn only_so_many_are_sent() {
        let settings = CodeSettings::default();
        let mut slot = CodeSlot::default();
        for _ in 0..5 {
            assert!(slot.issue(CodePurpose::SignUp, &settings, NOW).is_ok());
        }
        let sixth = slot.issue(CodePurpose::SignUp, &settings, NOW);
        assert_eq!(sixth, Err(ApiError::limit_exceeded()));
        let later = NOW.plus_seconds(3600);
        assert!(slot.issue(CodePurpose::SignUp, &settings, later).is_ok());
    }

    #[test]
    fn codes_do_not_print() {
        let mut slot = CodeSlot::default();
        let code = slot.issue(CodePurpose::SignUp, &CodeSettings::default(), NOW).unwrap();
        assert!(!format!("{slot:?}").contains(&code));
    }
}
