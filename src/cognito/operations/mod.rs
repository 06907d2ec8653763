//! One typed request and response per public operation, grouped as AWS's documentation groups them.
//!
//! Field names are AWS's, turned into Rust's case; what is `None` is left out of the request.

use super::{client::Operation, types::*};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

mod auth;
mod identity;
mod sign_up;
mod user;

pub use auth::*;
pub use identity::*;
pub use sign_up::*;
pub use user::*;

/// One user attribute (`AttributeType`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    /// `email`, `custom:agentName`.
    pub name: AttributeName,
    /// At most 2048 characters.
    #[serde(default)]
    pub value: String,
}

/// Where a code was sent (`CodeDeliveryDetailsType`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CodeDelivery {
    /// The masked address: `a***@e***`.
    pub destination: Option<String>,
    /// `EMAIL` or `SMS`.
    pub delivery_medium: Option<String>,
}

/// Declares an operation: its name, its request type, its response type.
macro_rules! operation {
    ($request:ty, $name:literal, $response:ty $(, $service:ident)?) => {
        impl Operation for $request {
            const NAME: &'static str = $name;
            $(const SERVICE: crate::cognito::client::Service = crate::cognito::client::Service::$service;)?
            type Response = $response;
        }
    };
}
use operation;

/// The response of operations that answer `{}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Nothing {}

/// Reads `null` as the type's default, because Cognito sends some maps and lists as null.
fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(d: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_default())
}

/// String-to-string maps of the protocol.
pub type Parameters = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_carry_awss_names() {
        let sign_up = SignUp {
            client_id: ClientId::new("c"),
            username: UserName::new("a@b.test"),
            password: Password::new("p"),
            user_attributes: vec![Attribute { name: AttributeName::new("custom:agentName"), value: "Ada".into() }],
        };
        assert_eq!(
            serde_json::to_value(&sign_up).unwrap(),
            json!({"ClientId": "c", "Username": "a@b.test", "Password": "p",
                   "UserAttributes": [{"Name": "custom:agentName", "Value": "Ada"}]})
        );
        let respond = RespondToAuthChallenge {
            client_id: ClientId::new("c"),
            challenge_name: "PASSWORD_VERIFIER".into(),
            session: None,
            challenge_responses: [("USERNAME", "u")].into(),
        };
        assert_eq!(
            serde_json::to_value(&respond).unwrap(),
            json!({"ClientId": "c", "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": {"USERNAME": "u"}})
        );
    }

    #[test]
    fn responses_take_null_for_absent_and_ignore_what_is_new() {
        let answer: AuthAnswer = serde_json::from_value(json!({
            "ChallengeName": "PASSWORD_VERIFIER", "Session": null, "ChallengeParameters": null,
            "AuthenticationResult": null, "SomethingNew": 1
        }))
        .unwrap();
        assert_eq!(answer.challenge_name.as_deref(), Some("PASSWORD_VERIFIER"));
        assert!(answer.challenge_parameters.is_empty());
        let user: GetUserResponse =
            serde_json::from_value(json!({"Username": "u", "UserAttributes": [{"Name": "email", "Value": "a"}]}))
                .unwrap();
        assert_eq!(user.user_attributes[0].value, "a");
    }
}
