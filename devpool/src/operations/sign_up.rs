//! SignUp, ConfirmSignUp, ResendConfirmationCode.

use super::{Attribute, Client, attribute_map, delivered_to, parse};
use crate::pool::Pool;
use crate::pool::attributes::{is_email, required_missing};
use crate::pool::codes::CodePurpose;
use crate::pool::passwords::{PasswordRecord, check_policy};
use crate::pool::state::{MessagePurpose, User, UserStatus};
use crate::random;
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SignUpRequest {
    #[serde(flatten)]
    client: Client,
    username: String,
    password: Option<Secret>,
    #[serde(default)]
    user_attributes: Vec<Attribute>,
}

/// `SignUp`: creates an unconfirmed user and sends a code to the email address.
pub fn sign_up(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: SignUpRequest = parse(request)?;
    request.client.check()?;
    let settings = pool.read(|state| state.settings.clone());
    if !settings.sign_up_enabled {
        return Err(ApiError::not_authorized("SignUp is not permitted for this user pool"));
    }
    if !is_email(&request.username) {
        return Err(ApiError::invalid_parameter("Username should be an email."));
    }
    let password = request
        .password
        .ok_or_else(|| ApiError::invalid_parameter("Password is required to sign up in this user pool."))?;
    check_policy(&settings.password_policy, password.reveal())?;
    let mut attributes = attribute_map(request.user_attributes);
    // People sign in by email, so the user name is the address and a second address would be one too many.
    let given = attributes.entry("email".to_owned()).or_insert_with(|| request.username.clone());
    let agree = if settings.case_sensitive {
        *given == request.username
    } else {
        given.to_lowercase() == request.username.to_lowercase()
    };
    if !agree {
        return Err(ApiError::invalid_parameter("The email attribute and the username must be the same."));
    }
    for (name, value) in &attributes {
        settings.schema.check_write(name, value, true)?;
    }
    let absent = |name: &&str| attributes.get(*name).is_none_or(String::is_empty);
    if let Some(name) = settings.schema.required().find(absent) {
        return Err(required_missing(name));
    }
    let sub = random::uuid();
    let record = PasswordRecord::new(&sub, password.reveal());
    pool.write(|state, now| {
        if state.find_user(&request.username).is_some() {
            return Err(ApiError::new("UsernameExistsException", "An account with the given email already exists."));
        }
        let mut user = User::new(sub.clone(), &request.username, UserStatus::Unconfirmed, now);
        for (name, value) in &attributes {
            user.set_attribute(name, value);
        }
        user.password = Some(record);
        let code =
            user.codes.entry(CodePurpose::SignUp).or_default().issue(CodePurpose::SignUp, &settings.codes, now)?;
        state.send(user.email(), MessagePurpose::SignUp, &code, now);
        let delivery = delivered_to(user.email());
        state.users.insert(sub.clone(), user);
        Ok(json!({
            "UserConfirmed": false,
            "UserSub": sub,
            "CodeDeliveryDetails": delivery,
        }))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmSignUpRequest {
    #[serde(flatten)]
    client: Client,
    username: String,
    confirmation_code: Secret,
}

/// `ConfirmSignUp`: confirms a user by the code, which also verifies the address it was sent to.
pub fn confirm_sign_up(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: ConfirmSignUpRequest = parse(request)?;
    request.client.check()?;
    pool.write(|state, now| {
        let settings = &state.settings;
        match state.find_user(&request.username) {
            None if !settings.prevent_user_existence_errors => {
                return Err(ApiError::user_not_found());
            }
            Some(user) if user.status != UserStatus::Unconfirmed => {
                let status = serde_json::to_value(user.status).unwrap_or_default();
                let status = status.as_str().unwrap_or_default();
                return Err(ApiError::not_authorized(format!("User cannot be confirmed. Current status is {status}")));
            }
            _ => {}
        }
        let codes = settings.codes.clone();
        state.code_slot(&request.username, CodePurpose::SignUp).redeem(
            request.confirmation_code.reveal(),
            &codes,
            now,
        )?;
        if let Some(user) = state.find_user_mut(&request.username) {
            user.status = UserStatus::Confirmed;
            user.set_attribute("email_verified", "true");
            user.modified = now;
        }
        Ok(json!({}))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResendRequest {
    #[serde(flatten)]
    client: Client,
    username: String,
}

/// `ResendConfirmationCode`: sends a new sign-up code, which replaces the one before.
pub fn resend_confirmation_code(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: ResendRequest = parse(request)?;
    request.client.check()?;
    pool.write(|state, now| {
        let user = state.find_user(&request.username);
        match user {
            None if !state.settings.prevent_user_existence_errors => {
                return Err(ApiError::user_not_found());
            }
            Some(user) if user.status != UserStatus::Unconfirmed => {
                return Err(ApiError::invalid_parameter("User is already confirmed."));
            }
            _ => {}
        }
        let email = user.map(|user| user.email().to_owned());
        let codes = state.settings.codes.clone();
        let code = state.code_slot(&request.username, CodePurpose::SignUp).issue(CodePurpose::SignUp, &codes, now)?;
        if let Some(email) = &email {
            state.send(email, MessagePurpose::ResendCode, &code, now);
        }
        let shown = email.as_deref().unwrap_or(&request.username);
        Ok(json!({ "CodeDeliveryDetails": delivered_to(shown) }))
    })
}
