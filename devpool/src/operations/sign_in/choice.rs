//! `USER_AUTH`: choosing how to sign in, and reaching a level of authentication.

use super::{Next, Parameters, Refusal, code, flow, passkey, password};
use crate::clock::Timestamp;
use crate::pool::Pool;
use crate::pool::acr::{Level, Target};
use crate::pool::challenges::{Attempt, Challenge, CodeKind, Step};
use crate::pool::mfa;
use crate::pool::settings::{Contact, FirstFactor};
use crate::pool::state::{Method, Proof, State, Subject, UserStatus};
use crate::wire::ApiError;

/// Begins choice-based sign-in.
pub fn begin(pool: &Pool, subject: Subject, parameters: &Parameters) -> Result<Next, ApiError> {
    let target = parameters.get("TARGET_ACR_VALUES").map(Level::list).transpose()?;
    let max_age = match parameters.get("MAX_AGE") {
        Some(text) => Some(text.parse().map_err(|_| ApiError::invalid_parameter("MAX_AGE must be a whole number."))?),
        None => None,
    };
    let proof = match (parameters.get("ACCESS_TOKEN"), &target) {
        (Some(_), None) => {
            return Err(ApiError::invalid_parameter("ACCESS_TOKEN needs TARGET_ACR_VALUES beside it."));
        }
        (Some(token), Some(_)) => credit(pool, &subject, token, max_age)?,
        (None, _) => Proof::default(),
    };
    let target = Target(target.unwrap_or_default());
    let device_key = parameters.get("DEVICE_KEY");
    super::device::check(pool, &subject, device_key)?;
    let attempt = Attempt { proof, target, device_key: device_key.map(str::to_owned), ..Attempt::default() };
    if !attempt.proof.methods.is_empty() {
        // Somebody who is signed in already needs only what is missing.
        return flow::go_on(pool, subject, attempt);
    }
    let preferred = parameters.get("PREFERRED_CHALLENGE");
    let available = available(pool, &subject);
    match preferred.and_then(|name| available.iter().copied().find(|available| *available == name)) {
        Some(name) => chosen(pool, subject, attempt, name, parameters, None),
        None => offer(pool, subject, attempt, available),
    }
}

/// What an access token already proves, if it is young enough.
fn credit(pool: &Pool, subject: &Subject, access_token: &str, max_age: Option<u64>) -> Result<Proof, ApiError> {
    let caller = pool.caller(access_token)?;
    if caller.sub != subject.sub {
        return Err(ApiError::not_authorized("The access token belongs to another user."));
    }
    let now = pool.now();
    Ok(pool.read(|state| {
        let session = state.sessions.get(&caller.origin_jti);
        let young = |since: Timestamp| max_age.is_none_or(|seconds| since.plus_seconds(seconds) >= now);
        session.filter(|session| young(session.auth_time)).map(|session| session.proof.clone()).unwrap_or_default()
    }))
}

/// Signs in somebody who has just confirmed a sign-up: the code they entered there is the first factor.
pub fn begin_signed_up(pool: &Pool, subject: Subject, session: &str) -> Result<Next, ApiError> {
    let challenge = pool.challenges().claim(Some(session), None, pool.now())?;
    if !matches!(challenge.step, Step::SignedUp) || challenge.subject.sub != subject.sub {
        pool.challenges().release(challenge);
        return Err(ApiError::invalid_session());
    }
    password::before(pool, &subject)?;
    flow::go_on(pool, subject, Attempt { proof: Proof::by(Method::Otp), ..Attempt::default() })
}

/// The challenges somebody may choose from.
fn available(pool: &Pool, subject: &Subject) -> Vec<&'static str> {
    pool.read(|state| {
        let settings = &state.settings;
        let Some(user) = state.users.get(&subject.sub) else {
            return of_nobody(state);
        };
        // Codes and passkeys count for one factor, so who needs two begins with a password.
        let one_is_enough = !mfa::is_needed(settings, user);
        let mut available = Vec::new();
        for factor in &settings.first_factors {
            match factor {
                FirstFactor::Password if user.password.is_some() => available.extend(["PASSWORD_SRP", "PASSWORD"]),
                FirstFactor::EmailOtp if one_is_enough && may_have_code(user, Contact::Email) => {
                    available.push("EMAIL_OTP");
                }
                FirstFactor::SmsOtp if one_is_enough && may_have_code(user, Contact::PhoneNumber) => {
                    available.push("SMS_OTP");
                }
                FirstFactor::WebAuthn
                    if settings.web_authn.enabled
                        && !user.passkeys.is_empty()
                        && (one_is_enough || mfa::passkey_is_enough(settings, user)) =>
                {
                    available.push("WEB_AUTHN");
                }
                _ => {}
            }
        }
        available
    })
}

fn may_have_code(user: &crate::pool::user::User, contact: Contact) -> bool {
    user.contact(contact).is_some() && user.status != UserStatus::ForceChangePassword
}

/// Somebody who does not exist looks like somebody with a password and an email address.
fn of_nobody(state: &State) -> Vec<&'static str> {
    let factors = &state.settings.first_factors;
    let mut available = Vec::new();
    if factors.contains(&FirstFactor::Password) {
        available.extend(["PASSWORD_SRP", "PASSWORD"]);
    }
    if factors.contains(&FirstFactor::EmailOtp) {
        available.push("EMAIL_OTP");
    }
    available
}

fn offer(pool: &Pool, subject: Subject, attempt: Attempt, available: Vec<&'static str>) -> Result<Next, ApiError> {
    if available.is_empty() {
        password::before(pool, &subject)?;
        return Err(ApiError::invalid_parameter("The user has no way to sign in that this pool allows."));
    }
    let next = if available.contains(&"WEB_AUTHN") {
        let (bytes, options) = passkey::options(pool, &subject)?;
        let parameters = [("CREDENTIAL_REQUEST_OPTIONS", options)];
        Next::ask(subject, attempt, Step::SelectChallenge(bytes), parameters)
    } else {
        Next::ask(subject, attempt, Step::SelectChallenge(Vec::new()), [])
    };
    Ok(match next {
        Next::Ask(mut question) => {
            question.available = available;
            Next::Ask(question)
        }
        done => done,
    })
}

/// The answer to `SELECT_CHALLENGE`.
pub fn select(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let Step::SelectChallenge(bytes) = &challenge.step else {
        return Err(ApiError::invalid_session().into());
    };
    let answer = responses.answer("ANSWER")?;
    let available = available(pool, &challenge.subject);
    let Some(name) = available.iter().copied().find(|available| *available == answer) else {
        let why = format!("ANSWER must be one of {}", available.join(", "));
        return Err(Refusal::Correctable(ApiError::invalid_parameter(why)));
    };
    Ok(chosen(pool, challenge.subject.clone(), challenge.attempt.clone(), name, responses, Some(bytes))?)
}

/// Goes on with what was chosen; where what it needs came along, without asking for it.
fn chosen(
    pool: &Pool,
    subject: Subject,
    attempt: Attempt,
    name: &'static str,
    given: &Parameters,
    offered: Option<&[u8]>,
) -> Result<Next, ApiError> {
    match name {
        "PASSWORD" => match given.get("PASSWORD") {
            Some(password) => password::check(pool, subject, attempt, password, given.get("DEVICE_KEY")),
            None => Ok(Next::ask(subject, attempt, Step::Password, [])),
        },
        "PASSWORD_SRP" => match given.get("SRP_A") {
            Some(srp_a) => password::begin_srp(pool, subject, attempt, srp_a),
            None => Ok(Next::ask(subject, attempt, Step::PasswordSrp, [])),
        },
        "WEB_AUTHN" => match (given.get("CREDENTIAL"), offered) {
            (Some(credential), Some(bytes)) => passkey::check(pool, subject, attempt, bytes, credential),
            _ => passkey::ask(pool, subject, attempt),
        },
        "SMS_OTP" => with_code(pool, subject, attempt, CodeKind::SmsOtp),
        _ => with_code(pool, subject, attempt, CodeKind::EmailOtp),
    }
}

fn with_code(pool: &Pool, subject: Subject, attempt: Attempt, kind: CodeKind) -> Result<Next, ApiError> {
    password::before(pool, &subject)?;
    code::ask(pool, subject, attempt, kind)
}
