//! ForgotPassword, ConfirmForgotPassword, ChangePassword.

use super::{Client, Peer, parse};
use crate::pool::Pool;
use crate::pool::codes::CodePurpose;
use crate::pool::delivery::{Destination, send_code};
use crate::pool::passwords::{PasswordRecord, check_history, check_policy};
use crate::pool::settings::Contact;
use crate::pool::state::{MessagePurpose, UserStatus};
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ForgotRequest {
    #[serde(flatten)]
    client: Client,
    username: String,
}

/// `ForgotPassword`: sends a code with which a new password can be set. For somebody who does not exist, or is
/// disabled, it answers as if it had.
pub fn forgot_password(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: ForgotRequest = parse(request)?;
    request.client.check()?;
    pool.write(|state, now| {
        let settings = state.settings.clone();
        let user = state.find_user(&request.username);
        if !settings.prevent_user_existence_errors {
            match user {
                None => return Err(ApiError::user_not_found()),
                Some(user) if !user.enabled => {
                    return Err(ApiError::user_disabled());
                }
                Some(_) => {}
            }
        }
        let user = user.filter(|user| user.enabled);
        if let Some(user) = user {
            if user.status == UserStatus::ForceChangePassword {
                return Err(ApiError::not_authorized("User password cannot be reset in the current state."));
            }
            if user.status == UserStatus::ExternalProvider {
                return Err(ApiError::not_authorized("User password cannot be reset in the current state."));
            }
        }
        let destination = match user {
            Some(user) => Destination::of_recovery(user).ok_or_else(|| {
                ApiError::invalid_parameter(
                    "Cannot reset password for the user as there is no registered/verified email or phone_number",
                )
            })?,
            None => Destination::of_nobody(&request.username, Contact::Email),
        };
        let purpose = CodePurpose::ResetPassword;
        if user.is_some() {
            send_code(state, &request.username, &destination, purpose, MessagePurpose::ForgotPassword, now)?;
        } else {
            // A disabled user gets no message, but to ask too often is refused as for everybody.
            state.code_slot(&request.username, purpose).issue(purpose, &settings.codes, now)?;
        }
        Ok(json!({ "CodeDeliveryDetails": destination.details() }))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmForgotRequest {
    #[serde(flatten)]
    client: Client,
    username: String,
    confirmation_code: Secret,
    password: Secret,
}

/// `ConfirmForgotPassword`: sets a new password by the code. A password that breaks the policy does not use the
/// code up.
pub fn confirm_forgot_password(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: ConfirmForgotRequest = parse(request)?;
    request.client.check()?;
    let (subject, remembered, settings) = pool.read(|state| {
        let subject = state.subject(&request.username);
        let remembered = state.remembered_passwords(&subject.sub);
        (subject, remembered, state.settings.clone())
    });
    if subject.is_made_up() && !settings.prevent_user_existence_errors {
        return Err(ApiError::user_not_found());
    }
    let password = request.password.reveal();
    check_policy(&settings.password_policy, password)?;
    // Made before the code is looked at, and for nobody too, so that the time tells nothing.
    let record = PasswordRecord::new(&subject.username, password);
    check_history(&subject.username, password, &remembered)?;
    pool.write(|state, now| {
        state.code_slot(&request.username, CodePurpose::ResetPassword).redeem(
            request.confirmation_code.reveal(),
            &settings.codes,
            now,
        )?;
        let user = state.users.get_mut(&subject.sub);
        let user = user.filter(|user| user.enabled).ok_or_else(ApiError::expired_code)?;
        user.set_password(record, settings.password_policy.history_size);
        user.status = UserStatus::Confirmed;
        user.modified = now;
        state.lockouts.remove(&subject.sub);
        Ok(())
    })?;
    pool.challenges().end_all_of(&subject.sub);
    Ok(json!({}))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeRequest {
    access_token: Secret,
    previous_password: Option<Secret>,
    proposed_password: Secret,
}

/// `ChangePassword`: by somebody who is signed in and knows the old one.
pub fn change_password(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: ChangeRequest = parse(request)?;
    let sub = pool.caller(request.access_token.reveal())?.sub;
    let now = pool.now();
    let (username, current, remembered) = pool.read(|state| {
        if let Some(lockout) = state.lockouts.get(&sub) {
            // Guessing the old password is limited as guessing it at the door is; the operation has its own text.
            lockout.check(now, &state.settings.lockout).map_err(|_| ApiError::limit_exceeded())?;
        }
        let user = state.user(&sub)?;
        Ok((user.username.clone(), user.password.clone(), state.remembered_passwords(&sub)))
    })?;
    let right = match (&current, &request.previous_password) {
        (Some(record), Some(previous)) => record.accepts(&username, previous.reveal()),
        (Some(_), None) => false,
        (None, _) => true,
    };
    if !right {
        return pool.write(|state, now| {
            state.count_failure(&sub, now);
            Err(ApiError::incorrect_username_or_password())
        });
    }
    let proposed = request.proposed_password.reveal();
    let policy = pool.read(|state| state.settings.password_policy.clone());
    check_policy(&policy, proposed)?;
    check_history(&username, proposed, &remembered)?;
    let record = PasswordRecord::new(&username, proposed);
    pool.write(|state, now| {
        let user = state.user_mut(&sub)?;
        user.set_password(record, policy.history_size);
        user.modified = now;
        state.lockouts.remove(&sub);
        Ok(())
    })?;
    pool.challenges().end_all_of(&sub);
    Ok(json!({}))
}
