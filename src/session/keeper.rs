//! The one keeper of the session: carries out sign-ins, restores, refreshes, signs out.

use super::{
    Account, Attempt, Change, Finished, Local, Mediation, PasskeyFault, Profile, Session, SignedOut, SignedUp, User,
    store::{Device, Store, remember_name},
    world::World,
};
use crate::cognito::{
    client::{Client, Endpoints, Operation},
    error::{Error, ErrorKind, Fault, Reason, ServiceError},
    oauth::{self, Domain, Failure, Pending},
    operations::*,
    sign_in::{Asks, Call, Command, Event, Input, RememberedDevice, Reply, Stage, next},
    srp::{self, Challenge, DeviceSecret, Ephemeral, Proof},
    token::AccessClaims,
    types::*,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// Tokens that end within this many seconds are refreshed before they are used.
pub const REFRESH_AHEAD: u64 = 60;

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
}

/// Where the request that was sent to the pool's domain waits for its answer, in this tab.
const PENDING: &str = "doorward.oauth";

/// A code on its way to the token endpoint.
struct Exchange {
    code: AuthorizationCode,
    pending: Pending,
}

/// Keeps the session of one app client over a [`World`].
pub struct Keeper<W> {
    world: Rc<W>,
    client: Client<Rc<W>>,
    pool: Pool,
    store: Store,
    tell: Box<dyn Fn(Change)>,
    /// The SRP half that was made ahead.
    prepared: RefCell<Option<Ephemeral>>,
    /// By how many seconds this machine's clock is ahead of the server's, as far as the last tokens
    /// that arrived here have shown.
    ahead: Cell<i64>,
    /// The exchange that got no answer.
    exchange: RefCell<Option<Exchange>>,
}

/// The refusal that a call would get for a session that is gone.
fn not_authorized() -> Error {
    Error::Service(ServiceError { kind: ErrorKind::NotAuthorized, reason: None })
}

/// What the pool says of a device that it has forgotten.
fn device_unknown() -> Error {
    Error::Service(ServiceError { kind: ErrorKind::ResourceNotFound, reason: Some(Reason::DeviceUnknown) })
}

fn add_proof(answers: &mut Secrets, challenge: &Challenge, proof: &Proof) {
    answers.insert("PASSWORD_CLAIM_SECRET_BLOCK", challenge.secret_block.as_str());
    answers.insert("PASSWORD_CLAIM_SIGNATURE", proof.signature.as_str());
    answers.insert("TIMESTAMP", proof.timestamp.as_str());
}

/// What a refresh came to.
enum Refreshed {
    /// Fresh tokens, new or from another tab.
    Fresh(Tokens),
    /// The server says that the session is over; it has been cleared.
    Ended,
    /// Not possible right now; everything was kept.
    NotNow(Error),
}

impl<W: World> Keeper<W> {
    /// A keeper that reports every change to `tell`.
    pub fn new(pool: Pool, world: W, tell: impl Fn(Change) + 'static) -> Self {
        let world = Rc::new(world);
        Self {
            client: Client::new(pool.endpoints.clone(), world.clone()),
            store: Store::new(&pool.client),
            tell: Box::new(tell),
            prepared: RefCell::default(),
            ahead: Cell::default(),
            exchange: RefCell::default(),
            world,
            pool,
        }
    }

    fn ephemeral(&self) -> Ephemeral {
        let prepared = self.prepared.borrow_mut().take();
        prepared.unwrap_or_else(|| Ephemeral::new(&*self.world, &self.world.secret()))
    }

    fn client_id(&self) -> ClientId {
        self.pool.client.clone()
    }

    /// Carries out a command. `half` is the client's half of an SRP exchange that is under way.
    async fn perform(&self, call: Call, half: &mut Option<Ephemeral>) -> Result<Reply, Error> {
        match call {
            Call::Initiate { flow, mut parameters, session, srp_a } => {
                self.add_public_value(&mut parameters, srp_a, half);
                let mut initiate = InitiateAuth::new(self.client_id(), flow);
                initiate.auth_parameters = parameters;
                initiate.session = session;
                self.client.call(&initiate).await.map(Reply::Auth)
            }
            Call::Respond { challenge, session, mut answers, srp_a } => {
                self.add_public_value(&mut answers, srp_a, half);
                self.respond(challenge, session, answers).await
            }
            Call::Prove { challenge, password, session, mut answers } => {
                let half = half.take().ok_or(Fault::SrpRefused)?;
                let proof = srp::prove(&*self.world, &self.pool.id, &half, &challenge, &password, self.world.now())?;
                add_proof(&mut answers, &challenge, &proof);
                self.respond(ChallengeName::PasswordVerifier, session, answers).await
            }
            Call::ProveDevice { challenge, device, session, mut answers } => {
                let half = half.take().ok_or(Fault::SrpRefused)?;
                // Another tab can have forgotten it in the meantime, or taken up another one.
                let stored = self.store.device(&*self.world, &device.user).filter(|stored| stored.key == device.key);
                let stored = stored.ok_or_else(device_unknown)?;
                let now = self.world.now();
                let proof = srp::prove_device(&*self.world, &stored.group, &half, &challenge, &stored.password, now)?;
                add_proof(&mut answers, &challenge, &proof);
                self.respond(ChallengeName::DevicePasswordVerifier, session, answers).await
            }
            Call::AssociateTotp { session } => {
                let associate = AssociateSoftwareToken::new(TokenOrSession::Session(session));
                let answer = self.client.call(&associate).await?;
                Ok(Reply::TotpSecret { secret: answer.secret_code, session: answer.session })
            }
            Call::VerifyTotp { session, code, name } => {
                let mut verify = VerifySoftwareToken::new(TokenOrSession::Session(session), code);
                verify.friendly_device_name = name;
                let answer = self.client.call(&verify).await?;
                Ok(Reply::TotpVerified { status: answer.status, session: answer.session })
            }
            Call::ForgetDevice(RememberedDevice { user, key }) => {
                self.store.forget_device(&*self.world, &user, &key);
                Ok(Reply::Done)
            }
            Call::ConfirmDevice { access_token, device } => self.confirm_device(access_token, device).await,
        }
    }

    fn add_public_value(&self, answers: &mut Secrets, wanted: bool, half: &mut Option<Ephemeral>) {
        if wanted {
            answers.insert("SRP_A", half.insert(self.ephemeral()).public_value());
        }
    }

    async fn respond(
        &self,
        challenge: ChallengeName,
        session: Option<ChallengeSession>,
        answers: Secrets,
    ) -> Result<Reply, Error> {
        let mut respond = RespondToAuthChallenge::new(self.client_id(), challenge);
        respond.session = session;
        respond.challenge_responses = answers;
        self.client.call(&respond).await.map(Reply::Auth)
    }

    /// Makes a secret for a new device and remembers it, if the pool takes it up.
    async fn confirm_device(&self, access_token: AccessToken, new: NewDeviceMetadata) -> Result<Reply, Error> {
        let claims = AccessClaims::read(&access_token).ok_or(Fault::Garbled)?;
        let NewDeviceMetadata { device_key, device_group_key } = new;
        let secret = DeviceSecret::new(&*self.world, &device_group_key, &device_key, &self.world.secret());
        let mut confirm = ConfirmDevice::new(access_token, device_key.clone());
        confirm.device_secret_verifier_config = Some(secret.verifier);
        self.client.call(&confirm).await?;
        let device = Device { key: device_key, group: device_group_key, password: secret.password };
        self.store.save_device(&*self.world, &claims.username, &device);
        Ok(Reply::Done)
    }

    /// The device that is remembered for somebody.
    fn remembered(&self, user: &str) -> Option<Event> {
        let user = UserName::new(user);
        let key = self.store.device(&*self.world, &user)?.key;
        Some(Event::Remembered(RememberedDevice { user, key }))
    }

    /// The device that is remembered for whomever an answer names.
    fn remembered_for(&self, reply: &Result<Reply, Error>) -> Option<Event> {
        let Ok(Reply::Auth(answer)) = reply else { return None };
        let parameters = &answer.challenge_parameters;
        self.remembered(parameters.get("USER_ID_FOR_SRP").or_else(|| parameters.get("USERNAME"))?)
    }

    async fn drive(&self, attempt: Attempt, input: Input) -> Attempt {
        let mut step = attempt.step().cloned().unwrap_or_default();
        let mut half = None;
        let mut typed = None;
        if let Input::Submit { user, .. } = &input {
            typed = Some(user.clone());
            if let Some(event) = self.remembered(user.as_str()) {
                step = next(step, event).0;
            }
        }
        let (mut step, mut command) = next(step, Event::Person(input));
        while let Some(Command { turn, call }) = command {
            let result = self.perform(call, &mut half).await;
            if let Some(event) = self.remembered_for(&result) {
                step = next(step, event).0;
            }
            (step, command) = next(step, Event::Answered { turn, result });
        }
        // A name that led somewhere is worth keeping; one that led nowhere may be mistyped.
        match (&step.stage, typed) {
            (Stage::Credentials, _) => self.prepare(),
            (_, Some(user)) => self.remember(user),
            (_, None) => {}
        }
        let Stage::SignedIn(tokens) = &step.stage else { return Attempt::at(step) };
        let Some(claims) = AccessClaims::read(&tokens.access) else {
            return Attempt::at(step.restart(Some(Fault::Garbled.into()), false));
        };
        self.enter(tokens, &claims, false);
        self.load_profile().await;
        Attempt { asks: Asks::SignedIn, ..Attempt::default() }
    }

    /// Stores a session that has just begun, and tells everyone.
    fn enter(&self, tokens: &Tokens, claims: &AccessClaims, through_domain: bool) {
        self.arrived(claims);
        self.store.note_domain(&*self.world, through_domain);
        self.store.save(&*self.world, &claims.username, tokens);
        self.publish(tokens, claims, None);
    }

    /// The exchange that a callback's query asks for.
    fn exchange_for(&self, query: &str) -> Result<Exchange, Finished> {
        let failed = |next, failure| Finished { next, result: Err(failure) };
        // Taken first: whatever comes of it, it is not used again.
        let pending = self.world.take(PENDING).as_deref().and_then(Pending::read);
        let pending = pending.ok_or_else(|| failed(None, Failure::Stray))?;
        match pending.accept(query, self.world.now()) {
            Ok(code) => Ok(Exchange { code, pending }),
            Err(failure) => Err(failed(pending.next, failure)),
        }
    }

    /// Exchanges a code for tokens, and signs in with them.
    async fn redeem(&self, domain: &Domain, exchange: &Exchange) -> Result<(), Failure> {
        let Exchange { code, pending } = exchange;
        let form = domain.token_request(&self.pool.client, code, pending);
        let answer = self.world.post_form(&domain.token_url(), form).await.map_err(Failure::NoAnswer)?;
        let tokens = oauth::read_tokens(&answer)?;
        if !oauth::is_answer(&tokens.id, pending, &self.pool.client, &self.pool.id) {
            return Err(Failure::OtherToken);
        }
        let claims = AccessClaims::read(&tokens.access).ok_or(Failure::NoAnswer(Fault::Garbled))?;
        self.enter(&tokens, &claims, true);
        Ok(())
    }

    /// Tells everyone who is signed in, from the ID token.
    fn publish(&self, tokens: &Tokens, claims: &AccessClaims, stale: Option<Error>) {
        let profile = Profile::from_id_token(&tokens.id).unwrap_or_default();
        self.tell_user(claims, profile, stale);
    }

    fn tell_user(&self, claims: &AccessClaims, profile: Profile, stale: Option<Error>) {
        let user = User { username: claims.username.clone(), profile, expires_at: self.local_end(claims), stale };
        (self.tell)(Change::Session(Session::SignedIn(user)));
    }

    fn end(&self) {
        self.store.clear(&*self.world);
        (self.tell)(Change::Ended);
        (self.tell)(Change::Session(Session::SignedOut));
    }

    /// Learns from tokens that have just been made how far the clocks are apart.
    fn arrived(&self, claims: &AccessClaims) {
        self.ahead.set(self.world.now().cast_signed() - claims.issued_at.cast_signed());
    }

    /// When a token ends by this machine's clock.
    fn local_end(&self, claims: &AccessClaims) -> u64 {
        claims.expires_at.saturating_add_signed(self.ahead.get())
    }

    /// Whether a token can still be used for a while.
    fn is_fresh(&self, claims: &AccessClaims) -> bool {
        self.local_end(claims) > self.world.now() + REFRESH_AHEAD
    }

    /// The stored tokens, refreshed if they end soon, or if `rejected` is the stored one.
    async fn fresh_tokens(&self, rejected: Option<&AccessToken>) -> Option<Refreshed> {
        let usable = |tokens: &Tokens| {
            rejected != Some(&tokens.access)
                && AccessClaims::read(&tokens.access).is_some_and(|claims| self.is_fresh(&claims))
        };
        let (_, tokens) = self.store.load(&*self.world)?;
        if usable(&tokens) {
            return Some(Refreshed::Fresh(tokens));
        }
        let _held = self.world.acquire("doorward.refresh").await;
        // Another tab may have refreshed, or signed out, while we waited.
        let (user, tokens) = self.store.load(&*self.world)?;
        if usable(&tokens) {
            return Some(Refreshed::Fresh(tokens));
        }
        let answer = self.refresh(&user, &tokens).await;
        // A sign-out in the meantime wins, and so does somebody else's sign-in: the answer is about a
        // session that is gone. Tokens of the same person are what was wanted: browsers show a tab what
        // another one stored only a moment later, which may be after the lock.
        let (user_now, tokens_now) = self.store.load(&*self.world)?;
        if (&user_now, &tokens_now) != (&user, &tokens) {
            let renewed = user_now == user && usable(&tokens_now);
            return Some(if renewed { Refreshed::Fresh(tokens_now) } else { Refreshed::NotNow(not_authorized()) });
        }
        Some(match answer {
            Ok(fresh) => {
                self.store.save(&*self.world, &user, &fresh);
                if let Some(claims) = AccessClaims::read(&fresh.access) {
                    self.arrived(&claims);
                    (self.tell)(Change::Renewed(self.local_end(&claims)));
                }
                Refreshed::Fresh(fresh)
            }
            Err(error) if error.ends_session() => {
                self.end();
                Refreshed::Ended
            }
            Err(error) => Refreshed::NotNow(error),
        })
    }

    /// GetTokensFromRefreshToken works with and without rotation; servers that do not have it yet
    /// know REFRESH_TOKEN_AUTH.
    async fn refresh(&self, user: &UserName, tokens: &Tokens) -> Result<Tokens, Error> {
        // The refresh token of a remembered device works only together with the device's key.
        let device = self.store.device(&*self.world, user).map(|device| device.key);
        let mut get = GetTokensFromRefreshToken::new(self.client_id(), tokens.refresh.clone());
        get.device_key = device.clone();
        let mut answer = self.client.call(&get).await;
        let unknown = [ErrorKind::Unknown, ErrorKind::UnsupportedOperation, ErrorKind::OperationNotEnabled];
        if answer.as_ref().is_err_and(|e| e.kind().is_some_and(|kind| unknown.contains(&kind))) {
            let mut initiate = InitiateAuth::new(self.client_id(), AuthFlow::RefreshTokenAuth);
            initiate.auth_parameters.insert("REFRESH_TOKEN", tokens.refresh.as_str());
            if let Some(device) = device {
                initiate.auth_parameters.insert("DEVICE_KEY", device.as_str());
            }
            answer = self.client.call(&initiate).await;
        }
        answer?.authentication_result.ok_or(Fault::Garbled)?.into_tokens(Some(&tokens.refresh))
    }

    /// Calls with a fresh access token; a token that the server rejects is refreshed once.
    ///
    /// `None` when nobody is signed in (any more): that has been told already.
    async fn authorised<O: Operation>(
        &self,
        operation: impl Fn(AccessToken) -> O,
    ) -> Option<Result<O::Response, Error>> {
        let mut rejected = None;
        loop {
            let Some(refreshed) = self.fresh_tokens(rejected.as_ref()).await else {
                (self.tell)(Change::Session(Session::SignedOut));
                return None;
            };
            let tokens = match refreshed {
                Refreshed::Fresh(tokens) => tokens,
                Refreshed::Ended => return None,
                Refreshed::NotNow(error) => return Some(Err(error)),
            };
            match self.client.call(&operation(tokens.access.clone())).await {
                Err(error) if error.ends_session() && rejected.is_none() => rejected = Some(tokens.access),
                Err(error) if error.ends_session() => {
                    self.end();
                    return None;
                }
                answer => return Some(answer),
            }
        }
    }

    async fn load_profile(&self) {
        let who = || Some(self.store.load(&*self.world)?.0);
        let asked = who();
        let answer = self.authorised(GetUser::new).await;
        // Somebody else may have signed in in the meantime: the answer is not about them.
        if who() != asked {
            return;
        }
        let Some((tokens, claims)) = self.stored() else { return };
        match answer {
            Some(Ok(user)) => self.tell_user(&claims, Profile::from_attributes(user.user_attributes), None),
            Some(Err(error)) => self.publish(&tokens, &claims, Some(error)),
            None => {}
        }
    }

    fn stored(&self) -> Option<(Tokens, AccessClaims)> {
        let (_, tokens) = self.store.load(&*self.world)?;
        let claims = AccessClaims::read(&tokens.access)?;
        Some((tokens, claims))
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
            let Some((user, _)) = self.store.load(&*self.world) else { return };
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
            let Some((tokens, claims)) = self.stored() else {
                (self.tell)(Change::Session(Session::SignedOut));
                return;
            };
            // Somebody who was here a moment ago sees their page at once.
            if self.is_fresh(&claims) {
                self.publish(&tokens, &claims, None);
            }
            self.load_profile().await;
        })
    }

    fn keep_fresh(&self) -> Local<'_, bool> {
        Box::pin(async move {
            match self.fresh_tokens(None).await {
                // Renewed by another tab is as good.
                Some(Refreshed::Fresh(tokens)) => {
                    if let Some(claims) = AccessClaims::read(&tokens.access) {
                        (self.tell)(Change::Renewed(self.local_end(&claims)));
                    }
                    true
                }
                Some(Refreshed::NotNow(_)) => false,
                Some(Refreshed::Ended) => true,
                None => {
                    (self.tell)(Change::Session(Session::SignedOut));
                    true
                }
            }
        })
    }

    fn update_attributes(&self, user_attributes: Vec<Attribute>) -> Local<'_, Result<(), Error>> {
        Box::pin(async move {
            let update = |access_token| UpdateUserAttributes::new(access_token, user_attributes.clone());
            match self.authorised(update).await {
                Some(Ok(_)) => {
                    self.load_profile().await;
                    Ok(())
                }
                Some(Err(error)) => Err(error),
                None => Err(not_authorized()),
            }
        })
    }

    fn sign_out(&self) -> Local<'_, SignedOut> {
        Box::pin(async move {
            let stored = self.store.load(&*self.world);
            let through_domain = self.store.came_through_domain(&*self.world);
            self.store.clear(&*self.world);
            let url = self.pool.domain.as_ref().and_then(|domain| domain.logout_url(&self.pool.client));
            let url = url.filter(|_| through_domain);
            // Who is about to leave is not told that it is done.
            if url.is_none() {
                (self.tell)(Change::Session(Session::SignedOut));
            }
            let mut reached = true;
            if let Some((_, tokens)) = stored {
                // Best effort: the person is signed out here whatever the server says, and without
                // a network there is nothing more to be done.
                let revoke = RevokeToken::new(tokens.refresh, self.client_id());
                reached = !matches!(self.client.call(&revoke).await, Err(Error::Fault(_)));
            }
            match url {
                Some(url) if reached => SignedOut::Leave(url),
                // The browser would show an error of its own in place of this page.
                Some(_) => {
                    (self.tell)(Change::Session(Session::SignedOut));
                    SignedOut::NotAtPool
                }
                None if through_domain => SignedOut::NotAtPool,
                None => SignedOut::Done,
            }
        })
    }

    fn begin_social(&self, provider: &str, next: Option<String>) -> Option<String> {
        let domain = self.pool.domain.as_ref()?;
        self.exchange.take();
        let pending = Pending::new(&self.world.secret(), next, self.world.now());
        // Whoever came back could not finish what this tab does not remember.
        let kept = self.world.keep(PENDING, &pending.write());
        kept.then(|| domain.authorize_url(&self.pool.client, provider, &pending))
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
        (self.tell)(Change::Remembered(user));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cognito::{
            client::{HttpRequest, HttpResponse, Transport},
            oauth::{PENDING_SECONDS, Refusal, TokenTransport},
            sign_in::{MfaSetup, Way},
            srp::{BigMod, HostMath, SECRET_BYTES},
        },
        session::{
            store::{USER_EMAIL, USER_TOKEN},
            world::{Clock, Lock, Passkeys, Random, Storage, TabStorage},
        },
    };
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};
    use std::{
        collections::{BTreeMap, VecDeque},
        future::Future,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    /// What the server answers to the next call: the operation it expects, and status and body or a
    /// fault.
    type Answer = (&'static str, Result<(u16, Value), Fault>);

    type Meanwhile = Box<dyn FnOnce(&Fake)>;

    #[derive(Default)]
    struct Fake {
        storage: RefCell<BTreeMap<String, String>>,
        now: Cell<u64>,
        answers: RefCell<VecDeque<Answer>>,
        calls: RefCell<Vec<(String, Value)>>,
        /// What another tab does while we wait for the lock.
        meanwhile: RefCell<Option<Meanwhile>>,
        /// What happens while the next call is under way.
        under_way: RefCell<Option<Meanwhile>>,
        /// The tab's storage is denied.
        forgetful: Cell<bool>,
        /// What only this tab sees.
        tab: RefCell<BTreeMap<String, String>>,
    }

    impl Transport for Rc<Fake> {
        fn post(&self, request: HttpRequest<'_>) -> impl Future<Output = Result<HttpResponse, Fault>> {
            let operation = request.target.rsplit('.').next().unwrap_or_default().to_owned();
            let (expected, answer) = self.answers.borrow_mut().pop_front().expect("a call too many");
            assert_eq!(operation, expected);
            if let Some(happens) = self.under_way.take() {
                happens(self);
            }
            self.calls.borrow_mut().push((operation, serde_json::from_str(&request.body).unwrap()));
            std::future::ready(answer.map(|(status, body)| HttpResponse {
                status,
                error_type: None,
                body: body.to_string(),
            }))
        }
    }

    impl TokenTransport for Rc<Fake> {
        fn post_form(&self, url: &str, form: String) -> impl Future<Output = Result<HttpResponse, Fault>> {
            assert_eq!(url, "https://domain.test/oauth2/token");
            let (expected, answer) = self.answers.borrow_mut().pop_front().expect("a call too many");
            assert_eq!(expected, "token");
            let form = form.split('&').filter_map(|pair| pair.split_once('='));
            let form = form.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
            self.calls.borrow_mut().push(("token".to_owned(), Value::Object(form)));
            let response =
                |(status, body): (u16, Value)| HttpResponse { status, error_type: None, body: body.to_string() };
            std::future::ready(answer.map(response))
        }
    }

    impl TabStorage for Rc<Fake> {
        fn keep(&self, key: &str, value: &str) -> bool {
            if self.forgetful.get() {
                return false;
            }
            self.tab.borrow_mut().insert(key.to_owned(), value.to_owned());
            true
        }
        fn take(&self, key: &str) -> Option<String> {
            self.tab.borrow_mut().remove(key)
        }
    }

    impl Storage for Rc<Fake> {
        fn get(&self, key: &str) -> Option<String> {
            self.storage.borrow().get(key).cloned()
        }
        fn set(&self, key: &str, value: &str) {
            self.storage.borrow_mut().insert(key.to_owned(), value.to_owned());
        }
        fn remove(&self, key: &str) {
            self.storage.borrow_mut().remove(key);
        }
    }

    impl Clock for Rc<Fake> {
        fn now(&self) -> u64 {
            self.now.get()
        }
    }

    impl Random for Rc<Fake> {
        fn secret(&self) -> [u8; SECRET_BYTES] {
            [7; SECRET_BYTES]
        }
    }

    impl Lock for Rc<Fake> {
        type Guard = ();
        async fn acquire(&self, _: &str) {
            if let Some(meanwhile) = self.meanwhile.take() {
                meanwhile(self);
            }
        }
    }

    impl Passkeys for Rc<Fake> {
        fn stop_passkey(&self, _: Mediation) {}
        async fn use_passkey(&self, _: String, _: Mediation) -> Result<String, PasskeyFault> {
            Err(PasskeyFault::Unsupported)
        }
    }

    impl BigMod for Rc<Fake> {
        fn mod_pow(&self, base: &str, exponent: &str, modulus: &str) -> String {
            HostMath.mod_pow(base, exponent, modulus)
        }
        fn sub_mul_mod(&self, minuend: &str, factor: &str, value: &str, modulus: &str) -> String {
            HostMath.sub_mul_mod(minuend, factor, value, modulus)
        }
        fn add_mul(&self, a: &str, b: &str, c: &str) -> String {
            HostMath.add_mul(a, b, c)
        }
    }

    /// Nothing here waits for anything, so one poll is enough.
    fn run<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("waits for something"),
        }
    }

    fn access(issued: u64, ends: u64) -> String {
        let claims = json!({"username": "sub", "iat": issued, "exp": ends}).to_string();
        format!("e30.{}.{issued}", URL_SAFE_NO_PAD.encode(claims))
    }

    fn id() -> String {
        format!("e30.{}.x", URL_SAFE_NO_PAD.encode(r#"{"email":"ada@example.com","sub":"sub"}"#))
    }

    fn tokens(issued: u64, ends: u64) -> Tokens {
        Tokens {
            access: AccessToken::new(access(issued, ends)),
            id: IdToken::new(id()),
            refresh: RefreshToken::new("refresh-1"),
        }
    }

    fn renewed(issued: u64, ends: u64) -> Result<(u16, Value), Fault> {
        Ok((200, json!({"AuthenticationResult": {"AccessToken": access(issued, ends), "IdToken": id()}})))
    }

    fn refused(name: &str) -> Result<(u16, Value), Fault> {
        Ok((400, json!({"__type": name, "message": "x"})))
    }

    fn user() -> Result<(u16, Value), Fault> {
        Ok((200, json!({"Username": "sub", "UserAttributes": [{"Name": "name", "Value": "Ada"}]})))
    }

    fn submit() -> Input {
        let (user, password) = (UserName::new("ada@example.com"), Password::new("hunter2!"));
        Input::Submit { user, way: Way::Srp(password) }
    }

    fn verifier() -> Result<(u16, Value), Fault> {
        Ok((
            200,
            json!({"ChallengeName": "PASSWORD_VERIFIER", "Session": "s", "ChallengeParameters": {
                "SALT": "ab", "SRP_B": "cd", "SECRET_BLOCK": "ZWY=", "USER_ID_FOR_SRP": "sub", "USERNAME": "sub"}}),
        ))
    }

    fn signed_in() -> Result<(u16, Value), Fault> {
        let mut answer = renewed(1000, 4600).unwrap();
        answer.1["AuthenticationResult"]["RefreshToken"] = json!("r");
        Ok(answer)
    }

    fn device() -> Device {
        Device {
            key: DeviceKey::new("us-east-1_1"),
            group: DeviceGroupKey::new("-g"),
            password: DevicePassword::new("device-password"),
        }
    }

    struct Scene {
        world: Rc<Fake>,
        keeper: Keeper<Rc<Fake>>,
        told: Rc<RefCell<Vec<Change>>>,
    }

    /// A keeper at the time 1000, with tokens in storage that end at `ends`.
    fn scene(ends: Option<u64>, answers: Vec<Answer>) -> Scene {
        let world = Rc::new(Fake { now: Cell::new(1000), answers: RefCell::new(answers.into()), ..Default::default() });
        let pool = Pool {
            id: UserPoolId::parse("us-east-1_Test").unwrap(),
            client: ClientId::new("c"),
            endpoints: Endpoints {
                user_pools: "http://pool/".into(),
                identity_pools: "http://pool/".into(),
                sts: "http://pool/".into(),
            },
            domain: Some(Domain {
                base: "https://domain.test".into(),
                scopes: vec!["openid".into()],
                redirect_uri: "https://app.test/back".into(),
                logout_uri: Some("https://app.test/bye".into()),
            }),
        };
        if let Some(ends) = ends {
            Store::new(&pool.client).save(&world, &UserName::new("sub"), &tokens(ends.saturating_sub(3600), ends));
        }
        let told = Rc::new(RefCell::new(Vec::new()));
        let keeper = Keeper::new(pool, world.clone(), {
            let told = told.clone();
            move |change| told.borrow_mut().push(change)
        });
        Scene { world, keeper, told }
    }

    impl Scene {
        fn last_session(&self) -> Session {
            let told = self.told.borrow();
            let session = told.iter().rev().find_map(|change| match change {
                Change::Session(session) => Some(session.clone()),
                _ => None,
            });
            session.expect("no session was told")
        }

        fn is_signed_in(&self) -> bool {
            matches!(self.last_session(), Session::SignedIn(_))
        }

        fn all_answers_were_used(&self) {
            assert!(self.world.answers.borrow().is_empty(), "{:?}", self.world.answers.borrow());
        }
    }

    #[test]
    fn a_fresh_session_is_restored_at_once_and_brought_up_to_date() {
        let scene = scene(Some(5000), vec![("GetUser", user())]);
        run(scene.keeper.restore());
        let told = scene.told.borrow();
        let names: Vec<_> = told
            .iter()
            .map(|change| match change {
                Change::Session(Session::SignedIn(user)) => user.profile.display_name().unwrap().to_owned(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(names, ["ada@example.com", "Ada"]);
    }

    #[test]
    fn nothing_or_garbage_in_storage_is_nobody() {
        let empty = scene(None, vec![]);
        run(empty.keeper.restore());
        assert_eq!(empty.last_session(), Session::SignedOut);

        let garbage = scene(Some(5000), vec![]);
        garbage.world.set("CognitoIdentityServiceProvider.c.sub.accessToken", "not a token");
        let before = garbage.world.storage.borrow().len();
        run(garbage.keeper.restore());
        assert_eq!(garbage.last_session(), Session::SignedOut);
        assert_eq!(garbage.world.storage.borrow().len(), before, "what is not understood is not deleted");
    }

    #[test]
    fn tokens_that_end_soon_are_refreshed_first() {
        let scene = scene(Some(1030), vec![("GetTokensFromRefreshToken", renewed(1000, 4600)), ("GetUser", user())]);
        run(scene.keeper.restore());
        assert!(scene.is_signed_in());
        assert_eq!(scene.world.get(USER_TOKEN), Some(access(1000, 4600)));
        let refresh = scene.world.get("CognitoIdentityServiceProvider.c.sub.refreshToken");
        assert_eq!(refresh.as_deref(), Some("refresh-1"), "kept where the pool does not rotate");
        scene.all_answers_were_used();
    }

    #[test]
    fn a_server_without_the_new_operation_is_asked_the_old_way() {
        let answers = vec![
            ("GetTokensFromRefreshToken", refused("UnknownOperationException")),
            ("InitiateAuth", renewed(1000, 4600)),
            ("GetUser", user()),
        ];
        let scene = scene(Some(900), answers);
        run(scene.keeper.restore());
        assert!(scene.is_signed_in());
        assert_eq!(scene.world.calls.borrow()[1].1["AuthFlow"], "REFRESH_TOKEN_AUTH");
    }

    #[test]
    fn a_rotated_refresh_token_replaces_the_old_one() {
        let mut answer = renewed(1000, 4600).unwrap();
        answer.1["AuthenticationResult"]["RefreshToken"] = json!("refresh-2");
        let scene = scene(Some(900), vec![("GetTokensFromRefreshToken", Ok(answer)), ("GetUser", user())]);
        run(scene.keeper.restore());
        let refresh = scene.world.get("CognitoIdentityServiceProvider.c.sub.refreshToken");
        assert_eq!(refresh.as_deref(), Some("refresh-2"));
    }

    #[test]
    fn trouble_on_the_way_keeps_the_session_and_says_so() {
        for answer in [
            Err(Fault::Offline),
            Err(Fault::TimedOut),
            Ok((500, json!("oops"))),
            Ok((200, json!({}))),
            refused("TooManyRequestsException"),
            refused("InternalErrorException"),
        ] {
            let scene = scene(Some(900), vec![("GetTokensFromRefreshToken", answer.clone())]);
            let before = scene.world.storage.borrow().clone();
            run(scene.keeper.restore());
            assert_eq!(*scene.world.storage.borrow(), before, "{answer:?}");
            match scene.last_session() {
                Session::SignedIn(user) => assert!(user.stale.is_some(), "{answer:?}"),
                other => panic!("{answer:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_definitive_refusal_ends_the_session_and_keeps_the_email() {
        for name in ["NotAuthorizedException", "RefreshTokenReuseException", "UserNotFoundException"] {
            let scene = scene(Some(900), vec![("GetTokensFromRefreshToken", refused(name))]);
            scene.world.set(USER_EMAIL, "ada@example.com");
            run(scene.keeper.restore());
            assert_eq!(scene.last_session(), Session::SignedOut, "{name}");
            assert!(scene.told.borrow().contains(&Change::Ended), "{name}");
            let keys: Vec<_> = scene.world.storage.borrow().keys().cloned().collect();
            assert_eq!(keys, [USER_EMAIL], "{name}");
        }
    }

    #[test]
    fn a_token_the_server_rejects_is_refreshed_once() {
        let answers = vec![
            ("GetUser", refused("NotAuthorizedException")),
            ("GetTokensFromRefreshToken", renewed(1001, 4601)),
            ("GetUser", user()),
        ];
        let again = scene(Some(5000), answers);
        run(again.keeper.restore());
        assert!(again.is_signed_in());

        let answers = vec![
            ("GetUser", refused("NotAuthorizedException")),
            ("GetTokensFromRefreshToken", renewed(1001, 4601)),
            ("GetUser", refused("NotAuthorizedException")),
        ];
        let over = scene(Some(5000), answers);
        run(over.keeper.restore());
        assert_eq!(over.last_session(), Session::SignedOut);
        over.all_answers_were_used();
    }

    #[test]
    fn tokens_of_another_tab_are_adopted_instead_of_refreshing_again() {
        let scene = scene(Some(1030), vec![("GetUser", user())]);
        *scene.world.meanwhile.borrow_mut() = Some(Box::new(|fake| {
            let key = "CognitoIdentityServiceProvider.c.sub.accessToken".to_owned();
            fake.storage.borrow_mut().insert(key, access(1000, 4600));
        }));
        run(scene.keeper.restore());
        assert!(scene.is_signed_in());
        assert_eq!(scene.world.calls.borrow()[0].1["AccessToken"], access(1000, 4600));
    }

    #[test]
    fn tokens_of_another_tab_that_show_only_after_the_lock_are_adopted() {
        for answer in [renewed(1000, 4601), refused("NotAuthorizedException")] {
            let scene = scene(Some(1030), vec![("GetTokensFromRefreshToken", answer), ("GetUser", user())]);
            let store = Store::new(&ClientId::new("c"));
            *scene.world.under_way.borrow_mut() = Some(Box::new({
                let world = scene.world.clone();
                move |_| {
                    let (user, old) = store.load(&world).unwrap();
                    store.save(&world, &user, &Tokens { refresh: old.refresh, ..tokens(1000, 4600) });
                }
            }));
            run(scene.keeper.restore());
            assert_eq!(scene.world.calls.borrow()[1].1["AccessToken"], access(1000, 4600));
            let Session::SignedIn(user) = scene.last_session() else { panic!("signed out") };
            assert_eq!(user.stale, None);
        }
    }

    #[test]
    fn a_sign_out_in_another_tab_wins_over_a_refresh() {
        let scene = scene(Some(1030), vec![]);
        *scene.world.meanwhile.borrow_mut() = Some(Box::new(|fake| fake.storage.borrow_mut().clear()));
        run(scene.keeper.keep_fresh());
        assert!(scene.world.storage.borrow().is_empty(), "nothing is written back");
    }

    #[test]
    fn a_refresh_that_is_overtaken_by_another_sign_in_changes_nothing() {
        for answer in [renewed(1000, 4600), refused("NotAuthorizedException")] {
            let scene = scene(Some(1030), vec![("GetTokensFromRefreshToken", answer)]);
            let store = Store::new(&ClientId::new("c"));
            let bob = Tokens { refresh: RefreshToken::new("bob"), ..tokens(1000, 4600) };
            *scene.world.under_way.borrow_mut() = Some(Box::new({
                let (store, bob, world) = (store.clone(), bob.clone(), scene.world.clone());
                move |_| {
                    store.clear(&world);
                    store.save(&world, &UserName::new("bob"), &bob);
                }
            }));
            assert!(!run(scene.keeper.keep_fresh()), "to be looked at again");
            assert_eq!(store.load(&scene.world), Some((UserName::new("bob"), bob)));
            assert!(scene.told.borrow().is_empty(), "nobody is told about a session that is gone");
        }
    }

    #[test]
    fn a_renewal_that_failed_asks_to_be_tried_again() {
        let failing = scene(Some(1030), vec![("GetTokensFromRefreshToken", Err(Fault::ServerDown))]);
        assert!(!run(failing.keeper.keep_fresh()));
        let working = scene(Some(1030), vec![("GetTokensFromRefreshToken", renewed(1000, 4600))]);
        assert!(run(working.keeper.keep_fresh()));
        assert!(working.told.borrow().contains(&Change::Renewed(4600)));
    }

    #[test]
    fn a_clock_that_is_a_day_ahead_refreshes_once_not_for_ever() {
        const DAY: u64 = 86_400;
        let scene = scene(Some(4600), vec![("GetTokensFromRefreshToken", renewed(1010, 4610)), ("GetUser", user())]);
        scene.world.now.set(1010 + DAY);
        run(scene.keeper.restore());
        match scene.last_session() {
            Session::SignedIn(user) => assert_eq!(user.expires_at, 4610 + DAY, "by this machine's clock"),
            other => panic!("{other:?}"),
        }
        // A minute later the token is still good, and nothing is asked.
        scene.world.now.set(1070 + DAY);
        run(scene.keeper.keep_fresh());
        scene.all_answers_were_used();
    }

    #[test]
    fn signing_out_works_without_a_network() {
        let scene = scene(Some(5000), vec![("RevokeToken", Err(Fault::Offline))]);
        run(scene.keeper.sign_out());
        assert_eq!(scene.last_session(), Session::SignedOut);
        assert!(scene.world.storage.borrow().is_empty());
        assert!(!scene.told.borrow().contains(&Change::Ended), "the person did it, not the server");
    }

    #[test]
    fn the_password_is_in_no_request_of_a_sign_in() {
        let scene = scene(
            None,
            vec![("InitiateAuth", verifier()), ("RespondToAuthChallenge", signed_in()), ("GetUser", user())],
        );
        scene.keeper.prepare();
        let attempt = run(scene.keeper.sign_in(Attempt::default(), submit()));
        assert_eq!((attempt.asks, attempt.problem), (Asks::SignedIn, None));
        assert!(attempt.step().is_none(), "the tokens are in storage and nowhere else");
        assert!(scene.is_signed_in());
        let calls = scene.world.calls.borrow();
        assert!(calls.iter().all(|(_, body)| !body.to_string().contains("hunter2")));
        assert_eq!(calls[1].1["ChallengeResponses"]["USERNAME"], "sub", "the name that came back, not the typed one");
        assert_eq!(scene.world.get(USER_TOKEN), Some(access(1000, 4600)));
    }

    /// A sign-in from a device that the pool does not know yet.
    fn from_a_new_device(confirmed: Result<(u16, Value), Fault>) -> Scene {
        let mut tokens = signed_in().unwrap();
        tokens.1["AuthenticationResult"]["NewDeviceMetadata"] =
            json!({"DeviceKey": "us-east-1_1", "DeviceGroupKey": "-g"});
        scene(
            None,
            vec![
                ("InitiateAuth", verifier()),
                ("RespondToAuthChallenge", Ok(tokens)),
                ("ConfirmDevice", confirmed),
                ("GetUser", user()),
            ],
        )
    }

    #[test]
    fn a_new_device_is_confirmed_with_a_verifier_and_remembered() {
        let scene = from_a_new_device(Ok((200, json!({"UserConfirmationNecessary": false}))));
        run(scene.keeper.sign_in(Attempt::default(), submit()));
        assert!(scene.is_signed_in());
        let stored = Store::new(&ClientId::new("c")).device(&scene.world, &UserName::new("sub")).unwrap();
        assert_eq!((stored.key.as_str(), stored.group.as_str()), ("us-east-1_1", "-g"));
        let confirm = &scene.world.calls.borrow()[2].1;
        assert_eq!(confirm["DeviceKey"], "us-east-1_1");
        let made = DeviceSecret::new(&HostMath, &stored.group, &stored.key, &[7; SECRET_BYTES]);
        assert_eq!(confirm["DeviceSecretVerifierConfig"], serde_json::to_value(&made.verifier).unwrap());
        assert_eq!(stored.password, made.password);
        assert!(!confirm.to_string().contains(stored.password.as_str()), "it never leaves the browser");
    }

    #[test]
    fn a_device_that_cannot_be_confirmed_does_not_keep_anybody_out() {
        let scene = from_a_new_device(Err(Fault::Offline));
        run(scene.keeper.sign_in(Attempt::default(), submit()));
        assert!(scene.is_signed_in());
        assert_eq!(Store::new(&ClientId::new("c")).device(&scene.world, &UserName::new("sub")), None);
    }

    #[test]
    fn a_remembered_device_proves_itself() {
        let start = json!({"ChallengeName": "DEVICE_SRP_AUTH", "Session": "s2", "ChallengeParameters": {}});
        let proof = json!({"ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": "s3", "ChallengeParameters": {
            "SALT": "ab", "SRP_B": "cd", "SECRET_BLOCK": "ZWY=", "DEVICE_KEY": "us-east-1_1"}});
        let scene = scene(
            None,
            vec![
                ("InitiateAuth", verifier()),
                ("RespondToAuthChallenge", Ok((200, start))),
                ("RespondToAuthChallenge", Ok((200, proof))),
                ("RespondToAuthChallenge", signed_in()),
                ("GetUser", user()),
            ],
        );
        Store::new(&ClientId::new("c")).save_device(&scene.world, &UserName::new("sub"), &device());
        run(scene.keeper.sign_in(Attempt::default(), submit()));
        assert!(scene.is_signed_in());
        let calls = scene.world.calls.borrow();
        assert_eq!(calls[0].1["AuthParameters"].get("DEVICE_KEY"), None, "the typed name is not the pool's");
        for (i, challenge) in [(1, "PASSWORD_VERIFIER"), (2, "DEVICE_SRP_AUTH"), (3, "DEVICE_PASSWORD_VERIFIER")] {
            assert_eq!(calls[i].1["ChallengeName"], challenge);
            assert_eq!(calls[i].1["ChallengeResponses"]["DEVICE_KEY"], "us-east-1_1");
            assert_eq!(calls[i].1["ChallengeResponses"]["USERNAME"], "sub");
        }
        assert!(calls[2].1["ChallengeResponses"]["SRP_A"].is_string());
        assert!(calls[3].1["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"].is_string());
        assert!(calls.iter().all(|(_, body)| !body.to_string().contains("device-password")));
    }

    #[test]
    fn a_device_that_the_pool_has_forgotten_is_forgotten_and_the_sign_in_goes_on_without() {
        let forgotten = Ok((400, json!({"__type": "ResourceNotFoundException", "message": "Device does not exist."})));
        let scene = scene(
            None,
            vec![
                ("InitiateAuth", verifier()),
                ("RespondToAuthChallenge", forgotten),
                ("InitiateAuth", verifier()),
                ("RespondToAuthChallenge", signed_in()),
                ("GetUser", user()),
            ],
        );
        let store = Store::new(&ClientId::new("c"));
        store.save_device(&scene.world, &UserName::new("sub"), &device());
        run(scene.keeper.sign_in(Attempt::default(), submit()));
        assert!(scene.is_signed_in());
        assert_eq!(store.device(&scene.world, &UserName::new("sub")), None);
        assert_eq!(scene.world.calls.borrow()[3].1["ChallengeResponses"].get("DEVICE_KEY"), None);
    }

    #[test]
    fn a_refresh_names_the_remembered_device() {
        let scene = scene(Some(1030), vec![("GetTokensFromRefreshToken", renewed(1000, 4600))]);
        Store::new(&ClientId::new("c")).save_device(&scene.world, &UserName::new("sub"), &device());
        assert!(run(scene.keeper.keep_fresh()));
        assert_eq!(scene.world.calls.borrow()[0].1["DeviceKey"], "us-east-1_1");
    }

    #[test]
    fn an_authenticator_app_is_set_up_on_the_way_in() {
        let setup = json!({"ChallengeName": "MFA_SETUP", "Session": "s2", "ChallengeParameters": {
            "MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]"}});
        let scene = scene(
            None,
            vec![
                ("InitiateAuth", verifier()),
                ("RespondToAuthChallenge", Ok((200, setup))),
                ("AssociateSoftwareToken", Ok((200, json!({"SecretCode": "ABCDEFGHIJKLMNOP", "Session": "s3"})))),
                ("VerifySoftwareToken", Ok((200, json!({"Status": "SUCCESS", "Session": "s4"})))),
                ("RespondToAuthChallenge", signed_in()),
                ("GetUser", user()),
            ],
        );
        let attempt = run(scene.keeper.sign_in(Attempt::default(), submit()));
        assert_eq!(attempt.asks, Asks::SetUpMfa);
        let attempt = run(scene.keeper.sign_in(attempt, Input::SetUp(MfaSetup::Totp)));
        assert_eq!(attempt.asks, Asks::ScanTotp);
        let verify = Input::VerifyTotp { code: TotpCode::new("123456"), name: None };
        run(scene.keeper.sign_in(attempt, verify));
        assert!(scene.is_signed_in());
        let calls = scene.world.calls.borrow();
        let sessions: Vec<_> = calls[1..5].iter().map(|(_, body)| body["Session"].as_str().unwrap()).collect();
        assert_eq!(sessions, ["s", "s2", "s3", "s4"], "each is used once");
    }

    #[test]
    fn a_refusal_that_is_not_about_the_token_leaves_the_session_alone() {
        let body = json!({"__type": "NotAuthorizedException",
                          "message": "A client attempted to write unauthorized attribute"});
        let scene = scene(Some(5000), vec![("UpdateUserAttributes", Ok((400, body)))]);
        let error = run(scene.keeper.update_attributes(vec![])).unwrap_err();
        assert_eq!(error.reason(), Some(Reason::AttributeNotWritable));
        assert!(scene.told.borrow().is_empty());
        assert!(!scene.world.storage.borrow().is_empty());
        scene.all_answers_were_used();
    }

    #[test]
    fn only_what_is_sent_is_remembered_and_only_when_it_worked() {
        let answer = json!({"UserConfirmed": false, "Session": "s",
            "CodeDeliveryDetails": {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}});
        let worked = scene(None, vec![("SignUp", Ok((200, answer)))]);
        let user = UserName::new("ada@example.com");
        let signed_up = run(worked.keeper.sign_up(user.clone(), Some(Password::new("p")), vec![])).unwrap();
        assert!(!signed_up.confirmed);
        assert_eq!(signed_up.sent.unwrap().delivery_medium, Some(DeliveryMedium::Email));
        assert_eq!(signed_up.session, Some(ChallengeSession::new("s")));
        assert_eq!(worked.world.get(USER_EMAIL).as_deref(), Some("ada@example.com"));

        let failed = scene(None, vec![("SignUp", refused("UsernameExistsException"))]);
        assert!(run(failed.keeper.sign_up(user, None, vec![])).is_err());
        assert!(failed.world.storage.borrow().is_empty());
        assert_eq!(failed.world.calls.borrow()[0].1.get("Password"), None, "none was chosen");
    }

    #[test]
    fn a_code_that_outlives_the_session_of_its_sign_up_counts_all_the_same() {
        let over =
            json!({"__type": "NotAuthorizedException", "message": "Invalid session for the user, session is expired."});
        let scene = scene(None, vec![("ConfirmSignUp", Ok((400, over))), ("ConfirmSignUp", Ok((200, json!({}))))]);
        let (ada, code) = (UserName::new("ada@example.com"), ConfirmationCode::new("123456"));
        assert_eq!(run(scene.keeper.confirm_sign_up(ada, code, Some(ChallengeSession::new("s1")))), Ok(None));
        assert_eq!(scene.world.calls.borrow()[1].1.get("Session"), None);
        scene.all_answers_were_used();
    }

    #[test]
    fn whoever_confirms_an_account_is_signed_in_by_the_sessions_of_the_two_calls() {
        let scene = scene(
            None,
            vec![
                ("ConfirmSignUp", Ok((200, json!({"Session": "s2"})))),
                ("InitiateAuth", signed_in()),
                ("GetUser", user()),
            ],
        );
        let (ada, code) = (UserName::new("ada@example.com"), ConfirmationCode::new("123456"));
        let session = Some(ChallengeSession::new("s1"));
        let session = run(scene.keeper.confirm_sign_up(ada.clone(), code, session)).unwrap().unwrap();
        let input = Input::Submit { user: ada, way: Way::SignedUp(session) };
        assert_eq!(run(scene.keeper.sign_in(Attempt::default(), input)).asks, Asks::SignedIn);
        assert!(scene.is_signed_in());
        let calls = scene.world.calls.borrow();
        assert_eq!(calls[0].1["Session"], "s1");
        assert_eq!((&calls[1].1["Session"], &calls[1].1["AuthFlow"]), (&json!("s2"), &json!("USER_AUTH")));
        assert!(scene.world.storage.borrow().values().all(|text| text != "s1" && text != "s2"), "nowhere but here");
    }

    #[test]
    fn a_profile_that_comes_after_somebody_else_signed_in_is_not_theirs() {
        let scene = scene(Some(5000), vec![("GetUser", user())]);
        *scene.world.under_way.borrow_mut() = Some(Box::new({
            let world = scene.world.clone();
            move |_| Store::new(&ClientId::new("c")).save(&world, &UserName::new("bob"), &tokens(1000, 4600))
        }));
        run(scene.keeper.restore());
        assert_eq!(scene.told.borrow().len(), 1, "{:?}", scene.told.borrow());
    }

    const OAUTH: &str = "CognitoIdentityServiceProvider.c.oauthSignIn";
    const LOGOUT: &str = "https://domain.test/logout?client_id=c&logout_uri=https%3A%2F%2Fapp.test%2Fbye";

    /// A parameter of an address.
    fn parameter(url: &str, name: &str) -> String {
        let pairs = url.split(['?', '&']).filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(found, _)| *found == name).map(|(_, value)| value.to_owned()).unwrap()
    }

    /// Tokens for a request.
    fn social(url: &str) -> Result<(u16, Value), Fault> {
        let claims = json!({"iss": "https://idp.test/us-east-1_Test", "aud": "c", "token_use": "id", "sub": "sub",
                            "nonce": parameter(url, "nonce"), "email": "mira@social.test"});
        let id = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()));
        Ok((200, json!({"access_token": access(1000, 4600), "id_token": id, "refresh_token": "r"})))
    }

    fn spent() -> Result<(u16, Value), Fault> {
        Ok((400, json!({"error": "invalid_grant"})))
    }

    impl Scene {
        /// Begins a sign-in at a provider; gives the address the browser is sent to.
        fn begin(&self) -> String {
            self.keeper.begin_social("Google", Some("/asked?for".into())).unwrap()
        }

        fn finish(&self, query: &str) -> Finished {
            run(self.keeper.finish_social(query.to_owned()))
        }

        fn will_answer(&self, answers: Vec<Answer>) {
            self.world.answers.borrow_mut().extend(answers);
        }
    }

    fn failed(next: Option<&str>, failure: Failure) -> Finished {
        Finished { next: next.map(str::to_owned), result: Err(failure) }
    }

    #[test]
    fn a_sign_in_at_a_provider_becomes_a_session_like_any_other() {
        let scene = scene(None, vec![]);
        let url = scene.begin();
        assert!(url.starts_with("https://domain.test/oauth2/authorize?") && !url.contains("asked"), "{url}");
        scene.will_answer(vec![("token", social(&url))]);
        let finished = scene.finish(&format!("code=c0de&state={}", parameter(&url, "state")));
        assert_eq!(finished, Finished { next: Some("/asked?for".into()), result: Ok(()) });
        let Session::SignedIn(user) = scene.last_session() else { panic!("nobody is signed in") };
        assert_eq!(user.profile.email(), Some("mira@social.test"));
        assert_eq!(scene.world.get(USER_TOKEN), Some(access(1000, 4600)));
        assert_eq!(scene.world.get(OAUTH).as_deref(), Some("true,false"));
        let calls = scene.world.calls.borrow();
        assert_eq!((&calls[0].1["code"], &calls[0].1["client_id"]), (&json!("c0de"), &json!("c")));
        let verifier = CodeVerifier::new(calls[0].1["code_verifier"].as_str().unwrap());
        assert_eq!(oauth::code_challenge(&verifier), parameter(&url, "code_challenge"));
        scene.all_answers_were_used();
    }

    #[test]
    fn nobody_is_sent_away_who_could_not_finish_when_they_come_back() {
        let scene = scene(None, vec![]);
        scene.world.forgetful.set(true);
        assert_eq!(scene.keeper.begin_social("Google", None), None);
    }

    #[test]
    fn an_answer_counts_once_and_only_where_it_was_asked_for() {
        let scene = scene(None, vec![]);
        let stray = failed(None, Failure::Stray);
        assert_eq!(scene.finish("code=c0de&state=x"), stray, "another tab, or a bookmark");
        let url = scene.begin();
        let query = format!("code=c0de&state={}", parameter(&url, "state"));
        scene.will_answer(vec![("token", social(&url))]);
        assert!(scene.finish(&query).result.is_ok());
        assert_eq!(scene.finish(&query), stray, "the same again");
        scene.begin();
        assert_eq!(scene.finish("code=c0de&state=forged"), failed(Some("/asked?for"), Failure::OtherState));
        assert_eq!(scene.finish(&query), stray, "a wrong answer uses the request up");
        assert_eq!(scene.world.calls.borrow().len(), 1, "no wrong answer reaches the token endpoint");
    }

    #[test]
    fn every_other_way_it_can_end_signs_nobody_in() {
        let refused = |refusal| Failure::Refused(refusal);
        let table: [(&str, u64, Option<Answer>, Failure); 6] = [
            ("error=access_denied", 0, None, refused(Refusal::Cancelled)),
            ("error=invalid_request&error_description=Already+found", 0, None, refused(Refusal::EmailTaken)),
            ("code=c0de", PENDING_SECONDS + 1, None, Failure::TooLate),
            ("code=c0de", 0, Some(("token", spent())), Failure::CodeSpent),
            (
                "code=c0de",
                0,
                Some(("token", Ok((400, json!({"error": "invalid_client"}))))),
                refused(Refusal::Misconfigured),
            ),
            ("code=c0de", 0, Some(("token", social("?nonce=other"))), Failure::OtherToken),
        ];
        for (query, later, answer, failure) in table {
            let scene = scene(None, answer.into_iter().collect());
            let url = scene.begin();
            scene.world.now.set(1000 + later);
            let finished = scene.finish(&format!("{query}&state={}", parameter(&url, "state")));
            assert_eq!(finished, failed(Some("/asked?for"), failure), "{query}");
            assert!(scene.told.borrow().is_empty() && scene.world.storage.borrow().is_empty(), "{query}");
            assert!(scene.world.tab.borrow().is_empty(), "{query}");
            scene.all_answers_were_used();
        }
    }

    #[test]
    fn an_exchange_without_an_answer_is_tried_again_without_asking_the_provider() {
        let scene = scene(None, vec![("token", Err(Fault::Offline))]);
        let url = scene.begin();
        let query = format!("code=c0de&state={}", parameter(&url, "state"));
        assert_eq!(scene.finish(&query), failed(Some("/asked?for"), Failure::NoAnswer(Fault::Offline)));
        scene.will_answer(vec![("token", social(&url))]);
        assert_eq!(scene.finish(&query), Finished { next: Some("/asked?for".into()), result: Ok(()) });
        assert!(scene.is_signed_in());
        let calls = scene.world.calls.borrow();
        assert_eq!(calls[0], calls[1], "the same request");
    }

    #[test]
    fn signing_out_of_a_session_from_the_domain_goes_by_the_domain() {
        let revoked = || vec![("RevokeToken", Ok((200, json!({}))))];
        let from_domain = |answers| {
            let scene = scene(Some(5000), answers);
            Store::new(&ClientId::new("c")).note_domain(&scene.world, true);
            scene
        };
        let leaving = from_domain(revoked());
        assert_eq!(run(leaving.keeper.sign_out()), SignedOut::Leave(LOGOUT.into()));
        assert!(leaving.world.storage.borrow().is_empty());
        assert!(leaving.told.borrow().is_empty(), "it is not done before the browser has been there");

        let offline = from_domain(vec![("RevokeToken", Err(Fault::Offline))]);
        assert_eq!(run(offline.keeper.sign_out()), SignedOut::NotAtPool);
        assert_eq!(offline.last_session(), Session::SignedOut);

        let mut nowhere = from_domain(revoked());
        nowhere.keeper.pool.domain.as_mut().unwrap().logout_uri = None;
        assert_eq!(run(nowhere.keeper.sign_out()), SignedOut::NotAtPool);
        assert_eq!(nowhere.last_session(), Session::SignedOut);

        let with_password = scene(Some(5000), revoked());
        assert_eq!(run(with_password.keeper.sign_out()), SignedOut::Done);
        assert_eq!(with_password.last_session(), Session::SignedOut);
    }

    #[test]
    fn a_session_by_password_after_one_from_the_domain_is_none_from_the_domain() {
        let answers = vec![("InitiateAuth", verifier()), ("RespondToAuthChallenge", signed_in()), ("GetUser", user())];
        let scene = scene(None, answers);
        Store::new(&ClientId::new("c")).note_domain(&scene.world, true);
        run(scene.keeper.sign_in(Attempt::default(), submit()));
        assert!(scene.is_signed_in());
        assert_eq!(scene.world.get(OAUTH), None);
    }
}
