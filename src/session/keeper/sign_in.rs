//! Carries out sign-ins: the machine's commands, and what comes back from the pool's domain.

use super::{Keeper, REFRESH_AHEAD, Refreshed, not_authorized};
use crate::{
    cognito::{
        error::{Error, ErrorKind, Fault, Reason, ServiceError},
        oauth::{self, Domain, Failure, Pending},
        operations::*,
        sign_in::{Asks, Call, Command, Event, Input, RememberedDevice, Reply, Stage, Step, StepUp, Way, next},
        srp::{self, Challenge, DeviceSecret, Ephemeral, Proof},
        token::AccessClaims,
        types::*,
    },
    session::{
        Account, Attempt, Finished, SignOut,
        store::Device,
        world::{Request, World},
    },
};

/// Where the request that was sent to the pool's domain waits for its answer, in this tab.
pub(super) const PENDING: &str = "doorward.oauth";

/// A code on its way to the token endpoint.
pub(super) struct Exchange {
    pub(super) code: AuthorizationCode,
    pub(super) pending: Pending,
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

impl<W: World> Keeper<W> {
    pub(super) fn ephemeral(&self) -> Ephemeral {
        let prepared = self.prepared.borrow_mut().take();
        prepared.unwrap_or_else(|| Ephemeral::new(&*self.world, &self.world.secret()))
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
        // The pool gives it no name by itself, and takes none later.
        confirm.device_name = DeviceName::parse(&self.world.user_agent());
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

    pub(super) async fn drive(&self, attempt: Attempt, input: Input) -> Attempt {
        let step = attempt.step().cloned().unwrap_or_default();
        let typed = match &input {
            Input::Submit { user, .. } => Some(user.clone()),
            _ => None,
        };
        let step = self.carry_on(step, input, None).await;
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
        self.begin(tokens, &claims, false).await;
        self.load_profile().await;
        Attempt { asks: Asks::SignedIn, ..Attempt::default() }
    }

    /// Carries out the machine's commands until it asks the person something or is done. With `only`, tokens of anybody
    /// else are as good as a refusal.
    async fn carry_on(&self, mut step: Step, input: Input, only: Option<&UserName>) -> Step {
        let mut half = None;
        if let Input::Submit { user, .. } = &input
            && let Some(event) = self.remembered(user.as_str())
        {
            step = next(step, event).0;
        }
        let (mut step, mut command) = next(step, Event::Person(input));
        while let Some(Command { turn, call }) = command {
            let mut result = self.perform(call, &mut half).await;
            if let Some(user) = only {
                result = self.only_of(user, result);
            }
            if let Some(event) = self.remembered_for(&result) {
                step = next(step, event).0;
            }
            (step, command) = next(step, Event::Answered { turn, result });
        }
        step
    }

    /// The same, unless it signs somebody else in: that session is ended at once.
    fn only_of(&self, user: &UserName, result: Result<Reply, Error>) -> Result<Reply, Error> {
        let found = match &result {
            Ok(Reply::Auth(AuthAnswer { authentication_result: Some(found), .. })) => found.clone().into_tokens(None),
            _ => return result,
        };
        // What is missing is for the machine to say.
        let Ok(tokens) = found else { return result };
        let claims = AccessClaims::read(&tokens.access).ok_or(Fault::Garbled)?;
        if claims.username == *user {
            return result;
        }
        self.say_goodbye(claims.username, tokens, SignOut::ThisSession);
        Err(not_authorized())
    }

    /// A sign-in of whoever is signed in, in place of the session that there is.
    pub(super) async fn prove_again(&self, attempt: Attempt, mut input: Input, within: u64) -> Attempt {
        let Some((user, _)) = self.stored() else {
            self.nobody();
            return attempt.with_problem(not_authorized());
        };
        let mut step = attempt.step().cloned().unwrap_or_default();
        if let Input::Submit { user: name, way } = &mut input {
            name.clone_from(&user);
            if matches!(way, Way::Choice(_)) {
                let access_token = match self.fresh_tokens(None, REFRESH_AHEAD).await {
                    Some(Refreshed::Fresh(tokens)) => tokens.access,
                    Some(Refreshed::NotNow(error)) => return attempt.with_problem(error),
                    Some(Refreshed::Ended) | None => return attempt.with_problem(not_authorized()),
                };
                // A pool that has nothing to ask begins a session that looks as if something had been proved. Whoever is here
                // before they have to be proves all of it.
                let max_age = if self.signed_in_for().is_some_and(|age| age > within) { within } else { 0 };
                step = next(step, Event::SignedInAlready(StepUp { access_token, max_age })).0;
            }
        } else if step.user.as_ref().is_some_and(|begun| *begun != user) {
            // Somebody else has signed in since it was begun.
            return Attempt::default().with_problem(not_authorized());
        }
        let step = self.carry_on(step, input, Some(&user)).await;
        match &step.stage {
            Stage::SignedIn(tokens) if self.replace(&user, tokens).await => {
                Attempt { asks: Asks::SignedIn, ..Attempt::default() }
            }
            Stage::SignedIn(_) => Attempt::at(step.restart(Some(not_authorized()), false)),
            Stage::Credentials => {
                self.prepare();
                Attempt::at(step)
            }
            _ => Attempt::at(step),
        }
    }

    /// Where the browser has to go for a provider.
    pub(super) fn begin_at(&self, provider: &str, next: Option<String>, anew: bool) -> Option<String> {
        let domain = self.pool.domain.as_ref()?;
        self.exchange.take();
        let pending = Pending::new(&self.world.secret(), next, self.world.now());
        // Whoever came back could not finish what this tab does not remember.
        let kept = self.world.keep(PENDING, &pending.write());
        kept.then(|| domain.authorize_url(&self.pool.client, provider, &pending, anew))
    }

    /// The exchange that a callback's query asks for.
    pub(super) fn exchange_for(&self, query: &str) -> Result<Exchange, Finished> {
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
    pub(super) async fn redeem(&self, domain: &Domain, exchange: &Exchange) -> Result<(), Failure> {
        let Exchange { code, pending } = exchange;
        let form = domain.token_request(&self.pool.client, code, pending);
        let answer = self.world.fetch(Request::form(domain.token_url(), form)).await.map_err(Failure::NoAnswer)?;
        let tokens = oauth::read_tokens(&answer)?;
        if !oauth::is_answer(&tokens.id, pending, &self.pool.client, &self.pool.id) {
            return Err(Failure::OtherToken);
        }
        let claims = AccessClaims::read(&tokens.access).ok_or(Failure::NoAnswer(Fault::Garbled))?;
        self.begin(&tokens, &claims, true).await;
        Ok(())
    }
}
