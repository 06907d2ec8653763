//! One typed request and response per public operation, grouped as people think of them:
//!
//! - [`sign_up`](SignUp): creating and confirming an account, and getting back into one;
//! - [`auth`](InitiateAuth): signing in, new tokens, ending sessions by their tokens;
//! - [`user`](GetUser): attributes, password, the end of the account;
//! - [`mfa`](AssociateSoftwareToken): second factors;
//! - [`passkey`](StartWebAuthnRegistration): passkeys;
//! - [`device`](ConfirmDevice): remembered devices;
//! - [`session`](ListUserSessions): where the person is signed in;
//! - [`identity`](GetId): identity pools.
//!
//! Field names are AWS's, turned into Rust's case. `new` takes what AWS requires; what is absent or empty
//! is left out of the request. `SecretHash` and `ClientSecret` are missing on purpose: a public client has
//! no secret.
//!
//! Every operation can answer with the common errors Forbidden, InternalError, InvalidParameter,
//! OperationNotEnabled, ResourceNotFound and TooManyRequests; each says which others it knows.
//!
//! Source: the AWS service models of `cognito-idp` and `cognito-identity`; `tests/cognito_model.rs` checks
//! every request, every response and the errors that are named here against them.

use super::{client::Operation, types::*};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

mod auth;
mod device;
mod identity;
mod mfa;
mod passkey;
mod session;
mod sign_up;
mod user;

pub use auth::*;
pub use device::*;
pub use identity::*;
pub use mfa::*;
pub use passkey::*;
pub use session::*;
pub use sign_up::*;
pub use user::*;

/// Members that are left out of a request.
trait Absent {
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Absent for Parameters {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Declares an operation: its request with the members that AWS requires and those that may be absent,
/// its service where that is not user pools, and its response. `empty` is for operations whose yes has no
/// body.
macro_rules! operation {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$required_doc:meta])* $required:ident: $required_type:ty,)*
            $(; $($(#[$optional_doc:meta])* $optional:ident: $optional_type:ty,)*)?
        } -> $response:ty $(, in $service:ident)? $(, empty $empty:literal)?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize)]
        #[serde(rename_all = "PascalCase")]
        pub struct $name {
            $($(#[$required_doc])* pub $required: $required_type,)*
            $($(
                $(#[$optional_doc])*
                #[serde(skip_serializing_if = "Absent::is_absent")]
                pub $optional: $optional_type,
            )*)?
        }

        impl $name {
            /// With what AWS requires; everything else is absent.
            pub fn new($($required: $required_type),*) -> Self {
                Self { $($required,)* $($($optional: Default::default(),)*)? }
            }
        }

        impl Operation for $name {
            const NAME: &'static str = stringify!($name);
            $(const SERVICE: crate::cognito::client::Service = crate::cognito::client::Service::$service;)?
            $(const EMPTY_BODY: bool = $empty;)?
            type Response = $response;
        }
    };
}
use operation;

/// Declares a word of the protocol that has a handful of values. Others that may come later are read as
/// `Unknown`, so that an answer with something new in it can still be read; that one cannot be sent.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$value_doc])* #[serde(rename = $text)] $value,)*
            /// Something this version does not know.
            #[serde(other, skip_serializing)]
            Unknown,
        }
    };
}
use words;

/// One user attribute (`AttributeType`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    /// `email`, `custom:agentName`; at most 32 characters.
    pub name: AttributeName,
    /// At most 2048 characters.
    #[serde(default)]
    pub value: String,
}

words! {
    /// How a code travels (`DeliveryMediumType`).
    DeliveryMedium {
        /// A text message.
        Sms = "SMS",
        /// An email.
        Email = "EMAIL",
    }
}

/// Where a code was sent (`CodeDeliveryDetailsType`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CodeDelivery {
    /// The masked address: `a***@e***`.
    pub destination: Option<String>,
    /// How.
    pub delivery_medium: Option<DeliveryMedium>,
    /// Which attribute the code confirms.
    pub attribute_name: Option<AttributeName>,
}

/// The answer of operations that send a code.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Delivery {
    /// Where the code was sent.
    pub code_delivery_details: Option<CodeDelivery>,
}

/// Where a pool counts its events in Amazon Pinpoint (`AnalyticsMetadataType`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AnalyticsMetadata {
    /// The endpoint.
    pub analytics_endpoint_id: String,
}

/// What threat protection judges a request by (`UserContextDataType`).
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserContextData {
    /// Where the request comes from; for servers that act for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// What AWS's script found out about the browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoded_data: Option<String>,
}

impl std::fmt::Debug for UserContextData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserContextData([redacted])")
    }
}

/// The response of operations that answer `{}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Nothing {}

/// Reads `null` as the type's default, because Cognito sends some maps and lists as null.
fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(d: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_default())
}

/// String-to-string maps of the protocol.
pub type Parameters = BTreeMap<String, String>;

/// A map of the protocol that can hold passwords, codes or tokens; redacted in `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Secrets(Parameters);

impl<const N: usize> From<[(&str, &str); N]> for Secrets {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
    }
}

impl Secrets {
    /// Adds or replaces one.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// Adds or replaces all of the others.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The value of one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.0.keys().map(|k| (k, "[redacted]"))).finish()
    }
}

impl Absent for Secrets {
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_carry_awss_names_and_leave_out_what_is_absent() {
        let sign_up = SignUp {
            password: Some(Password::new("p")),
            user_attributes: vec![Attribute { name: AttributeName::new("custom:agentName"), value: "Ada".into() }],
            ..SignUp::new(ClientId::new("c"), UserName::new("a@b.test"))
        };
        assert_eq!(
            serde_json::to_value(&sign_up).unwrap(),
            json!({"ClientId": "c", "Username": "a@b.test", "Password": "p",
                   "UserAttributes": [{"Name": "custom:agentName", "Value": "Ada"}]})
        );
        let mut respond = RespondToAuthChallenge::new(ClientId::new("c"), ChallengeName::PasswordVerifier);
        respond.challenge_responses = [("USERNAME", "u")].into();
        assert_eq!(
            serde_json::to_value(&respond).unwrap(),
            json!({"ClientId": "c", "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": {"USERNAME": "u"}})
        );
    }

    #[test]
    fn responses_take_null_for_absent_and_ignore_what_is_new() {
        let answer: AuthAnswer = serde_json::from_value(json!({
            "ChallengeName": "PASSWORD_VERIFIER", "Session": null, "ChallengeParameters": null,
            "AuthenticationResult": null, "AvailableChallenges": null, "SomethingNew": 1
        }))
        .unwrap();
        assert_eq!(answer.challenge_name, Some(ChallengeName::PasswordVerifier));
        assert!(answer.challenge_parameters.is_empty() && answer.available_challenges.is_empty());
        let user: GetUserResponse =
            serde_json::from_value(json!({"Username": "u", "UserAttributes": [{"Name": "email", "Value": "a"}]}))
                .unwrap();
        assert_eq!(user.user_attributes[0].value, "a");
    }

    #[test]
    fn words_that_are_new_do_not_make_an_answer_unreadable() {
        let delivery: CodeDelivery =
            serde_json::from_value(json!({"Destination": "a***", "DeliveryMedium": "CARRIER_PIGEON"})).unwrap();
        assert_eq!(delivery.delivery_medium, Some(DeliveryMedium::Unknown));
        let answer: AuthAnswer = serde_json::from_value(json!({"ChallengeName": "SOMETHING_OF_2030"})).unwrap();
        assert_eq!(answer.challenge_name, Some(ChallengeName::Unknown("SOMETHING_OF_2030".into())));
    }

    #[test]
    fn every_challenge_name_reads_back() {
        for name in ChallengeName::KNOWN {
            assert_eq!(ChallengeName::read(name.as_str()), *name);
        }
    }

    #[test]
    fn requests_print_no_secrets() {
        let context = UserContextData { encoded_data: Some("hunter2".into()), ..Default::default() };
        let mut initiate = InitiateAuth::new(ClientId::new("c"), AuthFlow::UserPasswordAuth);
        initiate.auth_parameters = [("PASSWORD", "hunter2")].into();
        initiate.user_context_data = Some(context);
        assert!(!format!("{initiate:?}").contains("hunter2"));
    }
}
