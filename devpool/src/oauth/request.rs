//! Reading an authorization request.

use super::error::{Failure, OAuthError};
use super::params::Params;
use super::{Call, page};
use crate::pool::CLIENT_ID;
use crate::pool::acr::{Level, Target};
use crate::pool::authorization::{AuthorizationRequest, Prompt};
use crate::pool::settings::{IdentityProvider, Scope, Settings, Tier};

/// Another name for the pretend provider, as `idp_identifier`.
const PROVIDER_IDENTIFIER: &str = "social.test";

/// Length of an S256 challenge: 32 bytes in base64url.
const CHALLENGE_CHARACTERS: usize = 43;

impl Call {
    /// The authorization request in the query.
    ///
    /// # Errors
    /// A page if client or address are not known: nothing must be sent there. Otherwise back to the app.
    pub fn authorization_request(&self) -> Result<AuthorizationRequest, Failure> {
        let settings = self.pool().read(|state| state.settings.clone());
        let redirect_uri = destination(&settings, &self.query).map_err(|error| page::failure(&error, None))?;
        let state = self.query.get("state");
        let request = match &self.fault {
            Some(fault) => Err(fault.clone()),
            None => read(&settings, &self.query, redirect_uri),
        };
        request.map_err(|error| error.back_to(redirect_uri, state))
    }
}

/// Where answers may go.
fn destination<'a>(settings: &Settings, query: &'a Params) -> Result<&'a str, OAuthError> {
    let needed = |name: &str| {
        let missing =
            || OAuthError::new("invalid_request", format!("Required String parameter '{name}' is not present"));
        query.get(name).ok_or_else(missing)
    };
    let client = needed("client_id")?;
    if client != CLIENT_ID {
        return Err(OAuthError::new("invalid_client", format!("Client {client} does not exist.")));
    }
    let redirect_uri = needed("redirect_uri")?;
    if !settings.oauth.callback_urls.iter().any(|url| url == redirect_uri) {
        return Err(OAuthError::new("redirect_mismatch", "redirect_uri is not one of the client's callback URLs."));
    }
    if query.repeats("client_id") || query.repeats("redirect_uri") {
        return Err(OAuthError::new("invalid_request", "client_id or redirect_uri occurs more than once."));
    }
    Ok(redirect_uri)
}

fn read(settings: &Settings, query: &Params, redirect_uri: &str) -> Result<AuthorizationRequest, OAuthError> {
    let invalid = |why: &'static str| OAuthError::new("invalid_request", why);
    if let Some(flaw) = query.flaw() {
        return Err(OAuthError::new("invalid_request", flaw));
    }
    match query.get("response_type") {
        Some("code") => {}
        None => return Err(invalid("Required String parameter 'response_type' is not present")),
        Some(_) => return Err(OAuthError::new("unsupported_response_type", "response_type must be code.")),
    }
    let scope = scope(settings, query.get("scope"))?;
    let code_challenge = match (query.get("code_challenge"), query.get("code_challenge_method")) {
        (Some(challenge), Some("S256")) if is_challenge(challenge) => challenge.to_owned(),
        (Some(_), Some("S256")) => return Err(invalid("code_challenge must be 43 characters of base64url.")),
        (Some(_), _) => return Err(invalid("code_challenge_method must be S256.")),
        (None, _) => return Err(invalid("code_challenge is required: this client has no secret.")),
    };
    let text = |name: &str| query.get(name).map(str::to_owned);
    let max_age = match query.get("max_age").map(str::parse) {
        None => None,
        Some(Ok(seconds)) => Some(seconds),
        Some(Err(_)) => return Err(invalid("max_age must be a whole number of seconds.")),
    };
    // The parameter is a wish (OpenID Connect Core section 3.1.2.1); so one that names nothing known is no mistake.
    let levels = query.get("acr_values").filter(|_| settings.features.tier >= Tier::Essentials).map(Level::list);
    Ok(AuthorizationRequest {
        redirect_uri: redirect_uri.to_owned(),
        state: text("state"),
        scope,
        nonce: text("nonce"),
        code_challenge,
        prompt: prompt(query.get("prompt"))?,
        max_age,
        target: Target(levels.and_then(Result::ok).unwrap_or_default()),
        login_hint: text("login_hint"),
        provider: provider(settings, query)?,
    })
}

fn is_challenge(text: &str) -> bool {
    text.len() == CHALLENGE_CHARACTERS && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// What is asked for; everything that is allowed if nothing is.
fn scope(settings: &Settings, asked: Option<&str>) -> Result<String, OAuthError> {
    let allowed = &settings.oauth.scopes;
    let mut scopes = Vec::new();
    match asked {
        None => scopes.clone_from(allowed),
        Some(asked) => {
            for name in asked.split(' ').filter(|name| !name.is_empty()) {
                match Scope::of(name).filter(|scope| allowed.contains(scope)) {
                    Some(scope) if scopes.contains(&scope) => {}
                    Some(scope) => scopes.push(scope),
                    None => return Err(OAuthError::new("invalid_scope", "The client may not ask for this scope.")),
                }
            }
        }
    }
    let of_openid = |scope: &Scope| [Scope::Email, Scope::Phone, Scope::Profile].contains(scope);
    if scopes.iter().any(of_openid) && !scopes.contains(&Scope::OpenId) {
        return Err(OAuthError::new("invalid_scope", "email, phone and profile need openid beside them."));
    }
    if scopes.is_empty() {
        return Err(OAuthError::new("invalid_scope", "The scope is empty."));
    }
    let names: Vec<&str> = scopes.into_iter().map(Scope::name).collect();
    Ok(names.join(" "))
}

fn prompt(text: Option<&str>) -> Result<Prompt, OAuthError> {
    let mut prompt = Prompt::AsNeeded;
    let values: Vec<&str> = text.unwrap_or_default().split(' ').filter(|value| !value.is_empty()).collect();
    for value in &values {
        prompt = match *value {
            "none" if values.len() == 1 => Prompt::Never,
            "none" => return Err(OAuthError::new("invalid_request", "prompt=none excludes other values.")),
            "login" | "select_account" => Prompt::Always,
            // There is nothing that people would have to agree to.
            "consent" => prompt,
            _ => return Err(OAuthError::new("invalid_request", "prompt has a value that is not supported.")),
        };
    }
    Ok(prompt)
}

/// The provider that the request goes to straight away.
fn provider(settings: &Settings, query: &Params) -> Result<Option<IdentityProvider>, OAuthError> {
    let named = match (query.get("identity_provider"), query.get("idp_identifier")) {
        (Some(name), _) => IdentityProvider::of(name),
        (None, Some(PROVIDER_IDENTIFIER)) => Some(IdentityProvider::PretendSocial),
        (None, Some(_)) => None,
        (None, None) => return Ok(None),
    };
    match named.filter(|provider| settings.oauth.identity_providers.contains(provider)) {
        Some(provider) => Ok(Some(provider)),
        None => Err(OAuthError::new("invalid_request", "The client does not have this identity provider.")),
    }
}
