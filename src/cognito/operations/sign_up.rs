//! Creating and confirming an account, and getting back into one.

use super::*;

/// `SignUp`: creates an account that waits for its code.
///
/// Errors beyond the common ones: UsernameExists, InvalidPassword, CodeDeliveryFailure, NotAuthorized
/// (sign-up is closed).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SignUp {
    /// The app client.
    pub client_id: ClientId,
    /// The name to sign in with: the email address, where the pool signs in by email.
    pub username: UserName,
    /// The new password.
    pub password: Password,
    /// `email` and whatever else the pool requires or the app asks for.
    pub user_attributes: Vec<Attribute>,
}
operation!(SignUp, "SignUp", SignUpResponse);

/// What SignUp answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SignUpResponse {
    /// True where a function of the pool confirmed the account at once.
    pub user_confirmed: bool,
    /// Where the code was sent.
    pub code_delivery_details: Option<CodeDelivery>,
}

/// `ConfirmSignUp`: proves the email address with the code.
///
/// Errors beyond the common ones: CodeMismatch, ExpiredCode, AliasExists, TooManyFailedAttempts,
/// LimitExceeded, UserNotFound, NotAuthorized (confirmed already).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConfirmSignUp {
    /// The app client.
    pub client_id: ClientId,
    /// Who is confirmed.
    pub username: UserName,
    /// The code from the message.
    pub confirmation_code: ConfirmationCode,
}
operation!(ConfirmSignUp, "ConfirmSignUp", Nothing);

/// `ResendConfirmationCode`: a new code; the old one stops working.
///
/// Errors beyond the common ones: LimitExceeded, CodeDeliveryFailure, UserNotFound,
/// InvalidParameter (confirmed already).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResendConfirmationCode {
    /// The app client.
    pub client_id: ClientId,
    /// Who gets the code.
    pub username: UserName,
}
operation!(ResendConfirmationCode, "ResendConfirmationCode", Delivery);

/// `ForgotPassword`: sends a code to set a new password with. With user existence hidden, unknown
/// users get the same answer.
///
/// Errors beyond the common ones: LimitExceeded, CodeDeliveryFailure, UserNotFound,
/// InvalidParameter (no verified address).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ForgotPassword {
    /// The app client.
    pub client_id: ClientId,
    /// Who forgot it.
    pub username: UserName,
}
operation!(ForgotPassword, "ForgotPassword", Delivery);

/// `ConfirmForgotPassword`: sets the new password.
///
/// Errors beyond the common ones: CodeMismatch, ExpiredCode, InvalidPassword,
/// PasswordHistoryPolicyViolation, TooManyFailedAttempts, LimitExceeded, UserNotConfirmed,
/// UserNotFound.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConfirmForgotPassword {
    /// The app client.
    pub client_id: ClientId,
    /// Whose password.
    pub username: UserName,
    /// The code from the message.
    pub confirmation_code: ConfirmationCode,
    /// The new password.
    pub password: Password,
}
operation!(ConfirmForgotPassword, "ConfirmForgotPassword", Nothing);

/// The answer of operations that send a code.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Delivery {
    /// Where the code was sent.
    pub code_delivery_details: Option<CodeDelivery>,
}
