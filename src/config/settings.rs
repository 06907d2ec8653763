//! What of the configuration the sign-in form can be drawn without: endpoints, what is asked for at sign-up, the
//! pool's domain.

use super::{At, Config, Json, Passwordless, Problem, Sections, SignInName, wrong};
use crate::cognito::{
    client::Endpoints,
    oauth::Domain,
    password_policy::PasswordPolicy,
    types::{AttributeName, Region},
};

/// The rest of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `auth.identity_pool_id`: `{region}:{uuid}`
    pub identity_pool: Option<String>,
    /// AWS's endpoints in the regions of the user pool and of the identity pool, or `doorward.endpoint`.
    pub endpoints: Endpoints,
    /// `auth.password_policy`; Cognito's default if absent.
    pub password_policy: PasswordPolicy,
    /// `doorward.attributes`, and what `auth.standard_required_attributes` adds to them.
    pub attributes: Vec<AttributeField>,
    /// `doorward.session_minutes`: how long the pool lets a person take for one step of a sign-in
    /// (`AuthSessionValidity`, 3 to 15; 3 if absent).
    pub session_minutes: u8,
    /// `doorward.remember_devices`: offer to remember this browser in place of a second factor.
    pub remember_devices: bool,
    /// `auth.oauth`: sign-in through the pool's domain, with other providers.
    pub oauth: Option<OAuth>,
    /// `doorward.terms` and `doorward.privacy`: what people agree to when they sign up.
    pub terms: Terms,
    /// `doorward.sign_up_password`: whether people choose a password when they sign up.
    pub sign_up_password: SignUpPassword,
    /// `auth.unauthenticated_identities_enabled`: the identity pool has guests.
    pub guests: bool,
    /// `doorward.protected_api`: a server that trusts this pool, which the example page calls.
    pub protected_api: Option<String>,
    /// `doorward.fresh_sign_in_minutes`: how old a sign-in may be for sensitive changes of the account (1 to 1440; 10 if
    /// absent).
    pub fresh_sign_in_minutes: u16,
    /// `doorward.sign_out_after`: when people are signed out, whatever the pool allows.
    pub sign_out_after: SignOutAfter,
}

impl Settings {
    /// Reads them from the file that the configuration was in; labels and hints in a language (BCP 47), where there are
    /// several.
    ///
    /// # Errors
    /// The first [`Problem`] found.
    #[inline(never)]
    pub fn read<J: Json>(config: &Config, language: &str) -> Result<Self, Problem> {
        let Sections { auth, ours } = Sections::<J>::read(&config.text)?;
        const REGION: &str = "the AWS region the user pool id begins with, such as us-east-1";
        let pool_region = config.user_pool.region();
        let region = auth.optional("auth.aws_region", REGION, |text| Region::parse(text).is_some())?;
        if let Some(found) = region.filter(|region| region != pool_region) {
            let found = Some(format!("\"{found}\""));
            return Err(Problem::Field { field: "auth.aws_region", found, expected: REGION });
        }
        const IDENTITY_POOL: &str = "an identity pool id such as us-east-1:, followed by a UUID";
        let identity_pool = auth.optional("auth.identity_pool_id", IDENTITY_POOL, is_identity_pool)?;
        let endpoint = ours.optional("doorward.endpoint", ENDPOINT, is_endpoint)?;
        let page = &config.page_host;
        if let Some(endpoint) = endpoint.as_ref().filter(|url| is_loopback(host_of(url)) && !is_loopback(page)) {
            return Err(Problem::LoopbackEndpoint { endpoint: endpoint.clone(), page: page.clone() });
        }
        // An identity pool may be elsewhere than the user pool; its credentials are asked about where it is.
        let identity_region = identity_pool.as_deref().and_then(|id| id.split_once(':')).map(|(region, _)| region);
        let identity_region = identity_region.unwrap_or(pool_region);
        // Whoever only draws the page passes over what is wrong with it.
        config.brand::<J>()?;
        Ok(Self {
            endpoints: endpoints(endpoint, pool_region, identity_region),
            identity_pool,
            password_policy: password_policy(&auth)?,
            attributes: attributes(&auth, &ours, config.sign_in_with, language)?,
            session_minutes: session_minutes(&ours)?,
            remember_devices: ours.get("doorward.remember_devices").flag()?,
            oauth: oauth(&auth, &ours, page)?,
            terms: terms(&ours)?,
            sign_up_password: sign_up_password(&ours, config.passwordless)?,
            guests: auth.get("auth.unauthenticated_identities_enabled").flag()?,
            protected_api: protected_api(&ours, page)?,
            fresh_sign_in_minutes: fresh_sign_in_minutes(&ours)?,
            sign_out_after: sign_out_after(&ours)?,
        })
    }
}

const ENDPOINT: &str = "an absolute https:// URL without query (http:// on this machine only), or no such field";

/// Whether people choose a password when they sign up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUpPassword {
    /// Always.
    Required,
    /// If they like to; without one they sign in by code.
    Optional,
    /// Never.
    None,
}

/// When people are signed out whatever the pool allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignOutAfter {
    /// After so many minutes without doing anything.
    pub idle_minutes: Option<u32>,
    /// So many minutes after signing in.
    pub total_minutes: Option<u32>,
}

/// The pool's OAuth endpoints and what may be asked of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuth {
    /// Where the endpoints are, without a slash at the end: `https://` and `auth.oauth.domain`.
    pub base: String,
    /// `auth.oauth.scopes`
    pub scopes: Vec<String>,
    /// `auth.oauth.identity_providers`, as the pool calls them, with what the buttons say.
    pub providers: Vec<Provider>,
    /// `auth.oauth.redirect_sign_in_uri`: where the pool may send people back to.
    pub redirect_sign_in: Vec<String>,
    /// `auth.oauth.redirect_sign_out_uri`: where it may send them after signing out.
    pub redirect_sign_out: Vec<String>,
    /// The one of `redirect_sign_in` that is in use; see [`OAuth::serve`].
    pub redirect_uri: Option<String>,
    /// The one of `redirect_sign_out` that is in use.
    pub logout_uri: Option<String>,
}

impl Config {
    /// The providers whose buttons a page has, for the sign-in page, which has to be quick: whatever is wrong with the
    /// section is passed over here and said by [`Settings::read`]. `callback` is the page for answers as an absolute
    /// URL; `None` at build time, when nobody knows it.
    #[inline(never)]
    pub fn providers<J: Json>(&self, callback: Option<&str>) -> Vec<Provider> {
        let Ok(Sections { auth, .. }) = Sections::<J>::read(&self.text) else { return Vec::new() };
        let texts = |path| {
            let entries = auth.get("auth.oauth").get(path).value.and_then(|value| value.list()).unwrap_or_default();
            entries.into_iter().filter_map(|entry| entry.text())
        };
        let mut ways_back = texts("redirect_sign_in_uri");
        let may_return = ways_back.any(|url| callback.is_none_or(|callback| is_page(&url, callback)));
        if may_return { providers(texts("identity_providers")) } else { Vec::new() }
    }
}

/// Whether a URL of a list stands for this page.
fn is_page(url: &str, page: &str) -> bool {
    url.trim_end_matches('/') == page
}

impl OAuth {
    /// Chooses the addresses for a page that is served from `origin` (`https://app.example.test`): the site's own page for
    /// answers, and its page for who has signed out, or else any of its pages. Both are paths. Without this the first
    /// of each list is in use, as at build time, when nobody knows the origin.
    pub fn serve(&mut self, origin: &str, callback: &str, signed_out: &str) {
        let wanted = [[origin, callback].concat(), [origin, signed_out].concat()];
        let here =
            |url: &&String| url.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let own = |urls: &[String], wanted: &str| urls.iter().find(|url| is_page(url, wanted)).cloned();
        self.redirect_uri = own(&self.redirect_sign_in, &wanted[0]);
        self.logout_uri =
            own(&self.redirect_sign_out, &wanted[1]).or_else(|| self.redirect_sign_out.iter().find(here).cloned());
    }

    /// What is wrong if nobody could come back to this page.
    pub fn problem(&self) -> Option<Problem> {
        let found = Some(self.redirect_sign_in.join(" ")).filter(|found| !found.is_empty());
        self.redirect_uri.is_none().then_some(Problem::Field {
            field: "auth.oauth.redirect_sign_in_uri",
            found,
            expected: "a list that has the address of this page, which the app client must have as a callback URL as well",
        })
    }

    /// What may be asked of the pool's domain from this page; `None` if nobody could come back.
    pub fn domain(&self) -> Option<Domain> {
        Some(Domain {
            base: self.base.clone(),
            scopes: self.scopes.clone(),
            redirect_uri: self.redirect_uri.clone()?,
            logout_uri: self.logout_uri.clone(),
        })
    }
}

/// A provider that people can sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// `identity_provider` of `/oauth2/authorize`.
    pub name: String,
    /// What the button says after "Continue with".
    pub label: String,
}

/// What people agree to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// The terms of use.
    pub terms: Option<String>,
    /// The privacy policy.
    pub privacy: Option<String>,
}

/// An attribute the person fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeField {
    /// `custom:agentName`
    pub name: AttributeName,
    /// What stands above the field; `None` if the configuration does not say.
    pub label: Option<String>,
    /// How it is filled in.
    pub input: AttributeInput,
    /// Said below the field; may be empty.
    pub hint: String,
    /// How many characters it may have at most.
    pub max_length: Option<u16>,
    /// Asked for at sign-up.
    pub sign_up: bool,
    /// The person may change it on their page.
    pub editable: bool,
    /// Cannot be left empty at sign-up.
    pub required: bool,
}

/// How an attribute is filled in. Cognito keeps all of them as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeInput {
    /// Text; an attribute of OpenID Connect gets the input that fits its name.
    Text,
    /// Digits, with a sign or a point.
    Number,
    /// A checkbox: `true` or `false`.
    Boolean,
    /// A date: `YYYY-MM-DD`.
    Date,
    /// One of these.
    Select(Vec<Choice>),
}

/// One of several values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What people read.
    pub label: String,
}

impl AttributeField {
    /// An attribute that the configuration says nothing about.
    pub fn plain(name: AttributeName) -> Self {
        Self {
            label: None,
            input: AttributeInput::Text,
            hint: String::new(),
            max_length: None,
            sign_up: true,
            // A new address has to be confirmed before it counts.
            editable: !matches!(name.as_str(), "email" | "phone_number"),
            required: true,
            name,
        }
    }
}

/// AWS's endpoints in the regions of the two pools, or the one that was configured, for all services.
fn endpoints(configured: Option<String>, pool_region: &str, identity_region: &str) -> Endpoints {
    if let Some(mut url) = configured {
        // Only the origin: a request goes to its root.
        if url.matches('/').count() == 2 {
            url.push('/');
        }
        return Endpoints { user_pools: url.clone(), identity_pools: url.clone(), sts: url };
    }
    let endpoint = |service: &str, region: &str| {
        let domain = Region::parse(region).map_or("amazonaws.com", |r| r.domain());
        ["https://", service, ".", region, ".", domain, "/"].concat()
    };
    Endpoints {
        user_pools: endpoint("cognito-idp", pool_region),
        identity_pools: endpoint("cognito-identity", identity_region),
        sts: endpoint("sts", identity_region),
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
    let flag = |path: &'static str| policy.get(path).flag();
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

fn sign_up_password<J: Json>(ours: &At<J>, passwordless: Passwordless) -> Result<SignUpPassword, Problem> {
    const FIELD: &str = "doorward.sign_up_password";
    const EXPECTED: &str = "\"required\", \"optional\" or \"none\"";
    let named = ours.optional(FIELD, EXPECTED, |text| matches!(text, "required" | "optional" | "none"))?;
    let chosen = match named.as_deref() {
        Some("optional") => SignUpPassword::Optional,
        Some("none") => SignUpPassword::None,
        _ => return Ok(SignUpPassword::Required),
    };
    // Whoever has neither a password nor a code could never come back.
    if !passwordless.email && !passwordless.sms {
        return Err(ours
            .get(FIELD)
            .wrong("\"required\", unless auth.passwordless has email_otp_enabled or sms_otp_enabled"));
    }
    Ok(chosen)
}

fn protected_api<J: Json>(ours: &At<J>, page_host: &str) -> Result<Option<String>, Problem> {
    const FIELD: &str = "doorward.protected_api";
    let url = ours.optional(FIELD, ENDPOINT, is_endpoint)?;
    // An access token is not for whatever listens on the visitor's own machine.
    if let Some(found) = url.as_ref().filter(|url| is_loopback(host_of(url)) && !is_loopback(page_host)) {
        const PUBLIC: &str = "the address of your server: one on the visitor's own machine works only there";
        return Err(Problem::Field { field: FIELD, found: Some(found.clone()), expected: PUBLIC });
    }
    Ok(url)
}

fn sign_out_after<J: Json>(ours: &At<J>) -> Result<SignOutAfter, Problem> {
    let at = ours.get("doorward.sign_out_after");
    if at.value.is_none() {
        return Ok(SignOutAfter::default());
    }
    at.object("an object such as {\"idle_minutes\": 15, \"total_minutes\": 720}")?;
    let minutes = |path: &'static str| {
        let at = at.get(path);
        match &at.value {
            None => Ok(None),
            Some(value) => match value.number() {
                Some(n) if (1.0..=525_600.0).contains(&n) && n % 1.0 == 0.0 => Ok(Some(n as u32)),
                _ => Err(at.wrong("a whole number of minutes from 1 to 525600")),
            },
        }
    };
    Ok(SignOutAfter {
        idle_minutes: minutes("doorward.sign_out_after.idle_minutes")?,
        total_minutes: minutes("doorward.sign_out_after.total_minutes")?,
    })
}

fn session_minutes<J: Json>(ours: &At<J>) -> Result<u8, Problem> {
    let at = ours.get("doorward.session_minutes");
    match &at.value {
        None => Ok(3),
        Some(value) => match value.number() {
            Some(minutes) if (3.0..=15.0).contains(&minutes) && minutes % 1.0 == 0.0 => Ok(minutes as u8),
            _ => Err(at.wrong("a whole number of minutes from 3 to 15, as AuthSessionValidity of the app client")),
        },
    }
}

fn fresh_sign_in_minutes<J: Json>(ours: &At<J>) -> Result<u16, Problem> {
    let at = ours.get("doorward.fresh_sign_in_minutes");
    match &at.value {
        None => Ok(10),
        Some(value) => match value.number() {
            Some(minutes) if (1.0..=1440.0).contains(&minutes) && minutes % 1.0 == 0.0 => Ok(minutes as u16),
            _ => Err(at.wrong("a whole number of minutes from 1 to 1440")),
        },
    }
}

pub(super) fn terms<J: Json>(ours: &At<J>) -> Result<Terms, Problem> {
    const EXPECTED: &str = "an https:// URL or a path of this site that begins with a slash";
    Ok(Terms {
        terms: ours.optional("doorward.terms", EXPECTED, is_link)?,
        privacy: ours.optional("doorward.privacy", EXPECTED, is_link)?,
    })
}

/// An absolute URL or a path of this site, to link to.
pub(super) fn is_link(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>'));
    plain && (text.starts_with("https://") || (text.starts_with('/') && !text.starts_with("//")))
}

fn oauth<J: Json>(auth: &At<J>, ours: &At<J>, page_host: &str) -> Result<Option<OAuth>, Problem> {
    let at = auth.get("auth.oauth");
    if at.value.is_none() {
        return Ok(None);
    }
    at.object("an object with domain, scopes, redirect_sign_in_uri, as in amplify_outputs.json")?;
    const DOMAIN: &str = "the pool's domain, such as example.auth.us-east-1.amazoncognito.com";
    let domain = at.required("auth.oauth.domain", DOMAIN, |text| is_endpoint(&["https://", text].concat()))?;
    let endpoint = ours.optional("doorward.oauth_endpoint", ENDPOINT, is_endpoint)?;
    let base = endpoint.unwrap_or_else(|| ["https://", &domain].concat());
    if is_loopback(host_of(&base)) && !is_loopback(page_host) {
        const PUBLIC: &str = "the domain of your pool: an endpoint on the visitor's own machine works only there";
        return Err(Problem::Field { field: "doorward.oauth_endpoint", found: Some(base), expected: PUBLIC });
    }
    const SCOPES: &str = "a list of scopes with \"openid\" among them, or an empty one for all that the app client has";
    const URLS: &str = "a list of absolute URLs that are registered with the app client";
    const PROVIDERS: &str = "a list of provider names such as [\"GOOGLE\"]";
    let texts = |path: &'static str, expected: &'static str, fits: fn(&str) -> bool| {
        let at = at.get(path);
        let entries = at.list(expected)?.into_iter();
        let text = |entry: J| entry.text().filter(|text| fits(text)).ok_or_else(|| at.wrong(expected));
        entries.map(text).collect::<Result<Vec<_>, _>>()
    };
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
    let names = texts("auth.oauth.identity_providers", PROVIDERS, |text| {
        !text.is_empty() && text.len() <= 32 && !text.chars().any(char::is_control)
    })?;
    let scopes = texts("auth.oauth.scopes", SCOPES, is_word)?;
    // Without it there is no ID token, and no way to tell that the tokens were made for this request.
    if !scopes.is_empty() && !scopes.iter().any(|scope| scope == "openid") {
        return Err(at.get("auth.oauth.scopes").wrong(SCOPES));
    }
    let redirect_sign_in = texts("auth.oauth.redirect_sign_in_uri", URLS, is_endpoint)?;
    let redirect_sign_out = texts("auth.oauth.redirect_sign_out_uri", URLS, is_endpoint)?;
    Ok(Some(OAuth {
        base: base.trim_end_matches('/').to_owned(),
        scopes,
        redirect_uri: redirect_sign_in.first().cloned(),
        logout_uri: redirect_sign_out.first().cloned(),
        redirect_sign_in,
        redirect_sign_out,
        providers: providers(names.into_iter()),
    }))
}

/// The pool itself is no other provider.
fn providers(names: impl Iterator<Item = String>) -> Vec<Provider> {
    names.filter(|name| name != "COGNITO").map(provider).collect()
}

/// Amplify writes the well-known ones in capitals; the pool has names of its own for them.
fn provider(name: String) -> Provider {
    let (name, label) = match name.as_str() {
        "GOOGLE" => ("Google", "Google"),
        "FACEBOOK" => ("Facebook", "Facebook"),
        "LOGIN_WITH_AMAZON" => ("LoginWithAmazon", "Amazon"),
        "SIGN_IN_WITH_APPLE" => ("SignInWithApple", "Apple"),
        other => (other, other),
    };
    Provider { name: name.to_owned(), label: label.to_owned() }
}

/// Our own list first, then what the pool requires and the list does not have. What people sign in with has
/// its own field and is not asked for twice.
fn attributes<J: Json>(
    auth: &At<J>,
    ours: &At<J>,
    sign_in_with: SignInName,
    language: &str,
) -> Result<Vec<AttributeField>, Problem> {
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
        let plain = AttributeField::plain(AttributeName::new(name));
        let (sign_up, editable) = (flag("sign_up", false)?, flag("editable", plain.editable)?);
        let required = flag("required", false)?;
        let at = At { value: Some(entry), path: LIST };
        fields.push(AttributeField {
            label: words(&at, "doorward.attributes.label", language)?,
            input: attribute_input(&at, language)?,
            hint: words(&at, "doorward.attributes.hint", language)?.unwrap_or_default(),
            max_length: max_length(&at)?,
            sign_up: sign_up && !sign_in_with.gives(plain.name.as_str()),
            editable,
            required,
            name: plain.name,
        });
    }
    let required = auth.get("auth.standard_required_attributes");
    const NAMES: &str = "a list of attribute names such as [\"email\"]";
    for entry in required.list(NAMES)? {
        let name = entry.text().filter(|name| is_attribute_name(name)).ok_or_else(|| required.wrong(NAMES))?;
        if sign_in_with.gives(&name) {
            continue;
        }
        match fields.iter_mut().find(|field| field.name.as_str() == name) {
            Some(field) => (field.required, field.sign_up) = (true, true),
            None => fields.push(AttributeField::plain(AttributeName::new(name))),
        }
    }
    Ok(fields)
}

/// The site's own words: a text, or one for each language. Of those the one for `language`, or for what it is a kind of
/// (`pt` for `pt-BR`), else the English one.
fn words<J: Json>(at: &At<J>, path: &'static str, language: &str) -> Result<Option<String>, Problem> {
    let at = at.get(path);
    let Some(value) = &at.value else { return Ok(None) };
    let kind = language.split('-').next().unwrap_or_default();
    let text = if value.is_object() {
        [language, kind, "en"].into_iter().find_map(|tag| value.get(tag)?.text())
    } else {
        value.text()
    };
    let text = text.ok_or_else(|| at.wrong("a text, or one for each language: {\"en\": \"…\", \"de\": \"…\"}"))?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn attribute_input<J: Json>(at: &At<J>, language: &str) -> Result<AttributeInput, Problem> {
    const TYPES: &str = "\"text\", \"number\", \"boolean\", \"date\" or \"select\"";
    let named = at.optional("doorward.attributes.type", TYPES, |text| {
        matches!(text, "text" | "number" | "boolean" | "date" | "select")
    })?;
    Ok(match named.as_deref() {
        Some("number") => AttributeInput::Number,
        Some("boolean") => AttributeInput::Boolean,
        Some("date") => AttributeInput::Date,
        Some("select") => {
            const OPTIONS: &str = "a list of texts, or of objects such as {\"value\": \"s\", \"label\": \"Small\"}";
            let options = at.get("doorward.attributes.options");
            let choice = |entry: J| {
                let value = entry.text().or_else(|| entry.get("value")?.text()).filter(|value| !value.is_empty())?;
                let entry = At { value: Some(entry), path: "doorward.attributes.options" };
                let label = words(&entry, "doorward.attributes.options.label", language).ok()?;
                Some(Choice { label: label.unwrap_or_else(|| value.clone()), value })
            };
            let entries = options.list(OPTIONS)?.into_iter();
            let choices: Option<Vec<_>> = entries.map(choice).collect();
            AttributeInput::Select(choices.filter(|choices| !choices.is_empty()).ok_or_else(|| options.wrong(OPTIONS))?)
        }
        _ => AttributeInput::Text,
    })
}

fn max_length<J: Json>(at: &At<J>) -> Result<Option<u16>, Problem> {
    let at = at.get("doorward.attributes.max_length");
    let Some(value) = &at.value else { return Ok(None) };
    match value.number() {
        Some(n) if (1.0..=2048.0).contains(&n) && n % 1.0 == 0.0 => Ok(Some(n as u16)),
        _ => Err(at.wrong("a whole number from 1 to 2048")),
    }
}

/// `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`, at most 32 characters (`AttributeNameType` in the model).
fn is_attribute_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= 32 && !name.chars().any(|c| c.is_whitespace() || c.is_control())
}
