//! What this backend is told: whose tokens it takes, and whose pages may call it.

use axum::http::HeaderValue;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

/// The scope that the tokens of Cognito's own API have (sign-in by password, code or passkey), and those of the pool's
/// domain if it was asked for.
pub const USUAL_SCOPE: &str = "aws.cognito.signin.user.admin";

/// Why a setting is none. It says what was found and what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError(String);

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SettingError {}

/// The address that a pool's tokens name as `iss`: `https://cognito-idp.{region}.amazonaws.com/{poolId}` at AWS
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    jwks: Url,
}

impl Issuer {
    /// As it stands in tokens, character by character.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the pool's keys are.
    pub fn jwks(&self) -> &Url {
        &self.jwks
    }

    /// Whether the keys come over TLS. Without it only a pool on this machine is taken.
    pub fn is_https(&self) -> bool {
        self.jwks.scheme() == "https"
    }
}

impl FromStr for Issuer {
    type Err = SettingError;

    /// # Errors
    /// If it is not an https address with a path, in the form in which it is compared; http is for this machine only.
    fn from_str(text: &str) -> Result<Self, SettingError> {
        let example = "expected is one such as https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123";
        let wrong = |why: &str| SettingError(format!("{why}; {example}"));
        let url = Url::parse(text).map_err(|error| wrong(&format!("it is not an address ({error})")))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => {
                return Err(wrong("keys that come over http could be anybody's: only a pool on this machine may"));
            }
            _ => return Err(wrong("it is not an https address")),
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("an issuer has no query, no fragment and no user name"));
        }
        // `iss` is compared as a text, so there is one way to write it.
        if url.path() == "/" || text.ends_with('/') {
            return Err(wrong("an issuer ends with the id of the pool, without a slash"));
        }
        if url.as_str() != text {
            return Err(wrong(&format!("it must be written as {url}")));
        }
        let jwks = Url::parse(&format!("{text}/.well-known/jwks.json"))
            .map_err(|error| wrong(&format!("no keys can be there ({error})")))?;
        Ok(Self { text: text.to_owned(), jwks })
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The id of an app client, `client_id` in an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// As it stands in tokens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientId {
    type Err = SettingError;

    /// # Errors
    /// If it has not the form `[\w+]+` with at most 128 characters (`ClientIdType` of the API).
    fn from_str(text: &str) -> Result<Self, SettingError> {
        let fits = (1..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+".contains(&byte));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(SettingError("it is not the id of an app client, such as 1example23456789".to_owned()))
        }
    }
}

/// One scope of an access token (`scope-token` of RFC 6749, section 3.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Scope(String);

impl Scope {
    /// As it stands in tokens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Scope {
    type Err = SettingError;

    /// # Errors
    /// If it is empty or has a character that no scope has, such as a space.
    fn from_str(text: &str) -> Result<Self, SettingError> {
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(SettingError(format!("it is not one scope, such as {USUAL_SCOPE}")))
        }
    }
}

/// The origin of pages that may call from a browser, as browsers send it: `https://app.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedOrigin(HeaderValue);

impl AllowedOrigin {
    /// As it stands in the header `Origin`.
    pub fn header(&self) -> &HeaderValue {
        &self.0
    }
}

impl FromStr for AllowedOrigin {
    type Err = SettingError;

    /// # Errors
    /// If it is more or less than scheme, host and port. There is no `*`, and nobody is `null`.
    fn from_str(text: &str) -> Result<Self, SettingError> {
        let wrong =
            || SettingError("it is not an origin, such as https://app.example.com or http://localhost:8080".into());
        let url = Url::parse(text).map_err(|_| wrong())?;
        let origin = url.origin().ascii_serialization();
        // No browser sends a `*`: an origin with one would allow nobody, while it looks as if it allowed many.
        if !["https", "http"].contains(&url.scheme()) || origin != text || text.contains('*') {
            return Err(wrong());
        }
        HeaderValue::from_str(&origin).map(Self).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_taken_as_they_stand_in_tokens() {
        for good in [
            "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123",
            "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Abc",
            "http://127.0.0.1:9229/us-east-1_Doorward1",
            "http://localhost:9229/us-east-1_Doorward1",
            "http://[::1]:9229/us-east-1_Doorward1",
        ] {
            let issuer: Issuer = good.parse().unwrap();
            assert_eq!(issuer.as_str(), good);
            assert_eq!(issuer.jwks().as_str(), format!("{good}/.well-known/jwks.json"));
            assert_eq!(issuer.is_https(), good.starts_with("https"));
        }
        for (bad, why) in [
            ("", "not an address"),
            ("eu-central-1_AbCdEf123", "not an address"),
            ("https://cognito-idp.eu-central-1.amazonaws.com", "ends with the id of the pool"),
            ("https://cognito-idp.eu-central-1.amazonaws.com/", "ends with the id of the pool"),
            ("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Abc/", "without a slash"),
            ("https://COGNITO-IDP.eu-central-1.amazonaws.com/eu-central-1_Abc", "written as https://cognito-idp."),
            ("https://cognito-idp.eu-central-1.amazonaws.com:443/eu-central-1_Abc", "written as https://cognito-idp."),
            ("https://example.com/a/../b", "written as https://example.com/b"),
            ("http://example.com/pool", "could be anybody's"),
            ("http://127.0.0.1.example.com/pool", "could be anybody's"),
            ("http://localhost.example.com/pool", "could be anybody's"),
            ("ftp://example.com/pool", "not an https address"),
            ("file:///etc/passwd", "not an https address"),
            ("https://example.com/pool?x=1", "no query"),
            ("https://example.com/pool#x", "no fragment"),
            ("https://me:secret@example.com/pool", "no user name"),
            ("https://example.com@127.0.0.1/pool", "no user name"),
        ] {
            let said = bad.parse::<Issuer>().unwrap_err().to_string();
            assert!(said.contains(why) && said.contains("expected is"), "{bad:?}: {said}");
        }
    }

    #[test]
    fn app_clients_and_scopes_have_the_form_that_they_have_in_tokens() {
        assert_eq!("1example23456789".parse::<ClientId>().unwrap().as_str(), "1example23456789");
        for bad in ["", "a b", "a,b", "a-b", "é", &"x".repeat(129)] {
            assert!(bad.parse::<ClientId>().is_err(), "{bad:?}");
        }
        for good in [USUAL_SCOPE, "openid", "https://api.example.com/read", "api/write:all"] {
            assert_eq!(good.parse::<Scope>().unwrap().as_str(), good);
        }
        for bad in ["", " ", "openid email", "a\"b", "a\\b", "é", "a\r\nb"] {
            assert!(bad.parse::<Scope>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn origins_are_exact() {
        for good in ["https://app.example.com", "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"] {
            assert_eq!(good.parse::<AllowedOrigin>().unwrap().header(), good);
        }
        for bad in [
            "",
            "*",
            "null",
            "app.example.com",
            "https://*.example.com",
            "https://app.example.com/",
            "https://app.example.com:443",
            "https://App.example.com",
            "https://app.example.com/page",
            "https://app.example.com?x",
            "https://me@app.example.com",
            "file:///",
            "javascript:alert(1)",
        ] {
            assert!(bad.parse::<AllowedOrigin>().is_err(), "{bad:?}");
        }
    }
}
