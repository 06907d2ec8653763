//! The tokens in storage, in the layout of amazon-cognito-identity-js and Amplify, so that a
//! session of one is a session of the other. All values are raw strings.
//!
//! `CognitoIdentityServiceProvider.{clientId}.LastAuthUser` names the user; the tokens are under
//! `CognitoIdentityServiceProvider.{clientId}.{username}.` + `accessToken`, `idToken`,
//! `refreshToken`, `clockDrift`, and what is remembered of a device under `deviceKey`, `deviceGroupKey`,
//! `randomPasswordKey`. `oauthSignIn` beside `LastAuthUser` says that the session came through the pool's domain. Beside
//! it, from the boilerplate this app replaces: `User_Email` and `user_token`. `User_Email` has only ever held addresses,
//! and other code may read it as one; a phone number or a user name is kept under a key of our own, `User_Name`.
//!
//! What only this app needs is under `Doorward.{clientId}.`, each value behind the number of its format: `1:`. What has
//! another number was written by a later version and is left alone.

use super::world::Storage;
use crate::cognito::{
    token::AccessClaims,
    types::{
        AccessToken, ClientId, DeviceGroupKey, DeviceKey, DevicePassword, Email, IdToken, RefreshToken, Tokens,
        UserName,
    },
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

/// What storage says of who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Nobody.
    Nobody,
    /// This person, but their tokens are not whole: another tab is writing them, or something else has been at them.
    Broken(UserName),
    /// This person, with their tokens.
    Whole(UserName, Tokens),
}

/// Reads and writes the layout for one app client.
#[derive(Debug, Clone)]
pub struct Store {
    prefix: String,
    own: String,
}

/// The number of the format of our own values.
const FORMAT: &str = "1:";

impl Store {
    /// For this app client.
    pub fn new(client: &ClientId) -> Self {
        let client = client.as_str();
        let prefix = ["CognitoIdentityServiceProvider.", client].concat();
        Self { prefix, own: ["Doorward.", client, "."].concat() }
    }

    /// The key that tells whether anybody is signed in; cheap to look at.
    pub fn last_user_key(&self) -> String {
        format!("{}.LastAuthUser", self.prefix)
    }

    /// Whether a change of this key concerns the session. `None` stands for "everything was cleared".
    pub fn concerns(&self, key: Option<&str>) -> bool {
        let below = |key: &str, prefix: &str| key.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
        key.is_none_or(|key| below(key, &self.prefix) || key.starts_with(&self.own))
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

    /// Who is stored.
    pub fn load(&self, storage: &impl Storage) -> Stored {
        let Some(user) = storage.get(&self.last_user_key()).filter(|name| !name.is_empty()).map(UserName::new) else {
            return Stored::Nobody;
        };
        let read = |name: &str| storage.get(&self.key(&user, name)).filter(|text| !text.is_empty());
        let tokens = || {
            Some(Tokens {
                access: AccessToken::new(read("accessToken")?),
                id: IdToken::new(read("idToken")?),
                refresh: RefreshToken::new(read("refreshToken")?),
            })
        };
        match tokens().filter(|tokens| AccessClaims::read(&tokens.access).is_some()) {
            Some(tokens) => Stored::Whole(user, tokens),
            None => Stored::Broken(user),
        }
    }

    /// Stores a session in place of whoever's there is. `LastAuthUser` comes late and the refresh token last: our own
    /// tabs find nobody, or a session that is not whole, until everything is there, and Amplify looks who it is when it
    /// sees the refresh token appear. False if some of it lives only as long as the page.
    pub fn save(&self, storage: &impl Storage, user: &UserName, tokens: &Tokens) -> bool {
        if let Some(other) = storage.get(&self.last_user_key()).filter(|other| other != user.as_str()) {
            self.clear_tokens(storage, &UserName::new(other));
        }
        let kept = [
            self.set_tokens(storage, user, tokens),
            storage.set(&self.last_user_key(), user.as_str()),
            storage.set(&self.key(user, "refreshToken"), tokens.refresh.as_str()),
        ];
        kept == [true; 3]
    }

    /// Stores new tokens of the session that is there. Does not say whose session it is: whoever signed in or out in
    /// another tab at the same moment has said so already. False as for [`Store::save`].
    pub fn renew(&self, storage: &impl Storage, user: &UserName, tokens: &Tokens) -> bool {
        // First: whoever sees the new access token finds what it is renewed with.
        let refresh = storage.set(&self.key(user, "refreshToken"), tokens.refresh.as_str());
        self.set_tokens(storage, user, tokens) && refresh
    }

    fn set_tokens(&self, storage: &impl Storage, user: &UserName, tokens: &Tokens) -> bool {
        let kept = [
            storage.set(&self.key(user, "idToken"), tokens.id.as_str()),
            storage.set(&self.key(user, "accessToken"), tokens.access.as_str()),
            // The two libraries disagree about the unit and the sign; zero means the same to both.
            storage.set(&self.key(user, "clockDrift"), "0"),
            storage.set(USER_TOKEN, tokens.access.as_str()),
        ];
        kept == [true; 4]
    }

    /// Brings `user_token` up to date after another client of Cognito has signed in or refreshed.
    pub fn follow(&self, storage: &impl Storage, access: &AccessToken) {
        if storage.get(USER_TOKEN).as_deref() != Some(access.as_str()) {
            storage.set(USER_TOKEN, access.as_str());
        }
    }

    /// Forgets what amazon-cognito-identity-js has kept of somebody's details, because they have changed.
    pub fn forget_details(&self, storage: &impl Storage, user: &UserName) {
        storage.remove(&self.key(user, "userData"));
    }

    /// Takes away what is left of somebody whose session is over, but was renewed at the same moment in another tab.
    pub fn tidy(&self, storage: &impl Storage, gone: Option<&UserName>) {
        let stored = self.load(storage);
        if stored == Stored::Nobody {
            self.clear(storage);
        }
        match (stored, gone) {
            (Stored::Nobody, Some(gone)) => self.clear_tokens(storage, gone),
            (Stored::Whole(user, _), Some(gone)) if user != *gone => self.clear_tokens(storage, gone),
            _ => {}
        }
    }

    /// A number of our own; `None` if there is none that this version understands.
    pub fn number(&self, storage: &impl Storage, name: Number) -> Option<i64> {
        storage.get(&self.number_key(name))?.strip_prefix(FORMAT)?.parse().ok()
    }

    /// Keeps a number of our own, unless a later version of this app has.
    pub fn set_number(&self, storage: &impl Storage, name: Number, value: i64) {
        let key = self.number_key(name);
        if self.is_ours(storage, &key) {
            storage.set(&key, &format!("{FORMAT}{value}"));
        }
    }

    /// Forgets a number of our own, unless a later version of this app has kept it.
    pub fn remove_number(&self, storage: &impl Storage, name: Number) {
        let key = self.number_key(name);
        if self.is_ours(storage, &key) {
            storage.remove(&key);
        }
    }

    fn is_ours(&self, storage: &impl Storage, key: &str) -> bool {
        storage.get(key).is_none_or(|text| text.starts_with(FORMAT))
    }

    fn number_key(&self, name: Number) -> String {
        let name = match name {
            Number::ClockAhead => "clockAhead",
            Number::LastActive => "lastActive",
        };
        [&self.own, name].concat()
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

    /// Forgets the session, but not the email address and not a device's keys. `LastAuthUser` goes last: nobody takes a
    /// session that is being forgotten for one that is being written.
    pub fn clear(&self, storage: &impl Storage) {
        if let Some(user) = storage.get(&self.last_user_key()).map(UserName::new) {
            self.clear_tokens(storage, &user);
        }
        storage.remove(&self.domain_key());
        storage.remove(USER_TOKEN);
        for number in [Number::ClockAhead, Number::LastActive] {
            self.remove_number(storage, number);
        }
        storage.remove(&self.last_user_key());
    }

    fn clear_tokens(&self, storage: &impl Storage, user: &UserName) {
        for name in
            ["idToken", "accessToken", "refreshToken", "clockDrift", "signInDetails", "userData", "oauthMetadata"]
        {
            storage.remove(&self.key(user, name));
        }
    }
}

/// What is kept beside the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// By how many seconds this machine's clock is ahead of the pool's, if it is off.
    ClockAhead,
    /// When the person last did something here, seconds since 1970 by this machine's clock.
    LastActive,
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

/// Forgets the name to fill in.
pub fn forget_name(storage: &impl Storage) {
    storage.remove(USER_NAME);
    storage.remove(USER_EMAIL);
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
        fn set(&self, key: &str, value: &str) -> bool {
            self.0.borrow_mut().insert(key.to_owned(), value.to_owned());
            true
        }
        fn remove(&self, key: &str) {
            self.0.borrow_mut().remove(key);
        }
        fn is_shared(&self) -> bool {
            true
        }
    }

    /// An access token: `{"username":"u","iat":1,"exp":2}`.
    const ACCESS: &str = "e30.eyJ1c2VybmFtZSI6InUiLCJpYXQiOjEsImV4cCI6Mn0.x";

    fn tokens() -> Tokens {
        Tokens { access: AccessToken::new(ACCESS), id: IdToken::new("i"), refresh: RefreshToken::new("r") }
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
                format!("CognitoIdentityServiceProvider.c1.u.1.accessToken={ACCESS}").as_str(),
                "CognitoIdentityServiceProvider.c1.u.1.clockDrift=0",
                "CognitoIdentityServiceProvider.c1.u.1.idToken=i",
                "CognitoIdentityServiceProvider.c1.u.1.refreshToken=r",
                format!("user_token={ACCESS}").as_str(),
            ]
        );
        assert_eq!(store.load(&storage), Stored::Whole(user, tokens()));
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
        assert_eq!(store.load(&storage), Stored::Nobody);
    }

    #[test]
    fn whoever_signs_in_leaves_nothing_of_whoever_was_signed_in() {
        let (storage, store) = (Memory::default(), Store::new(&ClientId::new("c1")));
        let tokens = |name: &str| Tokens {
            access: AccessToken::new(ACCESS),
            id: IdToken::new(name),
            refresh: RefreshToken::new(name),
        };
        store.save(&storage, &UserName::new("a"), &tokens("a"));
        storage.set("CognitoIdentityServiceProvider.c1.a.deviceKey", "d");
        store.save(&storage, &UserName::new("b"), &tokens("b"));
        assert_eq!(store.load(&storage), Stored::Whole(UserName::new("b"), tokens("b")));
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
    fn half_a_session_is_broken_and_nothing_is_deleted_by_looking() {
        let (store, storage) = (Store::new(&ClientId::new("c1")), Memory::default());
        storage.set("CognitoIdentityServiceProvider.c1.LastAuthUser", "u");
        storage.set("CognitoIdentityServiceProvider.c1.u.accessToken", "a");
        assert_eq!(store.load(&storage), Stored::Broken(UserName::new("u")));
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
        assert!(store.concerns(None));
        for ours in [
            "CognitoIdentityServiceProvider.c1.LastAuthUser",
            "CognitoIdentityServiceProvider.c1.u.accessToken",
            "Doorward.c1.lastActive",
        ] {
            assert!(store.concerns(Some(ours)), "{ours}");
        }
        for other in ["CognitoIdentityServiceProvider.c12.LastAuthUser", "Doorward.c12.lastActive", "User_Email", ""] {
            assert!(!store.concerns(Some(other)), "{other}");
        }
    }

    #[test]
    fn what_a_later_version_wrote_is_left_alone() {
        let (store, storage) = (Store::new(&ClientId::new("c1")), Memory::default());
        store.set_number(&storage, Number::ClockAhead, -7);
        assert_eq!(storage.get("Doorward.c1.clockAhead").as_deref(), Some("1:-7"));
        assert_eq!(store.number(&storage, Number::ClockAhead), Some(-7));
        for later in ["2:{\"ahead\":7}", "7", "1", ""] {
            storage.set("Doorward.c1.clockAhead", later);
            assert_eq!(store.number(&storage, Number::ClockAhead), None, "{later}");
            store.set_number(&storage, Number::ClockAhead, 9);
            store.clear(&storage);
            assert_eq!(storage.get("Doorward.c1.clockAhead").as_deref(), Some(later));
        }
        storage.set("Doorward.c1.clockAhead", "1:much");
        assert_eq!(store.number(&storage, Number::ClockAhead), None);
        store.clear(&storage);
        assert!(storage.0.borrow().is_empty());
    }
}
