//! Signing in, new tokens, and ending sessions by their tokens.

use super::*;
use crate::cognito::error::{Error, Fault};

operation! {
    /// `InitiateAuth`: begins a sign-in or refreshes tokens.
    ///
    /// Errors beyond the common ones: FeatureUnavailableInTier, InvalidEmailRoleAccessPolicy,
    /// InvalidLambdaResponse, InvalidSmsRoleAccessPolicy, InvalidSmsRoleTrustRelationship,
    /// InvalidUserPoolConfiguration, NotAuthorized, PasswordResetRequired, UnexpectedLambda,
    /// UnsupportedOperation, UserLambdaValidation, UserNotConfirmed, UserNotFound.
    InitiateAuth {
        /// The app client.
        client_id: ClientId,
        /// What the parameters are for.
        auth_flow: AuthFlow,
        ;
        /// Depends on the flow: `USERNAME` and `SRP_A`, `REFRESH_TOKEN`, …
        auth_parameters: Secrets,
        /// From ConfirmSignUp, with USER_AUTH.
        session: Option<ChallengeSession>,
        /// Where to count this.
        analytics_metadata: Option<AnalyticsMetadata>,
        /// For threat protection.
        user_context_data: Option<UserContextData>,
        /// For the pool's functions.
        client_metadata: Parameters,
    } -> AuthAnswer
}

/// The ways to begin (`AuthFlowType`) that are open to a public client. REFRESH_TOKEN is another name of
/// REFRESH_TOKEN_AUTH; the two with ADMIN need AWS credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthFlow {
    /// The password stays here; a proof of it goes out.
    UserSrpAuth,
    /// The password goes out, for pools that migrate users at sign-in.
    UserPasswordAuth,
    /// The person, or the app, chooses how to sign in.
    UserAuth,
    /// The pool's functions ask what they like.
    CustomAuth,
    /// New tokens for a refresh token; pools without rotation.
    RefreshTokenAuth,
}

/// Declares the challenges' names once, both ways.
macro_rules! challenge_names {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What Cognito asks next (`ChallengeNameType`).
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ChallengeName {
            $($(#[$doc])* $name,)*
            /// A name this version does not know.
            Unknown(String),
        }

        impl ChallengeName {
            /// All that AWS's model has, for tables and tests.
            pub const KNOWN: &[Self] = &[$(Self::$name),*];

            /// Reads AWS's name.
            pub fn read(name: &str) -> Self {
                match name {
                    $($text => Self::$name,)*
                    other => Self::Unknown(other.to_owned()),
                }
            }

            /// AWS's name.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Unknown(name) => name,
                }
            }
        }
    };
}

challenge_names! {
    /// A code by text message, as second factor.
    SmsMfa = "SMS_MFA",
    /// A code by email, as first or second factor.
    EmailOtp = "EMAIL_OTP",
    /// A code from an authenticator app.
    SoftwareTokenMfa = "SOFTWARE_TOKEN_MFA",
    /// Choose a second factor.
    SelectMfaType = "SELECT_MFA_TYPE",
    /// Set up a second factor first.
    MfaSetup = "MFA_SETUP",
    /// The proof of the password.
    PasswordVerifier = "PASSWORD_VERIFIER",
    /// What a function of the pool asks.
    CustomChallenge = "CUSTOM_CHALLENGE",
    /// Choose a first factor.
    SelectChallenge = "SELECT_CHALLENGE",
    /// A remembered device begins to prove itself.
    DeviceSrpAuth = "DEVICE_SRP_AUTH",
    /// The proof of the device.
    DevicePasswordVerifier = "DEVICE_PASSWORD_VERIFIER",
    /// For servers with AWS credentials.
    AdminNoSrpAuth = "ADMIN_NO_SRP_AUTH",
    /// A temporary password has to be replaced.
    NewPasswordRequired = "NEW_PASSWORD_REQUIRED",
    /// A code by text message, as first factor.
    SmsOtp = "SMS_OTP",
    /// The password itself.
    Password = "PASSWORD",
    /// A passkey.
    WebAuthn = "WEB_AUTHN",
    /// The public value that a proof of the password begins with.
    PasswordSrp = "PASSWORD_SRP",
}

impl Serialize for ChallengeName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ChallengeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self::read(&name))
    }
}

operation! {
    /// `RespondToAuthChallenge`: answers the step that Cognito asked for.
    ///
    /// Errors beyond the common ones: AliasExists, CodeMismatch, ExpiredCode, InvalidEmailRoleAccessPolicy,
    /// InvalidLambdaResponse, InvalidPassword, InvalidSmsRoleAccessPolicy, InvalidSmsRoleTrustRelationship,
    /// InvalidUserPoolConfiguration, MFAMethodNotFound, NotAuthorized, PasswordHistoryPolicyViolation,
    /// PasswordResetRequired, SoftwareTokenMFANotFound, UnexpectedLambda, UserLambdaValidation,
    /// UserNotConfirmed, UserNotFound.
    RespondToAuthChallenge {
        /// The app client.
        client_id: ClientId,
        /// The challenge that is answered.
        challenge_name: ChallengeName,
        ;
        /// The session that came with it.
        session: Option<ChallengeSession>,
        /// The answers, by AWS's names.
        challenge_responses: Secrets,
        /// Where to count this.
        analytics_metadata: Option<AnalyticsMetadata>,
        /// For threat protection.
        user_context_data: Option<UserContextData>,
        /// For the pool's functions.
        client_metadata: Parameters,
    } -> AuthAnswer
}

/// What InitiateAuth and RespondToAuthChallenge answer: the next challenge, or tokens.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AuthAnswer {
    /// The next challenge's name.
    pub challenge_name: Option<ChallengeName>,
    /// Goes back with the answer to that challenge.
    pub session: Option<ChallengeSession>,
    /// What the challenge needs.
    #[serde(deserialize_with = "null_as_default")]
    pub challenge_parameters: Parameters,
    /// What may be chosen, with SELECT_CHALLENGE.
    #[serde(deserialize_with = "null_as_default")]
    pub available_challenges: Vec<ChallengeName>,
    /// The tokens, when the sign-in is complete.
    pub authentication_result: Option<AuthenticationResult>,
}

/// Tokens (`AuthenticationResultType`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AuthenticationResult {
    /// Authorises calls.
    pub access_token: Option<AccessToken>,
    /// Says who it is.
    pub id_token: Option<IdToken>,
    /// Absent from a refresh without rotation.
    pub refresh_token: Option<RefreshToken>,
    /// Seconds that the access token lives.
    pub expires_in: Option<u32>,
    /// `Bearer`.
    pub token_type: Option<String>,
    /// Set where the pool tracks devices and has not seen this one.
    pub new_device_metadata: Option<NewDeviceMetadata>,
}

impl AuthenticationResult {
    /// The three tokens; `previous` is kept when no new refresh token came.
    ///
    /// # Errors
    /// [`Fault::Garbled`] when one is missing.
    pub fn into_tokens(self, previous: Option<&RefreshToken>) -> Result<Tokens, Error> {
        match (self.access_token, self.id_token, self.refresh_token.or_else(|| previous.cloned())) {
            (Some(access), Some(id), Some(refresh)) => Ok(Tokens { access, id, refresh }),
            _ => Err(Fault::Garbled.into()),
        }
    }
}

/// The names of a device that the pool has not seen before (`NewDeviceMetadataType`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NewDeviceMetadata {
    /// The device.
    pub device_key: DeviceKey,
    /// Its group.
    pub device_group_key: DeviceGroupKey,
}

operation! {
    /// `GetTokensFromRefreshToken`: new tokens, with and without rotation of refresh tokens.
    ///
    /// NotAuthorized means that the refresh token is over, revoked or not one.
    ///
    /// Errors beyond the common ones: InvalidLambdaResponse, NotAuthorized, RefreshTokenReuse,
    /// UnexpectedLambda, UserLambdaValidation, UserNotFound.
    GetTokensFromRefreshToken {
        /// The app client.
        client_id: ClientId,
        /// The newest refresh token.
        refresh_token: RefreshToken,
        ;
        /// Where the sign-in was on a remembered device.
        device_key: Option<DeviceKey>,
        /// For the pool's functions.
        client_metadata: Parameters,
    } -> AuthAnswer
}

/// Whether sessions that were opened through this one end with it (`RevokeAssociatedSessionsType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RevokeAssociatedSessions {
    /// They go on.
    None,
    /// They end too.
    Linked,
}

operation! {
    /// `RevokeToken`: ends this session at the server: the refresh token and all tokens made with it.
    ///
    /// Errors beyond the common ones: Unauthorized, UnsupportedOperation, UnsupportedTokenType.
    RevokeToken {
        /// The refresh token.
        token: RefreshToken,
        /// The app client.
        client_id: ClientId,
        ;
        /// What else ends.
        revoke_associated_sessions: Option<RevokeAssociatedSessions>,
    } -> Nothing
}

operation! {
    /// `GlobalSignOut`: ends every session of the person.
    ///
    /// Errors beyond the common ones: NotAuthorized, PasswordResetRequired, UserNotConfirmed.
    GlobalSignOut {
        /// A valid access token.
        access_token: AccessToken,
    } -> Nothing
}

/// What a person says about a sign-in (`FeedbackValueType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum FeedbackValue {
    /// It was me.
    Valid,
    /// It was not me.
    Invalid,
}

operation! {
    /// `UpdateAuthEventFeedback`: says whether a sign-in that the pool thought suspicious was the person's;
    /// the way back from the link in its message.
    ///
    /// Errors beyond the common ones: NotAuthorized, UserNotFound, UserPoolAddOnNotEnabled.
    UpdateAuthEventFeedback {
        /// The pool.
        user_pool_id: UserPoolId,
        /// Whose sign-in it was.
        username: UserName,
        /// Which one.
        event_id: EventId,
        /// From the message.
        feedback_token: FeedbackToken,
        /// The answer.
        feedback_value: FeedbackValue,
    } -> Nothing
}
