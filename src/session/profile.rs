//! The profile object: the person's attributes under plain names.

use crate::cognito::{
    operations::Attribute,
    token::{IDENTITIES, Identity},
    types::{AttributeName, IdToken},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Attributes by name, with `custom:` stripped. Values are text, as Cognito keeps them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile(BTreeMap<String, String>);

/// Claims of an ID token that say something about the token, not about the person.
const TOKEN_CLAIMS: [&str; 12] =
    ["aud", "auth_time", "at_hash", "event_id", "exp", "iat", "iss", "jti", "nonce", "origin_jti", "token_use", "nbf"];

impl Profile {
    /// From what GetUser answers.
    pub fn from_attributes(attributes: Vec<Attribute>) -> Self {
        Self(attributes.into_iter().map(|a| (plain_name(a.name.as_str()).to_owned(), a.value)).collect())
    }

    /// From the claims of an ID token, for the time until GetUser has answered. Unverified, like
    /// everything a client reads from a token; `None` if it is not a JWT.
    pub fn from_id_token(token: &IdToken) -> Option<Self> {
        let payload = token.as_str().split('.').nth(1)?;
        let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let claims: Map<String, Value> = serde_json::from_slice(&bytes).ok()?;
        let about_the_person = |name: &str| !TOKEN_CLAIMS.contains(&name) && !name.starts_with("cognito:");
        let text = |name: &str, value: Value| match value {
            Value::String(text) => Some(text),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            // The attribute is the same list as a text.
            Value::Array(_) if name == IDENTITIES => Some(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        Some(Self(
            claims
                .into_iter()
                .filter(|(name, _)| about_the_person(name))
                .filter_map(|(name, value)| Some((plain_name(&name).to_owned(), text(&name, value)?)))
                .collect(),
        ))
    }

    /// The value of an attribute, by its full or plain name.
    pub fn get(&self, name: &AttributeName) -> Option<&str> {
        self.0.get(plain_name(name.as_str())).map(String::as_str)
    }

    /// The accounts at other providers that open this one.
    pub fn identities(&self) -> Vec<Identity> {
        Identity::read(self.0.get(IDENTITIES).map_or("", String::as_str))
    }

    /// The email address.
    pub fn email(&self) -> Option<&str> {
        self.0.get("email").map(String::as_str)
    }

    /// What to call the person: their name, else the email address.
    pub fn display_name(&self) -> Option<&str> {
        let present = |name: &str| self.0.get(name).map(String::as_str).filter(|text| !text.trim().is_empty());
        ["name", "given_name", "nickname", "preferred_username", "email"].into_iter().find_map(present)
    }

    /// The object as indented JSON, for showing.
    pub fn to_json(&self) -> String {
        // A map of strings always serializes.
        serde_json::to_string_pretty(&self.0).unwrap_or_default()
    }
}

fn plain_name(name: &str) -> &str {
    name.strip_prefix("custom:").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_attributes_lose_their_prefix() {
        let attribute = |name: &str, value: &str| Attribute { name: AttributeName::new(name), value: value.into() };
        let profile =
            Profile::from_attributes(vec![attribute("custom:agentName", "007"), attribute("email", "a@b.test")]);
        assert_eq!(profile.get(&AttributeName::new("custom:agentName")), Some("007"));
        assert_eq!(profile.get(&AttributeName::new("agentName")), Some("007"));
        assert_eq!(profile.to_json(), "{\n  \"agentName\": \"007\",\n  \"email\": \"a@b.test\"\n}");
        assert_eq!(profile.display_name(), Some("a@b.test"));
    }

    #[test]
    fn an_id_token_stands_in_until_the_server_has_answered() {
        let claims = r#"{"sub":"1","email":"a@b.test","email_verified":true,"custom:agentName":"007","aud":"x","exp":1,
                         "cognito:username":"1","identities":[{"providerName":"Google"}],"address":{},"token_use":"id"}"#;
        let token = IdToken::new(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims)));
        let profile = Profile::from_id_token(&token).unwrap();
        assert_eq!(profile.0.keys().collect::<Vec<_>>(), ["agentName", "email", "email_verified", "identities", "sub"]);
        assert_eq!(profile.0["email_verified"], "true");
        assert_eq!(profile.0["identities"], r#"[{"providerName":"Google"}]"#, "as the attribute has it");
        for bad in ["", "a.b", "a.e30", "a.bnVsbA.c"] {
            let read = Profile::from_id_token(&IdToken::new(bad));
            assert!(read.is_none_or(|p| p == Profile::default()), "{bad}");
        }
    }
}
