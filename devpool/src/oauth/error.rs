//! Errors as OAuth 2.0 has them, and the three ways in which they are told.

use super::redirect;
use crate::pool::authorization::AuthorizationRequest;
use crate::wire::ApiError;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::borrow::Cow;

/// An error code (RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core section 3.1.2.6) and its description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// `error`.
    pub code: Cow<'static, str>,
    /// `error_description`; none if empty.
    pub description: Cow<'static, str>,
    /// The HTTP status where it does not travel by redirect.
    pub status: StatusCode,
}

/// An answer that is an error, for the log.
#[derive(Debug)]
pub struct Failure {
    /// The error code.
    pub code: String,
    /// The answer that tells it.
    pub response: Box<Response>,
}

impl Failure {
    /// An answer that tells an error.
    pub fn new(code: impl Into<String>, response: Response) -> Self {
        Self { code: code.into(), response: Box::new(response) }
    }
}

impl OAuthError {
    /// An error with status 400.
    pub fn new(code: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code: Cow::Borrowed(code), description: description.into(), status: StatusCode::BAD_REQUEST }
    }

    /// The same error with another HTTP status.
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// What an error of the pool is called here, unless it is the pool's own mistake.
    pub fn from_api(code: &'static str, error: &ApiError) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let code = if status.is_server_error() { "server_error" } else { code };
        Self::new(code, error.message().to_owned()).with_status(status)
    }

    /// The error that a fault rule describes, under the name it gives.
    pub fn of_fault(error: &ApiError) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { code: Cow::Owned(error.name().to_owned()), description: Cow::Owned(error.message().to_owned()), status }
    }

    /// As JSON (RFC 6749 section 5.2).
    pub fn as_json(&self) -> Failure {
        let mut body = json!({ "error": self.code });
        if !self.description.is_empty() {
            body["error_description"] = json!(self.description);
        }
        let response = (self.status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response();
        Failure::new(self.code.clone(), response)
    }

    /// Back to the app (RFC 6749 section 4.1.2.1).
    pub fn back(&self, request: &AuthorizationRequest) -> Failure {
        self.back_to(&request.redirect_uri, request.state.as_deref())
    }

    /// [`Self::back`] for a request that is not whole.
    pub fn back_to(&self, redirect_uri: &str, state: Option<&str>) -> Failure {
        let parameters = [
            ("error", Some(self.code.as_ref())),
            ("error_description", Some(self.description.as_ref()).filter(|text| !text.is_empty())),
            ("state", state),
        ];
        Failure::new(self.code.clone(), lead_back(StatusCode::FOUND, redirect_uri, parameters))
    }
}

/// Leads back to the app, with parameters added to its address.
pub fn lead_back<const N: usize>(
    status: StatusCode,
    redirect_uri: &str,
    parameters: [(&str, Option<&str>); N],
) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let mark = if redirect_uri.contains('?') { '&' } else { '?' };
    redirect(status, &format!("{redirect_uri}{mark}{}", query.finish()))
}
