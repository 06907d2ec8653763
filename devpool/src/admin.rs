//! `/_devpool/`: what people and tests do that AWS's API has no place for. `README.md` describes every address.

use crate::faults::Fault;
use crate::model::Service;
use crate::pool::codes::CodePurpose;
use crate::pool::delivery::{Destination, send_code};
use crate::pool::passwords::{self, PasswordRecord, check_policy};
use crate::pool::settings::{Contact, MfaMethod, Settings};
use crate::pool::state::{MessagePurpose, State as PoolState, User, UserStatus};
use crate::pool::user::SoftwareToken;
use crate::pool::{CLIENT_ID, IDENTITY_POOL_ID, Pool, REGION, USER_POOL_ID};
use crate::server::{App, StateLocation, run_blocking};
use crate::totp::TotpSecret;
use crate::wire::{ApiError, Secret};
use crate::{faults, random, sts};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All addresses under `/_devpool` that speak JSON.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/health", get(health))
        .route("/messages", get(messages).delete(clear_messages))
        .route("/users", get(users).post(create_user))
        .route("/users/{name}", get(user).patch(change_user).delete(remove_user))
        .route("/users/{name}/sign-ins", get(sign_ins))
        .route("/users/{name}/totp", get(totp).put(set_up_totp))
        .route("/settings", get(settings).put(change_settings).delete(default_settings))
        .route("/clock", get(clock).post(advance_clock).delete(right_clock))
        .route("/faults", get(list_faults).post(add_faults).delete(clear_faults))
        .route("/faults/{id}", delete(remove_fault))
        .route("/operations", get(operations))
        .route("/requests", get(requests).delete(clear_requests))
        .route("/reset", post(reset))
}

/// An answer: JSON, or an error in AWS's shape.
struct Answer(Result<(StatusCode, Value), ApiError>);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let (status, body) = match self.0 {
            Ok(answer) => answer,
            Err(error) => {
                let status = StatusCode::from_u16(error.status());
                (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), error.body())
            }
        };
        (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    }
}

fn ok(body: Value) -> Answer {
    Answer(Ok((StatusCode::OK, body)))
}

/// Runs a change, with its request read from the body first, where waiting for the disk hurts nobody.
async fn change<T: DeserializeOwned + Send + 'static>(
    app: Arc<App>,
    body: Bytes,
    work: impl FnOnce(&App, T) -> Result<(StatusCode, Value), ApiError> + Send + 'static,
) -> Answer {
    Answer(
        run_blocking(move || {
            let request = serde_json::from_slice(&body)
                .map_err(|error| ApiError::invalid_parameter(format!("the request body is not right: {error}")))?;
            work(&app, request)
        })
        .await,
    )
}

/// Runs a change that needs no request.
async fn act(app: Arc<App>, work: impl FnOnce(&App) -> Result<Value, ApiError> + Send + 'static) -> Answer {
    Answer(run_blocking(move || Ok((StatusCode::OK, work(&app)?))).await)
}

fn not_found(name: &str) -> ApiError {
    ApiError::new("UserNotFoundException", format!("there is no user {name:?}")).with_status(404)
}

fn to_json(value: &impl serde::Serialize) -> Value {
    // Everything given here has string keys and no fallible parts, so this cannot fail.
    serde_json::to_value(value).unwrap_or_default()
}

async fn health(State(app): State<Arc<App>>) -> Answer {
    let sentinels: Vec<Value> = faults::SENTINELS
        .iter()
        .map(|sentinel| json!({ "username": sentinel.username, "effect": sentinel.effect }))
        .collect();
    let state_file = match &app.state {
        StateLocation::Memory => None,
        StateLocation::File(path) => Some(path.display().to_string()),
    };
    ok(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "instance": app.instance,
        "region": REGION,
        "user_pool_id": USER_POOL_ID,
        "client_id": CLIENT_ID,
        "identity_pool_id": IDENTITY_POOL_ID,
        "issuer": app.pool.issuer(),
        "state_file": state_file,
        "sentinels": sentinels,
    }))
}

#[derive(Deserialize)]
struct MessageQuery {
    to: Option<String>,
}

async fn messages(State(app): State<Arc<App>>, Query(query): Query<MessageQuery>) -> Answer {
    ok(app.pool.read(|state| to_json(&state.messages(query.to.as_deref()))))
}

async fn clear_messages(State(app): State<Arc<App>>) -> Answer {
    act(app, |app| {
        app.pool.write(|state, _| {
            state.clear_messages();
            Ok(json!({}))
        })
    })
    .await
}

fn user_json(state: &PoolState, user: &User) -> Value {
    let sessions = state.sessions.values();
    let live = sessions.filter(|session| session.sub == user.sub && !session.revoked);
    let devices = user.devices.values().filter(|device| device.verifier.is_some());
    json!({
        "username": user.username,
        "sub": user.sub,
        "email": user.email(),
        "phone_number": user.contact(Contact::PhoneNumber),
        "mfa": {
            "enabled": user.mfa.enabled,
            "preferred": user.mfa.preferred,
            "software_token": user.mfa.software_token.is_some(),
            "unverified_software_token": user.mfa.unverified_secret.is_some(),
            "passkeys": user.mfa.passkeys,
        },
        "has_password": user.password.is_some(),
        "passkeys": user.passkeys.len(),
        "devices": devices.count(),
        "identities": user.identities,
        "status": user.status,
        "enabled": user.enabled,
        "attributes": user.attributes,
        "pending_attributes": user.pending_attributes,
        "sessions": live.count(),
        "created_at": user.created.to_string(),
        "modified_at": user.modified.to_string(),
    })
}

async fn users(State(app): State<Arc<App>>) -> Answer {
    ok(app.pool.read(|state| {
        let mut users: Vec<&User> = state.users.values().collect();
        users.sort_by_key(|user| std::cmp::Reverse(user.created));
        users.iter().map(|user| user_json(state, user)).collect()
    }))
}

async fn user(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer {
    Answer(app.pool.read(|state| {
        let user = state.find_user(&name).ok_or_else(|| not_found(&name))?;
        Ok((StatusCode::OK, user_json(state, user)))
    }))
}

/// The sign-ins of a user, with what `UpdateAuthEventFeedback` needs.
async fn sign_ins(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer {
    Answer(app.pool.read(|state| {
        let user = state.find_user(&name).ok_or_else(|| not_found(&name))?;
        let mut sessions: Vec<_> = state.sessions.values().filter(|session| session.sub == user.sub).collect();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.auth_time));
        let list = sessions.into_iter().map(|session| {
            json!({
                "event_id": session.event_id,
                "feedback_token": state.feedback_token(&session.event_id),
                "feedback": session.feedback,
                "at": session.auth_time.to_string(),
                "session_id": session.id,
                "revoked": session.revoked,
                "device": crate::operations::device_type(&session.user_agent),
            })
        });
        Ok((StatusCode::OK, list.collect()))
    }))
}

/// What a user's authenticator app shows now, for those who have no phone at hand.
async fn totp(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer {
    let now = app.pool.now();
    Answer(app.pool.read(|state| {
        let user = state.find_user(&name).ok_or_else(|| not_found(&name))?;
        let unverified = user.mfa.unverified_secret.as_ref();
        let secret = unverified.or_else(|| Some(&user.mfa.software_token.as_ref()?.secret));
        let secret = secret.ok_or_else(|| {
            ApiError::resource_not_found(format!("{name:?} has no authenticator app")).with_status(404)
        })?;
        Ok((StatusCode::OK, json!({ "code": secret.code_at(now), "verified": unverified.is_none() })))
    }))
}

/// Gives a user an authenticator app, as if it had been set up; answers with its secret.
async fn set_up_totp(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer {
    act(app, move |app| {
        app.pool.write(|state, now| {
            let user = state.find_user_mut(&name).ok_or_else(|| not_found(&name))?;
            let secret = TotpSecret::generate();
            let shown = secret.reveal().to_owned();
            user.mfa.software_token = Some(SoftwareToken { secret, name: None, last_step: None });
            user.mfa.enabled.insert(MfaMethod::SoftwareToken);
            user.mfa.unverified_secret = None;
            user.modified = now;
            Ok(json!({ "secret": shown }))
        })
    })
    .await
}

async fn remove_user(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer {
    act(app, move |app| {
        app.pool.write(|state, _| {
            let sub = state.find_user(&name).map(|user| user.sub.clone());
            if sub.is_some_and(|sub| state.remove_user(&sub)) { Ok(json!({})) } else { Err(not_found(&name)) }
        })
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateUser {
    /// The name to sign in with: an address, or in pools where people choose one the user name.
    #[serde(alias = "email", alias = "phone_number")]
    username: String,
    password: Option<Secret>,
    temporary_password: Option<Secret>,
    /// A user who signs in with codes and passkeys only.
    #[serde(default)]
    passwordless: bool,
    confirmed: Option<bool>,
    email_verified: Option<bool>,
    phone_number_verified: Option<bool>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

async fn create_user(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    change(app, body, |app, request: CreateUser| Ok((StatusCode::CREATED, create(&app.pool, request)?))).await
}

/// How a new user begins.
enum Beginning {
    WithPassword(Secret),
    Unconfirmed(Secret),
    Invited(Secret),
    Passwordless,
}

impl Beginning {
    fn of(request: &CreateUser, settings: &Settings) -> Result<Self, ApiError> {
        Ok(match (&request.password, &request.temporary_password) {
            (None, None) if request.passwordless && request.confirmed != Some(false) => Self::Passwordless,
            _ if request.passwordless => {
                return Err(ApiError::invalid_parameter("a passwordless user is confirmed and has no password"));
            }
            (Some(_), Some(_)) => {
                return Err(ApiError::invalid_parameter("give password or temporary_password, not both"));
            }
            (Some(password), None) if request.confirmed == Some(false) => Self::Unconfirmed(password.clone()),
            (Some(password), None) => Self::WithPassword(password.clone()),
            (None, _) if request.confirmed == Some(true) => {
                return Err(ApiError::invalid_parameter("a confirmed user needs a password, not a temporary one"));
            }
            (None, temporary) => Self::Invited(
                temporary.clone().unwrap_or_else(|| passwords::temporary(&settings.password_policy).into()),
            ),
        })
    }

    fn status(&self) -> UserStatus {
        match self {
            Self::WithPassword(_) | Self::Passwordless => UserStatus::Confirmed,
            Self::Unconfirmed(_) => UserStatus::Unconfirmed,
            Self::Invited(_) => UserStatus::ForceChangePassword,
        }
    }

    fn password(&self) -> Option<&Secret> {
        match self {
            Self::WithPassword(password) | Self::Unconfirmed(password) | Self::Invited(password) => Some(password),
            Self::Passwordless => None,
        }
    }
}

/// An administrator's new user: with a password of their own, confirmed or not; with a temporary one, which goes out
/// as a message; or with none.
fn create(pool: &Pool, request: CreateUser) -> Result<Value, ApiError> {
    let settings = pool.read(|state| state.settings.clone());
    let signs_in_with = crate::operations::check_username(&settings, &request.username)?;
    let beginning = Beginning::of(&request, &settings)?;
    if let Some(password) = beginning.password() {
        check_policy(&settings.password_policy, password.reveal())?;
    }
    let mut attributes = request.attributes;
    if let Some(contact) = signs_in_with {
        attributes.insert(contact.attribute().to_owned(), request.username.clone());
    }
    for (name, value) in &attributes {
        settings.schema.check_write(name, value, true)?;
    }
    let sub = random::uuid();
    let username = if signs_in_with.is_some() { &sub } else { &request.username };
    let record = beginning.password().map(|password| PasswordRecord::new(username, password.reveal()));
    pool.write(|state, now| {
        let taken = |address: &String| state.is_taken(address, &sub);
        let contacts = settings.username_attributes.iter().filter_map(|contact| attributes.get(contact.attribute()));
        if state.find_user(&request.username).is_some() || contacts.into_iter().any(taken) {
            return Err(ApiError::new("UsernameExistsException", "An account with the given email already exists."));
        }
        let status = beginning.status();
        let mut user = User::new(sub.clone(), username, status, now);
        for (name, value) in &attributes {
            user.set_attribute(name, value);
        }
        let confirmed = status != UserStatus::Unconfirmed;
        for (contact, verified) in
            [(Contact::Email, request.email_verified), (Contact::PhoneNumber, request.phone_number_verified)]
        {
            if user.contact(contact).is_some() {
                user.set_verified(contact, verified.unwrap_or(confirmed));
            }
        }
        user.password = record;
        if let Beginning::Invited(password) = &beginning {
            let days = match settings.password_policy.temporary_password_validity_days {
                0 => 7,
                days => days,
            };
            user.temporary_password_expires = Some(now.plus_seconds(days * 86_400));
            let destination = Destination::first_of(&user);
            if let Some(to) = destination {
                state.send(to.contact, &to.address, MessagePurpose::TemporaryPassword, password.reveal(), now);
            }
        }
        let destination = Destination::of_sign_up(&user, &settings.auto_verified_attributes);
        state.users.insert(sub.clone(), user);
        if let (false, Some(destination)) = (confirmed, destination) {
            send_code(state, &sub, &destination, CodePurpose::SignUp, MessagePurpose::SignUp, now)?;
        }
        let user = state.users.get(&sub).ok_or_else(|| not_found(&request.username))?;
        Ok(user_json(state, user))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeUser {
    status: Option<UserStatus>,
    enabled: Option<bool>,
    email_verified: Option<bool>,
    phone_number_verified: Option<bool>,
    password: Option<Secret>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    sign_out: bool,
}

async fn change_user(State(app): State<Arc<App>>, Path(name): Path<String>, body: Bytes) -> Answer {
    change(app, body, move |app, request: ChangeUser| Ok((StatusCode::OK, edit(&app.pool, &name, request)?))).await
}

/// What an administrator does to a user. `RESET_REQUIRED` sends a code, as AdminResetUserPassword does.
fn edit(pool: &Pool, name: &str, request: ChangeUser) -> Result<Value, ApiError> {
    let (subject, settings) = pool.read(|state| (state.subject(name), state.settings.clone()));
    if subject.is_made_up() {
        return Err(not_found(name));
    }
    let sub = subject.sub;
    for (name, value) in &request.attributes {
        settings.schema.check_write(name, value, true)?;
    }
    let record = match &request.password {
        Some(password) => {
            check_policy(&settings.password_policy, password.reveal())?;
            Some(PasswordRecord::new(&subject.username, password.reveal()))
        }
        None => None,
    };
    pool.write(|state, now| {
        for contact in Contact::ALL {
            let address = request.attributes.get(contact.attribute());
            if address.is_some_and(|address| state.is_taken(address, &sub)) {
                return Err(ApiError::alias_exists(contact.attribute()));
            }
        }
        let user = state.users.get_mut(&sub).ok_or_else(|| not_found(name))?;
        for (name, value) in &request.attributes {
            // What an administrator writes stays as verified as it was.
            let contact = Contact::of(name).filter(|contact| user.verified(*contact) && !value.is_empty());
            user.set_attribute(name, value);
            if let Some(contact) = contact {
                user.set_verified(contact, true);
            }
        }
        for (contact, verified) in
            [(Contact::Email, request.email_verified), (Contact::PhoneNumber, request.phone_number_verified)]
        {
            if let Some(verified) = verified {
                user.set_verified(contact, verified);
            }
        }
        if let Some(record) = record {
            user.set_password(record, settings.password_policy.history_size);
        }
        if let Some(enabled) = request.enabled {
            user.enabled = enabled;
        }
        user.modified = now;
        if let Some(status) = request.status {
            user.status = status;
            let destination = Destination::first_of(user);
            if let (UserStatus::ResetRequired, Some(to)) = (status, destination) {
                send_code(state, &sub, &to, CodePurpose::ResetPassword, MessagePurpose::ForgotPassword, now)?;
            }
        }
        if request.sign_out {
            state.revoke_sessions(&sub);
        }
        let user = state.users.get(&sub).ok_or_else(|| not_found(name))?;
        Ok(user_json(state, user))
    })
}

async fn settings(State(app): State<Arc<App>>) -> Answer {
    ok(app.pool.read(|state| to_json(&state.settings)))
}

async fn change_settings(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    change(app, body, |app, changes: Value| {
        app.pool.write(|state, _| {
            state.settings = state.settings.merged(&changes).map_err(ApiError::invalid_parameter)?;
            Ok((StatusCode::OK, to_json(&state.settings)))
        })
    })
    .await
}

async fn default_settings(State(app): State<Arc<App>>) -> Answer {
    act(app, |app| {
        app.pool.write(|state, _| {
            state.settings = Settings::default();
            Ok(to_json(&state.settings))
        })
    })
    .await
}

fn clock_json(pool: &Pool) -> Value {
    json!({
        "now": pool.now().to_string(),
        "advanced_seconds": pool.clock().advanced_millis() / 1000,
    })
}

async fn clock(State(app): State<Arc<App>>) -> Answer {
    ok(clock_json(&app.pool))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance: u64,
}

async fn advance_clock(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    /// Beyond this, dates no longer have four-digit years.
    const MOST_SECONDS: u64 = 100 * 366 * 86_400;
    change(app, body, |app, request: Advance| {
        if request.advance > MOST_SECONDS {
            return Err(ApiError::invalid_parameter(format!("advance must be at most {MOST_SECONDS} seconds")));
        }
        app.pool.advance_clock(request.advance)?;
        Ok((StatusCode::OK, clock_json(&app.pool)))
    })
    .await
}

async fn right_clock(State(app): State<Arc<App>>) -> Answer {
    act(app, |app| {
        app.pool.right_clock()?;
        Ok(clock_json(&app.pool))
    })
    .await
}

async fn list_faults(State(app): State<Arc<App>>) -> Answer {
    let list = to_json(&app.faults().list());
    ok(list)
}

async fn add_faults(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    change(app, body, |app, request: Value| {
        let rules = match request {
            Value::Array(rules) => rules,
            rule => vec![rule],
        };
        let rules: Result<Vec<Fault>, String> = rules.into_iter().map(Fault::from_json).collect();
        // All or none: a mistake in the last rule leaves none of the others in force.
        let rules = rules.map_err(ApiError::invalid_parameter)?;
        let mut faults = app.faults();
        for rule in rules {
            faults.add(rule);
        }
        Ok((StatusCode::CREATED, to_json(&faults.list())))
    })
    .await
}

async fn clear_faults(State(app): State<Arc<App>>) -> Answer {
    app.faults().clear();
    ok(json!({}))
}

async fn remove_fault(State(app): State<Arc<App>>, Path(id): Path<String>) -> Answer {
    let removed = id.parse().is_ok_and(|id| app.faults().remove(id));
    if removed {
        return ok(json!({}));
    }
    let error = ApiError::resource_not_found(format!("there is no fault {id:?}"));
    Answer(Err(error.with_status(404)))
}

/// What a fault can strike, and which exceptions would be in place there.
async fn operations() -> Answer {
    let services = [("cognito-idp", Service::UserPools), ("cognito-identity", Service::IdentityPools)];
    let list = services.into_iter().flat_map(|(prefix, service)| {
        service
            .operation_models()
            .map(move |(name, model)| json!({ "service": prefix, "name": name, "errors": model.errors() }))
    });
    let sts = json!({ "service": "sts", "name": sts::GET_CALLER_IDENTITY, "errors": sts::ERRORS });
    ok(list.chain([sts]).collect())
}

#[derive(Deserialize)]
struct RequestQuery {
    limit: Option<usize>,
}

async fn requests(State(app): State<Arc<App>>, Query(query): Query<RequestQuery>) -> Answer {
    let limit = query.limit.unwrap_or(usize::MAX);
    let list: Vec<Value> = app.requests().list().take(limit).map(to_json).collect();
    ok(list.into())
}

async fn clear_requests(State(app): State<Arc<App>>) -> Answer {
    app.requests().clear();
    ok(json!({}))
}

async fn reset(State(app): State<Arc<App>>) -> Answer {
    act(app, |app| {
        app.pool.reset()?;
        app.faults().clear();
        app.requests().clear();
        Ok(json!({}))
    })
    .await
}
