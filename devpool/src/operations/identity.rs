//! GetId and GetCredentialsForIdentity: the identity pool.

use super::parse;
use crate::pool::state::Identity;
use crate::pool::{IDENTITY_POOL_ID, Pool, REGION};
use crate::random;
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How `Logins` names the user pool; its issuer without `http://` is taken too.
pub const PROVIDER_NAME: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Doorward1";

type Logins = BTreeMap<String, Secret>;

/// The user the logins prove, none if there are no logins.
fn signed_in(pool: &Pool, logins: &Logins) -> Result<Option<String>, ApiError> {
    let mut sub = None;
    for (provider, token) in logins {
        let issuer = pool.issuer();
        let ours = provider == PROVIDER_NAME || issuer.split_once("://").is_some_and(|(_, name)| name == provider);
        if !ours {
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
pub fn get_id(pool: &Pool, request: Value) -> Result<Value, ApiError> {
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
struct GetCredentialsRequest {
    identity_id: String,
    #[serde(default)]
    logins: Logins,
}

/// `GetCredentialsForIdentity`: credentials that look like AWS's and open nothing. An identity that belongs to a user
/// needs that user's login; one that belongs to nobody comes to belong to the user who first brings a login.
pub fn get_credentials_for_identity(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: GetCredentialsRequest = parse(request)?;
    let id = request.identity_id;
    let exists = pool.read(|state| state.identities.contains_key(&id));
    if !exists {
        return Err(ApiError::resource_not_found(format!("Identity '{id}' not found.")));
    }
    let sub = signed_in(pool, &request.logins)?;
    pool.write(|state, now| {
        let forbidden = || ApiError::not_authorized(format!("Access to Identity '{id}' is forbidden."));
        let another =
            sub.is_some() && state.identities.iter().any(|(other, identity)| *other != id && identity.sub == sub);
        let identity = state.identities.get_mut(&id).ok_or_else(forbidden)?;
        match (&identity.sub, &sub) {
            (Some(owner), Some(sub)) if owner == sub => {}
            (None, None) => {}
            (None, Some(_)) if !another => identity.sub = sub,
            _ => return Err(forbidden()),
        }
        const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let life = state.settings.identity_pool.credentials_seconds;
        Ok(json!({
            "IdentityId": id,
            "Credentials": {
                "AccessKeyId": format!("ASIA{}", random::from_alphabet(UPPER, 16)),
                "SecretKey": random::base64url(30),
                "SessionToken": random::base64url(300),
                "Expiration": now.plus_seconds(life).seconds(),
            },
        }))
    })
}
