//! Many tabs of one browser, simulated: storage that other tabs see later, locks and messages that take their time, clocks
//! that are wrong and are set, tabs that freeze and crash, a network that fails, and a pool that rotates its tokens. What
//! happens in which order is made up; what must hold is checked all the time.

use super::*;
use crate::{
    cognito::{
        client::{HttpRequest, HttpResponse, Transport},
        error::Fault,
        sign_in::Way,
        srp::{BigMod, SECRET_BYTES},
    },
    session::{
        PasskeyFault, Presence,
        store::USER_EMAIL,
        world::{Channel, Clock, Fetch, Lock, Machine, Passkeys, Random, Request, Storage, TabStorage, Timer},
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::{prelude::*, test_runner::RngSeed};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

const CLIENT: &str = "c";
const PREFIX: &str = "CognitoIdentityServiceProvider.c";
/// How long after something every tab has to know, in milliseconds.
const KNOWN: u64 = 1_000;
/// When everything begins, in milliseconds since 1970.
const BEGINNING: u64 = 1_700_000_000_000;

/// What kind of browser it is.
#[derive(Debug, Clone, Copy)]
struct Kind {
    /// The pool gives a new refresh token with each refresh, and takes the old one no more.
    rotation: bool,
    locks: bool,
    channel: bool,
    /// Tabs share their storage; otherwise each has its own, copied from the tab it was opened from.
    shared: bool,
}

/// What goes wrong on the way to the pool.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Trouble {
    None,
    Offline,
    /// The pool does what it is asked, and the answer is lost.
    Lost,
    Down,
    Throttled,
}

#[derive(Debug, Clone)]
enum Action {
    Open,
    Close(usize),
    Hide(usize),
    Freeze(usize),
    Thaw(usize),
    SignIn(usize),
    /// Whoever is signed in proves it again.
    Prove(usize),
    SignOut(usize, SignOut),
    Wait(u64),
    MachineSleeps(u64),
    SetClock(i64),
    Trouble(Trouble),
    /// The pool ends the session.
    Revoke,
    /// Another client of Cognito refreshes on this origin.
    Foreign(usize),
    /// Somebody uses the page: something calls the pool.
    Use(usize),
}

/// A session at the pool.
#[derive(Debug, Clone)]
struct PoolSession {
    user: String,
    refresh: String,
    /// What it had before, and whether what came in its place has reached the browser.
    replaced: BTreeMap<String, bool>,
    alive: bool,
    made: u64,
    refreshing: usize,
    /// It has been stored in the browser.
    begun: bool,
    /// Nobody can be blamed if it stays open.
    may_stay: bool,
}

type Event = Box<dyn FnOnce(&Rc<Sim>)>;

struct Sim {
    kind: Kind,
    now: Cell<u64>,
    slept: Cell<u64>,
    clock_off: Cell<i64>,
    clock_was_set: Cell<bool>,
    random: Cell<u64>,
    order: Cell<u64>,
    events: RefCell<BTreeMap<(u64, u64), Event>>,
    disk: RefCell<BTreeMap<String, String>>,
    tabs: RefCell<Vec<Rc<Tab>>>,
    /// The lock: who holds it and who waits, as (tab, number of the request).
    holder: Cell<Option<(usize, u64)>>,
    queue: RefCell<VecDeque<(usize, u64)>>,
    trouble: Cell<Trouble>,
    sessions: RefCell<Vec<PoolSession>>,
    /// The session that people should be signed in to, and since when that is so.
    truth: Cell<Option<usize>>,
    truth_since: Cell<u64>,
    refused_at: Cell<u64>,
    /// Sign-ins and sign-outs met: whoever comes last is anybody's guess.
    unclear: Cell<bool>,
    wrong: RefCell<Vec<String>>,
    history: RefCell<Vec<String>>,
}

struct Tab {
    number: usize,
    sim: Rc<Sim>,
    view: RefCell<BTreeMap<String, String>>,
    /// How many of its own writes of a key are on their way.
    writing: RefCell<BTreeMap<String, usize>>,
    last_out: Cell<u64>,
    last_in: Cell<u64>,
    keeper: RefCell<Option<Rc<Keeper<Rc<Tab>>>>>,
    shown: RefCell<Option<String>>,
    presence: Cell<Presence>,
    hidden: Cell<bool>,
    frozen: Cell<bool>,
    catching_up: Cell<bool>,
    closed: Cell<bool>,
    inbox: RefCell<Vec<Event>>,
    tasks: RefCell<Vec<(Arc<Woken>, Local<'static, ()>)>>,
    new_tasks: RefCell<Vec<Local<'static, ()>>>,
    lock_requests: RefCell<BTreeMap<u64, Rc<Slot<()>>>>,
    refreshing: RefCell<Vec<usize>>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A value that arrives later.
struct Slot<T> {
    value: RefCell<Option<T>>,
    waker: RefCell<Option<Waker>>,
}

impl<T> Slot<T> {
    fn new() -> Rc<Self> {
        Rc::new(Self { value: RefCell::new(None), waker: RefCell::new(None) })
    }

    fn fill(&self, value: T) {
        self.value.replace(Some(value));
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

struct Arrival<T>(Rc<Slot<T>>);

impl<T> Future for Arrival<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match self.0.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                self.0.waker.replace(Some(context.waker().clone()));
                Poll::Pending
            }
        }
    }
}

/// A place in the queue of the lock, or the lock.
struct Place {
    tab: Rc<Tab>,
    request: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.tab.lock_requests.borrow_mut().remove(&self.request);
        self.tab.sim.let_go(self.tab.number, self.request);
    }
}

fn jwt(claims: &Value) -> String {
    format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

impl Sim {
    fn new(kind: Kind, seed: u64) -> Rc<Self> {
        Rc::new(Self {
            kind,
            now: Cell::new(BEGINNING),
            slept: Cell::default(),
            clock_off: Cell::default(),
            clock_was_set: Cell::default(),
            random: Cell::new(seed | 1),
            order: Cell::default(),
            events: RefCell::default(),
            disk: RefCell::default(),
            tabs: RefCell::default(),
            holder: Cell::default(),
            queue: RefCell::default(),
            trouble: Cell::new(Trouble::None),
            sessions: RefCell::default(),
            truth: Cell::default(),
            truth_since: Cell::default(),
            refused_at: Cell::default(),
            unclear: Cell::default(),
            wrong: RefCell::default(),
            history: RefCell::default(),
        })
    }

    /// xorshift64*
    fn below(&self, limit: u64) -> u64 {
        let mut x = self.random.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        self.random.set(x);
        (x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit
    }

    fn at(&self, time: u64, event: impl FnOnce(&Rc<Self>) + 'static) {
        let order = self.order.get() + 1;
        self.order.set(order);
        // Something goes round in circles.
        assert!(
            order < 2_000_000,
            "{}",
            self.history.borrow().iter().rev().take(60).cloned().collect::<Vec<_>>().join("\n")
        );
        self.events.borrow_mut().insert((time.max(self.now.get()), order), Box::new(event));
    }

    fn note(&self, text: String) {
        self.history.borrow_mut().push(format!("{:>9} {text}", self.now.get() - BEGINNING));
    }

    fn wrong(&self, text: String) {
        self.note(format!("WRONG: {text}"));
        self.wrong.borrow_mut().push(text);
    }

    /// Lets time pass, with everything that happens in it.
    fn pass(self: &Rc<Self>, milliseconds: u64) {
        let until = self.now.get() + milliseconds;
        self.settle();
        loop {
            let next = self.events.borrow().first_key_value().map(|(key, _)| *key);
            let Some(key) = next.filter(|(time, _)| *time <= until) else { break };
            let event = self.events.borrow_mut().remove(&key);
            self.now.set(key.0.max(self.now.get()));
            if let Some(event) = event {
                event(self);
            }
            self.settle();
        }
        self.now.set(until.max(self.now.get()));
    }

    /// Polls what was woken until nothing is.
    fn settle(self: &Rc<Self>) {
        for round in 0.. {
            assert!(
                round < 10_000,
                "{}",
                self.history.borrow().iter().rev().take(60).cloned().collect::<Vec<_>>().join("\n")
            );
            let tabs = self.tabs.borrow().clone();
            if !tabs.iter().any(|tab| tab.poll()) {
                return;
            }
        }
    }

    /// Does something in a tab, or lets it wait until the tab is awake.
    fn deliver(self: &Rc<Self>, tab: &Rc<Tab>, event: impl FnOnce(&Rc<Self>) + 'static) {
        if tab.closed.get() {
        } else if tab.frozen.get() {
            tab.inbox.borrow_mut().push(Box::new(event));
        } else {
            event(self);
        }
    }

    fn let_go(&self, tab: usize, request: u64) {
        let delay = self.below(20);
        self.at(self.now.get() + delay, move |sim| {
            sim.queue.borrow_mut().retain(|place| *place != (tab, request));
            if sim.holder.get() == Some((tab, request)) {
                sim.holder.set(None);
            }
            sim.grant();
        });
    }

    fn grant(self: &Rc<Self>) {
        if self.holder.get().is_some() {
            return;
        }
        let Some((number, request)) = self.queue.borrow_mut().pop_front() else { return };
        self.holder.set(Some((number, request)));
        let tab = self.tabs.borrow()[number].clone();
        let delay = self.below(20);
        self.at(self.now.get() + delay, move |sim| {
            let slot = tab.lock_requests.borrow().get(&request).cloned();
            match slot {
                Some(slot) => sim.deliver(&tab, move |_| slot.fill(())),
                None => sim.let_go(number, request),
            }
        });
    }

    /// The tabs that are there.
    fn open_tabs(&self) -> Vec<Rc<Tab>> {
        self.tabs.borrow().iter().filter(|tab| !tab.closed.get()).cloned().collect()
    }

    fn set_truth(&self, session: Option<usize>) {
        // Two such changes within the time that news takes: either may win.
        let meet =
            self.now.get() < self.truth_since.get() + 2 * KNOWN || self.now.get() < self.refused_at.get() + KNOWN;
        self.unclear.set(self.unclear.get() || meet);
        self.truth.set(session);
        self.truth_since.set(self.now.get());
    }

    /// A tab stores a refresh token. From the first one of a session on, that is the session.
    fn begins(&self, refresh: &str) {
        let Some(number) = self.session_of(refresh) else { return };
        if !std::mem::replace(&mut self.sessions.borrow_mut()[number].begun, true) {
            self.set_truth(Some(number));
        }
    }

    /// Sessions that are over in this browser from now on may stay open at the pool: there is nobody who could end them.
    fn excuse(&self) {
        for session in self.sessions.borrow_mut().iter_mut() {
            session.may_stay = true;
        }
    }

    fn tokens(&self, session: usize) -> Value {
        let made = self.now.get() / 1000;
        let sessions = self.sessions.borrow();
        let PoolSession { user, refresh, made: signed_in, .. } = &sessions[session];
        let claims = json!({"username": user, "sub": user, "iat": made, "exp": made + 3600, "auth_time": signed_in,
                            "session": session, "origin_jti": format!("o{session}"), "jti": self.below(1 << 30)});
        json!({"AccessToken": jwt(&claims), "IdToken": jwt(&claims), "RefreshToken": refresh})
    }

    /// The session that a JWT or refresh token is of.
    fn session_of(&self, token: &str) -> Option<usize> {
        if let Some(payload) = token.split('.').nth(1) {
            let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
            return usize::try_from(claims["session"].as_u64()?).ok();
        }
        token.split('-').nth(1)?.parse().ok()
    }

    /// What the pool does.
    fn answer(&self, operation: &str, body: &Value) -> (u16, Value) {
        let refused = |name: &str, text: &str| (400, json!({"__type": name, "message": text}));
        let revoked = || refused("NotAuthorizedException", "Refresh Token has been revoked");
        let token = |name: &str| body[name].as_str().and_then(|token| self.session_of(token));
        match operation {
            "InitiateAuth" => {
                let number = self.sessions.borrow().len();
                let user = body["AuthParameters"]["USERNAME"].as_str().unwrap_or_default().to_owned();
                self.sessions.borrow_mut().push(PoolSession {
                    user,
                    refresh: format!("refresh-{number}-0"),
                    replaced: BTreeMap::new(),
                    alive: true,
                    made: self.now.get() / 1000,
                    refreshing: 0,
                    begun: false,
                    may_stay: false,
                });
                (200, json!({"AuthenticationResult": self.tokens(number)}))
            }
            "GetTokensFromRefreshToken" => {
                let used = body["RefreshToken"].as_str().unwrap_or_default().to_owned();
                let Some(number) = self.session_of(&used) else { return revoked() };
                {
                    let mut sessions = self.sessions.borrow_mut();
                    let session = &mut sessions[number];
                    if !session.alive {
                        return revoked();
                    }
                    if used != session.refresh {
                        session.alive = false;
                        return refused("RefreshTokenReuseException", "reuse");
                    }
                    if self.kind.rotation {
                        let generation = session.replaced.len() + 1;
                        session.replaced.insert(used, false);
                        session.refresh = format!("refresh-{number}-{generation}");
                    }
                }
                let mut tokens = self.tokens(number);
                if !self.kind.rotation {
                    tokens.as_object_mut().unwrap().remove("RefreshToken");
                }
                (200, json!({"AuthenticationResult": tokens}))
            }
            "GetUser" => {
                let Some(number) = token("AccessToken") else { return revoked() };
                let payload = body["AccessToken"].as_str().and_then(|token| token.split('.').nth(1)).unwrap();
                let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
                if self.now.get() / 1000 > claims["exp"].as_u64().unwrap() {
                    return refused("NotAuthorizedException", "Access Token has expired");
                }
                if !self.sessions.borrow()[number].alive {
                    return refused("NotAuthorizedException", "Access Token has been revoked");
                }
                (200, json!({"Username": claims["username"], "UserAttributes": []}))
            }
            "RevokeToken" => {
                if let Some(number) = token("Token") {
                    self.sessions.borrow_mut()[number].alive = false;
                }
                (200, json!({}))
            }
            "GlobalSignOut" => {
                let Some(number) = token("AccessToken") else { return revoked() };
                let user = self.sessions.borrow()[number].user.clone();
                for session in self.sessions.borrow_mut().iter_mut().filter(|session| session.user == user) {
                    session.alive = false;
                }
                (200, json!({}))
            }
            other => panic!("the pool is asked for {other}"),
        }
    }

    fn open(self: &Rc<Self>) {
        let number = self.tabs.borrow().len();
        let view = match self.open_tabs().iter().find(|tab| !tab.frozen.get()) {
            Some(opener) if !self.kind.shared => opener.view.borrow().clone(),
            None if !self.kind.shared => BTreeMap::new(),
            _ => self.disk.borrow().clone(),
        };
        let tab = Rc::new(Tab {
            number,
            sim: self.clone(),
            view: RefCell::new(view),
            writing: RefCell::default(),
            last_out: Cell::default(),
            last_in: Cell::default(),
            keeper: RefCell::default(),
            shown: RefCell::default(),
            presence: Cell::new(Presence::Restoring),
            hidden: Cell::default(),
            frozen: Cell::default(),
            catching_up: Cell::default(),
            closed: Cell::default(),
            inbox: RefCell::default(),
            tasks: RefCell::default(),
            new_tasks: RefCell::default(),
            lock_requests: RefCell::default(),
            refreshing: RefCell::default(),
        });
        self.tabs.borrow_mut().push(tab.clone());
        let pool = Pool {
            id: UserPoolId::parse("us-east-1_Test").unwrap(),
            client: ClientId::new(CLIENT),
            endpoints: Endpoints { user_pools: "p".into(), identity_pools: "i".into(), sts: "s".into() },
            domain: None,
            identity_pool: None,
        };
        let listener = Rc::downgrade(&tab);
        let keeper = Keeper::new(pool, Limits::default(), tab.clone(), move |change| {
            if let Some(tab) = listener.upgrade() {
                tab.told(change);
            }
        });
        tab.keeper.replace(Some(keeper.clone()));
        tab.new_tasks.borrow_mut().push(Box::pin(async move { keeper.restore().await }));
        self.settle();
    }

    fn close(&self, tab: &Rc<Tab>) {
        // What it had to tell the pool goes with it.
        self.excuse();
        tab.closed.set(true);
        tab.keeper.take();
        tab.tasks.take();
        tab.new_tasks.take();
        tab.inbox.take();
        let requests: Vec<_> = tab.lock_requests.take().into_keys().collect();
        for request in requests {
            self.let_go(tab.number, request);
        }
        if let Some((number, request)) = self.holder.get().filter(|(number, _)| *number == tab.number) {
            self.let_go(number, request);
        }
        for session in tab.refreshing.take() {
            self.sessions.borrow_mut()[session].refreshing -= 1;
        }
    }

    fn thaw(self: &Rc<Self>, tab: &Rc<Tab>) {
        if tab.frozen.replace(false) {
            // It learns one thing after the other; what it shows in between is over already.
            tab.catching_up.set(true);
            for event in tab.inbox.take() {
                event(self);
            }
            tab.catching_up.set(false);
            tab.hear(News::Awake);
        }
    }

    fn act(self: &Rc<Self>, action: Action) {
        self.note(format!("{action:?}"));
        let tabs = self.open_tabs();
        let pick = |which: usize| tabs.get(which % tabs.len().max(1)).cloned();
        match action {
            Action::Open => {
                if !self.kind.shared {
                    // A copy of a tab that has yet to hear the news would never hear it.
                    self.pass(KNOWN);
                }
                if tabs.len() < 6 && (self.kind.shared || tabs.iter().any(|tab| !tab.frozen.get())) {
                    self.open();
                }
            }
            Action::Close(which) => {
                if let Some(tab) = pick(which).filter(|_| tabs.len() > 1) {
                    // A tab that goes before the others can have seen what it has just stored lets go of the lock too early.
                    if tab.refreshing.borrow().is_empty() {
                        self.pass(KNOWN);
                    }
                    self.close(&tab);
                    // Whoever has waited for its lock goes on now. A sign-in that meets a sign-out is anybody's guess.
                    self.pass(300);
                }
            }
            Action::Hide(which) => {
                if let Some(tab) = pick(which) {
                    tab.hidden.set(!tab.hidden.get());
                    if !tab.hidden.get() {
                        self.deliver(&tab.clone(), move |_| tab.hear(News::Awake));
                    }
                }
            }
            Action::Freeze(which) => {
                // Browsers do not freeze pages that hold a lock or wait for one.
                if let Some(tab) = pick(which).filter(|tab| tab.lock_requests.borrow().is_empty()) {
                    tab.frozen.set(true);
                }
            }
            Action::Thaw(which) => {
                if let Some(tab) = pick(which) {
                    self.thaw(&tab);
                }
            }
            Action::SignIn(which) => {
                if let Some(tab) = pick(which).filter(|tab| !tab.frozen.get()) {
                    // The same person as last time, or somebody else.
                    let user = format!("u{}", self.below(3));
                    let keeper = tab.keeper.borrow().clone().unwrap();
                    tab.new_tasks.borrow_mut().push(Box::pin(async move {
                        let way = Way::Password(Password::new("p"));
                        let input = Input::Submit { user: UserName::new(user), way };
                        keeper.sign_in(Attempt::default(), input).await;
                    }));
                }
            }
            Action::Prove(which) => {
                if let Some(tab) = pick(which).filter(|tab| !tab.frozen.get()) {
                    let keeper = tab.keeper.borrow().clone().unwrap();
                    tab.new_tasks.borrow_mut().push(Box::pin(async move {
                        let way = Way::Password(Password::new("p"));
                        let input = Input::Submit { user: UserName::new(""), way };
                        keeper.prove(Attempt::default(), input, 600).await;
                    }));
                }
            }
            Action::SignOut(which, how) => {
                if let Some(tab) = pick(which).filter(|tab| !tab.frozen.get()) {
                    if how == SignOut::ThisBrowser {
                        self.excuse();
                    }
                    if tab.view.borrow().contains_key(&format!("{PREFIX}.LastAuthUser")) {
                        self.set_truth(None);
                    }
                    let keeper = tab.keeper.borrow().clone().unwrap();
                    tab.new_tasks.borrow_mut().push(Box::pin(async move {
                        keeper.sign_out(how).await;
                    }));
                }
            }
            Action::Wait(milliseconds) => self.pass(milliseconds),
            Action::MachineSleeps(milliseconds) => {
                let awake: Vec<_> = tabs.iter().filter(|tab| !tab.frozen.replace(true)).cloned().collect();
                self.pass(milliseconds);
                self.slept.set(self.slept.get() + milliseconds);
                for tab in awake {
                    self.thaw(&tab);
                }
            }
            Action::SetClock(seconds) => {
                self.clock_off.set(seconds);
                self.clock_was_set.set(true);
            }
            Action::Trouble(trouble) => self.trouble.set(trouble),
            Action::Revoke => {
                if let Some(session) = self.truth.get() {
                    self.sessions.borrow_mut()[session].alive = false;
                }
            }
            Action::Foreign(which) => {
                if let Some(tab) = pick(which).filter(|tab| !tab.frozen.get()) {
                    // Whoever acts at the same instant cannot know of it.
                    self.pass(KNOWN);
                    self.foreign_refresh(&tab);
                    self.pass(KNOWN);
                }
            }
            Action::Use(which) => {
                if let Some(tab) = pick(which).filter(|tab| !tab.frozen.get()) {
                    let keeper = tab.keeper.borrow().clone().unwrap();
                    tab.new_tasks.borrow_mut().push(Box::pin(async move { keeper.load_profile().await }));
                }
            }
        }
        self.settle();
    }

    /// Amplify does it without asking anybody, so only when nobody is at it.
    fn foreign_refresh(self: &Rc<Self>, tab: &Rc<Tab>) {
        let get = |name: &str| tab.view.borrow().get(name).cloned();
        let Some(user) = get(&format!("{PREFIX}.LastAuthUser")) else { return };
        let Some(refresh) = get(&format!("{PREFIX}.{user}.refreshToken")) else { return };
        let busy = self.holder.get().is_some() || !tab.writing.borrow().is_empty();
        let Some(session) = self.session_of(&refresh) else { return };
        // One that meets a sign-out is its own fault.
        let recent = self.now.get() < self.truth_since.get() + 2 * KNOWN;
        // It holds no lock and stores one token after the other. Whoever needs new ones at that moment, because the clock was
        // set, may take the old refresh token.
        if self.clock_was_set.get()
            || busy
            || recent
            || !self.kind.shared
            || self.sessions.borrow()[session].refresh != refresh
        {
            return;
        }
        let (status, answer) = self.answer("GetTokensFromRefreshToken", &json!({"RefreshToken": refresh}));
        if status != 200 {
            return;
        }
        self.reached(session);
        let result = &answer["AuthenticationResult"];
        for (name, value) in [("accessToken", "AccessToken"), ("idToken", "IdToken"), ("refreshToken", "RefreshToken")]
        {
            if let Some(value) = result[value].as_str() {
                tab.set(&format!("{PREFIX}.{user}.{name}"), value);
            }
        }
    }

    /// New tokens have come to the browser.
    fn reached(&self, session: usize) {
        for reached in self.sessions.borrow_mut()[session].replaced.values_mut() {
            *reached = true;
        }
    }

    /// After some quiet, every tab has to know what is true.
    fn check(self: &Rc<Self>) {
        self.trouble.set(Trouble::None);
        for tab in self.open_tabs() {
            self.thaw(&tab);
            tab.hear(News::Awake);
        }
        self.settle();
        // Long enough for a request that is under way, a renewal that is due, and the news of it.
        // Timers of hidden tabs are a minute late, also the one that lets go of the lock; what stands in for locks takes
        // several turns of that.
        self.pass(if self.kind.locks { 200_000 } else { 900_000 });
        if let Some(session) = self.truth.get().filter(|_| !self.unclear.get())
            && self.sessions.borrow()[session].alive
        {
            let user = self.sessions.borrow()[session].user.clone();
            let view = self.open_tabs()[0].view.borrow().clone();
            let stored = view.get(&format!("{PREFIX}.LastAuthUser")).cloned();
            // Whoever signs in again while another tab renews what was there before may be left with that.
            let good = |name: &str| {
                let token = view.get(&format!("{PREFIX}.{user}.{name}"));
                let session = token.and_then(|token| self.session_of(token));
                session.is_some_and(|session| self.sessions.borrow()[session].alive)
            };
            if stored.as_ref() != Some(&user) || !good("accessToken") || !good("refreshToken") {
                self.wrong(format!("session {session} of {user} is alive, but {stored:?} is stored"));
            }
        }
        if self.kind.shared && !self.unclear.get() {
            self.check_left_open();
        }
        let shown: BTreeSet<_> = self.open_tabs().iter().map(|tab| tab.shown.borrow().clone()).collect();
        if shown.len() > 1 {
            for tab in self.open_tabs() {
                let keeper = tab.keeper.borrow().clone().unwrap();
                self.note(format!(
                    "tab {} shows {:?}, stored {:?}, restoring {:?}",
                    tab.number,
                    tab.shown,
                    keeper.stored().map(|s| s.0),
                    keeper.restoring
                ));
            }
            self.note(format!("lock {:?} queue {:?}", self.holder, self.queue));
            self.wrong(format!("tabs show different people: {shown:?}"));
        }
        if shown.iter().all(Option::is_none) {
            for tab in self.open_tabs() {
                let left: Vec<_> = tab
                    .view
                    .borrow()
                    .keys()
                    .filter(|key| *key != USER_EMAIL && *key != "User_Name" && !key.starts_with("Doorward.lock."))
                    .cloned()
                    .collect();
                if !left.is_empty() && !self.unclear.get() {
                    self.wrong(format!("nobody is signed in, and {left:?} is still stored"));
                }
            }
        }
    }
}

impl Sim {
    /// Of the sessions that were ever stored, only the one that still is may be open at the pool.
    fn check_left_open(&self) {
        let stored = {
            let disk = self.disk.borrow();
            let refresh = disk
                .get(&format!("{PREFIX}.LastAuthUser"))
                .and_then(|user| disk.get(&format!("{PREFIX}.{user}.refreshToken")));
            refresh.and_then(|refresh| self.session_of(refresh))
        };
        let left = |(number, session): &(usize, &PoolSession)| {
            session.begun && session.alive && !session.may_stay && Some(*number) != stored
        };
        let left: Vec<_> = self.sessions.borrow().iter().enumerate().filter(left).map(|(number, _)| number).collect();
        if !left.is_empty() {
            self.wrong(format!("{left:?} are left open at the pool, and {stored:?} is stored"));
        }
    }
}

impl Tab {
    fn hear(&self, news: News) {
        let keeper = self.keeper.borrow().clone();
        if let Some(keeper) = keeper {
            keeper.hear(news);
        }
    }

    /// What the app is told.
    fn told(self: &Rc<Self>, change: Change) {
        let sim = &self.sim;
        sim.note(format!(
            "tab {} is told {}",
            self.number,
            match &change {
                Change::Session(Session::SignedIn(user)) => format!("signed in: {}", user.username.as_str()),
                other => format!("{other:?}"),
            }
        ));
        if change == Change::Ended(Ending::Refused) && sim.now.get() < sim.truth_since.get() + 2 * KNOWN {
            // The refusal of one session meets the sign-in to another: storage has nothing that could keep the two apart.
            sim.unclear.set(true);
        }
        if change == Change::Ended(Ending::Refused) {
            sim.refused_at.set(sim.now.get());
        }
        let Change::Session(session) = change else { return };
        self.presence.set(session.presence());
        let before = self.shown.replace(match &session {
            Session::SignedIn(user) => Some(user.username.as_str().to_owned()),
            Session::Restoring | Session::SignedOut => None,
        });
        if session == Session::SignedOut && before.is_some() && !self.catching_up.get() {
            let settled = sim.now.get() > sim.truth_since.get() + 2 * KNOWN;
            let alive = sim.truth.get().is_some_and(|session| sim.sessions.borrow()[session].alive);
            if settled && alive && !sim.unclear.get() {
                sim.wrong(format!("tab {} signs {before:?} out without a reason", self.number));
            }
        }
    }

    /// Whether there was anything to do.
    fn poll(self: &Rc<Self>) -> bool {
        if self.frozen.get() || self.closed.get() {
            return false;
        }
        for task in self.new_tasks.take() {
            self.tasks.borrow_mut().push((Arc::new(Woken(AtomicBool::new(true))), task));
        }
        let mut any = false;
        let mut tasks = self.tasks.take();
        tasks.retain_mut(|(woken, task)| {
            if self.closed.get() || !woken.0.swap(false, Ordering::Relaxed) {
                return true;
            }
            any = true;
            let waker = Waker::from(woken.clone());
            task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending()
        });
        if self.closed.get() {
            return true;
        }
        self.tasks.borrow_mut().extend(tasks);
        any || !self.new_tasks.borrow().is_empty()
    }

    /// A write that goes through the one place that puts all tabs' writes in order.
    fn write(self: &Rc<Self>, key: &str, value: Option<String>) {
        match &value {
            Some(value) => self.view.borrow_mut().insert(key.to_owned(), value.clone()),
            None => self.view.borrow_mut().remove(key),
        };
        if !self.sim.kind.shared {
            return;
        }
        *self.writing.borrow_mut().entry(key.to_owned()).or_default() += 1;
        let time = (self.sim.now.get() + self.sim.below(30)).max(self.last_out.get());
        self.last_out.set(time);
        let (writer, key) = (self.clone(), key.to_owned());
        self.sim.at(time, move |sim| {
            match &value {
                Some(value) => sim.disk.borrow_mut().insert(key.clone(), value.clone()),
                None => sim.disk.borrow_mut().remove(&key),
            };
            for tab in sim.open_tabs() {
                let time = (sim.now.get() + sim.below(200)).max(tab.last_in.get());
                tab.last_in.set(time);
                let (writer, key, value) = (writer.clone(), key.clone(), value.clone());
                sim.at(time, move |sim| {
                    let seen = tab.clone();
                    sim.deliver(&tab, move |_| seen.sees(&writer, key, value));
                });
            }
        });
    }

    fn sees(&self, writer: &Rc<Self>, key: String, value: Option<String>) {
        if writer.number == self.number {
            let mut writing = self.writing.borrow_mut();
            let left = writing.get_mut(&key).unwrap();
            *left -= 1;
            if *left == 0 {
                writing.remove(&key);
            }
            return;
        }
        // Its own write comes later in the order, and wins.
        if self.writing.borrow().contains_key(&key) {
            return;
        }
        let concerns = Store::new(&ClientId::new(CLIENT)).concerns(Some(&key));
        match value {
            Some(value) => self.view.borrow_mut().insert(key, value),
            None => self.view.borrow_mut().remove(&key),
        };
        if concerns {
            self.hear(News::Stored);
        }
    }
}

impl Transport for Rc<Tab> {
    fn post(&self, request: HttpRequest<'_>) -> impl Future<Output = Result<HttpResponse, Fault>> {
        let operation = request.target.rsplit('.').next().unwrap_or_default().to_owned();
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let sim = &self.sim;
        let refreshed = (operation == "GetTokensFromRefreshToken").then(|| {
            let used = body["RefreshToken"].as_str().unwrap();
            let number = sim.session_of(used).unwrap();
            let session = &mut sim.sessions.borrow_mut()[number];
            if session.replaced.get(used) == Some(&true) {
                sim.wrong(format!("tab {} uses {used}, which was replaced", self.number));
            }
            session.refreshing += 1;
            if session.refreshing > 1 {
                sim.wrong(format!("tab {} refreshes while another one does", self.number));
            }
            self.refreshing.borrow_mut().push(number);
            number
        });
        sim.note(format!("tab {} calls {operation}", self.number));
        let slot = Slot::new();
        let (filled, tab) = (slot.clone(), self.clone());
        let there = sim.below(300);
        sim.at(sim.now.get() + there, move |sim| {
            let trouble = sim.trouble.get();
            let result = match trouble {
                Trouble::Offline => Err(Fault::Offline),
                Trouble::Down => Ok((503, json!("down"))),
                Trouble::Throttled => Ok((400, json!({"__type": "TooManyRequestsException"}))),
                Trouble::None | Trouble::Lost => Ok(sim.answer(&operation, &body)),
            };
            let result = if trouble == Trouble::Lost { Err(Fault::TimedOut) } else { result };
            let back = sim.below(300);
            sim.at(sim.now.get() + back, move |sim| {
                let answered = tab.clone();
                sim.deliver(&tab, move |sim| {
                    if let Some(number) = refreshed {
                        sim.sessions.borrow_mut()[number].refreshing -= 1;
                        let mut refreshing = answered.refreshing.borrow_mut();
                        let at = refreshing.iter().position(|session| *session == number).unwrap();
                        refreshing.remove(at);
                        if matches!(result, Ok((200, _))) {
                            sim.reached(number);
                        }
                    }
                    filled.fill(result.map(|(status, body)| HttpResponse {
                        status,
                        error_type: None,
                        body: body.to_string(),
                    }));
                });
            });
        });
        Arrival(slot)
    }
}

impl Fetch for Rc<Tab> {
    async fn fetch(&self, _: Request) -> Result<HttpResponse, Fault> {
        Err(Fault::Offline)
    }
}

impl Storage for Rc<Tab> {
    fn get(&self, key: &str) -> Option<String> {
        self.view.borrow().get(key).cloned()
    }
    fn set(&self, key: &str, value: &str) -> bool {
        if key.ends_with(".refreshToken") {
            self.sim.begins(value);
        }
        self.write(key, Some(value.to_owned()));
        true
    }
    fn remove(&self, key: &str) {
        if self.view.borrow().contains_key(key) {
            self.write(key, None);
        }
    }
    fn is_shared(&self) -> bool {
        self.sim.kind.shared
    }
}

impl TabStorage for Rc<Tab> {
    fn keep(&self, _: &str, _: &str) -> bool {
        false
    }
    fn take(&self, _: &str) -> Option<String> {
        None
    }
}

impl Clock for Rc<Tab> {
    fn now(&self) -> u64 {
        (self.sim.now.get() / 1000).saturating_add_signed(self.sim.clock_off.get())
    }
    fn ticks(&self) -> u64 {
        (self.sim.now.get() - BEGINNING - self.sim.slept.get()) / 1000
    }
}

impl Timer for Rc<Tab> {
    fn sleep(&self, milliseconds: u32) -> impl Future<Output = ()> {
        let slot = Slot::new();
        let late = if self.hidden.get() { self.sim.below(60_000) } else { self.sim.below(20) };
        let (filled, tab) = (slot.clone(), self.clone());
        self.sim.at(self.sim.now.get() + u64::from(milliseconds) + late, move |sim| {
            sim.deliver(&tab, move |_| filled.fill(()));
        });
        Arrival(slot)
    }
    fn spawn(&self, work: Local<'static, ()>) {
        self.new_tasks.borrow_mut().push(work);
    }
}

impl Random for Rc<Tab> {
    fn secret(&self) -> [u8; SECRET_BYTES] {
        std::array::from_fn(|_| self.sim.below(256) as u8)
    }
}

impl Lock for Rc<Tab> {
    type Guard = Place;

    async fn acquire(&self, _: &str) -> Option<Place> {
        if !self.sim.kind.locks {
            return None;
        }
        let request = self.sim.order.get() + 1;
        let slot = Slot::new();
        self.lock_requests.borrow_mut().insert(request, slot.clone());
        let place = Place { tab: self.clone(), request };
        let (tab, delay) = (self.clone(), self.sim.below(20));
        self.sim.at(self.sim.now.get() + delay, move |sim| {
            if tab.lock_requests.borrow().contains_key(&request) {
                sim.queue.borrow_mut().push_back((tab.number, request));
                sim.grant();
            }
        });
        Arrival(slot).await;
        Some(place)
    }
}

impl Channel for Rc<Tab> {
    fn say(&self, text: &str) {
        if !self.sim.kind.channel {
            return;
        }
        for tab in self.sim.open_tabs().into_iter().filter(|tab| tab.number != self.number) {
            let text = text.to_owned();
            let delay = self.sim.below(200);
            self.sim.at(self.sim.now.get() + delay, move |sim| {
                let heard = tab.clone();
                sim.deliver(&tab, move |_| heard.hear(News::Said(text)));
            });
        }
    }
}

impl Machine for Rc<Tab> {
    fn user_agent(&self) -> String {
        "Browser/1.0".into()
    }
}

impl Passkeys for Rc<Tab> {
    fn has_passkeys(&self) -> bool {
        false
    }
    async fn create_passkey(&self, _: String) -> Result<String, PasskeyFault> {
        Err(PasskeyFault::Unsupported)
    }
    fn stop_passkey(&self, _: Mediation) {}
    async fn use_passkey(&self, _: String, _: Mediation) -> Result<String, PasskeyFault> {
        Err(PasskeyFault::Unsupported)
    }
}

/// No sign-in here proves anything.
impl BigMod for Rc<Tab> {
    fn mod_pow(&self, _: &str, _: &str, _: &str) -> String {
        "1".into()
    }
    fn sub_mul_mod(&self, _: &str, _: &str, _: &str, _: &str) -> String {
        "1".into()
    }
    fn add_mul(&self, _: &str, _: &str, _: &str) -> String {
        "1".into()
    }
}

fn pauses() -> impl Strategy<Value = u64> {
    prop_oneof![0..50_u64, 50..3_000_u64, 60_000..4_200_000_u64, 4_200_000..8_000_000_u64]
}

fn actions() -> impl Strategy<Value = Action> {
    let sign_out = prop_oneof![Just(SignOut::ThisBrowser), Just(SignOut::ThisSession), Just(SignOut::Everywhere)];
    let trouble = prop_oneof![
        Just(Trouble::None),
        Just(Trouble::Offline),
        Just(Trouble::Lost),
        Just(Trouble::Down),
        Just(Trouble::Throttled)
    ];
    prop_oneof![
        3 => Just(Action::Open),
        1 => any::<usize>().prop_map(Action::Close),
        2 => any::<usize>().prop_map(Action::Hide),
        1 => any::<usize>().prop_map(Action::Freeze),
        1 => any::<usize>().prop_map(Action::Thaw),
        3 => any::<usize>().prop_map(Action::SignIn),
        2 => any::<usize>().prop_map(Action::Prove),
        1 => (any::<usize>(), sign_out).prop_map(|(tab, how)| Action::SignOut(tab, how)),
        8 => pauses().prop_map(Action::Wait),
        1 => pauses().prop_map(Action::MachineSleeps),
        1 => prop_oneof![-90_000..90_000_i64, Just(0)].prop_map(Action::SetClock),
        2 => trouble.prop_map(Action::Trouble),
        1 => Just(Action::Revoke),
        1 => any::<usize>().prop_map(Action::Foreign),
        3 => any::<usize>().prop_map(Action::Use),
    ]
}

/// Plays it through; what went wrong, with the history, if anything did.
fn play(kind: Kind, seed: u64, actions: Vec<Action>) -> Result<(), String> {
    let sim = Sim::new(kind, seed);
    sim.open();
    sim.act(Action::SignIn(0));
    sim.pass(5_000);
    for action in actions {
        // Tabs that share nothing are one session's only as long as it is the same.
        if !kind.shared && matches!(action, Action::SignIn(_)) {
            continue;
        }
        sim.act(action);
    }
    sim.check();
    let wrong = sim.wrong.take();
    // Let go of the circle of tabs and simulation.
    for tab in sim.open_tabs() {
        sim.close(&tab);
    }
    let history = sim.history.take().join("\n");
    sim.events.take();
    sim.tabs.take();
    if wrong.is_empty() { Ok(()) } else { Err(format!("{wrong:#?}\n{history}")) }
}

fn holds(kind: Kind, seed: u64, actions: Vec<Action>) -> Result<(), TestCaseError> {
    play(kind, seed, actions).map_err(TestCaseError::fail)
}

/// The same cases each time, so that a rare one is found by whoever looks for it: `PROPTEST_RNG_SEED=2` and so on gives
/// others.
fn config(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig { cases, max_shrink_iters: 300, failure_persistence: None, ..Default::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(1);
    }
    config
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn tabs_stay_together_where_refresh_tokens_rotate(seed: u64, actions in proptest::collection::vec(actions(), 0..60)) {
        holds(Kind { rotation: true, locks: true, channel: true, shared: true }, seed, actions)?;
    }

    #[test]
    fn tabs_stay_together_where_they_do_not(seed: u64, actions in proptest::collection::vec(actions(), 0..60)) {
        holds(Kind { rotation: false, locks: true, channel: true, shared: true }, seed, actions)?;
    }

    #[test]
    fn the_storage_alone_is_enough(seed: u64, actions in proptest::collection::vec(actions(), 0..60)) {
        holds(Kind { rotation: true, locks: true, channel: false, shared: true }, seed, actions)?;
    }

    #[test]
    fn copies_of_a_tab_that_share_no_storage_stay_together(
        seed: u64, actions in proptest::collection::vec(actions(), 0..60),
    ) {
        holds(Kind { rotation: true, locks: true, channel: true, shared: false }, seed, actions)?;
    }

}

// Fewer of them: where a lease stands in for locks, each turn takes many steps.
proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn a_lease_stands_in_for_locks(seed: u64, actions in proptest::collection::vec(actions(), 0..60)) {
        holds(Kind { rotation: true, locks: false, channel: true, shared: true }, seed, actions)?;
    }
}
