//! Who is calling. A route that takes a [`Caller`] is protected: without a token that counts its handler does not run.
//!
//! ```
//! use protected_api::caller::Caller;
//!
//! async fn notes(caller: Caller) -> String {
//!     format!("The notes of {}", caller.sub.as_str())
//! }
//! ```

use crate::clock::Clock;
use crate::keys::{Keys, Unavailable};
use crate::settings::{ClientId, Scope};
use crate::verify::{self, BearerToken, Expectations, Flaw, Subject, Username};
use axum::Json;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use std::fmt;
use std::sync::Arc;

/// The person whose access token came with the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Caller {
    /// Whose token it is. Keep what belongs to a person under this: names and addresses change.
    pub sub: Subject,
    /// What the pool calls them.
    pub username: Username,
    /// What the token allows.
    pub scopes: Vec<String>,
    /// The app client that the token was made for.
    pub client_id: ClientId,
    /// When the token expires, in seconds since 1970.
    pub expires_at: i64,
}

/// Checks tokens. It is (a part of) the state of the router whose routes take a [`Caller`].
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Keys,
    expected: Arc<Expectations>,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    /// Takes the tokens that are expected, if they are signed with one of these keys.
    pub fn new(keys: Keys, expected: Expectations, clock: Arc<dyn Clock>) -> Self {
        Self { keys, expected: Arc::new(expected), clock }
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// If it does not count, or there are no keys to tell.
    pub async fn verify(&self, token: BearerToken<'_>) -> Result<Caller, Refusal> {
        let id = verify::key_id(token).map_err(Refusal::Token)?;
        let keys = self.keys.for_token(&id).await.map_err(Refusal::NoKeys)?;
        let claims = verify::verify(token, &keys, &self.expected, self.clock.now()).map_err(Refusal::Token)?;
        Ok(Caller {
            sub: claims.subject,
            username: claims.username,
            scopes: claims.scopes,
            client_id: claims.client_id,
            expires_at: claims.expires_at.seconds(),
        })
    }
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let token = bearer_token(&parts.headers)?;
        Verifier::from_ref(state).verify(token).await
    }
}

/// The token in `Authorization: Bearer …` (RFC 6750, section 2.1). The other two places of that RFC, a form and the
/// address, leak; they are not looked at.
fn bearer_token(headers: &HeaderMap) -> Result<BearerToken<'_>, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Refusal::NoToken)?;
    if values.next().is_some() {
        return Err(Refusal::Twice);
    }
    let value = value.to_str().map_err(|_| Refusal::Token(Flaw::NotAToken))?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(Refusal::NoToken);
    }
    Ok(BearerToken::new(token.trim_matches(' ')))
}

/// Why a request to a protected route is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It has no token. 401.
    NoToken,
    /// It has more than one `Authorization`. 400.
    Twice,
    /// It has one that does not count. 401, or 403 if only the scope is missing.
    Token(Flaw),
    /// Nobody can tell: the pool's keys cannot be had. 503.
    NoKeys(Unavailable),
}

impl Refusal {
    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Twice => StatusCode::BAD_REQUEST,
            Self::Token(Flaw::Scope(_)) => StatusCode::FORBIDDEN,
            Self::NoToken | Self::Token(_) => StatusCode::UNAUTHORIZED,
            Self::NoKeys(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What kind of mistake it is, for programs. `invalid_request`, `invalid_token` and `insufficient_scope` are those of
    /// RFC 6750, section 3.1.
    pub const fn error(&self) -> &'static str {
        match self {
            Self::NoToken => "missing_token",
            Self::Twice => "invalid_request",
            Self::Token(Flaw::Scope(_)) => "insufficient_scope",
            Self::Token(_) => "invalid_token",
            Self::NoKeys(_) => "keys_unavailable",
        }
    }

    /// What exactly is wrong, for programs.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Token(flaw) => flaw.name(),
            Self::NoToken | Self::Twice | Self::NoKeys(_) => self.error(),
        }
    }

    /// The challenge of RFC 6750, section 3. Who has sent nothing learns only what to send.
    fn challenge(&self) -> Option<String> {
        let with_error = || format!("Bearer error=\"{}\", error_description=\"{self}\"", self.error());
        match self {
            Self::NoToken => Some("Bearer".to_owned()),
            Self::Token(Flaw::Scope(scope)) => Some(format!("{}, scope=\"{}\"", with_error(), Scope::as_str(scope))),
            Self::Twice | Self::Token(_) => Some(with_error()),
            Self::NoKeys(_) => None,
        }
    }
}

impl fmt::Display for Refusal {
    /// A sentence for people who write programs. It holds nothing of the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoToken => f.write_str("Send an access token: Authorization: Bearer, a space and the token."),
            Self::Twice => f.write_str("The request has more than one Authorization header."),
            Self::Token(flaw) => flaw.fmt(f),
            Self::NoKeys(_) => f.write_str("The keys of the user pool cannot be fetched now. Try again in a moment."),
        }
    }
}

impl std::error::Error for Refusal {}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error(), "reason": self.reason(), "message": self.to_string() });
        let mut response = (self.status(), Json(body)).into_response();
        let headers = response.headers_mut();
        // Every text that gets here is ASCII without control characters.
        if let Some(challenge) = self.challenge().and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Self::NoKeys(Unavailable { retry_after }) = self {
            headers.insert(RETRY_AFTER, retry_after.into());
        }
        response
    }
}
