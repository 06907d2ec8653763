//! `/logout`.

use super::error::{Failure, OAuthError};
use super::{Call, LOGIN, SSO_COOKIE, page, redirect, set_cookie};
use crate::pool::CLIENT_ID;
use axum::http::StatusCode;
use axum::response::Response;

/// `GET /logout`: ends the session of the page, then leads to `logout_uri`, or with `redirect_uri` and what else
/// `/oauth2/authorize` takes to the sign-in page.
pub fn logout(call: &Call) -> Result<Response, Failure> {
    let location = destination(call).map_err(|error| page::failure(&error, None))?;
    if let Some(cookie) = call.cookie(SSO_COOKIE) {
        let ended = call.pool().write(|state, _| {
            state.end_sso_session(cookie);
            Ok(())
        });
        ended.map_err(|error| page::failure(&OAuthError::from_api("server_error", &error), None))?;
    }
    let mut response = redirect(StatusCode::FOUND, &location);
    set_cookie(&mut response, SSO_COOKIE, "", Some(0));
    Ok(response)
}

fn destination(call: &Call) -> Result<String, OAuthError> {
    if let Some(fault) = &call.fault {
        return Err(fault.clone());
    }
    let query = &call.query;
    let invalid = |why: String| Err(OAuthError::new("invalid_request", why));
    if let Some(flaw) = query.flaw() {
        return invalid(flaw);
    }
    match query.get("client_id") {
        Some(CLIENT_ID) => {}
        Some(client) => return Err(OAuthError::new("invalid_client", format!("Client {client} does not exist."))),
        None => return invalid("Required String parameter 'client_id' is not present".to_owned()),
    }
    let settings = call.pool().read(|state| state.settings.oauth.clone());
    if let Some(uri) = query.get("logout_uri") {
        return match settings.logout_urls.into_iter().find(|url| url == uri) {
            Some(url) => Ok(url),
            None => Err(OAuthError::new("redirect_mismatch", "logout_uri is not one of the client's sign-out URLs.")),
        };
    }
    match query.get("redirect_uri") {
        None => invalid("Required String parameter 'redirect_uri' is not present".to_owned()),
        Some(uri) if !settings.callback_urls.iter().any(|url| url == uri) => {
            Err(OAuthError::new("redirect_mismatch", "redirect_uri is not one of the client's callback URLs."))
        }
        Some(_) if query.get("response_type").is_none() => {
            invalid("Required String parameter 'response_type' is not present".to_owned())
        }
        // The page checks the rest.
        Some(_) => Ok(format!("{LOGIN}?{}", query.encode())),
    }
}
