//! Passkeys of a signed-in person. The browser makes and uses them; here they pass through as JSON.

use super::*;

operation! {
    /// `StartWebAuthnRegistration`: what the browser needs to make a passkey.
    ///
    /// Errors beyond the common ones: LimitExceeded, NotAuthorized, PasswordResetRequired,
    /// WebAuthnConfigurationMissing, WebAuthnNotEnabled.
    StartWebAuthnRegistration {
        /// A valid access token.
        access_token: AccessToken,
    } -> StartWebAuthnRegistrationResponse
}

/// What StartWebAuthnRegistration answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StartWebAuthnRegistrationResponse {
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON`.
    pub credential_creation_options: PasskeyOptions,
}

operation! {
    /// `CompleteWebAuthnRegistration`: hands over the passkey that the browser made.
    ///
    /// Errors beyond the common ones: LimitExceeded, NotAuthorized, PasswordResetRequired,
    /// WebAuthnChallengeNotFound, WebAuthnClientMismatch, WebAuthnCredentialNotSupported,
    /// WebAuthnNotEnabled, WebAuthnOriginNotAllowed, WebAuthnRelyingPartyMismatch.
    CompleteWebAuthnRegistration {
        /// A valid access token, of the same session that started it.
        access_token: AccessToken,
        /// `RegistrationResponseJSON`.
        credential: PasskeyCredential,
    } -> Nothing
}

operation! {
    /// `ListWebAuthnCredentials`: the person's passkeys, a page at a time.
    ///
    /// Errors beyond the common ones: LimitExceeded, NotAuthorized, PasswordResetRequired.
    ListWebAuthnCredentials {
        /// A valid access token.
        access_token: AccessToken,
        ;
        /// Where this page begins.
        next_token: Option<PageToken>,
        /// Entries on a page, 0 to 20.
        max_results: Option<u8>,
    } -> ListWebAuthnCredentialsResponse
}

/// What ListWebAuthnCredentials answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListWebAuthnCredentialsResponse {
    /// This page.
    #[serde(default, deserialize_with = "null_as_default")]
    pub credentials: Vec<WebAuthnCredential>,
    /// Where the next page begins; absent on the last.
    pub next_token: Option<PageToken>,
}

/// A registered passkey (`WebAuthnCredentialDescription`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WebAuthnCredential {
    /// Its name, for [`DeleteWebAuthnCredential`].
    pub credential_id: CredentialId,
    /// What the pool calls it: the maker's name for the authenticator.
    pub friendly_credential_name: String,
    /// The domain it is for.
    pub relying_party_id: String,
    /// `platform` or `cross-platform`.
    pub authenticator_attachment: Option<String>,
    /// `internal`, `hybrid`, `usb`, …
    #[serde(default, deserialize_with = "null_as_default")]
    pub authenticator_transports: Vec<String>,
    /// When it was registered.
    pub created_at: Timestamp,
}

operation! {
    /// `DeleteWebAuthnCredential`: forgets a passkey at the pool; the authenticator keeps its half.
    ///
    /// Errors beyond the common ones: LimitExceeded, NotAuthorized, PasswordResetRequired.
    DeleteWebAuthnCredential {
        /// A valid access token.
        access_token: AccessToken,
        /// Which one.
        credential_id: CredentialId,
    } -> Nothing
}
