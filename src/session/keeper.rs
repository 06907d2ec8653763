//! The one keeper of the session: carries out sign-ins, restores, refreshes, signs out.

use super::{
    Account, Change, Local, Profile, Session, SignedUp, User,
    store::{Store, USER_EMAIL},
    world::World,
};
use crate::cognito::{
    client::{Client, Endpoints, Operation},
    error::{Error, ErrorKind, Fault, ServiceError},
    operations::*,
    sign_in::{Command, Event, Step, next},
    srp::{self, Ephemeral},
    token::AccessClaims,
    types::*,
};
use std::{cell::RefCell, rc::Rc};

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

    async fn perform(&self, command: Command, ephemeral: &mut Option<Ephemeral>) -> Result<AuthAnswer, Error> {
        match command {
            Command::Initiate { user } => {
                let half = ephemeral.insert(self.ephemeral());
                let auth_parameters = [("USERNAME", user.as_str()), ("SRP_A", half.public_value())].into();
                let initiate =
                    InitiateAuth { client_id: self.client_id(), auth_flow: AuthFlow::UserSrpAuth, auth_parameters };
                self.client.call(&initiate).await
            }
            Command::Prove { challenge, session, password } => {
                let half = ephemeral.take().ok_or(Fault::SrpRefused)?;
                let proof = srp::prove(&*self.world, &self.pool.id, &half, &challenge, &password, self.world.now())?;
                self.respond(
                    "PASSWORD_VERIFIER",
                    session,
                    [
                        ("USERNAME", challenge.user_id.as_str()),
                        ("PASSWORD_CLAIM_SECRET_BLOCK", challenge.secret_block.as_str()),
                        ("PASSWORD_CLAIM_SIGNATURE", &proof.signature),
                        ("TIMESTAMP", &proof.timestamp),
                    ]
                    .into(),
                )
                .await
            }
            Command::SetPassword { user_id, session, password, attributes } => {
                let mut answers: Secrets = [("USERNAME", user_id.as_str()), ("NEW_PASSWORD", password.as_str())].into();
                for attribute in attributes {
                    answers.insert(format!("userAttributes.{}", attribute.name.as_str()), attribute.value);
                }
                self.respond("NEW_PASSWORD_REQUIRED", session, answers).await
            }
        }
    }

    async fn respond(
        &self,
        name: &str,
        session: Option<ChallengeSession>,
        answers: Secrets,
    ) -> Result<AuthAnswer, Error> {
        let respond = RespondToAuthChallenge {
            client_id: self.client_id(),
            challenge_name: name.to_owned(),
            session,
            challenge_responses: answers,
        };
        self.client.call(&respond).await
    }

    async fn drive(&self, step: Step, event: Event) -> Step {
        let mut ephemeral = None;
        let (mut step, mut command) = next(step, event);
        while let Some(todo) = command {
            let answer = self.perform(todo, &mut ephemeral).await;
            (step, command) = next(step, Event::Answered(answer));
        }
        if let Step::SignedIn(tokens) = &step {
            let Some(claims) = AccessClaims::read(&tokens.access) else {
                return Step::Credentials { problem: Some(Fault::Garbled.into()) };
            };
            self.store.save(&*self.world, &claims.username, tokens);
            self.publish(tokens, &claims, None);
            self.load_profile().await;
        }
        step
    }

    /// Tells everyone who is signed in, from the ID token.
    fn publish(&self, tokens: &Tokens, claims: &AccessClaims, stale: Option<Error>) {
        let profile = Profile::from_id_token(&tokens.id).unwrap_or_default();
        self.tell_user(claims, profile, stale);
    }

    fn tell_user(&self, claims: &AccessClaims, profile: Profile, stale: Option<Error>) {
        let user = User { username: claims.username.clone(), profile, expires_at: claims.expires_at, stale };
        (self.tell)(Change::Session(Session::SignedIn(user)));
    }

    fn end(&self) {
        self.store.clear(&*self.world);
        (self.tell)(Change::Ended);
        (self.tell)(Change::Session(Session::SignedOut));
    }

    /// Whether a token can still be used for a while.
    fn is_fresh(&self, claims: &AccessClaims) -> bool {
        claims.expires_at > self.world.now() + REFRESH_AHEAD
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
        Some(match self.refresh(&tokens).await {
            Ok(fresh) => {
                // A sign-out in the meantime wins.
                self.store.load(&*self.world)?;
                self.store.save(&*self.world, &user, &fresh);
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
    async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, Error> {
        let refresh_token = tokens.refresh.clone();
        let get = GetTokensFromRefreshToken { client_id: self.client_id(), refresh_token };
        let mut answer = self.client.call(&get).await;
        let unknown = [ErrorKind::Unknown, ErrorKind::UnsupportedOperation, ErrorKind::OperationNotEnabled];
        if answer.as_ref().is_err_and(|e| e.kind().is_some_and(|kind| unknown.contains(&kind))) {
            let auth_parameters = [("REFRESH_TOKEN", tokens.refresh.as_str())].into();
            let initiate =
                InitiateAuth { client_id: self.client_id(), auth_flow: AuthFlow::RefreshTokenAuth, auth_parameters };
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
            let tokens = match self.fresh_tokens(rejected.as_ref()).await? {
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
        let answer = self.authorised(|access_token| GetUser { access_token }).await;
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

    fn sign_in(&self, step: Step, event: Event) -> Local<'_, Step> {
        Box::pin(self.drive(step, event))
    }

    fn sign_up(
        &self,
        email: Email,
        password: Password,
        attributes: Vec<Attribute>,
    ) -> Local<'_, Result<SignedUp, Error>> {
        Box::pin(async move {
            let mut user_attributes = attributes;
            user_attributes.push(Attribute { name: AttributeName::new("email"), value: email.as_str().to_owned() });
            let sign_up =
                SignUp { client_id: self.client_id(), username: email.to_user_name(), password, user_attributes };
            let answer = self.client.call(&sign_up).await?;
            self.remember(email);
            Ok(SignedUp { confirmed: answer.user_confirmed, delivery: answer.code_delivery_details })
        })
    }

    fn confirm_sign_up(&self, username: UserName, confirmation_code: ConfirmationCode) -> Local<'_, Result<(), Error>> {
        Box::pin(async move {
            let confirm = ConfirmSignUp { client_id: self.client_id(), username, confirmation_code };
            self.client.call(&confirm).await.map(|Nothing {}| ())
        })
    }

    fn resend_code(&self, username: UserName) -> Local<'_, Result<Option<CodeDelivery>, Error>> {
        Box::pin(async move {
            let resend = ResendConfirmationCode { client_id: self.client_id(), username };
            Ok(self.client.call(&resend).await?.code_delivery_details)
        })
    }

    fn forgot_password(&self, username: UserName) -> Local<'_, Result<Option<CodeDelivery>, Error>> {
        Box::pin(async move {
            let forgot = ForgotPassword { client_id: self.client_id(), username };
            Ok(self.client.call(&forgot).await?.code_delivery_details)
        })
    }

    fn reset_password(
        &self,
        username: UserName,
        confirmation_code: ConfirmationCode,
        password: Password,
    ) -> Local<'_, Result<(), Error>> {
        Box::pin(async move {
            let confirm = ConfirmForgotPassword { client_id: self.client_id(), username, confirmation_code, password };
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

    fn reload(&self) -> Local<'_, ()> {
        Box::pin(self.load_profile())
    }

    fn keep_fresh(&self) -> Local<'_, ()> {
        Box::pin(async move {
            let Some((_, before)) = self.stored() else { return };
            if !self.is_fresh(&before) {
                self.load_profile().await;
            }
        })
    }

    fn update_attributes(&self, user_attributes: Vec<Attribute>) -> Local<'_, Result<(), Error>> {
        Box::pin(async move {
            let update = |access_token| UpdateUserAttributes { access_token, user_attributes: user_attributes.clone() };
            match self.authorised(update).await {
                Some(Ok(_)) => {
                    self.load_profile().await;
                    Ok(())
                }
                Some(Err(error)) => Err(error),
                None => Err(Error::Service(ServiceError { kind: ErrorKind::NotAuthorized, reason: None })),
            }
        })
    }

    fn sign_out(&self) -> Local<'_, ()> {
        Box::pin(async move {
            let stored = self.store.load(&*self.world);
            self.store.clear(&*self.world);
            (self.tell)(Change::Session(Session::SignedOut));
            if let Some((_, tokens)) = stored {
                // Best effort: the person is signed out here whatever the server says, and without
                // a network there is nothing more to be done.
                let revoke = RevokeToken { token: tokens.refresh, client_id: self.client_id() };
                drop(self.client.call(&revoke).await);
            }
        })
    }

    fn remember(&self, email: Email) {
        self.world.set(USER_EMAIL, email.as_str());
        (self.tell)(Change::Remembered(Some(email)));
    }
}
