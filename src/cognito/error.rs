//! Everything that can go wrong with a call, typed.
//!
//! The server's English is read only to tell apart cases that share a name, and is then dropped: it
//! is never shown and never logged.

use serde_json::Value;

/// Why a call did not give its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// Cognito answered, with one of its errors.
    Service(ServiceError),
    /// No usable answer.
    Fault(Fault),
}

/// What kept a usable answer from arriving. None of these says anything about the person's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The request did not reach the server, or the answer did not reach us.
    Offline,
    /// No answer within the time limit; the request was aborted.
    TimedOut,
    /// HTTP 5xx without one of Cognito's errors in it.
    ServerDown,
    /// HTTP 429.
    Throttled,
    /// HTTP 403 or 405 that is not Cognito's: a firewall or proxy.
    Blocked,
    /// An answer that cannot be read: not JSON, empty, cut off, or a redirect.
    Garbled,
    /// The part of the app that makes calls could not be loaded.
    ChunkMissing,
    /// The server's side of the SRP exchange is not acceptable (`B mod N = 0`, `u = 0`, a pool that
    /// asks for something else than the protocol).
    SrpRefused,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// An error of Cognito's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServiceError {
    /// Its name.
    pub kind: ErrorKind,
    /// What the text behind the name says, where one name stands for several situations.
    pub reason: Option<Reason>,
}

/// Situations that share an error name and can only be told apart by the server's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// `NotAuthorizedException`: too many wrong passwords; wait.
    PasswordAttemptsExceeded,
    /// `NotAuthorizedException`: an administrator has disabled the user.
    UserDisabled,
    /// `NotAuthorizedException`: the temporary password is over its days.
    TemporaryPasswordExpired,
    /// `NotAuthorizedException` from ConfirmSignUp, `InvalidParameterException` from
    /// ResendConfirmationCode: the account is confirmed already.
    AlreadyConfirmed,
    /// `NotAuthorizedException`: the challenge session is used or over.
    SessionExpired,
    /// `InvalidParameterException` from ForgotPassword: nothing verified to send a code to.
    NothingVerified,
}

impl Reason {
    /// Recognises Cognito's known texts by their distinctive words.
    fn read(kind: ErrorKind, message: &str) -> Option<Self> {
        let has = |part: &str| message.contains(part);
        match kind {
            ErrorKind::NotAuthorized if has("attempts exceeded") => Some(Self::PasswordAttemptsExceeded),
            ErrorKind::NotAuthorized if has("disabled") => Some(Self::UserDisabled),
            ErrorKind::NotAuthorized if has("Temporary password has expired") => Some(Self::TemporaryPasswordExpired),
            ErrorKind::NotAuthorized if has("Current status is CONFIRMED") => Some(Self::AlreadyConfirmed),
            ErrorKind::InvalidParameter if has("already confirmed") => Some(Self::AlreadyConfirmed),
            ErrorKind::NotAuthorized
                if has("nvalid session") || has("ession is expired") || has("ession can only be used once") =>
            {
                Some(Self::SessionExpired)
            }
            ErrorKind::InvalidParameter if has("no registered/verified") => Some(Self::NothingVerified),
            _ => None,
        }
    }
}

impl ServiceError {
    /// Finds the error's name in the body (`__type` or `code`, with prefixes and suffixes) or in
    /// the `X-Amzn-ErrorType` header. `None` when neither holds one.
    pub(super) fn read(body: &str, header: Option<&str>) -> Option<Self> {
        let body: Option<Value> = serde_json::from_str(body).ok();
        let text = |key: &str| body.as_ref().and_then(|b| b.get(key)).and_then(Value::as_str);
        let name = text("__type").or_else(|| text("code")).or(header)?;
        let name = name.rsplit('#').next().unwrap_or(name);
        let name = name.split(':').next().unwrap_or(name);
        if name.is_empty() {
            return None;
        }
        let kind = ErrorKind::from_name(name);
        let message = text("message").or_else(|| text("Message")).unwrap_or_default();
        Some(Self { kind, reason: Reason::read(kind, message) })
    }
}

macro_rules! error_kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// Cognito's errors by name, without the word `Exception`.
        ///
        /// Source: the `errors` of the 38 operations in AWS's service model.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* $kind,)*
            /// A name this version does not know.
            Unknown,
        }

        impl ErrorKind {
            /// All that are known, for tables and tests.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Reads AWS's name, with or without `Exception`.
            pub fn from_name(name: &str) -> Self {
                match name.strip_suffix("Exception").unwrap_or(name) {
                    $(stringify!($kind) => Self::$kind,)*
                    _ => Self::Unknown,
                }
            }

            /// AWS's name without `Exception`, for people to quote to support.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)*
                    Self::Unknown => "Unknown",
                }
            }
        }
    };
}

error_kinds! {
    /// The email or phone number belongs to another account.
    AliasExists,
    /// The code could not be sent.
    CodeDeliveryFailure,
    /// The code is wrong.
    CodeMismatch,
    /// Somebody else changed it at the same moment.
    ConcurrentModification,
    /// The device is known already.
    DeviceKeyExists,
    /// The authenticator code did not match while setting it up.
    EnableSoftwareTokenMFA,
    /// The code is over its time.
    ExpiredCode,
    /// A service behind Cognito failed.
    ExternalService,
    /// The pool's plan does not have this.
    FeatureUnavailableInTier,
    /// The firewall of the pool refused.
    Forbidden,
    /// Something broke at the server.
    InternalError,
    /// The pool may not send email.
    InvalidEmailRoleAccessPolicy,
    /// The identity pool is misconfigured.
    InvalidIdentityPoolConfiguration,
    /// A function of the pool answered nonsense.
    InvalidLambdaResponse,
    /// The request is not acceptable.
    InvalidParameter,
    /// The password does not fit the policy.
    InvalidPassword,
    /// The pool may not send SMS.
    InvalidSmsRoleAccessPolicy,
    /// The pool may not send SMS.
    InvalidSmsRoleTrustRelationship,
    /// The pool is misconfigured.
    InvalidUserPoolConfiguration,
    /// Too often; wait.
    LimitExceeded,
    /// No such second factor.
    MFAMethodNotFound,
    /// Wrong password, invalid or ended token, not allowed.
    NotAuthorized,
    /// The pool has this switched off.
    OperationNotEnabled,
    /// The password was used before.
    PasswordHistoryPolicyViolation,
    /// An administrator asks for a new password.
    PasswordResetRequired,
    /// A rotated refresh token was used again.
    RefreshTokenReuse,
    /// Something else claims this already.
    ResourceConflict,
    /// No such pool or client.
    ResourceNotFound,
    /// No authenticator app is set up.
    SoftwareTokenMFANotFound,
    /// Too many wrong codes.
    TooManyFailedAttempts,
    /// Too many requests; wait.
    TooManyRequests,
    /// The client may not do this.
    Unauthorized,
    /// A function of the pool failed.
    UnexpectedLambda,
    /// Not possible for this kind of token or user.
    UnsupportedOperation,
    /// The token is of the wrong kind.
    UnsupportedTokenType,
    /// A function of the pool refused.
    UserLambdaValidation,
    /// The account waits for its code.
    UserNotConfirmed,
    /// No such account.
    UserNotFound,
    /// The pool's add-on is not active.
    UserPoolAddOnNotEnabled,
    /// The account exists.
    UsernameExists,
    /// The passkey challenge is over.
    WebAuthnChallengeNotFound,
    /// Another app client started this passkey.
    WebAuthnClientMismatch,
    /// The pool has no passkey configuration.
    WebAuthnConfigurationMissing,
    /// The pool does not take this kind of passkey.
    WebAuthnCredentialNotSupported,
    /// The pool has passkeys switched off.
    WebAuthnNotEnabled,
    /// Passkeys are not allowed on this site.
    WebAuthnOriginNotAllowed,
    /// The passkey belongs to another site.
    WebAuthnRelyingPartyMismatch,
}

impl Error {
    /// The error's name, if Cognito gave one.
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::Service(error) => Some(error.kind),
            Self::Fault(_) => None,
        }
    }

    /// Whether an answer to a *refresh* or an access-token call says for certain that the session is
    /// over. Network trouble, throttling and server errors never do.
    pub fn ends_session(&self) -> bool {
        matches!(
            self.kind(),
            Some(
                ErrorKind::NotAuthorized
                    | ErrorKind::RefreshTokenReuse
                    | ErrorKind::UserNotFound
                    | ErrorKind::UserNotConfirmed
                    | ErrorKind::PasswordResetRequired
            )
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_name_reads_back() {
        for kind in ErrorKind::ALL {
            assert_eq!(ErrorKind::from_name(kind.name()), *kind);
            assert_eq!(ErrorKind::from_name(&format!("{}Exception", kind.name())), *kind);
        }
        assert_eq!(ErrorKind::from_name("NeverHeardOfException"), ErrorKind::Unknown);
        assert_eq!(ErrorKind::ALL.len(), 47);
    }

    #[test]
    fn situations_that_share_a_name_are_told_apart() {
        let read = |kind: &str, message: &str| {
            ServiceError::read(&serde_json::json!({"__type": kind, "message": message}).to_string(), None)
                .unwrap()
                .reason
        };
        assert_eq!(
            read("NotAuthorizedException", "Password attempts exceeded"),
            Some(Reason::PasswordAttemptsExceeded)
        );
        assert_eq!(read("NotAuthorizedException", "User is disabled."), Some(Reason::UserDisabled));
        assert_eq!(
            read("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"),
            Some(Reason::AlreadyConfirmed)
        );
        assert_eq!(read("InvalidParameterException", "User is already confirmed."), Some(Reason::AlreadyConfirmed));
        assert_eq!(
            read("NotAuthorizedException", "Invalid session for the user, session is expired."),
            Some(Reason::SessionExpired)
        );
        assert_eq!(read("NotAuthorizedException", "Incorrect username or password."), None);
        assert_eq!(read("CodeMismatchException", "User is disabled."), None);
    }

    #[test]
    fn only_definitive_answers_end_a_session() {
        let service = |kind| Error::Service(ServiceError { kind, reason: None });
        for kind in [
            ErrorKind::NotAuthorized,
            ErrorKind::RefreshTokenReuse,
            ErrorKind::UserNotFound,
            ErrorKind::PasswordResetRequired,
        ] {
            assert!(service(kind).ends_session(), "{kind:?}");
        }
        for kind in [
            ErrorKind::TooManyRequests,
            ErrorKind::InternalError,
            ErrorKind::LimitExceeded,
            ErrorKind::Unknown,
            ErrorKind::UserLambdaValidation,
        ] {
            assert!(!service(kind).ends_session(), "{kind:?}");
        }
        for fault in
            [Fault::Offline, Fault::TimedOut, Fault::ServerDown, Fault::Throttled, Fault::Blocked, Fault::Garbled]
        {
            assert!(!Error::from(fault).ends_session(), "{fault:?}");
        }
    }

    proptest! {
        #[test]
        fn any_body_is_read_without_harm(body in ".{0,200}", header in proptest::option::of(".{0,40}")) {
            let _ = ServiceError::read(&body, header.as_deref());
        }
    }
}
