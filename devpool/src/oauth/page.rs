//! The HTML of the pages. Everything is drawn by maud, which escapes what it is given; nothing needs a script.

use super::error::{Failure, OAuthError};
use super::login::Form;
use super::params::Params;
use super::provider::PEOPLE;
use super::{AUTHORIZE, IDP_RESPONSE, LOGIN, STYLE};
use crate::pool::authorization::{Asked, AuthorizationRequest};
use crate::pool::settings::{AuthFlowSetting, Contact, FirstFactor, IdentityProvider, PasswordPolicy, Settings, Tier};
use crate::wire::ApiError;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

/// `GET /oauth2/page.css`.
pub async fn style() -> Response {
    (
        [(CONTENT_TYPE, "text/css; charset=utf-8"), (X_CONTENT_TYPE_OPTIONS, "nosniff")],
        concat!(include_str!("../theme.css"), include_str!("page.css")),
    )
        .into_response()
}

/// What is wrong with what was sent.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// The error's name, for the log.
    pub code: String,
    /// The field it is about; none if it is about the whole.
    field: Option<&'static str>,
    /// What to tell.
    text: String,
}

impl Trouble {
    /// Something about the whole form.
    pub fn alert(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.into(), field: None, text: text.into() }
    }

    /// Something about a field.
    pub fn at(field: &'static str, code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { field: Some(field), ..Self::alert(code, text) }
    }

    /// What stands next to a field.
    fn of<'a>(trouble: Option<&'a Self>, field: &str) -> Option<&'a str> {
        trouble.filter(|trouble| trouble.field == Some(field)).map(|trouble| trouble.text.as_str())
    }
}

/// What to tell about an error of the walk, and where; `challenge` is what was answered, if that was one.
pub fn trouble(error: &ApiError, challenge: Option<&str>) -> Trouble {
    let name = error.name().to_owned();
    match (error.name(), challenge) {
        ("UserNotConfirmedException", _) => Trouble::alert(
            name,
            "This account is not confirmed yet. Enter the code that was sent to you in the app, then sign in.",
        ),
        ("PasswordResetRequiredException", _) => {
            Trouble::alert(name, "This password must be reset. Choose “Forgot password” in the app, then sign in.")
        }
        ("NotAuthorizedException", None | Some("PASSWORD")) => Trouble::at("password", name, error.message()),
        ("InvalidPasswordException" | "PasswordHistoryPolicyViolationException", _) => {
            Trouble::at("new_password", name, error.message())
        }
        ("CodeMismatchException" | "ExpiredCodeException" | "InvalidParameterException", Some(challenge))
            if is_code(challenge) =>
        {
            Trouble::at("code", name, error.message())
        }
        _ => Trouble::alert(name, error.message()),
    }
}

fn is_code(challenge: &str) -> bool {
    matches!(challenge, "EMAIL_OTP" | "SMS_OTP" | "SMS_MFA" | "SOFTWARE_TOKEN_MFA")
}

/// A page as an answer. Its forms may lead to the dev pool, and by way of it to where the app waits: browsers hold the
/// policy against redirects too.
pub fn respond(status: StatusCode, markup: Markup, redirect_uri: Option<&str>) -> Response {
    let app = redirect_uri.map(origin_of).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self' {app}; \
         frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, markup.into_string()).into_response()
}

/// Where an app is, for the policy: scheme, host and port, or the scheme alone if it is the app's own. The settings
/// allow nothing in these that could end a directive.
fn origin_of(redirect_uri: &str) -> String {
    match redirect_uri.split_once("://") {
        Some((scheme, rest)) if ["http", "https"].contains(&scheme) => format!("{scheme}://{}", host_of(rest)),
        Some((scheme, _)) => format!("{scheme}:"),
        None => String::new(),
    }
}

fn host_of(after_scheme: &str) -> &str {
    after_scheme.split(['/', '?']).next().unwrap_or_default()
}

/// What people know an app by.
fn app_name(request: &AuthorizationRequest) -> &str {
    request.redirect_uri.split_once("://").map_or(request.redirect_uri.as_str(), |(scheme, rest)| {
        if scheme.starts_with("http") { host_of(rest) } else { scheme }
    })
}

fn frame(title: &str, trouble: Option<&Trouble>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { @if trouble.is_some() { "Error: " } (title) " · Doorward dev pool" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(STYLE);
            }
            body {
                main {
                    p.brand { "Doorward dev pool" }
                    h1 { (title) }
                    @if let Some(Trouble { field: None, text, .. }) = trouble { p.alert role="alert" { (text) } }
                    (content)
                }
                footer {
                    p { "A pool for developing, on this machine only. Do not use a real password here." }
                    p { a href="/_devpool/" target="_blank" rel="noopener" { "Outbox: codes and messages" } }
                }
            }
        }
    }
}

/// A field with its label, its hint and what is wrong with it.
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    kind: &'a str,
    value: &'a str,
    autocomplete: &'a str,
    inputmode: Option<&'a str>,
    hint: Option<&'a str>,
    error: Option<&'a str>,
    autofocus: bool,
}

impl<'a> Field<'a> {
    fn new(name: &'a str, label: &'a str, kind: &'a str, autocomplete: &'a str) -> Self {
        let (value, inputmode, hint, error, autofocus) = ("", None, None, None, false);
        Self { name, label, kind, value, autocomplete, inputmode, hint, error, autofocus }
    }

    fn draw(&self) -> Markup {
        let (hint_id, error_id) = (format!("{}-hint", self.name), format!("{}-error", self.name));
        let described: Vec<&str> = [self.error.map(|_| error_id.as_str()), self.hint.map(|_| hint_id.as_str())]
            .into_iter()
            .flatten()
            .collect();
        html! {
            div.field {
                label for=(self.name) { (self.label) }
                @if let Some(hint) = self.hint { p.hint id=(hint_id) { (hint) } }
                input id=(self.name) name=(self.name) type=(self.kind) value=(self.value)
                    autocomplete=(self.autocomplete) autocapitalize="none" spellcheck="false"
                    inputmode=[self.inputmode] aria-invalid=[self.error.map(|_| "true")]
                    aria-describedby=[(!described.is_empty()).then(|| described.join(" "))]
                    autofocus[self.autofocus] required;
                @if let Some(error) = self.error { p.error id=(error_id) { (error) } }
            }
        }
    }
}

/// The form of a step.
fn form(form: &Form<'_>, action: &str, content: &Markup) -> Markup {
    html! {
        form method="post" action={ (action) "?" (form.query.encode()) } {
            input type="hidden" name="_csrf" value=(form.id);
            (content)
        }
    }
}

fn start_again(query: &Params) -> Markup {
    html! { p.more { a href={ (LOGIN) "?" (query.encode()) } { "Start again" } } }
}

/// Name and password.
pub fn password(page: &Form<'_>, settings: &Settings, typed: &str, social: bool, trouble: Option<&Trouble>) -> Markup {
    let (label, inputmode) = match settings.username_attributes[..] {
        [] => ("User name", None),
        [Contact::Email] => ("Email address", Some("email")),
        [Contact::PhoneNumber] => ("Phone number", Some("tel")),
        _ => ("Email address or phone number", None),
    };
    let name_error = Trouble::of(trouble, "username");
    let password_error = Trouble::of(trouble, "password");
    let to_password = !typed.is_empty() && name_error.is_none();
    let username = Field {
        value: typed,
        inputmode,
        error: name_error,
        autofocus: !to_password,
        ..Field::new("username", label, "text", "username")
    };
    let password = Field {
        error: password_error,
        autofocus: to_password,
        ..Field::new("password", "Password", "password", "current-password")
    };
    let provider = IdentityProvider::PretendSocial.name();
    let to_provider = page.query.replacing(&["identity_provider", "idp_identifier"], "identity_provider", provider);
    frame(
        "Sign in",
        trouble,
        &html! {
            p.app { "to go on to " strong { (app_name(page.request)) } }
            (form(page, LOGIN, &html! {
                (username.draw())
                (password.draw())
                button.primary type="submit" { "Sign in" }
                @if has_codes(settings) {
                    button.quiet type="submit" name="with" value="code" formnovalidate { "Send me a code instead" }
                }
            }))
            @if social {
                p.or { span { "or" } }
                a.button href={ (AUTHORIZE) "?" (to_provider.encode()) } { "Continue with PretendSocial" }
            }
            p.more { "New here, or forgot the password? Both are in the app." }
        },
    )
}

/// A challenge.
pub fn challenge(page: &Form<'_>, asked: &Asked, policy: &PasswordPolicy, trouble: Option<&Trouble>) -> Markup {
    match asked.name.as_str() {
        "NEW_PASSWORD_REQUIRED" => new_password(page, asked, policy, trouble),
        "SELECT_CHALLENGE" if asked.available.iter().any(|name| first_factor(name).is_some()) => {
            select_first_factor(page, asked, trouble)
        }
        "PASSWORD" => only_password(page, asked, trouble),
        "SELECT_MFA_TYPE" => select_mfa(page, asked, trouble),
        name if is_code(name) => code(page, asked, trouble),
        name => elsewhere(page, name),
    }
}

fn text_of<'a>(asked: &'a Asked, name: &str) -> &'a str {
    asked.parameters.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A list that the parameters carry as text.
fn list_of(asked: &Asked, name: &str) -> Vec<String> {
    serde_json::from_str(text_of(asked, name)).unwrap_or_default()
}

fn new_password(page: &Form<'_>, asked: &Asked, policy: &PasswordPolicy, trouble: Option<&Trouble>) -> Markup {
    let rules = rules(policy);
    let password = Field {
        hint: Some(&rules),
        error: Trouble::of(trouble, "new_password"),
        autofocus: true,
        ..Field::new("new_password", "New password", "password", "new-password")
    };
    frame(
        "Choose a new password",
        trouble,
        &html! {
            p.app { "The one you have is for the first time only." }
            (form(page, LOGIN, &html! {
                // For password managers, which want to know whose it is.
                input type="text" value=(asked.typed) autocomplete="username" readonly hidden;
                (password.draw())
                @for name in list_of(asked, "requiredAttributes") {
                    (attribute(&name).draw())
                }
                button.primary type="submit" { "Save and sign in" }
            }))
            (start_again(page.query))
        },
    )
}

fn rules(policy: &PasswordPolicy) -> String {
    let kinds = [
        (policy.require_lowercase, "a lower-case letter"),
        (policy.require_uppercase, "an upper-case letter"),
        (policy.require_numbers, "a digit"),
        (policy.require_symbols, "a symbol"),
    ];
    let kinds: Vec<&str> = kinds.into_iter().filter(|(required, _)| *required).map(|(_, kind)| kind).collect();
    let length = format!("At least {} characters", policy.minimum_length);
    match kinds.split_last() {
        None => length,
        Some((last, [])) => format!("{length}, with {last}"),
        Some((last, others)) => format!("{length}, with {} and {last}", others.join(", ")),
    }
}

/// The field for an attribute that the pool wants to know.
fn attribute(name: &str) -> Field<'_> {
    let (label, kind, autocomplete) = match name.strip_prefix("userAttributes.").unwrap_or(name) {
        "name" => ("Name", "text", "name"),
        "given_name" => ("First name", "text", "given-name"),
        "family_name" => ("Last name", "text", "family-name"),
        "email" => ("Email address", "email", "email"),
        "phone_number" => ("Phone number, such as +15555550100", "tel", "tel"),
        "birthdate" => ("Date of birth", "date", "bday"),
        "address" => ("Address", "text", "street-address"),
        other => (other, "text", "off"),
    };
    Field::new(name, label, kind, autocomplete)
}

fn code(page: &Form<'_>, asked: &Asked, trouble: Option<&Trouble>) -> Markup {
    let field = Field {
        inputmode: Some("numeric"),
        error: Trouble::of(trouble, "code"),
        autofocus: true,
        ..Field::new("code", "Code", "text", "one-time-code")
    };
    let destination = text_of(asked, "CODE_DELIVERY_DESTINATION");
    let medium = match text_of(asked, "CODE_DELIVERY_DELIVERY_MEDIUM") {
        "SMS" => "by text message",
        _ => "by email",
    };
    let device = text_of(asked, "FRIENDLY_DEVICE_NAME");
    frame(
        "Enter the code",
        trouble,
        &html! {
            @if asked.name == "SOFTWARE_TOKEN_MFA" {
                p.app { "Your authenticator app " @if !device.is_empty() { strong { (device) } " " } "shows it." }
            } @else {
                p.app { "It was sent " (medium) " to " strong { (destination) } "." }
            }
            (form(page, LOGIN, &html! {
                (field.draw())
                button.primary type="submit" { "Go on" }
            }))
            (start_again(page.query))
        },
    )
}

/// Whether a code may take the place of the password: choice-based sign-in, as the API has it.
fn has_codes(settings: &Settings) -> bool {
    let codes = [FirstFactor::EmailOtp, FirstFactor::SmsOtp];
    settings.features.tier >= Tier::Essentials
        && settings.auth_flows.contains(&AuthFlowSetting::UserAuth)
        && settings.first_factors.iter().any(|factor| codes.contains(factor))
}

/// What the page calls a way to begin, if it has it.
fn first_factor(challenge: &str) -> Option<&'static str> {
    match challenge {
        "PASSWORD" => Some("My password"),
        "EMAIL_OTP" => Some("A code by email"),
        "SMS_OTP" => Some("A code by text message"),
        _ => None,
    }
}

fn select_first_factor(page: &Form<'_>, asked: &Asked, trouble: Option<&Trouble>) -> Markup {
    frame(
        "Choose how to sign in",
        trouble,
        &html! {
            p.app { "as " strong { (asked.typed) } }
            (form(page, LOGIN, &html! {
                @for name in &asked.available {
                    @if let Some(text) = first_factor(name) {
                        button type="submit" name="answer" value=(name) { (text) }
                    }
                }
            }))
            (start_again(page.query))
        },
    )
}

fn only_password(page: &Form<'_>, asked: &Asked, trouble: Option<&Trouble>) -> Markup {
    let password = Field {
        error: Trouble::of(trouble, "password"),
        autofocus: true,
        ..Field::new("password", "Password", "password", "current-password")
    };
    frame(
        "Enter your password",
        trouble,
        &html! {
            p.app { "as " strong { (asked.typed) } }
            (form(page, LOGIN, &html! {
                input type="text" value=(asked.typed) autocomplete="username" readonly hidden;
                (password.draw())
                button.primary type="submit" { "Sign in" }
            }))
            (start_again(page.query))
        },
    )
}

fn select_mfa(page: &Form<'_>, asked: &Asked, trouble: Option<&Trouble>) -> Markup {
    frame(
        "Choose how to go on",
        trouble,
        &html! {
            p.app { "Your account is protected by a second step." }
            (form(page, LOGIN, &html! {
                @for name in list_of(asked, "MFAS_CAN_CHOOSE") {
                    button type="submit" name="answer" value=(name) {
                        @match name.as_str() {
                            "SMS_MFA" => "A code by text message",
                            "EMAIL_OTP" => "A code by email",
                            "SOFTWARE_TOKEN_MFA" => "A code from my authenticator app",
                            other => (other),
                        }
                    }
                }
            }))
            (start_again(page.query))
        },
    )
}

/// A step that this page does not have.
fn elsewhere(page: &Form<'_>, name: &str) -> Markup {
    let what = match name {
        "MFA_SETUP" => "a second factor to be set up",
        // A choice in which there is nothing else.
        "WEB_AUTHN" | "SELECT_CHALLENGE" => "a passkey",
        other => other,
    };
    let error = OAuthError::new("access_denied", "The sign-in needs a step that the sign-in page does not have.");
    let back = error.back(page.request).response;
    let back = back.headers().get(LOCATION).and_then(|location| location.to_str().ok()).unwrap_or_default();
    frame(
        "Sign in through the app",
        None,
        &html! {
            p.app { "This sign-in needs " (what) ". The app can do that; this page cannot." }
            a.button href=(back) { "Back to " (app_name(page.request)) }
            (start_again(page.query))
        },
    )
}

/// The page of the pretend provider.
pub fn provider(page: &Form<'_>, typed: &str, error: Option<&str>) -> Markup {
    let trouble = error.map(|error| Trouble::at("email", "invalid_request", error));
    let email = Field {
        value: typed,
        inputmode: Some("email"),
        error,
        autofocus: error.is_some(),
        ..Field::new("email", "Somebody else, by email address", "text", "off")
    };
    frame(
        "Who are you at PretendSocial?",
        trouble.as_ref(),
        &html! {
            p.app { "A pretend provider: choose somebody, and the dev pool believes it." }
            // A form of its own for each, so that the enter key in the field sends the field.
            (form(page, IDP_RESPONSE, &html! {
                @for person in &PEOPLE {
                    button.person type="submit" name="person" value=(person.id) {
                        span.who { (person.given_name) " " (person.family_name) }
                        span.what { @if let Some((email, _)) = person.email { (email) ", " } (person.hint) }
                    }
                }
            }))
            p.or { span { "or" } }
            (form(page, IDP_RESPONSE, &html! {
                (email.draw())
                label.check {
                    input type="checkbox" name="email_verified" value="true" checked;
                    " The provider has verified it"
                }
                button type="submit" name="person" value="typed" { "Continue with this address" }
            }))
            (form(page, IDP_RESPONSE, &html! {
                button.quiet type="submit" name="person" value="cancel" { "Cancel" }
            }))
        },
    )
}

/// A page that says what is wrong, where nothing can be sent back to the app. With a query, it offers to begin again.
pub fn failure(error: &OAuthError, query: Option<&Params>) -> Failure {
    let again = query.filter(|query| query.get("client_id").is_some());
    let markup = frame(
        "This did not work",
        None,
        &html! {
            p.alert role="alert" { (error.description) }
            p.hint { "Error: " code { (error.code) } }
            @if let Some(query) = again { (start_again(query)) }
            @else { p.more { "Go back to the app and try again. If that does not help, compare what the app sends with the settings of the dev pool, " code { "oauth" } "." } }
        },
    );
    Failure::new(error.code.clone(), respond(error.status, markup, None))
}
