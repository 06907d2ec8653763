//! InitiateAuth and RespondToAuthChallenge.

use super::{Client, parse};
use crate::clock::is_srp_timestamp;
use crate::pool::Pool;
use crate::pool::challenges::{Challenge, Step, secret_block};
use crate::pool::passwords::{PasswordRecord, check_policy, identity};
use crate::pool::sessions;
use crate::pool::settings::AuthFlowSetting;
use crate::pool::state::{State, User, UserStatus};
use crate::srp::{ClientPublic, ServerExchange};
use crate::wire::{ApiError, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What stands before an attribute's name in `ChallengeResponses`.
const ATTRIBUTE_PREFIX: &str = "userAttributes.";

/// String parameters of a call; their values may be secret.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
struct Parameters(BTreeMap<String, Secret>);

impl Parameters {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Secret::reveal)
    }

    fn need(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| ApiError::invalid_parameter(format!("Missing required parameter {name}")))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InitiateAuthRequest {
    #[serde(flatten)]
    client: Client,
    auth_flow: String,
    #[serde(default)]
    auth_parameters: Parameters,
}

/// `InitiateAuth`: begins to sign in, or refreshes.
pub fn initiate_auth(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: InitiateAuthRequest = parse(request)?;
    request.client.check()?;
    let parameters = &request.auth_parameters;
    if parameters.get("SECRET_HASH").is_some() {
        return Err(ApiError::not_authorized(format!(
            "Client {} is not configured for secret but secret was received",
            request.client.client_id
        )));
    }
    let allowed = |flow: AuthFlowSetting| {
        if pool.read(|state| state.settings.auth_flows.contains(&flow)) {
            Ok(())
        } else {
            Err(not_enabled(&request.auth_flow))
        }
    };
    match request.auth_flow.as_str() {
        "USER_SRP_AUTH" => {
            allowed(AuthFlowSetting::UserSrp)?;
            begin_srp(pool, parameters)
        }
        "USER_PASSWORD_AUTH" => {
            allowed(AuthFlowSetting::UserPassword)?;
            with_password(pool, parameters)
        }
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => {
            allowed(AuthFlowSetting::RefreshToken)?;
            // With rotation on, only GetTokensFromRefreshToken refreshes.
            if pool.read(|state| state.settings.refresh_token_rotation.enabled) {
                return Err(not_enabled(&request.auth_flow));
            }
            let token = parameters.need("REFRESH_TOKEN")?;
            let grant = pool.write(|state, now| sessions::refresh(state, pool.issuer(), token, now))?;
            Ok(authenticated(grant.sign(pool)?))
        }
        flow => Err(not_enabled(flow)),
    }
}

fn not_enabled(flow: &str) -> ApiError {
    ApiError::invalid_parameter(format!("{flow} flow not enabled for this client"))
}

/// The answer that ends a sign-in.
fn authenticated(result: Value) -> Value {
    json!({ "ChallengeParameters": {}, "AuthenticationResult": result })
}

/// The first half of SRP. Nobody learns here whether there is such a user.
fn begin_srp(pool: &Pool, parameters: &Parameters) -> Result<Value, ApiError> {
    let name = parameters.need("USERNAME")?;
    let client_public = ClientPublic::from_hex(parameters.need("SRP_A")?)
        .ok_or_else(|| ApiError::invalid_parameter("Invalid SRP_A parameter."))?;
    let (user_id, verifier, life) = pool.read(|state| {
        let life = state.settings.challenge_session_seconds;
        let user = state.find_user(name);
        if user.is_none() && !state.settings.prevent_user_existence_errors {
            return Err(ApiError::user_not_found());
        }
        let known = user.and_then(|user| Some((user.sub.clone(), user.password.clone()?)));
        let (simulated_id, simulated) = state.simulated_user(name);
        Ok(match known {
            Some((sub, password)) => (sub, Ok(password), life),
            None => (simulated_id, Err(simulated), life),
        })
    })?;
    let verifier = match verifier {
        Ok(password) => password.verifier().clone(),
        Err(simulated) => simulated(),
    };
    let exchange = Box::new(ServerExchange::new(verifier, client_public));
    let (salt, srp_b, secret_block) = (exchange.salt_hex(), exchange.public_hex(), secret_block());
    let step = Step::PasswordVerifier { exchange, secret_block: secret_block.clone() };
    let challenge = pool.challenges().issue(&user_id, step, pool.now(), life);
    Ok(json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "Session": challenge.session(),
        "ChallengeParameters": {
            "SALT": salt,
            "SECRET_BLOCK": secret_block,
            "SRP_B": srp_b,
            "USERNAME": user_id,
            "USER_ID_FOR_SRP": user_id,
        },
    }))
}

/// `USER_PASSWORD_AUTH`: the password itself comes over the wire.
fn with_password(pool: &Pool, parameters: &Parameters) -> Result<Value, ApiError> {
    let name = parameters.need("USERNAME")?;
    let password = parameters.need("PASSWORD")?;
    let (user_id, record) = pool.read(|state| {
        let user = state.find_user(name);
        if user.is_none() && !state.settings.prevent_user_existence_errors {
            return Err(ApiError::user_not_found());
        }
        let known = user.map(|user| (user.sub.clone(), user.password.clone()));
        Ok(known.unwrap_or_else(|| (state.simulated_user(name).0, None)))
    })?;
    // The wait is looked at before the work is done, so that guessing in a hurry costs nothing but refusals.
    before_password(pool, &user_id)?;
    let right = match &record {
        Some(record) => record.accepts(&user_id, password),
        None => {
            // As much work as for a user who exists, so that the time tells nothing.
            PasswordRecord::new(&user_id, password);
            false
        }
    };
    after_password(pool, &user_id, right)
}

/// What can be said before the password was looked at.
fn before_password(pool: &Pool, user_id: &str) -> Result<(), ApiError> {
    let now = pool.now();
    pool.read(|state| {
        if let Some(lockout) = state.lockouts.get(user_id) {
            lockout.check(now, &state.settings.lockout)?;
        }
        // These two come whatever the password is.
        match state.users.get(user_id).map(|user| user.status) {
            Some(UserStatus::Unconfirmed) => Err(ApiError::user_not_confirmed()),
            Some(UserStatus::ResetRequired) => {
                Err(ApiError::new("PasswordResetRequiredException", "Password reset required for the user"))
            }
            _ => Ok(()),
        }
    })
}

/// Goes on after a password was found right or wrong: a failure counts, success asks for more or ends in tokens.
fn after_password(pool: &Pool, user_id: &str, right: bool) -> Result<Value, ApiError> {
    if !right {
        return pool.write(|state, now| {
            // Of many attempts at once each is counted, and each after the lock is told so.
            if let Some(lockout) = state.lockouts.get(user_id) {
                lockout.check(now, &state.settings.lockout)?;
            }
            state.count_failure(user_id, now);
            Err(ApiError::incorrect_username_or_password())
        });
    }
    enum Next {
        Grant(sessions::Grant),
        NewPassword(Map<String, Value>),
    }
    let next = pool.write(|state, now| {
        let user = state.users.get(user_id).ok_or_else(ApiError::incorrect_username_or_password)?;
        if !user.enabled {
            return Err(ApiError::not_authorized("User is disabled."));
        }
        if user.status == UserStatus::ForceChangePassword {
            if user.temporary_password_expires.is_some_and(|expires| expires <= now) {
                return Err(ApiError::not_authorized(
                    "Temporary password has expired and must be reset by an administrator.",
                ));
            }
            let parameters = new_password_parameters(state, user);
            state.lockouts.remove(user_id);
            return Ok(Next::NewPassword(parameters));
        }
        sessions::begin(state, pool.issuer(), user_id, now).map(Next::Grant)
    })?;
    match next {
        Next::Grant(grant) => Ok(authenticated(grant.sign(pool)?)),
        Next::NewPassword(parameters) => {
            let life = pool.read(|state| state.settings.challenge_session_seconds);
            let challenge = pool.challenges().issue(user_id, Step::NewPasswordRequired, pool.now(), life);
            Ok(json!({
                "ChallengeName": "NEW_PASSWORD_REQUIRED",
                "Session": challenge.session(),
                "ChallengeParameters": parameters,
            }))
        }
    }
}

/// Names of required attributes a user does not have.
fn missing_attributes<'a>(state: &'a State, user: &'a User) -> impl Iterator<Item = &'a str> {
    let required = state.settings.schema.required();
    required.filter(|name| !user.attributes.contains_key(*name))
}

fn new_password_parameters(state: &State, user: &User) -> Map<String, Value> {
    let required: Vec<String> =
        missing_attributes(state, user).map(|name| format!("{ATTRIBUTE_PREFIX}{name}")).collect();
    let text = |value: Value| Value::from(value.to_string());
    Map::from_iter([
        ("USER_ID_FOR_SRP".to_owned(), json!(user.sub)),
        ("requiredAttributes".to_owned(), text(json!(required))),
        ("userAttributes".to_owned(), text(json!(user.attributes))),
    ])
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RespondRequest {
    #[serde(flatten)]
    client: Client,
    challenge_name: String,
    session: Option<Secret>,
    #[serde(default)]
    challenge_responses: Parameters,
}

/// `RespondToAuthChallenge`: answers what `InitiateAuth` or the last answer asked.
pub fn respond_to_auth_challenge(pool: &Pool, request: Value) -> Result<Value, ApiError> {
    let request: RespondRequest = parse(request)?;
    request.client.check()?;
    match request.challenge_name.as_str() {
        "PASSWORD_VERIFIER" => password_verifier(pool, &request),
        "NEW_PASSWORD_REQUIRED" => new_password(pool, &request),
        other => Err(ApiError::invalid_parameter(format!("{other} is not a challenge that this pool puts."))),
    }
}

/// Whether the `USERNAME` of an answer is the one the challenge was put to: its id, or a name of the same user.
fn is_for(pool: &Pool, challenge: &Challenge, name: &str) -> bool {
    pool.read(|state| match state.find_user(name) {
        Some(user) => user.sub == challenge.user_id,
        None => name == challenge.user_id || state.simulated_user(name).0 == challenge.user_id,
    })
}

/// The second half of SRP.
fn password_verifier(pool: &Pool, request: &RespondRequest) -> Result<Value, ApiError> {
    let responses = &request.challenge_responses;
    let name = responses.need("USERNAME")?;
    let block = responses.need("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let signature = responses.need("PASSWORD_CLAIM_SIGNATURE")?;
    let timestamp = responses.need("TIMESTAMP")?;
    if !is_srp_timestamp(timestamp) {
        return Err(ApiError::invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."));
    }
    let session = request.session.as_ref().map(Secret::reveal);
    let challenge = pool.challenges().claim(session, Some(block), pool.now())?;
    let Step::PasswordVerifier { exchange, secret_block } = &challenge.step else {
        // The session belongs to another step; it stays good for that one.
        pool.challenges().release(&challenge);
        return Err(ApiError::not_authorized("Invalid session for the user."));
    };
    let user_id = &challenge.user_id;
    if !is_for(pool, &challenge, name) {
        return Err(ApiError::incorrect_username_or_password());
    }
    before_password(pool, user_id)?;
    // The block must come back as it was, whether the session or the block itself found the challenge.
    let right = block == secret_block
        && STANDARD.decode(block).is_ok_and(|block| exchange.accepts(identity(user_id), &block, timestamp, signature));
    after_password(pool, user_id, right)
}

/// Replaces a temporary password.
fn new_password(pool: &Pool, request: &RespondRequest) -> Result<Value, ApiError> {
    let responses = &request.challenge_responses;
    let name = responses.need("USERNAME")?;
    let password = responses.need("NEW_PASSWORD")?;
    let session = request
        .session
        .as_ref()
        .map(Secret::reveal)
        .ok_or_else(|| ApiError::invalid_parameter("Missing required parameter Session"))?;
    let challenge = pool.challenges().claim(Some(session), None, pool.now())?;
    if !matches!(challenge.step, Step::NewPasswordRequired) || !is_for(pool, &challenge, name) {
        pool.challenges().release(&challenge);
        return Err(ApiError::not_authorized("Invalid session for the user."));
    }
    let outcome = set_new_password(pool, &challenge.user_id, password, responses);
    if outcome.is_err() {
        // A weak password or a wrong attribute can be corrected under the same session.
        pool.challenges().release(&challenge);
    }
    Ok(authenticated(outcome?.sign(pool)?))
}

fn set_new_password(
    pool: &Pool,
    user_id: &str,
    password: &str,
    responses: &Parameters,
) -> Result<sessions::Grant, ApiError> {
    pool.read(|state| check_policy(&state.settings.password_policy, password))?;
    if password.starts_with(char::is_whitespace) || password.ends_with(char::is_whitespace) {
        return Err(ApiError::new(
            "InvalidPasswordException",
            "Password did not conform with policy: Password must not begin or end with a space",
        ));
    }
    let record = PasswordRecord::new(user_id, password);
    pool.write(|state, now| {
        let user = state.users.get(user_id).ok_or_else(ApiError::incorrect_username_or_password)?;
        if !user.enabled {
            return Err(ApiError::not_authorized("User is disabled."));
        }
        if user.status != UserStatus::ForceChangePassword {
            return Err(ApiError::not_authorized("Invalid session for the user."));
        }
        let given: Vec<(&str, &str)> = responses
            .0
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(ATTRIBUTE_PREFIX)?, value.reveal())))
            .collect();
        for (name, value) in &given {
            if user.attributes.contains_key(*name) && state.settings.schema.required().any(|r| r == *name) {
                return Err(ApiError::not_authorized(format!("Cannot modify an already provided {name}")));
            }
            state.settings.schema.check_write(name, value, true)?;
        }
        let still_missing =
            missing_attributes(state, user).find(|name| !given.iter().any(|(n, value)| n == name && !value.is_empty()));
        if let Some(name) = still_missing {
            return Err(ApiError::invalid_parameter(format!("Invalid attributes given, {name} is missing")));
        }
        if let Some(user) = state.users.get_mut(user_id) {
            for (name, value) in given {
                user.set_attribute(name, value);
            }
            user.password = Some(record);
            user.temporary_password_expires = None;
            user.status = UserStatus::Confirmed;
            user.modified = now;
        }
        sessions::begin(state, pool.issuer(), user_id, now)
    })
}
