//! What an error means to the person, and what they can do next: one table for the whole app.

use super::login::SignIn;
use crate::{
    cognito::error::{Error, ErrorKind, Fault, Reason},
    components::{Alert, Tone, live},
    i18n::Msg,
    routes,
};
use leptos::prelude::*;

/// What was being done when it happened; the same error can mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Name and password.
    SigningIn,
    /// Signing in by something else: a passkey, a code, an answer.
    Answering,
    /// Entering what an authenticator app shows.
    EnteringTotp,
    /// Creating an account.
    SigningUp,
    /// Entering or asking for the code that confirms an account.
    Verifying,
    /// Asking for a code to reset the password.
    AskingReset,
    /// Setting a new password.
    SettingPassword,
    /// Something about a signed-in person's account.
    OwnAccount,
    /// A signed-in person enters the first code of a new authenticator app.
    SettingUpTotp,
    /// A signed-in person switches second factors on and off.
    ChangingFactors,
    /// A signed-in person makes or removes passkeys.
    ChangingPasskeys,
}

/// Where the text belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Above the form.
    Form,
    /// At the field for the code.
    Code,
    /// At the field for the new password.
    NewPassword,
}

/// The next step that makes sense, beyond correcting the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Correct something, or simply try again.
    Retry,
    /// Wait, then try again.
    Wait,
    /// Sign in.
    SignIn,
    /// Create an account.
    SignUp,
    /// Confirm the account.
    Verify,
    /// Reset the password.
    Reset,
    /// Nothing that can be done here.
    Support,
}

impl Next {
    /// A link that leads there.
    fn link(self) -> Option<(&'static str, Msg)> {
        match self {
            Self::SignIn => Some((routes::LOGIN, Msg::SIGN_IN_LINK)),
            Self::SignUp => Some((routes::SIGN_UP, Msg::CREATE_ACCOUNT_LINK)),
            Self::Verify => Some((routes::VERIFY, Msg::VERIFY_TITLE)),
            Self::Reset => Some((routes::FORGOT_PASSWORD, Msg::FORGOT_TITLE)),
            Self::Retry | Self::Wait | Self::Support => None,
        }
    }
}

/// An error, explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What happened and what to do.
    pub text: Msg,
    /// Where to say it.
    pub place: Place,
    /// Where to go from here.
    pub next: Next,
    /// Where else, if it may be something else.
    pub also: Option<Next>,
}

/// Explains an error.
pub fn explain(error: &Error, doing: Doing) -> Explained {
    let (text, next) = match error {
        Error::Fault(fault) => fault_text(*fault),
        Error::Service(error) => match error.reason {
            Some(reason) => reason_text(reason, doing),
            None => kind_text(error.kind, doing),
        },
    };
    let place = match error.kind() {
        Some(ErrorKind::CodeMismatch | ErrorKind::ExpiredCode | ErrorKind::EnableSoftwareTokenMFA) => Place::Code,
        Some(ErrorKind::InvalidPassword | ErrorKind::PasswordHistoryPolicyViolation) => Place::NewPassword,
        _ => Place::Form,
    };
    // Whoever was interrupted while signing up meets their own account.
    let also = (error.kind() == Some(ErrorKind::UsernameExists)).then_some(Next::Verify);
    Explained { text, place, next, also }
}

/// The text for an error at a field; fields show texts by key.
pub fn field_text(error: &Error) -> Option<Msg> {
    let Explained { text, place, .. } = explain(error, Doing::SettingPassword);
    (place != Place::Form).then_some(text)
}

/// What a fault means, and what can be done.
pub fn fault_text(fault: Fault) -> (Msg, Next) {
    match fault {
        Fault::Offline => (Msg::FAULT_OFFLINE, Next::Retry),
        Fault::TimedOut => (Msg::FAULT_TIMED_OUT, Next::Retry),
        Fault::ServerDown => (Msg::FAULT_SERVER_DOWN, Next::Wait),
        Fault::Throttled => (Msg::FAULT_THROTTLED, Next::Wait),
        Fault::Blocked => (Msg::FAULT_BLOCKED, Next::Support),
        Fault::Garbled => (Msg::FAULT_GARBLED, Next::Retry),
        Fault::ChunkMissing => (Msg::CHUNK_MISSING, Next::Retry),
        Fault::SrpRefused => (Msg::FAULT_SRP_REFUSED, Next::Support),
    }
}

fn reason_text(reason: Reason, doing: Doing) -> (Msg, Next) {
    use Reason as R;
    match reason {
        R::WrongPassword if doing == Doing::OwnAccount => (Msg::ERR_OLD_PASSWORD, Next::Retry),
        R::WrongPassword if matches!(doing, Doing::Answering | Doing::EnteringTotp) => (Msg::ERR_REFUSED, Next::Retry),
        R::WrongPassword => (Msg::ERR_WRONG_PASSWORD, Next::Retry),
        R::PasswordAttemptsExceeded => (Msg::ERR_PASSWORD_ATTEMPTS, Next::Reset),
        R::UserDisabled => (Msg::ERR_USER_DISABLED, Next::Support),
        R::TemporaryPasswordExpired => (Msg::ERR_TEMPORARY_EXPIRED, Next::Support),
        R::AlreadyConfirmed => (Msg::ERR_ALREADY_CONFIRMED, Next::SignIn),
        R::SessionUsed => (Msg::ERR_STEP_USED, Next::SignIn),
        R::SessionExpired => (Msg::ERR_STEP_EXPIRED, Next::SignIn),
        R::AccessTokenExpired => (Msg::NOTICE_SESSION_ENDED, Next::SignIn),
        R::RefreshTokenExpired => (Msg::ERR_SESSION_TOO_OLD, Next::SignIn),
        R::TokenRevoked => (Msg::ERR_SESSION_REVOKED, Next::SignIn),
        R::TokenInvalid => (Msg::ERR_SESSION_INVALID, Next::SignIn),
        R::ScopeMissing => (Msg::ERR_SCOPE_MISSING, Next::Support),
        R::AttributeNotWritable => (Msg::ERR_ATTRIBUTE_READ_ONLY, Next::Support),
        R::SignUpClosed => (Msg::ERR_SIGN_UP_CLOSED, Next::Support),
        R::ResetNotPossible => (Msg::ERR_RESET_NOT_ALLOWED, Next::Support),
        R::RiskBlocked => (Msg::ERR_RISK_BLOCKED, Next::Support),
        R::ClientHasSecret => (Msg::ERR_CLIENT_SECRET, Next::Support),
        R::FlowNotEnabled => (Msg::ERR_FLOW_OFF, Next::Support),
        R::NothingVerified => (Msg::ERR_NOTHING_VERIFIED, Next::Verify),
        R::DeviceUnknown if doing == Doing::OwnAccount => (Msg::ERR_DEVICE_GONE, Next::Retry),
        R::DeviceUnknown => (Msg::ERR_DEVICE_UNKNOWN, Next::SignIn),
        R::TotpUsed => (Msg::ERR_TOTP_USED, Next::Wait),
        R::GuestsNotAllowed => (Msg::ERR_GUESTS, Next::SignIn),
        R::LoginTokenExpired => (Msg::ERR_LOGIN_EXPIRED, Next::SignIn),
        R::LoginsMismatch => (Msg::ERR_LOGINS, Next::Support),
    }
}

fn kind_text(kind: ErrorKind, doing: Doing) -> (Msg, Next) {
    use ErrorKind as E;
    match kind {
        E::NotAuthorized => match doing {
            Doing::SigningIn => (Msg::ERR_WRONG_PASSWORD, Next::Retry),
            Doing::Answering | Doing::EnteringTotp => (Msg::ERR_REFUSED, Next::Retry),
            Doing::SigningUp => (Msg::ERR_SIGN_UP_CLOSED, Next::Support),
            Doing::AskingReset => (Msg::ERR_RESET_NOT_ALLOWED, Next::Support),
            Doing::OwnAccount | Doing::SettingUpTotp | Doing::ChangingFactors | Doing::ChangingPasskeys => {
                (Msg::NOTICE_SESSION_ENDED, Next::SignIn)
            }
            Doing::Verifying | Doing::SettingPassword => (Msg::ERR_NOT_AUTHORIZED, Next::SignIn),
        },
        E::UserNotFound => (Msg::ERR_USER_NOT_FOUND, Next::SignUp),
        E::UsernameExists => (Msg::ERR_USERNAME_EXISTS, Next::SignIn),
        // Whoever is signed in has an account already.
        E::AliasExists if doing == Doing::OwnAccount => (Msg::ERR_ALIAS_EXISTS, Next::Retry),
        E::AliasExists => (Msg::ERR_ALIAS_EXISTS, Next::SignIn),
        E::UserNotConfirmed => (Msg::ERR_NOT_CONFIRMED, Next::Verify),
        E::PasswordResetRequired => (Msg::ERR_RESET_REQUIRED, Next::Reset),
        E::CodeDeliveryFailure => (Msg::ERR_CODE_DELIVERY, Next::Retry),
        // No message brought this code.
        E::CodeMismatch if matches!(doing, Doing::EnteringTotp | Doing::SettingUpTotp) => {
            (Msg::ERR_TOTP_MISMATCH, Next::Retry)
        }
        E::CodeMismatch => (Msg::ERR_CODE_MISMATCH, Next::Retry),
        E::ExpiredCode if doing == Doing::SettingUpTotp => (Msg::ERR_TOTP_USED, Next::Wait),
        E::ExpiredCode => (Msg::ERR_EXPIRED_CODE, Next::Retry),
        E::ConcurrentModification => (Msg::ERR_CONCURRENT, Next::Retry),
        E::DeviceKeyExists => (Msg::ERR_DEVICE_EXISTS, Next::SignIn),
        E::EnableSoftwareTokenMFA => (Msg::ERR_ENABLE_TOTP, Next::Retry),
        E::ExternalService => (Msg::ERR_EXTERNAL_SERVICE, Next::Wait),
        E::FeatureUnavailableInTier => (Msg::ERR_FEATURE_TIER, Next::Support),
        E::Forbidden => (Msg::ERR_FORBIDDEN, Next::Support),
        E::InternalError => (Msg::ERR_INTERNAL, Next::Wait),
        E::InvalidEmailRoleAccessPolicy => (Msg::ERR_EMAIL_SETUP, Next::Support),
        E::InvalidIdentityPoolConfiguration => (Msg::ERR_IDENTITY_POOL_SETUP, Next::Support),
        E::InvalidLambdaResponse => (Msg::ERR_LAMBDA_RESPONSE, Next::Support),
        E::InvalidParameter if doing == Doing::ChangingFactors => (Msg::ERR_FACTOR_REFUSED, Next::Retry),
        E::InvalidParameter if doing == Doing::ChangingPasskeys => (Msg::ERR_PASSKEY_REFUSED, Next::Retry),
        E::InvalidParameter => (Msg::ERR_INVALID_PARAMETER, Next::Retry),
        E::InvalidPassword => (Msg::ERR_INVALID_PASSWORD, Next::Retry),
        E::InvalidSmsRoleAccessPolicy => (Msg::ERR_SMS_SETUP, Next::Support),
        E::InvalidSmsRoleTrustRelationship => (Msg::ERR_SMS_TRUST, Next::Support),
        E::InvalidUserPoolConfiguration => (Msg::ERR_POOL_SETUP, Next::Support),
        E::LimitExceeded => (Msg::ERR_LIMIT_EXCEEDED, Next::Wait),
        E::MFAMethodNotFound => (Msg::ERR_MFA_METHOD, Next::Support),
        E::OperationNotEnabled => (Msg::ERR_OPERATION_OFF, Next::Support),
        E::PasswordHistoryPolicyViolation => (Msg::ERR_PASSWORD_HISTORY, Next::Retry),
        E::RefreshTokenReuse => (Msg::ERR_TOKEN_REUSE, Next::SignIn),
        E::ResourceConflict => (Msg::ERR_RESOURCE_CONFLICT, Next::Support),
        E::ResourceNotFound => (Msg::ERR_RESOURCE_NOT_FOUND, Next::Support),
        E::SoftwareTokenMFANotFound if doing == Doing::SettingUpTotp => (Msg::ERR_TOTP_SET_UP_OVER, Next::Retry),
        E::SoftwareTokenMFANotFound if doing == Doing::ChangingFactors => (Msg::ERR_FACTOR_OFF, Next::Support),
        E::SoftwareTokenMFANotFound => (Msg::ERR_NO_TOTP, Next::Support),
        E::TooManyFailedAttempts => (Msg::ERR_TOO_MANY_FAILED, Next::Wait),
        E::TooManyRequests => (Msg::ERR_TOO_MANY_REQUESTS, Next::Wait),
        E::Unauthorized => (Msg::ERR_UNAUTHORIZED, Next::Support),
        E::UnexpectedLambda => (Msg::ERR_UNEXPECTED_LAMBDA, Next::Retry),
        E::UnsupportedOperation => (Msg::ERR_UNSUPPORTED_OPERATION, Next::Support),
        E::UnsupportedTokenType => (Msg::ERR_TOKEN_TYPE, Next::Support),
        E::UserLambdaValidation => (Msg::ERR_LAMBDA_REFUSED, Next::Retry),
        E::UserPoolAddOnNotEnabled => (Msg::ERR_ADD_ON_OFF, Next::Support),
        E::WebAuthnChallengeNotFound => (Msg::ERR_PASSKEY_CHALLENGE, Next::Retry),
        E::WebAuthnClientMismatch => (Msg::ERR_PASSKEY_CLIENT, Next::Retry),
        E::WebAuthnConfigurationMissing => (Msg::ERR_PASSKEY_SETUP, Next::Support),
        E::WebAuthnCredentialNotSupported => (Msg::ERR_PASSKEY_KIND, Next::Retry),
        E::WebAuthnNotEnabled => (Msg::ERR_PASSKEY_OFF, Next::Support),
        E::WebAuthnOriginNotAllowed => (Msg::ERR_PASSKEY_ORIGIN, Next::Support),
        E::WebAuthnRelyingPartyMismatch => (Msg::ERR_PASSKEY_SITE, Next::Support),
        E::Unknown => (Msg::ERR_UNKNOWN, Next::Retry),
    }
}

/// The error as an alert, with the link to what comes next.
#[component]
pub fn Problem(
    /// What happened; nothing is shown while there is none.
    problem: Box<dyn Fn() -> Option<Explained> + Send>,
) -> impl IntoView {
    live(move || {
        problem().map(|Explained { text, next, also, .. }| {
            view! {
                <Alert tone=Tone::Error>
                    <p>{text.text()}</p>
                    {[Some(next), also]
                        .into_iter()
                        .filter_map(|next| next?.link())
                        .map(|(href, label)| {
                            view! { <p><a href=href>{label.text()}</a></p> }
                        })
                        .collect_view()}
                </Alert>
            }
        })
    })
}

/// What happened to the last sign-in, above its form.
#[component]
pub fn SignInProblem() -> impl IntoView {
    let sign_in = SignIn::get();
    let explained = move || Some(explain(&sign_in.problem.get()?, sign_in.doing()));
    view! {
        <Problem problem=Box::new(move || {
            let explained = explained()?;
            // The form for that is right below.
            let next = if explained.next == Next::SignIn { Next::Retry } else { explained.next };
            Some(Explained { next, ..explained })
        }) />
        {live(move || {
            let says_so = explained().is_some_and(|explained| explained.next == Next::SignIn);
            (!says_so && sign_in.started_over()).then(|| view! { <p class="aside">{Msg::STARTED_OVER.text()}</p> })
        })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::error::ServiceError;
    use std::collections::BTreeMap;

    const DOINGS: [Doing; 11] = [
        Doing::SigningIn,
        Doing::Answering,
        Doing::EnteringTotp,
        Doing::SigningUp,
        Doing::Verifying,
        Doing::AskingReset,
        Doing::SettingPassword,
        Doing::OwnAccount,
        Doing::SettingUpTotp,
        Doing::ChangingFactors,
        Doing::ChangingPasskeys,
    ];

    /// Whether the error, as an answer to a refresh or to a call with an access token, ends the session.
    const ENDS: bool = true;
    const STAYS: bool = false;

    /// Every error of AWS's model, as it is explained while signing in.
    const ERRORS: [(&str, Msg, Next, bool); 47] = [
        ("AliasExists", Msg::ERR_ALIAS_EXISTS, Next::SignIn, STAYS),
        ("CodeDeliveryFailure", Msg::ERR_CODE_DELIVERY, Next::Retry, STAYS),
        ("CodeMismatch", Msg::ERR_CODE_MISMATCH, Next::Retry, STAYS),
        ("ConcurrentModification", Msg::ERR_CONCURRENT, Next::Retry, STAYS),
        ("DeviceKeyExists", Msg::ERR_DEVICE_EXISTS, Next::SignIn, STAYS),
        ("EnableSoftwareTokenMFA", Msg::ERR_ENABLE_TOTP, Next::Retry, STAYS),
        ("ExpiredCode", Msg::ERR_EXPIRED_CODE, Next::Retry, STAYS),
        ("ExternalService", Msg::ERR_EXTERNAL_SERVICE, Next::Wait, STAYS),
        ("FeatureUnavailableInTier", Msg::ERR_FEATURE_TIER, Next::Support, STAYS),
        ("Forbidden", Msg::ERR_FORBIDDEN, Next::Support, STAYS),
        ("InternalError", Msg::ERR_INTERNAL, Next::Wait, STAYS),
        ("InvalidEmailRoleAccessPolicy", Msg::ERR_EMAIL_SETUP, Next::Support, STAYS),
        ("InvalidIdentityPoolConfiguration", Msg::ERR_IDENTITY_POOL_SETUP, Next::Support, STAYS),
        ("InvalidLambdaResponse", Msg::ERR_LAMBDA_RESPONSE, Next::Support, STAYS),
        ("InvalidParameter", Msg::ERR_INVALID_PARAMETER, Next::Retry, STAYS),
        ("InvalidPassword", Msg::ERR_INVALID_PASSWORD, Next::Retry, STAYS),
        ("InvalidSmsRoleAccessPolicy", Msg::ERR_SMS_SETUP, Next::Support, STAYS),
        ("InvalidSmsRoleTrustRelationship", Msg::ERR_SMS_TRUST, Next::Support, STAYS),
        ("InvalidUserPoolConfiguration", Msg::ERR_POOL_SETUP, Next::Support, STAYS),
        ("LimitExceeded", Msg::ERR_LIMIT_EXCEEDED, Next::Wait, STAYS),
        ("MFAMethodNotFound", Msg::ERR_MFA_METHOD, Next::Support, STAYS),
        ("NotAuthorized", Msg::ERR_WRONG_PASSWORD, Next::Retry, ENDS),
        ("OperationNotEnabled", Msg::ERR_OPERATION_OFF, Next::Support, STAYS),
        ("PasswordHistoryPolicyViolation", Msg::ERR_PASSWORD_HISTORY, Next::Retry, STAYS),
        ("PasswordResetRequired", Msg::ERR_RESET_REQUIRED, Next::Reset, ENDS),
        ("RefreshTokenReuse", Msg::ERR_TOKEN_REUSE, Next::SignIn, ENDS),
        ("ResourceConflict", Msg::ERR_RESOURCE_CONFLICT, Next::Support, STAYS),
        ("ResourceNotFound", Msg::ERR_RESOURCE_NOT_FOUND, Next::Support, STAYS),
        ("SoftwareTokenMFANotFound", Msg::ERR_NO_TOTP, Next::Support, STAYS),
        ("TooManyFailedAttempts", Msg::ERR_TOO_MANY_FAILED, Next::Wait, STAYS),
        ("TooManyRequests", Msg::ERR_TOO_MANY_REQUESTS, Next::Wait, STAYS),
        ("Unauthorized", Msg::ERR_UNAUTHORIZED, Next::Support, STAYS),
        ("UnexpectedLambda", Msg::ERR_UNEXPECTED_LAMBDA, Next::Retry, STAYS),
        ("UnsupportedOperation", Msg::ERR_UNSUPPORTED_OPERATION, Next::Support, STAYS),
        ("UnsupportedTokenType", Msg::ERR_TOKEN_TYPE, Next::Support, STAYS),
        ("UserLambdaValidation", Msg::ERR_LAMBDA_REFUSED, Next::Retry, STAYS),
        ("UserNotConfirmed", Msg::ERR_NOT_CONFIRMED, Next::Verify, ENDS),
        ("UserNotFound", Msg::ERR_USER_NOT_FOUND, Next::SignUp, ENDS),
        ("UserPoolAddOnNotEnabled", Msg::ERR_ADD_ON_OFF, Next::Support, STAYS),
        ("UsernameExists", Msg::ERR_USERNAME_EXISTS, Next::SignIn, STAYS),
        ("WebAuthnChallengeNotFound", Msg::ERR_PASSKEY_CHALLENGE, Next::Retry, STAYS),
        ("WebAuthnClientMismatch", Msg::ERR_PASSKEY_CLIENT, Next::Retry, STAYS),
        ("WebAuthnConfigurationMissing", Msg::ERR_PASSKEY_SETUP, Next::Support, STAYS),
        ("WebAuthnCredentialNotSupported", Msg::ERR_PASSKEY_KIND, Next::Retry, STAYS),
        ("WebAuthnNotEnabled", Msg::ERR_PASSKEY_OFF, Next::Support, STAYS),
        ("WebAuthnOriginNotAllowed", Msg::ERR_PASSKEY_ORIGIN, Next::Support, STAYS),
        ("WebAuthnRelyingPartyMismatch", Msg::ERR_PASSKEY_SITE, Next::Support, STAYS),
    ];

    /// Every situation that has to be told from others with the same name.
    const REASONS: [(Reason, Msg, Next, bool); 24] = [
        (Reason::WrongPassword, Msg::ERR_WRONG_PASSWORD, Next::Retry, STAYS),
        (Reason::PasswordAttemptsExceeded, Msg::ERR_PASSWORD_ATTEMPTS, Next::Reset, STAYS),
        (Reason::UserDisabled, Msg::ERR_USER_DISABLED, Next::Support, ENDS),
        (Reason::TemporaryPasswordExpired, Msg::ERR_TEMPORARY_EXPIRED, Next::Support, STAYS),
        (Reason::AlreadyConfirmed, Msg::ERR_ALREADY_CONFIRMED, Next::SignIn, STAYS),
        (Reason::SessionUsed, Msg::ERR_STEP_USED, Next::SignIn, STAYS),
        (Reason::SessionExpired, Msg::ERR_STEP_EXPIRED, Next::SignIn, STAYS),
        (Reason::AccessTokenExpired, Msg::NOTICE_SESSION_ENDED, Next::SignIn, ENDS),
        (Reason::RefreshTokenExpired, Msg::ERR_SESSION_TOO_OLD, Next::SignIn, ENDS),
        (Reason::TokenRevoked, Msg::ERR_SESSION_REVOKED, Next::SignIn, ENDS),
        (Reason::TokenInvalid, Msg::ERR_SESSION_INVALID, Next::SignIn, ENDS),
        (Reason::ScopeMissing, Msg::ERR_SCOPE_MISSING, Next::Support, STAYS),
        (Reason::AttributeNotWritable, Msg::ERR_ATTRIBUTE_READ_ONLY, Next::Support, STAYS),
        (Reason::SignUpClosed, Msg::ERR_SIGN_UP_CLOSED, Next::Support, STAYS),
        (Reason::ResetNotPossible, Msg::ERR_RESET_NOT_ALLOWED, Next::Support, STAYS),
        (Reason::RiskBlocked, Msg::ERR_RISK_BLOCKED, Next::Support, STAYS),
        (Reason::ClientHasSecret, Msg::ERR_CLIENT_SECRET, Next::Support, STAYS),
        (Reason::FlowNotEnabled, Msg::ERR_FLOW_OFF, Next::Support, STAYS),
        (Reason::NothingVerified, Msg::ERR_NOTHING_VERIFIED, Next::Verify, STAYS),
        (Reason::DeviceUnknown, Msg::ERR_DEVICE_UNKNOWN, Next::SignIn, STAYS),
        (Reason::TotpUsed, Msg::ERR_TOTP_USED, Next::Wait, STAYS),
        (Reason::GuestsNotAllowed, Msg::ERR_GUESTS, Next::SignIn, STAYS),
        (Reason::LoginTokenExpired, Msg::ERR_LOGIN_EXPIRED, Next::SignIn, STAYS),
        (Reason::LoginsMismatch, Msg::ERR_LOGINS, Next::Support, STAYS),
    ];

    /// Every way not to get a usable answer. None ends a session.
    const FAULTS: [(Fault, Msg, Next); 8] = [
        (Fault::Offline, Msg::FAULT_OFFLINE, Next::Retry),
        (Fault::TimedOut, Msg::FAULT_TIMED_OUT, Next::Retry),
        (Fault::ServerDown, Msg::FAULT_SERVER_DOWN, Next::Wait),
        (Fault::Throttled, Msg::FAULT_THROTTLED, Next::Wait),
        (Fault::Blocked, Msg::FAULT_BLOCKED, Next::Support),
        (Fault::Garbled, Msg::FAULT_GARBLED, Next::Retry),
        (Fault::ChunkMissing, Msg::CHUNK_MISSING, Next::Retry),
        (Fault::SrpRefused, Msg::FAULT_SRP_REFUSED, Next::Support),
    ];

    #[test]
    fn every_error_of_the_model_is_in_the_table() {
        let model: serde_json::Value = serde_json::from_str(include_str!("../../tests/model/cognito.json")).unwrap();
        let names: std::collections::BTreeSet<_> = ["cognito-idp", "cognito-identity"]
            .iter()
            .flat_map(|service| model[service]["operations"].as_object().unwrap().values())
            .flat_map(|operation| operation["errors"].as_array().unwrap())
            .map(|name| name.as_str().unwrap().trim_end_matches("Exception"))
            .collect();
        assert_eq!(ERRORS.map(|(name, ..)| name).to_vec(), Vec::from_iter(names));
        assert_eq!(REASONS.map(|(reason, ..)| reason), Reason::ALL);
    }

    #[test]
    fn the_table_is_what_people_are_told() {
        let check = |error: Error, text: Msg, next: Next, ends: bool| {
            let explained = explain(&error, Doing::SigningIn);
            assert_eq!((explained.text, explained.next, error.ends_session()), (text, next, ends), "{error:?}");
        };
        for (name, text, next, ends) in ERRORS {
            let kind = ErrorKind::from_name(name);
            assert_ne!(kind, ErrorKind::Unknown, "{name}");
            check(Error::Service(ServiceError { kind, reason: None }), text, next, ends);
        }
        for (reason, text, next, ends) in REASONS {
            check(
                Error::Service(ServiceError { kind: ErrorKind::NotAuthorized, reason: Some(reason) }),
                text,
                next,
                ends,
            );
        }
        for (fault, text, next) in FAULTS {
            check(Error::Fault(fault), text, next, STAYS);
        }
        let unknown = Error::Service(ServiceError { kind: ErrorKind::Unknown, reason: None });
        check(unknown, Msg::ERR_UNKNOWN, Next::Retry, STAYS);
    }

    #[test]
    fn every_error_has_its_own_text() {
        for doing in DOINGS {
            let mut seen = BTreeMap::new();
            for kind in ErrorKind::ALL {
                let text = explain(&Error::Service(ServiceError { kind: *kind, reason: None }), doing).text.text();
                assert!(!text.contains("{}"), "{kind:?}");
                if let Some(other) = seen.insert(text, kind) {
                    panic!("{kind:?} and {other:?} say the same while {doing:?}");
                }
            }
        }
    }

    #[test]
    fn every_fault_and_reason_has_its_own_text() {
        let faults: std::collections::BTreeSet<_> = FAULTS.iter().map(|(_, text, _)| text.text()).collect();
        assert_eq!(faults.len(), FAULTS.len());
        let reasons: std::collections::BTreeSet<_> = REASONS.iter().map(|(_, text, ..)| text.text()).collect();
        assert_eq!(reasons.len(), REASONS.len());
    }

    #[test]
    fn the_same_error_is_explained_by_what_was_being_done() {
        let not_authorized = Error::Service(ServiceError { kind: ErrorKind::NotAuthorized, reason: None });
        assert_eq!(explain(&not_authorized, Doing::SigningIn).next, Next::Retry);
        assert_eq!(explain(&not_authorized, Doing::OwnAccount).next, Next::SignIn);
        let gone = ServiceError { kind: ErrorKind::ResourceNotFound, reason: Some(Reason::DeviceUnknown) };
        let gone = explain(&Error::Service(gone), Doing::OwnAccount);
        assert_eq!((gone.text, gone.next), (Msg::ERR_DEVICE_GONE, Next::Retry), "in a list, not at a sign-in");
        assert_eq!(explain(&not_authorized, Doing::SigningUp).next, Next::Support);
        let taken = Error::Service(ServiceError { kind: ErrorKind::AliasExists, reason: None });
        assert_eq!(explain(&taken, Doing::Verifying).next, Next::SignIn);
        assert_eq!(explain(&taken, Doing::OwnAccount).next, Next::Retry);
        let wrong =
            Error::Service(ServiceError { kind: ErrorKind::NotAuthorized, reason: Some(Reason::WrongPassword) });
        assert_eq!(explain(&wrong, Doing::Answering).text, Msg::ERR_REFUSED, "there was no password");
    }

    #[test]
    fn errors_about_factors_and_passkeys_say_what_they_mean_there() {
        use Doing::{ChangingFactors, ChangingPasskeys, SettingUpTotp};
        for (doing, kind, text, next) in [
            (SettingUpTotp, ErrorKind::CodeMismatch, Msg::ERR_TOTP_MISMATCH, Next::Retry),
            (SettingUpTotp, ErrorKind::ExpiredCode, Msg::ERR_TOTP_USED, Next::Wait),
            (SettingUpTotp, ErrorKind::SoftwareTokenMFANotFound, Msg::ERR_TOTP_SET_UP_OVER, Next::Retry),
            (SettingUpTotp, ErrorKind::NotAuthorized, Msg::NOTICE_SESSION_ENDED, Next::SignIn),
            (ChangingFactors, ErrorKind::SoftwareTokenMFANotFound, Msg::ERR_FACTOR_OFF, Next::Support),
            (ChangingFactors, ErrorKind::InvalidParameter, Msg::ERR_FACTOR_REFUSED, Next::Retry),
            (ChangingFactors, ErrorKind::NotAuthorized, Msg::NOTICE_SESSION_ENDED, Next::SignIn),
            (ChangingPasskeys, ErrorKind::InvalidParameter, Msg::ERR_PASSKEY_REFUSED, Next::Retry),
            (ChangingPasskeys, ErrorKind::NotAuthorized, Msg::NOTICE_SESSION_ENDED, Next::SignIn),
        ] {
            let explained = explain(&Error::Service(ServiceError { kind, reason: None }), doing);
            assert_eq!((explained.text, explained.next), (text, next), "{kind:?} while {doing:?}");
        }
    }

    #[test]
    fn what_can_be_corrected_is_said_at_its_field() {
        let used = Error::Service(ServiceError { kind: ErrorKind::ExpiredCode, reason: Some(Reason::TotpUsed) });
        assert_eq!(field_text(&used), Some(Msg::ERR_TOTP_USED));
        assert_eq!(field_text(&Fault::Offline.into()), None);
        let at = |kind| explain(&Error::Service(ServiceError { kind, reason: None }), Doing::SettingPassword).place;
        assert_eq!(at(ErrorKind::CodeMismatch), Place::Code);
        assert_eq!(at(ErrorKind::EnableSoftwareTokenMFA), Place::Code);
        assert_eq!(at(ErrorKind::InvalidPassword), Place::NewPassword);
        assert_eq!(at(ErrorKind::LimitExceeded), Place::Form);
    }
}
