//! The signed-in person's own account. Every operation takes an access token with the scope
//! `aws.cognito.signin.user.admin`; NotAuthorized means that the token is over or revoked.

use super::*;

/// `GetUser`: the attributes as they are now.
///
/// Errors beyond the common ones: NotAuthorized, UserNotFound, UserNotConfirmed,
/// PasswordResetRequired.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetUser {
    /// A valid access token.
    pub access_token: AccessToken,
}
operation!(GetUser, "GetUser", GetUserResponse);

/// What GetUser answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetUserResponse {
    /// The pool's name for the person.
    pub username: UserName,
    /// Every attribute the app client may read.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Vec<Attribute>,
}

/// `UpdateUserAttributes`: changes attributes; a changed email or phone number gets a code.
///
/// Errors beyond the common ones: AliasExists, CodeDeliveryFailure, NotAuthorized, UserNotFound,
/// InvalidParameter (unknown or read-only attribute).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateUserAttributes {
    /// A valid access token.
    pub access_token: AccessToken,
    /// Only what changes.
    pub user_attributes: Vec<Attribute>,
}
operation!(UpdateUserAttributes, "UpdateUserAttributes", UpdateUserAttributesResponse);

/// What UpdateUserAttributes answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateUserAttributesResponse {
    /// One entry for each attribute that has to be verified.
    #[serde(deserialize_with = "null_as_default")]
    pub code_delivery_details_list: Vec<CodeDelivery>,
}

/// `ChangePassword`: for a signed-in person.
///
/// Errors beyond the common ones: InvalidPassword, NotAuthorized (wrong previous password),
/// PasswordHistoryPolicyViolation, LimitExceeded.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChangePassword {
    /// A valid access token.
    pub access_token: AccessToken,
    /// Absent for people who never had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_password: Option<Password>,
    /// The new one.
    pub proposed_password: Password,
}
operation!(ChangePassword, "ChangePassword", Nothing);

/// `DeleteUser`: deletes the person's own account.
///
/// Errors beyond the common ones: NotAuthorized, UserNotFound, UserNotConfirmed,
/// PasswordResetRequired.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteUser {
    /// A valid access token.
    pub access_token: AccessToken,
}
impl Operation for DeleteUser {
    const NAME: &'static str = "DeleteUser";
    const EMPTY_BODY: bool = true;
    type Response = Nothing;
}
