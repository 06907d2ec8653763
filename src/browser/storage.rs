//! localStorage, with a memory behind it for browsers that deny or have filled theirs, and sessionStorage, which is of
//! use only if it outlives the page.

use crate::session::world::{Storage, TabStorage};
use gloo_storage::Storage as _;
use std::cell::RefCell;

thread_local! {
    /// What could not be stored. Shared by all handles, gone with the page.
    static FALLBACK: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// The origin's localStorage. Values are raw strings, as other clients of Cognito write them.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalStorage;

/// `None` when the browser denies storage: asking for it throws then, and gloo would panic.
fn raw() -> Option<web_sys::Storage> {
    let allowed = web_sys::window()?.local_storage().ok()??;
    drop(allowed);
    Some(gloo_storage::LocalStorage::raw())
}

impl Storage for LocalStorage {
    fn get(&self, key: &str) -> Option<String> {
        FALLBACK
            .with_borrow(|memory| memory.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()))
            .or_else(|| raw()?.get_item(key).ok().flatten())
    }

    fn set(&self, key: &str, value: &str) {
        let stored = raw().is_some_and(|storage| storage.set_item(key, value).is_ok());
        FALLBACK.with_borrow_mut(|memory| {
            memory.retain(|(name, _)| name != key);
            if !stored {
                memory.push((key.to_owned(), value.to_owned()));
            }
        });
    }

    fn remove(&self, key: &str) {
        FALLBACK.with_borrow_mut(|memory| memory.retain(|(name, _)| name != key));
        if let Some(storage) = raw() {
            // Nothing more can be done about a storage that does not let go.
            drop(storage.remove_item(key));
        }
    }
}

/// The origin's sessionStorage: this tab's alone, also while the tab is elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct SessionStorage;

impl SessionStorage {
    /// `None` when the browser denies it, as above.
    fn raw() -> Option<web_sys::Storage> {
        let allowed = web_sys::window()?.session_storage().ok()??;
        drop(allowed);
        Some(gloo_storage::SessionStorage::raw())
    }
}

impl TabStorage for SessionStorage {
    fn keep(&self, key: &str, value: &str) -> bool {
        Self::raw().is_some_and(|storage| storage.set_item(key, value).is_ok())
    }

    fn take(&self, key: &str) -> Option<String> {
        let storage = Self::raw()?;
        let value = storage.get_item(key).ok().flatten();
        // Nothing more can be done about a storage that does not let go.
        drop(storage.remove_item(key));
        value
    }
}
