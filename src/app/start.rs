//! Starts the app in the browser: configuration, session, mounting. Here, and in `door`, the browser room meets the
//! others.

use super::{
    App, OwnPage,
    brand::wear,
    lazy::{ChunkMissing, chunks, lazily},
    sheet::dress,
};
pub use crate::browser::add_rule;
use crate::{
    browser::{self, BrowserJson, PageStorage},
    cognito::error::Fault,
    components::effect,
    config::{self, Config, Problem, Provider, Settings},
    door, i18n,
    pages::{config_problem::ConfigProblem, login},
    routes::{self, Place},
    session::{
        Account, Change, Local, News, Presence, Session,
        store::{Store, USER_TOKEN, remembered_name},
        world::Storage,
    },
    state::{AppState, Opening, Services},
};
use leptos::prelude::*;
use std::{any::Any, cell::RefCell, rc::Rc};

/// The pages of others, and what is drawn.
type Mounted = (&'static [OwnPage], Box<dyn Any>);

thread_local! {
    /// The one state of this page; the services are plain functions and find it here.
    static APP: RefCell<Option<AppState>> = const { RefCell::new(None) };
    /// Taken off the page when it is dropped.
    static MOUNTED: RefCell<Option<Mounted>> = const { RefCell::new(None) };
    /// The account, once it is loaded.
    static ACCOUNT: RefCell<Option<Rc<dyn Account>>> = const { RefCell::new(None) };
}

/// Starts the app.
pub fn start() {
    start_with(&[]);
}

/// Starts it with pages of others, which come before ours.
pub fn start_with(own: &'static [OwnPage]) {
    browser::init();
    browser::spawn(async move {
        let config = configuration().await;
        i18n::speak(browser::first_texts().await, Some(browser::plural_category));
        match config {
            Ok(config) => run(config, own).await,
            // No news from the server says nothing about the configuration.
            Err(Problem::Missing(None | Some(429 | 500..))) => browser::report_failure(),
            Err(problem) => show_problem(problem).await,
        }
    });
}

async fn configuration() -> Result<Config, Problem> {
    let text = browser::fetch_text(config::PATH).await.map_err(Problem::Missing)?;
    config::parse::<BrowserJson>(&text, &browser::host())
}

async fn run(config: Config, own: &'static [OwnPage]) {
    let storage = PageStorage(config.storage);
    let somebody = storage.get(&Store::new(&config.client).last_user_key()).is_some();
    let session = if somebody { Session::Restoring } else { Session::SignedOut };
    let owner = Owner::new();
    let name = remembered_name(&storage, |text| config.sign_in_with.parse(text));
    let app = owner.with(|| AppState::new(config, session, name, (browser::path(), browser::language()), services()));
    APP.set(Some(app));
    // From here on nothing that another tab does is missed.
    owner.with(|| keep_up(app));
    if somebody {
        restore();
    } else {
        // Another client of Cognito may have signed out.
        storage.remove(USER_TOKEN);
    }
    owner.with(|| browser::follow_navigation(move |path, query| app.arrive(path, query)));
    // The prerendered page stays until its live twin can be drawn in one go.
    chunks::preload(Place::of(&browser::path()), app.config.with_value(Config::has_other_ways)).await;
    if app.config.with_value(|config| config.branded) {
        // Without it the site looks plain, and works.
        let _ = brand(app).await;
    }
    browser::take_over(move || mount(app, own));
    std::mem::forget(owner);
}

/// Draws everything, in the place of what is there.
fn mount(app: AppState, own: &'static [OwnPage]) {
    // Whoever is dropped is taken off the page.
    MOUNTED.set(None);
    let mounted = leptos::mount::mount_to(browser::root(), move || view! { <App state=app own=own /> });
    MOUNTED.set(Some((own, Box::new(mounted))));
}

async fn show_problem(problem: Problem) {
    let Ok(view) = config_problem(problem).await else {
        browser::report_failure();
        return;
    };
    browser::take_over(move || {
        std::mem::forget(leptos::mount::mount_to(browser::root(), view));
    });
}

lazily! {
    brand,
    /// Makes the page look like the site's own. What is wrong with that is said where the settings are read.
    fn brand(app: AppState) -> Result<(), ChunkMissing> {
        if let Ok(brand) = app.config.with_value(Config::brand::<BrowserJson>) {
            if let Some(css) = brand.css() {
                browser::add_rule(&css);
            }
            wear(app, brand);
        }
        Ok(())
    }
}

lazily! {
    page_config_problem,
    fn config_problem(problem: Problem) -> Result<Box<dyn FnOnce() -> AnyView>, ChunkMissing> {
        dress();
        Ok(Box::new(move || view! { <ConfigProblem problem=problem /> }.into_any()))
    }
}

fn services() -> Services {
    Services {
        account,
        prepare,
        go: browser::go,
        leave: browser::leave,
        restore,
        now: browser::now,
        copy: |text| Box::pin(browser::copy(text)),
        save: browser::save,
        time_of_day: browser::time_of_day,
        date_and_time: browser::date_and_time,
        every_second: browser::every_second,
        locale: browser::locale,
        time_zone: browser::time_zone,
    }
}

/// Turns the app to another language, and keeps that it was chosen; false if its texts do not arrive. Everything is drawn
/// again, and what was typed is handed over. Not for the first chunk.
pub fn speak(tag: &'static str) -> Local<'static, bool> {
    Box::pin(async move {
        let Some(texts) = browser::texts_of(tag).await else { return false };
        // Plural forms are the browser's in every language.
        i18n::speak(texts, Some(browser::plural_category));
        with_app(|app| {
            app.language.set(tag.to_owned());
            let own = MOUNTED.with_borrow(|mounted| mounted.as_ref().map(|(own, _)| *own)).unwrap_or_default();
            login::redraw(|| browser::take_over(|| mount(app, own)));
        });
        true
    })
}

/// Runs with the state, if the app has started.
fn with_app(run: impl FnOnce(AppState)) {
    if let Some(app) = APP.with_borrow(|app| *app) {
        run(app);
    }
}

/// Reads the rest of the configuration. For what is loaded when it is needed only: the code behind it must not get into
/// the first chunk.
///
/// # Errors
/// What is wrong with it.
pub fn settings(app: AppState) -> Result<Settings, Problem> {
    let language = app.language.get_untracked();
    app.config.with_value(|config| door::settings(config, &language))
}

/// The providers that people can come back to this page from. Not for the first chunk either.
pub fn providers(app: AppState) -> Vec<Provider> {
    let callback = browser::origin() + routes::CALLBACK;
    app.config.with_value(|config| config.providers::<BrowserJson>(Some(&callback)))
}

lazily! {
    account,
    /// The chunk that makes calls: reqwest, SRP, the keeper.
    fn open_account(app: AppState) -> Result<Rc<dyn Account>, ChunkMissing> {
        let Ok(settings) = settings(app) else {
            // The page is about that from now on, whatever the caller makes of it.
            app.misconfigured.set(true);
            return Err(ChunkMissing);
        };
        let tell = |change: Change| with_app(|app| app.take_in(change));
        Ok(app.config.with_value(|config| door::keep(config, settings, tell)))
    }
}

/// Tells the account, if it is loaded.
fn hear(news: News) {
    if let Some(account) = ACCOUNT.with_borrow(Clone::clone) {
        account.hear(news);
    }
}

fn account() -> Opening {
    Box::pin(async {
        if let Some(account) = ACCOUNT.with_borrow(Clone::clone) {
            return Ok(account);
        }
        let app = APP.with_borrow(|app| *app).ok_or(Fault::ChunkMissing)?;
        let opened = open_account(app).await?;
        // Two callers can have waited for the same chunk; the first account stays.
        Ok(ACCOUNT.with_borrow_mut(|account| account.get_or_insert(opened).clone()))
    })
}

/// Called often while a person uses a form; works once.
fn prepare() {
    thread_local! {
        static PREPARED: RefCell<bool> = const { RefCell::new(false) };
    }
    if PREPARED.replace(true) {
        return;
    }
    browser::spawn(async {
        match account().await {
            Ok(account) => {
                account.prepare();
                // What says why a sign-in failed should not itself fail for want of a network.
                chunks::preload_problem().await;
            }
            // Tried again, and said, when it is needed.
            Err(_) => PREPARED.set(false),
        }
    });
}

fn restore() {
    browser::spawn(async {
        match account().await {
            Ok(account) => account.restore().await,
            Err(_) => with_app(|app| app.stuck.set(true)),
        }
    });
}

/// Follows other tabs, and what happens to the page.
fn keep_up(app: AppState) {
    let (store, storage) = app.config.with_value(|config| (Store::new(&config.client), PageStorage(config.storage)));
    let last_user = store.last_user_key();
    let tell = move |news: News| {
        let somebody = storage.get(&last_user).is_some();
        if ACCOUNT.with_borrow(Option::is_some) {
            hear(news);
        } else if somebody {
            restore();
        }
    };
    browser::on_storage({
        let tell = tell.clone();
        move |key| {
            if store.concerns(key.as_deref()) {
                tell(News::Stored);
            }
        }
    });
    // A page that slept, or comes back by "back", was told nothing in the meantime.
    browser::on_wake(move || tell(News::Awake));
    // Whoever left for a provider and comes back by "back" can choose again.
    browser::on_return(move || app.leaving.set(String::new()));
    effect(move || {
        if app.presence.get() == Presence::SignedIn {
            // Signing out has to work without a network, too.
            browser::spawn(chunks::preload(Some(Place::SignOut), false));
        }
    });
}
