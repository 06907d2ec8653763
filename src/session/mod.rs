//! Who is signed in: keeps the tokens, refreshes them, tells everyone.
//!
//! - [`Session`] is the one signal that every guard (as [`Presence`]) and every page reads;
//! - [`store`] is the layout of the tokens in storage, shared with amazon-cognito-identity-js;
//! - [`keeper`] does the work, over the small traits in [`world`];
//! - [`Account`] is what pages call. It is a trait object, so that everything behind it can be
//!   loaded when it is needed;
//! - [`centre`] is what people do with their account once they are signed in, on top of that.

pub mod bell;
pub mod centre;
pub mod gauge;
pub mod keeper;
pub mod lease;
pub mod limits;
pub mod message;
pub mod profile;
pub mod store;
pub mod world;

use crate::aws::sts::{self, CallerIdentity};
use crate::cognito::{
    client::Target,
    error::Error,
    oauth::Failure,
    operations::{Attribute, CodeDelivery, Credentials},
    sign_in::{Asks, Input, Step},
    types::{
        AccessToken, ChallengeSession, ConfirmationCode, DeviceKey, IdentityId, PasskeyCredential, PasskeyOptions,
        Password, SessionId, UserName,
    },
};
use limits::Limit;
pub use message::Ending;
pub use profile::Profile;
use std::{future::Future, pin::Pin, rc::Rc};

/// Whether somebody is signed in. One signal of this type, seen as [`Presence`], gates every route.
#[derive(Debug, Clone, PartialEq)]
pub enum Session {
    /// There are tokens in storage and they are being looked at. Neither the login page nor a
    /// guarded page is shown.
    Restoring,
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn(User),
}

/// A session without its contents: what guards look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// [`Session::Restoring`]
    Restoring,
    /// [`Session::SignedOut`]
    SignedOut,
    /// [`Session::SignedIn`]
    SignedIn,
}

impl Session {
    /// The tokens were renewed, and end then.
    pub fn renewed(&mut self, at: u64) {
        if let Self::SignedIn(user) = self {
            user.expires_at = at;
        }
    }

    /// Who is signed in, if somebody is.
    pub const fn user(&self) -> Option<&User> {
        match self {
            Self::SignedIn(user) => Some(user),
            Self::Restoring | Self::SignedOut => None,
        }
    }

    /// Whether somebody is signed in.
    pub const fn presence(&self) -> Presence {
        match self {
            Self::Restoring => Presence::Restoring,
            Self::SignedOut => Presence::SignedOut,
            Self::SignedIn(_) => Presence::SignedIn,
        }
    }
}

/// The authenticated user.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The pool's name for the person.
    pub username: UserName,
    /// Their attributes.
    pub profile: Profile,
    /// When the access token ends, seconds since 1970 by this machine's clock. It is renewed before.
    pub expires_at: u64,
    /// Why the profile could not be brought up to date, if so: it is the one from the ID token then.
    pub stale: Option<Error>,
}

impl User {
    /// What to call the person: their name or email address, else the pool's name for them.
    pub fn display_name(&self) -> &str {
        self.profile.display_name().unwrap_or(self.username.as_str())
    }
}

/// What the keeper tells the app.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Somebody signed in or out, here or in another tab, or the profile changed. A session that is restored is told twice:
    /// with what the ID token says, and when the pool has answered.
    Session(Session),
    /// The tokens were renewed, here or in another tab: when the new access token ends, by this
    /// machine's clock.
    Renewed(u64),
    /// The session has ended, and not by the person: why. [`Change::Session`] follows at once.
    Ended(Ending),
    /// The session will be ended, if nothing is done about it; `None` when that is over.
    Warning(Option<Warning>),
    /// The browser does not let this site store the session: it ends with this page.
    NotKept,
    /// The name to fill in next time; `None` if it was forgotten.
    Remembered(Option<UserName>),
}

/// A limit that is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    /// Which.
    pub limit: Limit,
    /// When the session ends by it, seconds since 1970 by this machine's clock.
    pub ends_at: u64,
}

/// What happens outside that the keeper has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Another tab changed the storage.
    Stored,
    /// Another tab says something: see [`message`].
    Said(String),
    /// The page slept and is awake, or was offline and is online.
    Awake,
    /// The person does something on this page.
    Active,
}

/// How far a sign-out goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignOut {
    /// This browser forgets the session. The server is not told: the tokens stay good until they end.
    ThisBrowser,
    /// The session is revoked at the server as well (`RevokeToken`), and at the pool's own pages if it came from there.
    ThisSession,
    /// Every session of this person, on all devices (`GlobalSignOut`).
    Everywhere,
}

/// How somebody who is signed in can show that it is still them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// Here, as at a sign-in: [`Account::prove`].
    Here,
    /// At the provider they came from, which the pool knows by this name: [`Account::begin_social_again`].
    AtProvider(String),
}

/// What a sign-up led to.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedUp {
    /// The account needs no code.
    pub confirmed: bool,
    /// Where the code was sent; `None` if none was.
    pub sent: Option<CodeDelivery>,
    /// Makes it possible to sign in with the code, where the pool allows that.
    pub session: Option<ChallengeSession>,
}

/// A sign-in as a page holds it: what the person is asked and what went wrong. The step itself is out of
/// sight, so that whoever only draws name and password does not carry the code for all the others.
#[derive(Clone, Default)]
pub struct Attempt {
    /// Which form to draw.
    pub asks: Asks,
    /// What happened to the last input.
    pub problem: Option<Error>,
    /// The sign-in had to begin again: see [`Step::started_over`].
    pub started_over: bool,
    /// `None` at the beginning.
    step: Option<Rc<dyn Standing>>,
}

/// A step behind a pointer.
trait Standing {
    fn step(&self) -> &Step;
}

impl Standing for Step {
    fn step(&self) -> &Step {
        self
    }
}

impl Attempt {
    /// Stands at this step.
    pub fn at(step: Step) -> Self {
        let (asks, problem, started_over) = (step.asks(), step.problem, step.started_over);
        Self { asks, problem, started_over, step: Some(Rc::new(step)) }
    }

    /// The step, for the form that draws it; `None` at the beginning.
    pub fn step(&self) -> Option<&Step> {
        self.step.as_deref().map(Standing::step)
    }

    /// Where it stands, with a problem that kept the input from being looked at at all.
    #[must_use]
    pub fn with_problem(self, error: Error) -> Self {
        Self { problem: Some(error), ..self }
    }
}

/// What a sign-in through the pool's domain came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The page that was asked for when it was begun; `None` also if that is not known.
    pub next: Option<String>,
    /// Whether somebody is signed in by it.
    pub result: Result<(), Failure>,
}

/// What a sign-out came to. The session is gone from this device in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedOut {
    /// There is nothing more to do.
    Done,
    /// The pool's own pages still know the person; this address makes them forget, and leads back.
    Leave(String),
    /// The pool's own pages still know the person, for up to an hour, and cannot be told: they cannot be reached, or
    /// have no address to lead back to.
    NotAtPool,
    /// The server could not be told yet; it will be as soon as it can be reached, as long as this page is open.
    Later,
}

/// A request to a server that trusts this pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRequest {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Absolute. The access token goes there: only to servers that may act for the person.
    pub url: String,
    /// JSON, if there is a body.
    pub body: Option<String>,
}

/// What such a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

/// AWS credentials from the identity pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsAccess {
    /// The identity they are for.
    pub identity: IdentityId,
    /// It is nobody's who is signed in.
    pub guest: bool,
    /// The credentials.
    pub credentials: Credentials,
    /// When they end, seconds since 1970 by this machine's clock.
    pub expires_at: u64,
    /// How long they were good for when they came, in seconds.
    pub lasts: u64,
}

/// Why AWS did not answer as wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsFault {
    /// There are no credentials, or no answer arrived.
    Cognito(Error),
    /// AWS refused the request.
    Aws(sts::Error),
}

/// How a browser asks for a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mediation {
    /// Among its suggestions for the name field, without disturbing anybody.
    Autofill,
    /// With a dialog.
    Dialog,
}

/// Why there is no passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyFault {
    /// The person closed the dialog, or let it run out; browsers do not tell which.
    Cancelled,
    /// The browser knows no passkeys.
    Unsupported,
    /// Passkeys of this pool do not work at this address.
    OtherAddress,
    /// There is one for this account on this device already; only when one is to be made.
    Exists,
    /// Something else.
    Failed,
}

/// A future that stays on this thread, as everything in a browser does.
pub type Local<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Makes the body of an operation of an access token.
pub type TokenBody = Box<dyn Fn(AccessToken) -> Result<String, Error>>;

/// Everything pages can ask for. Every method ends with a typed result; none panics.
pub trait Account {
    /// Makes the part of a sign-in that does not depend on what is typed. Not needed; saves time at submit.
    fn prepare(&self);
    /// Carries a sign-in on until it needs the person again, or is done: [`Attempt::asks`] says which. It begins with
    /// `Attempt::default()` and [`Input::Submit`]; what comes back goes in again with the person's answer, or is dropped to
    /// begin anew. Tokens are stored when it is done, and are not in the attempt: [`Change::Session`] tells who it is.
    fn sign_in(&self, attempt: Attempt, input: Input) -> Local<'_, Attempt>;
    /// Asks the browser for a passkey; quietly, as one of its suggestions for the name field, or with a dialog. Ends one
    /// that was asked for before.
    fn use_passkey(
        &self,
        options: PasskeyOptions,
        mediation: Mediation,
    ) -> Local<'_, Result<PasskeyCredential, PasskeyFault>>;
    /// Whether the browser knows passkeys at all.
    fn passkeys_supported(&self) -> bool;
    /// Has the browser make a passkey, with its dialog; for StartWebAuthnRegistration and CompleteWebAuthnRegistration.
    /// Ends what was asked for before.
    fn create_passkey(&self, options: PasskeyOptions) -> Local<'_, Result<PasskeyCredential, PasskeyFault>>;
    /// Ends an offer or a dialog of this kind, because whoever began it is gone.
    fn stop_passkey(&self, mediation: Mediation);
    /// Has the device that this browser is remembered as stand in for the second factor from now on, where the pool
    /// asks people first. What does not work is no trouble: the second factor is asked for again.
    fn trust_device(&self) -> Local<'_, ()>;
    /// For how many seconds the person has been signed in by what they last proved (`auth_time`); refreshes do not count.
    /// `None` if nobody is signed in. [`centre::step_up`] says whether that is recent enough.
    fn signed_in_for(&self) -> Option<u64>;
    /// How whoever is signed in can show that it is still them; `None` if nobody is.
    fn again(&self) -> Option<Again>;
    /// Has the person who is signed in prove who they are once more. Goes as [`Account::sign_in`], except that the name in
    /// [`Input::Submit`] does not matter: it is theirs. With [`Way::Choice`](crate::cognito::sign_in::Way::Choice), what
    /// they proved within so many seconds is not asked for again, if the sign-in itself is longer ago than that. When it is done, the new session stands in the place of
    /// the old one in all tabs, which is revoked at the server; nobody is told more than [`Change::Renewed`].
    ///
    /// NotAuthorized also if the session has ended in the meantime, or somebody else was signed in by it: then nothing has
    /// changed here.
    fn prove(&self, attempt: Attempt, input: Input, within: u64) -> Local<'_, Attempt>;
    /// Creates an account, without a password if there is none.
    fn sign_up(
        &self,
        user: UserName,
        password: Option<Password>,
        attributes: Vec<Attribute>,
    ) -> Local<'_, Result<SignedUp, Error>>;
    /// Proves the address that the code was sent to. With the session of a sign-up, gives one to sign in with
    /// ([`Way::SignedUp`](crate::cognito::sign_in::Way::SignedUp)), where the pool allows that.
    fn confirm_sign_up(
        &self,
        user: UserName,
        code: ConfirmationCode,
        session: Option<ChallengeSession>,
    ) -> Local<'_, Result<Option<ChallengeSession>, Error>>;
    /// Sends a new code; says where.
    fn resend_code(&self, user: UserName) -> Local<'_, Result<Option<CodeDelivery>, Error>>;
    /// Sends a code to set a new password with; says where.
    fn forgot_password(&self, user: UserName) -> Local<'_, Result<Option<CodeDelivery>, Error>>;
    /// Sets the new password.
    fn reset_password(
        &self,
        user: UserName,
        code: ConfirmationCode,
        password: Password,
    ) -> Local<'_, Result<(), Error>>;
    /// Looks at the stored tokens at start, or after another tab changed them.
    fn restore(&self) -> Local<'_, ()>;
    /// Takes in what happens outside.
    fn hear(&self, news: News);
    /// The person has read the warning: see [`Change::Warning`]. Counts as doing something.
    fn dismiss_warning(&self);
    /// An access token that is good for at least a minute, for a request to a server that trusts this pool. Ask each time:
    /// that costs nothing while the one in store is good.
    ///
    /// # Errors
    /// NotAuthorized if nobody is signed in (any more); otherwise what kept a new token from arriving.
    fn access_token(&self) -> Local<'_, Result<AccessToken, Error>>;
    /// Sends a request with the access token; if it is answered 401, once more with a new one.
    ///
    /// # Errors
    /// As [`Account::access_token`], or that no answer arrived.
    fn call_api(&self, request: ApiRequest) -> Local<'_, Result<ApiAnswer, Error>>;
    /// AWS credentials of whoever is signed in, or of a guest where the identity pool has guests. Kept as long as they are
    /// good for, and not longer than the session.
    ///
    /// # Errors
    /// NotAuthorized if nobody is signed in and there are no guests; ResourceNotFound if there is no identity pool; what
    /// GetId and GetCredentialsForIdentity answer.
    fn aws_access(&self) -> Local<'_, Result<AwsAccess, Error>>;
    /// Asks AWS whose the credentials are (STS `GetCallerIdentity`): shows that they work.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn caller_identity(&self) -> Local<'_, Result<CallerIdentity, AwsFault>>;
    /// Sends an operation that takes an access token, as JSON, and answers with JSON: [`centre::authorised`] is this with
    /// types. The token is fresh; if it is refused, the body is made once more of a new one.
    ///
    /// # Errors
    /// NotAuthorized if nobody is signed in (any more): that has been told then. Otherwise what the body is made with, what
    /// kept a new token from arriving, and what the operation answers.
    fn ask(&self, target: Target, body: TokenBody) -> Local<'_, Result<String, Error>>;
    /// Brings the profile up to date (GetUser), here and in the other tabs, because something of it has changed.
    ///
    /// # Errors
    /// As [`Account::ask`]; the session then shows what the ID token says, and why.
    fn reload(&self) -> Local<'_, Result<(), Error>>;
    /// The device that this browser is remembered as, for whoever is signed in.
    fn this_device(&self) -> Option<DeviceKey>;
    /// Forgets what this browser proves itself with as that device, because the pool has forgotten it (ForgetDevice).
    fn forget_this_device(&self);
    /// What the pool calls this session over all refreshes (`origin_jti`); `None` if nobody is signed in, or the pool does
    /// not say. In a list of sessions, [`centre::is_current`] finds it.
    fn session_origin(&self) -> Option<SessionId>;
    /// The account is gone (DeleteUser): ends the session in all tabs with [`Ending::Deleted`], and forgets the name to fill
    /// in and what this browser proves itself with. The server is told nothing: it knows nobody of that name any more.
    fn deleted(&self);
    /// Forgets the tokens at once, in all tabs, and tells the server, later if it cannot be reached now. With
    /// [`SignedOut::Leave`] the caller has to send the browser on.
    fn sign_out(&self, how: SignOut) -> Local<'_, SignedOut>;
    /// Begins a sign-in at a provider: gives the address that the browser has to go to. `next` is the page that was
    /// asked for. `None` if the pool has no domain.
    fn begin_social(&self, provider: &str, next: Option<String>) -> Option<String>;
    /// The same for whoever is signed in and came from a provider, who has to sign in there again ([`Account::again`]). It may
    /// be somebody else who comes back. `None` also if nobody came from there.
    fn begin_social_again(&self, next: Option<String>) -> Option<String>;
    /// Finishes it, from the query that the browser came back with. If there was no answer from the token endpoint, the
    /// next call goes on from there.
    fn finish_social(&self, query: String) -> Local<'_, Finished>;
    /// Keeps a name to fill in next time.
    fn remember(&self, user: UserName);
    /// Forgets it.
    fn forget_name(&self);
}
