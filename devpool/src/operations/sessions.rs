//! ListUserSessions and RevokeUserSession, and UpdateAuthEventFeedback, which is about one sign-in too.

use super::{Page, Peer, parse};
use crate::clock::Timestamp;
use crate::pool::sessions::Linked;
use crate::pool::settings::Tier;
use crate::pool::state::{SignInSession, SsoSession, State};
use crate::pool::{CLIENT_ID, Pool, USER_POOL_ID};
use crate::srp::same;
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

/// Sessions of one answer.
const PAGE: usize = 125;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListRequest {
    access_token: Secret,
    next_token: Option<String>,
}

/// Without session tracking there is nothing to list or to revoke one by one.
fn check_tracked(state: &State) -> Result<(), ApiError> {
    if state.settings.features.session_tracking { Ok(()) } else { Err(ApiError::operation_not_enabled()) }
}

/// `ListUserSessions`: the caller's sessions that are not over, the last used first.
pub fn list_user_sessions(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: ListRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let page = Page::new(None, PAGE, request.next_token.as_deref())?;
    let now = pool.now();
    pool.read(|state| {
        check_tracked(state)?;
        let tokens = state
            .sessions
            .iter()
            .filter(|(_, session)| session.sub == caller.sub && !session.revoked && session.expires > now)
            .map(|(origin, session)| {
                (last_active(session), session.id.clone(), token_session(session, *origin == caller.origin_jti))
            });
        let sso = state
            .sso_sessions
            .iter()
            .filter(|(_, session)| session.sub == caller.sub && session.expires > now)
            .map(|(id, session)| (session.last_active, id.clone(), sso_session(id, session)));
        let mut sessions: Vec<(Timestamp, String, Value)> = tokens.chain(sso).collect();
        sessions.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let place = &state.settings.features.session_location;
        let (sessions, next) = page.cut(sessions);
        let list: Vec<Value> = sessions
            .into_iter()
            .map(|(_, _, mut session)| {
                if let Some(place) = place {
                    session["LastLocation"] = json!({ "City": place.city, "Country": place.country });
                }
                session
            })
            .collect();
        let mut answer = json!({ "Sessions": list });
        if let Some(next) = next {
            answer["NextToken"] = json!(next);
        }
        Ok(answer)
    })
}

fn last_active(session: &SignInSession) -> Timestamp {
    session.last_active.unwrap_or(session.auth_time)
}

fn token_session(session: &SignInSession, current: bool) -> Value {
    let mut shown = json!({
        "SessionId": session.id,
        "SessionType": "TOKEN",
        "ClientId": CLIENT_ID,
        "CreateDate": session.auth_time.fractional_seconds(),
        "LastActiveDate": last_active(session).fractional_seconds(),
        "DeviceType": device_type(&session.user_agent),
        "LastIPAddress": "127.0.0.1",
        "IsCurrentSession": current,
    });
    if let Some(sso) = &session.sso {
        shown["OriginSessionId"] = json!(sso);
    }
    shown
}

fn sso_session(id: &str, session: &SsoSession) -> Value {
    json!({
        "SessionId": id,
        "SessionType": "SSO",
        "ClientId": CLIENT_ID,
        "CreateDate": session.created.fractional_seconds(),
        "LastActiveDate": session.last_active.fractional_seconds(),
        "DeviceType": device_type(&session.user_agent),
        "LastIPAddress": "127.0.0.1",
        "IsCurrentSession": false,
    })
}

/// A description of what a `User-Agent` header stands for: the browser or app and the operating system.
pub fn device_type(user_agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    // Each of these names itself; those further down are also named by those further up.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrom", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
        ("node", "Node.js"),
        ("Boto", "Boto3"),
        ("aws-sdk", "AWS SDK"),
    ]);
    let system = first(&[
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "unknown".to_owned(),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RevokeRequest {
    access_token: Secret,
    session_id: String,
    #[serde(default)]
    revoke_associated_sessions: Linked,
}

/// `RevokeUserSession`: ends one of the caller's sessions, but not the one that calls.
pub fn revoke_user_session(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: RevokeRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let linked = request.revoke_associated_sessions == Linked::Linked;
    let id = request.session_id;
    pool.write(|state, _| {
        check_tracked(state)?;
        let current = state.sessions.get(&caller.origin_jti);
        if current.is_some_and(|session| session.id == id) {
            return Err(ApiError::invalid_parameter("The current session cannot be revoked; sign out instead."));
        }
        let is_sso = state.sso_sessions.get(&id).is_some_and(|session| session.sub == caller.sub);
        if is_sso {
            state.sso_sessions.remove(&id);
            if linked {
                for session in state.sessions.values_mut() {
                    session.revoked |= session.sso.as_deref() == Some(&id);
                }
            }
            return Ok(json!({}));
        }
        let session = state
            .sessions
            .values_mut()
            .find(|session| session.sub == caller.sub && session.id == id && !session.revoked)
            .ok_or_else(|| ApiError::resource_not_found("Session does not exist."))?;
        session.revoked = true;
        if let (true, Some(sso)) = (linked, session.sso.clone()) {
            state.sso_sessions.remove(&sso);
        }
        Ok(json!({}))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FeedbackRequest {
    user_pool_id: String,
    username: String,
    event_id: String,
    feedback_token: Secret,
    feedback_value: String,
}

/// `UpdateAuthEventFeedback`: whether a sign-in was the user's own. The token is in the outbox's list of sign-ins; at
/// AWS it comes with the notice that threat protection sends.
pub fn update_auth_event_feedback(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: FeedbackRequest = parse(request)?;
    if request.user_pool_id != USER_POOL_ID {
        let id = request.user_pool_id;
        return Err(ApiError::resource_not_found(format!("User pool {id} does not exist.")));
    }
    pool.write(|state, _| {
        let features = &state.settings.features;
        if !features.threat_protection || features.tier < Tier::Plus {
            return Err(ApiError::new(
                "UserPoolAddOnNotEnabledException",
                "Threat protection is not enabled for the user pool.",
            ));
        }
        let sub = state.find_user(&request.username).map(|user| user.sub.clone());
        let sub = sub.ok_or_else(ApiError::user_not_found)?;
        let expected = state.feedback_token(&request.event_id);
        if !same(expected.as_bytes(), request.feedback_token.reveal().as_bytes()) {
            return Err(ApiError::not_authorized("Invalid feedback token"));
        }
        let mut sessions = state.sessions.values_mut();
        let session = sessions
            .find(|session| session.sub == sub && session.event_id == request.event_id)
            .ok_or_else(|| ApiError::resource_not_found("Event does not exist."))?;
        session.feedback = Some(request.feedback_value);
        Ok(json!({}))
    })
}

#[cfg(test)]
mod tests {
    use super::device_type;

    #[test]
    fn user_agents_are_told_apart() {
        for (user_agent, expected) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0",
                "Edge on Windows",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15", "Safari on macOS"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iOS"),
            ("Mozilla/5.0 (Android 16; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0", "Firefox on Android"),
            ("node", "Node.js"),
            ("", "unknown"),
        ] {
            assert_eq!(device_type(user_agent), expected);
        }
    }
}
