//! What an error means to the person, and what they can do next: one table for the whole app.

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
            Self::SignIn => Some((routes::LOGIN, Msg::SignInLink)),
            Self::SignUp => Some((routes::SIGN_UP, Msg::CreateAccountLink)),
            Self::Verify => Some((routes::VERIFY, Msg::VerifyTitle)),
            Self::Reset => Some((routes::FORGOT_PASSWORD, Msg::ForgotTitle)),
            Self::Retry | Self::Wait | Self::Support => None,
        }
    }
}

/// An error, explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What happened and what to do.
    pub text: String,
    /// Where to say it.
    pub place: Place,
    /// Where to go from here.
    pub next: Next,
}

/// Explains an error.
pub fn explain(error: &Error, doing: Doing) -> Explained {
    let (text, next) = match error {
        Error::Fault(fault) => fault_text(*fault),
        Error::Service(error) => match error.reason {
            Some(reason) => reason_text(reason),
            None => kind_text(error.kind, doing),
        },
    };
    let place = match error.kind() {
        Some(ErrorKind::CodeMismatch | ErrorKind::ExpiredCode) => Place::Code,
        Some(ErrorKind::InvalidPassword | ErrorKind::PasswordHistoryPolicyViolation) => Place::NewPassword,
        _ => Place::Form,
    };
    let text = if text == Msg::ErrUnknown { text.fill(&[ErrorKind::Unknown.name()]) } else { text.text().to_owned() };
    Explained { text, place, next }
}

/// The text for an error at a field; fields show texts by key.
pub fn field_text(error: &Error) -> Option<Msg> {
    match error.kind()? {
        kind @ (ErrorKind::CodeMismatch
        | ErrorKind::ExpiredCode
        | ErrorKind::InvalidPassword
        | ErrorKind::PasswordHistoryPolicyViolation) => Some(kind_text(kind, Doing::SettingPassword).0),
        _ => None,
    }
}

fn fault_text(fault: Fault) -> (Msg, Next) {
    match fault {
        Fault::Offline => (Msg::FaultOffline, Next::Retry),
        Fault::TimedOut => (Msg::FaultTimedOut, Next::Retry),
        Fault::ServerDown => (Msg::FaultServerDown, Next::Wait),
        Fault::Throttled => (Msg::FaultThrottled, Next::Wait),
        Fault::Blocked => (Msg::FaultBlocked, Next::Support),
        Fault::Garbled => (Msg::FaultGarbled, Next::Retry),
        Fault::ChunkMissing => (Msg::ChunkMissing, Next::Retry),
        Fault::SrpRefused => (Msg::FaultSrpRefused, Next::Support),
    }
}

fn reason_text(reason: Reason) -> (Msg, Next) {
    match reason {
        Reason::PasswordAttemptsExceeded => (Msg::ErrPasswordAttempts, Next::Reset),
        Reason::UserDisabled => (Msg::ErrUserDisabled, Next::Support),
        Reason::TemporaryPasswordExpired => (Msg::ErrTemporaryExpired, Next::Support),
        Reason::AlreadyConfirmed => (Msg::ErrAlreadyConfirmed, Next::SignIn),
        Reason::SessionExpired => (Msg::ErrStepExpired, Next::SignIn),
        Reason::NothingVerified => (Msg::ErrNothingVerified, Next::Support),
    }
}

fn kind_text(kind: ErrorKind, doing: Doing) -> (Msg, Next) {
    use ErrorKind as E;
    match kind {
        E::NotAuthorized => match doing {
            Doing::SigningIn => (Msg::ErrWrongPassword, Next::Retry),
            Doing::SigningUp => (Msg::ErrSignUpClosed, Next::Support),
            Doing::AskingReset => (Msg::ErrResetNotAllowed, Next::Support),
            Doing::OwnAccount => (Msg::NoticeSessionEnded, Next::SignIn),
            Doing::Verifying | Doing::SettingPassword => (Msg::ErrNotAuthorized, Next::SignIn),
        },
        E::UserNotFound => (Msg::ErrUserNotFound, Next::SignUp),
        E::UsernameExists => (Msg::ErrUsernameExists, Next::SignIn),
        E::AliasExists => (Msg::ErrAliasExists, Next::SignIn),
        E::UserNotConfirmed => (Msg::ErrNotConfirmed, Next::Verify),
        E::PasswordResetRequired => (Msg::ErrResetRequired, Next::Reset),
        E::CodeDeliveryFailure => (Msg::ErrCodeDelivery, Next::Retry),
        E::CodeMismatch => (Msg::ErrCodeMismatch, Next::Retry),
        E::ExpiredCode => (Msg::ErrExpiredCode, Next::Retry),
        E::ConcurrentModification => (Msg::ErrConcurrent, Next::Retry),
        E::DeviceKeyExists => (Msg::ErrDeviceExists, Next::SignIn),
        E::EnableSoftwareTokenMFA => (Msg::ErrEnableTotp, Next::Retry),
        E::ExternalService => (Msg::ErrExternalService, Next::Wait),
        E::FeatureUnavailableInTier => (Msg::ErrFeatureTier, Next::Support),
        E::Forbidden => (Msg::ErrForbidden, Next::Support),
        E::InternalError => (Msg::ErrInternal, Next::Wait),
        E::InvalidEmailRoleAccessPolicy => (Msg::ErrEmailSetup, Next::Support),
        E::InvalidIdentityPoolConfiguration => (Msg::ErrIdentityPoolSetup, Next::Support),
        E::InvalidLambdaResponse => (Msg::ErrLambdaResponse, Next::Support),
        E::InvalidParameter => (Msg::ErrInvalidParameter, Next::Retry),
        E::InvalidPassword => (Msg::ErrInvalidPassword, Next::Retry),
        E::InvalidSmsRoleAccessPolicy => (Msg::ErrSmsSetup, Next::Support),
        E::InvalidSmsRoleTrustRelationship => (Msg::ErrSmsTrust, Next::Support),
        E::InvalidUserPoolConfiguration => (Msg::ErrPoolSetup, Next::Support),
        E::LimitExceeded => (Msg::ErrLimitExceeded, Next::Wait),
        E::MFAMethodNotFound => (Msg::ErrMfaMethod, Next::Support),
        E::OperationNotEnabled => (Msg::ErrOperationOff, Next::Support),
        E::PasswordHistoryPolicyViolation => (Msg::ErrPasswordHistory, Next::Retry),
        E::RefreshTokenReuse => (Msg::ErrTokenReuse, Next::SignIn),
        E::ResourceConflict => (Msg::ErrResourceConflict, Next::Support),
        E::ResourceNotFound => (Msg::ErrResourceNotFound, Next::Support),
        E::SoftwareTokenMFANotFound => (Msg::ErrNoTotp, Next::Support),
        E::TooManyFailedAttempts => (Msg::ErrTooManyFailed, Next::Wait),
        E::TooManyRequests => (Msg::ErrTooManyRequests, Next::Wait),
        E::Unauthorized => (Msg::ErrUnauthorized, Next::Support),
        E::UnexpectedLambda => (Msg::ErrUnexpectedLambda, Next::Retry),
        E::UnsupportedOperation => (Msg::ErrUnsupportedOperation, Next::Support),
        E::UnsupportedTokenType => (Msg::ErrTokenType, Next::Support),
        E::UserLambdaValidation => (Msg::ErrLambdaRefused, Next::Retry),
        E::UserPoolAddOnNotEnabled => (Msg::ErrAddOnOff, Next::Support),
        E::WebAuthnChallengeNotFound => (Msg::ErrPasskeyChallenge, Next::Retry),
        E::WebAuthnClientMismatch => (Msg::ErrPasskeyClient, Next::Retry),
        E::WebAuthnConfigurationMissing => (Msg::ErrPasskeySetup, Next::Support),
        E::WebAuthnCredentialNotSupported => (Msg::ErrPasskeyKind, Next::Retry),
        E::WebAuthnNotEnabled => (Msg::ErrPasskeyOff, Next::Support),
        E::WebAuthnOriginNotAllowed => (Msg::ErrPasskeyOrigin, Next::Support),
        E::WebAuthnRelyingPartyMismatch => (Msg::ErrPasskeySite, Next::Support),
        E::Unknown => (Msg::ErrUnknown, Next::Retry),
    }
}

/// The error as an alert, with the link to what comes next.
#[component]
pub fn Problem(
    /// What happened; nothing is shown while there is none.
    problem: Box<dyn Fn() -> Option<Explained> + Send>,
) -> impl IntoView {
    live(move || {
        problem().map(|Explained { text, next, .. }| {
            view! {
                <Alert tone=Tone::Error>
                    <p>{text}</p>
                    {next
                        .link()
                        .map(|(href, label)| {
                            view! { <p><a href=href>{label.text()}</a></p> }
                        })}
                </Alert>
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::error::ServiceError;
    use std::collections::BTreeMap;

    const DOINGS: [Doing; 6] = [
        Doing::SigningIn,
        Doing::SigningUp,
        Doing::Verifying,
        Doing::AskingReset,
        Doing::SettingPassword,
        Doing::OwnAccount,
    ];

    #[test]
    fn every_error_has_its_own_text() {
        for doing in DOINGS {
            let mut seen = BTreeMap::new();
            for kind in ErrorKind::ALL {
                let text = explain(&Error::Service(ServiceError { kind: *kind, reason: None }), doing).text;
                assert!(!text.contains("{}"), "{kind:?}");
                if let Some(other) = seen.insert(text, kind) {
                    panic!("{kind:?} and {other:?} say the same while {doing:?}");
                }
            }
        }
    }

    #[test]
    fn every_fault_and_reason_has_its_own_text() {
        use Fault::*;
        let faults = [Offline, TimedOut, ServerDown, Throttled, Blocked, Garbled, ChunkMissing, SrpRefused];
        let texts: std::collections::BTreeSet<_> = faults.map(|fault| fault_text(fault).0.text()).into();
        assert_eq!(texts.len(), faults.len());
    }

    #[test]
    fn the_same_error_is_explained_by_what_was_being_done() {
        let not_authorized = Error::Service(ServiceError { kind: ErrorKind::NotAuthorized, reason: None });
        assert_eq!(explain(&not_authorized, Doing::SigningIn).next, Next::Retry);
        assert_eq!(explain(&not_authorized, Doing::OwnAccount).next, Next::SignIn);
        assert_eq!(explain(&not_authorized, Doing::SigningUp).next, Next::Support);
    }

    #[test]
    fn what_can_be_corrected_is_said_at_its_field() {
        let at = |kind| explain(&Error::Service(ServiceError { kind, reason: None }), Doing::SettingPassword).place;
        assert_eq!(at(ErrorKind::CodeMismatch), Place::Code);
        assert_eq!(at(ErrorKind::InvalidPassword), Place::NewPassword);
        assert_eq!(at(ErrorKind::LimitExceeded), Place::Form);
    }
}
