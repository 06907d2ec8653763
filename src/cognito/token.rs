//! What a client may read from a JWT: when it ends and what the person is called.
//!
//! The signature is **not** checked here: tokens come straight from Cognito over TLS, and whoever
//! relies on a token checks it at the server. Nothing read here grants anything.

use super::types::{AccessToken, IdToken, Tokens, UserName};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// The claims this app looks at, unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// `username`: the pool's name for the person.
    pub username: UserName,
    /// `iat`: when it was made, seconds since 1970 by the server's clock.
    pub issued_at: u64,
    /// `exp`: when it ends, seconds since 1970 by the server's clock.
    pub expires_at: u64,
    /// `auth_time`: when the person signed in, seconds since 1970 by the server's clock; when the token was made if it
    /// does not say.
    pub signed_in_at: u64,
}

impl AccessClaims {
    /// Reads an access token's payload; `None` if it is not one.
    pub fn read(token: &AccessToken) -> Option<Self> {
        let claims = payload(token.as_str())?;
        let time = |name: &str| claims.get(name).and_then(Value::as_u64);
        let username = claims.get("username")?.as_str().filter(|name| !name.is_empty())?;
        let issued_at = time("iat")?;
        let signed_in_at = time("auth_time").unwrap_or(issued_at);
        Some(Self { username: UserName::new(username), issued_at, expires_at: time("exp")?, signed_in_at })
    }
}

/// `origin_jti`: the pool's name for the session, if it says one.
pub fn origin_jti(token: &AccessToken) -> Option<String> {
    payload(token.as_str())?.get("origin_jti")?.as_str().map(str::to_owned)
}

/// The claim, and the attribute, that names the accounts at other providers.
pub const IDENTITIES: &str = "identities";

/// An account at another provider that opens this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The pool's name for the provider.
    pub provider: String,
    /// Since when, seconds since 1970.
    pub since: Option<u64>,
}

impl Identity {
    /// Those of the attribute, which is a list as a text. What names no provider is none.
    pub fn read(text: &str) -> Vec<Self> {
        serde_json::from_str(text).map(|list| Self::list(&list)).unwrap_or_default()
    }

    fn list(identities: &Value) -> Vec<Self> {
        let read = |identity: &Value| {
            let provider = identity.get("providerName")?.as_str()?.to_owned();
            // Milliseconds, as a number or as a text.
            let since = identity.get("dateCreated").and_then(|at| at.as_u64().or_else(|| at.as_str()?.parse().ok()));
            Some(Self { provider, since: since.map(|at| at / 1000) })
        };
        identities.as_array().into_iter().flatten().filter_map(read).collect()
    }

    /// Whether the account of this name was made by it: the pool names such people by their provider (`google_1234`). One that
    /// was linked to an account later has made none.
    pub fn made(&self, username: &str) -> bool {
        let (name, username) = (self.provider.as_bytes(), username.as_bytes());
        let begins = username.get(..name.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(name));
        begins && username.get(name.len()) == Some(&b'_')
    }
}

/// The names of the providers that the person is known by (`identities`), and whether there is nothing else to know them by:
/// the pool made the account for a provider.
pub fn providers(token: &IdToken) -> (Vec<String>, bool) {
    let claims = payload(token.as_str()).unwrap_or_default();
    let username = claims.get("cognito:username").and_then(Value::as_str).unwrap_or_default();
    let identities = claims.get(IDENTITIES).map(Identity::list).unwrap_or_default();
    let only = identities.iter().any(|identity| identity.made(username));
    (identities.into_iter().map(|identity| identity.provider).collect(), only)
}

/// What stays the same over all refreshes of a session: `origin_jti`, or the person and `auth_time` where a pool has token
/// revocation switched off. `None` if the token says neither.
pub fn origin(token: &AccessToken) -> Option<String> {
    let claims = payload(token.as_str())?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    match text("origin_jti") {
        Some(origin) => Some(origin.to_owned()),
        None => Some([text("username")?, " ", &claims.get("auth_time")?.as_u64()?.to_string()].concat()),
    }
}

/// When a session's tokens were made and when they end, by the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenTimes {
    /// `iat` of the access token, seconds since 1970.
    pub issued_at: u64,
    /// `exp` of whichever ends first, access or ID token, seconds since 1970.
    pub expires_at: u64,
    /// The two were made together. Otherwise somebody is just storing new ones, one after the other.
    pub together: bool,
}

impl TokenTimes {
    /// From the tokens; `None` if the access token is none. An ID token that cannot be read counts for nothing.
    pub fn read(tokens: &Tokens) -> Option<Self> {
        let AccessClaims { issued_at, expires_at, .. } = AccessClaims::read(&tokens.access)?;
        let id = payload(tokens.id.as_str());
        let time = |name: &str| id.as_ref().and_then(|claims| claims.get(name)?.as_u64());
        let expires_at = expires_at.min(time("exp").unwrap_or(u64::MAX));
        Some(Self { issued_at, expires_at, together: time("iat").is_none_or(|id| id == issued_at) })
    }

    /// How long they last in all, in seconds.
    pub const fn lifetime(self) -> u64 {
        self.expires_at.saturating_sub(self.issued_at)
    }
}

/// The claims of a JWT, unverified; `None` if it is not one.
pub(super) fn payload(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::types::RefreshToken;
    use proptest::prelude::*;

    fn token(payload: &str) -> AccessToken {
        AccessToken::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload)))
    }

    #[test]
    fn reads_name_and_times() {
        let claims = AccessClaims::read(&token(r#"{"username":"Ünï","iat":1,"exp":3601}"#)).unwrap();
        assert_eq!((claims.username.as_str(), claims.issued_at, claims.expires_at), ("Ünï", 1, 3601));
    }

    #[test]
    fn a_session_ends_with_the_first_of_its_tokens() {
        let tokens = |id: &str| Tokens {
            access: token(r#"{"username":"a","iat":1,"exp":3601,"auth_time":0}"#),
            id: IdToken::new(id),
            refresh: RefreshToken::new("r"),
        };
        let ends = |id: &str| TokenTimes::read(&tokens(id)).unwrap().expires_at;
        assert_eq!(ends(token(r#"{"exp":301}"#).as_str()), 301);
        assert_eq!(ends(token(r#"{"exp":9999}"#).as_str()), 3601);
        assert_eq!(ends("no token"), 3601);
        assert_eq!(AccessClaims::read(&tokens("").access).unwrap().signed_in_at, 0);
    }

    #[test]
    fn accounts_of_providers_are_told_from_those_that_have_one_as_well() {
        let of = |payload: &str| providers(&IdToken::new(token(payload).as_str()));
        let google = |username: &str| {
            of(&format!(r#"{{"cognito:username":"{username}","identities":[{{"providerName":"Google"}},{{"x":1}}]}}"#))
        };
        assert_eq!(google("google_123"), (vec!["Google".to_owned()], true));
        assert_eq!(google("Googler"), (vec!["Google".to_owned()], false));
        assert_eq!(google("0a1b"), (vec!["Google".to_owned()], false));
        for none in ["{}", r#"{"identities":7}"#, r#"{"cognito:username":"Google_1"}"#, "null"] {
            assert_eq!(of(none), (vec![], false), "{none}");
        }
    }

    #[test]
    fn identities_are_read_from_the_attribute() {
        let text = r#"[{"providerName":"SignInWithApple","dateCreated":1700000002000},
            {"providerName":"Google","dateCreated":"1700000001999"},{"userId":"1"},7,{"providerName":"Firm_SSO"}]"#;
        let found = Identity::read(text);
        let seen: Vec<_> = found.iter().map(|identity| (identity.provider.as_str(), identity.since)).collect();
        let expected = [("SignInWithApple", Some(1_700_000_002)), ("Google", Some(1_700_000_001)), ("Firm_SSO", None)];
        assert_eq!(seen, expected);
        for none in ["", "[]", "{}", "null", "[7]"] {
            assert!(Identity::read(none).is_empty(), "{none}");
        }
        let made = |username: &str| found.iter().filter(|identity| identity.made(username)).count();
        assert_eq!(["firm_sso_1", "GOOGLE_1"].map(made), [1, 1]);
        assert_eq!(["firm_1", "google1", "google", "", "4f3c-1", "facebook_1"].map(made), [0; 6]);
    }

    #[test]
    fn anything_else_is_no_token() {
        for bad in ["", ".", "..", "a.b.c", "a.b.c.d"] {
            assert_eq!(AccessClaims::read(&AccessToken::new(bad)), None, "{bad:?}");
        }
        for payload in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"username":"","iat":1,"exp":2}"#,
            r#"{"username":"a","iat":-1,"exp":2}"#,
            r#"{"username":"a","iat":1,"exp":"2"}"#,
        ] {
            assert_eq!(AccessClaims::read(&token(payload)), None, "{payload:?}");
        }
    }

    proptest! {
        #[test]
        fn takes_any_text(text in ".{0,200}", payload in ".{0,100}") {
            let _ = AccessClaims::read(&AccessToken::new(text));
            let _ = AccessClaims::read(&token(&payload));
        }
    }
}
