//! GetId, GetCredentialsForIdentity, GetOpenIdToken, UnlinkIdentity: the identity pool.

use super::{Peer, parse};
use crate::clock::Timestamp;
use crate::jwt::{Claims, fingerprint};
use crate::pool::state::{Identity, IssuedCredentials};
use crate::pool::{IDENTITY_POOL_ID, Pool, REGION};
use crate::random;
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How `Logins` names the user pool; its issuer without `http://` is taken too.
pub const PROVIDER_NAME: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Doorward1";

type Logins = BTreeMap<String, Secret>;

/// Whether a provider's name is this user pool's.
fn is_ours(pool: &Pool, provider: &str) -> bool {
    provider == PROVIDER_NAME || pool.issuer().split_once("://").is_some_and(|(_, name)| name == provider)
}

/// The user the logins prove, none if there are no logins.
fn signed_in(pool: &Pool, logins: &Logins) -> Result<Option<String>, ApiError> {
    let mut sub = None;
    for (provider, token) in logins {
        if !is_ours(pool, provider) {
            return Err(ApiError::not_authorized("Token is not from a supported provider of this identity pool."));
        }
        sub = Some(pool.login(token.reveal())?);
    }
    let unauthenticated = pool.read(|state| state.settings.identity_pool.allow_unauthenticated);
    if sub.is_none() && !unauthenticated {
        return Err(ApiError::not_authorized("Unauthenticated access is not supported for this identity pool."));
    }
    Ok(sub)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetIdRequest {
    identity_pool_id: String,
    #[serde(default)]
    logins: Logins,
}

/// `GetId`: the identity of the user who is signed in, or a new one for somebody who is not.
pub fn get_id(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: GetIdRequest = parse(request)?;
    if request.identity_pool_id != IDENTITY_POOL_ID {
        let id = request.identity_pool_id;
        return Err(ApiError::resource_not_found(format!("IdentityPool '{id}' not found.")));
    }
    let sub = signed_in(pool, &request.logins)?;
    pool.write(|state, _| {
        let known = sub.is_some().then(|| {
            let mut identities = state.identities.iter();
            identities.find(|(_, identity)| identity.sub == sub)
        });
        let id = match known.flatten() {
            Some((id, _)) => id.clone(),
            None => {
                let id = format!("{REGION}:{}", random::uuid());
                state.identities.insert(id.clone(), Identity { sub });
                id
            }
        };
        Ok(json!({ "IdentityId": id }))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IdentityRequest {
    identity_id: String,
    #[serde(default)]
    logins: Logins,
}

/// `GetCredentialsForIdentity`: credentials that look like AWS's and open nothing but the pretend STS. An identity that
/// belongs to a user needs that user's login; one that belongs to nobody comes to belong to the user who first brings a
/// login.
pub fn get_credentials_for_identity(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let request: IdentityRequest = parse(request)?;
    let id = request.identity_id;
    let authenticated = claim(pool, &id, &request.logins)?;
    let access_key_id = format!("ASIA{}", random::from_alphabet(UPPER, 16));
    let secret_key = random::base64url(30);
    let session_token = random::base64url(300);
    pool.write(|state, now| {
        // In whole seconds, as they are told.
        let expires = Timestamp::from_millis(now.seconds() * 1000);
        let expires = expires.plus_seconds(state.settings.identity_pool.credentials_seconds);
        let issued = IssuedCredentials {
            identity_id: id.clone(),
            authenticated,
            secret_key: secret_key.clone(),
            session_token: fingerprint(&session_token),
            expires,
        };
        state.keep_credentials(access_key_id.clone(), issued);
        Ok(json!({
            "IdentityId": id,
            "Credentials": {
                "AccessKeyId": access_key_id,
                "SecretKey": secret_key,
                "SessionToken": session_token,
                "Expiration": expires.seconds(),
            },
        }))
    })
}

/// Sees to it that an identity exists and that the logins may use it. Gives whether somebody is signed in.
fn claim(pool: &Pool, id: &str, logins: &Logins) -> Result<bool, ApiError> {
    if !pool.read(|state| state.identities.contains_key(id)) {
        return Err(not_found(id));
    }
    let sub = signed_in(pool, logins)?;
    pool.write(|state, _| {
        let forbidden = || ApiError::not_authorized(format!("Access to Identity '{id}' is forbidden."));
        let another =
            sub.is_some() && state.identities.iter().any(|(other, identity)| other != id && identity.sub == sub);
        let identity = state.identities.get_mut(id).ok_or_else(forbidden)?;
        match (&identity.sub, &sub) {
            (Some(owner), Some(sub)) if owner == sub => {}
            (None, None) => {}
            (None, Some(_)) if !another => identity.sub = sub.clone(),
            _ => return Err(forbidden()),
        }
        Ok(sub.is_some())
    })
}

fn not_found(id: &str) -> ApiError {
    ApiError::resource_not_found(format!("Identity '{id}' not found."))
}

/// `GetOpenIdToken`: a token that says which identity this is, good for ten minutes, for `AssumeRoleWithWebIdentity`.
pub fn get_open_id_token(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    const LIFE_SECONDS: u64 = 600;
    let request: IdentityRequest = parse(request)?;
    let id = request.identity_id;
    let amr = if claim(pool, &id, &request.logins)? { "authenticated" } else { "unauthenticated" };
    let now = pool.now();
    let mut claims = Claims::new();
    for (name, value) in [
        ("sub", json!(id)),
        ("aud", json!(IDENTITY_POOL_ID)),
        ("iss", json!("https://cognito-identity.amazonaws.com")),
        ("amr", json!([amr])),
        ("iat", json!(now.seconds())),
        ("exp", json!(now.plus_seconds(LIFE_SECONDS).seconds())),
    ] {
        claims.insert(name.to_owned(), value);
    }
    let token = pool.key()?.sign(&claims).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(json!({ "IdentityId": id, "Token": token }))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UnlinkRequest {
    identity_id: String,
    logins: Logins,
    logins_to_remove: Vec<String>,
}

/// `UnlinkIdentity`: takes a login away from an identity. As there is one provider here, nothing is left of it then.
pub fn unlink_identity(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: UnlinkRequest = parse(request)?;
    let id = request.identity_id;
    if !pool.read(|state| state.identities.contains_key(&id)) {
        return Err(not_found(&id));
    }
    if request.logins.is_empty() {
        return Err(ApiError::invalid_parameter("Logins must name the login that proves whose identity this is."));
    }
    let sub = signed_in(pool, &request.logins)?;
    if let Some(foreign) = request.logins_to_remove.iter().find(|login| !is_ours(pool, login)) {
        return Err(ApiError::invalid_parameter(format!("The identity has no login {foreign}.")));
    }
    pool.write(|state, _| {
        if state.identities.get(&id).is_none_or(|identity| identity.sub != sub) {
            return Err(ApiError::not_authorized(format!("Access to Identity '{id}' is forbidden.")));
        }
        if !request.logins_to_remove.is_empty() {
            state.identities.remove(&id);
        }
        Ok(Value::Null)
    })
}
