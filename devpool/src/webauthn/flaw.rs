//! Why a credential or an assertion is refused, step by step, and what Cognito makes of it.

use crate::wire::ApiError;
use std::fmt;

/// What is wrong with what a client brought. A log may tell them apart; of an assertion, the client learns only
/// [that it is refused](Flaw::assertion_error).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Not the form it should have; the text names the part.
    Malformed(&'static str),
    /// Made for the other ceremony.
    Type,
    /// Another challenge than the one that was given, or none was given.
    Challenge,
    /// The challenge was given to another app client. For the caller to find: it knows the clients.
    Client,
    /// Made on a page that does not belong to the relying party.
    Origin,
    /// Made in a frame inside of another site's page.
    CrossOrigin,
    /// Made for another relying party.
    RelyingParty,
    /// Nobody touched the authenticator.
    UserPresence,
    /// The authenticator did not verify who was there, and it was required.
    UserVerification,
    /// Backed up, though it is said that it cannot be.
    BackupState,
    /// Whether it can be backed up has changed since the registration.
    BackupEligibility,
    /// The credential's id is empty or too long, or not the same everywhere.
    CredentialId,
    /// For an algorithm that was not on offer.
    Algorithm,
    /// Not a usable public key.
    Key,
    /// An attestation that is not read here.
    AttestationFormat,
    /// The attestation does not hold.
    Attestation,
    /// The credential is registered already.
    AlreadyRegistered,
    /// The credential is none of those that were allowed.
    UnknownCredential,
    /// The user handle is another user's.
    UserHandle,
    /// Not signed with the credential's key, or changed after signing.
    Signature,
    /// The counter has not grown: there may be a copy of the authenticator.
    Counter,
}

impl Flaw {
    /// What `CompleteWebAuthnRegistration` answers. The texts are our own: nobody has written down AWS's.
    pub fn registration_error(self) -> ApiError {
        let name = match self {
            Self::Challenge => "WebAuthnChallengeNotFoundException",
            Self::Client => "WebAuthnClientMismatchException",
            Self::Origin | Self::CrossOrigin => "WebAuthnOriginNotAllowedException",
            Self::RelyingParty => "WebAuthnRelyingPartyMismatchException",
            Self::UserPresence
            | Self::UserVerification
            | Self::BackupState
            | Self::BackupEligibility
            | Self::Algorithm
            | Self::Key
            | Self::AttestationFormat => "WebAuthnCredentialNotSupportedException",
            Self::Malformed(_)
            | Self::Type
            | Self::CredentialId
            | Self::Attestation
            | Self::AlreadyRegistered
            | Self::UnknownCredential
            | Self::UserHandle
            | Self::Signature
            | Self::Counter => "InvalidParameterException",
        };
        ApiError::new(name, self.to_string())
    }

    /// What `RespondToAuthChallenge` answers: always the same, so that nobody learns which part to work on.
    pub fn assertion_error(self) -> ApiError {
        ApiError::not_authorized("The passkey could not be verified.")
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed(part) => return write!(f, "The credential cannot be read: {part}."),
            Self::Type => "The credential was made for another purpose.",
            Self::Challenge => "The challenge is unknown or has expired.",
            Self::Client => "The challenge was given to another client.",
            Self::Origin => "The origin is not allowed for the relying party.",
            Self::CrossOrigin => "Credentials from embedded pages are not allowed.",
            Self::RelyingParty => "The credential is for another relying party.",
            Self::UserPresence => "The authenticator did not ask for the user's presence.",
            Self::UserVerification => "The authenticator did not verify the user.",
            Self::BackupState => "The credential's backup flags contradict each other.",
            Self::BackupEligibility => "The credential's backup eligibility has changed.",
            Self::CredentialId => "The credential's id is not valid.",
            Self::Algorithm => "The credential's algorithm is not supported.",
            Self::Key => "The credential's public key is not supported.",
            Self::AttestationFormat => "The attestation format is not supported.",
            Self::Attestation => "The attestation is not valid.",
            Self::AlreadyRegistered => "The credential is already registered.",
            Self::UnknownCredential => "The credential is not known.",
            Self::UserHandle => "The user handle does not match.",
            Self::Signature => "The signature is not valid.",
            Self::Counter => "The signature counter did not increase.",
        })
    }
}

impl std::error::Error for Flaw {}
