//! Codes: sent to an address, or from an authenticator app.

use super::{Next, Parameters, Refusal, flow, password};
use crate::clock::Timestamp;
use crate::pool::Pool;
use crate::pool::challenges::{Attempt, Challenge, CodeKind, SentCode, Step};
use crate::pool::codes::{CodePurpose, DIGITS, SIGN_IN_DIGITS};
use crate::pool::delivery::Destination;
use crate::pool::settings::MfaMethod;
use crate::pool::state::{MessagePurpose, Method, State, Subject, UserStatus};
use crate::srp::same;
use crate::wire::ApiError;
use serde_json::json;

/// Sends a code and asks for it.
pub fn ask(pool: &Pool, subject: Subject, attempt: Attempt, kind: CodeKind) -> Result<Next, ApiError> {
    let contact = kind.contact();
    let destination = pool.read(|state| match state.users.get(&subject.sub) {
        Some(user) => Destination::of(user, contact),
        None => Some(Destination::of_nobody(&subject.name, contact)),
    });
    let destination = destination.ok_or_else(|| {
        ApiError::invalid_parameter(format!("The user has no {} to send a code to.", contact.attribute()))
    })?;
    send_and_ask(pool, subject, attempt, kind, &destination)
}

/// Sends a code to an address and asks for it.
pub fn send_and_ask(
    pool: &Pool,
    subject: Subject,
    attempt: Attempt,
    kind: CodeKind,
    destination: &Destination,
) -> Result<Next, ApiError> {
    let message = match kind {
        CodeKind::EmailOtp | CodeKind::SmsOtp => MessagePurpose::SignIn,
        CodeKind::SmsMfa | CodeKind::EmailMfa | CodeKind::EmailMfaSetup => MessagePurpose::Mfa,
    };
    let digits = pool.write(|state, now| send(state, &subject, destination, message, now))?;
    let parameters = [
        ("CODE_DELIVERY_DELIVERY_MEDIUM", json!(destination.medium())),
        ("CODE_DELIVERY_DESTINATION", json!(destination.masked())),
    ];
    let new_address = (kind == CodeKind::EmailMfaSetup).then(|| destination.address.clone());
    Ok(Next::ask(subject, attempt, Step::Code(SentCode { kind, digits, wrong: 0, new_address }), parameters))
}

/// Sends a code that only this sign-in knows. Somebody who does not exist gets none, so that no answer is right.
pub(super) fn send(
    state: &mut State,
    subject: &Subject,
    destination: &Destination,
    message: MessagePurpose,
    now: Timestamp,
) -> Result<Option<String>, ApiError> {
    let settings = state.settings.codes.clone();
    let slot = state.code_slot(&subject.name, CodePurpose::sign_in_by(destination.contact));
    let digits = if message == MessagePurpose::SignIn { SIGN_IN_DIGITS } else { DIGITS };
    let code = slot.issue_elsewhere(digits, &settings, now).map_err(|_| ApiError::too_many_codes())?;
    let exists = state.users.contains_key(&subject.sub);
    if exists {
        state.send(destination.contact, &destination.address, message, &code, now);
    }
    Ok(exists.then_some(code))
}

/// Takes a code that was sent.
pub fn answer(pool: &Pool, challenge: &mut Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let Step::Code(code) = &mut challenge.step else {
        return Err(ApiError::invalid_session().into());
    };
    let given = match code.kind {
        CodeKind::SmsOtp => responses.answer("SMS_OTP_CODE")?,
        CodeKind::SmsMfa => responses.answer("SMS_MFA_CODE")?,
        // The documentation of the second factor has a name of its own for the same answer.
        CodeKind::EmailOtp | CodeKind::EmailMfa | CodeKind::EmailMfaSetup => {
            responses.get("EMAIL_MFA_CODE").map_or_else(|| responses.answer("EMAIL_OTP_CODE"), Ok)?
        }
    };
    password::before(pool, &challenge.subject)?;
    let right = code.digits.as_ref().is_some_and(|digits| same(digits.as_bytes(), given.as_bytes()));
    if !right {
        code.wrong += 1;
        let error = ApiError::new("CodeMismatchException", "Invalid code or auth state for the user.");
        return Err(refuse(pool, &challenge.subject, code.wrong, error));
    }
    let (kind, new_address) = (code.kind, code.new_address.clone());
    pool.write(|state, now| {
        if new_address.as_ref().is_some_and(|address| state.is_taken(address, &challenge.subject.sub)) {
            return Err(ApiError::alias_exists("email"));
        }
        let Some(user) = state.users.get_mut(&challenge.subject.sub) else {
            return Err(ApiError::incorrect_username_or_password());
        };
        if let Some(address) = &new_address {
            user.set_attribute("email", address);
        }
        // Who has the code has the address.
        let contact = kind.contact();
        if user.contact(contact).is_some() && !user.verified(contact) {
            user.set_verified(contact, true);
            user.modified = now;
        }
        if kind == CodeKind::EmailMfaSetup {
            user.mfa.enabled.insert(MfaMethod::Email);
        }
        if user.status == UserStatus::ForceChangePassword && kind == CodeKind::EmailOtp {
            return Err(ApiError::not_authorized("User must change the temporary password first."));
        }
        Ok(())
    })?;
    go_on(pool, challenge)
}

/// Asks for the code of an authenticator app.
pub fn ask_software_token(pool: &Pool, subject: Subject, attempt: Attempt) -> Next {
    let name = pool.read(|state| {
        let token = state.users.get(&subject.sub)?.mfa.software_token.as_ref()?;
        token.name.clone()
    });
    Next::ask(subject, attempt, Step::SoftwareToken(0), [("FRIENDLY_DEVICE_NAME", json!(name.unwrap_or_default()))])
}

/// Takes the code of an authenticator app. Each counts once.
pub fn answer_software_token(pool: &Pool, challenge: &mut Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let Step::SoftwareToken(wrong) = &mut challenge.step else {
        return Err(ApiError::invalid_session().into());
    };
    let given = responses.answer("SOFTWARE_TOKEN_MFA_CODE")?;
    password::before(pool, &challenge.subject)?;
    enum Verdict {
        Right,
        Used,
        Wrong,
    }
    let verdict = pool.write(|state, now| {
        let user = state.users.get_mut(&challenge.subject.sub).ok_or_else(ApiError::incorrect_username_or_password)?;
        let token = user.mfa.software_token.as_mut().ok_or_else(ApiError::no_software_token)?;
        Ok(match token.secret.step_of(given, now) {
            None => Verdict::Wrong,
            Some(step) if token.last_step.is_some_and(|last| step <= last) => Verdict::Used,
            Some(step) => {
                token.last_step = Some(step);
                Verdict::Right
            }
        })
    })?;
    match verdict {
        Verdict::Right => go_on(pool, challenge),
        Verdict::Used => Err(Refusal::Correctable(ApiError::new(
            "ExpiredCodeException",
            "Your software token has already been used once.",
        ))),
        Verdict::Wrong => {
            *wrong += 1;
            let wrong = *wrong;
            let error = ApiError::new("CodeMismatchException", "Invalid code received for user");
            Err(refuse(pool, &challenge.subject, wrong, error))
        }
    }
}

fn go_on(pool: &Pool, challenge: &Challenge) -> Result<Next, Refusal> {
    let attempt = challenge.attempt.clone();
    let proof = attempt.proof.and(Method::Otp);
    Ok(flow::go_on(pool, challenge.subject.clone(), Attempt { proof, ..attempt })?)
}

/// A wrong code may be corrected some times; it counts as a wrong password does, so that codes cannot be guessed by
/// beginning again and again.
fn refuse(pool: &Pool, subject: &Subject, wrong: u32, error: ApiError) -> Refusal {
    let _ = password::failed(pool, subject);
    if wrong >= pool.read(|state| state.settings.mfa.wrong_codes) {
        Refusal::Final(ApiError::not_authorized("Invalid session for the user, session is expired."))
    } else {
        Refusal::Correctable(error)
    }
}
