//! Creating and confirming an account, and getting back into one.

use super::*;

operation! {
    /// `SignUp`: creates an account that waits for its code.
    ///
    /// NotAuthorized means that sign-up is closed.
    ///
    /// Errors beyond the common ones: CodeDeliveryFailure, InvalidEmailRoleAccessPolicy,
    /// InvalidLambdaResponse, InvalidPassword, InvalidSmsRoleAccessPolicy, InvalidSmsRoleTrustRelationship,
    /// LimitExceeded, NotAuthorized, UnexpectedLambda, UserLambdaValidation, UsernameExists.
    SignUp {
        /// The app client.
        client_id: ClientId,
        /// The name to sign in with: the email address, where the pool signs in by email. 1 to 128 characters.
        username: UserName,
        ;
        /// The new password, at most 256 characters. Absent for people who will sign in without one.
        password: Option<Password>,
        /// `email` and whatever else the pool requires or the app asks for.
        user_attributes: Vec<Attribute>,
        /// For the pool's pre-sign-up function only; not stored.
        validation_data: Vec<Attribute>,
        /// Where to count this.
        analytics_metadata: Option<AnalyticsMetadata>,
        /// For threat protection.
        user_context_data: Option<UserContextData>,
        /// For the pool's functions.
        client_metadata: Parameters,
    } -> SignUpResponse
}

/// What SignUp answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SignUpResponse {
    /// True where a function of the pool confirmed the account at once.
    pub user_confirmed: bool,
    /// Where the code was sent.
    pub code_delivery_details: Option<CodeDelivery>,
    /// The pool's own name for the person, a UUID.
    pub user_sub: String,
    /// Goes into ConfirmSignUp, and makes signing in after it possible without a password.
    pub session: Option<ChallengeSession>,
}

operation! {
    /// `ConfirmSignUp`: proves the email address or phone number with the code.
    ///
    /// NotAuthorized can mean that the account is confirmed already.
    ///
    /// Errors beyond the common ones: AliasExists, CodeMismatch, ExpiredCode, InvalidLambdaResponse,
    /// LimitExceeded, NotAuthorized, TooManyFailedAttempts, UnexpectedLambda, UserLambdaValidation,
    /// UserNotFound.
    ConfirmSignUp {
        /// The app client.
        client_id: ClientId,
        /// Who is confirmed.
        username: UserName,
        /// The code from the message.
        confirmation_code: ConfirmationCode,
        ;
        /// True takes the address away from another account that has confirmed it.
        force_alias_creation: Option<bool>,
        /// From SignUp.
        session: Option<ChallengeSession>,
        /// Where to count this.
        analytics_metadata: Option<AnalyticsMetadata>,
        /// For threat protection.
        user_context_data: Option<UserContextData>,
        /// For the pool's functions.
        client_metadata: Parameters,
    } -> ConfirmSignUpResponse
}

/// What ConfirmSignUp answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ConfirmSignUpResponse {
    /// Goes into InitiateAuth with USER_AUTH, which then signs in at once.
    pub session: Option<ChallengeSession>,
}

operation! {
    /// `ResendConfirmationCode`: a new code; the old one stops working.
    ///
    /// InvalidParameter can mean that the account is confirmed already.
    ///
    /// Errors beyond the common ones: CodeDeliveryFailure, InvalidEmailRoleAccessPolicy,
    /// InvalidLambdaResponse, InvalidSmsRoleAccessPolicy, InvalidSmsRoleTrustRelationship, LimitExceeded,
    /// NotAuthorized, UnexpectedLambda, UserLambdaValidation, UserNotFound.
    ResendConfirmationCode {
        /// The app client.
        client_id: ClientId,
        /// Who gets the code.
        username: UserName,
        ;
        /// Where to count this.
        analytics_metadata: Option<AnalyticsMetadata>,
        /// For threat protection.
        user_context_data: Option<UserContextData>,
        /// For the pool's functions.
        client_metadata: Parameters,
    } -> Delivery
}

operation! {
    /// `ForgotPassword`: sends a code to set a new password with. With user existence hidden, unknown
    /// users get the same answer.
    ///
    /// InvalidParameter can mean that there is no verified address.
    ///
    /// Errors beyond the common ones: CodeDeliveryFailure, InvalidEmailRoleAccessPolicy,
    /// InvalidLambdaResponse, InvalidSmsRoleAccessPolicy, InvalidSmsRoleTrustRelationship, LimitExceeded,
    /// NotAuthorized, UnexpectedLambda, UserLambdaValidation, UserNotFound.
    ForgotPassword {
        /// The app client.
        client_id: ClientId,
        /// Who forgot it.
        username: UserName,
        ;
        /// Where to count this.
        analytics_metadata: Option<AnalyticsMetadata>,
        /// For threat protection.
        user_context_data: Option<UserContextData>,
        /// For the pool's functions.
        client_metadata: Parameters,
    } -> Delivery
}

operation! {
    /// `ConfirmForgotPassword`: sets the new password.
    ///
    /// Errors beyond the common ones: CodeMismatch, ExpiredCode, InvalidLambdaResponse, InvalidPassword,
    /// LimitExceeded, NotAuthorized, PasswordHistoryPolicyViolation, TooManyFailedAttempts,
    /// UnexpectedLambda, UserLambdaValidation, UserNotConfirmed, UserNotFound.
    ConfirmForgotPassword {
        /// The app client.
        client_id: ClientId,
        /// Whose password.
        username: UserName,
        /// The code from the message.
        confirmation_code: ConfirmationCode,
        /// The new password, at most 256 characters.
        password: Password,
        ;
        /// Where to count this.
        analytics_metadata: Option<AnalyticsMetadata>,
        /// For threat protection.
        user_context_data: Option<UserContextData>,
        /// For the pool's functions.
        client_metadata: Parameters,
    } -> Nothing
}
