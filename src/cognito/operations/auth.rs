//! Signing in, and keeping a session alive.

use super::*;
use crate::cognito::error::{Error, Fault};

/// `InitiateAuth`: begins a sign-in or refreshes tokens.
///
/// Errors beyond the common ones: NotAuthorized, UserNotConfirmed, UserNotFound,
/// PasswordResetRequired, InvalidUserPoolConfiguration, FeatureUnavailableInTier.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InitiateAuth {
    /// The app client.
    pub client_id: ClientId,
    /// What the parameters are for.
    pub auth_flow: AuthFlow,
    /// Depends on the flow: `USERNAME` and `SRP_A`, `REFRESH_TOKEN`, …
    pub auth_parameters: Secrets,
}
operation!(InitiateAuth, "InitiateAuth", AuthAnswer);

/// The ways to begin that this app uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthFlow {
    /// The password stays here; a proof of it goes out.
    UserSrpAuth,
    /// The password goes out, for pools that migrate users at sign-in.
    UserPasswordAuth,
    /// New tokens for a refresh token; pools without rotation.
    RefreshTokenAuth,
}

/// Parameters that can hold a password or a token; redacted in `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Secrets(Parameters);

impl<const N: usize> From<[(&str, &str); N]> for Secrets {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
    }
}

impl<const N: usize> From<[(String, String); N]> for Secrets {
    fn from(pairs: [(String, String); N]) -> Self {
        Self(pairs.into())
    }
}

impl Secrets {
    /// Adds or replaces one.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.0.keys().map(|k| (k, "[redacted]"))).finish()
    }
}

/// `RespondToAuthChallenge`: answers the step that Cognito asked for.
///
/// Errors beyond the common ones: NotAuthorized, CodeMismatch, ExpiredCode, InvalidPassword,
/// PasswordHistoryPolicyViolation, AliasExists, UserNotConfirmed, UserNotFound,
/// PasswordResetRequired, MFAMethodNotFound, SoftwareTokenMFANotFound.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RespondToAuthChallenge {
    /// The app client.
    pub client_id: ClientId,
    /// The challenge that is answered.
    pub challenge_name: String,
    /// The session that came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    /// The answers, by AWS's names.
    pub challenge_responses: Secrets,
}
operation!(RespondToAuthChallenge, "RespondToAuthChallenge", AuthAnswer);

/// What InitiateAuth and RespondToAuthChallenge answer: the next challenge, or tokens.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AuthAnswer {
    /// The next challenge's name.
    pub challenge_name: Option<String>,
    /// Goes back with the answer to that challenge.
    pub session: Option<ChallengeSession>,
    /// What the challenge needs.
    #[serde(deserialize_with = "null_as_default")]
    pub challenge_parameters: Parameters,
    /// The tokens, when the sign-in is complete.
    pub authentication_result: Option<AuthenticationResult>,
}

/// Tokens (`AuthenticationResultType`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AuthenticationResult {
    /// Authorises calls.
    pub access_token: Option<AccessToken>,
    /// Says who it is.
    pub id_token: Option<IdToken>,
    /// Absent from a refresh without rotation.
    pub refresh_token: Option<RefreshToken>,
}

impl AuthenticationResult {
    /// The three tokens; `previous` is kept when no new refresh token came.
    ///
    /// # Errors
    /// [`Fault::Garbled`] when one is missing.
    pub fn into_tokens(self, previous: Option<&RefreshToken>) -> Result<Tokens, Error> {
        match (self.access_token, self.id_token, self.refresh_token.or_else(|| previous.cloned())) {
            (Some(access), Some(id), Some(refresh)) => Ok(Tokens { access, id, refresh }),
            _ => Err(Fault::Garbled.into()),
        }
    }
}

/// `GetTokensFromRefreshToken`: new tokens where the pool rotates refresh tokens.
///
/// Errors beyond the common ones: NotAuthorized, RefreshTokenReuse, UserNotFound.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetTokensFromRefreshToken {
    /// The app client.
    pub client_id: ClientId,
    /// The newest refresh token.
    pub refresh_token: RefreshToken,
}
operation!(GetTokensFromRefreshToken, "GetTokensFromRefreshToken", AuthAnswer);

/// `RevokeToken`: ends this session at the server: the refresh token and all tokens made with it.
///
/// Errors beyond the common ones: UnsupportedTokenType, Unauthorized, UnsupportedOperation.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RevokeToken {
    /// The refresh token.
    pub token: RefreshToken,
    /// The app client.
    pub client_id: ClientId,
}
operation!(RevokeToken, "RevokeToken", Nothing);

/// `GlobalSignOut`: ends every session of the person.
///
/// Errors beyond the common ones: NotAuthorized, UserNotConfirmed, PasswordResetRequired.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GlobalSignOut {
    /// A valid access token.
    pub access_token: AccessToken,
}
operation!(GlobalSignOut, "GlobalSignOut", Nothing);
