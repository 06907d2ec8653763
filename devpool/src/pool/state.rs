//! What the pool remembers. All of it goes into the state file unless a field says otherwise.

use super::codes::{CodePurpose, CodeSlot};
use super::lockout::Lockout;
use super::passwords::PasswordRecord;
use super::settings::Settings;
use crate::clock::Timestamp;
use crate::random;
use crate::srp::{Verifier, hmac};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// More messages than this are not kept; the oldest go.
const MOST_MESSAGES: usize = 500;

/// With more counts of wrong passwords than this, those for users who do not exist go.
const MOST_LOCKOUTS: usize = 2000;

/// More code slots of users who do not exist than this are not kept.
const MOST_PHANTOMS: usize = 1000;

/// Everything that outlives a request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The rules.
    pub settings: Settings,
    /// How far the clock was advanced by hand, in milliseconds.
    pub clock_advanced_millis: i64,
    /// Random; makes what is simulated for users who do not exist the same each time.
    simulation_seed: SimulationSeed,
    /// Users by their `sub`.
    pub users: BTreeMap<String, User>,
    /// Signed-in sessions by their `origin_jti`.
    pub sessions: BTreeMap<String, SignInSession>,
    /// Refresh tokens by fingerprint.
    pub refresh_tokens: BTreeMap<String, RefreshToken>,
    /// Wrong passwords by user id, real or made up.
    pub lockouts: BTreeMap<String, Lockout>,
    /// The outbox, oldest first.
    messages: VecDeque<Message>,
    /// Number of the next message.
    next_message: u64,
    /// Identities of the identity pool by their id.
    pub identities: BTreeMap<String, Identity>,
    /// Codes that people who do not exist have asked for; kept so that guessing looks the same for them.
    #[serde(skip)]
    phantom_codes: BTreeMap<(CodePurpose, String), CodeSlot>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct SimulationSeed(String);

impl fmt::Debug for SimulationSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            clock_advanced_millis: 0,
            simulation_seed: SimulationSeed(random::base64url(32)),
            users: BTreeMap::new(),
            sessions: BTreeMap::new(),
            refresh_tokens: BTreeMap::new(),
            lockouts: BTreeMap::new(),
            messages: VecDeque::new(),
            next_message: 1,
            identities: BTreeMap::new(),
            phantom_codes: BTreeMap::new(),
        }
    }
}

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
}

/// A user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The id that never changes: `sub`, and as people sign in by email also the user name.
    pub sub: String,
    /// Where the user stands.
    pub status: UserStatus,
    /// Whether the user may sign in at all.
    pub enabled: bool,
    /// Attributes but for `sub`.
    pub attributes: BTreeMap<String, String>,
    /// New values that wait for their code.
    pub pending_attributes: BTreeMap<String, String>,
    /// The password.
    pub password: Option<PasswordRecord>,
    /// When the temporary password stops working.
    pub temporary_password_expires: Option<Timestamp>,
    /// Codes sent to the user.
    pub codes: BTreeMap<CodePurpose, CodeSlot>,
    /// When the user was created.
    pub created: Timestamp,
    /// When anything about the user changed.
    pub modified: Timestamp,
}

impl User {
    /// A new user with nothing but an id and an email address.
    pub fn new(sub: String, email: &str, status: UserStatus, now: Timestamp) -> Self {
        Self {
            sub,
            status,
            enabled: true,
            attributes: BTreeMap::from([
                ("email".to_owned(), email.to_owned()),
                ("email_verified".to_owned(), "false".to_owned()),
            ]),
            pending_attributes: BTreeMap::new(),
            password: None,
            temporary_password_expires: None,
            codes: BTreeMap::new(),
            created: now,
            modified: now,
        }
    }

    /// The email address, with which the user signs in.
    pub fn email(&self) -> &str {
        self.attributes.get("email").map_or("", String::as_str)
    }

    /// Whether the email address is known to be the user's.
    pub fn email_verified(&self) -> bool {
        self.attributes.get("email_verified").map(String::as_str) == Some("true")
    }

    /// Sets an attribute; an empty value removes it.
    pub fn set_attribute(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            self.attributes.remove(name);
        } else {
            self.attributes.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// One sign-in and all tokens that come from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInSession {
    /// Whose it is.
    pub sub: String,
    /// When the person signed in.
    pub auth_time: Timestamp,
    /// `event_id` of the tokens.
    pub event_id: String,
    /// When its refresh tokens end.
    pub expires: Timestamp,
    /// Whether it was ended before that.
    pub revoked: bool,
}

/// A refresh token.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshToken {
    /// `origin_jti` of its session.
    pub origin_jti: String,
    /// When rotation replaced it by another.
    pub replaced: Option<Timestamp>,
}

/// A message as the outbox shows it. Nothing is really sent.
#[derive(Clone, Serialize, Deserialize)]
pub struct Message {
    /// Counts up from 1.
    pub id: u64,
    /// The address.
    pub to: String,
    /// `EMAIL` or `SMS`.
    pub medium: Medium,
    /// What it is for.
    pub purpose: MessagePurpose,
    /// The code, or the temporary password.
    pub code: String,
    /// When it was sent.
    pub at: IsoTime,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({} {:?} [redacted])", self.id, self.purpose)
    }
}

/// A moment that is written as ISO 8601.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IsoTime(String);

impl From<Timestamp> for IsoTime {
    fn from(moment: Timestamp) -> Self {
        Self(moment.to_string())
    }
}

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Medium {
    /// By email.
    Email,
}

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessagePurpose {
    /// A code that confirms a sign-up.
    SignUp,
    /// The same once more.
    ResendCode,
    /// A code to set a new password.
    ForgotPassword,
    /// A code that verifies a changed address.
    UpdateAttribute,
    /// A temporary password from an administrator.
    TemporaryPassword,
}

/// An identity of the identity pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The user it stands for; none for somebody who is not signed in.
    pub sub: Option<String>,
}

impl State {
    /// The `sub` of the user who signs in with `name`: an email address or the `sub` itself.
    pub fn find_user(&self, name: &str) -> Option<&User> {
        self.users.get(name).or_else(|| {
            let wanted = self.normal(name);
            let mut users = self.users.values();
            users.find(|user| self.normal(user.email()) == wanted)
        })
    }

    /// [`Self::find_user`], to change the user.
    pub fn find_user_mut(&mut self, name: &str) -> Option<&mut User> {
        let sub = self.find_user(name)?.sub.clone();
        self.users.get_mut(&sub)
    }

    /// A user name in the form in which names are compared.
    fn normal(&self, name: &str) -> String {
        if self.settings.case_sensitive { name.to_owned() } else { name.to_lowercase() }
    }

    /// What to show for a user name nobody has: an id and a verifier, the same each time.
    pub fn simulated_user(&self, name: &str) -> (String, impl FnOnce() -> Verifier + use<>) {
        let name = self.normal(name);
        let seed = hmac(self.simulation_seed.0.as_bytes(), &[name.as_bytes()]);
        let mut id = [0; 16];
        id.copy_from_slice(&hmac(&seed, &[b"sub"])[..16]);
        // Making the verifier takes milliseconds, so the caller does it without holding the state.
        (random::uuid_from(id), move || Verifier::simulated(&seed))
    }

    /// The codes of `name` for a purpose, whether there is such a user or not.
    pub fn code_slot(&mut self, name: &str, purpose: CodePurpose) -> &mut CodeSlot {
        let sub = self.find_user(name).map(|user| user.sub.clone());
        let name = self.normal(name);
        match sub.and_then(|sub| self.users.get_mut(&sub)) {
            Some(user) => user.codes.entry(purpose).or_default(),
            None => {
                if self.phantom_codes.len() >= MOST_PHANTOMS {
                    self.phantom_codes.clear();
                }
                self.phantom_codes.entry((purpose, name)).or_default()
            }
        }
    }

    /// Counts a wrong password against a user id, real or made up.
    pub fn count_failure(&mut self, user_id: &str, now: Timestamp) {
        if self.lockouts.len() >= MOST_LOCKOUTS {
            let users = &self.users;
            self.lockouts.retain(|id, _| users.contains_key(id));
        }
        let settings = &self.settings.lockout;
        self.lockouts
            .entry(user_id.to_owned())
            .and_modify(|lockout| lockout.fail(now, settings))
            .or_insert_with(|| Lockout::first(now, settings));
    }

    /// Puts a message into the outbox.
    pub fn send(&mut self, to: &str, purpose: MessagePurpose, code: &str, now: Timestamp) {
        if self.messages.len() >= MOST_MESSAGES {
            self.messages.pop_front();
        }
        self.messages.push_back(Message {
            id: self.next_message,
            to: to.to_owned(),
            medium: Medium::Email,
            purpose,
            code: code.to_owned(),
            at: now.into(),
        });
        self.next_message += 1;
    }

    /// Messages newest first, all or those to one address (letter case does not matter).
    pub fn messages(&self, to: Option<&str>) -> Vec<&Message> {
        let wanted = to.map(str::to_lowercase);
        self.messages
            .iter()
            .rev()
            .filter(|message| wanted.as_ref().is_none_or(|wanted| message.to.to_lowercase() == *wanted))
            .collect()
    }

    /// Empties the outbox.
    pub fn clear_messages(&mut self) {
        self.messages.clear();
    }

    /// Ends every session of a user.
    pub fn revoke_sessions(&mut self, sub: &str) {
        for session in self.sessions.values_mut() {
            if session.sub == sub {
                session.revoked = true;
            }
        }
    }

    /// Removes a user and everything that is only theirs.
    pub fn remove_user(&mut self, sub: &str) -> bool {
        if self.users.remove(sub).is_none() {
            return false;
        }
        self.sessions.retain(|_, session| session.sub != sub);
        let sessions = &self.sessions;
        self.refresh_tokens.retain(|_, token| sessions.contains_key(&token.origin_jti));
        self.lockouts.remove(sub);
        self.identities.retain(|_, identity| identity.sub.as_deref() != Some(sub));
        true
    }

    /// Drops what can no longer matter: sessions a day after their end, failures long past.
    pub fn tidy(&mut self, now: Timestamp) {
        const DAY: u64 = 86_400;
        self.sessions.retain(|_, session| session.expires.plus_seconds(DAY) > now);
        let sessions = &self.sessions;
        self.refresh_tokens.retain(|_, token| sessions.contains_key(&token.origin_jti));
        let settings = &self.settings.lockout;
        self.lockouts.retain(|_, lockout| !lockout.is_over(now, settings));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn with_user(email: &str) -> State {
        let mut state = State::default();
        let user = User::new("sub-1".to_owned(), email, UserStatus::Confirmed, NOW);
        state.users.insert("sub-1".to_owned(), user);
        state
    }

    #[test]
    fn users_are_found_by_email_and_id() {
        let mut state = with_user("Ann@Example.com");
        assert!(state.find_user("ann@example.COM").is_some());
        assert!(state.find_user("sub-1").is_some());
        assert!(state.find_user("bob@example.com").is_none());
        state.settings.case_sensitive = true;
        assert!(state.find_user("ann@example.com").is_none());
        assert!(state.find_user("Ann@Example.com").is_some());
    }

    #[test]
    fn the_outbox_is_newest_first_and_bounded() {
        let mut state = State::default();
        for number in 0..MOST_MESSAGES + 3 {
            let to = if number % 2 == 0 { "a@b.c" } else { "x@y.z" };
            state.send(to, MessagePurpose::SignUp, &number.to_string(), NOW);
        }
        assert_eq!(state.messages(None).len(), MOST_MESSAGES);
        assert_eq!(state.messages(None)[0].code, (MOST_MESSAGES + 2).to_string());
        assert!(state.messages(Some("A@B.c")).iter().all(|m| m.to == "a@b.c"));
        assert!(!format!("{:?}", state.messages(None)[0]).contains("502"));
    }

    #[test]
    fn simulated_users_stay_the_same() {
        let state = State::default();
        let (first, _) = state.simulated_user("Nobody@example.com");
        let (second, _) = state.simulated_user("nobody@example.com");
        assert_eq!(first, second);
        assert_ne!(State::default().simulated_user("nobody@example.com").0, first);
    }

    #[test]
    fn a_removed_user_leaves_nothing() {
        let mut state = with_user("ann@example.com");
        state.sessions.insert(
            "o".to_owned(),
            SignInSession {
                sub: "sub-1".to_owned(),
                auth_time: NOW,
                event_id: "e".to_owned(),
                expires: NOW.plus_seconds(10),
                revoked: false,
            },
        );
        let token = RefreshToken { origin_jti: "o".to_owned(), replaced: None };
        state.refresh_tokens.insert("f".to_owned(), token);
        assert!(state.remove_user("sub-1"));
        assert!(!state.remove_user("sub-1"));
        assert!(state.sessions.is_empty() && state.refresh_tokens.is_empty());
    }
}
