//! The tokens in storage, in the layout of amazon-cognito-identity-js and Amplify, so that a
//! session of one is a session of the other. All values are raw strings.
//!
//! `CognitoIdentityServiceProvider.{clientId}.LastAuthUser` names the user; the tokens are under
//! `CognitoIdentityServiceProvider.{clientId}.{username}.` + `accessToken`, `idToken`,
//! `refreshToken`, `clockDrift`, and what is remembered of a device under `deviceKey`, `deviceGroupKey`,
//! `randomPasswordKey`. `oauthSignIn` beside `LastAuthUser` says that the session came through the pool's domain. Beside
//! it, from the boilerplate this app replaces: `User_Email` and `user_token`. `User_Email` has only ever held addresses,
//! and other code may read it as one; a phone number or a user name is kept under a key of our own, `User_Name`.

use super::world::Storage;
use crate::cognito::types::{
    AccessToken, ClientId, DeviceGroupKey, DeviceKey, DevicePassword, Email, IdToken, RefreshToken, Tokens, UserName,
};

/// The email address to fill in next time; survives a sign-out.
pub const USER_EMAIL: &str = "User_Email";
/// The phone number or user name to fill in next time, if that was the last one used; survives a sign-out.
pub const USER_NAME: &str = "User_Name";
/// The access token, for code that was written for the boilerplate.
pub const USER_TOKEN: &str = "user_token";

/// A device that the pool remembers: this browser, for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The pool's name for it.
    pub key: DeviceKey,
    /// Its group.
    pub group: DeviceGroupKey,
    /// What it proves itself with.
    pub password: DevicePassword,
}

/// Reads and writes the layout for one app client.
#[derive(Debug, Clone)]
pub struct Store {
    prefix: String,
}

impl Store {
    /// For this app client.
    pub fn new(client: &ClientId) -> Self {
        Self { prefix: format!("CognitoIdentityServiceProvider.{}", client.as_str()) }
    }

    /// The key that tells whether anybody is signed in; cheap to look at.
    pub fn last_user_key(&self) -> String {
        format!("{}.LastAuthUser", self.prefix)
    }

    /// Whether a change of this key means that somebody signed in or out. `None` stands for
    /// "everything was cleared".
    pub fn decides(&self, key: Option<&str>) -> bool {
        key.is_none_or(|key| key == self.last_user_key())
    }

    /// Whether the session came through the pool's domain. Amplify keeps that under the same name, with whether a private
    /// window was wanted behind it.
    pub fn came_through_domain(&self, storage: &impl Storage) -> bool {
        storage.get(&self.domain_key()).is_some_and(|text| text.split(',').next() == Some("true"))
    }

    /// Notes whether the session that is about to be saved came through the pool's domain.
    pub fn note_domain(&self, storage: &impl Storage, came: bool) {
        if came {
            storage.set(&self.domain_key(), "true,false");
        } else {
            storage.remove(&self.domain_key());
        }
    }

    fn domain_key(&self) -> String {
        format!("{}.oauthSignIn", self.prefix)
    }

    fn key(&self, user: &UserName, name: &str) -> String {
        format!("{}.{}.{name}", self.prefix, user.as_str())
    }

    /// The stored session, if it is whole.
    pub fn load(&self, storage: &impl Storage) -> Option<(UserName, Tokens)> {
        let user = storage.get(&self.last_user_key()).filter(|name| !name.is_empty()).map(UserName::new)?;
        let read = |name: &str| storage.get(&self.key(&user, name)).filter(|text| !text.is_empty());
        let tokens = Tokens {
            access: AccessToken::new(read("accessToken")?),
            id: IdToken::new(read("idToken")?),
            refresh: RefreshToken::new(read("refreshToken")?),
        };
        Some((user, tokens))
    }

    /// Stores a session in place of whoever's there is. `LastAuthUser` is written last: a tab that sees it finds the
    /// rest.
    pub fn save(&self, storage: &impl Storage, user: &UserName, tokens: &Tokens) {
        if let Some(other) = storage.get(&self.last_user_key()).filter(|other| other != user.as_str()) {
            self.clear_tokens(storage, &UserName::new(other));
        }
        storage.set(&self.key(user, "idToken"), tokens.id.as_str());
        storage.set(&self.key(user, "accessToken"), tokens.access.as_str());
        storage.set(&self.key(user, "refreshToken"), tokens.refresh.as_str());
        // The two libraries disagree about the unit and the sign; zero means the same to both.
        storage.set(&self.key(user, "clockDrift"), "0");
        storage.set(USER_TOKEN, tokens.access.as_str());
        storage.set(&self.last_user_key(), user.as_str());
    }

    /// The device that is remembered for a person, if it is whole.
    pub fn device(&self, storage: &impl Storage, user: &UserName) -> Option<Device> {
        let read = |name: &str| storage.get(&self.key(user, name)).filter(|text| !text.is_empty());
        Some(Device {
            key: DeviceKey::new(read("deviceKey")?),
            group: DeviceGroupKey::new(read("deviceGroupKey")?),
            password: DevicePassword::new(read("randomPasswordKey")?),
        })
    }

    /// Remembers a device. It stays over sign-outs.
    pub fn save_device(&self, storage: &impl Storage, user: &UserName, device: &Device) {
        storage.set(&self.key(user, "deviceKey"), device.key.as_str());
        storage.set(&self.key(user, "deviceGroupKey"), device.group.as_str());
        storage.set(&self.key(user, "randomPasswordKey"), device.password.as_str());
    }

    /// Forgets a device, if it is this one that is remembered.
    pub fn forget_device(&self, storage: &impl Storage, user: &UserName, key: &DeviceKey) {
        if self.device(storage, user).is_some_and(|device| device.key == *key) {
            for name in ["deviceKey", "deviceGroupKey", "randomPasswordKey"] {
                storage.remove(&self.key(user, name));
            }
        }
    }

    /// Forgets the session, but not the email address and not a device's keys.
    pub fn clear(&self, storage: &impl Storage) {
        if let Some(user) = storage.get(&self.last_user_key()).map(UserName::new) {
            self.clear_tokens(storage, &user);
        }
        storage.remove(&self.domain_key());
        storage.remove(&self.last_user_key());
        storage.remove(USER_TOKEN);
    }

    fn clear_tokens(&self, storage: &impl Storage, user: &UserName) {
        for name in ["idToken", "accessToken", "refreshToken", "clockDrift", "signInDetails", "userData"] {
            storage.remove(&self.key(user, name));
        }
    }
}

/// The remembered name, if there is one that `fits` what people sign in with here.
pub fn remembered_name(storage: &impl Storage, fits: impl Fn(&str) -> Option<UserName>) -> Option<UserName> {
    [USER_NAME, USER_EMAIL].iter().find_map(|key| fits(&storage.get(key)?))
}

/// Keeps a name to fill in next time: an address under [`USER_EMAIL`], anything else under [`USER_NAME`].
pub fn remember_name(storage: &impl Storage, name: &UserName) {
    if Email::parse(name.as_str()).is_some() {
        storage.remove(USER_NAME);
        storage.set(USER_EMAIL, name.as_str());
    } else {
        storage.set(USER_NAME, name.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::RefCell, collections::BTreeMap};

    #[derive(Default)]
    struct Memory(RefCell<BTreeMap<String, String>>);

    impl Storage for Memory {
        fn get(&self, key: &str) -> Option<String> {
            self.0.borrow().get(key).cloned()
        }
        fn set(&self, key: &str, value: &str) {
            self.0.borrow_mut().insert(key.to_owned(), value.to_owned());
        }
        fn remove(&self, key: &str) {
            self.0.borrow_mut().remove(key);
        }
    }

    fn tokens() -> Tokens {
        Tokens { access: AccessToken::new("a"), id: IdToken::new("i"), refresh: RefreshToken::new("r") }
    }

    #[test]
    fn the_layout_is_the_one_of_the_existing_clients() {
        let (store, storage, user) = (Store::new(&ClientId::new("c1")), Memory::default(), UserName::new("u.1"));
        store.save(&storage, &user, &tokens());
        let keys: Vec<_> = storage.0.borrow().iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            keys,
            [
                "CognitoIdentityServiceProvider.c1.LastAuthUser=u.1",
                "CognitoIdentityServiceProvider.c1.u.1.accessToken=a",
                "CognitoIdentityServiceProvider.c1.u.1.clockDrift=0",
                "CognitoIdentityServiceProvider.c1.u.1.idToken=i",
                "CognitoIdentityServiceProvider.c1.u.1.refreshToken=r",
                "user_token=a",
            ]
        );
        assert_eq!(store.load(&storage), Some((user, tokens())));
    }

    #[test]
    fn signing_out_keeps_the_email_and_the_devices() {
        let (store, storage, user) = (Store::new(&ClientId::new("c1")), Memory::default(), UserName::new("u"));
        store.save(&storage, &user, &tokens());
        storage.set(USER_EMAIL, "ada@example.com");
        storage.set("CognitoIdentityServiceProvider.c1.u.deviceKey", "d");
        storage.set("CognitoIdentityServiceProvider.c2.LastAuthUser", "other");
        store.clear(&storage);
        let keys: Vec<_> = storage.0.borrow().keys().cloned().collect();
        assert_eq!(
            keys,
            [
                "CognitoIdentityServiceProvider.c1.u.deviceKey",
                "CognitoIdentityServiceProvider.c2.LastAuthUser",
                "User_Email"
            ]
        );
        assert_eq!(store.load(&storage), None);
    }

    #[test]
    fn whoever_signs_in_leaves_nothing_of_whoever_was_signed_in() {
        let (storage, store) = (Memory::default(), Store::new(&ClientId::new("c1")));
        let tokens = |name: &str| Tokens {
            access: AccessToken::new(name),
            id: IdToken::new(name),
            refresh: RefreshToken::new(name),
        };
        store.save(&storage, &UserName::new("a"), &tokens("a"));
        storage.set("CognitoIdentityServiceProvider.c1.a.deviceKey", "d");
        store.save(&storage, &UserName::new("b"), &tokens("b"));
        assert_eq!(store.load(&storage), Some((UserName::new("b"), tokens("b"))));
        store.clear(&storage);
        assert_eq!(storage.get("CognitoIdentityServiceProvider.c1.a.refreshToken"), None);
        assert_eq!(storage.get("CognitoIdentityServiceProvider.c1.a.deviceKey").as_deref(), Some("d"));
    }

    #[test]
    fn a_device_is_remembered_whole_and_forgotten_by_its_name() {
        let (store, storage, user) = (Store::new(&ClientId::new("c1")), Memory::default(), UserName::new("u"));
        let device = Device {
            key: DeviceKey::new("us-east-1_1"),
            group: DeviceGroupKey::new("-g"),
            password: DevicePassword::new("p"),
        };
        store.save_device(&storage, &user, &device);
        let keys: Vec<_> = storage.0.borrow().iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            keys,
            [
                "CognitoIdentityServiceProvider.c1.u.deviceGroupKey=-g",
                "CognitoIdentityServiceProvider.c1.u.deviceKey=us-east-1_1",
                "CognitoIdentityServiceProvider.c1.u.randomPasswordKey=p",
            ]
        );
        assert_eq!(store.device(&storage, &user), Some(device.clone()));
        assert_eq!(store.device(&storage, &UserName::new("v")), None);
        store.forget_device(&storage, &user, &DeviceKey::new("us-east-1_2"));
        assert_eq!(store.device(&storage, &user), Some(device.clone()), "another one was meant");
        store.forget_device(&storage, &user, &device.key);
        assert!(storage.0.borrow().is_empty());
        storage.set("CognitoIdentityServiceProvider.c1.u.deviceKey", "us-east-1_1");
        assert_eq!(store.device(&storage, &user), None, "half a device is none");
    }

    #[test]
    fn where_a_session_came_from_is_kept_as_amplify_does_and_goes_with_it() {
        let (store, storage, user) = (Store::new(&ClientId::new("c1")), Memory::default(), UserName::new("u"));
        assert!(!store.came_through_domain(&storage));
        store.note_domain(&storage, true);
        store.save(&storage, &user, &tokens());
        let kept = storage.get("CognitoIdentityServiceProvider.c1.oauthSignIn");
        assert_eq!(kept.as_deref(), Some("true,false"));
        assert!(store.came_through_domain(&storage));
        for (text, came) in [("true", true), ("true,true", true), ("false,false", false), ("", false)] {
            storage.set("CognitoIdentityServiceProvider.c1.oauthSignIn", text);
            assert_eq!(store.came_through_domain(&storage), came, "{text}");
        }
        store.note_domain(&storage, true);
        store.clear(&storage);
        assert!(storage.0.borrow().is_empty());
        store.note_domain(&storage, true);
        store.note_domain(&storage, false);
        assert!(storage.0.borrow().is_empty());
    }

    #[test]
    fn half_a_session_is_none_and_nothing_is_deleted_by_looking() {
        let (store, storage) = (Store::new(&ClientId::new("c1")), Memory::default());
        storage.set("CognitoIdentityServiceProvider.c1.LastAuthUser", "u");
        storage.set("CognitoIdentityServiceProvider.c1.u.accessToken", "a");
        assert_eq!(store.load(&storage), None);
        assert_eq!(storage.0.borrow().len(), 2);
    }

    #[test]
    fn the_last_name_that_fits_is_filled_in() {
        let storage = Memory::default();
        let email = |text: &str| Email::parse(text).map(|email| email.to_user_name());
        let any = |text: &str| UserName::parse(text);
        storage.set(USER_EMAIL, "not an address");
        assert_eq!(remembered_name(&storage, email), None);
        remember_name(&storage, &UserName::new("ada@example.com"));
        assert_eq!(remembered_name(&storage, email), Some(UserName::new("ada@example.com")));
        remember_name(&storage, &UserName::new("+442079460123"));
        assert_eq!(storage.get(USER_EMAIL).as_deref(), Some("ada@example.com"), "stays an address");
        assert_eq!(remembered_name(&storage, any), Some(UserName::new("+442079460123")));
        assert_eq!(remembered_name(&storage, email), Some(UserName::new("ada@example.com")));
        remember_name(&storage, &UserName::new("bob@example.com"));
        assert_eq!(remembered_name(&storage, any), Some(UserName::new("bob@example.com")));
    }

    #[test]
    fn other_clients_keys_are_not_ours() {
        let store = Store::new(&ClientId::new("c1"));
        assert!(store.decides(None));
        assert!(store.decides(Some("CognitoIdentityServiceProvider.c1.LastAuthUser")));
        assert!(!store.decides(Some("CognitoIdentityServiceProvider.c12.LastAuthUser")));
        assert!(!store.decides(Some("CognitoIdentityServiceProvider.c1.u.accessToken")));
        assert!(!store.decides(Some("User_Email")));
    }
}
