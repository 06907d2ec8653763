//! Signed-in sessions: issuing tokens, refreshing them, checking them.

use super::state::{RefreshToken, SignInSession, State, User};
use super::{CLIENT_ID, Pool};
use crate::clock::Timestamp;
use crate::jwt::{self, Claims};
use crate::random;
use crate::wire::ApiError;
use serde_json::{Value, json};

/// The scope that lets an access token change its user's profile.
const SCOPE: &str = "aws.cognito.signin.user.admin";

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
    id: Claims,
    expires_in: u64,
    refresh_token: Option<String>,
}

impl Grant {
    /// Signs the tokens: `AuthenticationResult`.
    ///
    /// # Errors
    /// `InternalErrorException` if the operating system gives no randomness.
    pub fn sign(self, pool: &Pool) -> Result<Value, ApiError> {
        let key = pool.key()?;
        let sign = |claims: &Claims| key.sign(claims).map_err(|error| ApiError::internal(error.to_string()));
        let mut result = json!({
            "AccessToken": sign(&self.access)?,
            "ExpiresIn": self.expires_in,
            "IdToken": sign(&self.id)?,
            "TokenType": "Bearer",
        });
        if let Some(token) = self.refresh_token {
            result["RefreshToken"] = Value::from(token);
        }
        Ok(result)
    }
}

/// Begins a session for a user who has proved everything that was asked.
///
/// # Errors
/// `UserNotFoundException` if the user was deleted meanwhile.
pub fn begin(state: &mut State, issuer: &str, sub: &str, now: Timestamp) -> Result<Grant, ApiError> {
    state.tidy(now);
    state.lockouts.remove(sub);
    let session = SignInSession {
        sub: sub.to_owned(),
        auth_time: now,
        event_id: random::uuid(),
        expires: now.plus_seconds(state.settings.tokens.refresh_seconds),
        revoked: false,
    };
    let origin_jti = random::uuid();
    let mut grant = grant(state, issuer, &origin_jti, &session, now)?;
    state.sessions.insert(origin_jti.clone(), session);
    grant.refresh_token = Some(new_refresh_token(state, origin_jti));
    Ok(grant)
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
    let user = state.users.get(&session.sub).ok_or_else(ApiError::user_not_found)?;
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
    access.insert("scope".to_owned(), json!(SCOPE));
    access.insert("username".to_owned(), json!(user.sub));
    let mut id = common(tokens.id_seconds, "id");
    id.insert("aud".to_owned(), json!(CLIENT_ID));
    id.insert("cognito:username".to_owned(), json!(user.sub));
    for (name, value) in &user.attributes {
        id.insert(name.clone(), claim_value(name, value));
    }
    Ok(Grant { access, id, expires_in: tokens.access_seconds, refresh_token: None })
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
pub fn refresh(state: &mut State, issuer: &str, token: &str, now: Timestamp) -> Result<Grant, ApiError> {
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
    if !user_of(state, &session.sub)?.enabled {
        return Err(ApiError::not_authorized("User is disabled."));
    }
    let mut grant = grant(state, issuer, &origin_jti, &session, now)?;
    if rotation.enabled {
        if let Some(record) = state.refresh_tokens.get_mut(&fingerprint) {
            // Using the old token again within the grace period does not prolong the period.
            record.replaced.get_or_insert(now);
        }
        grant.refresh_token = Some(new_refresh_token(state, origin_jti));
    }
    Ok(grant)
}

fn user_of<'a>(state: &'a State, sub: &str) -> Result<&'a User, ApiError> {
    state.users.get(sub).ok_or_else(ApiError::user_not_found)
}

/// Ends the session of a refresh token. A token nobody knows is as good as revoked.
///
/// # Errors
/// `UnsupportedTokenTypeException` for ID and access tokens.
pub fn revoke(state: &mut State, token: &str) -> Result<(), ApiError> {
    if token.split('.').count() == 3 {
        return Err(ApiError::new("UnsupportedTokenTypeException", "Unsupported token type"));
    }
    let record = state.refresh_tokens.get(&jwt::fingerprint(token));
    let origin_jti = record.map(|record| record.origin_jti.clone());
    if let Some(session) = origin_jti.and_then(|origin| state.sessions.get_mut(&origin)) {
        session.revoked = true;
    }
    Ok(())
}

/// A token of this pool that is what it should be and whose time is not over.
struct Checked {
    sub: String,
    origin_jti: String,
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
    Ok(Checked { sub: text("sub").to_owned(), origin_jti: text("origin_jti").to_owned() })
}

impl Pool {
    /// Who calls with this access token.
    ///
    /// # Errors
    /// `NotAuthorizedException` for a forged, foreign, expired or revoked token or a disabled user,
    /// `UserNotFoundException` for a deleted one, `PasswordResetRequiredException` and `UserNotConfirmedException`
    /// for one in such a state.
    pub fn caller(&self, access_token: &str) -> Result<Caller, ApiError> {
        let checked = check(self, access_token, "access", "client_id").map_err(|flaw| {
            ApiError::not_authorized(match flaw {
                Flaw::NotAToken | Flaw::OtherKind => "Invalid Access Token",
                Flaw::Forged => "Could not verify signature for Access Token",
                Flaw::Expired => "Access Token has expired",
            })
        })?;
        self.read(|state| {
            let user = user_of(state, &checked.sub)?;
            let session = state.sessions.get(&checked.origin_jti);
            if session.is_none_or(|session| session.revoked) {
                return Err(ApiError::not_authorized("Access Token has been revoked"));
            }
            if !user.enabled {
                return Err(ApiError::not_authorized("User is disabled."));
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
