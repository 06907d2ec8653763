//! Requests made from AWS's model. The model is read here a second time, as plain JSON, so that nothing is shared with
//! the dev pool's own check of it.

#![allow(dead_code, reason = "each user of this has its own part")]

use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static MODEL: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../model/cognito.json")).unwrap());

/// An operation of one of the two services.
pub struct Operation {
    /// What `X-Amz-Target` says.
    pub target: String,
    pub name: String,
    /// Exceptions the model lists.
    pub errors: Vec<String>,
    input: String,
    shapes: &'static Map<String, Value>,
}

/// A request that is wrong in one place.
pub struct Spoilt {
    pub request: Value,
    /// The refusal word for word; of a wrong JSON type only the exception is certain.
    pub message: Option<String>,
}

/// What a caller knows who is signed in.
pub struct Known {
    pub access: String,
    pub refresh: String,
    pub session: String,
    pub code: String,
}

/// Every operation of the model.
pub fn operations() -> Vec<Operation> {
    let mut list = Vec::new();
    for service in ["cognito-idp", "cognito-identity"] {
        let service = &MODEL[service];
        let prefix = service["targetPrefix"].as_str().unwrap();
        for (name, operation) in service["operations"].as_object().unwrap() {
            let errors = operation["errors"].as_array().unwrap();
            list.push(Operation {
                target: format!("{prefix}.{name}"),
                name: name.clone(),
                errors: errors.iter().map(|error| error.as_str().unwrap().to_owned()).collect(),
                input: operation["input"].as_str().unwrap().to_owned(),
                shapes: service["shapes"].as_object().unwrap(),
            });
        }
    }
    list
}

/// Every pattern of the model, once.
pub fn patterns() -> Vec<&'static str> {
    let services = ["cognito-idp", "cognito-identity"].map(|service| MODEL[service]["shapes"].as_object().unwrap());
    let mut patterns: Vec<&str> =
        services.into_iter().flat_map(Map::values).filter_map(|shape| shape["pattern"].as_str()).collect();
    patterns.sort_unstable();
    patterns.dedup();
    patterns
}

/// Words that mean something in requests: members, enum values, and the parameters that no shape names.
pub fn words() -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for service in ["cognito-idp", "cognito-identity"] {
        for shape in MODEL[service]["shapes"].as_object().unwrap().values() {
            words.extend(shape["members"].as_object().into_iter().flat_map(Map::keys).cloned());
            let values = shape["enum"].as_array().into_iter().flatten();
            words.extend(values.map(|value| value.as_str().unwrap().to_owned()));
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

impl Operation {
    /// A request with every member, all of them conforming.
    pub fn full(&self) -> Value {
        self.conforming(&self.input)
    }

    /// A request with the required members only.
    pub fn minimal(&self) -> Value {
        let mut request = self.full();
        let required = self.shapes[&self.input]["required"].as_array();
        let is_required = |name: &String| required.is_some_and(|list| list.iter().any(|other| other == name.as_str()));
        request.as_object_mut().unwrap().retain(|name, _| is_required(name));
        request
    }

    /// A request of somebody who knows the pool: it gets further than the first check.
    pub fn lifelike(&self, known: &Known) -> Value {
        let mut request = self.full();
        let request_members = request.as_object_mut().unwrap();
        // The client has no secret.
        request_members.remove("SecretHash");
        request_members.remove("ClientSecret");
        for (member, value) in [
            ("AccessToken", known.access.as_str().into()),
            ("AttributeName", "email".into()),
            ("ClientId", "doorwarddevclient1234567890".into()),
            ("Code", known.code.as_str().into()),
            ("ConfirmationCode", known.code.as_str().into()),
            ("IdentityPoolId", "us-east-1:d00d0a2d-0000-4000-8000-000000000001".into()),
            ("Password", "Passw0rd!".into()),
            ("PreviousPassword", "Passw0rd!".into()),
            ("ProposedPassword", "0ther-Passw0rd".into()),
            ("RefreshToken", known.refresh.as_str().into()),
            ("Session", known.session.as_str().into()),
            ("Token", known.refresh.as_str().into()),
            ("UserAttributes", json!([{ "Name": "email", "Value": "ann@example.com" }])),
            ("UserPoolId", "us-east-1_Doorward1".into()),
            ("Username", "ann@example.com".into()),
        ] {
            if let Some(given) = request_members.get_mut(member) {
                *given = value;
            }
        }
        request
    }

    /// Names of the members at the outermost level.
    pub fn members(&self) -> Vec<String> {
        self.shapes[&self.input]["members"].as_object().unwrap().keys().cloned().collect()
    }

    /// Requests that are wrong in one place each: every constraint of every member, however deep, is broken once.
    pub fn spoilt(&self) -> Vec<Spoilt> {
        let spoilt = self.spoil(&self.input, "");
        spoilt.into_iter().map(|(request, message)| Spoilt { request, message }).collect()
    }

    fn conforming(&self, name: &str) -> Value {
        let shape = &self.shapes[name];
        match shape["type"].as_str().unwrap() {
            "structure" if shape["document"] == true => json!({ "id": "x" }),
            "structure" => shape["members"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, member)| (name.clone(), self.conforming(member.as_str().unwrap())))
                .collect(),
            "list" => vec![self.conforming(shape["member"].as_str().unwrap()); minimum(shape).max(1)].into(),
            "map" => {
                let key = self.conforming(shape["key"].as_str().unwrap());
                json!({ key.as_str().unwrap(): self.conforming(shape["value"].as_str().unwrap()) })
            }
            "string" => match shape["enum"].as_array() {
                Some(values) => values[0].clone(),
                None => string(shape, 8.min(maximum(shape)).max(minimum(shape))).into(),
            },
            "integer" => minimum(shape).into(),
            "boolean" => true.into(),
            "timestamp" => 1_794_204_428.into(),
            other => panic!("the model has a new type: {other}"),
        }
    }

    /// Values that are wrong in one place, with what the service says of each.
    fn spoil(&self, name: &str, path: &str) -> Vec<(Value, Option<String>)> {
        let shape = &self.shapes[name];
        let kind = shape["type"].as_str().unwrap();
        let good = self.conforming(name);
        let types = [json!("text"), json!(1), json!(true), json!([]), json!({})];
        let is_right = |value: &Value| match kind {
            "structure" | "map" => value.is_object(),
            "list" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            _ => value.is_number(),
        };
        let mut spoilt: Vec<(Value, Option<String>)> =
            types.into_iter().filter(|value| !is_right(value)).map(|value| (value, None)).collect();
        let says = |path: &str, constraint: &str| {
            Some(format!("1 validation error detected: Value at '{path}' failed to satisfy constraint: {constraint}"))
        };
        let mut breaks = |value: Value, constraint: String| {
            let shown = match &value {
                _ if shape["sensitive"] == true => String::new(),
                Value::String(text) => format!(" '{text}'"),
                Value::Number(number) => format!(" '{number}'"),
                _ => String::new(),
            };
            let message = format!(
                "1 validation error detected: Value{shown} at '{path}' failed to satisfy constraint: {constraint}"
            );
            spoilt.push((value, Some(message)));
        };
        let longest = shape["max"].as_u64().map(|max| usize::try_from(max).unwrap());
        let too_long = longest.map(|max| format!("Member must have length less than or equal to {max}"));
        let too_short = format!("Member must have length greater than or equal to {}", minimum(shape));
        match kind {
            "structure" if shape["document"] == true => {}
            "structure" => {
                for member in shape["required"].as_array().into_iter().flatten() {
                    let member = member.as_str().unwrap();
                    let mut without = good.clone();
                    without.as_object_mut().unwrap().remove(member);
                    spoilt.push((without, says(&member_path(path, member), "Member must not be null")));
                }
                for (member, shape) in shape["members"].as_object().unwrap() {
                    for (bad, message) in self.spoil(shape.as_str().unwrap(), &member_path(path, member)) {
                        let mut with = good.clone();
                        with[member] = bad;
                        spoilt.push((with, message));
                    }
                }
            }
            "list" => {
                let member = shape["member"].as_str().unwrap();
                if let (Some(max), Some(constraint)) = (longest, too_long) {
                    breaks(vec![self.conforming(member); max + 1].into(), constraint);
                }
                if minimum(shape) > 0 {
                    breaks(vec![self.conforming(member); minimum(shape) - 1].into(), too_short);
                }
                let item_path = format!("{path}.1.member");
                spoilt.extend(self.spoil(member, &item_path).into_iter().map(|(bad, message)| (json!([bad]), message)));
            }
            "map" => {
                let value = shape["value"].as_str().unwrap();
                if let (Some(max), Some(constraint)) = (longest, too_long) {
                    let many = (0..=max).map(|number| (format!("key{number}"), self.conforming(value)));
                    breaks(many.collect(), constraint);
                }
                let key_path = format!("{path}.key");
                for (bad, message) in self.spoil(shape["key"].as_str().unwrap(), &key_path) {
                    if let Value::String(bad) = bad {
                        spoilt.push((json!({ bad: self.conforming(value) }), message));
                    }
                }
                for (bad, message) in self.spoil(value, &format!("{path}.some.member")) {
                    spoilt.push((json!({ "some": bad }), message));
                }
            }
            "string" => {
                if let Some(values) = shape["enum"].as_array() {
                    let set: Vec<&str> = values.iter().map(|value| value.as_str().unwrap()).collect();
                    let set = set.join(", ");
                    breaks("NO_SUCH_VALUE".into(), format!("Member must satisfy enum value set: [{set}]"));
                }
                // The one pattern that is of a fixed length is broken by every other length as well.
                let fixed = shape["pattern"].as_str().is_some_and(|pattern| pattern.starts_with('^'));
                if let (Some(max), Some(constraint), false) = (longest, too_long, fixed) {
                    breaks(string(shape, max + 1).into(), constraint);
                }
                if minimum(shape) > 1 && !fixed {
                    breaks(string(shape, minimum(shape) - 1).into(), too_short);
                } else if minimum(shape) == 1 && shape["pattern"].is_null() {
                    breaks("".into(), too_short);
                }
                if let Some(pattern) = shape["pattern"].as_str() {
                    let text = outside(pattern, longest.unwrap_or(20).min(20).max(minimum(shape)));
                    // The service allows passwords more than the model says, and names its own pattern.
                    let pattern = if name == "PasswordType" { r"^[\S]+.*[\S]+$" } else { pattern };
                    if minimum(shape) == 0 {
                        breaks("".into(), format!("Member must satisfy regular expression pattern: {pattern}"));
                    }
                    breaks(text.into(), format!("Member must satisfy regular expression pattern: {pattern}"));
                }
            }
            "integer" => {
                if let Some(max) = shape["max"].as_i64() {
                    breaks((max + 1).into(), format!("Member must have value less than or equal to {max}"));
                }
                if let Some(min) = shape["min"].as_i64() {
                    breaks((min - 1).into(), format!("Member must have value greater than or equal to {min}"));
                }
            }
            _ => {}
        }
        spoilt
    }
}

fn minimum(shape: &Value) -> usize {
    usize::try_from(shape["min"].as_u64().unwrap_or_default()).unwrap()
}

fn maximum(shape: &Value) -> usize {
    shape["max"].as_u64().map_or(usize::MAX, |max| usize::try_from(max).unwrap())
}

fn member_path(path: &str, name: &str) -> String {
    let camel = format!("{}{}", name[..1].to_ascii_lowercase(), &name[1..]);
    if path.is_empty() { camel } else { format!("{path}.{camel}") }
}

/// A string of this length that fits the pattern of a shape.
fn string(shape: &Value, length: usize) -> String {
    let padded = |start: &str| format!("{start}{}", "1".repeat(length - start.len()));
    match shape["pattern"].as_str() {
        Some(r"[\w-]+_[0-9a-f-]+" | r"[\w-]+_[0-9a-zA-Z]+") => padded("a_"),
        Some(r"[\w-]+:[0-9a-f-]+") => padded("a:"),
        Some(r"^(tkn|sso)[a-z0-9]{25}$") => padded("tkn"),
        _ => padded(""),
    }
}

/// A string of this length that does not fit the pattern.
fn outside(pattern: &str, length: usize) -> String {
    match pattern {
        // Visible text, line breaks and spaces: what is left are controls.
        r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+" => "\u{7}".repeat(length),
        _ => " ".repeat(length),
    }
}
