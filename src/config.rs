//! The runtime configuration: `/config.json`, fetched at start, so that one build serves every
//! environment.
//!
//! An `amplify_outputs.json` (Amplify Gen 2) is one as it is: its `auth` section is read. What
//! Amplify does not know is in a section of our own, `doorward`. Unknown fields are ignored; a field
//! that is missing or wrong is named, with what was found and what is expected.

use crate::cognito::{
    client::Endpoints,
    password_policy::PasswordPolicy,
    types::{AttributeName, ClientId, Region, UserPoolId},
};
use std::fmt;

/// Where the configuration is, from the site's root.
pub const PATH: &str = "/config.json";

/// A parsed JSON value, as far as a configuration needs it.
///
/// The browser brings a JSON reader of its own, which saves a tenth of the first download over one
/// compiled to wasm; the host uses serde_json.
pub trait Json: Sized {
    /// Reads a text; `None` if it is not JSON.
    fn read(text: &str) -> Option<Self>;
    /// A member of an object that is neither absent nor null.
    fn get(&self, name: &str) -> Option<Self>;
    /// Whether it is an object.
    fn is_object(&self) -> bool;
    /// The text, if it is one.
    fn text(&self) -> Option<String>;
    /// The truth value, if it is one.
    fn flag(&self) -> Option<bool>;
    /// The number, if it is one.
    fn number(&self) -> Option<f64>;
    /// The elements, if it is a list.
    fn list(&self) -> Option<Vec<Self>>;
    /// Written out again, for showing.
    fn print(&self) -> String;
}

#[cfg(not(target_arch = "wasm32"))]
impl Json for serde_json::Value {
    fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    fn get(&self, name: &str) -> Option<Self> {
        self.as_object()?.get(name).filter(|value| !value.is_null()).cloned()
    }

    fn is_object(&self) -> bool {
        self.as_object().is_some()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn list(&self) -> Option<Vec<Self>> {
        self.as_array().cloned()
    }

    fn print(&self) -> String {
        self.to_string()
    }
}

/// Everything the app has to know about its pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `auth.user_pool_id`
    pub user_pool: UserPoolId,
    /// `auth.user_pool_client_id`
    pub client: ClientId,
    /// `auth.identity_pool_id`: `{region}:{uuid}`
    pub identity_pool: Option<String>,
    /// AWS's endpoints of the region, or `doorward.endpoint`.
    pub endpoints: Endpoints,
    /// `auth.password_policy`; Cognito's default if absent.
    pub password_policy: PasswordPolicy,
    /// `doorward.attributes`, and what `auth.standard_required_attributes` adds to them.
    pub attributes: Vec<AttributeField>,
    /// `doorward.name`: what the site calls itself.
    pub name: String,
}

/// An attribute the person fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeField {
    /// `custom:agentName`
    pub name: AttributeName,
    /// What stands above the field.
    pub label: String,
    /// Asked for at sign-up.
    pub sign_up: bool,
    /// The person may change it on their page.
    pub editable: bool,
    /// Cannot be left empty at sign-up.
    pub required: bool,
}

/// What is wrong with a configuration. Shown to developers, on a page of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The file could not be fetched; the HTTP status if there was one.
    Missing(Option<u16>),
    /// The file is not JSON (a single-page fallback answers HTML, for instance).
    NotJson {
        /// How the file begins.
        found: String,
    },
    /// A field is missing or wrong.
    Field {
        /// Its path: `auth.user_pool_id`.
        field: &'static str,
        /// What is there; `None` if nothing is.
        found: Option<String>,
        /// What should be.
        expected: &'static str,
    },
    /// The endpoint is on the reader's own machine, but the page is not.
    LoopbackEndpoint {
        /// The endpoint.
        endpoint: String,
        /// Where the page is served from.
        page: String,
    },
}

/// Reads a configuration. `page_host` is the host name the page is served from.
///
/// # Errors
/// The first [`Problem`] found.
#[inline(never)]
pub fn parse<J: Json>(text: &str, page_host: &str) -> Result<Config, Problem> {
    let json = J::read(text).ok_or_else(|| Problem::NotJson { found: excerpt(text) })?;
    let auth = At { value: json.get("auth"), path: "auth" };
    auth.object("an object with the settings of the user pool, as in amplify_outputs.json")?;
    let ours = At { value: json.get("doorward"), path: "doorward" };

    const POOL: &str = "a user pool id such as us-east-1_AbCdEf123";
    let id = auth.required("auth.user_pool_id", POOL, |text| UserPoolId::parse(text).is_some())?;
    let user_pool =
        UserPoolId::parse(&id).ok_or(Problem::Field { field: "auth.user_pool_id", found: None, expected: POOL })?;
    const REGION: &str = "the AWS region the user pool id begins with, such as us-east-1";
    let region = auth.optional("auth.aws_region", REGION, |text| Region::parse(text).is_some())?;
    if let Some(found) = region.filter(|region| region != user_pool.region()) {
        return Err(Problem::Field { field: "auth.aws_region", found: Some(format!("\"{found}\"")), expected: REGION });
    }
    const CLIENT: &str = "the id of an app client without a secret: letters and digits";
    let client = auth.required("auth.user_pool_client_id", CLIENT, |text| ClientId::parse(text).is_some())?;
    const IDENTITY_POOL: &str = "an identity pool id such as us-east-1:, followed by a UUID";
    let identity_pool = auth.optional("auth.identity_pool_id", IDENTITY_POOL, is_identity_pool)?;
    const ENDPOINT: &str = "an absolute https:// URL without query (http:// on this machine only), or no such field";
    let endpoint = ours.optional("doorward.endpoint", ENDPOINT, is_endpoint)?;
    if let Some(endpoint) = endpoint.as_ref().filter(|url| is_loopback(host_of(url)) && !is_loopback(page_host)) {
        return Err(Problem::LoopbackEndpoint { endpoint: endpoint.clone(), page: page_host.to_owned() });
    }
    const NAME: &str = "the name of your site, 1 to 60 characters";
    let name = ours.optional("doorward.name", NAME, |text| !text.trim().is_empty() && text.chars().count() <= 60)?;
    Ok(Config {
        endpoints: endpoints(endpoint, user_pool.region()),
        password_policy: password_policy(&auth)?,
        attributes: attributes(&auth, &ours)?,
        name: name.unwrap_or_else(|| "Doorward".to_owned()),
        user_pool,
        client: ClientId::new(client),
        identity_pool,
    })
}

/// AWS's endpoints of the region, or the one that was configured, for both services.
fn endpoints(configured: Option<String>, region: &str) -> Endpoints {
    if let Some(mut url) = configured {
        // Only the origin: a request goes to its root.
        if url.matches('/').count() == 2 {
            url.push('/');
        }
        return Endpoints { user_pools: url.clone(), identity_pools: url };
    }
    let domain = Region::parse(region).map_or("amazonaws.com", |r| r.domain());
    Endpoints {
        user_pools: ["https://cognito-idp.", region, ".", domain, "/"].concat(),
        identity_pools: ["https://cognito-identity.", region, ".", domain, "/"].concat(),
    }
}

/// `{region}:{uuid}` (`IdentityPoolId` in the model: `[\w-]+:[0-9a-f-]+`, at most 55 characters).
fn is_identity_pool(text: &str) -> bool {
    text.len() <= 55
        && text.split_once(':').is_some_and(|(region, id)| {
            Region::parse(region).is_some()
                && id.len() == 36
                && id.bytes().all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
}

/// An absolute URL. Plain HTTP is for the reader's own machine only.
fn is_endpoint(text: &str) -> bool {
    let secure = text.starts_with("https://");
    let host = host_of(text);
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'@' | b'\\' | b'"' | b'<'));
    plain && !host.is_empty() && (secure || (text.starts_with("http://") && is_loopback(host)))
}

/// The host of an absolute URL, without port.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.starts_with('[') {
        return authority.split_inclusive(']').next().unwrap_or_default();
    }
    authority.split(':').next().unwrap_or_default()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || host == "::1" || is_loopback_v4(host)
}

fn is_loopback_v4(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn password_policy<J: Json>(auth: &At<J>) -> Result<PasswordPolicy, Problem> {
    let policy = auth.get("auth.password_policy");
    if policy.value.is_none() {
        return Ok(PasswordPolicy::default());
    }
    policy.object("an object such as {\"min_length\": 8, \"require_numbers\": true}")?;
    let flag = |path: &'static str| {
        let at = policy.get(path);
        match &at.value {
            None => Ok(false),
            Some(value) => value.flag().ok_or_else(|| at.wrong("true or false")),
        }
    };
    let length = policy.get("auth.password_policy.min_length");
    let min_length = match &length.value {
        None => PasswordPolicy::default().min_length,
        Some(value) => match value.number() {
            Some(n) if (6.0..=99.0).contains(&n) && n % 1.0 == 0.0 => n as u8,
            _ => return Err(length.wrong("a whole number from 6 to 99")),
        },
    };
    Ok(PasswordPolicy {
        min_length,
        lowercase: flag("auth.password_policy.require_lowercase")?,
        uppercase: flag("auth.password_policy.require_uppercase")?,
        numbers: flag("auth.password_policy.require_numbers")?,
        symbols: flag("auth.password_policy.require_symbols")?,
    })
}

/// Our own list first, then what the pool requires and the list does not have. The email address
/// has its own field and is not among them.
fn attributes<J: Json>(auth: &At<J>, ours: &At<J>) -> Result<Vec<AttributeField>, Problem> {
    const LIST: &str = "doorward.attributes";
    const EXPECTED: &str =
        "a list of objects such as {\"name\": \"custom:agentName\", \"label\": \"Agent name\", \"sign_up\": true}";
    let mut fields = Vec::new();
    for entry in ours.get(LIST).list(EXPECTED)? {
        let wrong = || wrong(LIST, Some(&entry), EXPECTED);
        let text = |key: &str| {
            let text = entry.get(key)?.text()?.trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let flag = |key: &str, otherwise: bool| match entry.get(key) {
            None => Ok(otherwise),
            Some(value) => value.flag().ok_or_else(wrong),
        };
        let name = text("name").filter(|name| is_attribute_name(name)).ok_or_else(wrong)?;
        fields.push(AttributeField {
            label: text("label").unwrap_or_else(|| label_of(&name)),
            name: AttributeName::new(name),
            sign_up: flag("sign_up", false)?,
            editable: flag("editable", true)?,
            required: flag("required", false)?,
        });
    }
    let required = auth.get("auth.standard_required_attributes");
    const NAMES: &str = "a list of attribute names such as [\"email\"]";
    for entry in required.list(NAMES)? {
        let name = entry.text().filter(|name| is_attribute_name(name)).ok_or_else(|| required.wrong(NAMES))?;
        if name == "email" {
            continue;
        }
        match fields.iter_mut().find(|field| field.name.as_str() == name) {
            Some(field) => (field.required, field.sign_up) = (true, true),
            None => fields.push(AttributeField {
                label: label_of(&name),
                name: AttributeName::new(name),
                sign_up: true,
                editable: true,
                required: true,
            }),
        }
    }
    Ok(fields)
}

/// `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`, at most 32 characters (`AttributeNameType` in the model).
fn is_attribute_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= 32 && !name.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// A label for an attribute that has none: `custom:agentName` → `Agent name`, `given_name` → `Given name`.
/// ASCII only: Unicode's upper case would be a tenth of the first download.
pub fn label_of(name: &str) -> String {
    let plain = name.strip_prefix("custom:").unwrap_or(name);
    let mut label = String::new();
    for c in plain.chars() {
        match c {
            '_' | '-' => label.push(' '),
            c if label.is_empty() => label.push(c.to_ascii_uppercase()),
            c if c.is_ascii_uppercase() => {
                label.push(' ');
                label.push(c.to_ascii_lowercase());
            }
            c => label.push(c),
        }
    }
    label
}

/// A value and the path it was found under.
struct At<J> {
    value: Option<J>,
    path: &'static str,
}

impl<J: Json> At<J> {
    /// The child at `path`, whose last part is its name here.
    fn get(&self, path: &'static str) -> Self {
        let name = path.rsplit('.').next().unwrap_or(path);
        Self { value: self.value.as_ref().and_then(|value| value.get(name)), path }
    }

    fn wrong(&self, expected: &'static str) -> Problem {
        wrong(self.path, self.value.as_ref(), expected)
    }

    fn object(&self, expected: &'static str) -> Result<(), Problem> {
        if self.value.as_ref().is_some_and(Json::is_object) { Ok(()) } else { Err(self.wrong(expected)) }
    }

    fn list(&self, expected: &'static str) -> Result<Vec<J>, Problem> {
        match &self.value {
            None => Ok(Vec::new()),
            Some(value) => value.list().ok_or_else(|| self.wrong(expected)),
        }
    }

    /// The text at `path`, if there is one; `fits` says whether it is as expected.
    fn optional(
        &self,
        path: &'static str,
        expected: &'static str,
        fits: fn(&str) -> bool,
    ) -> Result<Option<String>, Problem> {
        let at = self.get(path);
        match &at.value {
            None => Ok(None),
            Some(value) => value.text().filter(|text| fits(text)).map(Some).ok_or_else(|| at.wrong(expected)),
        }
    }

    /// The same, for a text that must be there.
    fn required(&self, path: &'static str, expected: &'static str, fits: fn(&str) -> bool) -> Result<String, Problem> {
        self.optional(path, expected, fits)?.ok_or(Problem::Field { field: path, found: None, expected })
    }
}

fn wrong<J: Json>(field: &'static str, value: Option<&J>, expected: &'static str) -> Problem {
    Problem::Field { field, found: value.map(|value| excerpt(&value.print())), expected }
}

/// The beginning of a text, short enough for a page.
fn excerpt(text: &str) -> String {
    let mut short: String = text.trim().chars().take(80).collect();
    if short.len() < text.trim().len() {
        short.push('…');
    }
    short
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(None) => write!(f, "{PATH} could not be fetched"),
            Self::Missing(Some(status)) => write!(f, "{PATH} could not be fetched: HTTP {status}"),
            Self::NotJson { found } => write!(f, "{PATH} is not JSON; it begins with {found}"),
            Self::Field { field, found: Some(found), expected } => write!(f, "{field} is {found}, expected {expected}"),
            Self::Field { field, found: None, expected } => write!(f, "{field} is missing, expected {expected}"),
            Self::LoopbackEndpoint { endpoint, page } => {
                write!(f, "doorward.endpoint is {endpoint}, but the page is at {page}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn parse(text: &str, host: &str) -> Result<Config, Problem> {
        super::parse::<Value>(text, host)
    }

    const SHIPPED: &str = include_str!("../public/config.json");

    fn amplify() -> Value {
        json!({
            "version": "1.4",
            "auth": {
                "user_pool_id": "eu-central-1_AbCdEf123", "aws_region": "eu-central-1",
                "user_pool_client_id": "1example23456789",
                "identity_pool_id": "eu-central-1:1a2b3c4d-0000-4000-8000-1234567890ab",
                "mfa_methods": ["TOTP"], "mfa_configuration": "OPTIONAL",
                "standard_required_attributes": ["email", "given_name"],
                "username_attributes": ["email"], "user_verification_types": ["email"], "groups": [],
                "password_policy": {"min_length": 12, "require_lowercase": true, "require_numbers": false,
                                    "require_symbols": false, "require_uppercase": true},
                "unauthenticated_identities_enabled": true
            },
            "data": {"url": "https://example.test/graphql"}
        })
    }

    fn with(path: &[&str], value: Value) -> Result<Config, Problem> {
        let mut json = amplify();
        let (last, parents) = path.split_last().unwrap();
        let mut at = &mut json;
        for name in parents {
            at = &mut at[*name];
        }
        at[*last] = value;
        parse(&json.to_string(), "app.example.test")
    }

    #[test]
    fn the_shipped_one_points_at_the_dev_pool() {
        let config = parse(SHIPPED, "127.0.0.1").unwrap();
        assert_eq!(config.endpoints.user_pools, "http://127.0.0.1:9229/");
        assert_eq!(config.attributes[0].label, "Agent name");
        assert!(config.attributes[0].sign_up && config.attributes[0].editable);
        assert_eq!(config.password_policy, PasswordPolicy::default());
    }

    #[test]
    fn amplify_outputs_work_as_they_are() {
        let config = parse(&amplify().to_string(), "app.example.test").unwrap();
        assert_eq!(config.endpoints.user_pools, "https://cognito-idp.eu-central-1.amazonaws.com/");
        assert_eq!(config.endpoints.identity_pools, "https://cognito-identity.eu-central-1.amazonaws.com/");
        assert_eq!((config.password_policy.min_length, config.password_policy.symbols), (12, false));
        assert_eq!(config.attributes.len(), 1);
        assert_eq!((config.attributes[0].label.as_str(), config.attributes[0].required), ("Given name", true));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let table: [(&[&str], Value, &str); 16] = [
            (&["auth"], json!(null), "auth"),
            (&["auth"], json!([]), "auth"),
            (&["auth", "user_pool_id"], json!(null), "auth.user_pool_id"),
            (&["auth", "user_pool_id"], json!("AbCdEf123"), "auth.user_pool_id"),
            (&["auth", "user_pool_id"], json!(5), "auth.user_pool_id"),
            (&["auth", "aws_region"], json!("us-east-1"), "auth.aws_region"),
            (&["auth", "user_pool_client_id"], json!(null), "auth.user_pool_client_id"),
            (&["auth", "user_pool_client_id"], json!("has space"), "auth.user_pool_client_id"),
            (&["auth", "identity_pool_id"], json!("eu-central-1:xyz"), "auth.identity_pool_id"),
            (&["auth", "password_policy"], json!("strong"), "auth.password_policy"),
            (&["auth", "password_policy", "min_length"], json!(3), "auth.password_policy.min_length"),
            (&["auth", "password_policy", "require_symbols"], json!("yes"), "auth.password_policy.require_symbols"),
            (&["auth", "standard_required_attributes"], json!("email"), "auth.standard_required_attributes"),
            (&["doorward"], json!({"endpoint": "ftp://x"}), "doorward.endpoint"),
            (&["doorward"], json!({"endpoint": "http://example.test/"}), "doorward.endpoint"),
            (&["doorward"], json!({"attributes": [{"label": "x"}]}), "doorward.attributes"),
        ];
        for (path, value, expected) in table {
            match with(path, value.clone()) {
                Err(Problem::Field { field, expected: hint, .. }) => {
                    assert_eq!(field, expected, "{path:?} = {value}");
                    assert!(!hint.is_empty());
                }
                other => panic!("{path:?} = {value}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_was_found_is_shown_but_not_all_of_it() {
        let problem = with(&["auth", "user_pool_id"], json!("x".repeat(500))).unwrap_err();
        assert!(problem.to_string().len() < 300, "{problem}");
        assert!(
            matches!(parse("<!doctype html>", "x"), Err(Problem::NotJson { found }) if found.starts_with("<!doctype"))
        );
        assert!(matches!(parse("", "x"), Err(Problem::NotJson { .. })));
    }

    #[test]
    fn a_pool_on_loopback_is_for_pages_on_loopback() {
        let loopback = || json!({"endpoint": "http://127.0.0.1:9229"});
        assert!(matches!(with(&["doorward"], loopback()), Err(Problem::LoopbackEndpoint { .. })));
        for host in ["127.0.0.1", "localhost", "[::1]", "app.localhost"] {
            assert!(parse(SHIPPED, host).is_ok(), "{host}");
        }
        for host in ["example.test", "127.0.0.1.example.test", "localhost.example.test", ""] {
            assert!(parse(SHIPPED, host).is_err(), "{host}");
        }
    }

    #[test]
    fn an_endpoint_of_ones_own_is_taken() {
        let config = with(&["doorward"], json!({"endpoint": "https://auth.example.test/pool"})).unwrap();
        assert_eq!(config.endpoints.user_pools, "https://auth.example.test/pool");
        for bad in ["https://", "https://user@evil.test/", "https://a b/", "//evil.test", "https://x/?q"] {
            assert!(with(&["doorward"], json!({"endpoint": bad})).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_configuration_or_a_problem(text in ".{0,200}", host in ".{0,20}") {
            let _ = parse(&text, &host);
        }

        #[test]
        fn any_value_anywhere_is_taken_or_named(value in any_json(), field in 0..7usize) {
            let name = ["user_pool_id", "aws_region", "user_pool_client_id", "identity_pool_id", "password_policy",
                        "standard_required_attributes", "groups"][field];
            let _ = with(&["auth", name], value.clone());
            let _ = with(&["doorward"], value);
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((".{0,8}|endpoint|attributes|name|min_length", inner), 0..4)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }
}
