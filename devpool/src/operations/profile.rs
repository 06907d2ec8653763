//! GetUser, UpdateUserAttributes, DeleteUserAttributes, GetUserAttributeVerificationCode, VerifyUserAttribute,
//! DeleteUser.

use super::{AccessTokenRequest, Attribute, Peer, attribute_map, parse};
use crate::pool::Pool;
use crate::pool::attributes::required_missing;
use crate::pool::codes::CodePurpose;
use crate::pool::delivery::{Destination, send_code};
use crate::pool::mfa;
use crate::pool::sessions::identities;
use crate::pool::settings::{Contact, MfaMethod};
use crate::pool::state::MessagePurpose;
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

/// `GetUser`: the caller's name, attributes and second factors.
pub fn get_user(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: AccessTokenRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    pool.read(|state| {
        let user = state.user(&caller.sub)?;
        let attribute = |name: &str, value: &str| json!({ "Name": name, "Value": value });
        let mut attributes = vec![attribute("sub", &user.sub)];
        attributes.extend(user.attributes.iter().map(|(name, value)| attribute(name, value)));
        if !user.identities.is_empty() {
            attributes.push(attribute("identities", &identities(user).to_string()));
        }
        let mut answer = json!({ "Username": user.username, "UserAttributes": attributes });
        if let Some(preferred) = user.mfa.preferred {
            answer["PreferredMfaSetting"] = json!(preferred.challenge_name());
        }
        let turned_on = mfa_settings(&mfa::turned_on(&state.settings, user), user.mfa.passkeys);
        if !turned_on.is_empty() {
            answer["UserMFASettingList"] = json!(turned_on);
        }
        if user.mfa.legacy_sms {
            answer["MFAOptions"] = json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]);
        }
        Ok(answer)
    })
}

/// `UserMFASettingList`.
pub(super) fn mfa_settings(methods: &[MfaMethod], passkeys: bool) -> Vec<&'static str> {
    let names = methods.iter().map(|method| method.challenge_name());
    names.chain(passkeys.then_some("WEB_AUTHN_MFA")).collect()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateRequest {
    access_token: Secret,
    user_attributes: Vec<Attribute>,
}

/// `UpdateUserAttributes`: all of them or, if one is refused, none. A new address is unverified until its code is
/// entered, or, where the settings say so, not in force until then.
pub fn update_user_attributes(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: UpdateRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let changes = attribute_map(request.user_attributes);
    pool.write(|state, now| {
        let settings = state.settings.clone();
        for (name, value) in &changes {
            settings.schema.check_write(name, value, false)?;
        }
        let user = state.user(&caller.sub)?;
        // Addresses that really change get a code.
        let new: Vec<Destination> = Contact::ALL
            .into_iter()
            .filter_map(|contact| {
                let address = changes.get(contact.attribute()).filter(|address| !address.is_empty())?;
                let changes = user.contact(contact) != Some(address);
                changes.then(|| Destination { contact, address: address.clone() })
            })
            .collect();
        for destination in &new {
            if state.is_taken(&destination.address, &caller.sub) {
                return Err(ApiError::alias_exists(destination.contact.attribute()));
            }
        }
        if let Some(name) = changes.get("preferred_username").filter(|name| !name.is_empty())
            && state.is_taken(name, &caller.sub)
        {
            return Err(ApiError::alias_exists("preferred_username"));
        }
        for destination in &new {
            let purpose = CodePurpose::verification_of(destination.contact);
            // The operation has its own name for too many codes.
            send_code(state, &caller.sub, destination, purpose, MessagePurpose::UpdateAttribute, now)
                .map_err(|_| ApiError::too_many_codes())?;
        }
        let user = state.user_mut(&caller.sub)?;
        for (name, value) in &changes {
            let is_new = new.iter().any(|destination| destination.contact.attribute() == name);
            let contact = Contact::of(name);
            let waits = |contact: &Contact| settings.attributes_require_verification_before_update.contains(contact);
            if is_new && contact.as_ref().is_some_and(waits) {
                user.pending_attributes.insert(name.clone(), value.clone());
            } else {
                user.set_attribute(name, value);
                user.pending_attributes.remove(name);
            }
        }
        user.modified = now;
        let details: Vec<Value> = new.iter().map(Destination::details).collect();
        Ok(json!({ "CodeDeliveryDetailsList": details }))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteAttributesRequest {
    access_token: Secret,
    user_attribute_names: Vec<String>,
}

/// `DeleteUserAttributes`: all of them or, if one is refused, none.
pub fn delete_user_attributes(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: DeleteAttributesRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    pool.write(|state, now| {
        let schema = state.settings.schema.clone();
        for name in &request.user_attribute_names {
            schema.check_write(name, "", false)?;
            let signed_in_with = Contact::of(name).filter(|contact| state.settings.username_attributes == [*contact]);
            if signed_in_with.is_some() {
                return Err(required_missing(name));
            }
        }
        let user = state.user_mut(&caller.sub)?;
        for name in &request.user_attribute_names {
            user.set_attribute(name, "");
            user.pending_attributes.remove(name);
        }
        user.modified = now;
        Ok(json!({}))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VerificationRequest {
    access_token: Secret,
    attribute_name: String,
}

fn contact_of(attribute: &str) -> Result<Contact, ApiError> {
    Contact::of(attribute).ok_or_else(|| {
        ApiError::invalid_parameter(format!(
            "Attribute {attribute} cannot be verified: only email and phone_number can."
        ))
    })
}

/// `GetUserAttributeVerificationCode`: sends a code to an address, to the new one where one is pending.
pub fn get_user_attribute_verification_code(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: VerificationRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let contact = contact_of(&request.attribute_name)?;
    pool.write(|state, now| {
        let user = state.user(&caller.sub)?;
        let pending = user.pending_attributes.get(contact.attribute());
        let address = pending.map(String::as_str).or_else(|| user.contact(contact)).ok_or_else(|| {
            ApiError::invalid_parameter(format!("The user has no {} to verify.", contact.attribute()))
        })?;
        let destination = Destination { contact, address: address.to_owned() };
        let purpose = CodePurpose::verification_of(contact);
        send_code(state, &caller.sub, &destination, purpose, MessagePurpose::VerifyAttribute, now)?;
        Ok(json!({ "CodeDeliveryDetails": destination.details() }))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VerifyRequest {
    access_token: Secret,
    attribute_name: String,
    code: Secret,
}

/// `VerifyUserAttribute`: by the code. A pending address comes into force with it.
pub fn verify_user_attribute(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: VerifyRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let contact = contact_of(&request.attribute_name)?;
    pool.write(|state, now| {
        let settings = state.settings.codes.clone();
        let user = state.user(&caller.sub)?;
        let pending = user.pending_attributes.get(contact.attribute()).cloned();
        if let Some(address) = &pending
            && state.is_taken(address, &caller.sub)
        {
            return Err(ApiError::alias_exists(contact.attribute()));
        }
        let purpose = CodePurpose::verification_of(contact);
        state.code_slot(&caller.sub, purpose).redeem(request.code.reveal(), &settings, now)?;
        let user = state.user_mut(&caller.sub)?;
        if let Some(address) = pending {
            user.set_attribute(contact.attribute(), &address);
            user.pending_attributes.remove(contact.attribute());
        }
        user.set_verified(contact, true);
        user.modified = now;
        Ok(json!({}))
    })
}

/// `DeleteUser`: the caller, with everything.
pub fn delete_user(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: AccessTokenRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    pool.write(|state, _| {
        state.remove_user(&caller.sub);
        Ok(())
    })?;
    pool.challenges().end_all_of(&caller.sub);
    Ok(Value::Null)
}
