//! Passwords: by SRP, or as they are.

use super::{Next, Parameters, Refusal, device, flow};
use crate::clock::is_srp_timestamp;
use crate::pool::Pool;
use crate::pool::challenges::{Attempt, Challenge, SrpExchange, Step, secret_block};
use crate::pool::passwords::{PasswordRecord, identity};
use crate::pool::state::{Method, Subject, UserStatus};
use crate::srp::{ClientPublic, Identity, ServerExchange, Verifier};
use crate::wire::ApiError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// The first half of SRP. Nobody learns here whether there is such a user.
pub fn begin_srp(pool: &Pool, subject: Subject, attempt: Attempt, srp_a: &str) -> Result<Next, ApiError> {
    let known = record(pool, &subject);
    let verifier = match &known {
        Some(record) => record.verifier().clone(),
        None => subject.simulated_verifier(),
    };
    let (exchange, [salt, srp_b, block]) = exchange(verifier, srp_a)?;
    Ok(Next::ask(
        subject,
        attempt,
        Step::PasswordVerifier(exchange),
        [("SALT", json!(salt)), ("SECRET_BLOCK", json!(block)), ("SRP_B", json!(srp_b))],
    ))
}

/// An exchange that has got a client's public value, and what the client is told: `SALT`, `SRP_B`, `SECRET_BLOCK`.
pub(super) fn exchange(verifier: Verifier, srp_a: &str) -> Result<(SrpExchange, [String; 3]), ApiError> {
    let client_public =
        ClientPublic::from_hex(srp_a).ok_or_else(|| ApiError::invalid_parameter("Invalid SRP_A parameter."))?;
    let exchange = Box::new(ServerExchange::new(verifier, client_public));
    let secret_block = secret_block();
    let told = [exchange.salt_hex(), exchange.public_hex(), secret_block.clone()];
    Ok((SrpExchange { exchange, secret_block }, told))
}

/// Whether the second half of SRP proves the password.
pub(super) fn proves(srp: &SrpExchange, identity: Identity<'_>, responses: &Parameters) -> Result<bool, Refusal> {
    let block = responses.answer("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let signature = responses.answer("PASSWORD_CLAIM_SIGNATURE")?;
    let timestamp = responses.answer("TIMESTAMP")?;
    if !is_srp_timestamp(timestamp) {
        let why = "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.";
        return Err(Refusal::Correctable(ApiError::invalid_parameter(why)));
    }
    // The block must come back as it was, whether the session or the block itself found the challenge.
    Ok(block == srp.secret_block
        && STANDARD.decode(block).is_ok_and(|block| srp.exchange.accepts(identity, &block, timestamp, signature)))
}

fn record(pool: &Pool, subject: &Subject) -> Option<PasswordRecord> {
    pool.read(|state| state.users.get(&subject.sub)?.password.clone())
}

/// Checks a password that came over the wire.
pub fn check(
    pool: &Pool,
    subject: Subject,
    attempt: Attempt,
    password: &str,
    device_key: Option<&str>,
) -> Result<Next, ApiError> {
    // The wait is looked at before the work is done, so that guessing in a hurry costs nothing but refusals.
    before(pool, &subject)?;
    let right = match record(pool, &subject) {
        Some(record) => record.accepts(&subject.username, password),
        None => {
            // As much work as for a user who has one, so that the time tells nothing.
            PasswordRecord::new(&subject.username, password);
            false
        }
    };
    if !right {
        return Err(failed(pool, &subject));
    }
    proved(pool, subject, attempt, device_key)
}

/// The answer to `PASSWORD`.
pub fn answer(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let password = responses.answer("PASSWORD")?;
    let device = responses.get("DEVICE_KEY");
    Ok(check(pool, challenge.subject.clone(), challenge.attempt.clone(), password, device)?)
}

/// The answer to `PASSWORD_SRP`: the first half of SRP.
pub fn answer_srp(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let srp_a = responses.answer("SRP_A")?;
    begin_srp(pool, challenge.subject.clone(), challenge.attempt.clone(), srp_a).map_err(Refusal::Correctable)
}

/// The answer to `PASSWORD_VERIFIER`: the second half.
pub fn verify(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let Step::PasswordVerifier(srp) = &challenge.step else {
        return Err(ApiError::invalid_session().into());
    };
    let subject = &challenge.subject;
    before(pool, subject)?;
    if !proves(srp, identity(&subject.username), responses)? {
        return Err(failed(pool, subject).into());
    }
    let device_key = responses.get("DEVICE_KEY");
    // A client that remembers a device which the pool has forgotten may answer again without it.
    device::check(pool, subject, device_key).map_err(Refusal::Correctable)?;
    Ok(proved(pool, subject.clone(), challenge.attempt.clone(), device_key)?)
}

fn proved(pool: &Pool, subject: Subject, attempt: Attempt, device_key: Option<&str>) -> Result<Next, ApiError> {
    device::check(pool, &subject, device_key)?;
    let proof = attempt.proof.and(Method::Pwd);
    let device_key = device_key.map(str::to_owned).or(attempt.device_key);
    flow::go_on(pool, subject, Attempt { proof, device_key, ..attempt })
}

/// What can be said before a password, a code or a passkey was looked at.
pub(super) fn before(pool: &Pool, subject: &Subject) -> Result<(), ApiError> {
    let now = pool.now();
    pool.read(|state| {
        if let Some(lockout) = state.lockouts.get(&subject.sub) {
            lockout.check(now, &state.settings.lockout)?;
        }
        // These two come whatever the password is.
        match state.users.get(&subject.sub).map(|user| user.status) {
            Some(UserStatus::Unconfirmed) => Err(ApiError::user_not_confirmed()),
            Some(UserStatus::ResetRequired) => {
                Err(ApiError::new("PasswordResetRequiredException", "Password reset required for the user"))
            }
            _ => Ok(()),
        }
    })
}

/// Counts a failure. Of many attempts at once each is counted, and each after the lock is told so.
pub(super) fn failed(pool: &Pool, subject: &Subject) -> ApiError {
    let counted: Result<(), ApiError> = pool.write(|state, now| {
        if let Some(lockout) = state.lockouts.get(&subject.sub) {
            lockout.check(now, &state.settings.lockout)?;
        }
        state.count_failure(&subject.sub, now);
        Err(ApiError::incorrect_username_or_password())
    });
    counted.err().unwrap_or_else(ApiError::incorrect_username_or_password)
}
