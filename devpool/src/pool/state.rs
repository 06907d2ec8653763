//! What the pool remembers. All of it goes into the state file unless a field says otherwise.

use super::authorization::AuthorizationCode;
use super::codes::{CodePurpose, CodeSlot};
use super::lockout::Lockout;
use super::passwords::PasswordRecord;
use super::settings::{Alias, Contact, Settings};
pub use super::user::{User, UserStatus};
use crate::clock::Timestamp;
use crate::random;
use crate::srp::{Verifier, hmac};
use crate::wire::ApiError;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// More messages than this are not kept; the oldest go.
const MOST_MESSAGES: usize = 500;

/// With more counts of wrong passwords than this, those for users who do not exist go.
const MOST_LOCKOUTS: usize = 2000;

/// More code slots of users who do not exist than this are not kept.
const MOST_PHANTOMS: usize = 1000;

/// More AWS credentials than this are not kept; those that end first go.
const MOST_CREDENTIALS: usize = 500;

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
    /// Sessions of the sign-in page by their `SessionId`.
    #[serde(default)]
    pub sso_sessions: BTreeMap<String, SsoSession>,
    /// Authorization codes by fingerprint.
    #[serde(default)]
    pub authorization_codes: BTreeMap<String, AuthorizationCode>,
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
    /// AWS credentials by their access key id.
    #[serde(default)]
    pub credentials: BTreeMap<String, IssuedCredentials>,
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
            sso_sessions: BTreeMap::new(),
            authorization_codes: BTreeMap::new(),
            refresh_tokens: BTreeMap::new(),
            lockouts: BTreeMap::new(),
            messages: VecDeque::new(),
            next_message: 1,
            identities: BTreeMap::new(),
            credentials: BTreeMap::new(),
            phantom_codes: BTreeMap::new(),
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
    /// `SessionId`: `tkn` and 25 letters and digits.
    #[serde(default = "token_session_id")]
    pub id: String,
    /// What its access tokens may do, separated by spaces.
    #[serde(default = "api_scope")]
    pub scope: String,
    /// How the person proved who they are, and which level that reached, if one was asked for.
    #[serde(default)]
    pub proof: Proof,
    /// The device it belongs to.
    #[serde(default)]
    pub device_key: Option<String>,
    /// When it was last used to get tokens; `None` stands for the moment it began.
    #[serde(default)]
    pub last_active: Option<Timestamp>,
    /// What the browser or app called itself then.
    #[serde(default)]
    pub user_agent: String,
    /// The single sign-on session of the sign-in page that it came through.
    #[serde(default)]
    pub sso: Option<String>,
    /// `nonce` of the authorization request it came from.
    #[serde(default)]
    pub nonce: Option<String>,
    /// What the user said about this sign-in: `Valid` or `Invalid`.
    #[serde(default)]
    pub feedback: Option<String>,
}

/// A new `SessionId` for a session of tokens.
pub fn token_session_id() -> String {
    session_id("tkn")
}

/// A new `SessionId`; the prefix says of what kind.
pub fn session_id(prefix: &str) -> String {
    format!("{prefix}{}", random::from_alphabet(b"abcdefghijklmnopqrstuvwxyz0123456789", 25))
}

/// The scope of tokens that come from the API: they may read and change their user's profile.
pub fn api_scope() -> String {
    "aws.cognito.signin.user.admin".to_owned()
}

/// How somebody proved who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proof {
    /// The methods, in the order in which they were used.
    pub methods: Vec<Method>,
    /// Whether they count as more than one factor.
    pub multi_factor: bool,
    /// The level that was asked for and reached; goes into the tokens.
    pub acr: Option<String>,
}

impl Proof {
    /// One method.
    pub fn by(method: Method) -> Self {
        Self { methods: vec![method], ..Self::default() }
    }

    /// One method more.
    pub fn and(mut self, method: Method) -> Self {
        self.multi_factor |= !self.methods.is_empty();
        if !self.methods.contains(&method) {
            self.methods.push(method);
        }
        self
    }
}

/// A way to prove who one is, named as RFC 8176 does for `amr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// A password.
    Pwd,
    /// A code, by whatever way.
    Otp,
    /// A key that the person has: a passkey.
    Pop,
}

/// Somebody who is signed in at the sign-in page and need not do it again for the next app.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SsoSession {
    /// Who.
    pub sub: String,
    /// SHA-256 of the cookie that stands for it.
    pub cookie: String,
    /// How the person proved who they are.
    pub proof: Proof,
    /// Since when.
    pub created: Timestamp,
    /// When it was last used.
    pub last_active: Timestamp,
    /// Until when.
    pub expires: Timestamp,
    /// What the browser called itself.
    pub user_agent: String,
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
    /// By SMS.
    Sms,
}

impl From<Contact> for Medium {
    fn from(contact: Contact) -> Self {
        match contact {
            Contact::Email => Self::Email,
            Contact::PhoneNumber => Self::Sms,
        }
    }
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
    /// A code that verifies an address as it is.
    VerifyAttribute,
    /// A code to sign in with.
    SignIn,
    /// A code as second factor.
    Mfa,
    /// A code of the custom challenge.
    CustomChallenge,
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

/// AWS credentials that were given to an identity. As at AWS, they are good until they end, whatever becomes of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuedCredentials {
    /// The identity.
    pub identity_id: String,
    /// Whether somebody was signed in.
    pub authenticated: bool,
    /// The secret half.
    pub secret_key: String,
    /// Fingerprint of the session token.
    pub session_token: String,
    /// When they end.
    pub expires: Timestamp,
}

impl fmt::Debug for IssuedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedCredentials").field("identity_id", &self.identity_id).finish_non_exhaustive()
    }
}

/// Whom a sign-in is about: a user, or somebody made up for a name that nobody has.
#[derive(Clone)]
pub struct Subject {
    /// The user's id, or a made-up one.
    pub sub: String,
    /// `USER_ID_FOR_SRP`.
    pub username: String,
    /// The name that was given.
    pub name: String,
    /// What everything about somebody made up is made from.
    seed: Option<[u8; 32]>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whether there is such a user is nobody's business.
        f.debug_struct("Subject").field("sub", &self.sub).finish_non_exhaustive()
    }
}

impl Subject {
    /// Whether there is no such user.
    pub fn is_made_up(&self) -> bool {
        self.seed.is_some()
    }

    /// A verifier to which no password belongs, the same each time. Takes milliseconds, so it is not to be called
    /// while the state is held.
    pub fn simulated_verifier(&self) -> Verifier {
        // For a user whose password is not there, the sub is as good a seed as any: no password belongs to it.
        let seed = self.seed.unwrap_or_else(|| hmac(self.sub.as_bytes(), &[b"no password"]));
        Verifier::simulated(&seed)
    }
}

impl State {
    /// The user with this id.
    ///
    /// # Errors
    /// `UserNotFoundException`: removed since the token or the challenge that named it was made.
    pub fn user(&self, sub: &str) -> Result<&User, ApiError> {
        self.users.get(sub).ok_or_else(ApiError::user_not_found)
    }

    /// [`Self::user`], to change it.
    ///
    /// # Errors
    /// The same.
    pub fn user_mut(&mut self, sub: &str) -> Result<&mut User, ApiError> {
        self.users.get_mut(sub).ok_or_else(ApiError::user_not_found)
    }

    /// The user who signs in with `name`: the user name, the `sub`, an address in pools where people sign in with
    /// addresses, an alias in those that have some.
    pub fn find_user(&self, name: &str) -> Option<&User> {
        let wanted = self.normal(name);
        self.users
            .get(name)
            .or_else(|| self.users.values().find(|user| self.normal(&user.username) == wanted))
            .or_else(|| self.users.values().find(|user| self.is_called(user, &wanted)))
    }

    /// Whether a user may sign in by a name beside the user name.
    fn is_called(&self, user: &User, wanted: &str) -> bool {
        let settings = &self.settings;
        // Who came from another provider signs in there and not by an address here.
        let own = user.status != UserStatus::ExternalProvider;
        let is = |value: Option<&str>| value.is_some_and(|value| self.normal(value) == wanted);
        own && (settings.username_attributes.iter().any(|contact| is(user.contact(*contact)))
            || settings.alias_attributes.iter().any(|alias| match alias {
                Alias::Email => user.verified(Contact::Email) && is(user.contact(Contact::Email)),
                Alias::PhoneNumber => user.verified(Contact::PhoneNumber) && is(user.contact(Contact::PhoneNumber)),
                Alias::PreferredUsername => is(user.attributes.get("preferred_username").map(String::as_str)),
            }))
    }

    /// What lets somebody say whether a sign-in was their own.
    pub fn feedback_token(&self, event_id: &str) -> String {
        random::hex(&hmac(self.simulation_seed.0.as_bytes(), &[b"feedback", event_id.as_bytes()]))
    }

    /// Passwords of a user that must not come back, the present one first.
    pub fn remembered_passwords(&self, sub: &str) -> Vec<PasswordRecord> {
        let size = self.settings.password_policy.history_size;
        let Some(user) = self.users.get(sub) else {
            return Vec::new();
        };
        user.password.iter().chain(&user.earlier_passwords).take(size).cloned().collect()
    }

    /// Whether somebody other than `sub` signs in with an address already.
    pub fn is_taken(&self, address: &str, sub: &str) -> bool {
        let wanted = self.normal(address);
        self.users.values().any(|user| user.sub != sub && self.is_called(user, &wanted))
    }

    /// The user of this pool (not one who comes from another provider) who has an email address.
    pub fn own_user_with_email(&self, address: &str) -> Option<&User> {
        let wanted = self.normal(address);
        let mut own = self.users.values().filter(|user| user.status != UserStatus::ExternalProvider);
        own.find(|user| user.contact(Contact::Email).is_some_and(|email| self.normal(email) == wanted))
    }

    /// What a state file of an earlier version lacks.
    pub fn complete(&mut self) {
        for user in self.users.values_mut() {
            if user.username.is_empty() {
                user.username.clone_from(&user.sub);
            }
        }
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

    /// Who signs in with `name`; for a name nobody has somebody made up, the same each time.
    pub fn subject(&self, name: &str) -> Subject {
        match self.find_user(name) {
            Some(user) => {
                Subject { sub: user.sub.clone(), username: user.username.clone(), name: name.to_owned(), seed: None }
            }
            None => {
                let normal = self.normal(name);
                let seed = hmac(self.simulation_seed.0.as_bytes(), &[normal.as_bytes()]);
                let mut id = [0; 16];
                id.copy_from_slice(&hmac(&seed, &[b"sub"])[..16]);
                let sub = random::uuid_from(id);
                let username = if self.settings.username_attributes.is_empty() { normal } else { sub.clone() };
                Subject { sub, username, name: name.to_owned(), seed: Some(seed) }
            }
        }
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
    pub fn send(&mut self, contact: Contact, to: &str, purpose: MessagePurpose, code: &str, now: Timestamp) {
        if self.messages.len() >= MOST_MESSAGES {
            self.messages.pop_front();
        }
        self.messages.push_back(Message {
            id: self.next_message,
            to: to.to_owned(),
            medium: contact.into(),
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

    /// Remembers AWS credentials.
    pub fn keep_credentials(&mut self, access_key_id: String, credentials: IssuedCredentials) {
        if self.credentials.len() >= MOST_CREDENTIALS {
            let first = self.credentials.iter().min_by_key(|(_, credentials)| credentials.expires);
            if let Some(id) = first.map(|(id, _)| id.clone()) {
                self.credentials.remove(&id);
            }
        }
        self.credentials.insert(access_key_id, credentials);
    }

    /// Ends every session of a user, at the sign-in page too.
    pub fn revoke_sessions(&mut self, sub: &str) {
        self.authorization_codes.retain(|_, code| code.sub != sub);
        self.sso_sessions.retain(|_, session| session.sub != sub);
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
        self.sso_sessions.retain(|_, session| session.sub != sub);
        self.authorization_codes.retain(|_, code| code.sub != sub);
        let sessions = &self.sessions;
        self.refresh_tokens.retain(|_, token| sessions.contains_key(&token.origin_jti));
        self.lockouts.remove(sub);
        self.identities.retain(|_, identity| identity.sub.as_deref() != Some(sub));
        true
    }

    /// Forgets what makes people wait or try again later: wrong passwords and codes, codes already sent, the steps of
    /// authenticator apps that were used.
    pub fn forget_waits(&mut self) {
        self.lockouts.clear();
        self.phantom_codes.clear();
        for user in self.users.values_mut() {
            user.codes.values_mut().for_each(CodeSlot::forget_counts);
            if let Some(token) = &mut user.mfa.software_token {
                token.last_step = None;
            }
        }
    }

    /// Drops what can no longer matter: sessions and AWS credentials a day after their end, failures long past.
    pub fn tidy(&mut self, now: Timestamp) {
        const DAY: u64 = 86_400;
        self.sessions.retain(|_, session| session.expires.plus_seconds(DAY) > now);
        self.sso_sessions.retain(|_, session| session.expires > now);
        self.credentials.retain(|_, credentials| credentials.expires.plus_seconds(DAY) > now);
        let sessions = &self.sessions;
        self.authorization_codes.retain(|_, code| code.matters(sessions, now));
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
        let mut user = User::new("sub-1".to_owned(), "sub-1", UserStatus::Confirmed, NOW);
        user.set_attribute("email", email);
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
    fn an_alias_counts_once_it_is_verified() {
        let mut state = with_user("ann@example.com");
        state.settings.username_attributes.clear();
        assert!(state.find_user("ann@example.com").is_none());
        state.settings.alias_attributes = vec![Alias::Email, Alias::PreferredUsername];
        assert!(state.find_user("ann@example.com").is_none());
        let user = state.find_user_mut("sub-1").unwrap();
        user.set_verified(Contact::Email, true);
        user.set_attribute("preferred_username", "Annie");
        assert!(state.find_user("ann@example.com").is_some());
        assert!(state.find_user("annie").is_some());
        assert!(state.is_taken("Ann@example.com", "sub-2"));
        assert!(!state.is_taken("ann@example.com", "sub-1"));
    }

    #[test]
    fn who_comes_from_another_provider_has_no_name_here() {
        let mut state = with_user("ann@example.com");
        state.find_user_mut("sub-1").unwrap().status = UserStatus::ExternalProvider;
        assert!(state.find_user("ann@example.com").is_none());
        assert!(state.find_user("sub-1").is_some());
    }

    #[test]
    fn the_outbox_is_newest_first_and_bounded() {
        let mut state = State::default();
        for number in 0..MOST_MESSAGES + 3 {
            let to = if number % 2 == 0 { "a@b.c" } else { "x@y.z" };
            state.send(Contact::Email, to, MessagePurpose::SignUp, &number.to_string(), NOW);
        }
        assert_eq!(state.messages(None).len(), MOST_MESSAGES);
        assert_eq!(state.messages(None)[0].code, (MOST_MESSAGES + 2).to_string());
        assert!(state.messages(Some("A@B.c")).iter().all(|m| m.to == "a@b.c"));
        assert!(!format!("{:?}", state.messages(None)[0]).contains("502"));
    }

    #[test]
    fn credentials_are_bounded_and_those_that_end_first_go() {
        let mut state = State::default();
        let ending = |seconds: u64| IssuedCredentials {
            identity_id: "i".to_owned(),
            authenticated: false,
            secret_key: "hunter2".to_owned(),
            session_token: "hunter2".to_owned(),
            expires: NOW.plus_seconds(seconds),
        };
        for number in 0..MOST_CREDENTIALS as u64 + 2 {
            state.keep_credentials(number.to_string(), ending(number));
        }
        assert_eq!(state.credentials.len(), MOST_CREDENTIALS);
        assert!(!state.credentials.contains_key("1") && state.credentials.contains_key("2"));
        assert!(!format!("{:?}", state.credentials).contains("hunter2"));
        state.tidy(NOW.plus_seconds(86_400 + 3));
        assert!(!state.credentials.contains_key("3") && state.credentials.contains_key("4"));
    }

    #[test]
    fn simulated_users_stay_the_same() {
        let state = State::default();
        let first = state.subject("Nobody@example.com");
        assert!(first.is_made_up());
        assert_eq!(first.sub, state.subject("nobody@example.com").sub);
        assert_ne!(State::default().subject("nobody@example.com").sub, first.sub);
        assert!(!with_user("ann@example.com").subject("ann@example.com").is_made_up());
    }

    #[test]
    fn a_removed_user_leaves_nothing() {
        let mut state = with_user("ann@example.com");
        state.sessions.insert(
            "o".to_owned(),
            serde_json::from_value(serde_json::json!({
                "sub": "sub-1", "auth_time": 0, "event_id": "e", "expires": 10_000, "revoked": false,
            }))
            .unwrap(),
        );
        let token = RefreshToken { origin_jti: "o".to_owned(), replaced: None };
        state.refresh_tokens.insert("f".to_owned(), token);
        assert!(state.remove_user("sub-1"));
        assert!(!state.remove_user("sub-1"));
        assert!(state.sessions.is_empty() && state.refresh_tokens.is_empty());
    }
}
