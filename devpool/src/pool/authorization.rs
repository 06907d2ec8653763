//! What happens between `/oauth2/authorize` and `/oauth2/token`: requests that people are in the middle of, sessions
//! of the sign-in page, authorization codes.

use super::acr::Target;
use super::sessions::{self, Grant, NewSession, Peer};
use super::settings::IdentityProvider;
use super::state::{Proof, SignInSession, SsoSession, State, session_id};
use crate::clock::Timestamp;
use crate::jwt;
use crate::random;
use crate::srp::same;
use crate::wire::ApiError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// How long an authorization code is good for, as at AWS.
const CODE_SECONDS: u64 = 300;

/// How long somebody stays signed in at the sign-in page, as at AWS.
pub const SSO_SECONDS: u64 = 3600;

/// How long a page may stay open before its form is sent.
const TRANSACTION_SECONDS: u64 = 3600;

/// More transactions than this are not kept; the oldest go.
const MOST_TRANSACTIONS: usize = 1000;

/// An authorization request that was found to be right.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// Where the answer goes; one of the client's.
    pub redirect_uri: String,
    /// `state`, which goes back as it came.
    pub state: Option<String>,
    /// What is asked for, separated by spaces.
    pub scope: String,
    /// `nonce`, which goes into the ID token.
    pub nonce: Option<String>,
    /// `code_challenge`, by the method `S256`.
    pub code_challenge: String,
    /// `prompt`.
    pub prompt: Prompt,
    /// `max_age`: how long ago the person may have signed in, in seconds.
    pub max_age: Option<u64>,
    /// `acr_values`.
    pub target: Target,
    /// `login_hint`: who will probably sign in.
    pub login_hint: Option<String>,
    /// `identity_provider`, or the one `idp_identifier` stands for.
    pub provider: Option<IdentityProvider>,
}

/// `prompt`: whether the person may or must be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prompt {
    /// As needed.
    #[default]
    AsNeeded,
    /// Never: `none`.
    Never,
    /// Always: `login`, `select_account`.
    Always,
}

/// Where somebody stands who is at a page.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Name and password are asked for.
    Password,
    /// A challenge was put.
    Challenge(Asked),
    /// They are at the pretend provider.
    Provider,
}

/// A challenge that a page shows.
#[derive(Clone)]
pub struct Asked {
    /// `ChallengeName`.
    pub name: String,
    /// `Session`.
    pub session: String,
    /// The name that was typed.
    pub typed: String,
    /// `ChallengeParameters`.
    pub parameters: Map<String, Value>,
    /// `AvailableChallenges`.
    pub available: Vec<String>,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asked({} [redacted])", self.name)
    }
}

/// A form that waits to be sent. Its id is in the form; it counts once, and only from the browser that has the cookie.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// What it is for.
    pub request: AuthorizationRequest,
    /// Where it stands.
    pub stage: Stage,
    /// SHA-256 of the browser's cookie.
    browser: String,
    expires: Timestamp,
    /// Order of beginning, to drop the oldest.
    number: u64,
}

/// All forms that wait. In memory only: after a restart people begin again from the app.
#[derive(Debug, Default)]
pub struct Transactions {
    by_id: HashMap<String, Transaction>,
    begun: u64,
}

impl Transactions {
    /// Notes a form that is about to be shown to a browser; gives the id for it.
    pub fn begin(&mut self, request: AuthorizationRequest, stage: Stage, browser: &str, now: Timestamp) -> String {
        self.begun += 1;
        if self.by_id.len() >= MOST_TRANSACTIONS {
            let oldest = self.begun.saturating_sub(MOST_TRANSACTIONS as u64 / 4 * 3);
            self.by_id.retain(|_, transaction| transaction.expires > now && transaction.number > oldest);
        }
        let id = random::base64url(32);
        let expires = now.plus_seconds(TRANSACTION_SECONDS);
        let browser = jwt::fingerprint(browser);
        self.by_id.insert(id.clone(), Transaction { request, stage, browser, expires, number: self.begun });
        id
    }

    /// Takes a form out that was sent. One that another browser holds stays where it is.
    pub fn take(&mut self, id: &str, browser: &str, now: Timestamp) -> Option<Transaction> {
        let found = self.by_id.get(id)?;
        if !same(found.browser.as_bytes(), jwt::fingerprint(browser).as_bytes()) {
            return None;
        }
        self.by_id.remove(id).filter(|transaction| transaction.expires > now)
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// What an authorization code stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationCode {
    /// Who signed in.
    pub sub: String,
    /// Where the code went; whoever exchanges it must say the same.
    redirect_uri: String,
    /// SHA-256 of the verifier, base64url.
    code_challenge: String,
    scope: String,
    nonce: Option<String>,
    proof: Proof,
    auth_time: Timestamp,
    /// The session of the sign-in page.
    sso: String,
    expires: Timestamp,
    /// `origin_jti` of the session that it was exchanged for. The code is remembered as long as that session, because
    /// whoever brings it again ends it.
    used: Option<String>,
}

impl AuthorizationCode {
    /// Whether it must still be remembered.
    pub fn matters(&self, sessions: &BTreeMap<String, SignInSession>, now: Timestamp) -> bool {
        match &self.used {
            Some(origin_jti) => sessions.contains_key(origin_jti),
            None => self.expires > now,
        }
    }
}

/// Somebody who has signed in, and is to go back to the app.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub sub: String,
    /// How they proved it.
    pub proof: Proof,
}

impl State {
    /// The session of the sign-in page that a cookie stands for, if its user may still sign in.
    pub fn sso_session(&self, cookie: &str, now: Timestamp) -> Option<(&str, &SsoSession)> {
        let fingerprint = jwt::fingerprint(cookie);
        let mut sessions = self.sso_sessions.iter();
        let (id, session) = sessions.find(|(_, session)| same(session.cookie.as_bytes(), fingerprint.as_bytes()))?;
        let may = self.users.get(&session.sub).is_some_and(|user| user.enabled);
        (session.expires > now && may).then_some((id, session))
    }

    /// Ends the session of the sign-in page that a cookie stands for.
    pub fn end_sso_session(&mut self, cookie: &str) {
        let fingerprint = jwt::fingerprint(cookie);
        self.sso_sessions.retain(|_, session| session.cookie != fingerprint);
    }

    /// Begins a session of the sign-in page; gives its id and the cookie that stands for it.
    ///
    /// # Errors
    /// `UserNotFoundException` if the user was deleted meanwhile, `NotAuthorizedException` if disabled.
    pub fn begin_sso_session(
        &mut self,
        who: SignedIn,
        peer: &Peer,
        now: Timestamp,
    ) -> Result<(String, String), ApiError> {
        let user = self.user(&who.sub)?;
        if !user.enabled {
            return Err(ApiError::user_disabled());
        }
        self.lockouts.remove(&who.sub);
        self.sso_sessions.retain(|_, session| session.expires > now);
        let (id, cookie) = (session_id("sso"), random::base64url(32));
        let session = SsoSession {
            sub: who.sub,
            cookie: jwt::fingerprint(&cookie),
            proof: who.proof,
            created: now,
            last_active: now,
            expires: now.plus_seconds(SSO_SECONDS),
            user_agent: peer.user_agent.clone(),
        };
        self.sso_sessions.insert(id.clone(), session);
        Ok((id, cookie))
    }

    /// An authorization code for whom a session of the sign-in page stands for.
    ///
    /// # Errors
    /// `NotAuthorizedException` if the session has ended meanwhile.
    pub fn issue_authorization_code(
        &mut self,
        sso: &str,
        request: &AuthorizationRequest,
        now: Timestamp,
    ) -> Result<String, ApiError> {
        let session = self.sso_sessions.get_mut(sso).ok_or_else(ApiError::invalid_session)?;
        session.last_active = now;
        // A level is named only to those who asked for one.
        let acr = request.target.reached(&session.proof).map(|level| level.uri().to_owned());
        let issued = AuthorizationCode {
            sub: session.sub.clone(),
            redirect_uri: request.redirect_uri.clone(),
            code_challenge: request.code_challenge.clone(),
            scope: request.scope.clone(),
            nonce: request.nonce.clone(),
            proof: Proof { acr, ..session.proof.clone() },
            auth_time: session.created,
            sso: sso.to_owned(),
            expires: now.plus_seconds(CODE_SECONDS),
            used: None,
        };
        let sessions = &self.sessions;
        self.authorization_codes.retain(|_, code| code.matters(sessions, now));
        let code = random::uuid();
        self.authorization_codes.insert(jwt::fingerprint(&code), issued);
        Ok(code)
    }

    /// Exchanges an authorization code for tokens. It counts once, and a mistake uses it up as well: whoever has it
    /// without the verifier should not have it. A code that comes a second time ends the session of the first
    /// (RFC 6749 section 4.1.2, RFC 9700 section 4.5.3).
    ///
    /// # Errors
    /// `NotAuthorizedException` if the code is none, was used, is over, or belongs to another verifier or address.
    pub fn redeem_authorization_code(
        &mut self,
        issuer: &str,
        code: &str,
        redirect_uri: &str,
        code_verifier: &str,
        peer: &Peer,
        now: Timestamp,
    ) -> Result<Grant, ApiError> {
        let invalid = ApiError::not_authorized;
        let fingerprint = jwt::fingerprint(code);
        let Some(found) = self.authorization_codes.get(&fingerprint).cloned() else {
            return Err(invalid("The authorization code does not exist or has expired."));
        };
        if let Some(origin_jti) = &found.used {
            if let Some(session) = self.sessions.get_mut(origin_jti) {
                session.revoked = true;
            }
            return Err(invalid("The authorization code was used before; the tokens it gave are revoked."));
        }
        self.authorization_codes.remove(&fingerprint);
        if found.expires <= now {
            return Err(invalid("The authorization code does not exist or has expired."));
        }
        if found.redirect_uri != redirect_uri {
            return Err(invalid("redirect_uri is not the one the authorization code was sent to."));
        }
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(code_verifier));
        if !same(challenge.as_bytes(), found.code_challenge.as_bytes()) {
            return Err(invalid("code_verifier does not belong to the code_challenge."));
        }
        let used = found.clone();
        let new = NewSession {
            sub: found.sub,
            proof: found.proof,
            device_key: None,
            scope: found.scope,
            sso: Some(found.sso),
            nonce: found.nonce,
            auth_time: Some(found.auth_time),
        };
        let grant = sessions::begin(self, issuer, new, peer, now)?;
        let used = AuthorizationCode { used: Some(grant.origin_jti().to_owned()), ..used };
        self.authorization_codes.insert(fingerprint, used);
        Ok(grant)
    }
}

/// Whether a scope lets its client see an attribute, in the ID token and at `/oauth2/userInfo`. Where none of `email`,
/// `phone` and `profile` was asked for, Cognito shows everything.
pub fn shows(scope: &str, attribute: &str) -> bool {
    let asked = |name: &str| scope.split(' ').any(|scope| scope == name);
    if !["email", "phone", "profile"].into_iter().any(asked) {
        return true;
    }
    match attribute {
        "email" | "email_verified" => asked("email"),
        "phone_number" | "phone_number_verified" => asked("phone"),
        // OpenID Connect has a scope for it that Cognito has not.
        "address" => false,
        _ => asked("profile"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn request() -> AuthorizationRequest {
        AuthorizationRequest {
            redirect_uri: "http://localhost/".to_owned(),
            state: None,
            scope: "openid".to_owned(),
            nonce: None,
            code_challenge: "x".to_owned(),
            prompt: Prompt::default(),
            max_age: None,
            target: Target::default(),
            login_hint: None,
            provider: None,
        }
    }

    #[test]
    fn a_form_counts_once_and_from_its_browser() {
        let mut transactions = Transactions::default();
        let id = transactions.begin(request(), Stage::Password, "mine", NOW);
        assert!(transactions.take(&id, "another", NOW).is_none());
        assert!(transactions.take("another", "mine", NOW).is_none());
        assert!(transactions.take(&id, "mine", NOW).is_some());
        assert!(transactions.take(&id, "mine", NOW).is_none());
        let id = transactions.begin(request(), Stage::Password, "mine", NOW);
        assert!(transactions.take(&id, "mine", NOW.plus_seconds(TRANSACTION_SECONDS)).is_none());
    }

    #[test]
    fn memory_is_bounded() {
        let mut transactions = Transactions::default();
        for _ in 0..MOST_TRANSACTIONS * 2 {
            transactions.begin(request(), Stage::Provider, "mine", NOW);
            assert!(transactions.by_id.len() <= MOST_TRANSACTIONS);
        }
    }

    #[test]
    fn scopes_show_what_is_theirs() {
        for (scope, shown, hidden) in [
            ("openid", &["email", "phone_number", "name", "address"][..], &[][..]),
            ("openid aws.cognito.signin.user.admin", &["email", "name"], &[]),
            ("openid email", &["email", "email_verified"], &["name", "phone_number", "custom:x"]),
            ("openid phone", &["phone_number", "phone_number_verified"], &["email", "name"]),
            ("openid profile", &["name", "custom:x", "birthdate"], &["email", "phone_number", "address"]),
            ("openid email phone profile", &["name", "email", "phone_number"], &["address"]),
        ] {
            assert!(shown.iter().all(|name| shows(scope, name)), "{scope}");
            assert!(!hidden.iter().any(|name| shows(scope, name)), "{scope}");
        }
    }
}
