//! `/_devpool/`: what people and tests do that AWS's API has no place for. `README.md` describes every address.

use crate::faults::Fault;
use crate::pool::attributes::is_email;
use crate::pool::codes::CodePurpose;
use crate::pool::passwords::{self, PasswordRecord, check_policy};
use crate::pool::state::{MessagePurpose, State as PoolState, User, UserStatus};
use crate::pool::{CLIENT_ID, IDENTITY_POOL_ID, Pool, REGION, USER_POOL_ID};
use crate::server::{App, StateLocation, run_blocking};
use crate::wire::{ApiError, Secret};
use crate::{faults, random};
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
        .route("/settings", get(settings).put(change_settings))
        .route("/clock", get(clock).post(advance_clock))
        .route("/faults", get(list_faults).post(add_faults).delete(clear_faults))
        .route("/faults/{id}", delete(remove_fault))
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
    json!({
        "username": user.sub,
        "sub": user.sub,
        "email": user.email(),
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
    #[serde(alias = "username")]
    email: String,
    password: Option<Secret>,
    temporary_password: Option<Secret>,
    confirmed: Option<bool>,
    email_verified: Option<bool>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

async fn create_user(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    change(app, body, |app, request: CreateUser| Ok((StatusCode::CREATED, create(&app.pool, request)?))).await
}

/// An administrator's new user: with a password of their own, confirmed or not; or with a temporary one, which goes
/// out as a message.
fn create(pool: &Pool, request: CreateUser) -> Result<Value, ApiError> {
    let settings = pool.read(|state| state.settings.clone());
    let email = request.email;
    if !is_email(&email) {
        return Err(ApiError::invalid_parameter("Username should be an email."));
    }
    let (status, password) = match (request.password, request.temporary_password) {
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid_parameter("give password or temporary_password, not both"));
        }
        (Some(password), None) if request.confirmed == Some(false) => (UserStatus::Unconfirmed, password),
        (Some(password), None) => (UserStatus::Confirmed, password),
        (None, _) if request.confirmed == Some(true) => {
            return Err(ApiError::invalid_parameter("a confirmed user needs a password, not a temporary one"));
        }
        (None, temporary) => (
            UserStatus::ForceChangePassword,
            temporary.unwrap_or_else(|| passwords::temporary(&settings.password_policy).into()),
        ),
    };
    check_policy(&settings.password_policy, password.reveal())?;
    for (name, value) in &request.attributes {
        settings.schema.check_write(name, value, true)?;
    }
    let sub = random::uuid();
    let record = PasswordRecord::new(&sub, password.reveal());
    pool.write(|state, now| {
        if state.find_user(&email).is_some() {
            return Err(ApiError::new("UsernameExistsException", "An account with the given email already exists."));
        }
        let mut user = User::new(sub.clone(), &email, status, now);
        for (name, value) in request.attributes.iter().filter(|(name, _)| *name != "email") {
            user.set_attribute(name, value);
        }
        let verified = request.email_verified.unwrap_or(status != UserStatus::Unconfirmed);
        user.set_attribute("email_verified", if verified { "true" } else { "false" });
        user.password = Some(record);
        match status {
            UserStatus::ForceChangePassword => {
                let days = match settings.password_policy.temporary_password_validity_days {
                    0 => 7,
                    days => days,
                };
                user.temporary_password_expires = Some(now.plus_seconds(days * 86_400));
                let purpose = MessagePurpose::TemporaryPassword;
                state.send(&email, purpose, password.reveal(), now);
            }
            UserStatus::Unconfirmed => {
                let purpose = CodePurpose::SignUp;
                let slot = user.codes.entry(purpose).or_default();
                let code = slot.issue(purpose, &settings.codes, now)?;
                state.send(&email, MessagePurpose::SignUp, &code, now);
            }
            UserStatus::Confirmed | UserStatus::ResetRequired => {}
        }
        let shown = user_json(state, &user);
        state.users.insert(sub, user);
        Ok(shown)
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeUser {
    status: Option<UserStatus>,
    enabled: Option<bool>,
    email_verified: Option<bool>,
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
    let (sub, settings) = pool.read(|state| {
        let sub = state.find_user(name).map(|user| user.sub.clone());
        (sub, state.settings.clone())
    });
    let sub = sub.ok_or_else(|| not_found(name))?;
    for (name, value) in &request.attributes {
        settings.schema.check_write(name, value, true)?;
    }
    let record = match &request.password {
        Some(password) => {
            check_policy(&settings.password_policy, password.reveal())?;
            Some(PasswordRecord::new(&sub, password.reveal()))
        }
        None => None,
    };
    pool.write(|state, now| {
        let taken = request.attributes.get("email").is_some_and(|email| {
            let other = state.find_user(email);
            other.is_some_and(|other| other.sub != sub)
        });
        if taken {
            return Err(ApiError::new("AliasExistsException", "An account with the given email already exists."));
        }
        let user = state.users.get_mut(&sub).ok_or_else(|| not_found(name))?;
        for (name, value) in &request.attributes {
            user.set_attribute(name, value);
        }
        if let Some(verified) = request.email_verified {
            user.set_attribute("email_verified", if verified { "true" } else { "false" });
        }
        if let Some(record) = record {
            user.password = Some(record);
            user.temporary_password_expires = None;
        }
        if let Some(enabled) = request.enabled {
            user.enabled = enabled;
        }
        let mut sent = None;
        if let Some(status) = request.status {
            user.status = status;
            if status == UserStatus::ResetRequired {
                let purpose = CodePurpose::ResetPassword;
                let slot = user.codes.entry(purpose).or_default();
                let code = slot.issue(purpose, &settings.codes, now)?;
                sent = Some((user.email().to_owned(), code));
            }
        }
        user.modified = now;
        if let Some((to, code)) = sent {
            state.send(&to, MessagePurpose::ForgotPassword, &code, now);
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

async fn requests(State(app): State<Arc<App>>) -> Answer {
    let list: Vec<Value> = app.requests().list().map(to_json).collect();
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
