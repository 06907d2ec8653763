//! SignUp, ConfirmSignUp, ResendConfirmationCode.

use super::{Attribute, Client, Peer, attribute_map, parse};
use crate::pool::Pool;
use crate::pool::attributes::{is_email, is_phone_number, required_missing};
use crate::pool::challenges::{Attempt, Step};
use crate::pool::codes::CodePurpose;
use crate::pool::delivery::{Destination, send_code};
use crate::pool::passwords::{PasswordRecord, check_policy};
use crate::pool::settings::{Alias, AuthFlowSetting, Contact, FirstFactor, Settings, Tier};
use crate::pool::state::{MessagePurpose, Subject, User, UserStatus};
use crate::random;
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

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

/// `SignUp`: creates an unconfirmed user and sends a code to an address.
pub fn sign_up(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: SignUpRequest = parse(request)?;
    request.client.check()?;
    let settings = pool.read(|state| state.settings.clone());
    if !settings.sign_up_enabled {
        return Err(ApiError::not_authorized("SignUp is not permitted for this user pool"));
    }
    let signs_in_with = check_username(&settings, &request.username)?;
    if let Some(password) = &request.password {
        check_policy(&settings.password_policy, password.reveal())?;
    }
    let mut attributes = attribute_map(request.user_attributes);
    if let Some(contact) = signs_in_with {
        // The user name is the address, and a second one would be one too many.
        let given = attributes.entry(contact.attribute().to_owned()).or_insert_with(|| request.username.clone());
        let agree = if settings.case_sensitive {
            *given == request.username
        } else {
            given.to_lowercase() == request.username.to_lowercase()
        };
        if !agree {
            let attribute = contact.attribute();
            let why = format!("The {attribute} attribute and the username must be the same.");
            return Err(ApiError::invalid_parameter(why));
        }
        // As it was typed first, which is how the service keeps it.
        given.clone_from(&request.username);
    }
    for (name, value) in &attributes {
        settings.schema.check_write(name, value, true)?;
    }
    let absent = |name: &&str| attributes.get(*name).is_none_or(String::is_empty);
    if let Some(name) = settings.schema.required().find(absent) {
        return Err(required_missing(name));
    }
    if request.password.is_none() && !can_do_without_password(&settings, &attributes) {
        return Err(ApiError::invalid_parameter("Password is required to sign up in this user pool."));
    }
    let sub = random::uuid();
    let username = if signs_in_with.is_some() { &sub } else { &request.username };
    let record = request.password.map(|password| PasswordRecord::new(username, password.reveal()));
    let (subject, details) = pool.write(|state, now| {
        let taken = |what: &str| {
            let what = if what.is_empty() { "User already exists".to_owned() } else { given_exists(what) };
            Err(ApiError::new("UsernameExistsException", what))
        };
        if state.find_user(&request.username).is_some() {
            return taken(signs_in_with.map_or("", Contact::attribute));
        }
        for contact in &settings.username_attributes {
            if let Some(address) = attributes.get(contact.attribute())
                && state.is_taken(address, &sub)
            {
                return taken(contact.attribute());
            }
        }
        let mut user = User::new(sub.clone(), username, UserStatus::Unconfirmed, now);
        for (name, value) in &attributes {
            user.set_attribute(name, value);
        }
        user.password = record;
        let destination = Destination::of_sign_up(&user, &settings.auto_verified_attributes);
        state.users.insert(sub.clone(), user);
        if let Some(destination) = &destination {
            send_code(state, &sub, destination, CodePurpose::SignUp, MessagePurpose::SignUp, now)?;
        }
        Ok((state.subject(&sub), destination.map(|destination| destination.details())))
    })?;
    let mut answer = json!({ "UserConfirmed": false, "UserSub": sub });
    if let Some(details) = details {
        answer["CodeDeliveryDetails"] = details;
    }
    if has_choice(&settings) {
        answer["Session"] = json!(session(pool, subject, Step::SigningUp));
    }
    Ok(answer)
}

/// What a user name must be like: an address, where people sign in with addresses, and then which.
///
/// # Errors
/// `InvalidParameterException`.
pub fn check_username(settings: &Settings, username: &str) -> Result<Option<Contact>, ApiError> {
    let looks_like = |contact: Contact| match contact {
        Contact::Email => is_email(username),
        Contact::PhoneNumber => is_phone_number(username),
    };
    if settings.username_attributes.is_empty() {
        for (alias, contact, what) in
            [(Alias::Email, Contact::Email, "email"), (Alias::PhoneNumber, Contact::PhoneNumber, "phone number")]
        {
            if settings.alias_attributes.contains(&alias) && looks_like(contact) {
                return Err(ApiError::invalid_parameter(format!(
                    "Username cannot be of {what} format, since user pool is configured for {what} alias."
                )));
            }
        }
        return Ok(None);
    }
    let contacts = settings.username_attributes.iter().copied();
    contacts.clone().find(|contact| looks_like(*contact)).map(Some).ok_or_else(|| {
        ApiError::invalid_parameter(match contacts.collect::<Vec<_>>()[..] {
            [Contact::Email] => "Username should be an email.",
            [Contact::PhoneNumber] => "Username should be a phone number.",
            _ => "Username should be either an email or a phone number.",
        })
    })
}

fn given_exists(attribute: &str) -> String {
    format!("An account with the given {attribute} already exists.")
}

/// Whether the app client has choice-based sign-in.
fn has_choice(settings: &Settings) -> bool {
    settings.features.tier >= Tier::Essentials && settings.auth_flows.contains(&AuthFlowSetting::UserAuth)
}

/// Whether a code to such an address is a way to sign in.
fn may_sign_in_by(settings: &Settings, contact: Contact) -> bool {
    let factor = match contact {
        Contact::Email => FirstFactor::EmailOtp,
        Contact::PhoneNumber => FirstFactor::SmsOtp,
    };
    has_choice(settings) && settings.first_factors.contains(&factor)
}

/// Whether somebody with these attributes could sign in without a password: by a code to an address.
fn can_do_without_password(settings: &Settings, attributes: &BTreeMap<String, String>) -> bool {
    let mut contacts = Contact::ALL.into_iter();
    contacts.any(|contact| attributes.contains_key(contact.attribute()) && may_sign_in_by(settings, contact))
}

/// A session that stands for where somebody is on the way from signing up to being signed in.
fn session(pool: &Pool, subject: Subject, step: Step) -> String {
    let life = pool.read(|state| state.settings.challenge_session_seconds);
    let challenge = pool.challenges().issue(subject, Attempt::default(), step, pool.now(), life);
    challenge.session().to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmSignUpRequest {
    #[serde(flatten)]
    client: Client,
    username: String,
    confirmation_code: Secret,
    #[serde(default)]
    force_alias_creation: bool,
    session: Option<Secret>,
}

/// `ConfirmSignUp`: confirms a user by the code, which also verifies the address it was sent to. With the session of
/// `SignUp`, or where a code to this address is a way to sign in, it gives one with which the user can do so at once.
pub fn confirm_sign_up(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: ConfirmSignUpRequest = parse(request)?;
    request.client.check()?;
    let by_code = pool.write(|state, now| {
        let settings = &state.settings;
        let user = state.find_user(&request.username);
        match user {
            None if !settings.prevent_user_existence_errors => {
                return Err(ApiError::user_not_found());
            }
            Some(user) if user.status != UserStatus::Unconfirmed => {
                let status = user.status.name();
                return Err(ApiError::not_authorized(format!("User cannot be confirmed. Current status is {status}")));
            }
            _ => {}
        }
        let destination = user.and_then(|user| Destination::of_sign_up(user, &settings.auto_verified_attributes));
        let alias = destination.as_ref().filter(|destination| is_alias(settings, destination.contact)).cloned();
        let sub = user.map(|user| user.sub.clone());
        let codes = settings.codes.clone();
        let by_code = destination.as_ref().is_some_and(|destination| may_sign_in_by(settings, destination.contact));
        if let (Some(alias), Some(sub)) = (&alias, &sub)
            && !request.force_alias_creation
            && state.is_taken(&alias.address, sub)
        {
            return Err(ApiError::alias_exists(alias.contact.attribute()));
        }
        state.code_slot(&request.username, CodePurpose::SignUp).redeem(
            request.confirmation_code.reveal(),
            &codes,
            now,
        )?;
        if let Some(alias) = alias {
            // The alias moves to the user who has just shown that the address is theirs.
            for other in state.users.values_mut().filter(|other| Some(&other.sub) != sub.as_ref()) {
                if other.contact(alias.contact) == Some(&alias.address) && other.verified(alias.contact) {
                    other.set_verified(alias.contact, false);
                }
            }
        }
        if let Some(user) = sub.and_then(|sub| state.users.get_mut(&sub)) {
            user.status = UserStatus::Confirmed;
            if let Some(destination) = destination {
                user.set_verified(destination.contact, true);
            }
            user.modified = now;
        }
        Ok(by_code)
    })?;
    let session = match request.session {
        Some(session) => next_session(pool, &request.username, session.reveal()),
        None if by_code => {
            let subject = pool.read(|state| state.subject(&request.username));
            Some(session(pool, subject, Step::SignedUp))
        }
        None => None,
    };
    Ok(match session {
        Some(session) => json!({ "Session": session }),
        None => json!({}),
    })
}

fn is_alias(settings: &Settings, contact: Contact) -> bool {
    settings.alias_attributes.contains(&match contact {
        Contact::Email => Alias::Email,
        Contact::PhoneNumber => Alias::PhoneNumber,
    })
}

/// The session to sign in with, in place of the one from `SignUp`. Where that one is over, signing in is all the same
/// possible in every other way, so that is no error.
fn next_session(pool: &Pool, name: &str, session: &str) -> Option<String> {
    let subject = pool.read(|state| state.subject(name));
    let challenge = pool.challenges().claim(Some(session), None, pool.now()).ok()?;
    if matches!(challenge.step, Step::SigningUp) && challenge.subject.sub == subject.sub {
        Some(self::session(pool, subject, Step::SignedUp))
    } else {
        pool.challenges().release(challenge);
        None
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResendRequest {
    #[serde(flatten)]
    client: Client,
    username: String,
}

/// `ResendConfirmationCode`: sends a new sign-up code, which replaces the one before.
pub fn resend_confirmation_code(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: ResendRequest = parse(request)?;
    request.client.check()?;
    pool.write(|state, now| {
        let auto_verified = &state.settings.auto_verified_attributes;
        let destination = match state.find_user(&request.username) {
            None if !state.settings.prevent_user_existence_errors => {
                return Err(ApiError::user_not_found());
            }
            Some(user) if user.status != UserStatus::Unconfirmed => {
                return Err(ApiError::invalid_parameter("User is already confirmed."));
            }
            Some(user) => Destination::of_sign_up(user, auto_verified)
                .ok_or_else(|| ApiError::invalid_parameter("Auto verification not turned on."))?,
            None => Destination::of_nobody(&request.username, Contact::Email),
        };
        let message = MessagePurpose::ResendCode;
        send_code(state, &request.username, &destination, CodePurpose::SignUp, message, now)?;
        Ok(json!({ "CodeDeliveryDetails": destination.details() }))
    })
}
