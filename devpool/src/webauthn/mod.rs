//! Passkeys: the relying party's half of Web Authentication Level 3. Pure: no clock, no state, no randomness.
//!
//! Options go out as `PublicKeyCredentialCreationOptionsJSON` and `PublicKeyCredentialRequestOptionsJSON`, and what comes
//! back is `RegistrationResponseJSON` and `AuthenticationResponseJSON` (§5.1), which browsers read and write themselves.
//! [`verify_registration`] follows §7.1 and [`verify_assertion`] §7.2, step by step; the comments have the steps' numbers.
//!
//! Attestation is not asked for, so browsers send the format `none`. Self attestation (`packed` without certificates)
//! is verified too. Every other format is refused: there are no roots of trust here to verify it against.

mod authenticator_data;
mod cbor;
mod client_data;
mod flaw;
mod key;
mod names;

pub use flaw::Flaw;
pub use key::PublicKey;

use authenticator_data::{AttestationObject, AuthenticatorData};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coset::cbor::Value as Cbor;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt;

/// How long a browser should wait for a new passkey, in milliseconds, as Cognito asks.
const CREATION_TIMEOUT: u32 = 60_000;

/// How long it should wait for a sign-in with one, in milliseconds, as Cognito asks.
const REQUEST_TIMEOUT: u32 = 180_000;

/// A credential id has at most so many bytes (§7.1, step 25).
const LONGEST_CREDENTIAL_ID: usize = 1023;

/// Whom passkeys are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// A domain, such as `example.org` or `localhost`. Its passkeys work there and below.
    pub id: String,
    /// What people are shown.
    pub name: String,
    /// Whether the authenticator must make sure who is there.
    pub user_verification: UserVerification,
}

/// Cognito's `UserVerification` of a pool's passkeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserVerification {
    /// Without, a passkey is refused.
    Required,
    /// It is asked for, and may be missing.
    Preferred,
}

/// Who gets a new passkey.
#[derive(Clone, Copy, Debug)]
pub struct User<'a> {
    /// The user handle: 1 to 64 bytes that tell nothing about the person (§14.6.1).
    pub id: &'a [u8],
    /// The name to sign in with.
    pub name: &'a str,
    /// The name for people.
    pub display_name: &'a str,
}

/// Bytes that are written in base64url everywhere.
macro_rules! base64url_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "base64url")] Vec<u8>);

        impl $name {
            /// The bytes themselves.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

base64url_bytes! {
    /// The id of a credential, written as in `ListWebAuthnCredentials`.
    CredentialId
}

base64url_bytes! {
    /// The user that a passkey was made for: [`User::id`].
    UserHandle
}

/// The model of an authenticator; zero if it does not say. It is written as a UUID.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Aaguid(u128);

impl From<[u8; 16]> for Aaguid {
    fn from(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl TryFrom<String> for Aaguid {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let number = u128::from_str_radix(&text.replace('-', ""), 16).map(Self);
        number.ok().filter(|aaguid| aaguid.to_string() == text).ok_or("not a UUID in lower case")
    }
}

impl From<Aaguid> for String {
    fn from(aaguid: Aaguid) -> Self {
        aaguid.to_string()
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", self.0);
        write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

impl fmt::Debug for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How an authenticator is attached: `AuthenticatorAttachment` (§5.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// Part of the device, or a program on it.
    Platform,
    /// Plugged in, held near, or on another device.
    CrossPlatform,
}

impl Attachment {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::CrossPlatform => "cross-platform",
        }
    }
}

/// A registered passkey: the credential record (§4) as the pool keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passkey {
    /// The credential's id, unique in the pool.
    pub credential_id: CredentialId,
    /// The relying party it was made for.
    pub rp_id: String,
    /// The user it was made for.
    pub user_handle: UserHandle,
    /// What its signatures are verified with.
    pub public_key: PublicKey,
    /// The authenticator's counter when it was last used; 0 if it does not count.
    pub counter: u32,
    /// How the authenticator can be reached, such as `internal` or `usb`, as the browser said.
    pub transports: Vec<String>,
    /// How the authenticator was attached, if the browser said.
    pub attachment: Option<Attachment>,
    /// The authenticator's model.
    pub aaguid: Aaguid,
    /// Whether it may come to be on several devices.
    pub backup_eligible: bool,
    /// Whether it is kept somewhere else as well.
    pub backup_state: bool,
}

impl Passkey {
    /// Cognito's `FriendlyCredentialName`: the provider, if it is a well-known one.
    pub fn friendly_name(&self) -> &'static str {
        names::friendly_name(self.aaguid, self.attachment)
    }

    /// §7.2, step 24: takes over what changes with each use. The caller keeps the result before the sign-in goes on.
    pub fn record_use(&mut self, verified: &Verified) {
        self.counter = verified.counter;
        self.backup_state = verified.backup_state;
    }

    fn descriptor(&self) -> Value {
        let mut descriptor = json!({ "type": PUBLIC_KEY, "id": self.credential_id });
        if !self.transports.is_empty() {
            descriptor["transports"] = json!(self.transports);
        }
        descriptor
    }
}

/// A verified assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The passkey that signed.
    pub credential_id: CredentialId,
    /// The authenticator's counter.
    pub counter: u32,
    /// Whether the authenticator made sure who was there.
    pub user_verified: bool,
    /// Whether the passkey is now kept somewhere else as well.
    pub backup_state: bool,
}

/// `PublicKeyCredentialType` has one value.
const PUBLIC_KEY: &str = "public-key";

/// `CredentialCreationOptions` of `StartWebAuthnRegistration`, for `user`, whose passkeys so far are `existing`. The
/// challenge is at least 16 random bytes, used once (§13.4.3).
pub fn creation_options(rp: &RelyingParty, user: User<'_>, existing: &[Passkey], challenge: &[u8]) -> Value {
    json!({
        "rp": { "id": rp.id, "name": rp.name },
        "user": { "id": encode(user.id), "name": user.name, "displayName": user.display_name },
        "challenge": encode(challenge),
        "pubKeyCredParams": key::ALGORITHMS.map(|alg| json!({ "type": PUBLIC_KEY, "alg": alg })),
        "timeout": CREATION_TIMEOUT,
        "excludeCredentials": existing.iter().map(Passkey::descriptor).collect::<Vec<_>>(),
        "authenticatorSelection": {
            "requireResidentKey": true,
            "residentKey": "required",
            "userVerification": rp.user_verification,
        },
    })
}

/// `CREDENTIAL_REQUEST_OPTIONS` of a `WEB_AUTHN` challenge, which carries them as text. An assertion by any of
/// `allowed` will do. The challenge is as for [`creation_options`].
pub fn request_options(rp: &RelyingParty, challenge: &[u8], allowed: &[Passkey]) -> Value {
    json!({
        "challenge": encode(challenge),
        "timeout": REQUEST_TIMEOUT,
        "rpId": rp.id,
        "allowCredentials": allowed.iter().map(Passkey::descriptor).collect::<Vec<_>>(),
        "userVerification": rp.user_verification,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential<Response> {
    id: String,
    raw_id: String,
    r#type: String,
    authenticator_attachment: Option<String>,
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttestationResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
    transports: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssertionResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}

impl<'a, Response: Deserialize<'a>> Credential<Response> {
    fn parse(json: &'a Value) -> Result<Self, Flaw> {
        let credential = Self::deserialize(json).map_err(|_| Flaw::Malformed("not a PublicKeyCredential"))?;
        if credential.r#type != PUBLIC_KEY {
            return Err(Flaw::Malformed("type"));
        }
        if credential.id != credential.raw_id {
            return Err(Flaw::CredentialId);
        }
        Ok(credential)
    }

    fn id(&self) -> Result<CredentialId, Flaw> {
        decode(&self.raw_id, "rawId").map(CredentialId)
    }

    /// A value that is not known counts as none (§5.1).
    fn attachment(&self) -> Option<Attachment> {
        let known = [Attachment::Platform, Attachment::CrossPlatform];
        known.into_iter().find(|known| Some(known.as_str()) == self.authenticator_attachment.as_deref())
    }
}

/// Verifies a new credential (§7.1) that was made with [`creation_options`] for the user with the handle `user_handle`.
/// `is_registered` tells whether the pool has a credential of this id, of any user. `credential` is a
/// `RegistrationResponseJSON`.
///
/// # Errors
/// The first [`Flaw`] found; [`Flaw::registration_error`] is Cognito's answer to it.
pub fn verify_registration(
    rp: &RelyingParty,
    challenge: &[u8],
    user_handle: &[u8],
    is_registered: impl FnOnce(&CredentialId) -> bool,
    credential: &Value,
) -> Result<Passkey, Flaw> {
    // Steps 1 and 2 are the client's. Step 3; step 4 has nothing to do, as no extension was asked for.
    let credential = Credential::<AttestationResponse>::parse(credential)?;
    let response = &credential.response;
    let client_data = decode(&response.client_data, "clientDataJSON")?;
    let object = decode(&response.attestation_object, "attestationObject")?;
    // Steps 5 to 11.
    client_data::verify(rp, "webauthn.create", challenge, &client_data)?;
    // Steps 12 and 13.
    let hash = Sha256::digest(&client_data);
    let object = AttestationObject::parse(&object)?;
    let bytes = object.authenticator_data()?;
    let data = AuthenticatorData::parse(bytes)?;
    // Steps 14 to 17. Steps 18 and 19 are up to us: a passkey may be of either kind.
    data.verify(rp)?;
    let attested = data.attested.as_ref().ok_or(Flaw::Malformed("no attested credential data"))?;
    // Step 20.
    let public_key = PublicKey::from_cose(&attested.public_key)?;
    // Steps 21 and 22. Steps 23 and 24: neither kind of attestation that is accepted has roots of trust.
    verify_attestation(&object, &public_key, &[bytes, &hash].concat())?;
    // Step 25, and that all speak of the same credential.
    let credential_id = credential.id()?;
    if attested.id != credential_id.0 || !(1..=LONGEST_CREDENTIAL_ID).contains(&attested.id.len()) {
        return Err(Flaw::CredentialId);
    }
    // Step 26.
    if is_registered(&credential_id) {
        return Err(Flaw::AlreadyRegistered);
    }
    // Step 27. Step 28: extensions nobody asked for are ignored. Step 29 is the caller's.
    Ok(Passkey {
        credential_id,
        rp_id: rp.id.clone(),
        user_handle: UserHandle(user_handle.to_vec()),
        public_key,
        counter: data.counter,
        attachment: credential.attachment(),
        aaguid: attested.aaguid,
        backup_eligible: data.backup_eligible(),
        backup_state: data.backup_state(),
        transports: credential.response.transports.unwrap_or_default(),
    })
}

fn verify_attestation(object: &AttestationObject, key: &PublicKey, signed: &[u8]) -> Result<(), Flaw> {
    let statement = object.statement.as_map().ok_or(Flaw::Malformed("attStmt"))?;
    let member = |name| statement.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value);
    match object.fmt.as_str() {
        // §8.7.
        "none" if statement.is_empty() => Ok(()),
        // §8.2, with the credential's own key.
        "packed" if member("x5c").is_none() => {
            let signature = member("sig").and_then(Cbor::as_bytes).ok_or(Flaw::Attestation)?;
            if statement.len() != 2 || member("alg") != Some(&Cbor::from(key.algorithm())) {
                return Err(Flaw::Attestation);
            }
            key.verify(signed, signature).map_err(|_| Flaw::Attestation)
        }
        "none" => Err(Flaw::Attestation),
        _ => Err(Flaw::AttestationFormat),
    }
}

/// Verifies an assertion (§7.2) that was made with [`request_options`]. `allowed` are the same passkeys as there, all of
/// the one user who signs in. `credential` is an `AuthenticationResponseJSON`.
///
/// # Errors
/// The first [`Flaw`] found; [`Flaw::assertion_error`] is Cognito's answer to it.
pub fn verify_assertion(
    rp: &RelyingParty,
    challenge: &[u8],
    credential: &Value,
    allowed: &[Passkey],
) -> Result<Verified, Flaw> {
    // Steps 1 and 2 are the client's. Step 3; step 4 has nothing to do, as no extension was asked for.
    let credential = Credential::<AssertionResponse>::parse(credential)?;
    let response = &credential.response;
    // Steps 5 and 6.
    let credential_id = credential.id()?;
    let passkey = allowed.iter().find(|known| known.credential_id == credential_id).ok_or(Flaw::UnknownCredential)?;
    if let Some(handle) = &response.user_handle
        && decode(handle, "userHandle")? != passkey.user_handle.0
    {
        return Err(Flaw::UserHandle);
    }
    // Step 7.
    let client_data = decode(&response.client_data, "clientDataJSON")?;
    let bytes = decode(&response.authenticator_data, "authenticatorData")?;
    let signature = decode(&response.signature, "signature")?;
    // Steps 8 to 14.
    client_data::verify(rp, "webauthn.get", challenge, &client_data)?;
    // Steps 15 to 18.
    let data = AuthenticatorData::parse(&bytes)?;
    data.verify(rp)?;
    // Step 19.
    if data.backup_eligible() != passkey.backup_eligible {
        return Err(Flaw::BackupEligibility);
    }
    // Steps 20 and 21.
    let hash = Sha256::digest(&client_data);
    passkey.public_key.verify(&[&bytes[..], &hash].concat(), &signature)?;
    // Step 22. It only hints at a copy; here the hint is enough. Those that do not count always say 0.
    if data.counter <= passkey.counter && (data.counter, passkey.counter) != (0, 0) {
        return Err(Flaw::Counter);
    }
    // Step 23: extensions nobody asked for are ignored. Step 24 is `Passkey::record_use`.
    Ok(Verified {
        credential_id,
        counter: data.counter,
        user_verified: data.user_verified(),
        backup_state: data.backup_state(),
    })
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str, what: &'static str) -> Result<Vec<u8>, Flaw> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Flaw::Malformed(what))
}

/// Bytes as base64url in JSON.
mod base64url {
    use super::{URL_SAFE_NO_PAD, encode};
    use base64::Engine as _;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        URL_SAFE_NO_PAD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
#[path = "../../tests/common/authenticator.rs"]
mod authenticator;

#[cfg(test)]
mod tests;
