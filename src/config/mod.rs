//! The runtime configuration: `/config.json`, fetched at start, so that one build serves every
//! environment.
//!
//! An `amplify_outputs.json` (Amplify Gen 2) is one as it is: its `auth` section is read. What
//! Amplify does not know is in a section of our own, `doorward`. Unknown fields are ignored; a field
//! that is missing or wrong is named, with what was found and what is expected.
//!
//! It is read in two parts. [`Config`] is what the first download needs to draw the sign-in form; [`Settings`] is the
//! rest, and the code that reads it travels with the pages and with what makes calls.

mod brand;
mod settings;

use crate::cognito::types::{ClientId, Email, PhoneNumber, UserName, UserPoolId};
pub use brand::{Brand, Colour};
pub use settings::*;
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

/// What every page has to know about its pool. The rest is in [`Settings`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `auth.user_pool_id`
    pub user_pool: UserPoolId,
    /// `auth.user_pool_client_id`
    pub client: ClientId,
    /// `auth.username_attributes`, or `doorward.sign_in_with`: what people sign in with.
    pub sign_in_with: SignInName,
    /// `doorward.flow`: how a sign-in begins.
    pub flow: Flow,
    /// `auth.passwordless`: ways to sign in without a password that the pool has.
    pub passwordless: Passwordless,
    /// `auth.oauth` is there: sign-in through the pool's domain, with other providers.
    pub has_domain: bool,
    /// `doorward.name`: what the site calls itself.
    pub name: String,
    /// `doorward.storage`: where the session is kept.
    pub storage: StorageKind,
    /// There is something for [`Config::brand`] to read.
    pub branded: bool,
    /// The file, for [`Settings::read`].
    text: String,
    page_host: String,
}

/// Where a session is kept, and with it how long, and who else sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StorageKind {
    /// `localStorage`: until the person signs out or the pool ends it; in all tabs.
    #[default]
    Local,
    /// `sessionStorage`: as long as the tab is open; each tab has its own.
    Session,
    /// Nowhere: as long as the page is open. A reload signs out.
    Memory,
}

/// What people sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInName {
    /// An email address.
    Email,
    /// A phone number.
    Phone,
    /// One of the two.
    EmailOrPhone,
    /// A name they chose.
    UserName,
}

impl SignInName {
    /// What was typed, in the form that the pool knows it in; `None` if it cannot be such a name. Case stays.
    pub fn parse(self, text: &str) -> Option<UserName> {
        let email = || Email::parse(text).map(|email| email.to_user_name());
        let phone = || PhoneNumber::parse(text).map(|number| number.to_user_name());
        match self {
            Self::Email => email(),
            Self::Phone => phone(),
            Self::EmailOrPhone => email().or_else(phone),
            // An address or a number that is written with spaces may be an alias.
            Self::UserName => UserName::parse(text).or_else(phone),
        }
    }

    /// The attribute that a name of this kind is as well, and that need not be asked for again.
    pub fn attribute(self, name: &UserName) -> Option<&'static str> {
        match self {
            Self::UserName => None,
            _ if Email::parse(name.as_str()).is_some() => Some("email"),
            _ => Some("phone_number"),
        }
    }

    /// Whether whoever signs in with such a name has given this attribute by it.
    fn gives(self, attribute: &str) -> bool {
        matches!((self, attribute), (Self::Email, "email") | (Self::Phone, "phone_number"))
    }
}

/// How a sign-in begins (`AuthFlow`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// `USER_SRP_AUTH`: a proof of the password.
    Srp,
    /// `USER_PASSWORD_AUTH`: the password itself, for pools that migrate users.
    Password,
    /// `USER_AUTH`: the name alone, then a choice.
    Choice,
    /// `CUSTOM_AUTH`: the name alone, then what a function of the pool asks.
    Custom,
    /// `CUSTOM_AUTH` after a proof of the password.
    CustomSrp,
}

impl Flow {
    /// Whether the password is asked for together with the name.
    pub const fn asks_password(self) -> bool {
        !matches!(self, Self::Choice | Self::Custom)
    }
}

impl Config {
    /// Whether there are ways to sign in besides the form: without a password, or at another provider.
    pub fn has_other_ways(&self) -> bool {
        let Passwordless { email, sms, passkey } = self.passwordless;
        email || sms || passkey || self.has_domain
    }

    /// Whether the app client has choice-based sign-in (`USER_AUTH`), as far as the configuration tells. Then whoever
    /// has just confirmed an account can be signed in by the code.
    pub fn has_choice(&self) -> bool {
        self.flow == Flow::Choice || self.passwordless != Passwordless::default()
    }
}

/// Ways to sign in without a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Passwordless {
    /// A code by email.
    pub email: bool,
    /// A code by text message.
    pub sms: bool,
    /// A passkey.
    pub passkey: bool,
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

/// Reads a configuration. `page_host` is the host name the page is served from. Only what every page has to know is
/// looked at here.
///
/// # Errors
/// The first [`Problem`] found.
#[inline(never)]
pub fn parse<J: Json>(text: &str, page_host: &str) -> Result<Config, Problem> {
    let Sections { auth, ours } = Sections::<J>::read(text)?;
    const POOL: &str = "a user pool id such as us-east-1_AbCdEf123";
    let id = auth.required("auth.user_pool_id", POOL, |text| UserPoolId::parse(text).is_some())?;
    let user_pool =
        UserPoolId::parse(&id).ok_or(Problem::Field { field: "auth.user_pool_id", found: None, expected: POOL })?;
    const CLIENT: &str = "the id of an app client without a secret: letters and digits";
    let client = auth.required("auth.user_pool_client_id", CLIENT, |text| ClientId::parse(text).is_some())?;
    let name = ours.optional("doorward.name", NAME, is_name)?;
    Ok(Config {
        sign_in_with: sign_in_with(&auth, &ours)?,
        flow: flow(&ours)?,
        passwordless: passwordless(&auth)?,
        has_domain: auth.get("auth.oauth").value.is_some(),
        name: name.unwrap_or_else(|| "Doorward".to_owned()),
        storage: storage(&ours)?,
        branded: ["brand", "terms", "privacy"].iter().any(|own| ours.get(own).value.is_some()),
        user_pool,
        client: ClientId::new(client),
        text: text.to_owned(),
        page_host: page_host.to_owned(),
    })
}

const NAME: &str = "the name of your site, 1 to 60 characters";

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 60
}

/// The parts of the file that are read.
struct Sections<J> {
    auth: At<J>,
    ours: At<J>,
}

impl<J: Json> Sections<J> {
    fn read(text: &str) -> Result<Self, Problem> {
        let json = J::read(text).ok_or_else(|| Problem::NotJson { found: excerpt(text) })?;
        let auth = At { value: json.get("auth"), path: "auth" };
        auth.object("an object with the settings of the user pool, as in amplify_outputs.json")?;
        Ok(Self { auth, ours: At { value: json.get("doorward"), path: "doorward" } })
    }
}

fn sign_in_with<J: Json>(auth: &At<J>, ours: &At<J>) -> Result<SignInName, Problem> {
    const OURS: &str = "\"email\", \"phone\", \"email_or_phone\" or \"username\"";
    let named = ours.optional("doorward.sign_in_with", OURS, |text| {
        matches!(text, "email" | "phone" | "email_or_phone" | "username")
    })?;
    const NAMES: &str = "a list with \"email\", \"phone_number\" or both";
    let at = auth.get("auth.username_attributes");
    let (mut email, mut phone) = (false, false);
    for entry in at.list(NAMES)? {
        match entry.text().as_deref() {
            Some("email") => email = true,
            Some("phone_number") => phone = true,
            _ => return Err(at.wrong(NAMES)),
        }
    }
    Ok(match (named.as_deref(), email, phone) {
        (Some("username"), ..) => SignInName::UserName,
        (Some("email_or_phone"), ..) | (None, true, true) => SignInName::EmailOrPhone,
        (Some("phone"), ..) | (None, false, true) => SignInName::Phone,
        _ => SignInName::Email,
    })
}

fn flow<J: Json>(ours: &At<J>) -> Result<Flow, Problem> {
    const EXPECTED: &str = "\"srp\", \"password\", \"choice\", \"custom\" or \"custom_srp\"";
    let named = ours.optional("doorward.flow", EXPECTED, |text| {
        matches!(text, "srp" | "password" | "choice" | "custom" | "custom_srp")
    })?;
    Ok(match named.as_deref() {
        Some("password") => Flow::Password,
        Some("choice") => Flow::Choice,
        Some("custom") => Flow::Custom,
        Some("custom_srp") => Flow::CustomSrp,
        _ => Flow::Srp,
    })
}

fn storage<J: Json>(ours: &At<J>) -> Result<StorageKind, Problem> {
    const EXPECTED: &str = "\"local\", \"session\" or \"memory\"";
    let named = ours.optional("doorward.storage", EXPECTED, |text| matches!(text, "local" | "session" | "memory"))?;
    Ok(match named.as_deref() {
        Some("session") => StorageKind::Session,
        Some("memory") => StorageKind::Memory,
        _ => StorageKind::Local,
    })
}

fn passwordless<J: Json>(auth: &At<J>) -> Result<Passwordless, Problem> {
    let at = auth.get("auth.passwordless");
    if at.value.is_none() {
        return Ok(Passwordless::default());
    }
    at.object("an object such as {\"email_otp_enabled\": true}")?;
    Ok(Passwordless {
        email: at.get("auth.passwordless.email_otp_enabled").flag()?,
        sms: at.get("auth.passwordless.sms_otp_enabled").flag()?,
        // An object with the relying party; the pool tells the browser what is in it.
        passkey: at.get("auth.passwordless.web_authn").value.is_some(),
    })
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

    /// A switch that is off if it is absent.
    fn flag(&self) -> Result<bool, Problem> {
        match &self.value {
            None => Ok(false),
            Some(value) => value.flag().ok_or_else(|| self.wrong("true or false")),
        }
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

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::{client::Endpoints, password_policy::PasswordPolicy};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Both parts of a file.
    #[derive(Debug)]
    struct File {
        config: Config,
        settings: Settings,
    }

    fn parse(text: &str, host: &str) -> Result<File, Problem> {
        let config = super::parse::<Value>(text, host)?;
        Ok(File { settings: Settings::read::<Value>(&config, "en")?, config })
    }

    const SHIPPED: &str = include_str!("../../public/config.json");

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

    /// A section `doorward` with one attribute.
    fn attribute(mut more: Value) -> Value {
        more["name"] = json!("custom:x");
        json!({ "attributes": [more] })
    }

    fn with(path: &[&str], value: Value) -> Result<File, Problem> {
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
        let file = parse(SHIPPED, "127.0.0.1").unwrap();
        assert_eq!(file.settings.endpoints.user_pools, "http://127.0.0.1:9229/");
        assert_eq!(file.settings.attributes[0].label.as_deref(), Some("Agent name"));
        assert!(file.settings.attributes[0].sign_up && file.settings.attributes[0].editable);
        assert_eq!(file.settings.password_policy, PasswordPolicy::default());
    }

    #[test]
    fn amplify_outputs_work_as_they_are() {
        let file = parse(&amplify().to_string(), "app.example.test").unwrap();
        assert_eq!(file.settings.endpoints.user_pools, "https://cognito-idp.eu-central-1.amazonaws.com/");
        assert_eq!(file.settings.endpoints.identity_pools, "https://cognito-identity.eu-central-1.amazonaws.com/");
        assert_eq!((file.settings.password_policy.min_length, file.settings.password_policy.symbols), (12, false));
        assert_eq!(file.settings.attributes.len(), 1);
        let [given_name] = &file.settings.attributes[..] else { panic!() };
        assert_eq!((given_name.name.as_str(), &given_name.label, given_name.required), ("given_name", &None, true));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let table: [(&[&str], Value, &str); 48] = [
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
            (&["auth", "username_attributes"], json!(["fax"]), "auth.username_attributes"),
            (&["doorward"], json!({"sign_in_with": "fax"}), "doorward.sign_in_with"),
            (&["doorward"], json!({"flow": "magic"}), "doorward.flow"),
            (&["doorward"], json!({"session_minutes": 2}), "doorward.session_minutes"),
            (&["doorward"], json!({"fresh_sign_in_minutes": 0}), "doorward.fresh_sign_in_minutes"),
            (&["doorward"], json!({"fresh_sign_in_minutes": 1.5}), "doorward.fresh_sign_in_minutes"),
            (&["doorward"], json!({"fresh_sign_in_minutes": "10"}), "doorward.fresh_sign_in_minutes"),
            (&["doorward"], json!({"remember_devices": "yes"}), "doorward.remember_devices"),
            (&["doorward"], json!({"terms": "javascript:alert(1)"}), "doorward.terms"),
            (&["doorward"], json!({"privacy": "//evil.test"}), "doorward.privacy"),
            (&["doorward"], json!({"brand": "blue"}), "doorward.brand"),
            (&["doorward"], json!({"brand": {"name": ""}}), "doorward.brand.name"),
            (&["doorward"], json!({"brand": {"logo": "logo.svg"}}), "doorward.brand.logo"),
            (&["doorward"], json!({"brand": {"accent": "blue"}}), "doorward.brand.accent"),
            (&["doorward"], json!({"brand": {"wordmark": 1}}), "doorward.brand.wordmark"),
            (&["doorward"], attribute(json!({"type": "colour"})), "doorward.attributes.type"),
            (&["doorward"], attribute(json!({"type": 5})), "doorward.attributes.type"),
            (&["doorward"], attribute(json!({"type": "select"})), "doorward.attributes.options"),
            (&["doorward"], attribute(json!({"type": "select", "options": []})), "doorward.attributes.options"),
            (&["doorward"], attribute(json!({"type": "select", "options": [""]})), "doorward.attributes.options"),
            (
                &["doorward"],
                attribute(json!({"type": "select", "options": [{"label": "x"}]})),
                "doorward.attributes.options",
            ),
            (&["doorward"], attribute(json!({"hint": 5})), "doorward.attributes.hint"),
            (&["doorward"], attribute(json!({"max_length": 0})), "doorward.attributes.max_length"),
            (&["doorward"], attribute(json!({"max_length": 2049})), "doorward.attributes.max_length"),
            (&["doorward"], json!({"sign_up_password": "maybe"}), "doorward.sign_up_password"),
            (&["doorward"], json!({"sign_up_password": "none"}), "doorward.sign_up_password"),
            (&["auth", "passwordless"], json!([]), "auth.passwordless"),
            (&["auth", "oauth"], json!({}), "auth.oauth.domain"),
            (&["auth", "oauth"], json!({"domain": "x.test", "scopes": [1]}), "auth.oauth.scopes"),
            (&["auth", "oauth"], json!({"domain": "x.test", "scopes": ["email"]}), "auth.oauth.scopes"),
            (&["auth", "oauth"], json!({"domain": "localhost:9229"}), "doorward.oauth_endpoint"),
            (
                &["auth", "oauth"],
                json!({"domain": "x.test", "redirect_sign_in_uri": ["javascript:1"]}),
                "auth.oauth.redirect_sign_in_uri",
            ),
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
    fn ways_to_sign_in_are_read() {
        let file = with(
            &["auth", "oauth"],
            json!({
                "domain": "example.auth.eu-central-1.amazoncognito.com", "scopes": ["openid", "email"],
                "identity_providers": ["GOOGLE", "Our SSO"], "response_type": "code",
                "redirect_sign_in_uri": ["https://app.example.test/auth/callback"], "redirect_sign_out_uri": [],
            }),
        )
        .unwrap();
        let oauth = file.settings.oauth.as_ref().unwrap();
        assert_eq!(oauth.base, "https://example.auth.eu-central-1.amazoncognito.com");
        let names: Vec<_> = oauth.providers.iter().map(|p| (p.name.as_str(), p.label.as_str())).collect();
        assert_eq!(names, [("Google", "Google"), ("Our SSO", "Our SSO")]);
        assert_eq!((file.config.sign_in_with, file.config.flow), (SignInName::Email, Flow::Srp));
        let passwordless = json!({"email_otp_enabled": true, "web_authn": {"relying_party_id": "example.test"}});
        assert!(!file.config.has_choice());
        let file = with(&["auth", "passwordless"], passwordless).unwrap();
        assert!(file.config.has_choice());
        assert_eq!(file.config.passwordless, Passwordless { email: true, sms: false, passkey: true });
        for (names, expected) in [
            (json!(["phone_number"]), SignInName::Phone),
            (json!(["email", "phone_number"]), SignInName::EmailOrPhone),
            (json!([]), SignInName::Email),
        ] {
            assert_eq!(with(&["auth", "username_attributes"], names).unwrap().config.sign_in_with, expected);
        }
        let ours = json!({"sign_in_with": "username", "flow": "choice", "session_minutes": 15,
                          "fresh_sign_in_minutes": 1440, "remember_devices": true, "terms": "/terms.html", "privacy": "https://example.test/p"});
        let file = with(&["doorward"], ours).unwrap();
        assert_eq!((file.config.sign_in_with, file.config.flow), (SignInName::UserName, Flow::Choice));
        assert!(
            file.settings.remember_devices
                && file.settings.session_minutes == 15
                && file.settings.fresh_sign_in_minutes == 1440
                && file.settings.terms.terms.is_some()
        );
    }

    #[test]
    fn attributes_say_how_they_are_filled_in() {
        let file = with(
            &["doorward"],
            json!({"attributes": [
                {"name": "custom:size", "type": "select", "options": ["s", {"value": "l", "label": "Large"}], "hint": "Ours."},
                {"name": "custom:age", "type": "number", "max_length": 3},
                {"name": "email", "sign_up": true},
            ]}),
        )
        .unwrap();
        let choice = |value: &str, label: &str| Choice { value: value.to_owned(), label: label.to_owned() };
        let [size, age, email, given_name] = &file.settings.attributes[..] else { panic!() };
        assert_eq!(size.input, AttributeInput::Select(vec![choice("s", "s"), choice("l", "Large")]));
        assert_eq!((size.hint.as_str(), size.editable), ("Ours.", true));
        assert_eq!((&age.input, age.max_length), (&AttributeInput::Number, Some(3)));
        assert!(!email.sign_up && !email.editable, "whoever signs in by email has given it");
        assert_eq!((given_name.input.clone(), given_name.required), (AttributeInput::Text, true));
    }

    #[test]
    fn the_sites_own_words_are_in_the_persons_language() {
        let label = json!({"en": "Size", "pt": "Tamanho", "de": " "});
        let hint = json!({"fr": "La vôtre."});
        let list = json!([{"name": "custom:size", "label": label, "type": "select", "options": [{"value": "s", "label": {"en": "Small", "pt": "Pequeno"}}]}]);
        let read = |language: &str, list: &Value| {
            let text = json!({"auth": amplify()["auth"], "doorward": {"attributes": list}}).to_string();
            let config = super::parse::<Value>(&text, "app.example.test").unwrap();
            Settings::read::<Value>(&config, language).map(|settings| settings.attributes[0].clone())
        };
        for (language, expected) in
            [("en", Some("Size")), ("pt-BR", Some("Tamanho")), ("sv", Some("Size")), ("de", None)]
        {
            assert_eq!(read(language, &list).unwrap().label.as_deref(), expected, "{language}");
        }
        let AttributeInput::Select(options) = read("pt", &list).unwrap().input else { panic!() };
        assert_eq!(options[0].label, "Pequeno");
        let only_french = json!([{"name": "custom:size", "hint": hint}]);
        assert_eq!(read("fr", &only_french).unwrap().hint, "La vôtre.");
        let Err(Problem::Field { field, .. }) = read("en", &only_french) else { panic!() };
        assert_eq!(field, "doorward.attributes.hint");
    }

    #[test]
    fn what_the_pool_requires_is_asked_for_unless_people_sign_in_with_it() {
        for (names, expected) in [
            ("email", vec!["given_name"]),
            ("phone", vec!["email", "given_name"]),
            ("username", vec!["email", "given_name"]),
        ] {
            let file = with(&["doorward"], json!({"sign_in_with": names})).unwrap();
            let asked: Vec<_> = file.settings.attributes.iter().map(|field| field.name.as_str()).collect();
            assert_eq!(asked, expected, "{names}");
        }
    }

    #[test]
    fn names_are_read_as_the_pool_knows_them_and_keep_their_case() {
        use SignInName as N;
        for (kind, typed, name, attribute) in [
            (N::Email, " Ada@Example.com ", Some("Ada@Example.com"), Some("email")),
            (N::Email, "+44 20 7946 0123", None, None),
            (N::Phone, "0044 (20) 7946-0123", Some("+442079460123"), Some("phone_number")),
            (N::Phone, "ada@example.com", None, None),
            (N::EmailOrPhone, "ada@example.com", Some("ada@example.com"), Some("email")),
            (N::EmailOrPhone, "+44 20 7946 0123", Some("+442079460123"), Some("phone_number")),
            (N::EmailOrPhone, "ada", None, None),
            (N::UserName, " Ada.L ", Some("Ada.L"), None),
            (N::UserName, "ada@example.com", Some("ada@example.com"), None),
            (N::UserName, "+44 20 7946 0123", Some("+442079460123"), None),
            (N::UserName, "ada lovelace", None, None),
        ] {
            let read = kind.parse(typed);
            assert_eq!(read.as_ref().map(UserName::as_str), name, "{kind:?} {typed:?}");
            assert_eq!(read.and_then(|read| kind.attribute(&read)), attribute, "{kind:?} {typed:?}");
        }
    }

    #[test]
    fn a_password_may_be_left_out_where_codes_open_the_door() {
        let with = |password: Value, passwordless: Value| {
            let mut json = amplify();
            json["doorward"] = json!({ "sign_up_password": password });
            json["auth"]["passwordless"] = passwordless;
            parse(&json.to_string(), "app.example.test").map(|file| file.settings.sign_up_password)
        };
        let codes = || json!({"sms_otp_enabled": true});
        assert_eq!(with(json!(null), codes()), Ok(SignUpPassword::Required));
        assert_eq!(with(json!("optional"), codes()), Ok(SignUpPassword::Optional));
        assert_eq!(with(json!("none"), codes()), Ok(SignUpPassword::None));
        // A passkey can only be made by somebody who is signed in.
        assert!(with(json!("none"), json!({"web_authn": {}})).is_err());
    }

    #[test]
    fn answers_come_back_to_the_origin_the_page_is_served_from() {
        let oauth = |sign_in: &[&str], sign_out: &[&str]| {
            let json = json!({"domain": "x.test", "identity_providers": ["COGNITO", "GOOGLE"],
                              "redirect_sign_in_uri": sign_in, "redirect_sign_out_uri": sign_out});
            with(&["auth", "oauth"], json).unwrap().settings.oauth.unwrap()
        };
        let served = |mut oauth: OAuth| {
            oauth.serve("https://app.test", "/cb", "/bye");
            (oauth.redirect_uri.clone(), oauth.logout_uri.clone(), oauth.problem().is_some(), oauth.domain().is_some())
        };
        let buttons = |sign_in: &[&str], callback| {
            let json = json!({"domain": "x.test", "identity_providers": ["COGNITO", "GOOGLE", 5], "redirect_sign_in_uri": sign_in});
            let mut file = amplify();
            file["auth"]["oauth"] = json;
            super::parse::<Value>(&file.to_string(), "app.test").unwrap().providers::<Value>(callback).len()
        };
        assert_eq!(buttons(&["https://app.test/cb/"], Some("https://app.test/cb")), 1);
        assert_eq!(buttons(&["https://app.test/cb"], None), 1);
        assert_eq!(buttons(&["https://other.test/cb"], Some("https://app.test/cb")), 0);
        assert_eq!(buttons(&[], None), 0);
        let some = |text: &str| Some(text.to_owned());
        let both = oauth(
            &["https://other.test/cb", "https://app.test/", "https://app.test/cb"],
            &["https://other.test/bye", "https://app.test", "https://app.test/bye"],
        );
        assert_eq!(both.redirect_uri, some("https://other.test/cb"), "nobody knows the origin yet");
        assert_eq!(both.providers.len(), 1, "the pool is no provider of its own");
        assert_eq!(served(both), (some("https://app.test/cb"), some("https://app.test/bye"), false, true));
        let elsewhere = oauth(&["https://app.test/cb/"], &["https://app.test.evil.test/bye", "https://app.test/"]);
        assert_eq!(served(elsewhere), (some("https://app.test/cb/"), some("https://app.test/"), false, true));
        let never = oauth(&["https://app.test:8443/cb", "http://localhost/cb"], &["https://app.test:8443/bye"]);
        assert_eq!(served(never), (None, None, true, false));
        assert_eq!(served(oauth(&[], &[])), (None, None, true, false));
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
    fn an_identity_pool_is_spoken_to_in_its_own_region() {
        let pools = |user_pool: &str, identity_pool: Value| {
            let mut json = amplify();
            json["auth"]["user_pool_id"] = json!(user_pool);
            json["auth"]["aws_region"] = json!(user_pool.split_once('_').unwrap().0);
            json["auth"]["identity_pool_id"] = identity_pool;
            parse(&json.to_string(), "app.example.test").unwrap().settings.endpoints
        };
        let elsewhere = pools("eu-central-1_AbCdEf123", json!("us-east-1:1a2b3c4d-0000-4000-8000-1234567890ab"));
        assert_eq!(elsewhere.user_pools, "https://cognito-idp.eu-central-1.amazonaws.com/");
        assert_eq!(elsewhere.identity_pools, "https://cognito-identity.us-east-1.amazonaws.com/");
        assert_eq!(elsewhere.sts, "https://sts.us-east-1.amazonaws.com/");
        let none = pools("eu-central-1_AbCdEf123", Value::Null);
        assert_eq!(none.identity_pools, "https://cognito-identity.eu-central-1.amazonaws.com/");
        assert_eq!(none.sts, "https://sts.eu-central-1.amazonaws.com/");
        let china = pools("cn-north-1_AbCdEf123", json!("cn-northwest-1:1a2b3c4d-0000-4000-8000-1234567890ab"));
        assert_eq!(china.user_pools, "https://cognito-idp.cn-north-1.amazonaws.com.cn/");
        assert_eq!(china.sts, "https://sts.cn-northwest-1.amazonaws.com.cn/");
    }

    #[test]
    fn an_endpoint_of_ones_own_is_taken() {
        let file = with(&["doorward"], json!({"endpoint": "https://auth.example.test/pool"})).unwrap();
        let Endpoints { user_pools, identity_pools, sts } = &file.settings.endpoints;
        for endpoint in [user_pools, identity_pools, sts] {
            assert_eq!(endpoint, "https://auth.example.test/pool");
        }
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
