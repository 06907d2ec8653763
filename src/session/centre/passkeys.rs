//! Passkeys: making, listing and removing them.

use super::authorised;
use crate::{
    cognito::{
        error::{Error, ErrorKind},
        operations::{
            CompleteWebAuthnRegistration, DeleteWebAuthnCredential, ListWebAuthnCredentials, StartWebAuthnRegistration,
            WebAuthnCredential,
        },
        types::{CredentialId, PageToken},
    },
    session::{Account, PasskeyFault},
};

/// How many a person can have at Cognito.
pub const MOST: usize = 20;

/// A page of the list holds so many.
const PAGE: u8 = 10;

/// Where a passkey lives, as far as the pool knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Built into the device it was made on, or in its password manager.
    Device,
    /// On a phone or tablet that is held near.
    Phone,
    /// On a security key.
    SecurityKey,
    /// The pool does not know.
    Unknown,
}

impl Place {
    /// From what the authenticator said when the passkey was made.
    pub fn of(passkey: &WebAuthnCredential) -> Self {
        let has = |names: &[&str]| passkey.authenticator_transports.iter().any(|name| names.contains(&name.as_str()));
        match passkey.authenticator_attachment.as_deref() {
            Some("platform") => Self::Device,
            _ if has(&["hybrid", "cable"]) => Self::Phone,
            _ if has(&["usb", "nfc", "ble", "smart-card"]) => Self::SecurityKey,
            _ if has(&["internal"]) => Self::Device,
            _ => Self::Unknown,
        }
    }
}

/// Why there is no new passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMade {
    /// The pool refused, or could not be reached.
    Pool(Error),
    /// The browser made none.
    Browser(PasskeyFault),
}

impl From<Error> for NotMade {
    fn from(error: Error) -> Self {
        Self::Pool(error)
    }
}

/// A page of the list (ListWebAuthnCredentials), and where the next one begins.
///
/// # Errors
/// LimitExceeded; as [`authorised`].
pub async fn passkeys(
    account: &dyn Account,
    from: Option<PageToken>,
) -> Result<(Vec<WebAuthnCredential>, Option<PageToken>), Error> {
    let list = move |token| ListWebAuthnCredentials {
        next_token: from.clone(),
        max_results: Some(PAGE),
        ..ListWebAuthnCredentials::new(token)
    };
    let page = authorised(account, list).await?;
    Ok((page.credentials, page.next_token))
}

/// Has the browser make a passkey and the pool keep it (StartWebAuthnRegistration, CompleteWebAuthnRegistration).
///
/// # Errors
/// [`NotMade::Browser`] if the person or the browser did not go along; of the pool WebAuthnNotEnabled,
/// WebAuthnConfigurationMissing, WebAuthnOriginNotAllowed, WebAuthnRelyingPartyMismatch, WebAuthnClientMismatch,
/// WebAuthnCredentialNotSupported, WebAuthnChallengeNotFound if it took too long, LimitExceeded; as [`authorised`].
pub async fn make(account: &dyn Account) -> Result<(), NotMade> {
    let options = authorised(account, StartWebAuthnRegistration::new).await?.credential_creation_options;
    let made = account.create_passkey(options).await.map_err(NotMade::Browser)?;
    let complete = move |token| CompleteWebAuthnRegistration::new(token, made.clone());
    authorised(account, complete).await?;
    Ok(())
}

/// Forgets a passkey at the pool (DeleteWebAuthnCredential). One that is not there any more is forgotten.
///
/// # Errors
/// LimitExceeded; as [`authorised`].
pub async fn forget(account: &dyn Account, id: CredentialId) -> Result<(), Error> {
    let delete = move |token| DeleteWebAuthnCredential::new(token, id.clone());
    match authorised(account, delete).await {
        Err(error) if error.kind() == Some(ErrorKind::ResourceNotFound) => Ok(()),
        answer => answer.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_place_of_a_passkey_is_what_its_authenticator_said() {
        for (attachment, transports, expected) in [
            (json!("platform"), json!(["internal", "hybrid"]), Place::Device),
            (json!("platform"), json!(null), Place::Device),
            (json!("cross-platform"), json!(["internal", "hybrid"]), Place::Phone),
            (json!("cross-platform"), json!(["usb", "nfc"]), Place::SecurityKey),
            (json!(null), json!(["internal"]), Place::Device),
            (json!("cross-platform"), json!([]), Place::Unknown),
            (json!(null), json!(["pigeon"]), Place::Unknown),
        ] {
            let passkey = json!({"CredentialId": "c", "FriendlyCredentialName": "n", "RelyingPartyId": "x.test",
                "CreatedAt": 1.5, "AuthenticatorAttachment": attachment, "AuthenticatorTransports": transports});
            assert_eq!(Place::of(&serde_json::from_value(passkey).unwrap()), expected, "{attachment} {transports}");
        }
    }
}
