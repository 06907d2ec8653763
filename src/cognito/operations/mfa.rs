//! Second factors: setting them up, and choosing which is asked for.

use super::*;

/// Who sets up an authenticator app: a signed-in person, or one whom MFA_SETUP has asked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum TokenOrSession {
    /// A valid access token.
    AccessToken(AccessToken),
    /// The session of the challenge. Used once; the answer brings the next.
    Session(ChallengeSession),
}

operation! {
    /// `AssociateSoftwareToken`: a new secret for an authenticator app. Not in force before
    /// [`VerifySoftwareToken`].
    ///
    /// Errors beyond the common ones: ConcurrentModification, NotAuthorized, SoftwareTokenMFANotFound.
    AssociateSoftwareToken {
        /// Who.
        #[serde(flatten)]
        who: TokenOrSession,
    } -> AssociateSoftwareTokenResponse
}

/// What AssociateSoftwareToken answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociateSoftwareTokenResponse {
    /// For the app, as text or as a picture.
    pub secret_code: TotpSecret,
    /// Goes into VerifySoftwareToken, where a session came in.
    pub session: Option<ChallengeSession>,
}

operation! {
    /// `VerifySoftwareToken`: proves with a first code that the authenticator app has the secret.
    ///
    /// EnableSoftwareTokenMFA and CodeMismatch mean that the code is wrong.
    ///
    /// Errors beyond the common ones: CodeMismatch, EnableSoftwareTokenMFA, InvalidUserPoolConfiguration,
    /// NotAuthorized, PasswordResetRequired, SoftwareTokenMFANotFound, UserNotConfirmed, UserNotFound.
    VerifySoftwareToken {
        /// Who.
        #[serde(flatten)]
        who: TokenOrSession,
        /// What the app shows.
        user_code: TotpCode,
        ;
        /// What the person calls the app.
        friendly_device_name: Option<DeviceName>,
    } -> VerifySoftwareTokenResponse
}

words! {
    /// Whether the code was right (`VerifySoftwareTokenResponseType`).
    VerifyStatus {
        /// It was.
        Success = "SUCCESS",
        /// It was not.
        Error = "ERROR",
    }
}

/// What VerifySoftwareToken answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VerifySoftwareTokenResponse {
    /// Whether the code was right.
    pub status: VerifyStatus,
    /// Goes into the answer to MFA_SETUP, where a session came in.
    pub session: Option<ChallengeSession>,
}

/// A second factor: on or off, and whether it is the one that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MfaSetting {
    /// On. One that is off is not asked for, but can stay set up.
    pub enabled: bool,
    /// Asked for first. At most one can be.
    pub preferred_mfa: bool,
}

/// Passkeys as second factor (`WebAuthnMfaSettingsType`): one that verifies the user counts as two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WebAuthnMfaSetting {
    /// On.
    pub enabled: bool,
}

operation! {
    /// `SetUserMFAPreference`: switches second factors on and off. What is absent stays as it is.
    ///
    /// Errors beyond the common ones: NotAuthorized, PasswordResetRequired, UserNotConfirmed, UserNotFound.
    SetUserMFAPreference {
        /// A valid access token.
        access_token: AccessToken,
        ;
        /// Codes by text message.
        #[serde(rename = "SMSMfaSettings")]
        sms_mfa_settings: Option<MfaSetting>,
        /// Codes from an authenticator app.
        software_token_mfa_settings: Option<MfaSetting>,
        /// Codes by email.
        email_mfa_settings: Option<MfaSetting>,
        /// Passkeys.
        web_authn_mfa_settings: Option<WebAuthnMfaSetting>,
    } -> Nothing
}

operation! {
    /// `GetUserAuthFactors`: the ways the person can sign in.
    ///
    /// Errors beyond the common ones: NotAuthorized, PasswordResetRequired, UserNotConfirmed, UserNotFound.
    GetUserAuthFactors {
        /// A valid access token.
        access_token: AccessToken,
    } -> GetUserAuthFactorsResponse
}

words! {
    /// A first factor that is set up (`AuthFactorType`).
    AuthFactor {
        /// A password.
        Password = "PASSWORD",
        /// A code by email.
        EmailOtp = "EMAIL_OTP",
        /// A code by text message.
        SmsOtp = "SMS_OTP",
        /// A passkey.
        WebAuthn = "WEB_AUTHN",
        /// An authenticator app.
        SoftwareToken = "SOFTWARE_TOKEN",
    }
}

/// What GetUserAuthFactors answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetUserAuthFactorsResponse {
    /// The pool's name for the person.
    pub username: UserName,
    /// The second factor that is asked for, by its challenge's name.
    pub preferred_mfa_setting: Option<ChallengeName>,
    /// The second factors that are on, by their challenges' names.
    #[serde(default, rename = "UserMFASettingList", deserialize_with = "null_as_default")]
    pub user_mfa_setting_list: Vec<ChallengeName>,
    /// The first factors; at most 8.
    #[serde(default, deserialize_with = "null_as_default")]
    pub configured_user_auth_factors: Vec<AuthFactor>,
}

/// A second factor by message, the old way (`MFAOptionType`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MfaOption {
    /// `SMS`; the old way knows nothing else.
    pub delivery_medium: DeliveryMedium,
    /// `phone_number`.
    pub attribute_name: AttributeName,
}

operation! {
    /// `SetUserSettings`: the old way to switch codes by text message on (one option) and off (none). Pools
    /// of today have [`SetUserMFAPreference`].
    ///
    /// Errors beyond the common ones: NotAuthorized, PasswordResetRequired, UserNotConfirmed, UserNotFound.
    SetUserSettings {
        /// A valid access token.
        access_token: AccessToken,
        /// All that are to be on.
        #[serde(rename = "MFAOptions")]
        mfa_options: Vec<MfaOption>,
    } -> Nothing
}
