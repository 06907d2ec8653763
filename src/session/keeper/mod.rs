//! The one keeper of the session: carries out sign-ins, restores, refreshes, signs out, in step with the other tabs.
//!
//! It is pure: the outside world is the traits in [`super::world`]. What happens outside is handed in as
//! [`News`]; what the app has to know is told as [`Change`]s. The storage is the truth, so that other tabs, and other
//! clients of Cognito on the same origin, can sign in, refresh and sign out at any time; what is held in memory is only for
//! when the storage does not hold it.

mod api;
mod aws;
mod ending;
mod refresh;
mod sign_in;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

use super::{
    Account, Again, ApiAnswer, ApiRequest, Attempt, AwsAccess, AwsFault, Change, Finished, Local, Mediation, News,
    PasskeyFault, Profile, Session, SignOut, SignedOut, SignedUp, TokenBody, User,
    bell::Bell,
    gauge::{Gauge, Time},
    limits::{Due, Limits},
    message::{Ending, Message, SessionMark},
    store::{Number, Store, Stored, USER_TOKEN, forget_name, remember_name},
    world::World,
};
use crate::aws::sts::CallerIdentity;
use crate::cognito::{
    client::{Client, Endpoints, Target},
    error::{Error, ErrorKind, Reason, ServiceError},
    oauth::{Domain, Failure},
    operations::*,
    sign_in::Input,
    srp::Ephemeral,
    token::{self, AccessClaims, TokenTimes},
    types::*,
};
use refresh::Refreshed;
use sign_in::Exchange;
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

/// Tokens that end within this many seconds are refreshed before they are used.
const REFRESH_AHEAD: u64 = 60;
/// A clock that is off by less than this many seconds is right enough.
const CLOCK_OFF: i64 = 5;

/// Which pool, and where it is.
#[derive(Debug, Clone)]
pub struct Pool {
    /// The pool's id.
    pub id: UserPoolId,
    /// The app client.
    pub client: ClientId,
    /// The services.
    pub endpoints: Endpoints,
    /// Its domain, if people may sign in through it from this page.
    pub domain: Option<Domain>,
    /// The identity pool that gives AWS credentials.
    pub identity_pool: Option<IdentityPool>,
}

/// An identity pool (Federated Identities).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPool {
    /// Its id.
    pub id: IdentityPoolId,
    /// People who are not signed in get credentials, too.
    pub guests: bool,
}

/// Keeps the session of one app client over a [`World`].
pub struct Keeper<W> {
    me: Weak<Self>,
    world: Rc<W>,
    client: Client<Rc<W>>,
    pool: Pool,
    limits: Limits,
    store: Store,
    tell: Box<dyn Fn(Change)>,
    /// Rung when the session may have changed, here or in another tab.
    bell: Bell,
    /// Rung when the network may be there again.
    network: Bell,
    /// Who is shown as signed in.
    shown: RefCell<Option<UserName>>,
    /// The access token whose end was told last.
    told: RefCell<Option<AccessToken>>,
    /// How often this tab has made new tokens.
    made: Cell<u64>,
    /// Who is being restored because of something that another tab did.
    restoring: RefCell<Option<UserName>>,
    /// The last whole session that was in storage, or that storage did not take.
    held: RefCell<Option<(UserName, Tokens)>>,
    /// What is known of the clocks.
    gauge: Gauge,
    /// Why the session is over that is about to be gone from storage.
    ending: Cell<Option<Ending>>,
    /// The limit that people are being warned of, and the one whose warning they have read.
    warned: Cell<Option<Due>>,
    dismissed: Cell<Option<Due>>,
    /// How many seconds earlier than it has to this tab renews.
    jitter: Cell<u64>,
    /// A renewal is under way; when the next may be tried, in ticks; how many have failed.
    renewing: Cell<bool>,
    retry_at: Cell<u64>,
    failures: Cell<u32>,
    /// The SRP half that was made ahead.
    prepared: RefCell<Option<Ephemeral>>,
    /// The exchange that got no answer.
    exchange: RefCell<Option<Exchange>>,
    /// AWS credentials, of somebody or of a guest. In memory only.
    aws: RefCell<Option<(Option<UserName>, AwsAccess)>>,
    aws_bell: Bell,
    aws_busy: Cell<bool>,
}

/// The refusal that a call would get for a session that is gone.
fn not_authorized() -> Error {
    Error::Service(ServiceError { kind: ErrorKind::NotAuthorized, reason: None })
}

impl<W: World> Keeper<W> {
    /// A keeper that reports every change to `tell`, and works by itself from now on.
    pub fn new(pool: Pool, limits: Limits, world: W, tell: impl Fn(Change) + 'static) -> Rc<Self> {
        let world = Rc::new(world);
        let store = Store::new(&pool.client);
        let gauge = Gauge::default();
        if let Some(ahead) = store.number(&*world, Number::ClockAhead) {
            gauge.remember(ahead);
        }
        let keeper = Rc::new_cyclic(|me| Self {
            me: me.clone(),
            client: Client::new(pool.endpoints.clone(), world.clone()),
            store,
            tell: Box::new(tell),
            gauge,
            limits,
            bell: Bell::default(),
            network: Bell::default(),
            shown: RefCell::default(),
            held: RefCell::default(),
            ending: Cell::default(),
            warned: Cell::default(),
            dismissed: Cell::default(),
            jitter: Cell::new(refresh::jitter(&*world)),
            restoring: RefCell::default(),
            told: RefCell::default(),
            made: Cell::default(),
            renewing: Cell::default(),
            retry_at: Cell::default(),
            failures: Cell::default(),
            prepared: RefCell::default(),
            exchange: RefCell::default(),
            aws: RefCell::default(),
            aws_bell: Bell::default(),
            aws_busy: Cell::default(),
            world,
            pool,
        });
        keeper.world.spawn(Box::pin(Self::watch(Rc::downgrade(&keeper))));
        keeper
    }

    fn client_id(&self) -> ClientId {
        self.pool.client.clone()
    }

    /// Carries something out that nobody waits for.
    fn spawn(&self, work: impl FnOnce(Rc<Self>) -> Local<'static, ()> + 'static) {
        if let Some(me) = self.me.upgrade() {
            self.world.spawn(Box::pin(async move { work(me).await }));
        }
    }

    fn say(&self, message: &Message) {
        self.world.say(&message.write());
    }

    fn time(&self) -> Time {
        Time { now: self.world.now(), ticks: self.world.ticks() }
    }

    /// By how many seconds this machine's clock is ahead of the server's.
    fn ahead(&self, times: TokenTimes) -> i64 {
        self.gauge.ahead(times, self.time())
    }

    /// When tokens end by this machine's clock.
    fn end(&self, times: TokenTimes) -> u64 {
        self.gauge.end(times, self.time())
    }

    /// For how many seconds tokens can still be used.
    fn left(&self, times: TokenTimes) -> u64 {
        self.gauge.left(times, self.time())
    }

    /// Who is signed in. The storage decides; tokens that are not whole there are taken from memory, because half of them
    /// is what another tab is writing, or what something else has damaged.
    fn stored(&self) -> Option<(UserName, Tokens)> {
        match self.store.load(&*self.world) {
            Stored::Nobody => None,
            Stored::Broken(user) => self.held.borrow().clone().filter(|(held, _)| *held == user),
            Stored::Whole(user, tokens) => {
                let session = (user, tokens);
                if self.held.borrow().as_ref() != Some(&session) {
                    self.held.replace(Some(session.clone()));
                    self.store.follow(&*self.world, &session.1.access);
                }
                Some(session)
            }
        }
    }

    /// Holds a session that was stored; `kept` is false if other tabs cannot find it, and it ends with this page.
    fn hold(&self, user: &UserName, tokens: &Tokens, kept: bool) {
        self.held.replace(Some((user.clone(), tokens.clone())));
        if !kept {
            (self.tell)(Change::NotKept);
        }
        self.bell.ring();
    }

    /// Learns from tokens that have just been made how far the clocks are apart, also for the next page.
    fn arrived(&self, tokens: &Tokens) {
        let Some(times) = TokenTimes::read(tokens) else { return };
        self.gauge.arrived(times, self.time());
        let ahead = self.ahead(times);
        if ahead.abs() > CLOCK_OFF {
            self.store.set_number(&*self.world, Number::ClockAhead, ahead);
        } else {
            self.store.remove_number(&*self.world, Number::ClockAhead);
        }
    }

    /// Stores a session that has just begun, and tells everyone. False if other tabs cannot find it.
    fn enter(&self, tokens: &Tokens, claims: &AccessClaims, through_domain: bool) -> bool {
        self.drop_aws_access();
        self.ending.take();
        self.dismissed.take();
        self.store.note_domain(&*self.world, through_domain);
        let kept = self.store.save(&*self.world, &claims.username, tokens);
        self.hold(&claims.username, tokens, kept);
        self.arrived(tokens);
        self.note_activity();
        self.publish(&claims.username, tokens, None);
        kept
    }

    /// Tells everyone who is signed in, from the ID token.
    fn publish(&self, user: &UserName, tokens: &Tokens, stale: Option<Error>) {
        let profile = Profile::from_id_token(&tokens.id).unwrap_or_default();
        self.tell_user(user, tokens, profile, stale);
    }

    fn tell_user(&self, user: &UserName, tokens: &Tokens, profile: Profile, stale: Option<Error>) {
        let expires_at = TokenTimes::read(tokens).map_or(0, |times| self.end(times));
        self.shown.replace(Some(user.clone()));
        self.told.replace(Some(tokens.access.clone()));
        let user = User { username: user.clone(), profile, expires_at, stale };
        (self.tell)(Change::Session(Session::SignedIn(user)));
        self.bell.ring();
    }

    /// Tokens that this tab stores while another one signs out, or somebody else in, are left over; and other clients of
    /// Cognito know nothing of `user_token`. They are taken away when everything that was under way has been seen.
    fn tidy_later(&self, gone: Option<UserName>) {
        self.spawn(|keeper| {
            Box::pin(async move {
                keeper.world.sleep(refresh::SETTLED).await;
                keeper.store.tidy(&*keeper.world, gone.as_ref());
            })
        });
    }

    /// Compares who is stored with who is shown.
    fn look(&self) {
        let before = self.held.borrow().clone();
        let shown = self.shown.borrow().clone();
        let stored = self.stored();
        let gone =
            before.as_ref().map(|(user, _)| user).filter(|gone| stored.as_ref().is_none_or(|(user, _)| user != *gone));
        if gone.is_some() || (stored.is_none() && self.world.get(USER_TOKEN).is_some()) {
            self.tidy_later(gone.cloned());
        }
        match (stored, shown) {
            (None, Some(_)) if self.store.load(&*self.world) == Stored::Nobody => self.nobody(),
            (None, _) => {}
            (Some((user, tokens)), Some(shown)) if user == shown => {
                if self.told.borrow().as_ref() != Some(&tokens.access) {
                    self.tell_renewed(&tokens);
                }
            }
            // One change arrives as several pieces of news.
            (Some((user, _)), _) if self.restoring.borrow().as_ref() == Some(&user) => {}
            (Some((user, _)), _) => {
                self.restoring.replace(Some(user));
                self.spawn(|keeper| {
                    Box::pin(async move {
                        keeper.restore().await;
                        keeper.restoring.take();
                        // What happened meanwhile was not looked at.
                        keeper.look();
                    })
                });
            }
        }
        self.bell.ring();
    }

    /// Brings the profile up to date. What keeps it from that is told.
    async fn load_profile(&self) {
        let _ = self.read_profile().await;
    }

    /// Asks the pool for the attributes, and tells them; if they do not arrive, why, with what the ID token says.
    async fn read_profile(&self) -> Result<(), Error> {
        let who = || Some(self.stored()?.0);
        let asked = who();
        let answer = self.authorised(GetUser::new).await;
        // Somebody else may have signed in in the meantime: the answer is not about them.
        if who() != asked {
            return Err(not_authorized());
        }
        let (user, tokens) = self.stored().ok_or_else(not_authorized)?;
        match answer {
            Some(Ok(found)) => {
                self.tell_user(&user, &tokens, Profile::from_attributes(found.user_attributes), None);
                Ok(())
            }
            Some(Err(error)) => {
                self.publish(&user, &tokens, Some(error));
                Err(error)
            }
            None => Err(not_authorized()),
        }
    }

    /// The same after a change, for the other tabs as well.
    async fn reload_profile(&self) -> Result<(), Error> {
        let read = self.read_profile().await;
        if let Some((user, tokens)) = self.stored() {
            self.store.forget_details(&*self.world, &user);
            self.say(&Message::Profile { session: SessionMark::of(&tokens) });
        }
        read
    }
}

impl<W: World> Account for Keeper<W> {
    fn prepare(&self) {
        let half = self.ephemeral();
        *self.prepared.borrow_mut() = Some(half);
    }

    fn sign_in(&self, attempt: Attempt, input: Input) -> Local<'_, Attempt> {
        Box::pin(self.drive(attempt, input))
    }

    fn passkeys_supported(&self) -> bool {
        self.world.has_passkeys()
    }

    fn create_passkey(&self, options: PasskeyOptions) -> Local<'_, Result<PasskeyCredential, PasskeyFault>> {
        Box::pin(async move {
            let made = self.world.create_passkey(options.to_json()).await?;
            PasskeyCredential::parse(&made).ok_or(PasskeyFault::Failed)
        })
    }

    fn signed_in_for(&self) -> Option<u64> {
        let (_, tokens) = self.stored()?;
        Some(self.world.now().saturating_sub(self.signed_in_at(&tokens)?))
    }

    fn again(&self) -> Option<Again> {
        let (_, tokens) = self.stored()?;
        let (providers, only) = token::providers(&tokens.id);
        let at_provider = only || self.store.came_through_domain(&*self.world);
        Some(providers.into_iter().next().filter(|_| at_provider).map_or(Again::Here, Again::AtProvider))
    }

    fn prove(&self, attempt: Attempt, input: Input, within: u64) -> Local<'_, Attempt> {
        Box::pin(self.prove_again(attempt, input, within))
    }

    fn stop_passkey(&self, mediation: Mediation) {
        self.world.stop_passkey(mediation);
    }

    fn use_passkey(
        &self,
        options: PasskeyOptions,
        mediation: Mediation,
    ) -> Local<'_, Result<PasskeyCredential, PasskeyFault>> {
        Box::pin(async move {
            let made = self.world.use_passkey(options.to_json(), mediation).await?;
            PasskeyCredential::parse(&made).ok_or(PasskeyFault::Failed)
        })
    }

    fn trust_device(&self) -> Local<'_, ()> {
        Box::pin(async move {
            let Some((user, _)) = self.stored() else { return };
            let Some(device) = self.store.device(&*self.world, &user) else { return };
            let remember = |access_token| {
                let mut update = UpdateDeviceStatus::new(access_token, device.key.clone());
                update.device_remembered_status = Some(DeviceRememberedStatus::Remembered);
                update
            };
            let _ = self.authorised(remember).await;
        })
    }

    fn sign_up(
        &self,
        username: UserName,
        password: Option<Password>,
        user_attributes: Vec<Attribute>,
    ) -> Local<'_, Result<SignedUp, Error>> {
        Box::pin(async move {
            let mut sign_up = SignUp::new(self.client_id(), username.clone());
            sign_up.password = password;
            sign_up.user_attributes = user_attributes;
            let answer = self.client.call(&sign_up).await?;
            self.remember(username);
            let SignUpResponse { user_confirmed, code_delivery_details, session, .. } = answer;
            Ok(SignedUp { confirmed: user_confirmed, sent: code_delivery_details, session })
        })
    }

    fn confirm_sign_up(
        &self,
        username: UserName,
        confirmation_code: ConfirmationCode,
        session: Option<ChallengeSession>,
    ) -> Local<'_, Result<Option<ChallengeSession>, Error>> {
        Box::pin(async move {
            let mut confirm = ConfirmSignUp::new(self.client_id(), username, confirmation_code);
            confirm.session = session;
            let mut answer = self.client.call(&confirm).await;
            let refusal = answer.as_ref().err().and_then(Error::reason);
            let over = matches!(refusal, Some(Reason::SessionExpired | Reason::SessionUsed));
            if confirm.session.is_some() && over {
                // A code lives for a day, a session for minutes. Without one the code counts as well.
                confirm.session = None;
                answer = self.client.call(&confirm).await;
            }
            answer.map(|answer| answer.session)
        })
    }

    fn resend_code(&self, username: UserName) -> Local<'_, Result<Option<CodeDelivery>, Error>> {
        Box::pin(async move {
            let resend = ResendConfirmationCode::new(self.client_id(), username);
            self.client.call(&resend).await.map(|answer| answer.code_delivery_details)
        })
    }

    fn forgot_password(&self, username: UserName) -> Local<'_, Result<Option<CodeDelivery>, Error>> {
        Box::pin(async move {
            let forgot = ForgotPassword::new(self.client_id(), username);
            self.client.call(&forgot).await.map(|answer| answer.code_delivery_details)
        })
    }

    fn reset_password(
        &self,
        username: UserName,
        confirmation_code: ConfirmationCode,
        password: Password,
    ) -> Local<'_, Result<(), Error>> {
        Box::pin(async move {
            let confirm = ConfirmForgotPassword::new(self.client_id(), username, confirmation_code, password);
            self.client.call(&confirm).await.map(|Nothing {}| ())
        })
    }

    fn restore(&self) -> Local<'_, ()> {
        Box::pin(async move {
            let Some((user, tokens)) = self.stored() else {
                self.nobody();
                return;
            };
            if !self.mind_limits() {
                return;
            }
            if self.store.number(&*self.world, Number::LastActive).is_none() {
                self.note_activity();
            }
            // Somebody who was here a moment ago sees their page at once.
            let usable = TokenTimes::read(&tokens).is_some_and(|times| self.left(times) > 0);
            if usable && self.shown.borrow().as_ref() != Some(&user) {
                self.publish(&user, &tokens, None);
            }
            self.load_profile().await;
        })
    }

    fn hear(&self, news: News) {
        match news {
            News::Stored => self.look(),
            News::Said(text) => {
                if let Some(message) = Message::read(&text) {
                    self.heard(message);
                }
            }
            News::Awake => {
                self.network.ring();
                self.awake();
            }
            News::Active => self.active(),
        }
    }

    fn dismiss_warning(&self) {
        self.dismiss();
    }

    fn access_token(&self) -> Local<'_, Result<AccessToken, Error>> {
        Box::pin(async move {
            match self.fresh_tokens(None, REFRESH_AHEAD).await {
                Some(Refreshed::Fresh(tokens)) => Ok(tokens.access),
                Some(Refreshed::NotNow(error)) => Err(error),
                Some(Refreshed::Ended) => Err(not_authorized()),
                None => {
                    self.nobody();
                    Err(not_authorized())
                }
            }
        })
    }

    fn call_api(&self, request: ApiRequest) -> Local<'_, Result<ApiAnswer, Error>> {
        Box::pin(self.call(request))
    }

    fn aws_access(&self) -> Local<'_, Result<AwsAccess, Error>> {
        Box::pin(self.aws())
    }

    fn caller_identity(&self) -> Local<'_, Result<CallerIdentity, AwsFault>> {
        Box::pin(self.ask_sts())
    }

    fn ask(&self, target: Target, body: TokenBody) -> Local<'_, Result<String, Error>> {
        Box::pin(async move { self.authorised_text(target, &*body).await.unwrap_or_else(|| Err(not_authorized())) })
    }

    fn reload(&self) -> Local<'_, Result<(), Error>> {
        Box::pin(self.reload_profile())
    }

    fn this_device(&self) -> Option<DeviceKey> {
        let (user, _) = self.stored()?;
        Some(self.store.device(&*self.world, &user)?.key)
    }

    fn forget_this_device(&self) {
        if let (Some((user, _)), Some(device)) = (self.stored(), self.this_device()) {
            self.store.forget_device(&*self.world, &user, &device);
        }
    }

    fn session_origin(&self) -> Option<SessionId> {
        let (_, tokens) = self.stored()?;
        token::origin_jti(&tokens.access).map(SessionId::new)
    }

    fn deleted(&self) {
        self.over_for_good();
    }

    fn sign_out(&self, how: SignOut) -> Local<'_, SignedOut> {
        Box::pin(self.leave(how))
    }

    fn begin_social(&self, provider: &str, next: Option<String>) -> Option<String> {
        self.begin_at(provider, next, false)
    }

    fn begin_social_again(&self, next: Option<String>) -> Option<String> {
        match self.again()? {
            Again::Here => None,
            Again::AtProvider(provider) => self.begin_at(&provider, next, true),
        }
    }

    fn finish_social(&self, query: String) -> Local<'_, Finished> {
        Box::pin(async move {
            let Some(domain) = &self.pool.domain else {
                return Finished { next: None, result: Err(Failure::Stray) };
            };
            let waiting = self.exchange.take();
            let exchange = match waiting.map_or_else(|| self.exchange_for(&query), Ok) {
                Ok(exchange) => exchange,
                Err(finished) => return finished,
            };
            let result = self.redeem(domain, &exchange).await;
            let next = exchange.pending.next.clone();
            if matches!(result, Err(Failure::NoAnswer(_))) {
                self.exchange.replace(Some(exchange));
            }
            Finished { next, result }
        })
    }

    fn remember(&self, user: UserName) {
        remember_name(&*self.world, &user);
        (self.tell)(Change::Remembered(Some(user)));
    }

    fn forget_name(&self) {
        forget_name(&*self.world);
        (self.tell)(Change::Remembered(None));
    }
}
