//! Carries out sign-ins: the machine's commands, and what comes back from the pool's domain.

use super::Keeper;
use crate::{
    cognito::{
        error::{Error, ErrorKind, Fault, Reason, ServiceError},
        oauth::{self, Domain, Failure, Pending},
        operations::*,
        sign_in::{Asks, Call, Command, Event, Input, RememberedDevice, Reply, Stage, next},
        srp::{self, Challenge, DeviceSecret, Ephemeral, Proof},
        token::AccessClaims,
        types::*,
    },
    session::{
        Account, Attempt, Finished,
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
        self.enter(&tokens, &claims, true);
        Ok(())
    }
}
