//! Where the person is signed in. A feature of the paid plans: OperationNotEnabled where it is off.

use super::*;

operation! {
    /// `ListUserSessions`: the person's sessions, a page at a time.
    ///
    /// Errors beyond the common ones: NotAuthorized, PasswordResetRequired, UserNotConfirmed, UserNotFound.
    ListUserSessions {
        /// A valid access token.
        access_token: AccessToken,
        ;
        /// Where this page begins.
        next_token: Option<PageToken>,
    } -> ListUserSessionsResponse
}

/// What ListUserSessions answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListUserSessionsResponse {
    /// This page; at most 125.
    #[serde(deserialize_with = "null_as_default")]
    pub sessions: Vec<UserSession>,
    /// Where the next page begins; absent on the last.
    pub next_token: Option<PageToken>,
}

words! {
    /// What a session was opened for (`SessionTypeType`).
    SessionKind {
        /// The tokens of one app client.
        Token = "TOKEN",
        /// The pool's own sign-in pages, for all app clients.
        Sso = "SSO",
    }
}

/// A session (`SessionDescriptionType`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserSession {
    /// Its name, for [`RevokeUserSession`].
    pub session_id: SessionId,
    /// What it was opened for.
    pub session_type: Option<SessionKind>,
    /// The app client it belongs to.
    pub client_id: Option<ClientId>,
    /// When it was opened.
    pub create_date: Option<Timestamp>,
    /// When it was last used.
    pub last_active_date: Option<Timestamp>,
    /// What it was opened on: a browser and a system, in words.
    pub device_type: Option<String>,
    /// Where it was last used from.
    #[serde(rename = "LastIPAddress")]
    pub last_ip_address: Option<IpAddress>,
    /// Where that is.
    pub last_location: Option<SessionLocation>,
    /// The session it was opened through.
    pub origin_session_id: Option<SessionId>,
    /// Whether it is the one of the access token that asked.
    pub is_current_session: Option<bool>,
}

/// A place on earth, as far as an address tells (`SessionLocationType`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SessionLocation {
    /// The city.
    pub city: Option<String>,
    /// The country.
    pub country: Option<String>,
}

operation! {
    /// `RevokeUserSession`: ends one session.
    ///
    /// Errors beyond the common ones: NotAuthorized, PasswordResetRequired, UserNotConfirmed, UserNotFound.
    RevokeUserSession {
        /// A valid access token.
        access_token: AccessToken,
        /// Which one.
        session_id: SessionId,
        ;
        /// What else ends.
        revoke_associated_sessions: Option<RevokeAssociatedSessions>,
    } -> Nothing
}
