//! GetTokensFromRefreshToken, RevokeToken, GlobalSignOut.

use super::{Client, Peer, parse};
use crate::pool::Pool;
use crate::pool::sessions::{self, Linked};
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RefreshRequest {
    #[serde(flatten)]
    client: Client,
    refresh_token: Secret,
    device_key: Option<String>,
}

/// `GetTokensFromRefreshToken`: refreshes, with or without rotation.
pub fn get_tokens_from_refresh_token(pool: &Pool, peer: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: RefreshRequest = parse(request)?;
    request.client.check()?;
    let token = request.refresh_token.reveal();
    let device = request.device_key.as_deref();
    let grant = pool.write(|state, now| sessions::refresh(state, pool.issuer(), token, device, peer, now))?;
    Ok(json!({ "AuthenticationResult": grant.sign(pool)? }))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RevokeRequest {
    #[serde(flatten)]
    client: Client,
    token: Secret,
    #[serde(default)]
    revoke_associated_sessions: Linked,
}

/// `RevokeToken`: ends the session of a refresh token, and with it the access tokens made from it.
pub fn revoke_token(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: RevokeRequest = parse(request)?;
    // This operation has no `ResourceNotFoundException` or `NotAuthorizedException`.
    request.client.check().map_err(|error| ApiError::new("UnauthorizedException", error.message().to_owned()))?;
    pool.write(|state, _| {
        if !state.settings.tokens.revocation {
            return Err(ApiError::new(
                "UnsupportedOperationException",
                "Token revocation is not enabled for this client.",
            ));
        }
        sessions::revoke(state, request.token.reveal(), request.revoke_associated_sessions)?;
        Ok(json!({}))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GlobalSignOutRequest {
    access_token: Secret,
}

/// `GlobalSignOut`: ends every session of the caller.
pub fn global_sign_out(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: GlobalSignOutRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    pool.write(|state, _| {
        state.revoke_sessions(&caller.sub);
        Ok(json!({}))
    })
}
