//! The pretend social provider: a page on which people choose who they are there, and what comes of it here.

use super::Call;
use super::authorize::{finish, login_required};
use super::error::{Failure, OAuthError};
use super::login::{Form, show_form, stale, take};
use super::page;
use crate::clock::Timestamp;
use crate::pool::State;
use crate::pool::attributes::is_email;
use crate::pool::authorization::{Prompt, SignedIn, Stage, Transaction};
use crate::pool::settings::{Contact, IdentityProvider};
use crate::pool::state::{Proof, User, UserStatus};
use crate::pool::user::FederatedIdentity;
use crate::random;
use crate::wire::ApiError;
use axum::http::StatusCode;
use axum::response::Response;
use sha2::{Digest, Sha256};

/// Somebody who has an account at the provider.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account's id there.
    pub id: &'static str,
    /// The first name.
    pub given_name: &'static str,
    /// The last name.
    pub family_name: &'static str,
    /// The address, and whether the provider knows that it is theirs.
    pub email: Option<(&'static str, bool)>,
    /// What is special about them.
    pub hint: &'static str,
}

/// Everybody who has one, but for those who type their address.
pub const PEOPLE: [Person; 3] = [
    Person {
        id: "1001",
        given_name: "Mira",
        family_name: "Okafor",
        email: Some(("mira@social.test", true)),
        hint: "verified address",
    },
    Person {
        id: "1002",
        given_name: "Jonas",
        family_name: "Lind",
        email: Some(("jonas@social.test", false)),
        hint: "address not verified",
    },
    Person { id: "1003", given_name: "Sol", family_name: "Reyes", email: None, hint: "gives no address" },
];

/// An account as the provider tells of it.
struct Account {
    id: String,
    attributes: Vec<(&'static str, String)>,
    email_verified: bool,
}

impl Account {
    fn of(person: &Person) -> Self {
        let mut attributes = vec![
            ("given_name", person.given_name.to_owned()),
            ("family_name", person.family_name.to_owned()),
            ("name", format!("{} {}", person.given_name, person.family_name)),
        ];
        attributes.extend(person.email.map(|(email, _)| ("email", email.to_owned())));
        let email_verified = person.email.is_some_and(|(_, verified)| verified);
        Self { id: person.id.to_owned(), attributes, email_verified }
    }

    /// An account that is nothing but an address; the same each time.
    fn with_email(email: &str, email_verified: bool) -> Self {
        let digest = Sha256::digest(email.to_lowercase());
        let id = random::hex(&digest[..10]);
        Self { id, attributes: vec![("email", email.to_owned())], email_verified }
    }

    fn email(&self) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| *name == "email").map(|(_, value)| value.as_str())
    }
}

/// `GET /pretend-social`: the provider's page.
pub fn show(call: &Call) -> Result<Response, Failure> {
    let request = call.authorization_request()?;
    if !call.pool().read(|state| state.settings.oauth.identity_providers.contains(&IdentityProvider::PretendSocial)) {
        let why = "The client does not have this identity provider.";
        return Err(OAuthError::new("invalid_request", why).back(&request));
    }
    if request.prompt == Prompt::Never {
        return Err(login_required(&request));
    }
    Ok(show_form(call, request, Stage::Provider, |form| page::provider(form, "", None)))
}

/// `POST /oauth2/idpresponse`: what the provider answered.
pub fn submit(call: &Call) -> Result<Response, Failure> {
    let form = call.form().map_err(|error| page::failure(&error, None))?;
    let Transaction { request, stage, .. } = take(call)?;
    if !matches!(stage, Stage::Provider) {
        return Err(stale(call));
    }
    if let Some(fault) = &call.fault {
        return Err(fault.back(&request));
    }
    let account = match form.get("person") {
        Some("typed") => {
            let email = form.get("email").unwrap_or_default().trim();
            if !is_email(email) {
                let draw = |form: &Form<'_>| page::provider(form, email, Some("This is no email address."));
                let mut response = show_form(call, request, Stage::Provider, draw);
                *response.status_mut() = StatusCode::BAD_REQUEST;
                return Err(Failure::new("invalid_request", response));
            }
            Account::with_email(email, form.get("email_verified").is_some())
        }
        chosen => match PEOPLE.iter().find(|person| Some(person.id) == chosen) {
            Some(person) => Account::of(person),
            None => {
                let why = "The user cancelled the sign-in at PretendSocial.";
                return Err(OAuthError::new("access_denied", why).back(&request));
            }
        },
    };
    let sub = call.pool().write(|state, now| admit(state, &account, now));
    let sub = sub.map_err(|error| OAuthError::from_api("invalid_request", &error).back(&request))?;
    finish(call, &request, SignedIn { sub, proof: Proof::default() })
}

/// The user an account leads to: the one it led to before, one of this pool who has the same address, or a new one.
fn admit(state: &mut State, account: &Account, now: Timestamp) -> Result<String, ApiError> {
    let provider = IdentityProvider::PretendSocial.name();
    let is_it = |identity: &FederatedIdentity| identity.provider_name == provider && identity.user_id == account.id;
    let known = state.users.values().find(|user| user.identities.iter().any(is_it)).map(|user| user.sub.clone());
    let identity = |primary: bool| FederatedIdentity {
        provider_name: provider.to_owned(),
        provider_type: "OIDC".to_owned(),
        user_id: account.id.clone(),
        primary,
        created: now,
    };
    let sub = match known {
        Some(sub) => sub,
        None => match account.email().and_then(|email| state.own_user_with_email(email)) {
            Some(owner) => {
                // An address that only one side has verified proves nothing: whoever signed up with a stranger's
                // address would get their account, here or there.
                let proved = account.email_verified
                    && owner.verified(Contact::Email)
                    && !matches!(owner.status, UserStatus::Unconfirmed);
                if !(state.settings.oauth.link_by_email && proved) {
                    return Err(ApiError::alias_exists("email"));
                }
                let sub = owner.sub.clone();
                if let Some(owner) = state.users.get_mut(&sub) {
                    owner.identities.push(identity(false));
                    owner.modified = now;
                }
                sub
            }
            None => {
                let missing: Vec<&str> = state
                    .settings
                    .schema
                    .required()
                    .filter(|name| !account.attributes.iter().any(|(given, _)| given == name))
                    .collect();
                if !missing.is_empty() {
                    return Err(ApiError::invalid_parameter(format!("attributes required: [{}]", missing.join(", "))));
                }
                let username = format!("{}_{}", provider.to_lowercase(), account.id);
                let mut user = User::new(random::uuid(), &username, UserStatus::ExternalProvider, now);
                user.identities.push(identity(true));
                let sub = user.sub.clone();
                state.users.insert(sub.clone(), user);
                sub
            }
        },
    };
    update(state, &sub, account, now);
    Ok(sub)
}

/// Writes what the provider tells into a user who comes from there. A user of this pool keeps what they have.
fn update(state: &mut State, sub: &str, account: &Account, now: Timestamp) {
    let schema = state.settings.schema.clone();
    let Some(user) = state.users.get_mut(sub).filter(|user| user.status == UserStatus::ExternalProvider) else {
        return;
    };
    for (name, value) in &account.attributes {
        // What the pool has no place for is left out, as without a mapping at AWS.
        if schema.check_write(name, value, true).is_ok() {
            user.set_attribute(name, value);
        }
    }
    if user.contact(Contact::Email).is_some() {
        user.set_verified(Contact::Email, account.email_verified);
    }
    user.modified = now;
}
