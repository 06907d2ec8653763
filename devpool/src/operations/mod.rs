//! The operations, one file per group. [`find`] is the whole list: an operation that is added needs a line there and
//! a function here; its request is checked against AWS's model before the function sees it.

mod devices;
mod identity;
mod mfa;
mod passkeys;
mod password;
mod profile;
mod sessions;
pub mod sign_in;
mod sign_up;
mod tokens;

pub use crate::pool::sessions::Peer;
pub use identity::PROVIDER_NAME;
pub use sessions::device_type;
pub use sign_up::check_username;

use crate::model::Service;
use crate::pool::{CLIENT_ID, Pool};
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// Carries out an operation: takes the request (checked, without nulls), gives the answer.
///
/// It may take some milliseconds and waits for the disk, so it is not called on a thread that serves others.
pub type Operation = fn(&Pool, &Peer, Value) -> Result<Value, ApiError>;

/// The function for an operation, if the dev pool has it.
pub fn find(service: Service, name: &str) -> Option<Operation> {
    let operation: Operation = match (service, name) {
        (Service::UserPools, "SignUp") => sign_up::sign_up,
        (Service::UserPools, "ConfirmSignUp") => sign_up::confirm_sign_up,
        (Service::UserPools, "ResendConfirmationCode") => sign_up::resend_confirmation_code,
        (Service::UserPools, "InitiateAuth") => sign_in::initiate_auth,
        (Service::UserPools, "RespondToAuthChallenge") => sign_in::respond_to_auth_challenge,
        (Service::UserPools, "GetTokensFromRefreshToken") => tokens::get_tokens_from_refresh_token,
        (Service::UserPools, "RevokeToken") => tokens::revoke_token,
        (Service::UserPools, "GlobalSignOut") => tokens::global_sign_out,
        (Service::UserPools, "GetUser") => profile::get_user,
        (Service::UserPools, "UpdateUserAttributes") => profile::update_user_attributes,
        (Service::UserPools, "DeleteUserAttributes") => profile::delete_user_attributes,
        (Service::UserPools, "GetUserAttributeVerificationCode") => profile::get_user_attribute_verification_code,
        (Service::UserPools, "VerifyUserAttribute") => profile::verify_user_attribute,
        (Service::UserPools, "DeleteUser") => profile::delete_user,
        (Service::UserPools, "AssociateSoftwareToken") => mfa::associate_software_token,
        (Service::UserPools, "VerifySoftwareToken") => mfa::verify_software_token,
        (Service::UserPools, "SetUserMFAPreference") => mfa::set_user_mfa_preference,
        (Service::UserPools, "SetUserSettings") => mfa::set_user_settings,
        (Service::UserPools, "GetUserAuthFactors") => mfa::get_user_auth_factors,
        (Service::UserPools, "StartWebAuthnRegistration") => passkeys::start_web_authn_registration,
        (Service::UserPools, "CompleteWebAuthnRegistration") => passkeys::complete_web_authn_registration,
        (Service::UserPools, "ListWebAuthnCredentials") => passkeys::list_web_authn_credentials,
        (Service::UserPools, "DeleteWebAuthnCredential") => passkeys::delete_web_authn_credential,
        (Service::UserPools, "ConfirmDevice") => devices::confirm_device,
        (Service::UserPools, "GetDevice") => devices::get_device,
        (Service::UserPools, "ListDevices") => devices::list_devices,
        (Service::UserPools, "ForgetDevice") => devices::forget_device,
        (Service::UserPools, "UpdateDeviceStatus") => devices::update_device_status,
        (Service::UserPools, "ListUserSessions") => sessions::list_user_sessions,
        (Service::UserPools, "RevokeUserSession") => sessions::revoke_user_session,
        (Service::UserPools, "UpdateAuthEventFeedback") => sessions::update_auth_event_feedback,
        (Service::UserPools, "ForgotPassword") => password::forgot_password,
        (Service::UserPools, "ConfirmForgotPassword") => password::confirm_forgot_password,
        (Service::UserPools, "ChangePassword") => password::change_password,
        (Service::IdentityPools, "GetId") => identity::get_id,
        (Service::IdentityPools, "GetCredentialsForIdentity") => identity::get_credentials_for_identity,
        (Service::IdentityPools, "GetOpenIdToken") => identity::get_open_id_token,
        (Service::IdentityPools, "UnlinkIdentity") => identity::unlink_identity,
        _ => return None,
    };
    Some(operation)
}

/// Reads a checked request into its type.
fn parse<T: DeserializeOwned>(request: Value) -> Result<T, ApiError> {
    serde_json::from_value(request).map_err(|error| ApiError::new("SerializationException", error.to_string()))
}

/// Members that name the app client, in every operation that needs no token.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Client {
    client_id: String,
    secret_hash: Option<Secret>,
}

impl Client {
    /// Whether it is the pool's client, which has no secret.
    fn check(&self) -> Result<(), ApiError> {
        if self.client_id != CLIENT_ID {
            let id = &self.client_id;
            return Err(ApiError::resource_not_found(format!("User pool client {id} does not exist.")));
        }
        if self.secret_hash.is_some() {
            return Err(ApiError::not_authorized(format!(
                "Client {CLIENT_ID} is not configured for secret but secret was received"
            )));
        }
        Ok(())
    }
}

/// One entry of an attribute list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    name: String,
    value: Option<String>,
}

/// An attribute list as a map; of a name that occurs twice the last value counts.
fn attribute_map(attributes: Vec<Attribute>) -> BTreeMap<String, String> {
    attributes.into_iter().map(|attribute| (attribute.name, attribute.value.unwrap_or_default())).collect()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessTokenRequest {
    access_token: Secret,
}

/// A part of a list, as those who read it page by page ask for it.
#[derive(Debug)]
struct Page {
    from: usize,
    size: usize,
}

impl Page {
    /// At most `most` items; 0 and nothing stand for as many as there may be. The token is the position to go on from.
    fn new(limit: Option<usize>, most: usize, token: Option<&str>) -> Result<Self, ApiError> {
        let from = match token {
            Some(token) => token.parse().map_err(|_| ApiError::invalid_parameter("Invalid pagination token."))?,
            None => 0,
        };
        let size = limit.filter(|limit| *limit > 0).unwrap_or(most).min(most);
        Ok(Self { from, size })
    }

    /// The items of this page, and the token of the next if there is one.
    fn cut<T>(&self, items: Vec<T>) -> (Vec<T>, Option<String>) {
        let end = self.from.saturating_add(self.size);
        let next = (end < items.len()).then(|| end.to_string());
        (items.into_iter().skip(self.from).take(self.size).collect(), next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_public_operation_is_here() {
        for service in [Service::UserPools, Service::IdentityPools] {
            for name in service.operations() {
                assert!(find(service, name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn lists_are_read_page_by_page() {
        let items: Vec<u32> = (0..5).collect();
        let (first, next) = Page::new(Some(2), 60, None).unwrap().cut(items.clone());
        assert_eq!((first, next.as_deref()), (vec![0, 1], Some("2")));
        let (last, next) = Page::new(Some(2), 60, Some("4")).unwrap().cut(items.clone());
        assert_eq!((last, next), (vec![4], None));
        assert_eq!(Page::new(Some(0), 3, None).unwrap().cut(items).0.len(), 3);
        assert!(Page::new(None, 60, Some("x")).is_err());
    }
}
