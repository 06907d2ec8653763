//! `/oauth2/token` and `/oauth2/revoke`.

use super::Call;
use super::error::{Failure, OAuthError};
use super::params::Params;
use crate::pool::CLIENT_ID;
use crate::pool::sessions::{self, Linked};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

/// `POST /oauth2/token` (RFC 6749 sections 4.1.3 and 6, RFC 7636 section 4.5).
pub fn token(call: &Call) -> Result<Response, Failure> {
    let form = client_form(call)?;
    let tokens = grant(call, form).map_err(|error| error.as_json())?;
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];
    Ok((headers, tokens.to_string()).into_response())
}

/// The form of a client that says who it is. It has no secret, so it must not show one.
fn client_form(call: &Call) -> Result<&Params, Failure> {
    if let Some(fault) = &call.fault {
        return Err(fault.as_json());
    }
    let form = call.form().map_err(|error| error.as_json())?;
    if let Some(flaw) = form.flaw() {
        return Err(OAuthError::new("invalid_request", flaw).as_json());
    }
    if call.headers.contains_key(AUTHORIZATION) {
        let error = OAuthError::new("invalid_client", "This client has no secret: name it by client_id in the body.");
        let mut failure = error.with_status(StatusCode::UNAUTHORIZED).as_json();
        failure.response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Cognito\""));
        return Err(failure);
    }
    let client = form.get("client_id");
    if client != Some(CLIENT_ID) || form.get("client_secret").is_some() {
        let why = match client {
            None => "client_id is missing.",
            Some(CLIENT_ID) => "This client has no secret.",
            Some(_) => "The client does not exist.",
        };
        return Err(OAuthError::new("invalid_client", why).as_json());
    }
    Ok(form)
}

fn grant(call: &Call, form: &Params) -> Result<Value, OAuthError> {
    let pool = call.pool();
    let need = |name: &'static str| {
        form.get(name).ok_or_else(|| OAuthError::new("invalid_request", format!("{name} is missing.")))
    };
    let grant = match need("grant_type")? {
        "authorization_code" => {
            let (code, redirect_uri) = (need("code")?, need("redirect_uri")?);
            let verifier = need("code_verifier")?;
            if !is_verifier(verifier) {
                let why = "code_verifier must be 43 to 128 letters, digits, or any of -._~";
                return Err(OAuthError::new("invalid_request", why));
            }
            pool.write(|state, now| {
                state.redeem_authorization_code(pool.issuer(), code, redirect_uri, verifier, &call.peer, now)
            })
        }
        "refresh_token" => {
            let token = need("refresh_token")?;
            pool.write(|state, now| sessions::refresh(state, pool.issuer(), token, None, &call.peer, now))
        }
        "client_credentials" => {
            return Err(OAuthError::new("unauthorized_client", "Only clients with a secret have this grant."));
        }
        _ => {
            let why = "grant_type must be authorization_code or refresh_token.";
            return Err(OAuthError::new("unsupported_grant_type", why));
        }
    };
    let tokens = grant.and_then(|grant| grant.sign(pool)).map_err(|e| OAuthError::from_api("invalid_grant", &e))?;
    let names = [
        ("access_token", "AccessToken"),
        ("id_token", "IdToken"),
        ("refresh_token", "RefreshToken"),
        ("expires_in", "ExpiresIn"),
        ("token_type", "TokenType"),
    ];
    let member = |(name, of): (&str, &str)| Some((name.to_owned(), tokens.get(of)?.clone()));
    Ok(Value::Object(Map::from_iter(names.into_iter().filter_map(member))))
}

/// RFC 7636 section 4.1.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

/// `POST /oauth2/revoke` (RFC 7009): ends the session of a refresh token.
pub fn revoke(call: &Call) -> Result<Response, Failure> {
    let form = client_form(call)?;
    let Some(token) = form.get("token") else {
        return Err(OAuthError::new("invalid_request", "token is missing.").as_json());
    };
    if !call.pool().read(|state| state.settings.tokens.revocation) {
        let why = "Token revocation is not enabled for this client.";
        return Err(OAuthError::new("unauthorized_client", why).as_json());
    }
    let revoked = call.pool().write(|state, _| sessions::revoke(state, token, Linked::None));
    revoked.map_err(|error| OAuthError::from_api("unsupported_token_type", &error).as_json())?;
    Ok(StatusCode::OK.into_response())
}
