//! `/oauth2/userInfo`.

use super::Call;
use super::error::{Failure, OAuthError};
use crate::pool::authorization::shows;
use crate::pool::sessions::identities;
use crate::wire::ApiError;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// `GET` and `POST /oauth2/userInfo` (OpenID Connect Core section 5.3): the attributes that the scope of an access token
/// shows. All are strings, `email_verified` too, as Cognito has them here.
pub fn user_info(call: &Call) -> Result<Response, Failure> {
    if let Some(fault) = &call.fault {
        return Err(challenge(fault));
    }
    let Some(token) = bearer(call) else {
        // Who shows no token at all hears no error in the header (RFC 6750 section 3.1).
        let mut failure = refuse("invalid_request", "There is no bearer token.", StatusCode::UNAUTHORIZED).as_json();
        failure.response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return Err(failure);
    };
    let caller = call.pool().caller_with_scope(token, "openid").map_err(|error| challenge(&told(&error)))?;
    let claims = call.pool().read(|state| {
        let user = state.users.get(&caller.sub)?;
        let scope = &state.sessions.get(&caller.origin_jti)?.scope;
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), json!(user.sub));
        claims.insert("username".to_owned(), json!(user.username));
        for (name, value) in user.attributes.iter().filter(|(name, _)| shows(scope, name)) {
            claims.insert(name.clone(), json!(value));
        }
        if !user.identities.is_empty() && shows(scope, "identities") {
            claims.insert("identities".to_owned(), json!(identities(user).to_string()));
        }
        Some(Value::Object(claims))
    });
    let claims = claims.ok_or_else(|| challenge(&told(&ApiError::user_not_found())))?;
    Ok(([(CONTENT_TYPE, "application/json")], claims.to_string()).into_response())
}

/// The token in the header. The name of the scheme is in any letter case.
fn bearer(call: &Call) -> Option<&str> {
    let (scheme, token) = call.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then_some(token.trim()).filter(|token| !token.is_empty())
}

fn refuse(code: &'static str, why: &'static str, status: StatusCode) -> OAuthError {
    OAuthError::new(code, why).with_status(status)
}

/// What is wrong with a token (RFC 6750 section 3.1).
fn told(error: &ApiError) -> OAuthError {
    if *error == ApiError::missing_scopes() {
        refuse("insufficient_scope", "The access token needs the scope openid.", StatusCode::FORBIDDEN)
    } else if error.status() >= 500 {
        OAuthError::from_api("server_error", error)
    } else {
        let why = "Access token is expired, disabled, or deleted, or the user has globally signed out.";
        refuse("invalid_token", why, StatusCode::UNAUTHORIZED)
    }
}

/// An error in the header as well.
fn challenge(error: &OAuthError) -> Failure {
    let mut failure = error.as_json();
    // The description may be a fault rule's; what cannot stand between quotes goes.
    let description: String =
        error.description.chars().filter(|c| matches!(c, ' '..='~') && !['"', '\\'].contains(c)).collect();
    let header = format!("Bearer error=\"{}\", error_description=\"{description}\"", error.code);
    if let Ok(header) = HeaderValue::from_str(&header) {
        failure.response.headers_mut().insert(WWW_AUTHENTICATE, header);
    }
    failure
}
