//! Passkeys as the first factor, which can count for two.

use super::{Next, Parameters, Refusal, flow, password};
use crate::operations::passkeys::relying_party;
use crate::pool::Pool;
use crate::pool::challenges::{Attempt, Challenge, Step};
use crate::pool::mfa;
use crate::pool::state::{Method, Subject};
use crate::random;
use crate::webauthn::{self, Flaw, Passkey, RelyingParty};
use crate::wire::ApiError;
use serde_json::{Value, json};

/// Length of what a passkey signs, in bytes.
const CHALLENGE_BYTES: usize = 32;

/// Whom and what an assertion is checked against.
fn expected(pool: &Pool, subject: &Subject) -> (RelyingParty, Vec<Passkey>) {
    pool.read(|state| {
        let user = state.users.get(&subject.sub);
        let verify = user.is_some_and(|user| mfa::passkey_is_enough(&state.settings, user));
        let passkeys = user.into_iter().flat_map(|user| &user.passkeys).map(|record| record.passkey.clone()).collect();
        (relying_party(&state.settings, verify), passkeys)
    })
}

/// Something new to sign, and the options for a browser as the text a parameter carries.
pub fn options(pool: &Pool, subject: &Subject) -> Result<(Vec<u8>, Value), ApiError> {
    let (rp, passkeys) = expected(pool, subject);
    let challenge = random::bytes::<CHALLENGE_BYTES>().to_vec();
    let options = webauthn::request_options(&rp, &challenge, &passkeys);
    Ok((challenge, json!(options.to_string())))
}

/// Asks for a passkey.
pub fn ask(pool: &Pool, subject: Subject, attempt: Attempt) -> Result<Next, ApiError> {
    let (challenge, options) = options(pool, &subject)?;
    Ok(Next::ask(subject, attempt, Step::WebAuthn(challenge), [("CREDENTIAL_REQUEST_OPTIONS", options)]))
}

/// The answer to `WEB_AUTHN`.
pub fn answer(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let Step::WebAuthn(bytes) = &challenge.step else {
        return Err(ApiError::invalid_session().into());
    };
    let credential = responses.answer("CREDENTIAL")?;
    Ok(check(pool, challenge.subject.clone(), challenge.attempt.clone(), bytes, credential)?)
}

/// Checks an assertion.
pub fn check(
    pool: &Pool,
    subject: Subject,
    attempt: Attempt,
    challenge: &[u8],
    credential: &str,
) -> Result<Next, ApiError> {
    password::before(pool, &subject)?;
    let (rp, passkeys) = expected(pool, &subject);
    let credential: Value =
        serde_json::from_str(credential).map_err(|_| Flaw::Malformed("CREDENTIAL").assertion_error())?;
    let verified = match webauthn::verify_assertion(&rp, challenge, &credential, &passkeys) {
        Ok(verified) => verified,
        Err(flaw) => {
            let _ = password::failed(pool, &subject);
            return Err(flaw.assertion_error());
        }
    };
    let two_factors = pool.write(|state, now| {
        let user = state.users.get_mut(&subject.sub).ok_or_else(ApiError::incorrect_username_or_password)?;
        let record = user
            .passkeys
            .iter_mut()
            .find(|record| record.passkey.credential_id == verified.credential_id)
            .ok_or_else(|| Flaw::UnknownCredential.assertion_error())?;
        record.passkey.record_use(&verified);
        user.modified = now;
        let user = state.users.get(&subject.sub).ok_or_else(ApiError::incorrect_username_or_password)?;
        Ok(verified.user_verified && mfa::passkey_is_enough(&state.settings, user))
    })?;
    let mut proof = attempt.proof.and(Method::Pop);
    proof.multi_factor |= two_factors;
    flow::go_on(pool, subject, Attempt { proof, ..attempt })
}
