//! Sensitive changes are for people who have just shown who they are: when that is the case, and for how long.
//!
//! Who has to show it again does so by [`Account::prove`] or at a provider, as [`Account::again`] says. This protects a
//! person whose open page somebody else sits down at, not against somebody who has the tokens: the pool does not ask.

use crate::session::Account;

/// Whether the last sign-in is at most `limit` seconds old. False if nobody is signed in.
pub fn is_fresh(account: &dyn Account, limit: u64) -> bool {
    fresh_for(account, limit).is_some()
}

/// For how many seconds more that is so; `None` if it is not, or nobody is signed in.
pub fn fresh_for(account: &dyn Account, limit: u64) -> Option<u64> {
    limit.checked_sub(account.signed_in_for()?)
}
