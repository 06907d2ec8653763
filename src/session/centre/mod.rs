//! What people do with their account once they are signed in, one file for each section of it. Thin functions on top of
//! [`Account`]: they are compiled into the chunk of whoever calls them, so that what reads and writes their requests is in
//! none of the others.

pub mod step_up;

use super::Account;
use crate::cognito::{
    client::{self, Operation, Target},
    error::Error,
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

/// Whether a session of the list is this one. The pool says so; where it does not, its name is that of the tokens.
pub fn is_current(account: &dyn Account, session: &UserSession) -> bool {
    session.is_current_session.unwrap_or_else(|| account.session_origin().as_ref() == Some(&session.session_id))
}
