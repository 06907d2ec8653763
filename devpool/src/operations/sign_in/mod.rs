//! InitiateAuth and RespondToAuthChallenge.
//!
//! A sign-in is a walk: [`begin`] and [`answer`] each end in a [`Next`], which is another question or the end. What
//! comes after what is decided in `flow` alone; the other files each know one kind of question. The sign-in page of
//! the OAuth endpoints walks the same way.

mod choice;
mod code;
mod custom;
mod device;
mod flow;
mod mfa_setup;
mod new_password;
mod passkey;
mod password;

pub use mfa_setup::{associate as associate_in_sign_in, verify as verify_in_sign_in};

use super::{Client, Peer, parse};
use crate::pool::Pool;
use crate::pool::acr::Target;
use crate::pool::challenges::{Attempt, Challenge, Step};
use crate::pool::sessions::{self, NewSession};
use crate::pool::settings::{AuthFlowSetting, Tier};
use crate::pool::state::Subject;
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// String parameters of a call; their values may be secret.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Parameters(BTreeMap<String, Secret>);

impl<const N: usize> From<[(&str, &str); N]> for Parameters {
    fn from(entries: [(&str, &str); N]) -> Self {
        let entry = |(name, value): (&str, &str)| (name.to_owned(), Secret::from(value.to_owned()));
        Self(entries.into_iter().map(entry).collect())
    }
}

impl FromIterator<(String, String)> for Parameters {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(entries: T) -> Self {
        Self(entries.into_iter().map(|(name, value)| (name, Secret::from(value))).collect())
    }
}

impl Parameters {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Secret::reveal)
    }

    fn need(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| ApiError::invalid_parameter(format!("Missing required parameter {name}")))
    }

    /// [`Self::need`] in an answer: what is missing can be added.
    fn answer(&self, name: &str) -> Result<&str, Refusal> {
        self.need(name).map_err(Refusal::Correctable)
    }
}

/// Where a sign-in goes next.
#[derive(Debug)]
pub enum Next {
    /// Something more is asked.
    Ask(Box<Question>),
    /// Everything was proved.
    Done(Box<Passed>),
}

/// Something that is asked.
#[derive(Debug)]
pub struct Question {
    subject: Subject,
    attempt: Attempt,
    step: Step,
    parameters: Map<String, Value>,
    available: Vec<&'static str>,
}

/// Somebody who has proved everything that was asked.
#[derive(Debug)]
pub struct Passed {
    /// Who.
    pub sub: String,
    /// How.
    pub attempt: Attempt,
}

impl Next {
    fn ask<const N: usize>(subject: Subject, attempt: Attempt, step: Step, parameters: [(&str, Value); N]) -> Self {
        let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self::Ask(Box::new(Question { subject, attempt, step, parameters, available: Vec::new() }))
    }
}

/// Why an answer was not taken.
#[derive(Debug)]
enum Refusal {
    /// The same question may be answered again, under the same session.
    Correctable(ApiError),
    /// The question is used up.
    Final(ApiError),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Final(error)
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
    session: Option<Secret>,
}

/// `InitiateAuth`: begins to sign in, or refreshes.
pub fn initiate_auth(pool: &Pool, peer: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: InitiateAuthRequest = parse(request)?;
    request.client.check()?;
    let parameters = &request.auth_parameters;
    if parameters.get("SECRET_HASH").is_some() {
        return Err(ApiError::not_authorized(format!(
            "Client {} is not configured for secret but secret was received",
            request.client.client_id
        )));
    }
    let flow = request.auth_flow.as_str();
    if matches!(flow, "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN") {
        allow(pool, flow, AuthFlowSetting::RefreshToken)?;
        // With rotation on, only GetTokensFromRefreshToken refreshes.
        if pool.read(|state| state.settings.refresh_token_rotation.enabled) {
            return Err(not_enabled(flow));
        }
        let token = parameters.need("REFRESH_TOKEN")?;
        let device = parameters.get("DEVICE_KEY");
        let grant = pool.write(|state, now| sessions::refresh(state, pool.issuer(), token, device, peer, now))?;
        return Ok(authenticated(grant.sign(pool)?));
    }
    let next = begin(pool, flow, parameters, request.session.as_ref().map(Secret::reveal))?;
    conclude(pool, peer, next)
}

/// Begins to sign in by one of the flows of `InitiateAuth`.
///
/// # Errors
/// Those of the flow; `InvalidParameterException` if the app client does not allow it.
pub fn begin(pool: &Pool, flow: &str, parameters: &Parameters, session: Option<&str>) -> Result<Next, ApiError> {
    match flow {
        "USER_SRP_AUTH" => {
            allow(pool, flow, AuthFlowSetting::UserSrp)?;
            let (subject, name) = (subject(pool, parameters)?, parameters.need("SRP_A")?);
            password::begin_srp(pool, subject, Attempt::default(), name)
        }
        "USER_PASSWORD_AUTH" => {
            allow(pool, flow, AuthFlowSetting::UserPassword)?;
            let subject = subject(pool, parameters)?;
            let device = parameters.get("DEVICE_KEY");
            password::check(pool, subject, Attempt::default(), parameters.need("PASSWORD")?, device)
        }
        "CUSTOM_AUTH" => {
            allow(pool, flow, AuthFlowSetting::Custom)?;
            custom::begin(pool, subject(pool, parameters)?, parameters)
        }
        "USER_AUTH" => {
            if pool.read(|state| state.settings.features.tier) < Tier::Essentials {
                return Err(ApiError::not_in_tier());
            }
            allow(pool, flow, AuthFlowSetting::UserAuth)?;
            match session {
                Some(session) => choice::begin_signed_up(pool, subject(pool, parameters)?, session),
                None => choice::begin(pool, subject(pool, parameters)?, parameters),
            }
        }
        _ => Err(not_enabled(flow)),
    }
}

/// Begins to sign in at the sign-in page: with a password, whatever flows the app client allows the API.
///
/// # Errors
/// Those of `USER_PASSWORD_AUTH`.
pub fn begin_at_page(pool: &Pool, name: &str, password: &str, target: Target) -> Result<Next, ApiError> {
    let subject = subject(pool, &Parameters::from([("USERNAME", name)]))?;
    password::check(pool, subject, Attempt { target, ..Attempt::default() }, password, None)
}

fn allow(pool: &Pool, flow: &str, setting: AuthFlowSetting) -> Result<(), ApiError> {
    let allowed = pool.read(|state| state.settings.auth_flows.contains(&setting));
    if allowed { Ok(()) } else { Err(not_enabled(flow)) }
}

fn not_enabled(flow: &str) -> ApiError {
    ApiError::invalid_parameter(format!("{flow} flow not enabled for this client"))
}

/// Whom a sign-in is about.
fn subject(pool: &Pool, parameters: &Parameters) -> Result<Subject, ApiError> {
    let name = parameters.need("USERNAME")?;
    pool.read(|state| {
        let subject = state.subject(name);
        if subject.is_made_up() && !state.settings.prevent_user_existence_errors {
            return Err(ApiError::user_not_found());
        }
        Ok(subject)
    })
}

/// The answer that ends a sign-in.
fn authenticated(result: Value) -> Value {
    json!({ "ChallengeParameters": {}, "AuthenticationResult": result })
}

/// Puts the next question, or gives the tokens.
fn conclude(pool: &Pool, peer: &Peer, next: Next) -> Result<Value, ApiError> {
    match next {
        Next::Ask(question) => Ok(put(pool, *question)),
        Next::Done(passed) => {
            let Passed { sub, attempt } = *passed;
            let new = NewSession::from_api(sub, attempt.proof, attempt.device_key);
            let grant = pool.write(|state, now| sessions::begin(state, pool.issuer(), new, peer, now))?;
            Ok(authenticated(grant.sign(pool)?))
        }
    }
}

/// Puts a question: the challenge as the API answers it.
pub fn put(pool: &Pool, question: Question) -> Value {
    let Question { subject, attempt, step, mut parameters, available } = question;
    for name in ["USERNAME", "USER_ID_FOR_SRP"] {
        parameters.entry(name).or_insert_with(|| json!(subject.username));
    }
    let life = pool.read(|state| state.settings.challenge_session_seconds);
    let challenge = pool.challenges().issue(subject, attempt, step, pool.now(), life);
    let mut answer = json!({
        "ChallengeName": challenge.step.name(),
        "Session": challenge.session(),
        "ChallengeParameters": parameters,
    });
    if !available.is_empty() {
        answer["AvailableChallenges"] = json!(available);
    }
    answer
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
pub fn respond_to_auth_challenge(pool: &Pool, peer: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: RespondRequest = parse(request)?;
    request.client.check()?;
    let session = request.session.as_ref().map(Secret::reveal);
    let next = answer(pool, &request.challenge_name, session, &request.challenge_responses)?;
    conclude(pool, peer, next)
}

/// Takes the answer to a challenge. Of two answers at once one counts; after a mistake that can be corrected the
/// challenge may be answered again.
///
/// # Errors
/// `NotAuthorizedException` if the session is none, is over, or belongs to another step or user; those of the step.
pub fn answer(
    pool: &Pool,
    challenge_name: &str,
    session: Option<&str>,
    responses: &Parameters,
) -> Result<Next, ApiError> {
    let name = responses.need("USERNAME")?;
    let block = responses.get("PASSWORD_CLAIM_SECRET_BLOCK");
    if session.is_none() && block.is_none() && challenge_name != "DEVICE_SRP_AUTH" {
        // The secret block finds the challenge of SRP, a device its own, nothing but the session any other.
        let missing =
            if challenge_name.ends_with("PASSWORD_VERIFIER") { "PASSWORD_CLAIM_SECRET_BLOCK" } else { "Session" };
        return Err(ApiError::invalid_parameter(format!("Missing required parameter {missing}")));
    }
    if challenge_name == "ADMIN_NO_SRP_AUTH" {
        return Err(ApiError::invalid_parameter("ADMIN_NO_SRP_AUTH is not a challenge of public clients."));
    }
    let of_device = match (session, challenge_name) {
        // Older clients send no session here, though it is the only thing that tells of the password.
        (None, "DEVICE_SRP_AUTH") => {
            let (sub, key) = (pool.read(|state| state.subject(name).sub), responses.need("DEVICE_KEY")?);
            pool.challenges().device_session(&sub, key)
        }
        _ => None,
    };
    let mut challenge = pool.challenges().claim(session.or(of_device.as_deref()), block, pool.now())?;
    let outcome = if challenge.step.name() != Some(challenge_name) {
        // It stays good for the step it belongs to.
        Err(Refusal::Correctable(ApiError::invalid_session()))
    } else if !is_for(pool, &challenge, name) {
        match challenge.step {
            // With another name a password is as wrong as it can be.
            Step::PasswordVerifier(_) => Err(Refusal::Final(ApiError::incorrect_username_or_password())),
            _ => Err(Refusal::Correctable(ApiError::invalid_session())),
        }
    } else {
        take(pool, &mut challenge, responses)
    };
    outcome.map_err(|refusal| match refusal {
        Refusal::Correctable(error) => {
            pool.challenges().release(challenge);
            error
        }
        Refusal::Final(error) => error,
    })
}

/// Hands an answer to whoever knows the question.
fn take(pool: &Pool, challenge: &mut Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    match &challenge.step {
        Step::SelectChallenge(_) => choice::select(pool, challenge, responses),
        Step::Password => password::answer(pool, challenge, responses),
        Step::PasswordSrp => password::answer_srp(pool, challenge, responses),
        Step::PasswordVerifier(_) => password::verify(pool, challenge, responses),
        Step::NewPasswordRequired => new_password::answer(pool, challenge, responses),
        Step::Code(_) => code::answer(pool, challenge, responses),
        Step::SoftwareToken(_) => code::answer_software_token(pool, challenge, responses),
        Step::SelectMfaType(_) => flow::select_mfa(pool, challenge, responses),
        Step::MfaSetup(_) => mfa_setup::answer(pool, challenge, responses),
        Step::DeviceSrp => device::answer_srp(pool, challenge, responses),
        Step::DevicePasswordVerifier(_) => device::verify(pool, challenge, responses),
        Step::WebAuthn(_) => passkey::answer(pool, challenge, responses),
        Step::Custom(_) => custom::answer(pool, challenge, responses),
        Step::SigningUp | Step::SignedUp => Err(Refusal::Correctable(ApiError::invalid_session())),
    }
}

/// Whether the `USERNAME` of an answer is whom the challenge was put to: the user name, or a name of the same user.
fn is_for(pool: &Pool, challenge: &Challenge, name: &str) -> bool {
    name == challenge.subject.username || pool.read(|state| state.subject(name).sub) == challenge.subject.sub
}
