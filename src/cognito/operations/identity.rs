//! Federated identities: AWS credentials for a signed-in person, or for a guest.

use super::*;

/// Proofs of who somebody is: a provider's name → its token. At most 10; none for a guest.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Logins(BTreeMap<ProviderName, IdToken>);

impl Logins {
    /// The one of a person who is signed in to a user pool.
    pub fn of_pool(pool: &UserPoolId, token: IdToken) -> Self {
        Self([(pool.provider(), token)].into())
    }

    /// Adds one of another provider.
    #[must_use]
    pub fn with(mut self, provider: ProviderName, token: IdToken) -> Self {
        self.0.insert(provider, token);
        self
    }
}

impl Absent for Logins {
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Logins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(&self.0).finish()
    }
}

operation! {
    /// `GetId`: the identity of these logins in the identity pool; a new one for a guest.
    ///
    /// Errors beyond the common ones: ExternalService, LimitExceeded, NotAuthorized, ResourceConflict.
    GetId {
        /// The identity pool.
        identity_pool_id: IdentityPoolId,
        ;
        /// Who it is.
        logins: Logins,
        /// The AWS account that the pool is in, up to 15 digits; not needed.
        account_id: Option<String>,
    } -> GetIdResponse, in IdentityPools
}

/// What GetId answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetIdResponse {
    /// The identity.
    pub identity_id: IdentityId,
}

operation! {
    /// `GetCredentialsForIdentity`: temporary AWS credentials.
    ///
    /// Errors beyond the common ones: ExternalService, InvalidIdentityPoolConfiguration, NotAuthorized,
    /// ResourceConflict.
    GetCredentialsForIdentity {
        /// From [`GetId`].
        identity_id: IdentityId,
        ;
        /// The same logins as there.
        logins: Logins,
        /// One of several roles that the logins allow, 20 to 2048 characters.
        custom_role_arn: Option<String>,
    } -> GetCredentialsResponse, in IdentityPools
}

/// What GetCredentialsForIdentity answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCredentialsResponse {
    /// The identity the credentials are for.
    pub identity_id: IdentityId,
    /// The credentials.
    pub credentials: Credentials,
}

/// Temporary AWS credentials.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Credentials {
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret_key: AwsSecretKey,
    /// Goes along with every signed request.
    pub session_token: AwsSessionToken,
    /// When they end.
    pub expiration: Timestamp,
}

operation! {
    /// `GetOpenIdToken`: a JWT of the identity pool, for AWS STS.
    ///
    /// Errors beyond the common ones: ExternalService, NotAuthorized, ResourceConflict.
    GetOpenIdToken {
        /// From [`GetId`].
        identity_id: IdentityId,
        ;
        /// The same logins as there.
        logins: Logins,
    } -> GetOpenIdTokenResponse, in IdentityPools
}

/// What GetOpenIdToken answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetOpenIdTokenResponse {
    /// The identity the token is for.
    pub identity_id: IdentityId,
    /// The token.
    pub token: OpenIdToken,
}

operation! {
    /// `UnlinkIdentity`: takes logins away from an identity.
    ///
    /// Errors beyond the common ones: ExternalService, NotAuthorized, ResourceConflict.
    UnlinkIdentity {
        /// The identity.
        identity_id: IdentityId,
        /// Proofs of the logins that are to go.
        logins: Logins,
        /// Which ones.
        logins_to_remove: Vec<ProviderName>,
    } -> Nothing, in IdentityPools, empty true
}
