//! The person's attributes: read, changed, removed.

use super::authorised;
use crate::{
    cognito::{
        error::Error,
        operations::{Attribute, DeleteUserAttributes, GetUser, UpdateUserAttributes},
    },
    session::{Account, Profile},
};

/// The attributes as the pool has them now (`GetUser`), for a look before something is written. Nobody is told of it.
///
/// # Errors
/// As [`authorised`].
pub async fn read(account: &dyn Account) -> Result<Profile, Error> {
    let found = authorised(account, GetUser::new).await?;
    Ok(Profile::from_attributes(found.user_attributes))
}

/// Changes attributes (`UpdateUserAttributes`) and removes those whose value is empty (`DeleteUserAttributes`): an
/// attribute that is empty is still one. Then the profile follows, in all tabs, also if only a part could be done.
///
/// # Errors
/// InvalidParameter if the pool does not take a value or needs one; NotAuthorized (AttributeNotWritable) if the app client
/// may not write it; AliasExists; otherwise as [`authorised`].
pub async fn save(account: &dyn Account, changes: Vec<Attribute>) -> Result<(), Error> {
    let (removed, changed): (Vec<_>, Vec<_>) = changes.into_iter().partition(|attribute| attribute.value.is_empty());
    let done = write(account, changed, removed).await;
    // What is done is done, whether that can be shown or not.
    let _ = account.reload().await;
    done
}

async fn write(account: &dyn Account, changed: Vec<Attribute>, removed: Vec<Attribute>) -> Result<(), Error> {
    if !changed.is_empty() {
        authorised(account, move |token| UpdateUserAttributes::new(token, changed.clone())).await?;
    }
    if !removed.is_empty() {
        let names: Vec<_> = removed.into_iter().map(|attribute| attribute.name).collect();
        authorised(account, move |token| DeleteUserAttributes::new(token, names.clone())).await?;
    }
    Ok(())
}
