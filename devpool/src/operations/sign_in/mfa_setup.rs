//! `MFA_SETUP`: setting up a second factor in the middle of a sign-in.

use super::{Next, Parameters, Refusal, code, flow, password};
use crate::pool::Pool;
use crate::pool::attributes::is_email;
use crate::pool::challenges::{Attempt, Challenge, CodeKind, MfaSetup, Step};
use crate::pool::delivery::Destination;
use crate::pool::mfa;
use crate::pool::settings::{Contact, MfaMethod};
use crate::pool::state::{Method, Subject};
use crate::pool::user::SoftwareToken;
use crate::totp::TotpSecret;
use crate::wire::ApiError;
use serde_json::{Value, json};

/// Asks to set up one of the second factors.
pub fn ask(subject: Subject, attempt: Attempt, methods: Vec<MfaMethod>) -> Next {
    let names = mfa::names(&methods);
    let step = Step::MfaSetup(MfaSetup { methods, secret: None, software_token: None });
    Next::ask(subject, attempt, step, [("MFAS_CAN_SETUP", json!(names))])
}

/// Takes the question that a session stands for out of the pool, if it is this one.
fn claim(pool: &Pool, session: &str) -> Result<(Challenge, MfaSetup), ApiError> {
    let challenge = pool.challenges().claim(Some(session), None, pool.now())?;
    match &challenge.step {
        Step::MfaSetup(setup) => {
            let setup = setup.clone();
            Ok((challenge, setup))
        }
        _ => {
            pool.challenges().release(challenge);
            Err(ApiError::invalid_session())
        }
    }
}

/// Puts the question again, under a session of its own.
fn renew(pool: &Pool, challenge: &Challenge, setup: MfaSetup) -> String {
    let life = pool.read(|state| state.settings.challenge_session_seconds);
    let (subject, attempt) = (challenge.subject.clone(), challenge.attempt.clone());
    let renewed = pool.challenges().issue(subject, attempt, Step::MfaSetup(setup), pool.now(), life);
    renewed.session().to_owned()
}

/// `AssociateSoftwareToken` with a session: a secret for an authenticator app.
///
/// # Errors
/// `NotAuthorizedException` for a wrong session, `SoftwareTokenMFANotFoundException` where the pool has no such factor.
pub fn associate(pool: &Pool, session: &str) -> Result<Value, ApiError> {
    let (challenge, setup) = claim(pool, session)?;
    if !setup.methods.contains(&MfaMethod::SoftwareToken) {
        pool.challenges().release(challenge);
        return Err(ApiError::no_software_token());
    }
    let secret = TotpSecret::generate();
    let shown = secret.reveal().to_owned();
    let session = renew(pool, &challenge, MfaSetup { secret: Some(secret), software_token: None, ..setup });
    Ok(json!({ "SecretCode": shown, "Session": session }))
}

/// `VerifySoftwareToken` with a session: the first code of the app.
///
/// # Errors
/// `NotAuthorizedException` for a wrong session, `SoftwareTokenMFANotFoundException` if no secret was handed out,
/// `EnableSoftwareTokenMFAException` for a wrong code, after which the session may be used again.
pub fn verify(pool: &Pool, session: &str, code: &str, name: Option<&str>) -> Result<Value, ApiError> {
    let (challenge, setup) = claim(pool, session)?;
    if let Err(error) = password::before(pool, &challenge.subject) {
        pool.challenges().release(challenge);
        return Err(error);
    }
    let Some(secret) = setup.secret.clone() else {
        pool.challenges().release(challenge);
        return Err(ApiError::no_software_token());
    };
    let Some(step) = secret.step_of(code, pool.now()) else {
        let _ = password::failed(pool, &challenge.subject);
        pool.challenges().release(challenge);
        return Err(ApiError::new("EnableSoftwareTokenMFAException", "Code mismatch"));
    };
    let token = SoftwareToken { secret, name: name.map(str::to_owned), last_step: Some(step) };
    let session = renew(pool, &challenge, MfaSetup { secret: None, software_token: Some(token), ..setup });
    Ok(json!({ "Status": "SUCCESS", "Session": session }))
}

/// The answer to `MFA_SETUP`: the session of a verified app, or an address to send codes to.
pub fn answer(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let Step::MfaSetup(setup) = &challenge.step else {
        return Err(ApiError::invalid_session().into());
    };
    let (subject, attempt) = (challenge.subject.clone(), challenge.attempt.clone());
    if let Some(address) = responses.get("EMAIL") {
        return with_email(pool, subject, attempt, setup, address).map_err(Refusal::Correctable);
    }
    let Some(token) = setup.software_token.clone() else {
        let why = "No second factor was set up under this session.";
        return Err(Refusal::Correctable(ApiError::invalid_parameter(why)));
    };
    pool.write(|state, now| {
        let user = state.users.get_mut(&subject.sub).ok_or_else(ApiError::incorrect_username_or_password)?;
        user.mfa.software_token = Some(token);
        user.mfa.enabled.insert(MfaMethod::SoftwareToken);
        user.modified = now;
        Ok(())
    })?;
    let proof = attempt.proof.and(Method::Otp);
    Ok(flow::go_on(pool, subject, Attempt { proof, ..attempt })?)
}

/// Sends a code to an address that is to become the second factor. It becomes the user's with the code, so that a mistyped
/// one is not in the way of the next attempt.
fn with_email(
    pool: &Pool,
    subject: Subject,
    attempt: Attempt,
    setup: &MfaSetup,
    address: &str,
) -> Result<Next, ApiError> {
    if !setup.methods.contains(&MfaMethod::Email) || !is_email(address) {
        return Err(ApiError::invalid_parameter("Invalid email address format."));
    }
    if pool.read(|state| state.is_taken(address, &subject.sub)) {
        return Err(ApiError::alias_exists("email"));
    }
    let destination = Destination { contact: Contact::Email, address: address.to_owned() };
    code::send_and_ask(pool, subject, attempt, CodeKind::EmailMfaSetup, &destination)
}
