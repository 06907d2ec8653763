//! Everything that can go wrong with a call, typed.
//!
//! The server's English is read only to tell apart cases that share a name, and is then dropped: it
//! is never shown and never logged.

use serde_json::Value;
use std::fmt;

/// Why a call did not give its response. Small and without text, so that it can be kept and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

impl Fault {
    /// What an answer was that holds none of the service's own errors.
    pub const fn of_status(status: u16) -> Self {
        match status {
            429 => Self::Throttled,
            // A web application firewall in front of the service answers in HTML.
            403 | 405 => Self::Blocked,
            500.. => Self::ServerDown,
            _ => Self::Garbled,
        }
    }
}

/// For logs and for developers: AWS's name, and the situation where it is known. What to tell people depends on what they
/// did, and is no text of this room.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(ServiceError { kind, reason: None }) => f.write_str(kind.name()),
            Self::Service(ServiceError { kind, reason: Some(reason) }) => write!(f, "{} ({reason:?})", kind.name()),
            Self::Fault(fault) => write!(f, "{fault:?}"),
        }
    }
}

impl std::error::Error for Error {}

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

/// Declares the situations that share an error name: which names they come with, and the words by which
/// Cognito's text for them is recognised, in lower case.
macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident: $($kind:ident $words:literal)|+,)*) => {
        /// Situations that share an error name and can only be told apart by the server's text.
        ///
        /// The texts are not documented; these are the known ones. A text that changes costs a worse
        /// explanation, never a wrong sign-in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $reason,)*
        }

        impl Reason {
            /// All of them, for tables and tests.
            pub const ALL: &[Self] = &[$(Self::$reason),*];

            /// The first whose words are in the text.
            fn read(kind: ErrorKind, message: &str) -> Option<Self> {
                let message = message.to_ascii_lowercase();
                $($(if kind == ErrorKind::$kind && message.contains($words) {
                    return Some(Self::$reason);
                })+)*
                None
            }
        }
    };
}

reasons! {
    /// The name or the password is wrong; which one is not said.
    WrongPassword: NotAuthorized "incorrect username or password",
    /// Too many wrong passwords; wait.
    PasswordAttemptsExceeded: NotAuthorized "attempts exceeded",
    /// An administrator has disabled the user.
    UserDisabled: NotAuthorized "user is disabled",
    /// The temporary password is over its days; only an administrator can make a new one.
    TemporaryPasswordExpired: NotAuthorized "temporary password has expired",
    /// The account is confirmed already.
    AlreadyConfirmed: NotAuthorized "current status is confirmed" | InvalidParameter "already confirmed",
    /// The challenge session was used before; each works once.
    SessionUsed: NotAuthorized "session can only be used once",
    /// The challenge session is over its time, or is none.
    SessionExpired: NotAuthorized "invalid session" | NotAuthorized "session is expired"
        | CodeMismatch "invalid session" | InvalidParameter "invalid session",
    /// The access token is over its time.
    AccessTokenExpired: NotAuthorized "access token has expired",
    /// The refresh token is over its time.
    RefreshTokenExpired: NotAuthorized "refresh token has expired",
    /// The session that the token belongs to was ended.
    TokenRevoked: NotAuthorized "token has been revoked",
    /// Not a token of this pool and client, or one of a device that is not named.
    TokenInvalid: NotAuthorized "invalid access token" | NotAuthorized "invalid refresh token"
        | NotAuthorized "could not verify signature for access token",
    /// The access token was made for something else: it lacks `aws.cognito.signin.user.admin`.
    ScopeMissing: NotAuthorized "does not have required scopes",
    /// The app client may not write this attribute.
    AttributeNotWritable: NotAuthorized "attempted to write unauthorized attribute",
    /// New accounts are made by administrators only.
    SignUpClosed: NotAuthorized "signup is not permitted",
    /// The account's state does not allow a reset: a temporary password, or signing in through a provider.
    ResetNotPossible: NotAuthorized "password cannot be reset",
    /// Threat protection refused the sign-in.
    RiskBlocked: NotAuthorized "security reasons",
    /// The app client has a secret, which an app in a browser cannot keep.
    ClientHasSecret: NotAuthorized "secret hash" | NotAuthorized "secret_hash was not received"
        | InvalidParameter "secret hash",
    /// The app client does not allow this way to sign in.
    FlowNotEnabled: InvalidParameter "flow not enabled" | InvalidParameter "auth flow is not enabled"
        | InvalidParameter "_auth is not enabled for the client"
        | InvalidParameter "initiate auth method not supported",
    /// There is nothing verified that a code could be sent to.
    NothingVerified: InvalidParameter "no registered/verified",
    /// The pool does not know this device, or does not know it any more.
    DeviceUnknown: ResourceNotFound "device does not exist" | NotAuthorized "device does not exist",
    /// This code of an authenticator app was used before; wait for the next.
    TotpUsed: ExpiredCode "software token has already been used",
    /// The identity pool has no guests.
    GuestsNotAllowed: NotAuthorized "unauthenticated access is not supported",
    /// A login's token is over its time, for the identity pool.
    LoginTokenExpired: NotAuthorized "token expired",
    /// The logins do not belong to this identity.
    LoginsMismatch: NotAuthorized "logins don't match" | NotAuthorized "invalid login token",
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
        /// Source: the `errors` of the 38 operations in AWS's service model, which a test compares them with.
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
                    // What AWS's front ends say for it, in all services.
                    "Throttling" | "RequestLimitExceeded" => Self::TooManyRequests,
                    "InternalFailure" | "ServiceUnavailable" => Self::InternalError,
                    // A server that is older than the operation, or not AWS's.
                    "UnknownOperation" => Self::UnsupportedOperation,
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

    /// The situation, where one name stands for several.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Service(error) => error.reason,
            Self::Fault(_) => None,
        }
    }

    /// Whether the same may well work a little later: there was no answer, or the service is too busy or in trouble.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Service(error) => matches!(error.kind, ErrorKind::InternalError | ErrorKind::TooManyRequests),
            Self::Fault(fault) => {
                matches!(fault, Fault::Offline | Fault::TimedOut | Fault::Throttled | Fault::ServerDown)
            }
        }
    }

    /// Whether an answer to a *refresh* or an access-token call says for certain that the session is
    /// over. Network trouble, throttling and server errors never do, and neither does a refusal that is
    /// about what was asked, not about the token.
    pub fn ends_session(&self) -> bool {
        match self {
            Self::Service(ServiceError { reason: Some(reason), .. }) => reason.ends_session(),
            Self::Service(error) => error.kind.ends_session(),
            Self::Fault(_) => false,
        }
    }
}

impl ErrorKind {
    const fn ends_session(self) -> bool {
        matches!(
            self,
            Self::NotAuthorized
                | Self::RefreshTokenReuse
                | Self::UserNotFound
                | Self::UserNotConfirmed
                | Self::PasswordResetRequired
        )
    }
}

impl Reason {
    const fn ends_session(self) -> bool {
        matches!(
            self,
            Self::AccessTokenExpired
                | Self::RefreshTokenExpired
                | Self::TokenRevoked
                | Self::TokenInvalid
                | Self::UserDisabled
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The names of every operation's errors in AWS's model, both services.
    fn names_in_the_model() -> std::collections::BTreeSet<String> {
        let model: Value = serde_json::from_str(include_str!("../../tests/model/cognito.json")).unwrap();
        ["cognito-idp", "cognito-identity"]
            .iter()
            .flat_map(|service| model[service]["operations"].as_object().unwrap().values())
            .flat_map(|operation| operation["errors"].as_array().unwrap())
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn the_errors_are_those_of_the_model() {
        let known: Vec<_> = ErrorKind::ALL.iter().map(|kind| format!("{}Exception", kind.name())).collect();
        assert_eq!(known, Vec::from_iter(names_in_the_model()), "in the order of the alphabet");
    }

    #[test]
    fn an_error_prints_its_name_and_its_situation() {
        let body = |text: &str| format!(r#"{{"__type":"NotAuthorizedException","message":"{text}"}}"#);
        let print = |text: &str| Error::Service(ServiceError::read(&body(text), None).unwrap()).to_string();
        assert_eq!(print("Incorrect username or password."), "NotAuthorized (WrongPassword)");
        assert_eq!(print("Some other sentence."), "NotAuthorized");
        assert_eq!(Error::from(Fault::Offline).to_string(), "Offline");
    }

    #[test]
    fn every_name_reads_back() {
        for kind in ErrorKind::ALL {
            assert_eq!(ErrorKind::from_name(kind.name()), *kind);
            assert_eq!(ErrorKind::from_name(&format!("{}Exception", kind.name())), *kind);
        }
        assert_eq!(ErrorKind::from_name("NeverHeardOfException"), ErrorKind::Unknown);
        for (common, kind) in [
            ("ThrottlingException", ErrorKind::TooManyRequests),
            ("UnknownOperationException", ErrorKind::UnsupportedOperation),
            ("InternalFailure", ErrorKind::InternalError),
            ("ServiceUnavailableException", ErrorKind::InternalError),
        ] {
            assert_eq!(ErrorKind::from_name(common), kind, "{common}");
        }
    }

    fn read(name: &str, message: &str) -> Option<Reason> {
        let body = serde_json::json!({"__type": name, "message": message}).to_string();
        ServiceError::read(&body, None).unwrap().reason
    }

    #[test]
    fn situations_that_share_a_name_are_told_apart() {
        let table = [
            ("NotAuthorized", "Incorrect username or password.", Reason::WrongPassword),
            ("NotAuthorized", "Password attempts exceeded", Reason::PasswordAttemptsExceeded),
            ("NotAuthorized", "User is disabled.", Reason::UserDisabled),
            (
                "NotAuthorized",
                "Temporary password has expired and must be reset by an administrator.",
                Reason::TemporaryPasswordExpired,
            ),
            ("NotAuthorized", "User cannot be confirmed. Current status is CONFIRMED", Reason::AlreadyConfirmed),
            ("InvalidParameter", "User is already confirmed.", Reason::AlreadyConfirmed),
            ("NotAuthorized", "Invalid session for the user, session can only be used once.", Reason::SessionUsed),
            ("NotAuthorized", "Invalid session for the user, session is expired.", Reason::SessionExpired),
            ("NotAuthorized", "Invalid session for the user.", Reason::SessionExpired),
            ("CodeMismatch", "Invalid session for the user.", Reason::SessionExpired),
            ("NotAuthorized", "Access Token has expired", Reason::AccessTokenExpired),
            ("NotAuthorized", "Refresh Token has expired", Reason::RefreshTokenExpired),
            ("NotAuthorized", "Access Token has been revoked", Reason::TokenRevoked),
            ("NotAuthorized", "Refresh Token has been revoked", Reason::TokenRevoked),
            ("NotAuthorized", "Invalid Refresh Token.", Reason::TokenInvalid),
            ("NotAuthorized", "Invalid Access Token", Reason::TokenInvalid),
            ("NotAuthorized", "Access Token does not have required scopes", Reason::ScopeMissing),
            ("NotAuthorized", "A client attempted to write unauthorized attribute", Reason::AttributeNotWritable),
            ("NotAuthorized", "SignUp is not permitted for this user pool", Reason::SignUpClosed),
            ("NotAuthorized", "User password cannot be reset in the current state.", Reason::ResetNotPossible),
            ("NotAuthorized", "Unable to login because of security reasons.", Reason::RiskBlocked),
            ("NotAuthorized", "Unable to verify secret hash for client 1example", Reason::ClientHasSecret),
            (
                "NotAuthorized",
                "Client 1example is configured with secret but SECRET_HASH was not received",
                Reason::ClientHasSecret,
            ),
            ("InvalidParameter", "USER_SRP_AUTH is not enabled for the client.", Reason::FlowNotEnabled),
            ("InvalidParameter", "USER_PASSWORD_AUTH flow not enabled for this client", Reason::FlowNotEnabled),
            (
                "InvalidParameter",
                "Cannot reset password for the user as there is no registered/verified email or phone_number",
                Reason::NothingVerified,
            ),
            ("ResourceNotFound", "Device does not exist.", Reason::DeviceUnknown),
            ("ExpiredCode", "Your software token has already been used once.", Reason::TotpUsed),
            (
                "NotAuthorized",
                "Unauthenticated access is not supported for this identity pool.",
                Reason::GuestsNotAllowed,
            ),
            ("NotAuthorized", "Invalid login token. Token expired: 1 >= 0", Reason::LoginTokenExpired),
            (
                "NotAuthorized",
                "Logins don't match. Please include at least one valid login for this identity or identity pool.",
                Reason::LoginsMismatch,
            ),
        ];
        for (name, message, reason) in table {
            assert_eq!(read(&format!("{name}Exception"), message), Some(reason), "{message}");
        }
        for reason in Reason::ALL {
            assert!(table.iter().any(|(_, _, known)| known == reason), "{reason:?} is in no line of the table");
        }
        // The words of one error mean nothing in another, and unknown words nothing at all.
        assert_eq!(read("CodeMismatchException", "User is disabled."), None);
        assert_eq!(read("NotAuthorizedException", "Something new."), None);
    }

    #[test]
    fn a_refusal_of_what_was_asked_does_not_end_the_session() {
        for (message, ends) in [
            ("Access Token has expired", true),
            ("Access Token has been revoked", true),
            ("Refresh Token has expired", true),
            ("Invalid Refresh Token.", true),
            ("User is disabled.", true),
            ("Something new.", true),
            // A wrong previous password in ChangePassword.
            ("Incorrect username or password.", false),
            ("Password attempts exceeded", false),
            ("Access Token does not have required scopes", false),
            ("A client attempted to write unauthorized attribute", false),
        ] {
            let body = serde_json::json!({"__type": "NotAuthorizedException", "message": message}).to_string();
            let error = Error::Service(ServiceError::read(&body, None).unwrap());
            assert_eq!(error.ends_session(), ends, "{message}");
        }
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
