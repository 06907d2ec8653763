//! The words of the protocol as types, so that a code cannot be passed where a token belongs.
//!
//! Secrets print as `[redacted]`; they reach the wire through `Serialize` and code through
//! `as_str`, never through `{:?}`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares a newtype around text. `secret` ones redact themselves in `Debug`; `plain` ones show.
macro_rules! text_type {
    ($(#[$doc:meta])* plain $name:ident) => {
        text_type!(@base $(#[$doc])* $name);
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }
    };
    ($(#[$doc:meta])* secret $name:ident) => {
        text_type!(@base $(#[$doc])* $name);
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
    (@base $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

text_type! {
    /// An email address as the person typed it, without surrounding white space. Never lower-cased:
    /// pools can be case-sensitive.
    plain Email
}
text_type! {
    /// What a person signs in with, or the name the pool knows them by (`username` in tokens).
    plain UserName
}
text_type! {
    /// A password. Leaves the browser only in operations that need it.
    secret Password
}
text_type! {
    /// A code that was sent by email or SMS.
    secret ConfirmationCode
}
text_type! {
    /// A JWT that authorises calls on the person's behalf.
    secret AccessToken
}
text_type! {
    /// A JWT that says who the person is.
    secret IdToken
}
text_type! {
    /// An opaque token that new access and ID tokens are obtained with.
    secret RefreshToken
}
text_type! {
    /// Cognito's name for the state between two steps of a sign-in; lives 3 to 15 minutes.
    secret ChallengeSession
}
text_type! {
    /// The opaque text that comes with a PASSWORD_VERIFIER challenge and goes back signed.
    secret SecretBlock
}
text_type! {
    /// The id of an app client without a secret, `[\w+]+`.
    plain ClientId
}
text_type! {
    /// The name of a user attribute: `email`, `custom:agentName`.
    plain AttributeName
}

impl Email {
    /// Trims, and checks only what every address has: something, one `@`, something, no spaces.
    /// The pool has the last word.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        (plain
            && !local.is_empty()
            && domain.len() > 2
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && text.len() <= 254)
            .then(|| Self(text.to_owned()))
    }

    /// The address as the name to sign in with.
    pub fn to_user_name(&self) -> UserName {
        UserName(self.0.clone())
    }
}

impl ConfirmationCode {
    /// Takes what was pasted or typed: drops spaces and hyphens that mail programs add, then
    /// expects digits or letters only (`[\S]+` in the model, up to 2048).
    pub fn parse(text: &str) -> Option<Self> {
        let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        (!code.is_empty() && code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric())).then_some(Self(code))
    }
}

/// The AWS region, the two halves of a pool's id, and the id itself: `us-east-1_Abc123`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPoolId(String);

impl UserPoolId {
    /// `{region}_{letters and digits}`, at most 55 characters (`UserPoolIdType` in the model).
    pub fn parse(text: &str) -> Option<Self> {
        let (region, name) = text.split_once('_')?;
        let fits = Region::parse(region).is_some()
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric())
            && text.len() <= 55;
        fits.then(|| Self(text.to_owned()))
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind the underscore, which SRP mixes into its hashes.
    pub fn name(&self) -> &str {
        self.0.split_once('_').map_or("", |(_, name)| name)
    }

    /// The part before the underscore.
    pub fn region(&self) -> &str {
        self.0.split_once('_').map_or("", |(region, _)| region)
    }
}

/// An AWS region, `us-east-1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region(String);

impl Region {
    /// Lower-case words and a number joined by hyphens: `eu-central-1`, `us-gov-west-1`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-').rev();
        let number = parts.next()?;
        let words: Vec<_> = parts.collect();
        let fits = (1..=2).contains(&number.len())
            && number.chars().all(|c| c.is_ascii_digit())
            && words.len() >= 2
            && words.iter().all(|w| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase()));
        fits.then(|| Self(text.to_owned()))
    }

    /// The region's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain AWS serves this region from; China has its own.
    pub fn domain(&self) -> &'static str {
        if self.0.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
    }
}

impl ClientId {
    /// `[\w+]+`, at most 128 characters (`ClientIdType` in the model).
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && text.len() <= 128
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '+');
        fits.then(|| Self(text.to_owned()))
    }
}

/// The three tokens of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Authorises calls.
    pub access: AccessToken,
    /// Says who it is.
    pub id: IdToken,
    /// Obtains new ones. Stays the same over refreshes unless the pool rotates it.
    pub refresh: RefreshToken,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_do_not_print() {
        let printed = format!(
            "{:?} {:?} {:?} {:?}",
            Password::new("hunter2"),
            AccessToken::new("hunter2"),
            ConfirmationCode::new("hunter2"),
            ChallengeSession::new("hunter2"),
        );
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("Password([redacted])"));
    }

    #[test]
    fn emails_keep_their_case_and_lose_their_spaces() {
        assert_eq!(Email::parse(" Ada@Example.com ").unwrap().as_str(), "Ada@Example.com");
        for bad in ["", "ada", "@example.com", "ada@", "ada@com", "a b@example.com", "ada@.com", "ada@example."] {
            assert_eq!(Email::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn codes_survive_what_mail_programs_do_to_them() {
        for text in ["123456", " 123 456 ", "123-456\n"] {
            assert_eq!(ConfirmationCode::parse(text).unwrap().as_str(), "123456");
        }
        for bad in ["", "  ", "12<34", "é"] {
            assert!(ConfirmationCode::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn pool_ids_have_two_halves() {
        let id = UserPoolId::parse("eu-central-1_Abc123").unwrap();
        assert_eq!((id.region(), id.name()), ("eu-central-1", "Abc123"));
        for bad in ["", "Abc123", "eu-central-1_", "eu-central-1_a-b", "eu_central_1_Abc", "EU-central-1_Abc", "1_a"] {
            assert!(UserPoolId::parse(bad).is_none(), "{bad:?}");
        }
        assert!(Region::parse("us-gov-west-1").is_some());
        assert_eq!(Region::parse("cn-north-1").unwrap().domain(), "amazonaws.com.cn");
    }

    proptest! {
        #[test]
        fn parsers_take_any_text(text in ".{0,80}") {
            let _ = (Email::parse(&text), ConfirmationCode::parse(&text), UserPoolId::parse(&text), Region::parse(&text), ClientId::parse(&text));
        }

        #[test]
        fn six_digits_are_always_a_code(code in "[0-9]{6}") {
            prop_assert_eq!(ConfirmationCode::parse(&code), Some(ConfirmationCode::new(code)));
        }
    }
}
