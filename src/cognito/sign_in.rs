//! The sign-in state machine: which step follows which event. Pure; whoever drives it carries out
//! the [`Command`]s and feeds the answers back.
//!
//! ```text
//! Credentials ─Submit→ Initiating ─PASSWORD_VERIFIER→ Proving ─tokens→ SignedIn
//!      ↑                   │                             │
//!      └──── any error ────┴─────────────────────────────┤
//!                                                        ├─NEW_PASSWORD_REQUIRED→ NewPassword ─→ SettingPassword ─→ …
//!                                                        ├─UserNotConfirmed→ Unconfirmed
//!                                                        ├─PasswordResetRequired→ ResetRequired
//!                                                        └─anything else→ Unsupported
//! ```

use super::error::{Error, ErrorKind, Fault, Reason};
use super::operations::{Attribute, AuthAnswer};
use super::srp::Challenge;
use super::types::{AttributeName, ChallengeSession, Password, SecretBlock, Tokens, UserName};
use std::collections::BTreeMap;

/// Where a sign-in stands.
#[derive(Debug, Clone)]
pub enum Step {
    /// The person enters name and password; `problem` is what happened to the last attempt.
    Credentials {
        /// Why the last attempt did not work.
        problem: Option<Error>,
    },
    /// InitiateAuth is under way.
    Initiating {
        /// What was typed.
        user: UserName,
        /// Needed for the proof.
        password: Password,
    },
    /// RespondToAuthChallenge with the proof is under way.
    Proving {
        /// What was typed, for the steps that follow.
        user: UserName,
    },
    /// The person has a temporary password and chooses a new one.
    NewPassword {
        /// What Cognito asks for.
        challenge: NewPasswordChallenge,
        /// Why the last attempt did not work.
        problem: Option<Error>,
    },
    /// The new password is under way.
    SettingPassword {
        /// Kept, in case it has to be corrected.
        challenge: NewPasswordChallenge,
    },
    /// The account waits for its code; go to the verify page.
    Unconfirmed {
        /// Who.
        user: UserName,
    },
    /// An administrator asks for a reset; go to the forgotten-password page.
    ResetRequired {
        /// Who.
        user: UserName,
    },
    /// Cognito asks for a step this version does not know.
    Unsupported {
        /// Its name, as data.
        challenge: String,
    },
    /// Done.
    SignedIn(Tokens),
}

impl Default for Step {
    fn default() -> Self {
        Self::Credentials { problem: None }
    }
}

impl Step {
    /// What happened to the last attempt.
    pub const fn problem(&self) -> Option<&Error> {
        match self {
            Self::Credentials { problem } | Self::NewPassword { problem, .. } => problem.as_ref(),
            _ => None,
        }
    }

    /// The same step, with a problem that kept the event from being sent at all.
    #[must_use]
    pub fn with_problem(self, error: Error) -> Self {
        match self {
            Self::NewPassword { challenge, .. } => Self::NewPassword { challenge, problem: Some(error) },
            _ => Self::Credentials { problem: Some(error) },
        }
    }
}

/// A NEW_PASSWORD_REQUIRED challenge.
#[derive(Debug, Clone)]
pub struct NewPasswordChallenge {
    /// What was typed.
    pub user: UserName,
    /// The name that goes into the answer.
    pub user_id: String,
    /// Goes back with the answer.
    pub session: Option<ChallengeSession>,
    /// Attributes that are required and not set yet, without the `userAttributes.` prefix.
    pub missing: Vec<AttributeName>,
}

/// What can happen.
#[derive(Debug, Clone)]
pub enum Event {
    /// The person submitted name and password.
    Submit {
        /// The name to sign in with.
        user: UserName,
        /// The password.
        password: Password,
    },
    /// The person chose a new password and filled in what was missing.
    ChooseNewPassword {
        /// The new password.
        password: Password,
        /// The missing attributes.
        attributes: Vec<Attribute>,
    },
    /// The answer to the last command.
    Answered(Result<AuthAnswer, Error>),
    /// The person wants to begin again.
    StartOver,
}

/// What has to be done for the step to go on. Each is answered with [`Event::Answered`].
#[derive(Debug, Clone)]
pub enum Command {
    /// InitiateAuth with USER_SRP_AUTH.
    Initiate {
        /// The name as typed.
        user: UserName,
    },
    /// RespondToAuthChallenge with the proof of the password.
    Prove {
        /// What the proof is computed from.
        challenge: Challenge,
        /// Goes back with it.
        session: Option<ChallengeSession>,
        /// Stays here.
        password: Password,
    },
    /// RespondToAuthChallenge with the new password.
    SetPassword {
        /// Whose.
        user_id: String,
        /// Goes back with it.
        session: Option<ChallengeSession>,
        /// The new password.
        password: Password,
        /// The attributes that were missing.
        attributes: Vec<Attribute>,
    },
}

/// The next step, and what has to be done to get beyond it. Events that do not fit the step change
/// nothing.
pub fn next(step: Step, event: Event) -> (Step, Option<Command>) {
    match (step, event) {
        (_, Event::StartOver) => (Step::default(), None),
        (Step::Credentials { .. }, Event::Submit { user, password }) => {
            (Step::Initiating { user: user.clone(), password }, Some(Command::Initiate { user }))
        }
        (Step::Initiating { user, password }, Event::Answered(Ok(answer))) => after_initiate(user, password, answer),
        (Step::Initiating { user, .. } | Step::Proving { user }, Event::Answered(Err(error))) => {
            (refused(user, error), None)
        }
        (Step::Proving { user }, Event::Answered(Ok(answer))) => (after_proof(user, answer), None),
        (Step::NewPassword { challenge, .. }, Event::ChooseNewPassword { password, attributes }) => {
            let command = Command::SetPassword {
                user_id: challenge.user_id.clone(),
                session: challenge.session.clone(),
                password,
                attributes,
            };
            (Step::SettingPassword { challenge }, Some(command))
        }
        (Step::SettingPassword { challenge }, Event::Answered(Ok(answer))) => {
            (after_proof(challenge.user, answer), None)
        }
        (Step::SettingPassword { challenge }, Event::Answered(Err(error))) => {
            (new_password_refused(challenge, error), None)
        }
        (step, _) => (step, None),
    }
}

fn after_initiate(user: UserName, password: Password, mut answer: AuthAnswer) -> (Step, Option<Command>) {
    if answer.challenge_name.as_deref() != Some("PASSWORD_VERIFIER") {
        return (after_proof(user, answer), None);
    }
    let mut take = |name: &str| answer.challenge_parameters.remove(name);
    match (take("SALT"), take("SRP_B"), take("SECRET_BLOCK"), take("USER_ID_FOR_SRP")) {
        (Some(salt), Some(server_public), Some(secret_block), Some(user_id)) => {
            let challenge = Challenge { salt, server_public, secret_block: SecretBlock::new(secret_block), user_id };
            (Step::Proving { user }, Some(Command::Prove { challenge, session: answer.session, password }))
        }
        _ => (Step::Credentials { problem: Some(Fault::Garbled.into()) }, None),
    }
}

/// What an accepted answer leads to: tokens, or the next challenge.
fn after_proof(user: UserName, answer: AuthAnswer) -> Step {
    if let Some(result) = answer.authentication_result {
        return match result.into_tokens(None) {
            Ok(tokens) => Step::SignedIn(tokens),
            Err(problem) => Step::Credentials { problem: Some(problem) },
        };
    }
    match answer.challenge_name.as_deref() {
        Some("NEW_PASSWORD_REQUIRED") => {
            let parameters = &answer.challenge_parameters;
            let user_id = parameters.get("USER_ID_FOR_SRP").or_else(|| parameters.get("USERNAME")).cloned();
            let challenge = NewPasswordChallenge {
                user_id: user_id.unwrap_or_else(|| user.as_str().to_owned()),
                missing: missing_attributes(parameters),
                session: answer.session,
                user,
            };
            Step::NewPassword { challenge, problem: None }
        }
        Some(name) => Step::Unsupported { challenge: name.to_owned() },
        None => Step::Credentials { problem: Some(Fault::Garbled.into()) },
    }
}

/// `requiredAttributes` less those in `userAttributes` that have a value: Cognito refuses to be
/// told again what it knows. Both are JSON inside a string; what cannot be read counts as empty.
fn missing_attributes(parameters: &BTreeMap<String, String>) -> Vec<AttributeName> {
    let json = |name: &str| parameters.get(name).and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let known = json("userAttributes").unwrap_or_default();
    json("requiredAttributes")
        .as_ref()
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str)
        .map(|name| name.strip_prefix("userAttributes.").unwrap_or(name))
        .filter(|name| known.get(name).and_then(serde_json::Value::as_str).is_none_or(str::is_empty))
        .map(AttributeName::new)
        .collect()
}

fn refused(user: UserName, error: Error) -> Step {
    match error.kind() {
        Some(ErrorKind::UserNotConfirmed) => Step::Unconfirmed { user },
        Some(ErrorKind::PasswordResetRequired) => Step::ResetRequired { user },
        _ => Step::Credentials { problem: Some(error) },
    }
}

/// A password or attribute that can be corrected keeps the challenge; anything final starts over.
fn new_password_refused(challenge: NewPasswordChallenge, error: Error) -> Step {
    let over = match &error {
        Error::Service(service) => match service.kind {
            ErrorKind::InvalidPassword | ErrorKind::PasswordHistoryPolicyViolation | ErrorKind::InvalidParameter => {
                service.reason == Some(Reason::SessionExpired)
            }
            ErrorKind::TooManyRequests
            | ErrorKind::LimitExceeded
            | ErrorKind::InternalError
            | ErrorKind::UserLambdaValidation => false,
            _ => true,
        },
        Error::Fault(_) => false,
    };
    if over {
        return refused(challenge.user, error);
    }
    Step::NewPassword { challenge, problem: Some(error) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::error::ServiceError;
    use proptest::prelude::*;
    use serde_json::json;

    fn answer(value: serde_json::Value) -> Event {
        Event::Answered(Ok(serde_json::from_value(value).unwrap()))
    }

    fn refusal(kind: ErrorKind) -> Event {
        Event::Answered(Err(Error::Service(ServiceError { kind, reason: None })))
    }

    fn submit() -> Event {
        Event::Submit { user: UserName::new("ada@example.com"), password: Password::new("hunter2") }
    }

    fn verifier() -> Event {
        answer(json!({"ChallengeName": "PASSWORD_VERIFIER", "Session": "s", "ChallengeParameters": {
            "SALT": "ab", "SRP_B": "cd", "SECRET_BLOCK": "ef", "USER_ID_FOR_SRP": "sub", "USERNAME": "sub"}}))
    }

    fn tokens() -> Event {
        answer(json!({"AuthenticationResult": {"AccessToken": "a", "IdToken": "i", "RefreshToken": "r"}}))
    }

    fn new_password() -> Event {
        answer(json!({"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s2", "ChallengeParameters": {
            "USER_ID_FOR_SRP": "sub",
            "requiredAttributes": "[\"userAttributes.name\",\"userAttributes.email\"]",
            "userAttributes": "{\"email\":\"ada@example.com\",\"name\":\"\"}"}}))
    }

    /// Runs events through the machine; the step's name and the last command's.
    fn run(events: impl IntoIterator<Item = Event>) -> (Step, Option<Command>) {
        events.into_iter().fold((Step::default(), None), |(step, _), event| next(step, event))
    }

    #[test]
    fn the_happy_path() {
        let (step, command) = run([submit()]);
        assert!(matches!(step, Step::Initiating { .. }));
        assert!(matches!(command, Some(Command::Initiate { user }) if user.as_str() == "ada@example.com"));

        let (step, command) = run([submit(), verifier()]);
        assert!(matches!(step, Step::Proving { .. }));
        match command {
            Some(Command::Prove { challenge, session, .. }) => {
                assert_eq!((challenge.salt.as_str(), challenge.user_id.as_str()), ("ab", "sub"));
                assert_eq!(session.unwrap().as_str(), "s");
            }
            other => panic!("{other:?}"),
        }

        let (step, command) = run([submit(), verifier(), tokens()]);
        assert!(matches!(step, Step::SignedIn(_)) && command.is_none());
    }

    #[test]
    fn each_answer_leads_where_it_should() {
        let unknown = answer(json!({"ChallengeName": "SOMETHING_NEW", "Session": "s"}));
        let empty = answer(json!({}));
        let half = answer(json!({"AuthenticationResult": {"AccessToken": "a"}}));
        let no_salt = answer(json!({"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": {"SRP_B": "1"}}));
        type Check = fn(&Step) -> bool;
        let table: [(&str, Vec<Event>, Check); 12] = [
            ("wrong password", vec![submit(), verifier(), refusal(ErrorKind::NotAuthorized)], |s| {
                matches!(s, Step::Credentials { problem: Some(_) })
            }),
            ("unknown user", vec![submit(), refusal(ErrorKind::UserNotFound)], |s| {
                matches!(s, Step::Credentials { problem: Some(_) })
            }),
            ("unconfirmed at once", vec![submit(), refusal(ErrorKind::UserNotConfirmed)], |s| {
                matches!(s, Step::Unconfirmed { .. })
            }),
            ("unconfirmed later", vec![submit(), verifier(), refusal(ErrorKind::UserNotConfirmed)], |s| {
                matches!(s, Step::Unconfirmed { .. })
            }),
            ("reset required", vec![submit(), refusal(ErrorKind::PasswordResetRequired)], |s| {
                matches!(s, Step::ResetRequired { .. })
            }),
            (
                "unknown challenge",
                vec![submit(), verifier(), unknown.clone()],
                |s| matches!(s, Step::Unsupported { challenge } if challenge == "SOMETHING_NEW"),
            ),
            ("unknown challenge at once", vec![submit(), unknown], |s| matches!(s, Step::Unsupported { .. })),
            ("empty answer", vec![submit(), empty], |s| {
                matches!(s, Step::Credentials { problem: Some(Error::Fault(Fault::Garbled)) })
            }),
            ("half the tokens", vec![submit(), verifier(), half], |s| {
                matches!(s, Step::Credentials { problem: Some(_) })
            }),
            ("no salt", vec![submit(), no_salt], |s| matches!(s, Step::Credentials { problem: Some(_) })),
            ("network", vec![submit(), Event::Answered(Err(Fault::Offline.into()))], |s| {
                matches!(s, Step::Credentials { problem: Some(Error::Fault(Fault::Offline)) })
            }),
            ("start over", vec![submit(), verifier(), new_password(), Event::StartOver], |s| {
                matches!(s, Step::Credentials { problem: None })
            }),
        ];
        for (name, events, check) in table {
            let (step, _) = run(events);
            assert!(check(&step), "{name}: {step:?}");
        }
    }

    #[test]
    fn a_temporary_password_is_replaced() {
        let (step, _) = run([submit(), verifier(), new_password()]);
        let Step::NewPassword { challenge, problem: None } = step else { panic!("{step:?}") };
        assert_eq!(challenge.missing, [AttributeName::new("name")], "what is known is not asked again");

        let choose = || Event::ChooseNewPassword { password: Password::new("n"), attributes: vec![] };
        let (step, command) = run([submit(), verifier(), new_password(), choose()]);
        assert!(matches!(step, Step::SettingPassword { .. }));
        assert!(matches!(command, Some(Command::SetPassword { user_id, .. }) if user_id == "sub"));

        // A weak password can be corrected in the same session; an ended session starts over.
        let (step, _) = run([submit(), verifier(), new_password(), choose(), refusal(ErrorKind::InvalidPassword)]);
        assert!(matches!(&step, Step::NewPassword { challenge, problem: Some(_) } if challenge.session.is_some()));
        let (step, _) = run([submit(), verifier(), new_password(), choose(), refusal(ErrorKind::NotAuthorized)]);
        assert!(matches!(step, Step::Credentials { problem: Some(_) }));
        let (step, _) = run([submit(), verifier(), new_password(), choose(), tokens()]);
        assert!(matches!(step, Step::SignedIn(_)));
    }

    fn any_event() -> impl Strategy<Value = Event> {
        prop_oneof![
            Just(submit()),
            Just(verifier()),
            Just(tokens()),
            Just(new_password()),
            Just(Event::StartOver),
            Just(Event::ChooseNewPassword { password: Password::new("n"), attributes: vec![] }),
            Just(Event::Answered(Err(Fault::Offline.into()))),
            Just(answer(json!({"ChallengeName": "X"}))),
            (0..ErrorKind::ALL.len()).prop_map(|i| refusal(ErrorKind::ALL[i])),
        ]
    }

    proptest! {
        #[test]
        fn no_sequence_of_events_gets_stuck(events in proptest::collection::vec(any_event(), 0..20)) {
            let (step, command) = run(events);
            // A command is under way exactly in the steps that wait for an answer.
            let waits = matches!(step, Step::Initiating { .. } | Step::Proving { .. } | Step::SettingPassword { .. });
            prop_assert!(waits || command.is_none());
            // From every step there is a way back to the beginning.
            prop_assert!(matches!(next(step, Event::StartOver).0, Step::Credentials { problem: None }), "no way back");
        }

        #[test]
        fn the_password_is_never_printed(events in proptest::collection::vec(any_event(), 0..6)) {
            let printed = format!("{:?}", run(events));
            prop_assert!(!printed.contains("hunter2"));
        }
    }
}
