//! GetUser, UpdateUserAttributes, DeleteUser.

use super::{Attribute, attribute_map, delivered_to, parse};
use crate::pool::Pool;
use crate::pool::codes::CodePurpose;
use crate::pool::state::MessagePurpose;
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessTokenRequest {
    access_token: Secret,
}

/// `GetUser`: the caller's name and attributes.
pub fn get_user(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: AccessTokenRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    pool.read(|state| {
        let user = state.users.get(&caller.sub).ok_or_else(ApiError::user_not_found)?;
        let attribute = |name: &str, value: &str| json!({ "Name": name, "Value": value });
        let others = user.attributes.iter();
        let attributes: Vec<Value> = [attribute("sub", &user.sub)]
            .into_iter()
            .chain(others.map(|(name, value)| attribute(name, value)))
            .collect();
        Ok(json!({ "Username": user.sub, "UserAttributes": attributes }))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateRequest {
    access_token: Secret,
    user_attributes: Vec<Attribute>,
}

/// `UpdateUserAttributes`: all of them or, if one is refused, none. A new email address is unverified until its
/// code is entered, or, where the settings say so, not in force until then.
pub fn update_user_attributes(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: UpdateRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let changes = attribute_map(request.user_attributes);
    pool.write(|state, now| {
        let settings = state.settings.clone();
        for (name, value) in &changes {
            settings.schema.check_write(name, value, false)?;
        }
        let current = state.users.get(&caller.sub).ok_or_else(ApiError::user_not_found)?.email().to_owned();
        let new_email = changes.get("email").filter(|new| **new != current).cloned();
        if let Some(new) = &new_email
            && state.find_user(new).is_some_and(|other| other.sub != caller.sub)
        {
            return Err(ApiError::new("AliasExistsException", "An account with the given email already exists."));
        }
        let user = state.users.get_mut(&caller.sub).ok_or_else(ApiError::user_not_found)?;
        let mut deliveries = Vec::new();
        let mut sent = None;
        if let Some(new) = &new_email {
            let code = user.codes.entry(CodePurpose::VerifyEmail).or_default().issue(
                CodePurpose::VerifyEmail,
                &settings.codes,
                now,
            )?;
            deliveries.push(delivered_to(new));
            sent = Some((new, code));
        }
        let waits = settings.attributes_require_verification_before_update.iter().any(|name| name == "email");
        for (name, value) in &changes {
            if name != "email" {
                user.set_attribute(name, value);
            } else if new_email.is_some() && waits {
                user.pending_attributes.insert(name.clone(), value.clone());
            } else if new_email.is_some() {
                user.set_attribute("email", value);
                user.set_attribute("email_verified", "false");
            }
        }
        user.modified = now;
        if let Some((to, code)) = sent {
            state.send(to, MessagePurpose::UpdateAttribute, &code, now);
        }
        Ok(json!({ "CodeDeliveryDetailsList": deliveries }))
    })
}

/// `DeleteUser`: the caller, with everything.
pub fn delete_user(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: AccessTokenRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    pool.write(|state, _| {
        state.remove_user(&caller.sub);
        Ok(Value::Null)
    })
}
