//! The signed-in person's own account. Every operation takes an access token with the scope
//! `aws.cognito.signin.user.admin`; NotAuthorized means that the token is over or revoked, unless it says
//! otherwise.

use super::*;

operation! {
    /// `GetUser`: the attributes as they are now.
    ///
    /// Errors beyond the common ones: NotAuthorized, PasswordResetRequired, UserNotConfirmed, UserNotFound.
    GetUser {
        /// A valid access token.
        access_token: AccessToken,
    } -> GetUserResponse
}

/// What GetUser answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetUserResponse {
    /// The pool's name for the person.
    pub username: UserName,
    /// Every attribute the app client may read.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Vec<Attribute>,
    /// Second factors by text message that were set up the old way ([`SetUserSettings`]).
    #[serde(default, rename = "MFAOptions", deserialize_with = "null_as_default")]
    pub mfa_options: Vec<MfaOption>,
    /// The second factor that is asked for, by its challenge's name.
    #[serde(default)]
    pub preferred_mfa_setting: Option<ChallengeName>,
    /// The second factors that are on, by their challenges' names.
    #[serde(default, rename = "UserMFASettingList", deserialize_with = "null_as_default")]
    pub user_mfa_setting_list: Vec<ChallengeName>,
}

operation! {
    /// `UpdateUserAttributes`: changes attributes; a changed email or phone number gets a code.
    ///
    /// NotAuthorized can mean that the app client may not write one of them, InvalidParameter that there
    /// is no such attribute or that it cannot be changed.
    ///
    /// Errors beyond the common ones: AliasExists, CodeDeliveryFailure, CodeMismatch, ExpiredCode,
    /// InvalidEmailRoleAccessPolicy, InvalidLambdaResponse, InvalidSmsRoleAccessPolicy,
    /// InvalidSmsRoleTrustRelationship, NotAuthorized, PasswordResetRequired, UnexpectedLambda,
    /// UserLambdaValidation, UserNotConfirmed, UserNotFound.
    UpdateUserAttributes {
        /// A valid access token.
        access_token: AccessToken,
        /// Only what changes.
        user_attributes: Vec<Attribute>,
        ;
        /// For the pool's functions.
        client_metadata: Parameters,
    } -> UpdateUserAttributesResponse
}

/// What UpdateUserAttributes answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateUserAttributesResponse {
    /// One entry for each attribute that has to be verified.
    #[serde(deserialize_with = "null_as_default")]
    pub code_delivery_details_list: Vec<CodeDelivery>,
}

operation! {
    /// `DeleteUserAttributes`: removes attributes that are not required.
    ///
    /// Errors beyond the common ones: NotAuthorized, PasswordResetRequired, UserNotConfirmed, UserNotFound.
    DeleteUserAttributes {
        /// A valid access token.
        access_token: AccessToken,
        /// Which ones.
        user_attribute_names: Vec<AttributeName>,
    } -> Nothing
}

operation! {
    /// `GetUserAttributeVerificationCode`: sends a code that confirms an email address or phone number.
    ///
    /// Errors beyond the common ones: CodeDeliveryFailure, InvalidEmailRoleAccessPolicy,
    /// InvalidLambdaResponse, InvalidSmsRoleAccessPolicy, InvalidSmsRoleTrustRelationship, LimitExceeded,
    /// NotAuthorized, PasswordResetRequired, UnexpectedLambda, UserLambdaValidation, UserNotConfirmed,
    /// UserNotFound.
    GetUserAttributeVerificationCode {
        /// A valid access token.
        access_token: AccessToken,
        /// `email` or `phone_number`.
        attribute_name: AttributeName,
        ;
        /// For the pool's functions.
        client_metadata: Parameters,
    } -> Delivery
}

operation! {
    /// `VerifyUserAttribute`: confirms an email address or phone number with the code.
    ///
    /// Errors beyond the common ones: AliasExists, CodeMismatch, ExpiredCode, LimitExceeded, NotAuthorized,
    /// PasswordResetRequired, UserNotConfirmed, UserNotFound.
    VerifyUserAttribute {
        /// A valid access token.
        access_token: AccessToken,
        /// `email` or `phone_number`.
        attribute_name: AttributeName,
        /// The code from the message.
        code: ConfirmationCode,
    } -> Nothing
}

operation! {
    /// `ChangePassword`: for a signed-in person.
    ///
    /// NotAuthorized can mean that the previous password is wrong.
    ///
    /// Errors beyond the common ones: InvalidPassword, LimitExceeded, NotAuthorized,
    /// PasswordHistoryPolicyViolation, PasswordResetRequired, UserNotConfirmed, UserNotFound.
    ChangePassword {
        /// A valid access token.
        access_token: AccessToken,
        /// The new one, at most 256 characters.
        proposed_password: Password,
        ;
        /// Absent for people who never had one.
        previous_password: Option<Password>,
    } -> Nothing
}

operation! {
    /// `DeleteUser`: deletes the person's own account.
    ///
    /// Errors beyond the common ones: NotAuthorized, PasswordResetRequired, UserNotConfirmed, UserNotFound.
    DeleteUser {
        /// A valid access token.
        access_token: AccessToken,
    } -> Nothing, empty true
}
