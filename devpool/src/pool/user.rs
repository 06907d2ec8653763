//! A user, and everything that is only the user's.

use super::codes::{CodePurpose, CodeSlot};
use super::passwords::PasswordRecord;
use super::settings::{Contact, MfaMethod};
use crate::clock::Timestamp;
use crate::srp::Verifier;
use crate::totp::TotpSecret;
use crate::webauthn::Passkey;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where a user stands, as `UserStatus` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UserStatus {
    /// Signed up, code not entered yet.
    Unconfirmed,
    /// Can sign in.
    Confirmed,
    /// Has a temporary password from an administrator.
    ForceChangePassword,
    /// Must reset the password with a code, by order of an administrator.
    ResetRequired,
    /// Signs in with another provider only.
    ExternalProvider,
}

impl UserStatus {
    /// The name the API uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
        }
    }
}

/// A user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The id that never changes.
    pub sub: String,
    /// The user name: the `sub` where people sign in with an address, otherwise what they chose. Names that a state
    /// file of version 1 does not have are filled in when it is read.
    #[serde(default)]
    pub username: String,
    /// Where the user stands.
    pub status: UserStatus,
    /// Whether the user may sign in at all.
    pub enabled: bool,
    /// Attributes but for `sub`.
    pub attributes: BTreeMap<String, String>,
    /// New values that wait for their code.
    pub pending_attributes: BTreeMap<String, String>,
    /// The password, if there is one.
    pub password: Option<PasswordRecord>,
    /// Passwords before it, the latest first, as many as the policy remembers.
    #[serde(default)]
    pub earlier_passwords: Vec<PasswordRecord>,
    /// When the temporary password stops working.
    pub temporary_password_expires: Option<Timestamp>,
    /// Codes sent to the user.
    pub codes: BTreeMap<CodePurpose, CodeSlot>,
    /// Second factors.
    #[serde(default)]
    pub mfa: MfaState,
    /// Passkeys, oldest first.
    #[serde(default)]
    pub passkeys: Vec<PasskeyRecord>,
    /// Devices by their key.
    #[serde(default)]
    pub devices: BTreeMap<String, Device>,
    /// Accounts at other providers that lead here.
    #[serde(default)]
    pub identities: Vec<FederatedIdentity>,
    /// When the user was created.
    pub created: Timestamp,
    /// When anything about the user changed.
    pub modified: Timestamp,
}

impl User {
    /// A new user with nothing but an id and a name.
    pub fn new(sub: String, username: &str, status: UserStatus, now: Timestamp) -> Self {
        Self {
            sub,
            username: username.to_owned(),
            status,
            enabled: true,
            attributes: BTreeMap::new(),
            pending_attributes: BTreeMap::new(),
            password: None,
            earlier_passwords: Vec::new(),
            temporary_password_expires: None,
            codes: BTreeMap::new(),
            mfa: MfaState::default(),
            passkeys: Vec::new(),
            devices: BTreeMap::new(),
            identities: Vec::new(),
            created: now,
            modified: now,
        }
    }

    /// The email address, empty if there is none.
    pub fn email(&self) -> &str {
        self.contact(Contact::Email).unwrap_or_default()
    }

    /// An address, if the user has it.
    pub fn contact(&self, contact: Contact) -> Option<&str> {
        self.attributes.get(contact.attribute()).map(String::as_str)
    }

    /// Whether an address is there and known to be the user's.
    pub fn verified(&self, contact: Contact) -> bool {
        self.contact(contact).is_some()
            && self.attributes.get(contact.verified_attribute()).map(String::as_str) == Some("true")
    }

    /// Says whether an address is known to be the user's.
    pub fn set_verified(&mut self, contact: Contact, verified: bool) {
        self.set_attribute(contact.verified_attribute(), if verified { "true" } else { "false" });
    }

    /// Sets an attribute; an empty value removes it. A new address is not verified, one that is gone has no
    /// verification either.
    pub fn set_attribute(&mut self, name: &str, value: &str) {
        let contact = Contact::of(name);
        if value.is_empty() {
            self.attributes.remove(name);
            if let Some(contact) = contact {
                self.attributes.remove(contact.verified_attribute());
            }
        } else {
            let before = self.attributes.insert(name.to_owned(), value.to_owned());
            if let Some(contact) = contact
                && before.as_deref() != Some(value)
            {
                self.set_verified(contact, false);
            }
        }
    }

    /// Replaces the password; the one before is remembered as long as the policy says.
    pub fn set_password(&mut self, record: PasswordRecord, history_size: usize) {
        if let Some(before) = self.password.replace(record) {
            self.earlier_passwords.insert(0, before);
        }
        // The present password is one of those that the policy counts.
        self.earlier_passwords.truncate(history_size.saturating_sub(1));
        self.temporary_password_expires = None;
    }
}

/// A user's second factors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MfaState {
    /// Those the user turned on.
    pub enabled: BTreeSet<MfaMethod>,
    /// The one that is asked for first.
    pub preferred: Option<MfaMethod>,
    /// Whether passkeys may stand for two factors (`WebAuthnMfaSettings`).
    pub passkeys: bool,
    /// The authenticator app, once a code from it was right.
    pub software_token: Option<SoftwareToken>,
    /// The secret of an authenticator app that has not shown a code yet.
    pub unverified_secret: Option<TotpSecret>,
    /// Whether SMS was chosen by `SetUserSettings`, which the API reports apart from the rest.
    pub legacy_sms: bool,
}

/// An authenticator app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoftwareToken {
    /// What its codes are made from.
    pub secret: TotpSecret,
    /// What the user calls it.
    pub name: Option<String>,
    /// The time step of the last code that was taken, so that none counts twice.
    pub last_step: Option<u64>,
}

/// A passkey and when it was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyRecord {
    /// The passkey.
    pub passkey: Passkey,
    /// When it was registered.
    pub created: Timestamp,
}

/// A device the user signed in from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// `DeviceGroupKey`, which stands for the pool's name in the device's SRP.
    pub group_key: String,
    /// What the device is called.
    pub name: Option<String>,
    /// What `ConfirmDevice` brought; none before that.
    pub verifier: Option<Verifier>,
    /// Whether it is remembered.
    pub remembered: bool,
    /// When it was first seen.
    pub created: Timestamp,
    /// When it changed.
    pub modified: Timestamp,
    /// When somebody last signed in from it.
    pub last_authenticated: Timestamp,
}

impl Device {
    /// A device that has just been seen for the first time.
    pub fn new(group_key: String, now: Timestamp) -> Self {
        Self {
            group_key,
            name: None,
            verifier: None,
            remembered: false,
            created: now,
            modified: now,
            last_authenticated: now,
        }
    }
}

/// An account at another provider that leads to a user, as the `identities` attribute shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FederatedIdentity {
    /// The provider's name in the pool.
    pub provider_name: String,
    /// Its kind, such as `OIDC`.
    pub provider_type: String,
    /// Who the user is there.
    pub user_id: String,
    /// Whether the user came from there in the first place.
    pub primary: bool,
    /// When it was linked.
    pub created: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    #[test]
    fn a_new_address_is_not_verified() {
        let mut user = User::new("s".to_owned(), "s", UserStatus::Confirmed, NOW);
        user.set_attribute("email", "ann@example.com");
        assert!(!user.verified(Contact::Email));
        user.set_verified(Contact::Email, true);
        user.set_attribute("email", "ann@example.com");
        assert!(user.verified(Contact::Email), "it is the same one");
        user.set_attribute("email", "bob@example.com");
        assert!(!user.verified(Contact::Email));
        user.set_attribute("email", "");
        assert!(user.attributes.is_empty());
    }

    #[test]
    fn earlier_passwords_are_kept_as_long_as_the_policy_says() {
        let mut user = User::new("s".to_owned(), "s", UserStatus::Confirmed, NOW);
        for number in 0..4 {
            user.set_password(PasswordRecord::new("s", &format!("Passw0rd!{number}")), 3);
        }
        assert_eq!(user.earlier_passwords.len(), 2);
        assert!(user.earlier_passwords[0].accepts("s", "Passw0rd!2"));
        user.set_password(PasswordRecord::new("s", "Passw0rd!5"), 0);
        assert!(user.earlier_passwords.is_empty());
    }
}
