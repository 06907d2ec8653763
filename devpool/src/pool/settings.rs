//! The rules of the pool. Everything here can be read and changed at `/_devpool/settings`.

use super::attributes::Schema;
use crate::webauthn::UserVerification;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All settings, with the defaults the shipped configuration of the app relies on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether anybody may sign up; otherwise only an administrator creates users.
    pub sign_up_enabled: bool,
    /// Addresses that people sign in with instead of a user name. If there are none, they choose a user name.
    pub username_attributes: Vec<Contact>,
    /// What people may sign in with beside the user name they chose, once it is verified.
    pub alias_attributes: Vec<Alias>,
    /// Addresses a code is sent to at sign-up. With both, the phone number is the one.
    pub auto_verified_attributes: Vec<Contact>,
    /// Whether `Ann@example.com` and `ann@example.com` are two users.
    pub case_sensitive: bool,
    /// Whether answers hide that a user does not exist.
    pub prevent_user_existence_errors: bool,
    /// Ways of signing in that the app client allows.
    pub auth_flows: Vec<AuthFlowSetting>,
    /// What may come first in `USER_AUTH`.
    pub first_factors: Vec<FirstFactor>,
    /// Second factors.
    pub mfa: MfaSettings,
    /// Remembered devices.
    pub devices: DeviceSettings,
    /// Passkeys.
    pub web_authn: WebAuthnSettings,
    /// What passwords must be like.
    pub password_policy: PasswordPolicy,
    /// How long tokens live.
    pub tokens: TokenSettings,
    /// Whether refreshing replaces the refresh token.
    pub refresh_token_rotation: RotationSettings,
    /// How codes behave.
    pub codes: CodeSettings,
    /// How wrong passwords are slowed down.
    pub lockout: LockoutSettings,
    /// How long a challenge may be answered, in seconds (AWS: 180 to 900).
    pub challenge_session_seconds: u64,
    /// Attributes whose new value takes effect only once its code was entered (`email`, `phone_number`).
    pub attributes_require_verification_before_update: Vec<Contact>,
    /// The user attributes there are.
    pub schema: Schema,
    /// What the pool's plan and add-ons bring.
    pub features: FeatureSettings,
    /// The identity pool.
    pub identity_pool: IdentityPoolSettings,
    /// The sign-in page and the OAuth 2.0 endpoints.
    pub oauth: OAuthSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sign_up_enabled: true,
            username_attributes: vec![Contact::Email],
            alias_attributes: Vec::new(),
            auto_verified_attributes: vec![Contact::Email],
            case_sensitive: false,
            prevent_user_existence_errors: true,
            auth_flows: AuthFlowSetting::ALL.to_vec(),
            first_factors: FirstFactor::ALL.to_vec(),
            mfa: MfaSettings::default(),
            devices: DeviceSettings::default(),
            web_authn: WebAuthnSettings::default(),
            password_policy: PasswordPolicy::default(),
            tokens: TokenSettings::default(),
            refresh_token_rotation: RotationSettings::default(),
            codes: CodeSettings::default(),
            lockout: LockoutSettings::default(),
            challenge_session_seconds: 180,
            attributes_require_verification_before_update: Vec::new(),
            schema: Schema::default(),
            features: FeatureSettings::default(),
            identity_pool: IdentityPoolSettings::default(),
            oauth: OAuthSettings::default(),
        }
    }
}

impl Settings {
    /// These settings with the members of `changes` put over them, objects member by member, anything else whole.
    ///
    /// # Errors
    /// A sentence, if a member is unknown, of the wrong type or out of range.
    pub fn merged(&self, changes: &Value) -> Result<Self, String> {
        let mut merged = serde_json::to_value(self).map_err(|error| error.to_string())?;
        merge(&mut merged, changes)?;
        let settings: Self = serde_json::from_value(merged).map_err(|error| error.to_string())?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), String> {
        let within = |name: &str, value: u64, min: u64, max: u64| {
            if (min..=max).contains(&value) {
                Ok(())
            } else {
                Err(format!("{name} is {value}, but must be from {min} to {max}"))
            }
        };
        const YEARS_10: u64 = 315_360_000;
        let policy = &self.password_policy;
        within("password_policy.minimum_length", policy.minimum_length as u64, 6, 99)?;
        within("password_policy.temporary_password_validity_days", policy.temporary_password_validity_days, 0, 365)?;
        within("tokens.access_seconds", self.tokens.access_seconds, 1, YEARS_10)?;
        within("tokens.id_seconds", self.tokens.id_seconds, 1, YEARS_10)?;
        within("tokens.refresh_seconds", self.tokens.refresh_seconds, 1, YEARS_10)?;
        within(
            "refresh_token_rotation.retry_grace_period_seconds",
            self.refresh_token_rotation.retry_grace_period_seconds,
            0,
            60,
        )?;
        within("codes.sign_up_seconds", self.codes.sign_up_seconds, 1, YEARS_10)?;
        within("codes.reset_seconds", self.codes.reset_seconds, 1, YEARS_10)?;
        within("codes.attribute_seconds", self.codes.attribute_seconds, 1, YEARS_10)?;
        within("codes.lock_seconds", self.codes.lock_seconds, 1, YEARS_10)?;
        within("codes.send_window_seconds", self.codes.send_window_seconds, 1, YEARS_10)?;
        within("codes.wrong_attempts", self.codes.wrong_attempts.into(), 1, 1000)?;
        within("codes.sends", self.codes.sends.into(), 1, 1_000_000)?;
        within("lockout.after_failures", self.lockout.after_failures.into(), 1, 1000)?;
        within("lockout.longest_seconds", self.lockout.longest_seconds, 1, 86_400)?;
        within("challenge_session_seconds", self.challenge_session_seconds, 1, 86_400)?;
        within("password_policy.history_size", policy.history_size as u64, 0, 24)?;
        within("mfa.wrong_codes", self.mfa.wrong_codes.into(), 1, 1000)?;
        within("identity_pool.credentials_seconds", self.identity_pool.credentials_seconds, 1, YEARS_10)?;
        if !self.username_attributes.is_empty() && !self.alias_attributes.is_empty() {
            return Err("username_attributes and alias_attributes exclude each other: people sign in with an \
                        address or choose a user name"
                .to_owned());
        }
        if self.mfa.configuration == MfaConfiguration::On && self.mfa.methods.is_empty() {
            return Err("mfa.configuration is ON, but mfa.methods is empty".to_owned());
        }
        let rp_id = &self.web_authn.relying_party_id;
        if rp_id.is_empty() || !rp_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)) {
            return Err("web_authn.relying_party_id must be a domain name such as localhost".to_owned());
        }
        for name in &self.features.disabled_operations {
            if !crate::model::Service::UserPools.operations().any(|operation| operation == name) {
                return Err(format!("features.disabled_operations has {name:?}, which is no operation"));
            }
        }
        self.oauth.check()?;
        self.schema.check(&self.username_attributes)
    }
}

fn merge(into: &mut Value, changes: &Value) -> Result<(), String> {
    match (into, changes) {
        (Value::Object(into), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(into.entry(name.as_str()).or_insert(Value::Null), change)?;
            }
        }
        // Without this, serde would read a list as the members of an object in their order.
        (Value::Object(_), other) => return Err(format!("{other} stands where an object must be")),
        (into, changes) => *into = changes.clone(),
    }
    Ok(())
}

/// A way of signing in that an app client may allow, named as AWS does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthFlowSetting {
    /// `USER_SRP_AUTH`.
    #[serde(rename = "ALLOW_USER_SRP_AUTH")]
    UserSrp,
    /// `USER_PASSWORD_AUTH`.
    #[serde(rename = "ALLOW_USER_PASSWORD_AUTH")]
    UserPassword,
    /// `USER_AUTH`: choice-based sign-in.
    #[serde(rename = "ALLOW_USER_AUTH")]
    UserAuth,
    /// `CUSTOM_AUTH`.
    #[serde(rename = "ALLOW_CUSTOM_AUTH")]
    Custom,
    /// `REFRESH_TOKEN_AUTH` and its other name `REFRESH_TOKEN`.
    #[serde(rename = "ALLOW_REFRESH_TOKEN_AUTH")]
    RefreshToken,
}

impl AuthFlowSetting {
    const ALL: [Self; 5] = [Self::UserSrp, Self::UserPassword, Self::UserAuth, Self::Custom, Self::RefreshToken];
}

/// An address a code can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// `email`.
    Email,
    /// `phone_number`.
    PhoneNumber,
}

impl Contact {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Email, Self::PhoneNumber];

    /// The attribute.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
        }
    }

    /// The attribute that says whether it is known to be the user's.
    pub fn verified_attribute(self) -> &'static str {
        match self {
            Self::Email => "email_verified",
            Self::PhoneNumber => "phone_number_verified",
        }
    }

    /// The contact an attribute is, if it is one.
    pub fn of(attribute: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|contact| contact.attribute() == attribute)
    }
}

/// What can stand for a user name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alias {
    /// A verified `email`.
    Email,
    /// A verified `phone_number`.
    PhoneNumber,
    /// `preferred_username`.
    PreferredUsername,
}

/// What may come first in `USER_AUTH`, as `AllowedFirstAuthFactors` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FirstFactor {
    /// A password, by SRP or as it is.
    Password,
    /// A code by email.
    EmailOtp,
    /// A code by SMS.
    SmsOtp,
    /// A passkey.
    WebAuthn,
}

impl FirstFactor {
    const ALL: [Self; 4] = [Self::Password, Self::EmailOtp, Self::SmsOtp, Self::WebAuthn];
}

/// Whether a second factor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MfaConfiguration {
    /// Never.
    Off,
    /// Of users who set one up.
    Optional,
    /// Of everybody.
    On,
}

/// A second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MfaMethod {
    /// A code by SMS.
    Sms,
    /// A code from an authenticator app.
    SoftwareToken,
    /// A code by email.
    Email,
}

impl MfaMethod {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sms, Self::SoftwareToken, Self::Email];

    /// The challenge that asks for it, which is also its name in the API.
    pub fn challenge_name(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }
}

/// Second factors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MfaSettings {
    /// Who is asked for one.
    pub configuration: MfaConfiguration,
    /// Which there are. Whether passkeys count as two factors is decided by `web_authn.factor_configuration`.
    pub methods: Vec<MfaMethod>,
    /// Wrong codes after which a challenge is over.
    pub wrong_codes: u32,
}

impl Default for MfaSettings {
    fn default() -> Self {
        Self { configuration: MfaConfiguration::Optional, methods: MfaMethod::ALL.to_vec(), wrong_codes: 5 }
    }
}

/// Whether the pool remembers devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceMode {
    /// No.
    Off,
    /// Those that the person agrees to (`DeviceOnlyRememberedOnUserPrompt`).
    OptIn,
    /// All that are confirmed.
    Always,
}

/// Remembered devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeviceSettings {
    /// Whether the pool remembers devices.
    pub mode: DeviceMode,
    /// Whether a remembered device stands in for the second factor (`ChallengeRequiredOnNewDevice`).
    pub challenge_required_on_new_device: bool,
}

impl Default for DeviceSettings {
    fn default() -> Self {
        Self { mode: DeviceMode::Off, challenge_required_on_new_device: true }
    }
}

/// What a passkey counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FactorConfiguration {
    /// One factor.
    SingleFactor,
    /// Two, if the authenticator checked who is using it.
    MultiFactorWithUserVerification,
}

/// Passkeys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebAuthnSettings {
    /// Whether there are any.
    pub enabled: bool,
    /// The domain passkeys belong to. Browsers take no IP address here, but `localhost`.
    pub relying_party_id: String,
    /// Whether an authenticator must check who is using it.
    pub user_verification: UserVerification,
    /// What a passkey counts as.
    pub factor_configuration: FactorConfiguration,
}

impl Default for WebAuthnSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            relying_party_id: "localhost".to_owned(),
            user_verification: UserVerification::Preferred,
            factor_configuration: FactorConfiguration::SingleFactor,
        }
    }
}

/// The pool's feature plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Tier {
    /// No choice-based sign-in, passkeys, email codes as second factor or step-up.
    Lite,
    /// All of those.
    Essentials,
    /// Threat protection as well.
    Plus,
}

/// What the pool's plan and add-ons bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeatureSettings {
    /// The plan.
    pub tier: Tier,
    /// Whether sessions can be listed and revoked one by one.
    pub session_tracking: bool,
    /// Whether `UpdateAuthEventFeedback` is there; needs the plan `PLUS`.
    pub threat_protection: bool,
    /// Where sessions are said to have been last; loopback addresses have no place of their own.
    pub session_location: Option<SessionLocation>,
    /// Operations that answer `OperationNotEnabledException`.
    pub disabled_operations: Vec<String>,
}

impl Default for FeatureSettings {
    fn default() -> Self {
        Self {
            tier: Tier::Plus,
            session_tracking: true,
            threat_protection: true,
            session_location: None,
            disabled_operations: Vec::new(),
        }
    }
}

/// A place, as `LastLocation` names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionLocation {
    /// The city.
    pub city: String,
    /// The country.
    pub country: String,
}

/// What passwords must be like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordPolicy {
    /// Fewest characters (6 to 99).
    pub minimum_length: usize,
    /// Whether one of a-z is needed.
    pub require_lowercase: bool,
    /// Whether one of A-Z is needed.
    pub require_uppercase: bool,
    /// Whether one of 0-9 is needed.
    pub require_numbers: bool,
    /// Whether one of Cognito's symbols is needed.
    pub require_symbols: bool,
    /// How many days a temporary password is good for; 0 stands for AWS's default of 7.
    pub temporary_password_validity_days: u64,
    /// How many earlier passwords must not come back (0 to 24).
    pub history_size: usize,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_lowercase: true,
            require_uppercase: true,
            require_numbers: true,
            require_symbols: true,
            temporary_password_validity_days: 7,
            history_size: 0,
        }
    }
}

/// How long tokens live, in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenSettings {
    /// Access tokens; AWS's default is an hour.
    pub access_seconds: u64,
    /// ID tokens; an hour.
    pub id_seconds: u64,
    /// Refresh tokens; 30 days.
    pub refresh_seconds: u64,
    /// Whether `RevokeToken` may be called.
    pub revocation: bool,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self { access_seconds: 3600, id_seconds: 3600, refresh_seconds: 2_592_000, revocation: true }
    }
}

/// Rotation of refresh tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RotationSettings {
    /// Whether each refresh gives a new refresh token, through `GetTokensFromRefreshToken` only.
    pub enabled: bool,
    /// How long the replaced token still works (0 to 60 seconds).
    pub retry_grace_period_seconds: u64,
}

/// How codes behave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CodeSettings {
    /// Life of a sign-up code, in seconds.
    pub sign_up_seconds: u64,
    /// Life of a password reset code, in seconds.
    pub reset_seconds: u64,
    /// Life of an attribute verification code, in seconds.
    pub attribute_seconds: u64,
    /// Wrong codes after which no code is taken for a while, not even the right one.
    pub wrong_attempts: u32,
    /// How long that while is, in seconds.
    pub lock_seconds: u64,
    /// How many codes of one kind a user can have sent within the window.
    pub sends: u32,
    /// Length of that window, in seconds.
    pub send_window_seconds: u64,
}

impl Default for CodeSettings {
    fn default() -> Self {
        Self {
            sign_up_seconds: 86_400,
            reset_seconds: 3600,
            attribute_seconds: 86_400,
            wrong_attempts: 5,
            lock_seconds: 900,
            sends: 5,
            send_window_seconds: 3600,
        }
    }
}

/// How wrong passwords are slowed down: from the n-th failure on for 1, 2, 4 … seconds, up to a longest wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LockoutSettings {
    /// Whether they are slowed down at all.
    pub enabled: bool,
    /// The failure that brings the first wait of a second.
    pub after_failures: u32,
    /// The longest wait, in seconds, and how long without a failure makes the count begin anew.
    pub longest_seconds: u64,
}

impl Default for LockoutSettings {
    fn default() -> Self {
        Self { enabled: true, after_failures: 5, longest_seconds: 900 }
    }
}

/// The identity pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentityPoolSettings {
    /// Whether people who are not signed in get an identity.
    pub allow_unauthenticated: bool,
    /// How long AWS credentials live, in seconds.
    pub credentials_seconds: u64,
}

impl Default for IdentityPoolSettings {
    fn default() -> Self {
        Self { allow_unauthenticated: true, credentials_seconds: 3600 }
    }
}

/// What a client may be allowed to ask for at `/oauth2/authorize`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Without it there is no ID token and no `/oauth2/userInfo`.
    OpenId,
    /// `email` and `email_verified`.
    Email,
    /// `phone_number` and `phone_number_verified`.
    Phone,
    /// The other claims.
    Profile,
    /// The user's own operations of the API.
    #[serde(rename = "aws.cognito.signin.user.admin")]
    UserAdmin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::OpenId, Self::Email, Self::Phone, Self::Profile, Self::UserAdmin];

    /// The name that stands in requests and tokens.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Profile => "profile",
            Self::UserAdmin => "aws.cognito.signin.user.admin",
        }
    }

    /// The scope of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Where people may come from, named as `SupportedIdentityProviders` and `identity_provider` do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdentityProvider {
    /// The pool itself: the sign-in page.
    #[serde(rename = "COGNITO")]
    Cognito,
    /// The pretend social provider.
    PretendSocial,
}

impl IdentityProvider {
    const ALL: [Self; 2] = [Self::Cognito, Self::PretendSocial];

    /// The name that stands in requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cognito => "COGNITO",
            Self::PretendSocial => "PretendSocial",
        }
    }

    /// The provider of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }
}

/// The sign-in page and the OAuth 2.0 endpoints, as the app client has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OAuthSettings {
    /// Where a sign-in may lead back to (`CallbackURLs`), compared character by character.
    pub callback_urls: Vec<String>,
    /// Where a sign-out may lead to (`LogoutURLs`), compared in the same way.
    pub logout_urls: Vec<String>,
    /// What the client may ask for (`AllowedOAuthScopes`), and gets if it asks for nothing.
    pub scopes: Vec<Scope>,
    /// How people may sign in at the page (`SupportedIdentityProviders`).
    pub identity_providers: Vec<IdentityProvider>,
    /// Whether somebody who comes from the provider with an address that both sides have verified is the user who
    /// has it here. Otherwise they are refused.
    pub link_by_email: bool,
}

impl Default for OAuthSettings {
    fn default() -> Self {
        let on_both_hosts = |paths: &[&str]| {
            let of_host = |host: &str| paths.iter().map(move |path| format!("http://{host}:8080{path}")).collect();
            ["localhost", "127.0.0.1"].map(of_host).into_iter().flat_map(|urls: Vec<String>| urls).collect()
        };
        Self {
            callback_urls: on_both_hosts(&["/auth/callback"]),
            logout_urls: on_both_hosts(&["/", "/auth/login", "/auth/signout"]),
            scopes: Scope::ALL.to_vec(),
            identity_providers: IdentityProvider::ALL.to_vec(),
            link_by_email: false,
        }
    }
}

impl OAuthSettings {
    fn check(&self) -> Result<(), String> {
        for (name, urls) in [("oauth.callback_urls", &self.callback_urls), ("oauth.logout_urls", &self.logout_urls)] {
            if urls.len() > 100 {
                return Err(format!("{name} has {} addresses, but 100 is the most", urls.len()));
            }
            for url in urls {
                check_url(url).map_err(|why| format!("{name} has {url:?}, {why}"))?;
            }
        }
        if self.scopes.is_empty() {
            return Err("oauth.scopes must not be empty".to_owned());
        }
        if self.identity_providers.is_empty() {
            return Err("oauth.identity_providers must not be empty".to_owned());
        }
        Ok(())
    }
}

/// Whether an address may be led to: the rules of AWS, with the other names of this machine beside `localhost`.
fn check_url(url: &str) -> Result<(), &'static str> {
    if url.len() > 1024 || !url.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("which is not 1 to 1024 plain ASCII characters");
    }
    if url.contains('#') {
        return Err("which has a fragment");
    }
    let (scheme, rest) = url.split_once("://").ok_or("which is not an absolute address such as http://…")?;
    let host_and_port = rest.split(['/', '?']).next().unwrap_or_default();
    let plain = |text: &str, marks: &[u8]| text.bytes().all(|b| b.is_ascii_alphanumeric() || marks.contains(&b));
    let scheme_is_one = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && plain(scheme, b"+-.");
    if !scheme_is_one || !plain(host_and_port, b".-:[]") {
        return Err("whose scheme or host has characters that do not belong there");
    }
    let host = match host_and_port.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host_and_port,
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" if !host.is_empty() => Ok(()),
        "http" if ["localhost", "127.0.0.1", "[::1]"].contains(&host) => Ok(()),
        "http" => Err("but http is for this machine only"),
        "https" | "javascript" | "data" | "vbscript" | "file" | "blob" | "about" => Err("which leads to no app"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_go_over_what_is_there() {
        let settings =
            Settings::default().merged(&json!({ "tokens": { "access_seconds": 5 }, "case_sensitive": true })).unwrap();
        assert_eq!(settings.tokens.access_seconds, 5);
        assert_eq!(settings.tokens.id_seconds, 3600);
        assert!(settings.case_sensitive);
    }

    #[test]
    fn wrong_changes_are_refused() {
        for wrong in [
            json!({ "nonsense": 1 }),
            json!({ "tokens": { "nonsense": 1 } }),
            json!({ "tokens": { "access_seconds": "5" } }),
            json!({ "tokens": { "access_seconds": 0 } }),
            json!({ "tokens": null }),
            json!({ "password_policy": { "minimum_length": 5 } }),
            json!({ "refresh_token_rotation": { "retry_grace_period_seconds": 61 } }),
            json!({ "auth_flows": ["ALLOW_MAGIC"] }),
            json!({ "attributes_require_verification_before_update": ["name"] }),
            json!({ "username_attributes": ["email"], "alias_attributes": ["email"] }),
            json!({ "username_attributes": ["phone_number"], "schema": [{ "name": "email" }] }),
            json!({ "mfa": { "configuration": "ON", "methods": [] } }),
            json!({ "web_authn": { "relying_party_id": "http://localhost" } }),
            json!({ "features": { "disabled_operations": ["Nonsense"] } }),
            json!({ "identity_pool": { "credentials_seconds": 0 } }),
            json!({ "identity_pool": { "credentials_seconds": u64::MAX } }),
            json!({ "devices": { "mode": "sometimes" } }),
            json!({ "oauth": { "scopes": [] } }),
            json!({ "oauth": { "scopes": ["everything"] } }),
            json!({ "oauth": { "identity_providers": [] } }),
            json!({ "oauth": { "identity_providers": ["Facebook"] } }),
            json!({ "oauth": { "callback_urls": ["/auth/callback"] } }),
            json!({ "oauth": { "callback_urls": ["http://example.com/"] } }),
            json!({ "oauth": { "callback_urls": ["https://example.com/#there"] } }),
            json!({ "oauth": { "callback_urls": ["https://exa;mple.com/"] } }),
            json!({ "oauth": { "callback_urls": ["https:///nowhere"] } }),
            json!({ "oauth": { "callback_urls": ["JavaScript://%0aalert(1)"] } }),
            json!({ "oauth": { "logout_urls": ["http://localhost/a b"] } }),
            json!([]),
            json!("x"),
        ] {
            assert!(Settings::default().merged(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_to_lead_to_may_be_of_apps() {
        let urls =
            json!(["myapp://callback", "https://app.example.com/cb?x=1", "http://[::1]:3000/", "http://localhost/"]);
        let changes = json!({ "oauth": { "callback_urls": urls, "logout_urls": [] } });
        assert!(Settings::default().merged(&changes).is_ok());
    }
}
