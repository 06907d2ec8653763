//! The check of an access token: a function of the token, the pool's keys, what is expected, and the time. AWS describes
//! the steps at
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html>,
//! RFC 8725 the mistakes that have been made.

use crate::clock::Timestamp;
use crate::key_set::{KeyId, KeySet};
use crate::settings::{ClientId, Issuer, Scope};
use crate::signature;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// Longer tokens are not looked at. Cognito's have about 1 kB, with many groups a few more.
pub const MOST_TOKEN_BYTES: usize = 16 * 1024;

/// The one algorithm that Cognito signs with. What a token says of its algorithm is compared with this, never followed.
const ALGORITHM: &str = "RS256";

/// What somebody has sent as a token. It shows itself to nobody: whoever has it can use it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BearerToken<'a>(&'a str);

impl<'a> BearerToken<'a> {
    /// Any text; whether it is a token turns out later.
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }
}

impl fmt::Debug for BearerToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(redacted)")
    }
}

/// Which tokens count.
#[derive(Clone, Debug)]
pub struct Expectations {
    /// The pool they come from: `iss`.
    pub issuer: Issuer,
    /// The app clients they were made for: `client_id` is one of these.
    pub client_ids: Vec<ClientId>,
    /// What they must allow: `scope` contains it.
    pub scope: Scope,
    /// By how many seconds the clocks here and at the pool may differ.
    pub leeway: u64,
}

/// The `sub` of a person: never changes, and nobody else has it. The thing to keep data under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    /// A UUID at Cognito.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the pool calls a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Username(String);

impl Username {
    /// As the pool has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a token that counts says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// `sub`.
    pub subject: Subject,
    /// `username`.
    pub username: Username,
    /// `scope`, taken apart.
    pub scopes: Vec<String>,
    /// `client_id`.
    pub client_id: ClientId,
    /// `exp`.
    pub expires_at: Timestamp,
}

/// Why a token does not count. None of these holds anything of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is longer than [`MOST_TOKEN_BYTES`].
    TooLong,
    /// It has not the form of a signed token.
    NotAToken,
    /// It names an algorithm other than RS256.
    Algorithm,
    /// Its header names something that must be understood (`crit`), and nothing of the kind is.
    Critical,
    /// The pool has no key of the name that it gives, or it gives none.
    UnknownKey,
    /// The pool did not sign it, or it was changed since.
    Signature,
    /// This claim is missing or of another kind.
    Claim(&'static str),
    /// It comes from another pool.
    Issuer,
    /// It is not an access token.
    TokenUse,
    /// It was made for another app client.
    Client,
    /// It has expired.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It does not allow this.
    Scope(Scope),
}

impl Flaw {
    /// A name for programs, which stays the same.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::NotAToken => "not_a_token",
            Self::Algorithm => "wrong_algorithm",
            Self::Critical => "unknown_extension",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "wrong_signature",
            Self::Claim(_) => "missing_claim",
            Self::Issuer => "wrong_issuer",
            Self::TokenUse => "wrong_token_use",
            Self::Client => "wrong_client",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Scope(_) => "missing_scope",
        }
    }
}

impl fmt::Display for Flaw {
    /// A sentence that may stand in `error_description` (RFC 6750, section 3): ASCII, no quotes, no backslash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "The token is longer than {MOST_TOKEN_BYTES} bytes."),
            Self::NotAToken => f.write_str("This is not a signed JSON Web Token."),
            Self::Algorithm => write!(f, "The token is not signed with {ALGORITHM}."),
            Self::Critical => f.write_str("The token needs an extension that is not known here."),
            Self::UnknownKey => f.write_str("The token is not signed with a key that the user pool lists."),
            Self::Signature => f.write_str("The signature of the token is not the user pool's."),
            Self::Claim(name) => write!(f, "The claim {name} of the token is missing or of another kind."),
            Self::Issuer => f.write_str("The token comes from another user pool."),
            Self::TokenUse => f.write_str("This is not an access token."),
            Self::Client => f.write_str("The token was made for another app client."),
            Self::Expired => f.write_str("The token has expired."),
            Self::NotYetValid => f.write_str("The token is not valid yet."),
            Self::Scope(scope) => write!(f, "The token does not have the scope {}.", scope.as_str()),
        }
    }
}

/// The name of the key that a token claims to be signed with. Nothing else of it has been checked then.
///
/// # Errors
/// If it cannot be a token that counts, whatever the keys.
pub fn key_id(token: BearerToken<'_>) -> Result<KeyId, Flaw> {
    #[derive(Deserialize)]
    struct Header {
        alg: String,
        kid: Option<String>,
        crit: Option<IgnoredAny>,
    }
    let BearerToken(token) = token;
    if token.len() > MOST_TOKEN_BYTES {
        return Err(Flaw::TooLong);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(Flaw::NotAToken);
    };
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| Flaw::NotAToken)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| Flaw::NotAToken)?;
    if header.alg != ALGORITHM {
        return Err(Flaw::Algorithm);
    }
    if header.crit.is_some() {
        return Err(Flaw::Critical);
    }
    header.kid.map(KeyId::new).ok_or(Flaw::UnknownKey)
}

/// What a token says, if it counts: signed by the pool with RS256, not expired, an access token of this pool for one of
/// these app clients, with the scope.
///
/// It asks nobody, so a token that was revoked counts until it expires.
///
/// # Errors
/// The first thing that is wrong. The scope comes last: [`Flaw::Scope`] says that all the rest is right.
pub fn verify(token: BearerToken<'_>, keys: &KeySet, expected: &Expectations, now: Timestamp) -> Result<Claims, Flaw> {
    let id = key_id(token)?;
    let mut flaw = Flaw::UnknownKey;
    for key in keys.named(&id) {
        match signed_claims(token, key) {
            Ok(claims) => return check(&claims, expected, now),
            Err(why) => flaw = why,
        }
    }
    Err(flaw)
}

/// The claims, if the signature is this key's. `jsonwebtoken` checks that alone: its own checks of claims read the machine's
/// clock, and do not say which claim is wrong.
fn signed_claims(token: BearerToken<'_>, key: &DecodingKey) -> Result<Map<String, Value>, Flaw> {
    let (message, signature) = token.0.rsplit_once('.').ok_or(Flaw::NotAToken)?;
    let (_, payload) = message.split_once('.').ok_or(Flaw::NotAToken)?;
    signature::install();
    let is_signed = jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, Algorithm::RS256);
    if !is_signed.map_err(|_| Flaw::NotAToken)? {
        return Err(Flaw::Signature);
    }
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Flaw::NotAToken)?;
    serde_json::from_slice(&payload).map_err(|_| Flaw::NotAToken)
}

fn check(claims: &Map<String, Value>, expected: &Expectations, now: Timestamp) -> Result<Claims, Flaw> {
    let text = |name| {
        let found = claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        found.ok_or(Flaw::Claim(name))
    };
    let time = |name, value: &Value| value.as_i64().map(Timestamp::from_seconds).ok_or(Flaw::Claim(name));

    if text("iss")? != expected.issuer.as_str() {
        return Err(Flaw::Issuer);
    }
    if text("token_use")? != "access" {
        return Err(Flaw::TokenUse);
    }
    let client_id = text("client_id")?;
    let client_id = expected.client_ids.iter().find(|own| own.as_str() == client_id).ok_or(Flaw::Client)?;
    let expires_at = time("exp", claims.get("exp").unwrap_or(&Value::Null))?;
    if now >= expires_at.plus(expected.leeway) {
        return Err(Flaw::Expired);
    }
    if let Some(not_before) = claims.get("nbf")
        && now.plus(expected.leeway) < time("nbf", not_before)?
    {
        return Err(Flaw::NotYetValid);
    }
    let subject = Subject(text("sub")?.to_owned());
    let username = Username(text("username")?.to_owned());
    let scopes: Vec<String> = text("scope")?.split(' ').map(str::to_owned).collect();
    if !scopes.iter().any(|scope| scope == expected.scope.as_str()) {
        return Err(Flaw::Scope(expected.scope.clone()));
    }
    Ok(Claims { subject, username, scopes, client_id: client_id.clone(), expires_at })
}
