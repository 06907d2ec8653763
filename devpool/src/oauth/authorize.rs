//! `/oauth2/authorize`, and the way back to the app.

use super::error::{Failure, OAuthError, lead_back};
use super::{Call, LOGIN, PROVIDER, SSO_COOKIE, redirect, set_cookie};
use crate::clock::Timestamp;
use crate::pool::authorization::{AuthorizationRequest, Prompt, SSO_SECONDS, SignedIn};
use crate::pool::settings::IdentityProvider;
use crate::pool::state::SsoSession;
use axum::http::StatusCode;
use axum::response::Response;

/// `GET /oauth2/authorize`: leads back at once whoever is signed in at the page, others to the page or the provider.
pub fn authorize(call: &Call) -> Result<Response, Failure> {
    let request = call.authorization_request()?;
    let to_provider = request.provider == Some(IdentityProvider::PretendSocial);
    let may_be_silent = match request.prompt {
        Prompt::Never => true,
        Prompt::AsNeeded => !to_provider,
        Prompt::Always => false,
    };
    if may_be_silent && let Some(code) = silently(call, &request) {
        return Ok(with_code(StatusCode::FOUND, &request, &code));
    }
    if request.prompt == Prompt::Never {
        return Err(login_required(&request));
    }
    let place = if to_provider || !has_own_users(call) { PROVIDER } else { LOGIN };
    Ok(redirect(StatusCode::FOUND, &format!("{place}?{}", call.query.encode())))
}

/// Says that somebody would have to be asked who must not be.
pub fn login_required(request: &AuthorizationRequest) -> Failure {
    OAuthError::new("login_required", "The user is not signed in.").back(request)
}

/// Whether people may sign in with a password here.
pub fn has_own_users(call: &Call) -> bool {
    call.pool().read(|state| state.settings.oauth.identity_providers.contains(&IdentityProvider::Cognito))
}

/// A code for somebody who need not be asked.
fn silently(call: &Call, request: &AuthorizationRequest) -> Option<String> {
    let cookie = call.cookie(SSO_COOKIE)?;
    let now = call.pool().now();
    let found = call.pool().read(|state| {
        let (id, session) = state.sso_session(cookie, now)?;
        is_enough(request, session, now).then(|| id.to_owned())
    })?;
    // If it has ended in this very moment, they are asked.
    call.pool().write(|state, now| state.issue_authorization_code(&found, request, now)).ok()
}

/// Whether a session of the page is young and strong enough for a request.
fn is_enough(request: &AuthorizationRequest, session: &SsoSession, now: Timestamp) -> bool {
    // An age of zero always asks (OpenID Connect Core section 3.1.2.1, as prompt=login).
    let young = request.max_age.is_none_or(|age| age > 0 && session.created.plus_seconds(age) >= now);
    let strong = request.target.0.is_empty() || request.target.reached(&session.proof).is_some();
    young && strong
}

/// Leads somebody who has just signed in back to the app, and remembers them at the page.
pub fn finish(call: &Call, request: &AuthorizationRequest, who: SignedIn) -> Result<Response, Failure> {
    let signed_in = call.pool().write(|state, now| {
        if let Some(cookie) = call.cookie(SSO_COOKIE) {
            state.end_sso_session(cookie);
        }
        let (sso, cookie) = state.begin_sso_session(who, &call.peer, now)?;
        Ok((state.issue_authorization_code(&sso, request, now)?, cookie))
    });
    let (code, cookie) = signed_in.map_err(|error| OAuthError::from_api("invalid_request", &error).back(request))?;
    let mut response = with_code(StatusCode::SEE_OTHER, request, &code);
    set_cookie(&mut response, SSO_COOKIE, &cookie, Some(SSO_SECONDS));
    Ok(response)
}

fn with_code(status: StatusCode, request: &AuthorizationRequest, code: &str) -> Response {
    lead_back(status, &request.redirect_uri, [("code", Some(code)), ("state", request.state.as_deref())])
}
