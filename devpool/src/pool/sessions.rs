//! Signed-in sessions: issuing tokens, refreshing them, checking them.

use super::authorization::shows;
use super::settings::DeviceMode;
use super::state::{Proof, RefreshToken, SignInSession, State, User, api_scope, token_session_id};
use super::user::{Device, UserStatus};
use super::{CLIENT_ID, Pool, REGION, acr};
use crate::clock::Timestamp;
use crate::jwt::{self, Claims};
use crate::random;
use crate::wire::ApiError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Devices that were offered and never confirmed are forgotten beyond this many.
const MOST_UNCONFIRMED_DEVICES: usize = 10;

/// Who is at the other end, as far as HTTP says.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    /// `User-Agent`.
    pub user_agent: String,
}

/// Everything about a session that is to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Whose it is.
    pub sub: String,
    /// How the person proved who they are.
    pub proof: Proof,
    /// The device they did it from, if it is a known one.
    pub device_key: Option<String>,
    /// What its access tokens may do, separated by spaces.
    pub scope: String,
    /// The session of the sign-in page it comes from.
    pub sso: Option<String>,
    /// `nonce` of the authorization request.
    pub nonce: Option<String>,
    /// When the person signed in, if that was not just now.
    pub auth_time: Option<Timestamp>,
}

impl NewSession {
    /// A session that comes from the API.
    pub fn from_api(sub: String, proof: Proof, device_key: Option<String>) -> Self {
        Self { sub, proof, device_key, scope: api_scope(), sso: None, nonce: None, auth_time: None }
    }
}

/// Who calls, as a valid access token says.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user.
    pub sub: String,
    /// The session the token belongs to.
    pub origin_jti: String,
}

/// A new or refreshed set of tokens, before it is signed (which takes milliseconds and needs no lock).
#[derive(Debug)]
pub struct Grant {
    access: Claims,
    /// None where the scope has no `openid`.
    id: Option<Claims>,
    /// Whether the ID token names its access token (`at_hash`), as those of the token endpoint do.
    binds_access: bool,
    expires_in: u64,
    refresh_token: Option<String>,
    new_device: Option<NewDevice>,
}

/// `NewDeviceMetadata`.
#[derive(Debug)]
struct NewDevice {
    key: String,
    group_key: String,
}

impl Grant {
    /// The session the tokens are of.
    pub fn origin_jti(&self) -> &str {
        self.access.get("origin_jti").and_then(Value::as_str).unwrap_or_default()
    }

    /// Signs the tokens: `AuthenticationResult`.
    ///
    /// # Errors
    /// `InternalErrorException` if the operating system gives no randomness.
    pub fn sign(mut self, pool: &Pool) -> Result<Value, ApiError> {
        let key = pool.key()?;
        let sign = |claims: &Claims| key.sign(claims).map_err(|error| ApiError::internal(error.to_string()));
        let access = sign(&self.access)?;
        if let Some(id) = self.id.as_mut().filter(|_| self.binds_access) {
            let half = &Sha256::digest(&access)[..16];
            id.insert("at_hash".to_owned(), json!(URL_SAFE_NO_PAD.encode(half)));
        }
        let mut result = json!({
            "AccessToken": access,
            "ExpiresIn": self.expires_in,
            "TokenType": "Bearer",
        });
        if let Some(id) = &self.id {
            result["IdToken"] = Value::from(sign(id)?);
        }
        if let Some(device) = self.new_device {
            result["NewDeviceMetadata"] = json!({ "DeviceKey": device.key, "DeviceGroupKey": device.group_key });
        }
        if let Some(token) = self.refresh_token {
            result["RefreshToken"] = Value::from(token);
        }
        Ok(result)
    }
}

/// Begins a session for a user who has proved everything that was asked.
///
/// # Errors
/// `UserNotFoundException` if the user was deleted meanwhile, `NotAuthorizedException` if disabled.
pub fn begin(state: &mut State, issuer: &str, new: NewSession, peer: &Peer, now: Timestamp) -> Result<Grant, ApiError> {
    state.tidy(now);
    let device_mode = state.settings.devices.mode;
    let user = state.user_mut(&new.sub)?;
    if !user.enabled {
        return Err(ApiError::user_disabled());
    }
    let known = new.device_key.filter(|key| user.devices.contains_key(key));
    let new_device = (known.is_none() && device_mode != DeviceMode::Off && user.status != UserStatus::ExternalProvider)
        .then(|| offer_device(user, now));
    if let Some(device) = known.as_ref().and_then(|key| user.devices.get_mut(key)) {
        device.last_authenticated = now;
    }
    state.lockouts.remove(&new.sub);
    let session = SignInSession {
        sub: new.sub,
        auth_time: new.auth_time.unwrap_or(now),
        event_id: random::uuid(),
        expires: now.plus_seconds(state.settings.tokens.refresh_seconds),
        revoked: false,
        id: token_session_id(),
        scope: new.scope,
        proof: new.proof,
        device_key: known.or_else(|| new_device.as_ref().map(|device| device.key.clone())),
        last_active: None,
        user_agent: peer.user_agent.clone(),
        sso: new.sso,
        nonce: new.nonce,
        feedback: None,
    };
    let origin_jti = random::uuid();
    let mut grant = grant(state, issuer, &origin_jti, &session, now)?;
    state.sessions.insert(origin_jti.clone(), session);
    grant.refresh_token = Some(new_refresh_token(state, origin_jti));
    grant.new_device = new_device;
    Ok(grant)
}

/// A device key for somebody who came without one. It means nothing until `ConfirmDevice`.
fn offer_device(user: &mut User, now: Timestamp) -> NewDevice {
    let mut unconfirmed: Vec<(Timestamp, String)> = user
        .devices
        .iter()
        .filter(|(_, device)| device.verifier.is_none())
        .map(|(key, device)| (device.created, key.clone()))
        .collect();
    unconfirmed.sort();
    let surplus = (unconfirmed.len() + 1).saturating_sub(MOST_UNCONFIRMED_DEVICES);
    for (_, key) in &unconfirmed[..surplus] {
        user.devices.remove(key);
    }
    let key = format!("{REGION}_{}", random::uuid());
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let group_key = format!("-{}", random::from_alphabet(letters, 8));
    user.devices.insert(key.clone(), Device::new(group_key.clone(), now));
    NewDevice { key, group_key }
}

fn new_refresh_token(state: &mut State, origin_jti: String) -> String {
    let token = jwt::opaque_refresh_token();
    let record = RefreshToken { origin_jti, replaced: None };
    state.refresh_tokens.insert(jwt::fingerprint(&token), record);
    token
}

/// Claims for a session's next tokens.
fn grant(
    state: &State,
    issuer: &str,
    origin_jti: &str,
    session: &SignInSession,
    now: Timestamp,
) -> Result<Grant, ApiError> {
    let user = state.user(&session.sub)?;
    let tokens = &state.settings.tokens;
    let common = |lifetime: u64, token_use: &str| {
        let mut claims = Claims::new();
        let mut claim = |name: &str, value: Value| {
            claims.insert(name.to_owned(), value);
        };
        claim("sub", json!(user.sub));
        claim("iss", json!(issuer));
        claim("origin_jti", json!(origin_jti));
        claim("event_id", json!(session.event_id));
        claim("token_use", json!(token_use));
        claim("auth_time", json!(session.auth_time.seconds()));
        claim("exp", json!(now.plus_seconds(lifetime).seconds()));
        claim("iat", json!(now.seconds()));
        claim("jti", json!(random::uuid()));
        claims
    };
    let mut access = common(tokens.access_seconds, "access");
    access.insert("client_id".to_owned(), json!(CLIENT_ID));
    access.insert("scope".to_owned(), json!(session.scope));
    access.insert("username".to_owned(), json!(user.username));
    if let Some(key) = &session.device_key {
        access.insert("device_key".to_owned(), json!(key));
    }
    let mut id = common(tokens.id_seconds, "id");
    id.insert("aud".to_owned(), json!(CLIENT_ID));
    id.insert("cognito:username".to_owned(), json!(user.username));
    for (name, value) in user.attributes.iter().filter(|(name, _)| shows(&session.scope, name)) {
        id.insert(name.clone(), claim_value(name, value));
    }
    if !user.identities.is_empty() {
        id.insert("identities".to_owned(), identities(user));
    }
    if let Some(nonce) = &session.nonce {
        id.insert("nonce".to_owned(), json!(nonce));
    }
    if let Some(acr) = &session.proof.acr {
        for claims in [&mut access, &mut id] {
            claims.insert("acr".to_owned(), json!(acr));
            claims.insert("amr".to_owned(), json!(acr::amr(&session.proof)));
        }
    }
    // The API gives an ID token always, the token endpoint to those who asked for one.
    let scopes: Vec<&str> = session.scope.split(' ').collect();
    let has_id = session.sso.is_none() || scopes.contains(&"openid");
    Ok(Grant {
        access,
        id: has_id.then_some(id),
        binds_access: session.sso.is_some(),
        expires_in: tokens.access_seconds,
        refresh_token: None,
        new_device: None,
    })
}

/// Accounts at other providers, as the `identities` claim has them.
pub fn identities(user: &User) -> Value {
    let identity = |identity: &super::user::FederatedIdentity| {
        json!({
            "dateCreated": identity.created.millis().to_string(),
            "userId": identity.user_id,
            "providerName": identity.provider_name,
            "providerType": identity.provider_type,
            "issuer": null,
            "primary": identity.primary.to_string(),
        })
    };
    user.identities.iter().map(identity).collect()
}

/// Attributes are strings, but for the few that OpenID Connect has as something else.
fn claim_value(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => Value::from(value == "true"),
        "address" => json!({ "formatted": value }),
        "updated_at" => value.parse::<i64>().map_or_else(|_| json!(value), Value::from),
        _ => Value::from(value),
    }
}

/// Refreshes a session. Where `may_rotate` is set and the settings say so, the token is replaced.
///
/// # Errors
/// `NotAuthorizedException` in its several texts, `RefreshTokenReuseException`, `UserNotFoundException`.
pub fn refresh(
    state: &mut State,
    issuer: &str,
    token: &str,
    device_key: Option<&str>,
    peer: &Peer,
    now: Timestamp,
) -> Result<Grant, ApiError> {
    let fingerprint = jwt::fingerprint(token);
    let invalid = || ApiError::not_authorized("Invalid Refresh Token");
    let record = state.refresh_tokens.get(&fingerprint).ok_or_else(invalid)?;
    let session = state.sessions.get(&record.origin_jti).ok_or_else(invalid)?.clone();
    let origin_jti = record.origin_jti.clone();
    let replaced = record.replaced;
    if session.revoked {
        return Err(ApiError::not_authorized("Refresh Token has been revoked"));
    }
    if session.expires <= now {
        return Err(ApiError::not_authorized("Refresh Token has expired"));
    }
    let rotation = state.settings.refresh_token_rotation.clone();
    if let Some(replaced) = replaced
        && replaced.plus_seconds(rotation.retry_grace_period_seconds) <= now
    {
        return Err(ApiError::new("RefreshTokenReuseException", "Refresh token has already been used."));
    }
    let user = state.user(&session.sub)?;
    if !user.enabled {
        return Err(ApiError::user_disabled());
    }
    // A session of a confirmed device is refreshed from that device only.
    let device = session.device_key.as_ref().and_then(|key| user.devices.get(key));
    let elsewhere =
        device.is_some_and(|device| device.verifier.is_some()) && device_key != session.device_key.as_deref();
    if elsewhere {
        return Err(invalid());
    }
    let mut grant = grant(state, issuer, &origin_jti, &session, now)?;
    if let Some(session) = state.sessions.get_mut(&origin_jti) {
        session.last_active = Some(now);
        session.user_agent.clone_from(&peer.user_agent);
    }
    if rotation.enabled {
        if let Some(record) = state.refresh_tokens.get_mut(&fingerprint) {
            // Using the old token again within the grace period does not prolong the period.
            record.replaced.get_or_insert(now);
        }
        grant.refresh_token = Some(new_refresh_token(state, origin_jti));
    }
    Ok(grant)
}

/// Ends the session of a refresh token. A token nobody knows is as good as revoked.
///
/// # Errors
/// `UnsupportedTokenTypeException` for ID and access tokens.
pub fn revoke(state: &mut State, token: &str, linked: Linked) -> Result<(), ApiError> {
    if token.split('.').count() == 3 {
        return Err(ApiError::new("UnsupportedTokenTypeException", "Unsupported token type"));
    }
    let record = state.refresh_tokens.get(&jwt::fingerprint(token));
    let origin_jti = record.map(|record| record.origin_jti.clone());
    if let Some(session) = origin_jti.and_then(|origin| state.sessions.get_mut(&origin)) {
        session.revoked = true;
        if let (Linked::Linked, Some(sso)) = (linked, session.sso.clone()) {
            state.sso_sessions.remove(&sso);
        }
    }
    Ok(())
}

/// `RevokeAssociatedSessions`: whether the session at the sign-in page ends with those that came through it, and the
/// other way round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Linked {
    /// It does not.
    #[default]
    None,
    /// It does.
    Linked,
}

/// A token of this pool that is what it should be and whose time is not over.
struct Checked {
    sub: String,
    origin_jti: String,
    scope: String,
}

/// Why a token is not good.
enum Flaw {
    NotAToken,
    Forged,
    OtherKind,
    Expired,
}

fn check(pool: &Pool, token: &str, token_use: &str, client_claim: &str) -> Result<Checked, Flaw> {
    let Ok(key) = pool.key() else {
        return Err(Flaw::Forged);
    };
    let claims = key.verify(token).map_err(|flaw| match flaw {
        jwt::TokenFlaw::NotAToken => Flaw::NotAToken,
        jwt::TokenFlaw::Forged => Flaw::Forged,
    })?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let ours = text("iss") == pool.issuer() && text("token_use") == token_use && text(client_claim) == CLIENT_ID;
    if !ours {
        return Err(Flaw::OtherKind);
    }
    let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
    if expires <= pool.now().seconds() {
        return Err(Flaw::Expired);
    }
    Ok(Checked {
        sub: text("sub").to_owned(),
        origin_jti: text("origin_jti").to_owned(),
        scope: text("scope").to_owned(),
    })
}

impl Pool {
    /// Who calls with this access token.
    ///
    /// # Errors
    /// `NotAuthorizedException` for a forged, foreign, expired or revoked token or a disabled user,
    /// `UserNotFoundException` for a deleted one, `PasswordResetRequiredException` and `UserNotConfirmedException`
    /// for one in such a state.
    pub fn caller(&self, access_token: &str) -> Result<Caller, ApiError> {
        self.caller_with_scope(access_token, &api_scope())
    }

    /// [`Self::caller`] for a token that needs another scope.
    ///
    /// # Errors
    /// Those of [`Self::caller`].
    pub fn caller_with_scope(&self, access_token: &str, scope: &str) -> Result<Caller, ApiError> {
        let checked = check(self, access_token, "access", "client_id").map_err(|flaw| {
            ApiError::not_authorized(match flaw {
                Flaw::NotAToken | Flaw::OtherKind => "Invalid Access Token",
                Flaw::Forged => "Could not verify signature for Access Token",
                Flaw::Expired => "Access Token has expired",
            })
        })?;
        self.read(|state| {
            let user = state.user(&checked.sub)?;
            let session = state.sessions.get(&checked.origin_jti);
            if session.is_none_or(|session| session.revoked) {
                return Err(ApiError::not_authorized("Access Token has been revoked"));
            }
            if !user.enabled {
                return Err(ApiError::user_disabled());
            }
            if !checked.scope.split(' ').any(|granted| granted == scope) {
                return Err(ApiError::missing_scopes());
            }
            Ok(Caller { sub: checked.sub, origin_jti: checked.origin_jti })
        })
    }

    /// The user an ID token speaks for, as the identity pool wants to know it.
    ///
    /// # Errors
    /// `NotAuthorizedException` in the identity pool's texts.
    pub fn login(&self, id_token: &str) -> Result<String, ApiError> {
        let checked = check(self, id_token, "id", "aud").map_err(|flaw| {
            ApiError::not_authorized(match flaw {
                Flaw::NotAToken => "Invalid login token. Not a valid OpenId Connect identity token.",
                Flaw::Forged => "Invalid login token. Couldn't verify signed token.",
                Flaw::OtherKind => "Invalid login token. Issuer doesn't match providerName",
                Flaw::Expired => "Invalid login token. Token is expired",
            })
        })?;
        let known = self.read(|state| state.users.contains_key(&checked.sub));
        if known { Ok(checked.sub) } else { Err(ApiError::not_authorized("Invalid login token. User does not exist.")) }
    }
}
