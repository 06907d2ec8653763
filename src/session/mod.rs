//! Who is signed in: keeps the tokens, refreshes them, tells everyone.
//!
//! - [`Session`] is the one signal that every guard (as [`Presence`]) and every page reads;
//! - [`store`] is the layout of the tokens in storage, shared with amazon-cognito-identity-js;
//! - [`keeper`] does the work, over the small traits in [`world`];
//! - [`Account`] is what pages call. It is a trait object, so that everything behind it can be
//!   loaded when it is needed.

pub mod keeper;
pub mod profile;
pub mod store;
pub mod world;

use crate::cognito::{
    error::Error,
    operations::Attribute,
    sign_in::{Asks, Input, Step},
    types::{ConfirmationCode, Email, Password, UserName},
};
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

/// What the keeper tells the app.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Somebody signed in or out, here or in another tab, or the profile changed.
    Session(Session),
    /// The tokens were renewed, here or in another tab: when the new access token ends, by this
    /// machine's clock.
    Renewed(u64),
    /// The session was ended by the server, not by the person.
    Ended,
    /// The email address to fill in next time.
    Remembered(Email),
}

/// What a sign-up led to.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedUp {
    /// The account needs no code.
    pub confirmed: bool,
}

/// A sign-in as a page holds it: what the person is asked and what went wrong. The step itself is out of
/// sight, so that whoever only draws name and password does not carry the code for all the others.
#[derive(Clone, Default)]
pub struct Attempt {
    /// Which form to draw.
    pub asks: Asks,
    /// What happened to the last input.
    pub problem: Option<Error>,
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
        Self { asks: step.asks(), problem: step.problem, step: Some(Rc::new(step)) }
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

/// A future that stays on this thread, as everything in a browser does.
pub type Local<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Everything pages can ask for. Every method ends with a typed result; none panics.
pub trait Account {
    /// Makes the part of a sign-in that does not depend on what is typed.
    fn prepare(&self);
    /// Carries a sign-in on until it needs the person again. Tokens are stored when it is done, and are not
    /// in the attempt.
    fn sign_in(&self, attempt: Attempt, input: Input) -> Local<'_, Attempt>;
    /// Creates an account.
    fn sign_up(
        &self,
        email: Email,
        password: Password,
        attributes: Vec<Attribute>,
    ) -> Local<'_, Result<SignedUp, Error>>;
    /// Proves the email address.
    fn confirm_sign_up(&self, user: UserName, code: ConfirmationCode) -> Local<'_, Result<(), Error>>;
    /// Sends a new code.
    fn resend_code(&self, user: UserName) -> Local<'_, Result<(), Error>>;
    /// Sends a code to set a new password with.
    fn forgot_password(&self, user: UserName) -> Local<'_, Result<(), Error>>;
    /// Sets the new password.
    fn reset_password(
        &self,
        user: UserName,
        code: ConfirmationCode,
        password: Password,
    ) -> Local<'_, Result<(), Error>>;
    /// Looks at the stored tokens at start, or after another tab changed them.
    fn restore(&self) -> Local<'_, ()>;
    /// Refreshes the tokens if they end soon. False if that has to be tried again.
    fn keep_fresh(&self) -> Local<'_, bool>;
    /// Changes attributes, then the profile.
    fn update_attributes(&self, attributes: Vec<Attribute>) -> Local<'_, Result<(), Error>>;
    /// Forgets the tokens at once, and tells the server if it can be reached.
    fn sign_out(&self) -> Local<'_, ()>;
    /// Keeps an email address to fill in next time.
    fn remember(&self, email: Email);
}
