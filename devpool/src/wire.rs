//! AWS's errors and the JSON they travel in.

use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt;

/// An error as AWS answers it: an exception name, a text and an HTTP status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    name: Cow<'static, str>,
    message: Cow<'static, str>,
    status: u16,
}

impl ApiError {
    /// An error of any name; the status is 500 for `InternalErrorException`, else 400.
    pub fn new(name: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        let name = name.into();
        let status = if name == "InternalErrorException" { 500 } else { 400 };
        Self { name, message: message.into(), status }
    }

    /// The same error with another HTTP status.
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The exception's name, such as `NotAuthorizedException`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, in AWS's words where they are known.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body that carries it.
    pub fn body(&self) -> Value {
        json!({ "__type": self.name, "message": self.message })
    }

    /// `NotAuthorizedException`.
    pub fn not_authorized(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("NotAuthorizedException", message)
    }

    /// `NotAuthorizedException` in the words for a wrong name or a wrong password, which must not differ.
    pub fn incorrect_username_or_password() -> Self {
        Self::not_authorized("Incorrect username or password.")
    }

    /// `InvalidParameterException`.
    pub fn invalid_parameter(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    /// `ResourceNotFoundException`.
    pub fn resource_not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("ResourceNotFoundException", message)
    }

    /// `UserNotFoundException`.
    pub fn user_not_found() -> Self {
        Self::new("UserNotFoundException", "User does not exist.")
    }

    /// `TooManyRequestsException` of the operations that have no `LimitExceededException` for too many codes.
    pub fn too_many_codes() -> Self {
        Self::new("TooManyRequestsException", "Too many codes were sent. Try again later.")
    }

    /// `NotAuthorizedException` for a user whom an administrator has disabled.
    pub fn user_disabled() -> Self {
        Self::not_authorized("User is disabled.")
    }

    /// `NotAuthorizedException` for a challenge session that is none, or belongs to another step or user.
    pub fn invalid_session() -> Self {
        Self::not_authorized("Invalid session for the user.")
    }

    /// `ResourceNotFoundException` for a device; clients forget theirs when they read it.
    pub fn device_not_found() -> Self {
        Self::resource_not_found("Device does not exist.")
    }

    /// `NotAuthorizedException` for an access token that may do other things.
    pub fn missing_scopes() -> Self {
        Self::not_authorized("Access Token does not have required scopes")
    }

    /// `InvalidParameterException` for a user who cannot reach a level of authentication that was asked for.
    pub fn level_not_reached() -> Self {
        Self::invalid_parameter("The user cannot reach any of the requested authentication levels.")
    }

    /// `SoftwareTokenMFANotFoundException`.
    pub fn no_software_token() -> Self {
        Self::new("SoftwareTokenMFANotFoundException", "Software token MFA has not been set up for the user.")
    }

    /// `FeatureUnavailableInTierException`.
    pub fn not_in_tier() -> Self {
        Self::new("FeatureUnavailableInTierException", "The feature plan of this user pool does not have this.")
    }

    /// `OperationNotEnabledException`.
    pub fn operation_not_enabled() -> Self {
        Self::new("OperationNotEnabledException", "This operation is not enabled for the user pool.")
    }

    /// `AliasExistsException`.
    pub fn alias_exists(attribute: &str) -> Self {
        Self::new("AliasExistsException", format!("An account with the given {attribute} already exists."))
    }

    /// `UserNotConfirmedException`.
    pub fn user_not_confirmed() -> Self {
        Self::new("UserNotConfirmedException", "User is not confirmed.")
    }

    /// `LimitExceededException`.
    pub fn limit_exceeded() -> Self {
        Self::new("LimitExceededException", "Attempt limit exceeded, please try after some time.")
    }

    /// `CodeMismatchException`.
    pub fn code_mismatch() -> Self {
        Self::new("CodeMismatchException", "Invalid verification code provided, please try again.")
    }

    /// `ExpiredCodeException`.
    pub fn expired_code() -> Self {
        Self::new("ExpiredCodeException", "Invalid code provided, please request a code again.")
    }

    /// `InternalErrorException`, HTTP 500.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InternalErrorException", message)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl std::error::Error for ApiError {}

/// A request value that must not be printed: a password, a token, a code.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The value itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Takes members that are `null` out of a request, however deep: AWS treats them as absent, and
/// amazon-cognito-identity-js sends them.
pub fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name, without_nulls(member)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_are_absent() {
        let cleaned = without_nulls(json!({
            "Session": null,
            "ChallengeResponses": { "USERNAME": "a", "DEVICE_KEY": null },
            "UserAttributes": [{ "Name": "email", "Value": null }],
        }));
        assert_eq!(
            cleaned,
            json!({
                "ChallengeResponses": { "USERNAME": "a" },
                "UserAttributes": [{ "Name": "email" }],
            })
        );
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Secret::from("hush".to_owned())), "[redacted]");
    }

    #[test]
    fn only_internal_errors_are_500() {
        assert_eq!(ApiError::internal("x").status(), 500);
        assert_eq!(ApiError::limit_exceeded().status(), 400);
    }
}
