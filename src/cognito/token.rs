//! What a client may read from a JWT: when it ends and what the person is called.
//!
//! The signature is **not** checked here: tokens come straight from Cognito over TLS, and whoever
//! relies on a token checks it at the server. Nothing read here grants anything.

use super::types::{AccessToken, UserName};
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
}

impl AccessClaims {
    /// Reads an access token's payload; `None` if it is not one.
    pub fn read(token: &AccessToken) -> Option<Self> {
        let claims = payload(token.as_str())?;
        let time = |name: &str| claims.get(name).and_then(Value::as_u64);
        let username = claims.get("username")?.as_str().filter(|name| !name.is_empty())?;
        Some(Self { username: UserName::new(username), issued_at: time("iat")?, expires_at: time("exp")? })
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
