//! Challenges that wait for their answer. They live in memory only: a restart asks people to begin again.
//!
//! An answer claims the challenge, so that of two answers only one counts; after a mistake that can be corrected
//! the challenge is released and the same session may be used again.

use crate::clock::Timestamp;
use crate::random;
use crate::srp::ServerExchange;
use crate::wire::ApiError;
use std::collections::HashMap;

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
    /// `PASSWORD_VERIFIER`: prove the password.
    PasswordVerifier {
        /// The exchange so far.
        exchange: Box<ServerExchange>,
        /// The block that goes into the signature and, without a session, finds the challenge again.
        secret_block: String,
    },
    /// `NEW_PASSWORD_REQUIRED`: replace the temporary password.
    NewPasswordRequired,
}

/// A question put to somebody who is signing in.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// `USER_ID_FOR_SRP`: the user's id, or a made-up one for a user who does not exist.
    pub user_id: String,
    /// What is being asked.
    pub step: Step,
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
    pub fn issue(&mut self, user_id: &str, step: Step, now: Timestamp, life_seconds: u64) -> Challenge {
        self.issued += 1;
        if self.issued.is_multiple_of(SWEEP_EVERY) || self.by_session.len() >= MOST {
            self.forget_expired(now);
        }
        let challenge = Challenge {
            user_id: user_id.to_owned(),
            step,
            session: random::base64url(192),
            expires: now.plus_seconds(life_seconds),
            claimed: false,
            number: self.issued,
        };
        if let Step::PasswordVerifier { secret_block, .. } = &challenge.step {
            self.session_by_block.insert(secret_block.clone(), challenge.session.clone());
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

    /// Gives a claimed challenge back: its answer was mistaken in a way that can be corrected.
    pub fn release(&mut self, challenge: &Challenge) {
        if let Some(challenge) = self.by_session.get_mut(&challenge.session) {
            challenge.claimed = false;
        }
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
        let by_session = &self.by_session;
        self.session_by_block.retain(|_, session| by_session.contains_key(session));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    #[test]
    fn one_answer_counts() {
        let mut challenges = Challenges::default();
        let issued = challenges.issue("u", Step::NewPasswordRequired, NOW, 180);
        let session = Some(issued.session());
        let claimed = challenges.claim(session, None, NOW).unwrap();
        let second = challenges.claim(session, None, NOW).unwrap_err();
        assert!(second.message().contains("only be used once"));
        challenges.release(&claimed);
        assert!(challenges.claim(session, None, NOW).is_ok());
    }

    #[test]
    fn a_session_ends() {
        let mut challenges = Challenges::default();
        let issued = challenges.issue("u", Step::NewPasswordRequired, NOW, 180);
        let late = challenges.claim(Some(issued.session()), None, NOW.plus_seconds(180));
        assert!(late.unwrap_err().message().contains("expired"));
        assert!(challenges.claim(Some("other"), None, NOW).is_err());
        assert!(challenges.claim(None, None, NOW).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let mut challenges = Challenges::default();
        for _ in 0..MOST + 50 {
            // Filled directly, past what issuing would allow.
            challenges.issued += 1;
            let number = challenges.issued;
            challenges.by_session.insert(
                number.to_string(),
                Challenge {
                    user_id: String::new(),
                    step: Step::NewPasswordRequired,
                    session: number.to_string(),
                    expires: NOW.plus_seconds(180),
                    claimed: false,
                    number,
                },
            );
        }
        challenges.issue("u", Step::NewPasswordRequired, NOW, 180);
        assert!(challenges.by_session.len() <= MOST);
    }
}
