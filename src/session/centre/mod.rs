//! What people do with their account once they are signed in, one file for each section of it. Thin functions on top of
//! [`Account`]: they are compiled into the chunk of whoever calls them, so that what reads and writes their requests is in
//! none of the others.

pub mod agent;
pub mod contact;
pub mod data;
pub mod details;
pub mod devices;
pub mod factors;
pub mod passkeys;
pub mod password;
pub mod sessions;
pub mod step_up;

use super::Account;
use crate::cognito::{
    client::{self, Operation, Target},
    error::{Error, ErrorKind},
    operations::UserSession,
    types::AccessToken,
};

/// Sends an operation that takes an access token: `make` makes the request of a fresh one, and once more if that is refused.
///
/// # Errors
/// NotAuthorized if nobody is signed in (any more): that has been told then. Otherwise what kept a new token from arriving,
/// and what the operation answers.
pub async fn authorised<O: Operation>(
    account: &dyn Account,
    make: impl Fn(AccessToken) -> O + 'static,
) -> Result<O::Response, Error> {
    let body = move |access_token| client::write(&make(access_token));
    let answer = account.ask(Target::of::<O>(), Box::new(body)).await?;
    client::read::<O>(&answer)
}

/// So many pages of a list are asked for; one that goes on is cut off.
const MOST_PAGES: usize = 20;

/// Whether a refusal says that the pool does not have this at all: by its plan, an add-on, its settings, or because its server
/// does not know the operation. An error of a name that is not known says nothing.
pub fn lacks(error: &Error) -> bool {
    use ErrorKind as E;
    matches!(
        error.kind(),
        Some(
            E::FeatureUnavailableInTier
                | E::OperationNotEnabled
                | E::UserPoolAddOnNotEnabled
                | E::InvalidUserPoolConfiguration
                | E::UnsupportedOperation
                | E::WebAuthnConfigurationMissing
                | E::WebAuthnNotEnabled
        )
    )
}

/// Whether a session of the list is this one. The pool says so; where it does not, its name is that of the tokens.
pub fn is_current(account: &dyn Account, session: &UserSession) -> bool {
    session.is_current_session.unwrap_or_else(|| account.session_origin().as_ref() == Some(&session.session_id))
}
