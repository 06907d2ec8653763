//! Doorward without its pages, for apps that have their own: who is signed in as a signal, and everything else as
//! [`Account`]. `docs/building.md` shows how; `examples/minimal` is a whole app.
//!
//! What a sign-in form and a page for signed-in people name is here under one roof.

use crate::{
    browser::{self, BrowserJson, BrowserWorld, PageStorage},
    cognito::types::IdentityPoolId,
    config::{self, OAuth},
    routes::{self, History},
    session::{
        News,
        keeper::{IdentityPool, Keeper, Pool},
        limits::Limits,
        store::Store,
        world::Storage,
    },
};
pub use crate::{
    cognito::{
        error::{Error, ErrorKind, Fault, Reason},
        sign_in::{Asks, Input, Way},
        types::{AccessToken, Password, UserName},
    },
    config::{Config, Problem, Settings, SignOutAfter},
    session::{
        Account, ApiAnswer, ApiRequest, Attempt, Change, Ending, Presence, Session, SignOut, SignedOut, User, Warning,
        limits::Limit,
    },
};
use leptos::prelude::*;
use std::{
    cell::OnceCell,
    rc::{Rc, Weak},
};

/// The way in, for one page. Can be copied into every closure; belongs to the reactive owner that it was opened in.
#[derive(Clone, Copy)]
pub struct Door {
    /// Who is signed in. Follows sign-ins, sign-outs and refreshes, in this tab and in others. It changes with every
    /// refresh, too: what depends only on whether somebody is signed in reads [`Session::presence`] through a memo.
    pub session: RwSignal<Session>,
    /// What people sign in with, and how. [`settings`] reads the rest: attributes, password policy, providers.
    pub config: StoredValue<Config>,
    account: StoredValue<Rc<dyn Account>, LocalStorage>,
}

impl Door {
    /// Fetches `/config.json` from this site, and opens the door with it.
    ///
    /// # Errors
    /// That the file could not be fetched, or what is wrong with it.
    pub async fn load(heard: impl Fn(&Change) + 'static) -> Result<Self, Problem> {
        let text = browser::fetch_text(config::PATH).await.map_err(Problem::Missing)?;
        Self::open(&text, heard)
    }

    /// Opens it with the text of a configuration, and begins to look whether somebody is signed in. `heard` is told
    /// everything that happens, before `session` has it: why a session ended, that it will end soon, a name to fill in.
    ///
    /// Once a page: what it listens to, it listens to as long as the page is there.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    pub fn open(config: &str, heard: impl Fn(&Change) + 'static) -> Result<Self, Problem> {
        browser::init();
        let config = config::parse::<BrowserJson>(config, &browser::host())?;
        let settings = settings(&config, &browser::language())?;
        let store = Store::new(&config.client);
        let somebody = PageStorage(config.storage).get(&store.last_user_key()).is_some();
        let session = RwSignal::new(if somebody { Session::Restoring } else { Session::SignedOut });
        let account = keep(&config, settings, move |change| {
            heard(&change);
            match change {
                Change::Session(now) => session.set(now),
                Change::Renewed(at) => session.update(|session| session.renewed(at)),
                Change::Ended(_) | Change::Warning(_) | Change::NotKept | Change::Remembered(_) => {}
            }
        });
        let told = account.clone();
        browser::on_storage(move |key| {
            if store.concerns(key.as_deref()) {
                told.hear(News::Stored);
            }
        });
        let told = account.clone();
        browser::on_wake(move || told.hear(News::Awake));
        let restored = account.clone();
        browser::spawn(async move { restored.restore().await });
        Ok(Self { session, config: StoredValue::new(config), account: StoredValue::new_local(account) })
    }

    /// Signs out. If the session came from the pool's own pages the browser leaves for them, which forget it and lead back
    /// ([`SignedOut::Leave`]).
    pub async fn sign_out(self, how: SignOut) -> SignedOut {
        let out = self.account().sign_out(how).await;
        if let SignedOut::Leave(url) = &out {
            browser::leave(url, History::Push);
        }
        out
    }

    /// Everything that can be done.
    pub fn account(self) -> Rc<dyn Account> {
        self.account.get_value()
    }
}

/// Reads the rest of the configuration, for a page at this origin and in this language.
///
/// # Errors
/// What is wrong with it.
pub fn settings(config: &Config, language: &str) -> Result<Settings, Problem> {
    let mut settings = Settings::read::<BrowserJson>(config, language)?;
    if let Some(oauth) = &mut settings.oauth {
        oauth.serve(&browser::origin(), routes::CALLBACK, routes::SIGN_OUT);
    }
    Ok(settings)
}

/// Makes what keeps the session of this page. What happens to the storage and to the page is for the caller to pass on, who
/// may be there before this is.
pub fn keep(config: &Config, settings: Settings, tell: impl Fn(Change) + 'static) -> Rc<dyn Account> {
    let identity_pool = settings.identity_pool.as_deref().and_then(IdentityPoolId::parse);
    let pool = Pool {
        id: config.user_pool.clone(),
        client: config.client.clone(),
        endpoints: settings.endpoints,
        domain: settings.oauth.as_ref().and_then(OAuth::domain),
        identity_pool: identity_pool.map(|id| IdentityPool { id, guests: settings.guests }),
    };
    let seconds = |minutes: Option<u32>| minutes.map(|minutes| u64::from(minutes) * 60);
    let SignOutAfter { idle_minutes, total_minutes } = settings.sign_out_after;
    let limits = Limits { idle: seconds(idle_minutes), total: seconds(total_minutes) };
    // The world is there before its keeper, and what it hears is for the keeper.
    let kept = Rc::new(OnceCell::<Weak<dyn Account>>::new());
    let hear = {
        let kept = kept.clone();
        move |news: News| {
            if let Some(account) = kept.get().and_then(Weak::upgrade) {
                account.hear(news);
            }
        }
    };
    let world = BrowserWorld::new(config.storage, &pool.client, {
        let hear = hear.clone();
        move |text| hear(News::Said(text))
    });
    if limits.idle.is_some() {
        browser::on_activity(move || hear(News::Active));
    }
    let account: Rc<dyn Account> = Keeper::new(pool, limits, world, tell);
    // Set once, here.
    drop(kept.set(Rc::downgrade(&account)));
    account
}
