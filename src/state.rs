//! What every page can reach: the session signal, the configuration, and the services of the outside
//! world as plain functions.
//!
//! The functions are put in by whoever starts the app; the prerenderer and tests put in others. That
//! keeps the browser out of the pages, and lets everything behind [`Account`] load when it is
//! needed.

use crate::{
    cognito::{error::Fault, types::Email},
    config::Config,
    i18n::Msg,
    routes::History,
    session::{Account, Change, Local, Presence, Session},
};
use leptos::prelude::*;
use std::rc::Rc;

/// Handed down through context.
#[derive(Clone, Copy)]
pub struct AppState {
    /// Who is signed in.
    pub session: RwSignal<Session>,
    /// Whether somebody is. Gates every route, and changes only when that does.
    pub presence: RwSignal<Presence>,
    /// The email address to fill in.
    pub email: StoredValue<Option<Email>>,
    /// Something to say on the next page.
    pub notice: StoredValue<Option<Notice>>,
    /// The stored session could not be looked at, because the code for it did not load.
    pub stuck: RwSignal<bool>,
    /// The path in the address bar. Decides which page is drawn.
    pub path: RwSignal<String>,
    /// The query in the address bar, without the question mark.
    pub query: StoredValue<String>,
    /// The runtime configuration.
    pub config: StoredValue<Config>,
    /// The outside world.
    pub services: Services,
}

/// An account that may still have to be loaded.
pub type Opening = Local<'static, Result<Rc<dyn Account>, Fault>>;

/// The outside world, as functions.
#[derive(Clone, Copy)]
pub struct Services {
    /// Loads what makes calls, once; later calls answer at once.
    pub account: fn() -> Opening,
    /// Begins to load it and makes ready what can be, because the person is about to need it.
    pub prepare: fn(),
    /// Goes to a path of this app.
    pub go: fn(&str, History),
    /// Looks at the stored session again.
    pub restore: fn(),
    /// A time of day in the person's own way of writing, from seconds since 1970.
    pub time_of_day: fn(u64) -> String,
    /// Calls back once a second until it answers false.
    pub every_second: fn(Box<dyn Fn() -> bool>),
}

/// Something one page leaves for the next to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The code was right.
    Verified,
    /// No code was needed.
    AccountReady,
    /// The new password is set.
    PasswordReset,
    /// The server ended the session.
    SessionEnded,
    /// A sign-in found that the account waits for its code.
    Unconfirmed,
    /// A sign-in found that the password has to be reset.
    ResetRequired,
    /// A code has just been sent to the address that is filled in.
    CodeSent,
}

impl Notice {
    /// What it says.
    pub fn text(self) -> Msg {
        match self {
            Self::Verified => Msg::NOTICE_VERIFIED,
            Self::AccountReady => Msg::NOTICE_ACCOUNT_READY,
            Self::PasswordReset => Msg::NOTICE_PASSWORD_RESET,
            Self::SessionEnded => Msg::NOTICE_SESSION_ENDED,
            Self::Unconfirmed => Msg::NOTICE_UNCONFIRMED,
            Self::ResetRequired => Msg::NOTICE_RESET_REQUIRED,
            Self::CodeSent => Msg::CODE_SENT,
        }
    }

    /// Whether it is good news.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Verified | Self::AccountReady | Self::PasswordReset | Self::CodeSent)
    }
}

impl AppState {
    /// A state at start.
    pub fn new(config: Config, session: Session, email: Option<Email>, path: String, services: Services) -> Self {
        Self {
            presence: RwSignal::new(session.presence()),
            session: RwSignal::new(session),
            email: StoredValue::new(email),
            notice: StoredValue::new(None),
            stuck: RwSignal::new(false),
            path: RwSignal::new(path),
            query: StoredValue::new(String::new()),
            config: StoredValue::new(config),
            services,
        }
    }

    /// The state that was handed down.
    pub fn get() -> Self {
        expect_context()
    }

    /// Goes to a path of this app.
    pub fn go(self, path: &str) {
        (self.services.go)(path, History::Push);
    }

    /// Takes in where the browser is.
    pub fn arrive(self, path: &str, query: &str) {
        self.query.set_value(query.to_owned());
        if self.path.with_untracked(|now| now != path) {
            self.path.set(path.to_owned());
        }
    }

    /// Takes in what the keeper tells.
    pub fn take_in(self, change: Change) {
        match change {
            Change::Session(session) => {
                let presence = session.presence();
                self.session.set(session);
                // Guards redraw only when they have to.
                if self.presence.get_untracked() != presence {
                    self.presence.set(presence);
                }
            }
            Change::Renewed(at) => self.session.update(|session| {
                if let Session::SignedIn(user) = session {
                    user.expires_at = at;
                }
            }),
            Change::Ended => self.notice.set_value(Some(Notice::SessionEnded)),
            Change::Remembered(email) => self.email.set_value(Some(email)),
        }
    }

    /// The notice for this page; the next page will not find it.
    pub fn take_notice(self) -> Option<Notice> {
        self.notice.try_update_value(Option::take).flatten()
    }
}
