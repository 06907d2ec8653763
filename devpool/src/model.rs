//! AWS's own description of the API (`model/cognito.json`: shapes, limits, patterns; from botocore, Apache-2.0) and
//! the check of requests and answers against it.

use crate::wire::ApiError;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One of the two services behind the one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// User pools, `cognito-idp`.
    UserPools,
    /// Identity pools, `cognito-identity`.
    IdentityPools,
}

/// The description of one service.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceModel {
    target_prefix: String,
    operations: BTreeMap<String, OperationModel>,
    shapes: BTreeMap<String, Shape>,
}

/// What goes into and comes out of an operation.
#[derive(Debug, Deserialize)]
pub struct OperationModel {
    input: String,
    output: Option<String>,
    errors: Vec<String>,
}

impl OperationModel {
    /// Whether its answer has a body at all.
    pub fn has_output(&self) -> bool {
        self.output.is_some()
    }

    /// The exceptions it may answer with.
    pub fn errors(&self) -> &[String] {
        &self.errors
    }
}

#[derive(Debug, Deserialize)]
struct Shape {
    #[serde(flatten)]
    kind: Kind,
    #[serde(default)]
    sensitive: bool,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Kind {
    Structure {
        #[serde(default)]
        members: BTreeMap<String, String>,
        #[serde(default)]
        required: Vec<String>,
        #[serde(default)]
        document: bool,
    },
    List {
        member: String,
        #[serde(flatten)]
        size: Size,
    },
    Map {
        key: String,
        value: String,
        #[serde(flatten)]
        size: Size,
    },
    String {
        pattern: Option<String>,
        #[serde(rename = "enum")]
        values: Option<Vec<String>>,
        #[serde(flatten)]
        size: Size,
    },
    Integer {
        #[serde(flatten)]
        size: Size,
    },
    Boolean,
    Timestamp,
}

#[derive(Debug, Deserialize)]
struct Size {
    min: Option<i64>,
    max: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Model {
    #[serde(rename = "cognito-idp")]
    user_pools: ServiceModel,
    #[serde(rename = "cognito-identity")]
    identity_pools: ServiceModel,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../model/cognito.json"))
        // The file is compiled in and the tests read it: it cannot fail where they passed.
        .unwrap_or_else(|error| unreachable!("the built-in service model is broken: {error}"))
});

impl Service {
    fn model(self) -> &'static ServiceModel {
        match self {
            Self::UserPools => &MODEL.user_pools,
            Self::IdentityPools => &MODEL.identity_pools,
        }
    }

    /// The operation a target header names, such as `AWSCognitoIdentityProviderService.GetUser`.
    pub fn find(target: &str) -> Option<(Self, &'static str, &'static OperationModel)> {
        let (prefix, name) = target.split_once('.')?;
        [Self::UserPools, Self::IdentityPools]
            .into_iter()
            .find(|service| service.model().target_prefix == prefix)
            .and_then(|service| {
                let (name, operation) = service.model().operations.get_key_value(name)?;
                Some((service, name.as_str(), operation))
            })
    }

    /// Names of all operations the model describes.
    pub fn operations(self) -> impl Iterator<Item = &'static str> {
        self.model().operations.keys().map(String::as_str)
    }

    /// All operations the model describes, by name.
    pub fn operation_models(self) -> impl Iterator<Item = (&'static str, &'static OperationModel)> {
        self.model().operations.iter().map(|(name, model)| (name.as_str(), model))
    }

    /// Checks a request (without its nulls) against the model.
    ///
    /// # Errors
    /// `SerializationException` for a value of the wrong type, `InvalidParameterException` listing every value
    /// that breaks a constraint.
    pub fn check_request(self, operation: &OperationModel, request: &Value) -> Result<(), ApiError> {
        self.check_shape(&operation.input, request, false)
    }

    /// Checks an answer against the model: for tests. Members that the model does not know are mistakes here.
    ///
    /// # Errors
    /// As [`Self::check_request`], and if the model has no answer for the operation.
    pub fn check_answer(self, operation: &OperationModel, answer: &Value) -> Result<(), ApiError> {
        match &operation.output {
            Some(shape) => self.check_shape(shape, answer, true),
            None => Err(ApiError::internal("this operation has no answer")),
        }
    }

    fn check_shape(self, shape: &str, value: &Value, closed: bool) -> Result<(), ApiError> {
        let mut check = Check { shapes: &self.model().shapes, closed, violations: Vec::new() };
        check.value(shape, value, "")?;
        match check.violations.len() {
            0 => Ok(()),
            count => {
                let noun = if count == 1 { "error" } else { "errors" };
                Err(ApiError::invalid_parameter(format!(
                    "{count} validation {noun} detected: {}",
                    check.violations.join("; ")
                )))
            }
        }
    }
}

struct Check {
    shapes: &'static BTreeMap<String, Shape>,
    /// Whether members that the model does not know are refused.
    closed: bool,
    violations: Vec<String>,
}

impl Check {
    /// Collects broken constraints; a wrong JSON type ends the check at once, as it does at AWS.
    fn value(&mut self, shape_name: &str, value: &Value, path: &str) -> Result<(), ApiError> {
        let Some(shape) = self.shapes.get(shape_name) else {
            return Err(ApiError::internal(format!("the model lacks {shape_name}")));
        };
        let shown = (!shape.sensitive).then_some(value);
        match &shape.kind {
            Kind::Structure { document: true, .. } => match value {
                Value::Object(_) => Ok(()),
                other => Err(wrong_type(other, "a document")),
            },
            Kind::Structure { members, required, .. } => self.structure(members, required, value, path),
            Kind::List { member, size } => {
                let Value::Array(items) = value else {
                    return Err(wrong_type(value, "a list"));
                };
                self.length(size, items.len(), None, path);
                for (index, item) in items.iter().enumerate() {
                    self.value(member, item, &format!("{path}.{}.member", index + 1))?;
                }
                Ok(())
            }
            Kind::Map { key, value: of, size } => {
                let Value::Object(entries) = value else {
                    return Err(wrong_type(value, "a map"));
                };
                self.length(size, entries.len(), None, path);
                for (name, entry) in entries {
                    self.value(key, &Value::from(name.as_str()), &format!("{path}.key"))?;
                    self.value(of, entry, &format!("{path}.{name}.member"))?;
                }
                Ok(())
            }
            Kind::String { pattern, values, size } => {
                let Value::String(text) = value else {
                    return Err(wrong_type(value, "a String"));
                };
                if let Some(values) = values
                    && !values.contains(text)
                {
                    let set = values.join(", ");
                    self.violation(shown, path, &format!("Member must satisfy enum value set: [{set}]"));
                }
                if let Some(pattern) = of_service(shape_name, pattern.as_deref())
                    && !matches(pattern, text)
                {
                    self.violation(shown, path, &format!("Member must satisfy regular expression pattern: {pattern}"));
                }
                // Lengths are counted as the service's Java does: in UTF-16 units.
                self.length(size, text.encode_utf16().count(), shown, path);
                Ok(())
            }
            Kind::Integer { size } => {
                let Some(number) = value.as_i64() else {
                    return Err(wrong_type(value, "an Integer"));
                };
                if size.max.is_some_and(|max| number > max) {
                    let max = size.max.unwrap_or_default();
                    self.violation(shown, path, &format!("Member must have value less than or equal to {max}"));
                }
                if size.min.is_some_and(|min| number < min) {
                    let min = size.min.unwrap_or_default();
                    self.violation(shown, path, &format!("Member must have value greater than or equal to {min}"));
                }
                Ok(())
            }
            Kind::Boolean if value.is_boolean() => Ok(()),
            Kind::Boolean => Err(wrong_type(value, "a Boolean")),
            Kind::Timestamp if value.is_number() => Ok(()),
            Kind::Timestamp => Err(wrong_type(value, "a Timestamp")),
        }
    }

    fn structure(
        &mut self,
        members: &BTreeMap<String, String>,
        required: &[String],
        value: &Value,
        path: &str,
    ) -> Result<(), ApiError> {
        let Value::Object(given) = value else {
            return Err(wrong_type(value, "a structure"));
        };
        for name in required {
            if !given.contains_key(name) {
                self.violation(None, &member_path(path, name), "Member must not be null");
            }
        }
        // Members of a request that the model does not know are ignored, as AWS does.
        if self.closed {
            for name in given.keys().filter(|name| !members.contains_key(*name)) {
                self.violation(None, &member_path(path, name), "Member must be known");
            }
        }
        for (name, shape) in members {
            if let Some(member) = given.get(name) {
                self.value(shape, member, &member_path(path, name))?;
            }
        }
        Ok(())
    }

    fn length(&mut self, size: &Size, length: usize, shown: Option<&Value>, path: &str) {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        if let Some(max) = size.max
            && length > max
        {
            self.violation(shown, path, &format!("Member must have length less than or equal to {max}"));
        }
        if let Some(min) = size.min
            && length < min
        {
            self.violation(shown, path, &format!("Member must have length greater than or equal to {min}"));
        }
    }

    fn violation(&mut self, shown: Option<&Value>, path: &str, constraint: &str) {
        let value = match shown {
            Some(Value::String(text)) => format!(" '{text}'"),
            Some(other) => format!(" '{other}'"),
            None => String::new(),
        };
        self.violations.push(format!("Value{value} at '{path}' failed to satisfy constraint: {constraint}"));
    }
}

/// `clientId` for `ClientId`, `userAttributes.1.member.name` further down.
fn member_path(path: &str, name: &str) -> String {
    let mut letters = name.chars();
    let camel: String = letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect();
    if path.is_empty() { camel } else { format!("{path}.{camel}") }
}

fn wrong_type(value: &Value, expected: &str) -> ApiError {
    let message = match value {
        Value::Object(_) => "Start of structure or map found where not expected.".to_owned(),
        Value::Array(_) => "Start of list found where not expected".to_owned(),
        Value::Number(_) => format!("NUMBER_VALUE can not be converted to {expected}"),
        Value::Bool(true) => format!("TRUE_VALUE can not be converted to {expected}"),
        Value::Bool(false) => format!("FALSE_VALUE can not be converted to {expected}"),
        Value::String(_) => format!("STRING_VALUE can not be converted to {expected}"),
        Value::Null => format!("NULL_VALUE can not be converted to {expected}"),
    };
    ApiError::new("SerializationException", message)
}

/// The pattern of a shape. The model writes the password's as `[\S]+`, yet the service takes spaces between other
/// characters (the developer guide: "space, non-leading, non-trailing") and names another pattern when it refuses one.
fn of_service<'a>(shape: &str, pattern: Option<&'a str>) -> Option<&'a str> {
    if shape == "PasswordType" { Some(PASSWORD_PATTERN) } else { pattern }
}

const PASSWORD_PATTERN: &str = r"^[\S]+.*[\S]+$";

/// Whether the whole text fits one of the model's patterns, as Java understands them.
fn matches(pattern: &str, text: &str) -> bool {
    // Java's `\s` and `\w` know ASCII only; its dot stops at these ends of lines.
    let space = |c: char| " \t\n\u{b}\u{c}\r".contains(c);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let line_end = |c: char| "\n\r\u{85}\u{2028}\u{2029}".contains(c);
    let all = |kind: &dyn Fn(char) -> bool| !text.is_empty() && text.chars().all(kind);
    match pattern {
        PASSWORD_PATTERN => {
            let inside = text.trim_start_matches(|c| !space(c)).trim_end_matches(|c| !space(c));
            !text.starts_with(space)
                && !text.ends_with(space)
                && text.chars().nth(1).is_some()
                && !inside.contains(line_end)
        }
        r"[\S]+" => all(&|c| !space(c)),
        r"[\w+]+" => all(&|c| word(c) || c == '+'),
        r"[\w+=/]+" => all(&|c| word(c) || "+=/".contains(c)),
        r"[\w+-]+" => all(&|c| word(c) || "+-".contains(c)),
        r"[A-Za-z0-9-_=.]+" => all(&|c| word(c) || "-=.".contains(c)),
        r"[A-Za-z0-9]+" => all(&|c| c.is_ascii_alphanumeric()),
        r"[0-9]+" | r"\d+" => all(&|c| c.is_ascii_digit()),
        r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+" => all(&is_visible),
        r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+" => all(&|c| is_visible(c) || "\t\n\r ".contains(c)),
        r"[\w-]+_[0-9a-zA-Z]+" => two_parts(text, '_', |c| c.is_ascii_alphanumeric()),
        r"[\w-]+_[0-9a-f-]+" => two_parts(text, '_', |c| "0123456789abcdef-".contains(c)),
        r"[\w-]+:[0-9a-f-]+" => two_parts(text, ':', |c| "0123456789abcdef-".contains(c)),
        r"^(tkn|sso)[a-z0-9]{25}$" => {
            let rest = text.strip_prefix("tkn").or_else(|| text.strip_prefix("sso"));
            rest.is_some_and(|rest| {
                rest.len() == 25 && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            })
        }
        // A test sees to it that every pattern of the model is above.
        _ => false,
    }
}

/// Letters, marks, symbols, numbers and punctuation, told apart from what they are not: spaces, controls, invisible
/// formatting characters, private use.
fn is_visible(c: char) -> bool {
    let format = matches!(c, '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e007f}' | '\u{f0000}'..='\u{10ffff}');
    !c.is_whitespace() && !c.is_control() && !format
}

/// `[\w-]+` before the last separator and characters of one kind after it.
fn two_parts(text: &str, separator: char, kind: impl Fn(char) -> bool) -> bool {
    text.rsplit_once(separator).is_some_and(|(left, right)| {
        !left.is_empty()
            && left.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
            && !right.is_empty()
            && right.chars().all(kind)
    })
}

/// A request as a JSON object; a body that is empty counts as `{}`.
///
/// # Errors
/// `SerializationException` if it is neither.
pub fn request_object(body: &[u8]) -> Result<Value, ApiError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(crate::wire::without_nulls(value)),
        Ok(_) => Err(ApiError::new("SerializationException", "Unexpected value type in payload")),
        Err(_) => Err(ApiError::new("SerializationException", "could not parse the request body as JSON")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;
    use serde_json::json;
    use std::collections::BTreeSet;

    fn check(operation: &str, request: Value) -> Result<(), ApiError> {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let (service, _, model) = Service::find(&target).unwrap();
        service.check_request(model, &request)
    }

    #[test]
    fn the_model_is_all_there() {
        assert_eq!(Service::UserPools.operations().count(), 34);
        assert_eq!(Service::IdentityPools.operations().count(), 4);
        assert!(Service::find("AWSCognitoIdentityService.GetId").is_some());
        for unknown in ["", "GetUser", "AWSCognitoIdentityService.GetUser", "Other.GetUser"] {
            assert!(Service::find(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn every_pattern_is_understood() {
        for service in [Service::UserPools, Service::IdentityPools] {
            for (name, shape) in &service.model().shapes {
                if let Kind::String { pattern: Some(pattern), .. } = &shape.kind {
                    let examples = ["1", "us-east-1_1a", "us-east-1:00-ff", "tkn1234567890123456789012345"];
                    assert!(examples.iter().any(|example| matches(pattern, example)), "{name}: {pattern}");
                }
            }
        }
    }

    #[test]
    fn speaks_as_the_service_does() {
        assert_eq!(
            check("InitiateAuth", json!({})).unwrap_err().message(),
            "2 validation errors detected: Value at 'authFlow' failed to satisfy constraint: Member must not be \
             null; Value at 'clientId' failed to satisfy constraint: Member must not be null"
        );
        assert_eq!(
            check("InitiateAuth", json!({ "AuthFlow": "X", "ClientId": "a b" })).unwrap_err().message(),
            "2 validation errors detected: Value 'X' at 'authFlow' failed to satisfy constraint: Member must \
             satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, \
             ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]; Value at 'clientId' \
             failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+]+"
        );
    }

    #[test]
    fn wrong_types_are_serialization_errors() {
        for wrong in [json!(1), json!(true), json!([]), json!({})] {
            let error = check("GetUser", json!({ "AccessToken": wrong })).unwrap_err();
            assert_eq!(error.name(), "SerializationException");
        }
        let flat = json!({ "AuthFlow": "USER_AUTH", "ClientId": "a", "AuthParameters": "x" });
        assert_eq!(check("InitiateAuth", flat).unwrap_err().name(), "SerializationException");
    }

    /// A pattern of the model for the `regex` crate: Java's classes know ASCII only, and the whole text must fit.
    fn as_regex(pattern: &str) -> Regex {
        let pattern = pattern
            .replace("0-9-_", r"0-9\-_")
            .replace(r"\w", "A-Za-z0-9_")
            .replace(r"\d", "[0-9]")
            .replace(r"[\S]", r"[^ \t\n\x0B\f\r]")
            .replace(".*", r"[^\n\r\x{85}\x{2028}\x{2029}]*");
        Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap()
    }

    static PATTERNS: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
        let services = [Service::UserPools, Service::IdentityPools];
        let shapes = services.into_iter().flat_map(|service| service.model().shapes.iter());
        let mut patterns: Vec<&str> = shapes
            .filter_map(|(name, shape)| match &shape.kind {
                Kind::String { pattern, .. } => of_service(name, pattern.as_deref()),
                _ => None,
            })
            .collect();
        patterns.sort_unstable();
        patterns.dedup();
        patterns.into_iter().map(|pattern| (pattern, as_regex(pattern))).collect()
    });

    static UNASSIGNED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\p{Cn}+").unwrap());

    proptest! {
        #[test]
        fn patterns_mean_what_the_regex_crate_says(text in prop_oneof![
            r"[a-f0-9A-Z_:+=/.é \t\n\r\u{85}\u{a0}\u{2028}-]{0,12}",
            r"(tkn|sso|tk)[a-z0-9]{24,26}\n?",
            r"[\w-]{0,4}[_:]{0,2}[0-9a-fA-F-]{0,4}\n?",
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]{0,8}",
            r"\p{Any}{0,6}",
        ]) {
            // Which code points are assigned changes from year to year; those that are not are no matter.
            let text = UNASSIGNED.replace_all(&text, "");
            for (pattern, regex) in PATTERNS.iter() {
                prop_assert_eq!(matches(pattern, &text), regex.is_match(&text), "{} on {:?}", pattern, text);
            }
        }
    }

    #[test]
    fn visible_characters_are_those_of_the_pattern() {
        let all: String = ('\0'..=char::MAX).collect();
        let assigned = UNASSIGNED.replace_all(&all, "");
        let others = Regex::new(r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+").unwrap().replace_all(&assigned, "");
        let theirs: BTreeSet<char> = others.chars().collect();
        let ours: BTreeSet<char> = assigned.chars().filter(|c| !is_visible(*c)).collect();
        let differing: Vec<&char> = ours.symmetric_difference(&theirs).collect();
        assert!(differing.is_empty(), "{differing:x?}");
    }

    #[test]
    fn empty_texts_break_patterns_too() {
        let request = json!({ "ClientId": "a", "Username": "", "Password": "" });
        assert_eq!(
            check("SignUp", request).unwrap_err().message(),
            "3 validation errors detected: Value at 'password' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: ^[\\S]+.*[\\S]+$; Value at 'username' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+; Value at 'username' failed to \
             satisfy constraint: Member must have length greater than or equal to 1"
        );
    }

    #[test]
    fn codes_are_not_held_to_the_rule_for_passwords() {
        let code =
            |code: &str| check("ConfirmSignUp", json!({ "ClientId": "a", "Username": "u", "ConfirmationCode": code }));
        assert!(code("1").is_ok());
        let error = code("12 34").unwrap_err();
        assert!(error.message().ends_with(r"regular expression pattern: [\S]+"), "{error}");
    }

    #[test]
    fn passwords_may_contain_spaces_but_not_at_the_ends() {
        let sign_up =
            |password: &str| check("SignUp", json!({ "ClientId": "a", "Username": "u", "Password": password }));
        assert!(sign_up("Correct horse 1!").is_ok());
        for bad in [" Passw0rd!", "Passw0rd! "] {
            let error = sign_up(bad).unwrap_err();
            assert!(error.message().ends_with(r"^[\S]+.*[\S]+$"), "{error}");
            assert!(!error.message().contains("Passw0rd"));
        }
        assert!(sign_up(&"x".repeat(257)).is_err());
    }

    #[test]
    fn user_names_are_visible_text() {
        for (name, good) in
            [("ünï@例.com", true), ("a b", false), ("a\u{200b}", false), ("a\n", false), ("🔐", true), ("", false)]
        {
            let outcome = check("ForgotPassword", json!({ "ClientId": "a", "Username": name }));
            assert_eq!(outcome.is_ok(), good, "{name:?}");
        }
    }

    #[test]
    fn any_body_is_answered() {
        assert_eq!(request_object(b"").unwrap(), json!({}));
        assert_eq!(request_object(b" {\"a\":null}").unwrap(), json!({}));
        for bad in ["[]", "1", "\"x\"", "{", "nul", "null", "\u{feff}{}"] {
            let error = request_object(bad.as_bytes()).unwrap_err();
            assert_eq!(error.name(), "SerializationException", "{bad}");
        }
        let deep = "[".repeat(100_000);
        assert!(request_object(deep.as_bytes()).is_err());
        assert!(request_object(&[0xff, 0xfe]).is_err());
    }
}
