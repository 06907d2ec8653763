//! What comes after what.

use super::{Next, Parameters, Passed, Refusal, code, custom, device, mfa_setup, new_password};
use crate::pool::Pool;
use crate::pool::challenges::{Attempt, Challenge, CodeKind, Step};
use crate::pool::mfa::{self, SecondFactor};
use crate::pool::settings::MfaMethod;
use crate::pool::state::{Method, State, Subject, User, UserStatus};
use crate::wire::ApiError;
use serde_json::json;

/// What is still to be done.
enum Todo {
    NewPassword,
    Questions,
    Device,
    Second(SecondFactor),
    Nothing,
}

/// Goes on with a sign-in in which something has just been proved.
pub fn go_on(pool: &Pool, subject: Subject, mut attempt: Attempt) -> Result<Next, ApiError> {
    let now = pool.now();
    let todo = pool.read(|state| {
        let user = state.users.get(&subject.sub).ok_or_else(ApiError::incorrect_username_or_password)?;
        if !user.enabled {
            return Err(ApiError::user_disabled());
        }
        if user.status == UserStatus::ForceChangePassword && user.temporary_password_expires.is_some_and(|at| at <= now)
        {
            return Err(ApiError::not_authorized(
                "Temporary password has expired and must be reset by an administrator.",
            ));
        }
        Ok(todo(state, user, &attempt))
    })?;
    match todo {
        Todo::NewPassword => new_password::ask(pool, subject, attempt),
        Todo::Questions => custom::ask(pool, subject, attempt, 1, 0),
        Todo::Device => Ok(device::ask(subject, attempt)),
        Todo::Second(SecondFactor::Ask(method)) => ask_second_factor(pool, subject, attempt, method),
        Todo::Second(SecondFactor::Choose(methods)) => {
            let names = mfa::names(&methods);
            Ok(Next::ask(subject, attempt, Step::SelectMfaType(methods), [("MFAS_CAN_CHOOSE", json!(names))]))
        }
        Todo::Second(SecondFactor::SetUp(methods)) => Ok(mfa_setup::ask(subject, attempt, methods)),
        Todo::Second(SecondFactor::None) | Todo::Nothing => {
            if !attempt.target.0.is_empty() {
                let reached = attempt.target.reached(&attempt.proof);
                let level = reached.ok_or_else(ApiError::level_not_reached)?;
                attempt.proof.acr = Some(level.uri().to_owned());
            }
            Ok(Next::Done(Box::new(Passed { sub: subject.sub, attempt })))
        }
    }
}

fn todo(state: &State, user: &User, attempt: &Attempt) -> Todo {
    let settings = &state.settings;
    if user.status == UserStatus::ForceChangePassword && attempt.proof.methods.contains(&Method::Pwd) {
        return Todo::NewPassword;
    }
    if attempt.custom {
        return Todo::Questions;
    }
    let remembers = device::proves_itself(user, attempt);
    let stands_in = settings.devices.challenge_required_on_new_device;
    if remembers && stands_in {
        return Todo::Device;
    }
    let wanted = attempt.target.wants_second_factor(&attempt.proof);
    // A remembered device is the second factor, but not where the sign-in asked for two real ones.
    let excused = attempt.device_proved && stands_in && !wanted;
    if !attempt.proof.multi_factor && !excused {
        match mfa::second_factor(settings, user, wanted) {
            SecondFactor::None => {}
            second => return Todo::Second(second),
        }
    }
    if remembers { Todo::Device } else { Todo::Nothing }
}

fn ask_second_factor(pool: &Pool, subject: Subject, attempt: Attempt, method: MfaMethod) -> Result<Next, ApiError> {
    match method {
        MfaMethod::SoftwareToken => Ok(code::ask_software_token(pool, subject, attempt)),
        MfaMethod::Sms => code::ask(pool, subject, attempt, CodeKind::SmsMfa),
        MfaMethod::Email => code::ask(pool, subject, attempt, CodeKind::EmailMfa),
    }
}

/// The answer to `SELECT_MFA_TYPE`.
pub fn select_mfa(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let Step::SelectMfaType(methods) = &challenge.step else {
        return Err(ApiError::invalid_session().into());
    };
    let answer = responses.answer("ANSWER")?;
    // The API's own documentation calls the challenge EMAIL_OTP and the answer EMAIL_MFA.
    let chosen = methods
        .iter()
        .find(|method| method.challenge_name() == answer || (**method == MfaMethod::Email && answer == "EMAIL_MFA"));
    let Some(method) = chosen else {
        let why = format!("ANSWER must be one of {}", mfa::names(methods));
        return Err(Refusal::Correctable(ApiError::invalid_parameter(why)));
    };
    ask_second_factor(pool, challenge.subject.clone(), challenge.attempt.clone(), *method).map_err(Refusal::Correctable)
}
