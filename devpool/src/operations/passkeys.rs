//! StartWebAuthnRegistration, CompleteWebAuthnRegistration, ListWebAuthnCredentials, DeleteWebAuthnCredential.

use super::{AccessTokenRequest, Page, Peer, parse};
use crate::pool::Pool;
use crate::pool::settings::{Settings, Tier};
use crate::pool::state::State;
use crate::pool::user::PasskeyRecord;
use crate::webauthn::{self, Flaw, RelyingParty, User};
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

/// A user cannot have more.
const MOST: usize = 20;

/// The relying party of a pool; `verify` where the authenticator must check who is there whatever the settings say.
pub fn relying_party(settings: &Settings, verify: bool) -> RelyingParty {
    let settings = &settings.web_authn;
    RelyingParty {
        id: settings.relying_party_id.clone(),
        name: settings.relying_party_id.clone(),
        user_verification: if verify { webauthn::UserVerification::Required } else { settings.user_verification },
    }
}

fn check_enabled(state: &State) -> Result<(), ApiError> {
    let settings = &state.settings;
    if settings.web_authn.enabled && settings.features.tier >= Tier::Essentials {
        return Ok(());
    }
    Err(ApiError::new("WebAuthnNotEnabledException", "Passkeys are not enabled for the user pool."))
}

/// `StartWebAuthnRegistration`: what a browser needs to make a passkey.
pub fn start_web_authn_registration(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: AccessTokenRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let (rp, name, life) = pool.read(|state| {
        check_enabled(state)?;
        let user = state.user(&caller.sub)?;
        let names = [user.attributes.get("email"), user.attributes.get("phone_number")];
        let name = names.into_iter().flatten().next().unwrap_or(&user.username).clone();
        let life = state.settings.challenge_session_seconds;
        Ok((relying_party(&state.settings, user.mfa.passkeys), name, life))
    })?;
    let challenge = pool.challenges().begin_registration(&caller.sub, pool.now().plus_seconds(life));
    pool.read(|state| {
        let user = state.user(&caller.sub)?;
        let existing: Vec<_> = user.passkeys.iter().map(|record| record.passkey.clone()).collect();
        let entity = User { id: caller.sub.as_bytes(), name: &name, display_name: &name };
        let options = webauthn::creation_options(&rp, entity, &existing, &challenge);
        Ok(json!({ "CredentialCreationOptions": options }))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CompleteRequest {
    access_token: Secret,
    credential: Value,
}

/// `CompleteWebAuthnRegistration`: keeps the passkey that the browser made, if everything about it is right.
pub fn complete_web_authn_registration(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: CompleteRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let rp = pool.read(|state| {
        check_enabled(state)?;
        let user = state.user(&caller.sub)?;
        Ok(relying_party(&state.settings, user.mfa.passkeys))
    })?;
    let now = pool.now();
    let challenge = pool.challenges().take_registration(&caller.sub, now);
    let challenge = challenge.ok_or_else(|| Flaw::Challenge.registration_error())?;
    pool.write(|state, now| {
        let taken = |id: &webauthn::CredentialId| {
            state.users.values().any(|user| user.passkeys.iter().any(|record| record.passkey.credential_id == *id))
        };
        let passkey = webauthn::verify_registration(&rp, &challenge, caller.sub.as_bytes(), taken, &request.credential)
            .map_err(Flaw::registration_error)?;
        let user = state.user_mut(&caller.sub)?;
        if user.passkeys.len() >= MOST {
            return Err(ApiError::limit_exceeded());
        }
        user.passkeys.push(PasskeyRecord { passkey, created: now });
        user.modified = now;
        Ok(json!({}))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListRequest {
    access_token: Secret,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// `ListWebAuthnCredentials`: the caller's passkeys, the newest first.
pub fn list_web_authn_credentials(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: ListRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let page = Page::new(request.max_results, MOST, request.next_token.as_deref())?;
    pool.read(|state| {
        let user = state.user(&caller.sub)?;
        let (records, next) = page.cut(user.passkeys.iter().rev().collect());
        let credentials: Vec<Value> = records.into_iter().map(credential_json).collect();
        let mut answer = json!({ "Credentials": credentials });
        if let Some(next) = next {
            answer["NextToken"] = json!(next);
        }
        Ok(answer)
    })
}

fn credential_json(record: &PasskeyRecord) -> Value {
    let passkey = &record.passkey;
    let mut shown = json!({
        "CredentialId": passkey.credential_id,
        "FriendlyCredentialName": passkey.friendly_name(),
        "RelyingPartyId": passkey.rp_id,
        "AuthenticatorTransports": passkey.transports,
        "CreatedAt": record.created.fractional_seconds(),
    });
    if let Some(attachment) = passkey.attachment {
        shown["AuthenticatorAttachment"] = json!(attachment.as_str());
    }
    shown
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteRequest {
    access_token: Secret,
    credential_id: String,
}

/// `DeleteWebAuthnCredential`. Without any, passkeys no longer stand for a second factor.
pub fn delete_web_authn_credential(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: DeleteRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    pool.write(|state, now| {
        let user = state.user_mut(&caller.sub)?;
        let before = user.passkeys.len();
        user.passkeys.retain(|record| record.passkey.credential_id.to_string() != request.credential_id);
        if user.passkeys.len() == before {
            return Err(ApiError::resource_not_found("The passkey does not exist."));
        }
        user.mfa.passkeys &= !user.passkeys.is_empty();
        user.modified = now;
        Ok(json!({}))
    })
}
