//! Remembered devices: SRP with the password that the device made for itself.

use super::{Next, Parameters, Refusal, flow, password};
use crate::pool::Pool;
use crate::pool::challenges::{Attempt, Challenge, Step};
use crate::pool::settings::DeviceMode;
use crate::pool::state::{Subject, User};
use crate::srp::Identity;
use crate::wire::ApiError;
use serde_json::json;

/// Whether a device that somebody says they are on is one of theirs. Pools that remember none do not look at it.
pub fn check(pool: &Pool, subject: &Subject, device_key: Option<&str>) -> Result<(), ApiError> {
    let Some(key) = device_key else {
        return Ok(());
    };
    let known = pool.read(|state| {
        let user = state.users.get(&subject.sub);
        // For somebody who does not exist the password will be wrong, which says less.
        state.settings.devices.mode == DeviceMode::Off || user.is_none_or(|user| user.devices.contains_key(key))
    });
    if known { Ok(()) } else { Err(ApiError::device_not_found()) }
}

/// Whether the device of a sign-in is remembered and still has to prove itself.
pub fn proves_itself(user: &User, attempt: &Attempt) -> bool {
    let device = attempt.device_key.as_ref().and_then(|key| user.devices.get(key));
    !attempt.device_proved && device.is_some_and(|device| device.remembered && device.verifier.is_some())
}

/// Asks the device to begin.
pub fn ask(subject: Subject, attempt: Attempt) -> Next {
    let key = json!(attempt.device_key);
    Next::ask(subject, attempt, Step::DeviceSrp, [("DEVICE_KEY", key)])
}

/// The answer to `DEVICE_SRP_AUTH`.
pub fn answer_srp(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let (subject, attempt) = (challenge.subject.clone(), challenge.attempt.clone());
    let srp_a = responses.answer("SRP_A")?;
    let key = responses.answer("DEVICE_KEY")?;
    if Some(key) != attempt.device_key.as_deref() {
        return Err(Refusal::Correctable(ApiError::device_not_found()));
    }
    let verifier = pool.read(|state| state.users.get(&subject.sub)?.devices.get(key)?.verifier.clone());
    let verifier = verifier.ok_or_else(ApiError::device_not_found)?;
    let (exchange, [salt, srp_b, block]) = password::exchange(verifier, srp_a).map_err(Refusal::Correctable)?;
    let key = json!(key);
    Ok(Next::ask(
        subject,
        attempt,
        Step::DevicePasswordVerifier(exchange),
        [("DEVICE_KEY", key), ("SALT", json!(salt)), ("SECRET_BLOCK", json!(block)), ("SRP_B", json!(srp_b))],
    ))
}

/// The answer to `DEVICE_PASSWORD_VERIFIER`.
pub fn verify(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let Step::DevicePasswordVerifier(srp) = &challenge.step else {
        return Err(ApiError::invalid_session().into());
    };
    let subject = &challenge.subject;
    password::before(pool, subject)?;
    let key = responses.answer("DEVICE_KEY")?;
    let group_key = pool.read(|state| Some(state.users.get(&subject.sub)?.devices.get(key)?.group_key.clone()));
    let group_key = group_key.ok_or_else(ApiError::device_not_found)?;
    let identity = Identity { pool_name: &group_key, user_id: key };
    if Some(key) != challenge.attempt.device_key.as_deref() || !password::proves(srp, identity, responses)? {
        return Err(password::failed(pool, subject).into());
    }
    let attempt = Attempt { device_proved: true, ..challenge.attempt.clone() };
    Ok(flow::go_on(pool, subject.clone(), attempt)?)
}
