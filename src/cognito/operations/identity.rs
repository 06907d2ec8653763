//! Federated identities: AWS credentials for a signed-in person.

use super::*;

/// `GetId`: the identity of these logins in the identity pool.
///
/// Errors beyond the common ones: NotAuthorized, ResourceConflict, LimitExceeded, ExternalService.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetId {
    /// The identity pool.
    pub identity_pool_id: String,
    /// `cognito-idp.{region}.amazonaws.com/{poolId}` → ID token.
    pub logins: Secrets,
}
operation!(GetId, "GetId", GetIdResponse, IdentityPools);

/// What GetId answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetIdResponse {
    /// `{region}:{uuid}`.
    pub identity_id: String,
}

/// `GetCredentialsForIdentity`: temporary AWS credentials.
///
/// Errors beyond the common ones: NotAuthorized, ResourceConflict, ExternalService,
/// InvalidIdentityPoolConfiguration.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCredentialsForIdentity {
    /// From [`GetId`].
    pub identity_id: String,
    /// The same logins as there.
    pub logins: Secrets,
}
operation!(GetCredentialsForIdentity, "GetCredentialsForIdentity", GetCredentialsResponse, IdentityPools);

/// What GetCredentialsForIdentity answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCredentialsResponse {
    /// The identity the credentials are for.
    pub identity_id: String,
    /// The credentials.
    pub credentials: Credentials,
}

/// Temporary AWS credentials.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Credentials {
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret_key: String,
    /// Goes along with every signed request.
    pub session_token: String,
    /// Seconds since 1970, possibly fractional.
    pub expiration: f64,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("secret_key", &"[redacted]")
            .field("session_token", &"[redacted]")
            .field("expiration", &self.expiration)
            .finish()
    }
}
