//! The operations, one file per group. [`find`] is the whole list: an operation that is added needs a line there and
//! a function here; its request is checked against AWS's model before the function sees it.

mod identity;
mod password;
mod profile;
mod sign_in;
mod sign_up;
mod tokens;

pub use identity::PROVIDER_NAME;

use crate::model::Service;
use crate::pool::{CLIENT_ID, Pool};
use crate::wire::{ApiError, Secret};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Carries out an operation: takes the request (checked, without nulls), gives the answer.
///
/// It may take some milliseconds and waits for the disk, so it is not called on a thread that serves others.
pub type Operation = fn(&Pool, Value) -> Result<Value, ApiError>;

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
        (Service::UserPools, "DeleteUser") => profile::delete_user,
        (Service::UserPools, "ForgotPassword") => password::forgot_password,
        (Service::UserPools, "ConfirmForgotPassword") => password::confirm_forgot_password,
        (Service::UserPools, "ChangePassword") => password::change_password,
        (Service::IdentityPools, "GetId") => identity::get_id,
        (Service::IdentityPools, "GetCredentialsForIdentity") => identity::get_credentials_for_identity,
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

/// `CodeDeliveryDetails` for a code to an email address.
fn delivered_to(email: &str) -> Value {
    json!({
        "Destination": crate::pool::attributes::masked_email(email),
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_here_is_one_of_awss() {
        let count = |service: Service| service.operations().filter(|name| find(service, name).is_some()).count();
        assert_eq!(count(Service::UserPools), 14);
        assert_eq!(count(Service::IdentityPools), 2);
    }
}
