//! `NEW_PASSWORD_REQUIRED`: replacing a temporary password.

use super::{Next, Parameters, Refusal, flow};
use crate::pool::Pool;
use crate::pool::challenges::{Attempt, Challenge, Step};
use crate::pool::passwords::{PasswordRecord, check_history, check_policy};
use crate::pool::settings::Contact;
use crate::pool::state::{State, Subject, User, UserStatus};
use crate::wire::ApiError;
use crate::wire::Secret;
use serde_json::{Value, json};

/// What stands before an attribute's name in `ChallengeResponses`.
const ATTRIBUTE_PREFIX: &str = "userAttributes.";

/// Asks for the new password, and for required attributes that are missing.
pub fn ask(pool: &Pool, subject: Subject, attempt: Attempt) -> Result<Next, ApiError> {
    let text = |value: Value| Value::from(value.to_string());
    let parameters = pool.write(|state, _| {
        let user = state.users.get(&subject.sub).ok_or_else(ApiError::incorrect_username_or_password)?;
        let required: Vec<String> =
            missing_attributes(state, user).map(|name| format!("{ATTRIBUTE_PREFIX}{name}")).collect();
        let parameters =
            [("requiredAttributes", text(json!(required))), ("userAttributes", text(json!(user.attributes)))];
        state.lockouts.remove(&subject.sub);
        Ok(parameters)
    })?;
    Ok(Next::ask(subject, attempt, Step::NewPasswordRequired, parameters))
}

/// Names of required attributes a user does not have.
fn missing_attributes<'a>(state: &'a State, user: &'a User) -> impl Iterator<Item = &'a str> {
    let required = state.settings.schema.required();
    required.filter(|name| !user.attributes.contains_key(*name))
}

/// Replaces the temporary password. A weak password or a wrong attribute can be corrected under the same session.
pub fn answer(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let password = responses.answer("NEW_PASSWORD")?;
    set(pool, &challenge.subject, password, responses).map_err(Refusal::Correctable)?;
    Ok(flow::go_on(pool, challenge.subject.clone(), challenge.attempt.clone())?)
}

fn set(pool: &Pool, subject: &Subject, password: &str, responses: &Parameters) -> Result<(), ApiError> {
    let policy = pool.read(|state| state.settings.password_policy.clone());
    check_policy(&policy, password)?;
    if password.starts_with(char::is_whitespace) || password.ends_with(char::is_whitespace) {
        return Err(ApiError::new(
            "InvalidPasswordException",
            "Password did not conform with policy: Password must not begin or end with a space",
        ));
    }
    let remembered = pool.read(|state| state.remembered_passwords(&subject.sub));
    check_history(&subject.username, password, &remembered)?;
    let record = PasswordRecord::new(&subject.username, password);
    pool.write(|state, now| {
        let user = state.users.get(&subject.sub).ok_or_else(ApiError::incorrect_username_or_password)?;
        if !user.enabled {
            return Err(ApiError::user_disabled());
        }
        if user.status != UserStatus::ForceChangePassword {
            return Err(ApiError::invalid_session());
        }
        let given: Vec<(&str, &str)> = responses
            .0
            .iter()
            .filter_map(|(name, value): (&String, &Secret)| {
                Some((name.strip_prefix(ATTRIBUTE_PREFIX)?, value.reveal()))
            })
            .collect();
        for (name, value) in &given {
            if user.attributes.contains_key(*name) && state.settings.schema.required().any(|r| r == *name) {
                return Err(ApiError::not_authorized(format!("Cannot modify an already provided {name}")));
            }
            state.settings.schema.check_write(name, value, true)?;
            if let Some(contact) = Contact::of(name)
                && state.is_taken(value, &subject.sub)
            {
                return Err(ApiError::alias_exists(contact.attribute()));
            }
        }
        let still_missing =
            missing_attributes(state, user).find(|name| !given.iter().any(|(n, value)| n == name && !value.is_empty()));
        if let Some(name) = still_missing {
            return Err(ApiError::invalid_parameter(format!("Invalid attributes given, {name} is missing")));
        }
        if let Some(user) = state.users.get_mut(&subject.sub) {
            for (name, value) in given {
                user.set_attribute(name, value);
            }
            user.set_password(record, policy.history_size);
            user.status = UserStatus::Confirmed;
            user.modified = now;
        }
        Ok(())
    })
}
