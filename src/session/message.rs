//! What the tabs of one origin tell each other. Whatever arrives may have been said by anything that runs on this origin,
//! or by another version of this app: what is not understood is passed over.

use crate::cognito::{
    token,
    types::{AccessToken, IdToken, RefreshToken, Tokens, UserName},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Names a session, over all refreshes, without giving anything of it away: a hash of what its tokens say of the sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionMark(String);

impl SessionMark {
    /// Of this session. Tokens that cannot be read are a session of their own.
    pub fn of(tokens: &Tokens) -> Self {
        let sign_in = token::origin(&tokens.access).unwrap_or_else(|| tokens.refresh.as_str().to_owned());
        let hash = Sha256::digest(sign_in);
        Self(URL_SAFE_NO_PAD.encode(&hash[..15]))
    }
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The person signed out.
    SignedOut,
    /// The server said so.
    Refused,
    /// Nothing was done for too long.
    Idle,
    /// The longest time is over.
    TooLong,
    /// The person deleted their account.
    Deleted,
}

/// One message. The tokens go along only where the tabs share no storage; then nothing else could bring them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "doorward", rename_all = "camelCase")]
pub enum Message {
    /// A session has new tokens.
    Renewed {
        /// The session as it was before.
        session: SessionMark,
        /// The new tokens, unless they are in the storage that all tabs share.
        #[serde(skip_serializing_if = "Option::is_none")]
        tokens: Option<Handed>,
    },
    /// A session is over.
    Over {
        /// Which.
        session: SessionMark,
        /// Why.
        ending: Ending,
    },
    /// Somebody changed their details.
    Profile {
        /// Whose session.
        session: SessionMark,
    },
}

/// Tokens on their way to a tab of the same session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    user: UserName,
    access: AccessToken,
    id: IdToken,
    refresh: RefreshToken,
}

impl std::fmt::Debug for Handed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handed(…)")
    }
}

impl Handed {
    /// Of this person.
    pub fn new(user: &UserName, tokens: &Tokens) -> Self {
        let Tokens { access, id, refresh } = tokens.clone();
        Self { user: user.clone(), access, id, refresh }
    }

    /// Whose they are, and the tokens.
    pub fn open(self) -> (UserName, Tokens) {
        let Self { user, access, id, refresh } = self;
        (user, Tokens { access, id, refresh })
    }
}

impl Message {
    /// As it is said.
    pub fn write(&self) -> String {
        // Only texts in it: always serializes.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was said; `None` if it is not understood.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens() -> Tokens {
        let text = "secret-part";
        Tokens { access: AccessToken::new(text), id: IdToken::new(text), refresh: RefreshToken::new(text) }
    }

    #[test]
    fn every_message_comes_back_as_it_was_said() {
        let session = SessionMark::of(&tokens());
        for message in [
            Message::Renewed { session: session.clone(), tokens: None },
            Message::Renewed { session: session.clone(), tokens: Some(Handed::new(&UserName::new("ada"), &tokens())) },
            Message::Over { session: session.clone(), ending: Ending::Idle },
            Message::Profile { session },
        ] {
            let text = message.write();
            assert_eq!(Message::read(&text).as_ref(), Some(&message), "{text}");
            assert!(!format!("{message:?}").contains("secret-part"));
        }
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        for text in [
            "",
            "null",
            "{}",
            "[1]",
            "{\"doorward\":\"tomorrow\",\"session\":\"x\"}",
            "{\"doorward\":\"over\",\"session\":\"x\",\"ending\":\"Eaten\"}",
            "{\"doorward\":\"renewed\",\"session\":7}",
        ] {
            assert_eq!(Message::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn takes_any_text(text in ".{0,200}") {
            let _ = Message::read(&text);
        }
    }
}
