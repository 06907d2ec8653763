//! What every page can reach: the session signal, the configuration, and the services of the outside
//! world as plain functions.
//!
//! The functions are put in by whoever starts the app; the prerenderer and tests put in others. That
//! keeps the browser out of the pages, and lets everything behind [`Account`] load when it is
//! needed.

use crate::{
    cognito::{
        error::{Error, Fault},
        operations::CodeDelivery,
        types::{ChallengeSession, UserName},
    },
    config::{Config, Settings},
    i18n::Msg,
    routes::{self, History},
    session::{Account, Change, Ending, Local, Presence, Session, SignOut, Warning},
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
    /// The name to fill in.
    pub name: StoredValue<Option<UserName>>,
    /// The sign-up that waits for its code, as long as this page lives.
    pub signing_up: StoredValue<Option<SigningUp>>,
    /// Something to say on the next page.
    pub notice: StoredValue<Option<Notice>>,
    /// The stored session could not be looked at, because the code for it did not load.
    pub stuck: RwSignal<bool>,
    /// The rest of the configuration is wrong: see [`Settings`].
    pub misconfigured: RwSignal<bool>,
    /// The provider that the person is on the way to; empty if there is none.
    pub leaving: RwSignal<String>,
    /// The session will end soon, if nothing is done about it.
    pub warning: RwSignal<Option<Warning>>,
    /// The session ends with this page, because the browser keeps nothing for this site.
    pub not_kept: RwSignal<bool>,
    /// How far the sign-out goes that the person is on the way to.
    pub sign_out: StoredValue<SignOut>,
    /// The language of the texts, as in BCP 47. When it changes, everything is drawn again.
    pub language: RwSignal<String>,
    /// The languages to choose from have been asked for.
    pub choosing_language: RwSignal<bool>,
    /// The path in the address bar. Decides which page is drawn.
    pub path: RwSignal<String>,
    /// The query in the address bar, without the question mark.
    pub query: StoredValue<String>,
    /// The page that was asked for before signing in, wherever the way in led since: sign-up, the code, a reset.
    next: StoredValue<Option<String>>,
    /// The runtime configuration.
    pub config: StoredValue<Config>,
    /// Draws what the footer has beside its line.
    pub footer: StoredValue<Option<DrawFooter>>,
    /// The outside world.
    pub services: Services,
}

/// Draws a part of the footer.
pub type DrawFooter = Box<dyn Fn() -> AnyView + Send + Sync>;

/// What a sign-up leaves for the page that takes the code. Kept in memory only: after a reload the code still
/// confirms the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningUp {
    /// The name that was chosen.
    pub user: UserName,
    /// Where the code was sent.
    pub sent: Option<CodeDelivery>,
    /// To sign in with the code, where the pool allows that.
    pub session: Option<ChallengeSession>,
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
    /// Goes to an address of another site.
    pub leave: fn(&str, History),
    /// Looks at the stored session again.
    pub restore: fn(),
    /// The time, in seconds since 1970 by this machine's clock.
    pub now: fn() -> u64,
    /// Puts a text on the clipboard; false if the browser does not allow that.
    pub copy: fn(String) -> Local<'static, bool>,
    /// Hands a text to the browser as a file of this name, to be kept among the downloads.
    pub save: fn(&str, &str),
    /// A time of day as the page's language writes it, from seconds since 1970.
    pub time_of_day: fn(u64) -> String,
    /// A date and a time of day, likewise.
    pub date_and_time: fn(u64) -> String,
    /// Calls back once a second until it answers false.
    pub every_second: fn(Box<dyn Fn() -> bool>),
    /// The language that the person reads, as in BCP 47: `en-GB`. Empty if it is not known.
    pub locale: fn() -> String,
    /// The person's time zone by its name in the IANA database: `Europe/London`. Empty if it is not known.
    pub time_zone: fn() -> String,
}

/// Something one page leaves for the next to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The code was right.
    Verified,
    /// No code was needed.
    AccountReady,
    /// No code was sent, and the account is not confirmed.
    AwaitsApproval,
    /// The new password is set.
    PasswordReset,
    /// The server ended the session.
    SessionEnded,
    /// Nothing was done for too long.
    SignedOutIdle,
    /// The longest time was over.
    SignedOutTooLong,
    /// The person deleted their account.
    AccountDeleted,
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
            Self::AwaitsApproval => Msg::NOTICE_AWAITS_APPROVAL,
            Self::PasswordReset => Msg::NOTICE_PASSWORD_RESET,
            Self::SessionEnded => Msg::NOTICE_SESSION_ENDED,
            Self::SignedOutIdle => Msg::NOTICE_SIGNED_OUT_IDLE,
            Self::SignedOutTooLong => Msg::NOTICE_SIGNED_OUT_TOO_LONG,
            Self::AccountDeleted => Msg::NOTICE_ACCOUNT_DELETED,
            Self::Unconfirmed => Msg::NOTICE_UNCONFIRMED,
            Self::ResetRequired => Msg::NOTICE_RESET_REQUIRED,
            Self::CodeSent => Msg::CODE_SENT,
        }
    }

    /// Whether it is good news.
    pub fn is_success(self) -> bool {
        matches!(
            self,
            Self::Verified | Self::AccountReady | Self::PasswordReset | Self::AccountDeleted | Self::CodeSent
        )
    }
}

impl AppState {
    /// A state at start.
    pub fn new(
        config: Config,
        session: Session,
        name: Option<UserName>,
        (path, language): (String, String),
        services: Services,
    ) -> Self {
        Self {
            presence: RwSignal::new(session.presence()),
            session: RwSignal::new(session),
            name: StoredValue::new(name),
            signing_up: StoredValue::new(None),
            notice: StoredValue::new(None),
            stuck: RwSignal::new(false),
            misconfigured: RwSignal::new(false),
            leaving: RwSignal::default(),
            warning: RwSignal::new(None),
            not_kept: RwSignal::new(false),
            sign_out: StoredValue::new(SignOut::ThisSession),
            language: RwSignal::new(language),
            choosing_language: RwSignal::new(false),
            path: RwSignal::new(path),
            query: StoredValue::new(String::new()),
            next: StoredValue::new(None),
            config: StoredValue::new(config),
            footer: StoredValue::new(None),
            services,
        }
    }

    /// The state that was handed down.
    pub fn get() -> Self {
        expect_context()
    }

    /// What makes calls, loaded if need be.
    ///
    /// # Errors
    /// [`Fault::ChunkMissing`]
    pub async fn account(self) -> Result<Rc<dyn Account>, Error> {
        (self.services.account)().await.map_err(Error::from)
    }

    /// Goes to a path of this app.
    pub fn go(self, path: &str) {
        (self.services.go)(path, History::Push);
    }

    /// Takes in where the browser is.
    pub fn arrive(self, path: &str, query: &str) {
        self.query.set_value(query.to_owned());
        if let Some(next) = routes::next_of(query) {
            self.next.set_value(Some(next));
        }
        if self.path.with_untracked(|now| now != path) {
            self.path.set(path.to_owned());
        }
    }

    /// The page that was asked for before signing in.
    pub fn next(self) -> Option<String> {
        self.next.get_value()
    }

    /// Takes in what the keeper tells.
    pub fn take_in(self, change: Change) {
        match change {
            Change::Session(session) => {
                let presence = session.presence();
                if presence == Presence::SignedOut {
                    // What the next person asks for begins here.
                    self.next.set_value(self.query.with_value(|query| routes::next_of(query)));
                }
                self.session.set(session);
                // Guards redraw only when they have to.
                if self.presence.get_untracked() != presence {
                    self.presence.set(presence);
                }
            }
            Change::Renewed(at) => self.session.update(|session| session.renewed(at)),
            Change::Ended(ending) => self.notice.set_value(Some(match ending {
                Ending::Idle => Notice::SignedOutIdle,
                Ending::TooLong => Notice::SignedOutTooLong,
                Ending::Deleted => Notice::AccountDeleted,
                Ending::Refused | Ending::SignedOut => Notice::SessionEnded,
            })),
            Change::Warning(warning) => self.warning.set(warning),
            Change::NotKept => self.not_kept.set(true),
            Change::Remembered(name) => self.name.set_value(name),
        }
    }

    /// The notice for this page; the next page will not find it.
    pub fn take_notice(self) -> Option<Notice> {
        self.notice.try_update_value(Option::take).flatten()
    }
}

/// The rest of the configuration, handed down to the pages and forms that are loaded when they are needed. The first
/// form of the sign-in page does without.
#[derive(Clone, Copy)]
pub struct SettingsHandle(StoredValue<Settings>);

impl SettingsHandle {
    /// Hands them down from here.
    pub fn provide(settings: Settings) {
        provide_context(Self(StoredValue::new(settings)));
    }

    /// Reads those that were handed down.
    pub fn with<T>(read: impl FnOnce(&Settings) -> T) -> T {
        expect_context::<Self>().0.with_value(read)
    }
}
