//! User attributes: which there are, what their values may be, who may write them.

use super::settings::Contact;
use crate::clock::is_calendar_date;
use crate::wire::ApiError;
use serde::{Deserialize, Serialize};

/// Attributes only the pool itself writes.
const WRITTEN_BY_THE_POOL: [&str; 4] = ["sub", "email_verified", "phone_number_verified", "identities"];

/// The attributes of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schema(Vec<AttributeDefinition>);

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeDefinition {
    /// Its name, with `custom:` in front if it is not one of OpenID Connect's.
    pub name: String,
    /// Whether nobody can sign up without it.
    #[serde(default)]
    pub required: bool,
    /// Whether it can change after sign-up.
    #[serde(default = "yes")]
    pub mutable: bool,
    /// Fewest characters.
    #[serde(default)]
    pub min_length: usize,
    /// Most characters (up to 2048).
    #[serde(default = "longest")]
    pub max_length: usize,
}

fn yes() -> bool {
    true
}

fn longest() -> usize {
    2048
}

impl Default for Schema {
    fn default() -> Self {
        const STANDARD: [&str; 16] = [
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "phone_number",
            "address",
            "updated_at",
        ];
        let plain = |name: &str| AttributeDefinition {
            name: name.to_owned(),
            required: false,
            mutable: true,
            min_length: 0,
            max_length: longest(),
        };
        let email = AttributeDefinition { required: true, ..plain("email") };
        let agent_name = AttributeDefinition { max_length: 256, ..plain("custom:agentName") };
        let standard = STANDARD.into_iter().map(plain);
        Self([email].into_iter().chain(standard).chain([agent_name]).collect())
    }
}

impl Schema {
    fn get(&self, name: &str) -> Option<&AttributeDefinition> {
        self.0.iter().find(|definition| definition.name == name)
    }

    /// Names of attributes nobody can sign up without.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        let required = self.0.iter().filter(|definition| definition.required);
        required.map(|definition| definition.name.as_str())
    }

    /// Whether the schema makes sense for a pool where people sign in with these addresses.
    ///
    /// # Errors
    /// A sentence that says what does not.
    pub fn check(&self, signed_in_with: &[Contact]) -> Result<(), String> {
        for (index, definition) in self.0.iter().enumerate() {
            let name = &definition.name;
            if WRITTEN_BY_THE_POOL.contains(&name.as_str()) {
                return Err(format!("schema has {name:?}, which the pool itself writes"));
            }
            if name.is_empty() || name.len() > 32 {
                return Err(format!("schema has {name:?}, but names have 1 to 32 characters"));
            }
            if self.0[..index].iter().any(|other| other.name == *name) {
                return Err(format!("schema has {name:?} twice"));
            }
            if definition.max_length > longest() || definition.min_length > definition.max_length {
                return Err(format!("schema: the lengths of {name:?} are not 0 ≤ min ≤ max ≤ 2048"));
            }
        }
        match signed_in_with.iter().find(|contact| self.get(contact.attribute()).is_none()) {
            Some(contact) => Err(format!("schema has no {}, with which people sign in", contact.attribute())),
            None => Ok(()),
        }
    }

    /// Checks an attribute that a client wants to write; `is_new` while the user is being created.
    ///
    /// # Errors
    /// As Cognito: `NotAuthorizedException` for attributes clients must not write, `InvalidParameterException` for
    /// those that do not exist, cannot change or have a wrong value.
    pub fn check_write(&self, name: &str, value: &str, is_new: bool) -> Result<(), ApiError> {
        if WRITTEN_BY_THE_POOL.contains(&name) {
            return Err(ApiError::not_authorized("A client attempted to write unauthorized attribute"));
        }
        let Some(definition) = self.get(name) else {
            return Err(nonconforming(name, "Attribute does not exist in the schema."));
        };
        if !is_new && !definition.mutable {
            return Err(ApiError::invalid_parameter(format!("{name}: Attribute cannot be updated.")));
        }
        // An empty value takes the attribute away.
        if value.is_empty() {
            return if definition.required { Err(required_missing(name)) } else { Ok(()) };
        }
        let length = value.encode_utf16().count();
        if length > definition.max_length {
            let most = definition.max_length;
            return Err(nonconforming(name, &format!("String must be no longer than {most} characters")));
        }
        if length < definition.min_length {
            let fewest = definition.min_length;
            return Err(nonconforming(name, &format!("String must be at least {fewest} characters")));
        }
        match name {
            "email" if !is_email(value) => Err(ApiError::invalid_parameter("Invalid email address format.")),
            "phone_number" if !is_phone_number(value) => {
                Err(ApiError::invalid_parameter("Invalid phone number format."))
            }
            "birthdate" if !is_calendar_date(value) => {
                Err(nonconforming(name, "Invalid birthdate format. Must be in YYYY-MM-DD format."))
            }
            "updated_at" if value.parse::<i64>().is_err() => Err(nonconforming(name, "Must be a number")),
            _ => Ok(()),
        }
    }
}

/// The error for a required attribute that is not there.
pub fn required_missing(name: &str) -> ApiError {
    nonconforming(name, "The attribute is required")
}

fn nonconforming(name: &str, why: &str) -> ApiError {
    ApiError::invalid_parameter(format!("Attributes did not conform to the schema: {name}: {why}\n"))
}

/// Whether text could be an email address: something, one `@`, something; no spaces or controls.
pub fn is_email(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && !part.contains(['@', ',', ';', '<', '>', '"']);
    text.len() <= 320
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && text.split_once('@').is_some_and(|(local, domain)| {
            plain(local) && plain(domain) && !domain.starts_with('.') && !domain.ends_with('.')
        })
}

/// Whether text is a phone number as Cognito wants it: `+` and up to 15 digits.
pub fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|digits| (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// A phone number as delivery details show it: all but the last four digits hidden.
pub fn masked_phone_number(number: &str) -> String {
    let digits: Vec<char> = number.chars().skip(1).collect();
    let shown = digits.len().saturating_sub(4);
    let last: String = digits[shown..].iter().collect();
    format!("+{}{last}", "*".repeat(shown))
}

/// An address as delivery details show it: `a***@e***`.
pub fn masked_email(address: &str) -> String {
    let first = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    format!("{}***@{}***", first(local), first(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_schema_makes_sense() {
        let schema = Schema::default();
        assert_eq!(schema.check(&[Contact::Email]), Ok(()));
        assert_eq!(schema.required().collect::<Vec<_>>(), ["email"]);
    }

    #[test]
    fn a_senseless_schema_is_refused() {
        for text in [
            r#"[]"#,
            r#"[{"name":"email"},{"name":"email"}]"#,
            r#"[{"name":"email"},{"name":"sub"}]"#,
            r#"[{"name":"email"},{"name":""}]"#,
            r#"[{"name":"email","max_length":2049}]"#,
            r#"[{"name":"email","min_length":3,"max_length":2}]"#,
        ] {
            let schema: Schema = serde_json::from_str(text).unwrap();
            assert!(schema.check(&[Contact::Email]).is_err(), "{text}");
        }
    }

    #[test]
    fn values_are_checked() {
        let schema = Schema::default();
        let write = |name: &str, value: &str| {
            let outcome = schema.check_write(name, value, false);
            outcome.map_err(|error| format!("{}/{}", error.name(), error.message()))
        };
        assert_eq!(write("custom:agentName", "007"), Ok(()));
        assert_eq!(write("custom:agentName", ""), Ok(()));
        assert_eq!(write("phone_number", "+491701234567"), Ok(()));
        assert_eq!(write("birthdate", "1970-01-01"), Ok(()));
        for (name, value, error) in [
            (
                "custom:nope",
                "x",
                "InvalidParameterException/Attributes did not conform to the schema: custom:nope: Attribute does \
                 not exist in the schema.\n",
            ),
            ("sub", "x", "NotAuthorizedException/A client attempted to write unauthorized attribute"),
            ("email", "nobody", "InvalidParameterException/Invalid email address format."),
            (
                "email",
                "",
                "InvalidParameterException/Attributes did not conform to the schema: email: The attribute is \
                 required\n",
            ),
            ("phone_number", "123", "InvalidParameterException/Invalid phone number format."),
        ] {
            assert_eq!(write(name, value), Err(error.to_owned()));
        }
        assert!(write("custom:agentName", &"x".repeat(257)).is_err());
        assert!(write("birthdate", "yesterday").is_err());
        assert!(write("updated_at", "soon").is_err());
    }

    #[test]
    fn what_cannot_change_cannot() {
        let schema: Schema =
            serde_json::from_str(r#"[{"name":"email"},{"name":"custom:plan","mutable":false}]"#).unwrap();
        assert!(schema.check_write("custom:plan", "free", true).is_ok());
        let error = schema.check_write("custom:plan", "paid", false).unwrap_err();
        assert_eq!(error.message(), "custom:plan: Attribute cannot be updated.");
    }

    #[test]
    fn addresses() {
        assert!(is_email("ann+tag@exämple.com"));
        for bad in ["", "@", "a@", "@b", "a@b@c", "a b@c.d", "a@.b", "a@b.", "a\n@b", "<a@b>"] {
            assert!(!is_email(bad), "{bad:?}");
        }
        assert_eq!(masked_email("ann@example.com"), "a***@e***");
        assert_eq!(masked_email("übel@例.com"), "ü***@例***");
        assert_eq!(masked_phone_number("+491701234567"), "+********4567");
        assert_eq!(masked_phone_number("+12"), "+12");
        assert_eq!(masked_phone_number(""), "+");
    }
}
