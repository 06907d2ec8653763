//! OAuth 2.0 and OpenID Connect, as the domain of a Cognito user pool has them: the authorization code grant with PKCE
//! (RFC 6749, RFC 7636), the sign-in page, a pretend social provider, sign-out, and the endpoints for tokens.
//!
//! The way of a sign-in: [`authorize`] checks the request ([`request`]) and answers at once for whoever has a session
//! of the page; otherwise it leads to [`login`], where people walk through `operations::sign_in` as clients of the API do,
//! or to the [`provider`]. Both end in [`authorize::finish`], which leads back to the app with a code, and [`token`]
//! takes that. [`page`] has all the HTML.

mod authorize;
mod error;
mod login;
mod logout;
mod page;
mod params;
mod provider;
mod request;
mod token;
mod user_info;

use crate::faults::{self, FaultKind};
use crate::operations::Peer;
use crate::pool::settings::Scope;
use crate::pool::{Pool, acr};
use crate::requests::Record;
use crate::server::{self, App};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use error::{Failure, OAuthError};
use params::Params;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// Longer queries are refused.
const LONGEST_QUERY: usize = 16 * 1024;

/// The cookie of somebody who is signed in at the page. AWS's has the same name.
const SSO_COOKIE: &str = "cognito";

/// The cookie that tells browsers apart, so that a form is good only where it was shown.
const BROWSER_COOKIE: &str = "XSRF-TOKEN";

const AUTHORIZE: &str = "/oauth2/authorize";
const LOGIN: &str = "/login";
const LOGOUT: &str = "/logout";
const PROVIDER: &str = "/pretend-social";
const IDP_RESPONSE: &str = "/oauth2/idpresponse";
const STYLE: &str = "/oauth2/page.css";
const TOKEN: &str = "/oauth2/token";
const USER_INFO: &str = "/oauth2/userInfo";
const REVOKE: &str = "/oauth2/revoke";

/// Answers a request; it may take some milliseconds.
type Work = fn(&Call) -> Result<Response, Failure>;

/// All addresses.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route(AUTHORIZE, on_get("OAuthAuthorize", authorize::authorize))
        .route(LOGIN, on_get("OAuthLogin", login::show).merge(on_post("OAuthLogin", login::submit)))
        .route(PROVIDER, on_get("OAuthIdpResponse", provider::show))
        .route(IDP_RESPONSE, on_post("OAuthIdpResponse", provider::submit))
        .route(LOGOUT, on_get("Logout", logout::logout))
        .route(TOKEN, on_post("OAuthToken", token::token))
        .route(REVOKE, on_post("OAuthRevoke", token::revoke))
        .route(
            USER_INFO,
            on_get("OAuthUserInfo", user_info::user_info).merge(on_post("OAuthUserInfo", user_info::user_info)),
        )
        .route(STYLE, get(page::style))
}

/// Whether an address is for people and their browsers. Scripts of other pages have no business there.
pub fn is_page(path: &str) -> bool {
    [AUTHORIZE, LOGIN, LOGOUT, PROVIDER, IDP_RESPONSE, STYLE].contains(&path)
}

fn on_get(name: &'static str, work: Work) -> MethodRouter<Arc<App>> {
    get(move |State(app): State<Arc<App>>, request: Request| serve(app, request, name, work))
}

fn on_post(name: &'static str, work: Work) -> MethodRouter<Arc<App>> {
    post(move |State(app): State<Arc<App>>, request: Request| serve(app, request, name, work))
}

/// `/.well-known/openid-configuration` (OpenID Connect Discovery 1.0 section 3).
pub fn configuration(pool: &Pool) -> Value {
    let issuer = pool.issuer();
    let at = |path: &str| format!("{}{path}", origin(pool));
    let scopes: Vec<&str> = pool.read(|state| {
        let scopes = state.settings.oauth.scopes.iter();
        scopes.filter(|scope| **scope != Scope::UserAdmin).map(|scope| scope.name()).collect()
    });
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "authorization_endpoint": at(AUTHORIZE),
        "token_endpoint": at(TOKEN),
        "userinfo_endpoint": at(USER_INFO),
        "revocation_endpoint": at(REVOKE),
        "end_session_endpoint": at(LOGOUT),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "prompt_values_supported": ["none", "login", "select_account", "consent"],
        "scopes_supported": scopes,
        "acr_values_supported": acr::Level::ALL.map(acr::Level::uri),
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "jti", "origin_jti",
            "event_id", "token_use", "cognito:username", "identities", "email", "email_verified", "phone_number",
            "phone_number_verified", "name", "given_name", "family_name", "middle_name", "nickname",
            "preferred_username", "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale",
            "updated_at", "address",
        ],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
    })
}

/// The dev pool's own address: the issuer without the pool's id.
fn origin(pool: &Pool) -> &str {
    pool.issuer().rsplit_once('/').map_or(pool.issuer(), |(origin, _)| origin)
}

/// A request, with everything that matters about it.
struct Call {
    app: Arc<App>,
    peer: Peer,
    headers: HeaderMap,
    query: Params,
    form: Result<Params, OAuthError>,
    /// An error that a fault rule wants to see.
    fault: Option<OAuthError>,
}

impl Call {
    fn pool(&self) -> &Pool {
        &self.app.pool
    }

    /// The value of a cookie.
    fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).find(|value| !value.is_empty())
    }

    /// What was posted.
    fn form(&self) -> Result<&Params, OAuthError> {
        self.form.as_ref().map_err(Clone::clone)
    }
}

/// The way of every request: faults, the log, and the work where it hurts nobody.
async fn serve(app: Arc<App>, request: Request, name: &'static str, work: Work) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let for_people = is_page(parts.uri.path());
    let query = parts.uri.query().unwrap_or_default();
    if query.len() > LONGEST_QUERY {
        let error = OAuthError::new("invalid_request", "The query is too long.");
        return *error.with_status(StatusCode::URI_TOO_LONG).as_json().response;
    }
    let query = Params::read(query.as_bytes());
    let form = match server::read_body(body).await {
        Ok(body) => form(&parts.headers, &body),
        Err(error) => Err(OAuthError::from_api("invalid_request", &error)),
    };
    let id = app.requests().begin(Record::new(name, None, app.pool.now()));

    let mut struck = app.faults().strike(name, faults::chance);
    let typed = form.as_ref().ok().filter(|_| name == "OAuthLogin").and_then(|form| form.get("username"));
    struck.extend(typed.and_then(|typed| faults::sentinel(&json!({ "Username": typed }))));
    let mut fault = None;
    for kind in struck {
        app.requests().fault(id, &kind);
        match kind {
            FaultKind::Error { name, message, status } => {
                fault.get_or_insert(OAuthError::of_fault(&faults::as_error(name, message, status)));
            }
            other => {
                if let Some(response) = server::suffer(other).await {
                    server::finish(&app, id, name, &response, None, started);
                    return response;
                }
            }
        }
    }

    let peer = server::peer(&parts.headers);
    let call = Call { app: Arc::clone(&app), peer, headers: parts.headers, query, form, fault };
    let outcome = server::run_blocking(move || Ok(work(&call))).await;
    let outcome = outcome.unwrap_or_else(|error| {
        let error = OAuthError::from_api("server_error", &error);
        Err(if for_people { page::failure(&error, None) } else { error.as_json() })
    });
    let (response, error) = match outcome {
        Ok(response) => (response, None),
        Err(failure) => (*failure.response, Some(failure.code)),
    };
    server::finish(&app, id, name, &response, error.as_deref(), started);
    response
}

/// The body of a form.
fn form(headers: &HeaderMap, body: &[u8]) -> Result<Params, OAuthError> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(Params::read(body))
    } else {
        Err(OAuthError::new("invalid_request", "The content type must be application/x-www-form-urlencoded."))
    }
}

/// Leads to another address, which must be one that a header can carry.
fn redirect(status: StatusCode, location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (status, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Sets a cookie for this host that scripts do not see and other sites do not send along; `None` for as long as the
/// browser runs, zero seconds to remove it.
fn set_cookie(response: &mut Response, name: &str, value: &str, seconds: Option<u64>) {
    let life = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{life}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
