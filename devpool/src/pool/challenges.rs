//! Challenges that wait for their answer. They live in memory only: a restart asks people to begin again.
//!
//! An answer claims the challenge, so that of two answers only one counts; after a mistake that can be corrected
//! the challenge is released and the same session may be used again.

use super::acr::Target;
use super::settings::{Contact, MfaMethod};
use super::state::{Proof, Subject};
use super::user::SoftwareToken;
use crate::clock::Timestamp;
use crate::random;
use crate::srp::ServerExchange;
use crate::totp::TotpSecret;
use crate::wire::ApiError;
use std::collections::HashMap;
use std::fmt;

/// More challenges than this are not kept; the oldest go.
const MOST: usize = 4000;

/// So many challenges are issued between two looks for expired ones: each look goes over all.
const SWEEP_EVERY: u64 = 256;

/// Answered and expired challenges stay for this many seconds, so that a late answer hears what is wrong with it.
const KEPT_SECONDS: u64 = 900;

/// Length of `SECRET_BLOCK` in bytes, about what the service sends.
const SECRET_BLOCK_BYTES: usize = 768;

/// What is being asked.
#[derive(Clone, Debug)]
pub enum Step {
    /// `SELECT_CHALLENGE`: choose how to sign in. The bytes are what a passkey signs, if that is the choice.
    SelectChallenge(Vec<u8>),
    /// `PASSWORD`: the password as it is.
    Password,
    /// `PASSWORD_SRP`: begin SRP.
    PasswordSrp,
    /// `PASSWORD_VERIFIER`: prove the password.
    PasswordVerifier(SrpExchange),
    /// `NEW_PASSWORD_REQUIRED`: replace the temporary password.
    NewPasswordRequired,
    /// `EMAIL_OTP`, `SMS_OTP`, `SMS_MFA`: enter a code that was sent.
    Code(SentCode),
    /// `SOFTWARE_TOKEN_MFA`: enter the code of an authenticator app; the number counts wrong ones.
    SoftwareToken(u32),
    /// `SELECT_MFA_TYPE`: choose one of these second factors.
    SelectMfaType(Vec<MfaMethod>),
    /// `MFA_SETUP`: set one up.
    MfaSetup(MfaSetup),
    /// `DEVICE_SRP_AUTH`: begin SRP for the device.
    DeviceSrp,
    /// `DEVICE_PASSWORD_VERIFIER`: prove the device's password.
    DevicePasswordVerifier(SrpExchange),
    /// `WEB_AUTHN`: these bytes, signed by a passkey.
    WebAuthn(Vec<u8>),
    /// `CUSTOM_CHALLENGE`: answer a question.
    Custom(CustomQuestion),
    /// Not a challenge: the session of somebody who signs up and has not confirmed it yet.
    SigningUp,
    /// Not a challenge: who confirmed a sign-up may sign in with this session without another code.
    SignedUp,
}

impl Step {
    /// `ChallengeName`; none for what cannot be answered by `RespondToAuthChallenge`.
    pub fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::SelectChallenge(_) => "SELECT_CHALLENGE",
            Self::Password => "PASSWORD",
            Self::PasswordSrp => "PASSWORD_SRP",
            Self::PasswordVerifier(_) => "PASSWORD_VERIFIER",
            Self::NewPasswordRequired => "NEW_PASSWORD_REQUIRED",
            Self::Code(code) => code.kind.challenge_name(),
            Self::SoftwareToken(_) => "SOFTWARE_TOKEN_MFA",
            Self::SelectMfaType(_) => "SELECT_MFA_TYPE",
            Self::MfaSetup(_) => "MFA_SETUP",
            Self::DeviceSrp => "DEVICE_SRP_AUTH",
            Self::DevicePasswordVerifier(_) => "DEVICE_PASSWORD_VERIFIER",
            Self::WebAuthn(_) => "WEB_AUTHN",
            Self::Custom(_) => "CUSTOM_CHALLENGE",
            Self::SigningUp | Self::SignedUp => return None,
        })
    }

    fn secret_block(&self) -> Option<&str> {
        match self {
            Self::PasswordVerifier(srp) | Self::DevicePasswordVerifier(srp) => Some(&srp.secret_block),
            _ => None,
        }
    }
}

/// SRP between its two halves.
#[derive(Clone, Debug)]
pub struct SrpExchange {
    /// The exchange so far.
    pub exchange: Box<ServerExchange>,
    /// The block that goes into the signature and, without a session, finds the challenge again.
    pub secret_block: String,
}

/// What a code that was sent is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// To sign in by email.
    EmailOtp,
    /// To sign in by SMS.
    SmsOtp,
    /// A second factor by SMS.
    SmsMfa,
    /// A second factor by email. Its challenge has the same name as the first factor's.
    EmailMfa,
    /// The same, to an address that is being set up by it.
    EmailMfaSetup,
}

impl CodeKind {
    /// The challenge that asks for it.
    pub fn challenge_name(self) -> &'static str {
        match self {
            Self::EmailOtp | Self::EmailMfa | Self::EmailMfaSetup => "EMAIL_OTP",
            Self::SmsOtp => "SMS_OTP",
            Self::SmsMfa => "SMS_MFA",
        }
    }

    /// Where it goes.
    pub fn contact(self) -> Contact {
        match self {
            Self::EmailOtp | Self::EmailMfa | Self::EmailMfaSetup => Contact::Email,
            Self::SmsOtp | Self::SmsMfa => Contact::PhoneNumber,
        }
    }
}

/// A code that was sent for one challenge.
#[derive(Clone)]
pub struct SentCode {
    /// What for.
    pub kind: CodeKind,
    /// The digits; none for somebody who does not exist, whom no code lets in.
    pub digits: Option<String>,
    /// How many wrong ones were entered.
    pub wrong: u32,
    /// The address that is to become the user's with the code, for one that is set up.
    pub new_address: Option<String>,
}

impl fmt::Debug for SentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SentCode({:?} [redacted])", self.kind)
    }
}

/// Setting up a second factor in the middle of a sign-in.
#[derive(Clone, Debug)]
pub struct MfaSetup {
    /// Those that may be set up.
    pub methods: Vec<MfaMethod>,
    /// The secret that was handed out, if an authenticator app is being set up.
    pub secret: Option<TotpSecret>,
    /// The app, once it showed a right code.
    pub software_token: Option<SoftwareToken>,
}

/// A question of the custom challenge.
#[derive(Clone)]
pub struct CustomQuestion {
    /// Which one, from 1.
    pub round: u8,
    /// The right answer; none for somebody who does not exist.
    pub answer: Option<String>,
    /// How many wrong answers there were so far, over all rounds.
    pub wrong: u32,
}

impl fmt::Debug for CustomQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomQuestion({} [redacted])", self.round)
    }
}

/// What is known of a sign-in so far.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// How the person has proved who they are.
    pub proof: Proof,
    /// The device they say they are on, once it is known to be theirs.
    pub device_key: Option<String>,
    /// Whether the device has proved itself.
    pub device_proved: bool,
    /// Whether the questions of the custom challenge come after the password.
    pub custom: bool,
    /// The level that is to be reached.
    pub target: Target,
}

/// A question put to somebody who is signing in.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Whom it was put to.
    pub subject: Subject,
    /// What is being asked.
    pub step: Step,
    /// What is known so far.
    pub attempt: Attempt,
    session: String,
    expires: Timestamp,
    claimed: bool,
    /// Order of issue, to drop the oldest.
    number: u64,
}

impl Challenge {
    /// `Session`.
    pub fn session(&self) -> &str {
        &self.session
    }
}

/// All challenges that wait.
#[derive(Debug, Default)]
pub struct Challenges {
    by_session: HashMap<String, Challenge>,
    session_by_block: HashMap<String, String>,
    /// What a new passkey of a user must sign, and until when.
    registrations: HashMap<String, (Vec<u8>, Timestamp)>,
    issued: u64,
}

/// A fresh `SECRET_BLOCK`, base64.
pub fn secret_block() -> String {
    use base64::Engine as _;
    let mut block = vec![0; SECRET_BLOCK_BYTES];
    random::fill(&mut block);
    base64::engine::general_purpose::STANDARD.encode(block)
}

impl Challenges {
    /// Puts a question; it may be answered for `life_seconds`.
    pub fn issue(
        &mut self,
        subject: Subject,
        attempt: Attempt,
        step: Step,
        now: Timestamp,
        life_seconds: u64,
    ) -> Challenge {
        self.issued += 1;
        if self.issued.is_multiple_of(SWEEP_EVERY) || self.by_session.len() >= MOST {
            self.forget_expired(now);
        }
        let challenge = Challenge {
            subject,
            step,
            attempt,
            session: random::base64url(192),
            expires: now.plus_seconds(life_seconds),
            claimed: false,
            number: self.issued,
        };
        if let Some(block) = challenge.step.secret_block() {
            self.session_by_block.insert(block.to_owned(), challenge.session.clone());
        }
        self.by_session.insert(challenge.session.clone(), challenge.clone());
        challenge
    }

    /// Takes the challenge with this session, or where there is none with this secret block. From now on nobody
    /// else can answer it, unless it is [released](Self::release).
    ///
    /// # Errors
    /// `NotAuthorizedException` if there is no such challenge, its time is over, or it was answered before.
    pub fn claim(
        &mut self,
        session: Option<&str>,
        secret_block: Option<&str>,
        now: Timestamp,
    ) -> Result<Challenge, ApiError> {
        let found = session
            .or_else(|| Some(self.session_by_block.get(secret_block?)?.as_str()))
            .map(str::to_owned)
            .and_then(|session| self.by_session.get_mut(&session));
        let Some(challenge) = found else {
            return Err(ApiError::not_authorized("Invalid session for the user."));
        };
        if challenge.claimed {
            return Err(ApiError::not_authorized("Invalid session for the user, session can only be used once."));
        }
        if challenge.expires <= now {
            return Err(ApiError::not_authorized("Invalid session for the user, session is expired."));
        }
        challenge.claimed = true;
        Ok(challenge.clone())
    }

    /// The session of the latest `DEVICE_SRP_AUTH` that waits for an answer of this device.
    pub fn device_session(&self, sub: &str, device_key: &str) -> Option<String> {
        let waiting = self.by_session.values().filter(|challenge| {
            matches!(challenge.step, Step::DeviceSrp)
                && !challenge.claimed
                && challenge.subject.sub == sub
                && challenge.attempt.device_key.as_deref() == Some(device_key)
        });
        waiting.max_by_key(|challenge| challenge.number).map(|challenge| challenge.session.clone())
    }

    /// Gives a claimed challenge back, as it is now: its answer was mistaken in a way that can be corrected.
    pub fn release(&mut self, challenge: Challenge) {
        if let Some(kept) = self.by_session.get_mut(&challenge.session) {
            *kept = Challenge { claimed: false, ..challenge };
        }
    }

    /// Whether a challenge still waits for its answer.
    pub fn waits(&self, session: &str, now: Timestamp) -> bool {
        self.by_session.get(session).is_some_and(|challenge| !challenge.claimed && challenge.expires > now)
    }

    /// Ends every challenge that was put to somebody: what was proved so far no longer counts.
    pub fn end_all_of(&mut self, sub: &str) {
        self.by_session.retain(|_, challenge| challenge.subject.sub != sub);
    }

    /// What the next new passkey of a user must sign. There is one at a time.
    pub fn begin_registration(&mut self, sub: &str, expires: Timestamp) -> Vec<u8> {
        let challenge = random::bytes::<32>().to_vec();
        self.registrations.insert(sub.to_owned(), (challenge.clone(), expires));
        challenge
    }

    /// Takes it out: it serves for one passkey.
    pub fn take_registration(&mut self, sub: &str, now: Timestamp) -> Option<Vec<u8>> {
        let (challenge, expires) = self.registrations.remove(sub)?;
        (now < expires).then_some(challenge)
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Drops what is long over, and the oldest quarter if there are too many all the same.
    fn forget_expired(&mut self, now: Timestamp) {
        let oldest = self.issued.saturating_sub(MOST as u64 / 4 * 3);
        self.by_session
            .retain(|_, challenge| challenge.expires.plus_seconds(KEPT_SECONDS) > now && challenge.number > oldest);
        self.registrations.retain(|_, (_, expires)| *expires > now);
        let by_session = &self.by_session;
        self.session_by_block.retain(|_, session| by_session.contains_key(session));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::State;

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn issue(challenges: &mut Challenges) -> Challenge {
        let subject = State::default().subject("nobody@example.com");
        challenges.issue(subject, Attempt::default(), Step::NewPasswordRequired, NOW, 180)
    }

    #[test]
    fn one_answer_counts() {
        let mut challenges = Challenges::default();
        let issued = issue(&mut challenges);
        let session = Some(issued.session());
        let claimed = challenges.claim(session, None, NOW).unwrap();
        let second = challenges.claim(session, None, NOW).unwrap_err();
        assert!(second.message().contains("only be used once"));
        challenges.release(claimed);
        assert!(challenges.claim(session, None, NOW).is_ok());
    }

    #[test]
    fn a_session_ends() {
        let mut challenges = Challenges::default();
        let issued = issue(&mut challenges);
        let late = challenges.claim(Some(issued.session()), None, NOW.plus_seconds(180));
        assert!(late.unwrap_err().message().contains("expired"));
        assert!(challenges.claim(Some("other"), None, NOW).is_err());
        assert!(challenges.claim(None, None, NOW).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let mut challenges = Challenges::default();
        let example = issue(&mut challenges);
        for _ in 0..MOST + 50 {
            // Filled directly, past what issuing would allow.
            challenges.issued += 1;
            let number = challenges.issued;
            let challenge = Challenge { session: number.to_string(), number, ..example.clone() };
            challenges.by_session.insert(number.to_string(), challenge);
        }
        issue(&mut challenges);
        assert!(challenges.by_session.len() <= MOST);
    }

    #[test]
    fn challenges_end_with_what_they_stand_on() {
        let mut challenges = Challenges::default();
        let issued = issue(&mut challenges);
        challenges.end_all_of("somebody else");
        assert!(challenges.claim(Some(issued.session()), None, NOW).is_ok());
        challenges.end_all_of(&issued.subject.sub);
        assert!(challenges.claim(Some(issued.session()), None, NOW).is_err());
    }
}
