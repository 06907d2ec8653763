//! ForgotPassword, ConfirmForgotPassword, ChangePassword.

use super::{Client, delivered_to, parse};
use crate::pool::Pool;
use crate::pool::codes::CodePurpose;
use crate::pool::passwords::{PasswordRecord, check_policy};
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
pub fn forgot_password(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: ForgotRequest = parse(request)?;
    request.client.check()?;
    pool.write(|state, now| {
        let settings = state.settings.clone();
        let user = state.find_user(&request.username);
        if !settings.prevent_user_existence_errors {
            match user {
                None => return Err(ApiError::user_not_found()),
                Some(user) if !user.enabled => {
                    return Err(ApiError::not_authorized("User is disabled."));
                }
                Some(_) => {}
            }
        }
        let user = user.filter(|user| user.enabled);
        if let Some(user) = user {
            if user.status == UserStatus::ForceChangePassword {
                return Err(ApiError::not_authorized("User password cannot be reset in the current state."));
            }
            if !user.email_verified() {
                return Err(ApiError::invalid_parameter(
                    "Cannot reset password for the user as there is no registered/verified email or phone_number",
                ));
            }
        }
        let email = user.map(|user| user.email().to_owned());
        let code = state.code_slot(&request.username, CodePurpose::ResetPassword).issue(
            CodePurpose::ResetPassword,
            &settings.codes,
            now,
        )?;
        if let Some(email) = &email {
            state.send(email, MessagePurpose::ForgotPassword, &code, now);
        }
        let shown = email.as_deref().unwrap_or(&request.username);
        Ok(json!({ "CodeDeliveryDetails": delivered_to(shown) }))
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
pub fn confirm_forgot_password(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: ConfirmForgotRequest = parse(request)?;
    request.client.check()?;
    let (sub, settings) = pool.read(|state| {
        let user = state.find_user(&request.username);
        (user.map(|user| user.sub.clone()), state.settings.clone())
    });
    if sub.is_none() && !settings.prevent_user_existence_errors {
        return Err(ApiError::user_not_found());
    }
    let password = request.password.reveal();
    check_policy(&settings.password_policy, password)?;
    // Made before the code is looked at, and for nobody too, so that the time tells nothing.
    let record = PasswordRecord::new(sub.as_deref().unwrap_or_default(), password);
    pool.write(|state, now| {
        state.code_slot(&request.username, CodePurpose::ResetPassword).redeem(
            request.confirmation_code.reveal(),
            &settings.codes,
            now,
        )?;
        let user = sub
            .and_then(|sub| state.users.get_mut(&sub))
            .filter(|user| user.enabled)
            .ok_or_else(ApiError::expired_code)?;
        user.password = Some(record);
        user.status = UserStatus::Confirmed;
        user.modified = now;
        let sub = user.sub.clone();
        state.lockouts.remove(&sub);
        Ok(json!({}))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeRequest {
    access_token: Secret,
    previous_password: Option<Secret>,
    proposed_password: Secret,
}

/// `ChangePassword`: by somebody who is signed in and knows the old one.
pub fn change_password(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: ChangeRequest = parse(request)?;
    let sub = pool.caller(request.access_token.reveal())?.sub;
    let now = pool.now();
    let current = pool.read(|state| {
        if let Some(lockout) = state.lockouts.get(&sub) {
            // Guessing the old password is limited as guessing it at the door is; the operation has its own text.
            lockout.check(now, &state.settings.lockout).map_err(|_| ApiError::limit_exceeded())?;
        }
        let user = state.users.get(&sub).ok_or_else(ApiError::user_not_found)?;
        Ok(user.password.clone())
    })?;
    let right = match (&current, &request.previous_password) {
        (Some(record), Some(previous)) => record.accepts(&sub, previous.reveal()),
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
    pool.read(|state| check_policy(&state.settings.password_policy, proposed))?;
    let record = PasswordRecord::new(&sub, proposed);
    pool.write(|state, now| {
        let user = state.users.get_mut(&sub).ok_or_else(ApiError::user_not_found)?;
        user.password = Some(record);
        user.modified = now;
        state.lockouts.remove(&sub);
        Ok(json!({}))
    })
}
