//! Where the person is signed in. Pools of the smaller plans keep no list: see [`lacks`](super::lacks).

use super::{MOST_PAGES, agent::Agent, authorised, is_current};
use crate::{
    cognito::{
        error::{Error, ErrorKind},
        operations::{ListUserSessions, RevokeAssociatedSessions, RevokeUserSession, SessionKind, UserSession},
        types::SessionId,
    },
    session::Account,
};

/// A session as people know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Its name at the pool.
    pub id: SessionId,
    /// What it was opened on.
    pub agent: Agent,
    /// City and country where it was last used, as far as they are known.
    pub place: String,
    /// When it was last used, seconds since 1970.
    pub active_at: Option<u64>,
    /// When it was opened.
    pub begun_at: Option<u64>,
    /// It is this one.
    pub is_this: bool,
    /// It is one at the pool's own sign-in pages, which open sites without asking again.
    pub at_pool: bool,
    /// What it was opened through ends with it.
    with_origin: bool,
}

/// All of them, this one first, then the last used. A session at the pool's sign-in pages is a part of those that came from
/// it, and is there by itself only if there is none.
///
/// # Errors
/// One that [`lacks`](super::lacks) knows if the pool keeps no list; otherwise as [`authorised`].
pub async fn list(account: &dyn Account) -> Result<Vec<OpenSession>, Error> {
    let mut found = Vec::new();
    let mut from = None;
    for _ in 0..MOST_PAGES {
        let page = from.clone();
        let make = move |access_token| {
            let mut list = ListUserSessions::new(access_token);
            list.next_token = page.clone();
            list
        };
        let answer = authorised(account, make).await?;
        found.extend(answer.sessions);
        if answer.next_token.is_none() || answer.next_token == from {
            break;
        }
        from = answer.next_token;
    }
    let sessions = found.into_iter().map(|session| (is_current(account, &session), session));
    Ok(arranged(sessions.collect()))
}

/// As [`list`] gives them; each comes with whether it is this one.
fn arranged(found: Vec<(bool, UserSession)>) -> Vec<OpenSession> {
    let origins: Vec<_> = found.iter().filter_map(|(_, session)| session.origin_session_id.clone()).collect();
    let own = found.iter().find(|(is_this, _)| *is_this).and_then(|(_, session)| session.origin_session_id.clone());
    let mut open: Vec<_> = found
        .into_iter()
        .filter(|(is_this, session)| *is_this || !origins.contains(&session.session_id))
        .map(|(is_this, session)| {
            let place = session.last_location.unwrap_or_default();
            let parts: Vec<_> =
                [place.city, place.country].into_iter().flatten().filter(|part| !part.is_empty()).collect();
            OpenSession {
                agent: Agent::read(session.device_type.as_deref().unwrap_or_default()),
                place: parts.join(", "),
                active_at: session.last_active_date.map(|at| at.seconds()),
                begun_at: session.create_date.map(|at| at.seconds()),
                is_this,
                at_pool: session.session_type == Some(SessionKind::Sso),
                // This browser stays signed in at the pool's pages, whatever else came from there.
                with_origin: own.is_none() || session.origin_session_id != own,
                id: session.session_id,
            }
        })
        .collect();
    open.sort_by_key(|session| (!session.is_this, std::cmp::Reverse(session.active_at)));
    open
}

/// Ends one that is not this one. Its access token may be taken by servers for up to an hour more.
///
/// # Errors
/// As [`authorised`]. One that is over already has ended.
pub async fn end(account: &dyn Account, session: &OpenSession) -> Result<(), Error> {
    let (id, with_origin) = (session.id.clone(), session.with_origin);
    let make = move |access_token| {
        let mut revoke = RevokeUserSession::new(access_token, id.clone());
        revoke.revoke_associated_sessions = with_origin.then_some(RevokeAssociatedSessions::Linked);
        revoke
    };
    match authorised(account, make).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == Some(ErrorKind::ResourceNotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Ends these one after the other: those that have ended, and why the first of the others has not. Without a network the
/// rest is not tried. (GlobalSignOut would be one call, and would end this session as well.)
pub async fn end_all(account: &dyn Account, sessions: &[OpenSession]) -> (Vec<SessionId>, Option<Error>) {
    let (mut ended, mut failure) = (Vec::new(), None);
    for session in sessions {
        match end(account, session).await {
            Ok(()) => ended.push(session.id.clone()),
            Err(error) => {
                failure.get_or_insert(error);
                if matches!(error, Error::Fault(_)) {
                    break;
                }
            }
        }
    }
    (ended, failure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn session(value: Value) -> UserSession {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn this_one_is_first_and_the_pools_own_pages_are_a_part_of_what_came_from_them() {
        let found = vec![
            (false, session(json!({"SessionId": "old", "SessionType": "TOKEN", "LastActiveDate": 100}))),
            (
                false,
                session(json!({"SessionId": "new", "LastActiveDate": 300, "CreateDate": 50,
                "OriginSessionId": "sso-2", "DeviceType": "Chrome on Windows",
                "LastLocation": {"City": "Oslo", "Country": "Norway"}})),
            ),
            (true, session(json!({"SessionId": "this", "LastActiveDate": 200, "OriginSessionId": "sso-1"}))),
            (false, session(json!({"SessionId": "app", "LastActiveDate": 90, "OriginSessionId": "sso-1"}))),
            (false, session(json!({"SessionId": "sso-1", "SessionType": "SSO", "LastActiveDate": 200}))),
            (false, session(json!({"SessionId": "sso-2", "SessionType": "SSO", "LastActiveDate": 300}))),
            (
                false,
                session(
                    json!({"SessionId": "sso-3", "SessionType": "SSO", "LastLocation": {"City": null, "Country": "Peru"}}),
                ),
            ),
        ];
        let open = arranged(found);
        let seen: Vec<_> =
            open.iter().map(|open| (open.id.as_str(), open.is_this, open.at_pool, open.with_origin)).collect();
        assert_eq!(
            seen,
            [
                ("this", true, false, false),
                ("new", false, false, true),
                ("old", false, false, true),
                ("app", false, false, false),
                ("sso-3", false, true, true),
            ]
        );
        assert_eq!(
            (open[1].place.as_str(), open[4].place.as_str(), open[2].place.as_str()),
            ("Oslo, Norway", "Peru", "")
        );
        assert_eq!((open[1].agent.browser, open[1].begun_at, open[1].active_at), (Some("Chrome"), Some(50), Some(300)));
    }
}
