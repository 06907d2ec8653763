//! `/login`: the sign-in page. People walk here as clients of the API do; what comes after what is decided there.

use super::authorize::{finish, has_own_users, login_required};
use super::error::{Failure, OAuthError};
use super::page::{self, Trouble};
use super::{BROWSER_COOKIE, Call, PROVIDER, redirect, set_cookie};
use crate::operations::sign_in::{self, Next, Parameters};
use crate::pool::authorization::{Asked, AuthorizationRequest, Prompt, SignedIn, Stage, Transaction};
use crate::pool::settings::IdentityProvider;
use crate::random;
use crate::wire::ApiError;
use axum::http::StatusCode;
use axum::response::Response;
use maud::Markup;
use serde_json::{Map, Value};

/// What stands before an attribute's name in the form for a new password, and in the answer to the challenge.
const ATTRIBUTE_PREFIX: &str = "userAttributes.";

/// `GET /login`.
pub fn show(call: &Call) -> Result<Response, Failure> {
    let request = call.authorization_request()?;
    if request.prompt == Prompt::Never {
        return Err(login_required(&request));
    }
    if !has_own_users(call) {
        return Ok(redirect(StatusCode::FOUND, &format!("{PROVIDER}?{}", call.query.encode())));
    }
    let name = request.login_hint.clone().unwrap_or_default();
    Ok(ask_for_password(call, request, &name, None))
}

/// `POST /login`: one step.
pub fn submit(call: &Call) -> Result<Response, Failure> {
    let form = call.form().map_err(|error| page::failure(&error, None))?;
    let Transaction { request, stage, .. } = take(call)?;
    let asked = match stage {
        Stage::Password => None,
        Stage::Challenge(asked) => Some(asked),
        Stage::Provider => return Err(stale(call)),
    };
    let typed = match &asked {
        Some(asked) => asked.typed.clone(),
        None => form.get("username").unwrap_or_default().trim().to_owned(),
    };
    if let Some(fault) = &call.fault {
        let trouble = Trouble::alert(fault.code.to_string(), fault.description.to_string());
        return Err(ask_again(call, request, asked, &typed, trouble));
    }
    let next = match &asked {
        None if form.get("with") == Some("code") && !typed.is_empty() => {
            sign_in::begin(call.pool(), "USER_AUTH", &with_code(&request, &typed), None)
        }
        None => {
            let Some(password) = form.get("password").filter(|_| !typed.is_empty()) else {
                let (field, why) = match typed.is_empty() {
                    true => ("username", "Enter it, please."),
                    false => ("password", "Enter your password."),
                };
                return Err(ask_again(
                    call,
                    request,
                    None,
                    &typed,
                    Trouble::at(field, "InvalidParameterException", why),
                ));
            };
            sign_in::begin_at_page(call.pool(), &typed, password, request.target.clone())
        }
        Some(asked) => sign_in::answer(call.pool(), &asked.name, Some(&asked.session), &answer(call, asked)?),
    };
    match next {
        Ok(Next::Done(passed)) => finish(call, &request, SignedIn { sub: passed.sub, proof: passed.attempt.proof }),
        Ok(Next::Ask(question)) => {
            let asked = asked_of(&sign_in::put(call.pool(), *question), typed);
            Ok(ask(call, request, asked, None))
        }
        Err(error) if error == ApiError::level_not_reached() => {
            // OpenID Connect's own name for it.
            Err(OAuthError::new("unmet_authentication_requirements", error.message().to_owned()).back(&request))
        }
        Err(error) => {
            let trouble = page::trouble(&error, asked.as_ref().map(|asked| asked.name.as_str()));
            Err(ask_again(call, request, asked, &typed, trouble))
        }
    }
}

/// Parameters that ask for a code instead of the password. Where the user cannot have one, they get to choose.
fn with_code(request: &AuthorizationRequest, typed: &str) -> Parameters {
    let levels: Vec<&str> = request.target.0.iter().map(|level| level.uri()).collect();
    let mut parameters = vec![("USERNAME", typed.to_owned()), ("PREFERRED_CHALLENGE", "EMAIL_OTP".to_owned())];
    if !levels.is_empty() {
        parameters.push(("TARGET_ACR_VALUES", levels.join(" ")));
    }
    parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What the API answered with, to be shown.
fn asked_of(challenge: &Value, typed: String) -> Asked {
    let text = |name: &str| challenge[name].as_str().unwrap_or_default().to_owned();
    let parameters = challenge["ChallengeParameters"].as_object().cloned().unwrap_or_else(Map::new);
    let available = challenge["AvailableChallenges"].as_array().into_iter().flatten();
    let available = available.filter_map(Value::as_str).map(str::to_owned).collect();
    Asked { name: text("ChallengeName"), session: text("Session"), typed, parameters, available }
}

/// `ChallengeResponses` out of the form.
fn answer(call: &Call, asked: &Asked) -> Result<Parameters, Failure> {
    let form = call.form().map_err(|error| page::failure(&error, None))?;
    let username = asked.parameters.get("USERNAME").and_then(Value::as_str).unwrap_or_default();
    let mut answer = vec![("USERNAME".to_owned(), username.to_owned())];
    let mut add = |name: String, value: Option<&str>| answer.extend(value.map(|value| (name, value.to_owned())));
    match asked.name.as_str() {
        "NEW_PASSWORD_REQUIRED" => {
            add("NEW_PASSWORD".to_owned(), form.get("new_password"));
            for (name, value) in form.with_prefix(ATTRIBUTE_PREFIX) {
                add(name.to_owned(), Some(value));
            }
        }
        "PASSWORD" => add("PASSWORD".to_owned(), form.get("password")),
        "SELECT_CHALLENGE" | "SELECT_MFA_TYPE" => add("ANSWER".to_owned(), form.get("answer")),
        name => {
            // Codes are often shown in groups.
            let digits = form.get("code").map(|code| code.split_whitespace().collect::<String>());
            add(format!("{name}_CODE"), digits.as_deref());
        }
    }
    Ok(answer.into_iter().collect())
}

/// The question again where it still waits for an answer, otherwise the beginning.
fn ask_again(
    call: &Call,
    request: AuthorizationRequest,
    asked: Option<Asked>,
    typed: &str,
    trouble: Trouble,
) -> Failure {
    let code = trouble.code.clone();
    let now = call.pool().now();
    let waiting = asked.filter(|asked| call.pool().challenges().waits(&asked.session, now));
    let mut response = match waiting {
        Some(asked) => ask(call, request, asked, Some(&trouble)),
        None => ask_for_password(call, request, typed, Some(&trouble)),
    };
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Failure::new(code, response)
}

fn ask_for_password(call: &Call, request: AuthorizationRequest, typed: &str, trouble: Option<&Trouble>) -> Response {
    let settings = call.pool().read(|state| state.settings.clone());
    let social = settings.oauth.identity_providers.contains(&IdentityProvider::PretendSocial);
    show_form(call, request, Stage::Password, |form| page::password(form, &settings, typed, social, trouble))
}

fn ask(call: &Call, request: AuthorizationRequest, asked: Asked, trouble: Option<&Trouble>) -> Response {
    let policy = call.pool().read(|state| state.settings.password_policy.clone());
    let stage = Stage::Challenge(asked.clone());
    show_form(call, request, stage, |form| page::challenge(form, &asked, &policy, trouble))
}

/// What every page with a form needs.
pub struct Form<'a> {
    /// The transaction.
    pub id: &'a str,
    /// The request, as it goes into addresses.
    pub query: &'a super::Params,
    /// The request.
    pub request: &'a AuthorizationRequest,
}

/// Shows a page whose form may be sent once, from this browser.
pub fn show_form(
    call: &Call,
    request: AuthorizationRequest,
    stage: Stage,
    draw: impl FnOnce(&Form<'_>) -> Markup,
) -> Response {
    let known = call.cookie(BROWSER_COOKIE).map(str::to_owned);
    let is_new = known.is_none();
    let browser = known.unwrap_or_else(|| random::base64url(32));
    let now = call.pool().now();
    let id = call.pool().transactions().begin(request.clone(), stage, &browser, now);
    let markup = draw(&Form { id: &id, query: &call.query, request: &request });
    let mut response = page::respond(StatusCode::OK, markup, Some(&request.redirect_uri));
    if is_new {
        set_cookie(&mut response, BROWSER_COOKIE, &browser, None);
    }
    response
}

/// The transaction of a form that was sent.
pub fn take(call: &Call) -> Result<Transaction, Failure> {
    let form = call.form().map_err(|error| page::failure(&error, None))?;
    let now = call.pool().now();
    let taken = form.get("_csrf").zip(call.cookie(BROWSER_COOKIE));
    let taken = taken.and_then(|(id, browser)| call.pool().transactions().take(id, browser, now));
    taken.ok_or_else(|| stale(call))
}

/// Says that a form is not good any more, or never was, and where to begin again.
pub fn stale(call: &Call) -> Failure {
    let why = "This page was sent before, was open for too long, or belongs to another browser.";
    let error = OAuthError::new("invalid_request", why).with_status(StatusCode::FORBIDDEN);
    page::failure(&error, Some(&call.query))
}
