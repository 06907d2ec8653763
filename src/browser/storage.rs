//! The origin's localStorage or sessionStorage, or neither, with a memory behind it for browsers that deny or have filled
//! theirs; and sessionStorage as a tab's own, which is of use only if it outlives the page.

use crate::{
    config::StorageKind,
    session::world::{Storage, TabStorage},
};
use gloo_storage::Storage as _;
use std::cell::RefCell;

thread_local! {
    /// What could not be stored, or should not be. Shared by all handles, gone with the page.
    static MEMORY: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// Where the session is kept. Values are raw strings, as other clients of Cognito write them.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageStorage(pub StorageKind);

impl PageStorage {
    /// `None` when the browser denies storage (asking for it throws then, and gloo would panic), or there should be none.
    fn raw(self) -> Option<web_sys::Storage> {
        let window = web_sys::window()?;
        match self.0 {
            StorageKind::Local => {
                drop(window.local_storage().ok()??);
                Some(gloo_storage::LocalStorage::raw())
            }
            StorageKind::Session => SessionStorage::raw(),
            StorageKind::Memory => None,
        }
    }
}

impl Storage for PageStorage {
    fn get(&self, key: &str) -> Option<String> {
        MEMORY
            .with_borrow(|memory| memory.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()))
            .or_else(|| self.raw()?.get_item(key).ok().flatten())
    }

    fn set(&self, key: &str, value: &str) -> bool {
        let stored = self.raw().is_some_and(|storage| {
            // A full storage may have room once the old value is gone; and an old token that stays would be used by others.
            storage.set_item(key, value).is_ok()
                || (storage.remove_item(key).is_ok() && storage.set_item(key, value).is_ok())
        });
        MEMORY.with_borrow_mut(|memory| {
            memory.retain(|(name, _)| name != key);
            if !stored {
                memory.push((key.to_owned(), value.to_owned()));
            }
        });
        stored || self.0 == StorageKind::Memory
    }

    fn remove(&self, key: &str) {
        MEMORY.with_borrow_mut(|memory| memory.retain(|(name, _)| name != key));
        if let Some(storage) = self.raw() {
            // Nothing more can be done about a storage that does not let go.
            drop(storage.remove_item(key));
        }
    }

    fn is_shared(&self) -> bool {
        self.0 == StorageKind::Local && MEMORY.with_borrow(Vec::is_empty) && self.raw().is_some()
    }
}

/// The origin's sessionStorage: this tab's alone, also while the tab is elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct SessionStorage;

impl SessionStorage {
    /// `None` when the browser denies it, as above.
    fn raw() -> Option<web_sys::Storage> {
        drop(web_sys::window()?.session_storage().ok()??);
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
