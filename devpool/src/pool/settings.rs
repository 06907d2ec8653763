//! The rules of the pool. Everything here can be read and changed at `/_devpool/settings`.

use super::attributes::Schema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All settings, with the defaults the shipped configuration of the app relies on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether anybody may sign up; otherwise only an administrator creates users.
    pub sign_up_enabled: bool,
    /// Whether `Ann@example.com` and `ann@example.com` are two users.
    pub case_sensitive: bool,
    /// Whether answers hide that a user does not exist.
    pub prevent_user_existence_errors: bool,
    /// Ways of signing in that the app client allows.
    pub auth_flows: Vec<AuthFlowSetting>,
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
    pub attributes_require_verification_before_update: Vec<String>,
    /// The user attributes there are.
    pub schema: Schema,
    /// The identity pool.
    pub identity_pool: IdentityPoolSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sign_up_enabled: true,
            case_sensitive: false,
            prevent_user_existence_errors: true,
            auth_flows: vec![AuthFlowSetting::UserSrp, AuthFlowSetting::UserPassword, AuthFlowSetting::RefreshToken],
            password_policy: PasswordPolicy::default(),
            tokens: TokenSettings::default(),
            refresh_token_rotation: RotationSettings::default(),
            codes: CodeSettings::default(),
            lockout: LockoutSettings::default(),
            challenge_session_seconds: 180,
            attributes_require_verification_before_update: Vec::new(),
            schema: Schema::default(),
            identity_pool: IdentityPoolSettings::default(),
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
        for name in &self.attributes_require_verification_before_update {
            if !["email", "phone_number"].contains(&name.as_str()) {
                return Err(format!(
                    "attributes_require_verification_before_update has {name:?}, but only email and phone_number \
                     can be verified"
                ));
            }
        }
        self.schema.check()
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
    /// `REFRESH_TOKEN_AUTH` and its other name `REFRESH_TOKEN`.
    #[serde(rename = "ALLOW_REFRESH_TOKEN_AUTH")]
    RefreshToken,
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
            json!([]),
            json!("x"),
        ] {
            assert!(Settings::default().merged(&wrong).is_err(), "{wrong}");
        }
    }
}
