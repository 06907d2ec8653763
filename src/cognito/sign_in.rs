//! The sign-in state machine: which step follows which event. Pure; whoever drives it carries out
//! the [`Command`]s and feeds the answers back.
//!
//! ```text
//! Credentials ─Submit→ … ─┬─ a question (Code, Passkey, NewPassword, …) ─the person's answer→ …
//!      ↑                  ├─ PASSWORD_VERIFIER, DEVICE_…: proved without asking anybody → …
//!      │                  ├─ tokens (─ ConfirmDevice, for a new device) → SignedIn
//!      │                  ├─ UserNotConfirmed → Unconfirmed, PasswordResetRequired → ResetRequired
//!      │                  ├─ a question this version does not know → Unsupported
//!      │                  └─ a refusal that can be corrected → the same question, with a problem
//!      └──── any other refusal, a session that is over, StartOver
//! ```
//!
//! `…` is [`Stage::Waiting`]: one command is under way, and nothing but its answer and StartOver counts.
//!
//! What is typed is lost only where the step says so: a refused answer leads back to the question it
//! answered, with its session; where that is not possible, [`Step::started_over`] is set. The name stays
//! in any case. A secret is kept while a proof still has to be made of it, or while a remembered device is
//! being tried, because the pool may have forgotten the device and the sign-in then begins again without it.

use super::error::{Error, ErrorKind, Fault, Reason, ServiceError};
use super::operations::{
    Attribute, AuthAnswer, AuthFlow, ChallengeName, NewDeviceMetadata, Parameters, Secrets, VerifyStatus,
};
use super::srp::Challenge;
use super::types::*;

/// Where a sign-in stands.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// The name that was submitted last.
    pub user: Option<UserName>,
    /// What the person is asked, or what is under way.
    pub stage: Stage,
    /// What happened to the last attempt.
    pub problem: Option<Error>,
    /// The sign-in had got beyond name and password and had to begin again: what was typed since is gone.
    pub started_over: bool,
    device: Device,
    /// Goes along with every USER_AUTH.
    step_up: Option<StepUp>,
    /// Whether a first factor has gone out, so that a code that is asked for now is the second.
    proved: bool,
    /// The number of the last command. Goes on over new beginnings, so that an answer to an old command is
    /// never taken for one to a new command.
    turn: u32,
}

/// What is asked, or under way.
#[derive(Debug, Clone, Default)]
pub enum Stage {
    /// The name, and what the way to sign in needs. Answered with [`Input::Submit`].
    #[default]
    Credentials,
    /// SELECT_CHALLENGE: how to sign in. Answered with [`Input::Choose`].
    ChooseFactor {
        /// Those of the offered ones that this version knows.
        factors: Vec<ChallengeName>,
        /// Goes back.
        ticket: Ticket,
    },
    /// PASSWORD and PASSWORD_SRP: the password. Answered with [`Input::Password`].
    Password {
        /// The password stays here; a proof of it goes out.
        srp: bool,
        /// Goes back.
        ticket: Ticket,
    },
    /// A code that was sent, or is shown by an authenticator app. Answered with [`Input::Code`].
    Code {
        /// Which.
        kind: CodeKind,
        /// The masked address it was sent to, or what the person calls the app.
        destination: Option<String>,
        /// Goes back.
        ticket: Ticket,
    },
    /// WEB_AUTHN: a passkey. Answered with [`Input::Passkey`].
    Passkey {
        /// For `navigator.credentials.get`.
        options: PasskeyOptions,
        /// Goes back.
        ticket: Ticket,
    },
    /// SELECT_MFA_TYPE: which second factor. Answered with [`Input::ChooseMfa`].
    ChooseMfa {
        /// Those of the offered ones that this version knows.
        kinds: Vec<ChallengeName>,
        /// Goes back.
        ticket: Ticket,
    },
    /// MFA_SETUP: which second factor to set up. Answered with [`Input::SetUp`].
    SetUpMfa {
        /// Those of the offered ones that this version knows.
        kinds: Vec<ChallengeName>,
        /// Goes back.
        ticket: Ticket,
    },
    /// MFA_SETUP with an authenticator app: it takes up the secret and shows a first code. Answered with
    /// [`Input::VerifyTotp`].
    ScanTotp {
        /// For the app.
        secret: TotpSecret,
        /// Goes back.
        ticket: Ticket,
    },
    /// NEW_PASSWORD_REQUIRED: a new password instead of a temporary one. Answered with
    /// [`Input::ChooseNewPassword`].
    NewPassword {
        /// Attributes that are required and not set yet, without the `userAttributes.` prefix.
        missing: Vec<AttributeName>,
        /// Goes back.
        ticket: Ticket,
    },
    /// CUSTOM_CHALLENGE: whatever a function of the pool asks. Answered with [`Input::Answer`].
    Custom {
        /// The public parameters of the function. Not text for people.
        parameters: Parameters,
        /// Goes back.
        ticket: Ticket,
    },
    /// A command is under way.
    Waiting(Waiting),
    /// The account waits for its code; go to the verify page.
    Unconfirmed,
    /// An administrator asks for a reset; go to the forgotten-password page.
    ResetRequired,
    /// Cognito asks for a step this version does not know.
    Unsupported {
        /// Its name, as data.
        challenge: String,
    },
    /// Done.
    SignedIn(Tokens),
}

/// [`Stage`] without its contents: which form to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)] // as Stage
pub enum Asks {
    #[default]
    Credentials,
    ChooseFactor,
    Password,
    Code,
    Passkey,
    ChooseMfa,
    SetUpMfa,
    ScanTotp,
    NewPassword,
    Custom,
    Waiting,
    Unconfirmed,
    ResetRequired,
    Unsupported,
    SignedIn,
}

/// What goes back with the answer to a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// `USERNAME`: the name that came back, not the typed one.
    user_id: String,
    /// Used once.
    session: Option<ChallengeSession>,
}

/// A code that a person enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// EMAIL_OTP as first factor.
    EmailOtp,
    /// SMS_OTP.
    SmsOtp,
    /// EMAIL_OTP as second factor.
    EmailMfa,
    /// SMS_MFA.
    SmsMfa,
    /// SOFTWARE_TOKEN_MFA.
    Totp,
}

/// A device that this browser remembers for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedDevice {
    /// The name that it is stored under: the typed one, or the pool's.
    pub user: UserName,
    /// The pool's name for the device.
    pub key: DeviceKey,
}

/// What somebody brings along who is signed in already and has to show that it is still them: what the pool asks then is
/// what has not been proved lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUp {
    /// Of the session they have.
    pub access_token: AccessToken,
    /// What they proved longer ago than this, in seconds, they prove again.
    pub max_age: u64,
}

/// The level that a step-up asks for, `TARGET_ACR_VALUES`: one factor, and a second one from whoever has to use one at any
/// sign-in.
const LEVEL: &str = "urn:cognito:loa:1";

/// What a remembered device has to do with the sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Device {
    /// None is known here.
    #[default]
    None,
    /// Goes along.
    Known(RememberedDevice),
    /// The pool does not know it any more; not tried again in this sign-in.
    Refused,
}

/// A command that is under way, and what its answer is needed for.
#[derive(Debug, Clone)]
pub struct Waiting {
    doing: Doing,
    /// The question that was answered; a refusal that can be corrected leads back to it.
    back: Box<Stage>,
    /// Whose challenge it was.
    ticket: Ticket,
    /// How to make the proof that is asked for next, or to begin again without the device. Only kept while
    /// one of them can happen.
    way: Option<Way>,
}

#[derive(Debug, Clone)]
enum Doing {
    Initiating,
    Answering,
    StartingDevice,
    ProvingDevice,
    AssociatingTotp,
    VerifyingTotp,
    ForgettingDevice,
    ConfirmingDevice(Tokens),
}

/// The ways to begin.
#[derive(Debug, Clone)]
pub enum Way {
    /// USER_SRP_AUTH: a proof of the password goes out.
    Srp(Password),
    /// USER_PASSWORD_AUTH: the password goes out, for pools that migrate users.
    Password(Password),
    /// USER_AUTH, with PREFERRED_CHALLENGE or without.
    Choice(Option<Factor>),
    /// CUSTOM_AUTH.
    Custom,
    /// CUSTOM_AUTH that begins with a proof of the password.
    CustomSrp(Password),
    /// USER_AUTH with the session of ConfirmSignUp: the code that confirmed the account is the first factor.
    SignedUp(ChallengeSession),
}

/// A first factor, with what goes along with its choice.
#[derive(Debug, Clone)]
pub enum Factor {
    /// PASSWORD
    Password(Password),
    /// PASSWORD_SRP
    PasswordSrp(Password),
    /// EMAIL_OTP
    EmailOtp,
    /// SMS_OTP
    SmsOtp,
    /// WEB_AUTHN
    WebAuthn,
}

/// A second factor to set up during a sign-in.
#[derive(Debug, Clone)]
pub enum MfaSetup {
    /// An authenticator app.
    Totp,
    /// Codes by email to this address.
    Email(Email),
    /// Codes by text message to this number.
    Sms(PhoneNumber),
}

/// What a person does.
#[derive(Debug, Clone)]
pub enum Input {
    /// Begins.
    Submit {
        /// The name to sign in with.
        user: UserName,
        /// How.
        way: Way,
    },
    /// Chooses a first factor.
    Choose(Factor),
    /// Enters the password.
    Password(Password),
    /// Enters a code.
    Code(ConfirmationCode),
    /// Wants a new code; for first factors only, a second factor has to start over.
    SendAgain,
    /// Has used a passkey.
    Passkey(PasskeyCredential),
    /// Chooses a second factor.
    ChooseMfa(ChallengeName),
    /// Chooses a second factor to set up.
    SetUp(MfaSetup),
    /// Enters the first code of an authenticator app.
    VerifyTotp {
        /// What the app shows.
        code: TotpCode,
        /// What to call the app.
        name: Option<DeviceName>,
    },
    /// Chooses a new password and fills in what was missing.
    ChooseNewPassword {
        /// The new password.
        password: Password,
        /// The missing attributes.
        attributes: Vec<Attribute>,
    },
    /// Answers a question of the pool's function.
    Answer(CustomAnswer),
    /// Wants to begin again.
    StartOver,
}

/// What can happen.
#[derive(Debug, Clone)]
pub enum Event {
    /// The person did something.
    Person(Input),
    /// This browser remembers a device for the person. Told before the event that names the person.
    Remembered(RememberedDevice),
    /// The person is signed in already. Told before the event that begins the sign-in; counts for this one only.
    SignedInAlready(StepUp),
    /// The answer to a command.
    Answered {
        /// The command's number.
        turn: u32,
        /// What it came to.
        result: Result<Reply, Error>,
    },
}

/// What a command came to.
#[derive(Debug, Clone)]
pub enum Reply {
    /// InitiateAuth and RespondToAuthChallenge.
    Auth(AuthAnswer),
    /// AssociateSoftwareToken.
    TotpSecret {
        /// For the app.
        secret: TotpSecret,
        /// For the next call.
        session: Option<ChallengeSession>,
    },
    /// VerifySoftwareToken.
    TotpVerified {
        /// Whether the code was right.
        status: VerifyStatus,
        /// For the next call.
        session: Option<ChallengeSession>,
    },
    /// ConfirmDevice, and forgetting a device: done.
    Done,
}

/// What has to be done for the step to go on. Answered with [`Event::Answered`].
#[derive(Debug, Clone)]
pub struct Command {
    /// Goes back with the answer.
    pub turn: u32,
    /// What to do.
    pub call: Call,
}

/// See [`Command`].
#[derive(Debug, Clone)]
pub enum Call {
    /// InitiateAuth.
    Initiate {
        /// The flow.
        flow: AuthFlow,
        /// Its parameters.
        parameters: Secrets,
        /// Of ConfirmSignUp, right after it.
        session: Option<ChallengeSession>,
        /// Add a fresh `SRP_A`, and keep its other half for the proof.
        srp_a: bool,
    },
    /// RespondToAuthChallenge.
    Respond {
        /// The challenge.
        challenge: ChallengeName,
        /// Its session.
        session: Option<ChallengeSession>,
        /// The answers.
        answers: Secrets,
        /// Add a fresh `SRP_A`, and keep its other half for the proof.
        srp_a: bool,
    },
    /// RespondToAuthChallenge to PASSWORD_VERIFIER: add the proof of the password.
    Prove {
        /// What the proof is computed from.
        challenge: Challenge,
        /// Stays here.
        password: Password,
        /// Its session.
        session: Option<ChallengeSession>,
        /// The other answers.
        answers: Secrets,
    },
    /// RespondToAuthChallenge to DEVICE_PASSWORD_VERIFIER: add the proof of the device.
    ProveDevice {
        /// What the proof is computed from; its `user_id` is the device's key.
        challenge: Challenge,
        /// What it proves itself with is stored with it.
        device: RememberedDevice,
        /// Its session.
        session: Option<ChallengeSession>,
        /// The other answers.
        answers: Secrets,
    },
    /// AssociateSoftwareToken.
    AssociateTotp {
        /// Of MFA_SETUP.
        session: ChallengeSession,
    },
    /// VerifySoftwareToken.
    VerifyTotp {
        /// Of AssociateSoftwareToken.
        session: ChallengeSession,
        /// What the app shows.
        code: TotpCode,
        /// What to call the app.
        name: Option<DeviceName>,
    },
    /// Forget what is stored of this device.
    ForgetDevice(RememberedDevice),
    /// Make a secret for this device, ConfirmDevice with its verifier, and store it.
    ConfirmDevice {
        /// Just obtained.
        access_token: AccessToken,
        /// What the pool calls the device.
        device: NewDeviceMetadata,
    },
}

/// The next step, and what has to be done to get beyond it. Events that do not fit the step change
/// nothing.
pub fn next(mut step: Step, event: Event) -> (Step, Option<Command>) {
    use Stage as S;
    match (std::mem::take(&mut step.stage), event) {
        (_, Event::Person(Input::StartOver)) => (step.restart(None, false), None),
        (S::Credentials, Event::Person(Input::Submit { user, way })) => step.begin(user, way, S::Credentials),
        (stage @ (S::Credentials | S::Waiting(_)), Event::Remembered(device)) => {
            (Step { stage, ..step.remembering(device) }, None)
        }
        (S::Credentials, Event::SignedInAlready(step_up)) => (Step { step_up: Some(step_up), ..step }, None),
        (S::Waiting(waiting), Event::Answered { turn, result }) if turn == step.turn => match result {
            Ok(reply) => step.replied(waiting, reply),
            Err(error) => step.refused(waiting, error),
        },
        (stage, Event::Person(input)) => step.answer(stage, input),
        (stage, _) => (Step { stage, ..step }, None),
    }
}

impl Step {
    /// Which form to draw.
    pub const fn asks(&self) -> Asks {
        match self.stage {
            Stage::Credentials => Asks::Credentials,
            Stage::ChooseFactor { .. } => Asks::ChooseFactor,
            Stage::Password { .. } => Asks::Password,
            Stage::Code { .. } => Asks::Code,
            Stage::Passkey { .. } => Asks::Passkey,
            Stage::ChooseMfa { .. } => Asks::ChooseMfa,
            Stage::SetUpMfa { .. } => Asks::SetUpMfa,
            Stage::ScanTotp { .. } => Asks::ScanTotp,
            Stage::NewPassword { .. } => Asks::NewPassword,
            Stage::Custom { .. } => Asks::Custom,
            Stage::Waiting(_) => Asks::Waiting,
            Stage::Unconfirmed => Asks::Unconfirmed,
            Stage::ResetRequired => Asks::ResetRequired,
            Stage::Unsupported { .. } => Asks::Unsupported,
            Stage::SignedIn(_) => Asks::SignedIn,
        }
    }

    /// Back at the name, which is kept.
    #[must_use]
    pub fn restart(self, problem: Option<Error>, started_over: bool) -> Self {
        Self { user: self.user, problem, started_over, turn: self.turn, ..Self::default() }
    }

    fn ask(self, stage: Stage) -> (Self, Option<Command>) {
        (Self { stage, problem: None, started_over: false, ..self }, None)
    }

    fn send(self, waiting: Waiting, call: Call) -> (Self, Option<Command>) {
        let turn = self.turn.wrapping_add(1);
        (
            Self { stage: Stage::Waiting(waiting), problem: None, started_over: false, turn, ..self },
            Some(Command { turn, call }),
        )
    }

    fn remembering(self, device: RememberedDevice) -> Self {
        let device = if self.device == Device::Refused { Device::Refused } else { Device::Known(device) };
        Self { device, ..self }
    }

    /// The parameters that every call of a sign-in has.
    fn parameters(&self, user_id: &str) -> Secrets {
        let mut parameters: Secrets = [("USERNAME", user_id)].into();
        if let Device::Known(device) = &self.device {
            parameters.insert("DEVICE_KEY", device.key.as_str());
        }
        parameters
    }

    /// InitiateAuth. `back` is where a refusal that can be corrected leads.
    fn begin(mut self, user: UserName, way: Way, back: Stage) -> (Self, Option<Command>) {
        if matches!(&self.device, Device::Known(device) if device.user != user) {
            self.device = Device::None;
        }
        let mut parameters = self.parameters(user.as_str());
        let (flow, srp_a) = match &way {
            Way::Srp(_) => (AuthFlow::UserSrpAuth, true),
            Way::Password(password) => {
                parameters.insert("PASSWORD", password.as_str());
                (AuthFlow::UserPasswordAuth, false)
            }
            Way::Choice(None) => (AuthFlow::UserAuth, false),
            Way::Choice(Some(factor)) => {
                parameters.insert("PREFERRED_CHALLENGE", factor.name().as_str());
                (AuthFlow::UserAuth, factor.add_to(&mut parameters))
            }
            Way::Custom => (AuthFlow::CustomAuth, false),
            Way::CustomSrp(_) => {
                parameters.insert("CHALLENGE_NAME", "SRP_A");
                (AuthFlow::CustomAuth, true)
            }
            Way::SignedUp(_) => (AuthFlow::UserAuth, false),
        };
        let session = match &way {
            Way::SignedUp(session) => Some(session.clone()),
            _ => None,
        };
        if let (AuthFlow::UserAuth, None, Some(StepUp { access_token, max_age })) = (flow, &session, &self.step_up) {
            parameters.insert("TARGET_ACR_VALUES", LEVEL);
            parameters.insert("ACCESS_TOKEN", access_token.as_str());
            parameters.insert("MAX_AGE", max_age.to_string());
        }
        self.proved = way.sends_password() || session.is_some();
        let waiting = Waiting {
            doing: Doing::Initiating,
            back: Box::new(back),
            ticket: Ticket { user_id: user.as_str().to_owned(), session: None },
            way: self.worth_keeping(Some(way)),
        };
        self.user = Some(user);
        self.send(waiting, Call::Initiate { flow, parameters, session, srp_a })
    }

    /// A way in is kept for a proof that is still to be made, and for a new beginning without the device.
    fn worth_keeping(&self, way: Option<Way>) -> Option<Way> {
        way.filter(|way| match way {
            // Its session is used once.
            Way::SignedUp(_) => false,
            way => way.password_to_prove().is_some() || matches!(self.device, Device::Known(_)),
        })
    }

    /// What the person answered to a question. What does not fit the question changes nothing.
    fn answer(self, stage: Stage, input: Input) -> (Self, Option<Command>) {
        use {ChallengeName as C, Input as I, Stage as S};
        match (&stage, &input) {
            (S::ChooseFactor { factors, .. }, I::Choose(factor)) if factors.contains(&factor.name()) => {
                let mut answers = [("ANSWER", factor.name().as_str())].into();
                let srp_a = factor.add_to(&mut answers);
                self.respond(stage, C::SelectChallenge, answers, srp_a.then(|| Way::Choice(Some(factor.clone()))))
            }
            (S::Password { srp: true, .. }, I::Password(password)) => {
                let way = Way::Choice(Some(Factor::PasswordSrp(password.clone())));
                self.respond(stage, C::PasswordSrp, Secrets::default(), Some(way))
            }
            (S::Password { srp: false, .. }, I::Password(password)) => {
                self.respond(stage, C::Password, [("PASSWORD", password.as_str())].into(), None)
            }
            (S::Code { kind, .. }, I::Code(code)) => {
                let (challenge, answers) = (C::read(kind.name()), [(kind.answer(), code.as_str())].into());
                self.respond(stage, challenge, answers, None)
            }
            (S::Code { kind: CodeKind::EmailOtp, .. }, I::SendAgain) => self.send_again(stage, Factor::EmailOtp),
            (S::Code { kind: CodeKind::SmsOtp, .. }, I::SendAgain) => self.send_again(stage, Factor::SmsOtp),
            (S::Passkey { .. }, I::Passkey(credential)) => {
                self.respond(stage, C::WebAuthn, [("CREDENTIAL", credential.to_json().as_str())].into(), None)
            }
            (S::ChooseMfa { kinds, .. }, I::ChooseMfa(kind)) if kinds.contains(kind) => {
                self.respond(stage, C::SelectMfaType, [("ANSWER", kind.as_str())].into(), None)
            }
            (S::SetUpMfa { kinds, .. }, I::SetUp(setup)) if !kinds.contains(&setup.name()) => {
                (Self { stage, ..self }, None)
            }
            (S::SetUpMfa { .. }, I::SetUp(MfaSetup::Email(email))) => {
                self.respond(stage, C::MfaSetup, [("EMAIL", email.as_str())].into(), None)
            }
            (S::SetUpMfa { .. }, I::SetUp(MfaSetup::Sms(number))) => {
                self.respond(stage, C::MfaSetup, [("PHONE_NUMBER", number.as_str())].into(), None)
            }
            (S::SetUpMfa { ticket: Ticket { session: Some(session), .. }, .. }, I::SetUp(MfaSetup::Totp)) => {
                let call = Call::AssociateTotp { session: session.clone() };
                self.call(stage, Doing::AssociatingTotp, call)
            }
            (S::ScanTotp { ticket: Ticket { session: Some(session), .. }, .. }, I::VerifyTotp { code, name }) => {
                let call = Call::VerifyTotp { session: session.clone(), code: code.clone(), name: name.clone() };
                self.call(stage, Doing::VerifyingTotp, call)
            }
            (S::NewPassword { .. }, I::ChooseNewPassword { password, attributes }) => {
                let mut answers: Secrets = [("NEW_PASSWORD", password.as_str())].into();
                for Attribute { name, value } in attributes {
                    answers.insert(format!("userAttributes.{}", name.as_str()), value);
                }
                self.respond(stage, C::NewPasswordRequired, answers, None)
            }
            (S::Custom { .. }, I::Answer(answer)) => {
                self.respond(stage, C::CustomChallenge, [("ANSWER", answer.as_str())].into(), None)
            }
            _ => (Self { stage, ..self }, None),
        }
    }

    /// A new code for a first factor: the sign-in begins again with it.
    fn send_again(self, stage: Stage, factor: Factor) -> (Self, Option<Command>) {
        match self.user.clone() {
            Some(user) => self.begin(user, Way::Choice(Some(factor)), stage),
            None => (Self { stage, ..self }, None),
        }
    }

    /// RespondToAuthChallenge with the answer to a question. `way`, if a proof has to follow, is what it is
    /// made of.
    fn respond(
        mut self,
        stage: Stage,
        challenge: ChallengeName,
        mut answers: Secrets,
        way: Option<Way>,
    ) -> (Self, Option<Command>) {
        let Ticket { user_id, session } = self.ticket_of(&stage);
        answers.extend(self.parameters(&user_id));
        self.proved |= challenge != ChallengeName::SelectChallenge || answers.get("PASSWORD").is_some();
        let srp_a = way.is_some();
        let waiting =
            Waiting { doing: Doing::Answering, ticket: Ticket { user_id, session: None }, back: Box::new(stage), way };
        self.send(waiting, Call::Respond { challenge, session, answers, srp_a })
    }

    /// Another operation that a question leads to.
    fn call(self, stage: Stage, doing: Doing, call: Call) -> (Self, Option<Command>) {
        let ticket = self.ticket_of(&stage);
        self.send(Waiting { doing, ticket, back: Box::new(stage), way: None }, call)
    }

    /// What came of the command.
    fn replied(self, waiting: Waiting, reply: Reply) -> (Self, Option<Command>) {
        let user_id = waiting.ticket.user_id.clone();
        match (&waiting.doing, reply) {
            (Doing::ConfirmingDevice(tokens), Reply::Done) => {
                let tokens = tokens.clone();
                self.ask(Stage::SignedIn(tokens))
            }
            (Doing::ForgettingDevice, Reply::Done) => match (self.user.clone(), waiting.way) {
                (Some(user), Some(way)) => self.begin(user, way, *waiting.back),
                _ => (self.restart(Some(DEVICE_UNKNOWN), true), None),
            },
            (Doing::AssociatingTotp, Reply::TotpSecret { secret, session: session @ Some(_) }) => {
                self.ask(Stage::ScanTotp { secret, ticket: Ticket { user_id, session } })
            }
            (
                Doing::VerifyingTotp,
                Reply::TotpVerified { status: VerifyStatus::Success, session: session @ Some(_) },
            ) => {
                let answers = self.parameters(&user_id);
                let waiting = Waiting { doing: Doing::Answering, ..waiting };
                let challenge = ChallengeName::MfaSetup;
                self.send(waiting, Call::Respond { challenge, session, answers, srp_a: false })
            }
            (Doing::VerifyingTotp, Reply::TotpVerified { .. }) => self.refused(waiting, TOTP_MISMATCH),
            (
                Doing::Initiating | Doing::Answering | Doing::StartingDevice | Doing::ProvingDevice,
                Reply::Auth(answer),
            ) => self.advance(waiting, answer),
            _ => self.refused(waiting, Fault::Garbled.into()),
        }
    }

    /// What Cognito asks next: a proof that can be made here, a question to the person, or nothing more.
    fn advance(self, waiting: Waiting, mut answer: AuthAnswer) -> (Self, Option<Command>) {
        use {ChallengeName as C, Stage as S};
        if let Some(result) = answer.authentication_result {
            let device = result.new_device_metadata.clone();
            return match (result.into_tokens(None), device) {
                (Ok(tokens), Some(device)) => self.confirm_device(waiting, tokens, device),
                (Ok(tokens), None) => self.ask(S::SignedIn(tokens)),
                (Err(_), _) => self.garbled(&waiting),
            };
        }
        let Some(challenge) = answer.challenge_name else { return self.garbled(&waiting) };
        let parameters = &mut answer.challenge_parameters;
        let first_of = |names: [&str; 2]| names.iter().find_map(|name| parameters.get(*name)).cloned();
        let destination = first_of(["CODE_DELIVERY_DESTINATION", "FRIENDLY_DEVICE_NAME"]);
        let user_id = first_of(["USER_ID_FOR_SRP", "USERNAME"]).unwrap_or_else(|| waiting.ticket.user_id.clone());
        let ticket = Ticket { user_id, session: answer.session };
        let code = |kind| S::Code { kind, destination: destination.clone(), ticket: ticket.clone() };
        let question = match challenge {
            C::PasswordVerifier => return self.prove(waiting, ticket, parameters),
            C::DeviceSrpAuth => return self.start_device(waiting, ticket),
            C::DevicePasswordVerifier => return self.prove_device(waiting, ticket, parameters),
            C::SelectChallenge => {
                known(answer.available_challenges, FIRST_FACTORS).map(|factors| S::ChooseFactor { factors, ticket })
            }
            C::Password => Some(S::Password { srp: false, ticket }),
            C::PasswordSrp => Some(S::Password { srp: true, ticket }),
            C::EmailOtp if self.proved => Some(code(CodeKind::EmailMfa)),
            C::EmailOtp => Some(code(CodeKind::EmailOtp)),
            C::SmsOtp => Some(code(CodeKind::SmsOtp)),
            C::SmsMfa => Some(code(CodeKind::SmsMfa)),
            C::SoftwareTokenMfa => Some(code(CodeKind::Totp)),
            C::WebAuthn => passkey_options(parameters).map(|options| S::Passkey { options, ticket }),
            C::SelectMfaType => {
                second_factors(parameters, "MFAS_CAN_CHOOSE").map(|kinds| S::ChooseMfa { kinds, ticket })
            }
            C::MfaSetup if ticket.session.is_some() => {
                second_factors(parameters, "MFAS_CAN_SETUP").map(|kinds| S::SetUpMfa { kinds, ticket })
            }
            C::NewPasswordRequired => Some(S::NewPassword { missing: missing_attributes(parameters), ticket }),
            C::CustomChallenge => Some(S::Custom { parameters: std::mem::take(parameters), ticket }),
            C::MfaSetup | C::AdminNoSrpAuth | C::Unknown(_) => None,
        };
        // A choice with nothing in it that this version knows is a step it does not know, and so is one
        // without what its answer needs.
        self.ask(question.unwrap_or_else(|| S::Unsupported { challenge: challenge.as_str().to_owned() }))
    }

    /// An answer that makes no sense.
    fn garbled(self, waiting: &Waiting) -> (Self, Option<Command>) {
        (self.restart(Some(Fault::Garbled.into()), waiting.back.is_question()), None)
    }

    /// PASSWORD_VERIFIER.
    fn prove(mut self, waiting: Waiting, ticket: Ticket, parameters: &mut Parameters) -> (Self, Option<Command>) {
        let password = waiting.way.as_ref().and_then(Way::password_to_prove).cloned();
        let (Some(password), Some(challenge)) = (password, srp_challenge(parameters, ticket.user_id.clone())) else {
            return self.garbled(&waiting);
        };
        let answers = self.parameters(&ticket.user_id);
        self.proved = true;
        let session = ticket.session.clone();
        // From here on the password is only needed to begin again without the device.
        let way = waiting.way.filter(|_| matches!(self.device, Device::Known(_)));
        self.send(
            Waiting { doing: Doing::Answering, ticket, way, ..waiting },
            Call::Prove { challenge, password, session, answers },
        )
    }

    /// DEVICE_SRP_AUTH.
    fn start_device(self, waiting: Waiting, ticket: Ticket) -> (Self, Option<Command>) {
        if !matches!(self.device, Device::Known(_)) {
            return self.garbled(&waiting);
        }
        let answers = self.parameters(&ticket.user_id);
        let (challenge, session) = (ChallengeName::DeviceSrpAuth, ticket.session.clone());
        self.send(
            Waiting { doing: Doing::StartingDevice, ticket, ..waiting },
            Call::Respond { challenge, session, answers, srp_a: true },
        )
    }

    /// DEVICE_PASSWORD_VERIFIER.
    fn prove_device(self, waiting: Waiting, ticket: Ticket, parameters: &mut Parameters) -> (Self, Option<Command>) {
        let challenge = match &self.device {
            Device::Known(device) => {
                srp_challenge(parameters, device.key.as_str().to_owned()).map(|challenge| (device.clone(), challenge))
            }
            Device::None | Device::Refused => None,
        };
        let Some((device, challenge)) = challenge else {
            return self.garbled(&waiting);
        };
        let answers = self.parameters(&ticket.user_id);
        let session = ticket.session.clone();
        self.send(
            Waiting { doing: Doing::ProvingDevice, ticket, ..waiting },
            Call::ProveDevice { challenge, device, session, answers },
        )
    }

    /// A device that the pool has not seen before.
    fn confirm_device(self, waiting: Waiting, tokens: Tokens, device: NewDeviceMetadata) -> (Self, Option<Command>) {
        let call = Call::ConfirmDevice { access_token: tokens.access.clone(), device };
        self.send(Waiting { doing: Doing::ConfirmingDevice(tokens), way: None, ..waiting }, call)
    }

    /// The command was refused, or did not get through.
    fn refused(self, waiting: Waiting, error: Error) -> (Self, Option<Command>) {
        match (waiting.doing, error.kind()) {
            // Whoever is signed in is signed in, whether the pool takes up the device or not.
            (Doing::ConfirmingDevice(tokens), _) => self.ask(Stage::SignedIn(tokens)),
            (_, Some(ErrorKind::UserNotConfirmed)) => self.ask(Stage::Unconfirmed),
            (_, Some(ErrorKind::PasswordResetRequired)) => self.ask(Stage::ResetRequired),
            (doing, _) => match self.device.clone() {
                Device::Known(device) if doing.blames_device(&error) => {
                    let step = Self { device: Device::Refused, ..self };
                    let waiting = Waiting { doing: Doing::ForgettingDevice, ..waiting };
                    step.send(waiting, Call::ForgetDevice(device))
                }
                _ if waiting.back.can_be_corrected(&error) => {
                    (Self { stage: *waiting.back, problem: Some(error), started_over: false, ..self }, None)
                }
                _ => (self.restart(Some(error), waiting.back.is_question()), None),
            },
        }
    }

    fn ticket_of(&self, stage: &Stage) -> Ticket {
        stage.ticket().cloned().unwrap_or_else(|| Ticket {
            user_id: self.user.as_ref().map_or("", UserName::as_str).to_owned(),
            session: None,
        })
    }
}

/// The pool has forgotten the device, and with it what the sign-in would have to begin again with.
const DEVICE_UNKNOWN: Error =
    Error::Service(ServiceError { kind: ErrorKind::ResourceNotFound, reason: Some(Reason::DeviceUnknown) });
/// VerifySoftwareToken has two ways to say that the code is wrong; this is the other.
const TOTP_MISMATCH: Error = Error::Service(ServiceError { kind: ErrorKind::EnableSoftwareTokenMFA, reason: None });

/// The first factors that can be chosen here.
const FIRST_FACTORS: &[ChallengeName] = &[
    ChallengeName::Password,
    ChallengeName::PasswordSrp,
    ChallengeName::EmailOtp,
    ChallengeName::SmsOtp,
    ChallengeName::WebAuthn,
];
/// The second factors that can be chosen here.
const SECOND_FACTORS: &[ChallengeName] =
    &[ChallengeName::SmsMfa, ChallengeName::EmailOtp, ChallengeName::SoftwareTokenMfa];

impl Stage {
    /// AWS's name of the question, as data; empty where nothing is asked.
    pub fn challenge(&self) -> &str {
        match self {
            Self::ChooseFactor { .. } => "SELECT_CHALLENGE",
            Self::Password { srp: false, .. } => "PASSWORD",
            Self::Password { srp: true, .. } => "PASSWORD_SRP",
            Self::Code { kind, .. } => kind.name(),
            Self::Passkey { .. } => "WEB_AUTHN",
            Self::ChooseMfa { .. } => "SELECT_MFA_TYPE",
            Self::SetUpMfa { .. } | Self::ScanTotp { .. } => "MFA_SETUP",
            Self::NewPassword { .. } => "NEW_PASSWORD_REQUIRED",
            Self::Custom { .. } => "CUSTOM_CHALLENGE",
            Self::Unsupported { challenge } => challenge,
            Self::Credentials | Self::Waiting(_) | Self::Unconfirmed | Self::ResetRequired | Self::SignedIn(_) => "",
        }
    }

    /// The ticket of a question.
    const fn ticket(&self) -> Option<&Ticket> {
        match self {
            Self::ChooseFactor { ticket, .. }
            | Self::Password { ticket, .. }
            | Self::Code { ticket, .. }
            | Self::Passkey { ticket, .. }
            | Self::ChooseMfa { ticket, .. }
            | Self::SetUpMfa { ticket, .. }
            | Self::ScanTotp { ticket, .. }
            | Self::NewPassword { ticket, .. }
            | Self::Custom { ticket, .. } => Some(ticket),
            Self::Credentials
            | Self::Waiting(_)
            | Self::Unconfirmed
            | Self::ResetRequired
            | Self::Unsupported { .. }
            | Self::SignedIn(_) => None,
        }
    }

    /// Whether the person has got beyond name and password.
    const fn is_question(&self) -> bool {
        self.ticket().is_some()
    }

    /// Whether the same question can be answered again, in the same session.
    fn can_be_corrected(&self, error: &Error) -> bool {
        use ErrorKind as E;
        self.is_question()
            && match error {
                Error::Fault(fault) => *fault != Fault::SrpRefused,
                Error::Service(ServiceError { reason: Some(Reason::SessionExpired | Reason::SessionUsed), .. }) => {
                    false
                }
                Error::Service(service) => match service.kind {
                    E::CodeMismatch
                    | E::EnableSoftwareTokenMFA
                    | E::InvalidPassword
                    | E::PasswordHistoryPolicyViolation
                    | E::InvalidParameter
                    | E::TooManyRequests
                    | E::LimitExceeded
                    | E::InternalError
                    | E::UserLambdaValidation => true,
                    // The code of an authenticator app expires every half minute; one that was sent is over
                    // with its session.
                    E::ExpiredCode => matches!(self, Self::ScanTotp { .. } | Self::Code { kind: CodeKind::Totp, .. }),
                    _ => false,
                },
            }
    }
}

impl Doing {
    /// Whether a refusal is about the remembered device, not about the person.
    fn blames_device(&self, error: &Error) -> bool {
        let session_is_over = matches!(error.reason(), Some(Reason::SessionExpired | Reason::SessionUsed));
        let refused = matches!(error.kind(), Some(ErrorKind::NotAuthorized | ErrorKind::ResourceNotFound));
        match self {
            Self::StartingDevice | Self::ProvingDevice => refused && !session_is_over,
            Self::Initiating | Self::Answering => error.reason() == Some(Reason::DeviceUnknown),
            Self::AssociatingTotp | Self::VerifyingTotp | Self::ForgettingDevice | Self::ConfirmingDevice(_) => false,
        }
    }
}

impl CodeKind {
    /// AWS's name of the challenge.
    const fn name(self) -> &'static str {
        match self {
            Self::EmailOtp | Self::EmailMfa => "EMAIL_OTP",
            Self::SmsOtp => "SMS_OTP",
            Self::SmsMfa => "SMS_MFA",
            Self::Totp => "SOFTWARE_TOKEN_MFA",
        }
    }

    /// What the answer is called.
    const fn answer(self) -> &'static str {
        match self {
            Self::EmailOtp | Self::EmailMfa => "EMAIL_OTP_CODE",
            Self::SmsOtp => "SMS_OTP_CODE",
            Self::SmsMfa => "SMS_MFA_CODE",
            Self::Totp => "SOFTWARE_TOKEN_MFA_CODE",
        }
    }
}

impl Way {
    /// The password, where a proof of it is asked for next.
    const fn password_to_prove(&self) -> Option<&Password> {
        match self {
            Self::Srp(password) | Self::CustomSrp(password) | Self::Choice(Some(Factor::PasswordSrp(password))) => {
                Some(password)
            }
            Self::Password(_) | Self::Choice(_) | Self::Custom | Self::SignedUp(_) => None,
        }
    }

    const fn sends_password(&self) -> bool {
        matches!(self, Self::Password(_) | Self::Choice(Some(Factor::Password(_))))
    }
}

impl Factor {
    /// AWS's name.
    const fn name(&self) -> ChallengeName {
        match self {
            Self::Password(_) => ChallengeName::Password,
            Self::PasswordSrp(_) => ChallengeName::PasswordSrp,
            Self::EmailOtp => ChallengeName::EmailOtp,
            Self::SmsOtp => ChallengeName::SmsOtp,
            Self::WebAuthn => ChallengeName::WebAuthn,
        }
    }

    /// What goes along with the choice. True if an `SRP_A` has to.
    fn add_to(&self, parameters: &mut Secrets) -> bool {
        if let Self::Password(password) = self {
            parameters.insert("PASSWORD", password.as_str());
        }
        matches!(self, Self::PasswordSrp(_))
    }
}

impl MfaSetup {
    /// AWS's name.
    const fn name(&self) -> ChallengeName {
        match self {
            Self::Totp => ChallengeName::SoftwareTokenMfa,
            Self::Email(_) => ChallengeName::EmailOtp,
            Self::Sms(_) => ChallengeName::SmsMfa,
        }
    }
}

/// Those of the offered names that this version can go on with; `None` if there are none.
fn known(offered: Vec<ChallengeName>, all: &[ChallengeName]) -> Option<Vec<ChallengeName>> {
    let known: Vec<_> = offered.into_iter().filter(|name| all.contains(name)).collect();
    (!known.is_empty()).then_some(known)
}

/// A list of second factors that is JSON inside a string; what cannot be read counts as empty.
fn second_factors(parameters: &Parameters, key: &str) -> Option<Vec<ChallengeName>> {
    known(serde_json::from_str(parameters.get(key)?).ok()?, SECOND_FACTORS)
}

fn passkey_options(parameters: &Parameters) -> Option<PasskeyOptions> {
    PasskeyOptions::parse(parameters.get("CREDENTIAL_REQUEST_OPTIONS")?)
}

fn srp_challenge(parameters: &mut Parameters, user_id: String) -> Option<Challenge> {
    let mut take = |name: &str| parameters.remove(name);
    let (salt, server_public, secret_block) = (take("SALT")?, take("SRP_B")?, take("SECRET_BLOCK")?);
    Some(Challenge { salt, server_public, secret_block: SecretBlock::new(secret_block), user_id })
}

/// `requiredAttributes` less those in `userAttributes` that have a value: Cognito refuses to be
/// told again what it knows. Both are JSON inside a string; what cannot be read counts as empty.
fn missing_attributes(parameters: &Parameters) -> Vec<AttributeName> {
    let json = |name: &str| parameters.get(name).and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let known = json("userAttributes").unwrap_or_default();
    json("requiredAttributes")
        .as_ref()
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str)
        .map(|name| name.strip_prefix("userAttributes.").unwrap_or(name))
        .filter(|name| known.get(name).and_then(serde_json::Value::as_str).is_none_or(str::is_empty))
        .map(AttributeName::new)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Parameters or answers by AWS's names.
    type Pairs = &'static [(&'static str, &'static str)];

    /// A sign-in that is being played: where it stands, and the last command.
    #[derive(Debug, Clone, Default)]
    struct Play {
        step: Step,
        command: Option<Command>,
    }

    impl Play {
        fn then(self, event: Event) -> Self {
            let (step, command) = next(self.step, event);
            Self { step, command }
        }

        fn person(self, input: Input) -> Self {
            self.then(Event::Person(input))
        }

        fn answered(self, result: Result<Reply, Error>) -> Self {
            let turn = self.step.turn;
            self.then(Event::Answered { turn, result })
        }

        fn asked(self, answer: Value) -> Self {
            self.answered(Ok(Reply::Auth(serde_json::from_value(answer).unwrap())))
        }

        fn refused(self, kind: ErrorKind) -> Self {
            self.answered(Err(service(kind, None)))
        }

        fn remembered(self, user: &str) -> Self {
            self.then(Event::Remembered(device(user)))
        }

        fn call(&self) -> &Call {
            &self.command.as_ref().expect("no command").call
        }

        /// The last RespondToAuthChallenge: its challenge, its session, its answers.
        fn response(&self) -> (&str, Option<&str>, &Secrets, bool) {
            match self.call() {
                Call::Respond { challenge, session, answers, srp_a } => {
                    (challenge.as_str(), session.as_ref().map(ChallengeSession::as_str), answers, *srp_a)
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn service(kind: ErrorKind, reason: Option<Reason>) -> Error {
        Error::Service(ServiceError { kind, reason })
    }

    fn device(user: &str) -> RememberedDevice {
        RememberedDevice { user: UserName::new(user), key: DeviceKey::new("us-east-1_1") }
    }

    fn password() -> Password {
        Password::new("hunter2")
    }

    fn submit(way: Way) -> Input {
        Input::Submit { user: UserName::new("ada@example.com"), way }
    }

    fn begun(way: Way) -> Play {
        Play::default().person(submit(way))
    }

    fn tokens() -> Value {
        json!({"AuthenticationResult": {"AccessToken": "a", "IdToken": "i", "RefreshToken": "r"}})
    }

    /// A challenge as Cognito asks it.
    fn challenge(name: &str) -> Value {
        let parameters = match name {
            "PASSWORD_VERIFIER" => {
                json!({"SALT": "ab", "SRP_B": "cd", "SECRET_BLOCK": "ef", "USER_ID_FOR_SRP": "sub", "USERNAME": "sub"})
            }
            "DEVICE_PASSWORD_VERIFIER" => json!({"SALT": "ab", "SRP_B": "cd", "SECRET_BLOCK": "ef"}),
            "SELECT_MFA_TYPE" => {
                json!({"USERNAME": "sub", "MFAS_CAN_CHOOSE": "[\"SMS_MFA\",\"SOFTWARE_TOKEN_MFA\",\"CARRIER_PIGEON\"]"})
            }
            "MFA_SETUP" => {
                json!({"USERNAME": "sub", "MFAS_CAN_SETUP": "[\"SMS_MFA\",\"SOFTWARE_TOKEN_MFA\",\"EMAIL_OTP\"]"})
            }
            "NEW_PASSWORD_REQUIRED" => json!({
                "USER_ID_FOR_SRP": "sub",
                "requiredAttributes": "[\"userAttributes.name\",\"userAttributes.email\"]",
                "userAttributes": "{\"email\":\"ada@example.com\",\"name\":\"\"}"}),
            "WEB_AUTHN" => json!({"USERNAME": "sub", "CREDENTIAL_REQUEST_OPTIONS": "{\"challenge\":\"c\"}"}),
            "CUSTOM_CHALLENGE" => json!({"USERNAME": "sub", "question": "What is six times seven?"}),
            "EMAIL_OTP" | "SMS_OTP" | "SMS_MFA" => json!({"USERNAME": "sub", "CODE_DELIVERY_DESTINATION": "a***"}),
            "SOFTWARE_TOKEN_MFA" => json!({"USERNAME": "sub", "FRIENDLY_DEVICE_NAME": "My phone"}),
            _ => json!({"USERNAME": "sub"}),
        };
        json!({"ChallengeName": name, "Session": format!("session of {name}"), "ChallengeParameters": parameters,
               "AvailableChallenges": ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN", "CARRIER_PIGEON"]})
    }

    /// A sign-in that has come to this question without having proved anything.
    fn at(name: &str) -> Play {
        begun(Way::Choice(None)).asked(challenge(name))
    }

    /// A sign-in that has come to this question by a password.
    fn second(name: &str) -> Play {
        begun(Way::Srp(password())).asked(challenge("PASSWORD_VERIFIER")).asked(challenge(name))
    }

    fn code() -> Input {
        Input::Code(ConfirmationCode::new("123456"))
    }

    fn totp() -> Input {
        Input::VerifyTotp { code: TotpCode::new("123456"), name: DeviceName::parse("My phone") }
    }

    fn new_password() -> Input {
        let attributes = vec![Attribute { name: AttributeName::new("name"), value: "Ada".into() }];
        Input::ChooseNewPassword { password: password(), attributes }
    }

    fn passkey() -> Input {
        Input::Passkey(PasskeyCredential::parse(r#"{"id":"p"}"#).unwrap())
    }

    fn secret_came() -> Result<Reply, Error> {
        Ok(Reply::TotpSecret {
            secret: TotpSecret::new("ABCDEFGHIJKLMNOP"),
            session: Some(ChallengeSession::new("associated")),
        })
    }

    #[test]
    fn each_way_in_begins_with_its_flow() {
        let table: [(&str, Way, AuthFlow, Pairs, bool); 10] = [
            ("srp", Way::Srp(password()), AuthFlow::UserSrpAuth, &[], true),
            ("password", Way::Password(password()), AuthFlow::UserPasswordAuth, &[("PASSWORD", "hunter2")], false),
            ("choice", Way::Choice(None), AuthFlow::UserAuth, &[], false),
            (
                "preferred password",
                Way::Choice(Some(Factor::Password(password()))),
                AuthFlow::UserAuth,
                &[("PREFERRED_CHALLENGE", "PASSWORD"), ("PASSWORD", "hunter2")],
                false,
            ),
            (
                "preferred srp",
                Way::Choice(Some(Factor::PasswordSrp(password()))),
                AuthFlow::UserAuth,
                &[("PREFERRED_CHALLENGE", "PASSWORD_SRP")],
                true,
            ),
            (
                "preferred email",
                Way::Choice(Some(Factor::EmailOtp)),
                AuthFlow::UserAuth,
                &[("PREFERRED_CHALLENGE", "EMAIL_OTP")],
                false,
            ),
            (
                "preferred sms",
                Way::Choice(Some(Factor::SmsOtp)),
                AuthFlow::UserAuth,
                &[("PREFERRED_CHALLENGE", "SMS_OTP")],
                false,
            ),
            (
                "preferred passkey",
                Way::Choice(Some(Factor::WebAuthn)),
                AuthFlow::UserAuth,
                &[("PREFERRED_CHALLENGE", "WEB_AUTHN")],
                false,
            ),
            ("custom", Way::Custom, AuthFlow::CustomAuth, &[], false),
            (
                "custom after srp",
                Way::CustomSrp(password()),
                AuthFlow::CustomAuth,
                &[("CHALLENGE_NAME", "SRP_A")],
                true,
            ),
        ];
        for (name, way, expected_flow, expected, expected_srp) in table {
            let play = begun(way);
            let Call::Initiate { flow, parameters, srp_a, .. } = play.call() else { panic!("{name}: {play:?}") };
            assert_eq!((*flow, *srp_a), (expected_flow, expected_srp), "{name}");
            let mut all: Secrets = [("USERNAME", "ada@example.com")].into();
            expected.iter().for_each(|(key, value)| all.insert(*key, *value));
            assert_eq!(*parameters, all, "{name}");
            assert_eq!(play.step.asks(), Asks::Waiting, "{name}");
        }
    }

    #[test]
    fn whoever_is_signed_in_already_says_so_where_the_pool_can_make_something_of_it() {
        let step_up = StepUp { access_token: AccessToken::new("t"), max_age: 600 };
        let begin = |way: Way| {
            let play = Play::default().then(Event::SignedInAlready(step_up.clone()));
            assert!(play.command.is_none() && play.step.asks() == Asks::Credentials);
            play.person(submit(way))
        };
        let brought = |play: &Play| {
            let Call::Initiate { parameters, .. } = play.call() else { panic!("{play:?}") };
            ["TARGET_ACR_VALUES", "ACCESS_TOKEN", "MAX_AGE"].map(|name| parameters.get(name).map(str::to_owned))
        };
        let all = [Some("urn:cognito:loa:1".to_owned()), Some("t".to_owned()), Some("600".to_owned())];
        let none = [None, None, None];
        for (way, expected) in [
            (Way::Choice(None), &all),
            (Way::Choice(Some(Factor::EmailOtp)), &all),
            (Way::Choice(Some(Factor::PasswordSrp(password()))), &all),
            (Way::Srp(password()), &none),
            (Way::Password(password()), &none),
            (Way::Custom, &none),
            (Way::CustomSrp(password()), &none),
            (Way::SignedUp(ChallengeSession::new("s")), &none),
        ] {
            assert_eq!(brought(&begin(way.clone())), *expected, "{way:?}");
        }
        // A new code is asked for in the same way, and so is a new beginning without the device.
        let sent = begin(Way::Choice(Some(Factor::EmailOtp))).asked(challenge("EMAIL_OTP"));
        assert_eq!(brought(&sent.person(Input::SendAgain)), all);
        let known = Play::default().then(Event::SignedInAlready(step_up.clone())).remembered("ada@example.com");
        let unknown = service(ErrorKind::ResourceNotFound, Some(Reason::DeviceUnknown));
        let begun_again = known.person(submit(Way::Choice(None))).answered(Err(unknown)).answered(Ok(Reply::Done));
        assert_eq!(brought(&begun_again), all);
        // The pool may ask for nothing, for what is missing, or for everything.
        let asks = |answer: Value| begin(Way::Choice(None)).asked(answer).step.asks();
        assert_eq!(asks(tokens()), Asks::SignedIn);
        assert_eq!(asks(challenge("SOFTWARE_TOKEN_MFA")), Asks::Code);
        assert_eq!(asks(challenge("SELECT_CHALLENGE")), Asks::ChooseFactor);
        // It is for this sign-in only, and nothing that comes in the middle of one.
        let over = begin(Way::Choice(None)).refused(ErrorKind::NotAuthorized);
        assert_eq!(over.step.asks(), Asks::Credentials);
        assert_eq!(brought(&over.person(submit(Way::Choice(None)))), none);
        let late = begun(Way::Choice(None)).asked(challenge("EMAIL_OTP")).then(Event::SignedInAlready(step_up.clone()));
        assert_eq!((late.step.asks(), late.command.is_none()), (Asks::Code, true));
        assert_eq!(brought(&late.person(Input::SendAgain)), none);
    }

    #[test]
    fn every_challenge_of_the_model_leads_to_its_question() {
        for name in ChallengeName::KNOWN {
            let play = at(name.as_str());
            let expected = match name {
                ChallengeName::SmsMfa
                | ChallengeName::SmsOtp
                | ChallengeName::EmailOtp
                | ChallengeName::SoftwareTokenMfa => Asks::Code,
                ChallengeName::SelectMfaType => Asks::ChooseMfa,
                ChallengeName::MfaSetup => Asks::SetUpMfa,
                ChallengeName::CustomChallenge => Asks::Custom,
                ChallengeName::SelectChallenge => Asks::ChooseFactor,
                ChallengeName::NewPasswordRequired => Asks::NewPassword,
                ChallengeName::Password | ChallengeName::PasswordSrp => Asks::Password,
                ChallengeName::WebAuthn => Asks::Passkey,
                ChallengeName::AdminNoSrpAuth => Asks::Unsupported,
                // Proofs of things that were not begun: no password was given, and no device is known.
                ChallengeName::PasswordVerifier
                | ChallengeName::DeviceSrpAuth
                | ChallengeName::DevicePasswordVerifier
                | ChallengeName::Unknown(_) => Asks::Credentials,
            };
            assert_eq!(play.step.asks(), expected, "{name:?}");
            assert_eq!(play.step.problem.is_some(), expected == Asks::Credentials, "{name:?}");
            assert!(play.command.is_none(), "{name:?}");
            if expected != Asks::Credentials {
                assert_eq!(play.step.stage.challenge(), name.as_str());
            }
        }
        let new = at("SOMETHING_OF_2030");
        assert!(matches!(new.step.stage, Stage::Unsupported { challenge } if challenge == "SOMETHING_OF_2030"));
    }

    #[test]
    fn questions_carry_what_their_forms_need() {
        match at("SELECT_CHALLENGE").step.stage {
            Stage::ChooseFactor { factors, .. } => {
                assert_eq!(factors, FIRST_FACTORS, "what is not known is not offered")
            }
            other => panic!("{other:?}"),
        }
        match at("SELECT_MFA_TYPE").step.stage {
            Stage::ChooseMfa { kinds, .. } => {
                assert_eq!(kinds, [ChallengeName::SmsMfa, ChallengeName::SoftwareTokenMfa]);
            }
            other => panic!("{other:?}"),
        }
        match at("NEW_PASSWORD_REQUIRED").step.stage {
            Stage::NewPassword { missing, .. } => assert_eq!(missing, [AttributeName::new("name")], "email is known"),
            other => panic!("{other:?}"),
        }
        match at("CUSTOM_CHALLENGE").step.stage {
            Stage::Custom { parameters, .. } => assert_eq!(parameters["question"], "What is six times seven?"),
            other => panic!("{other:?}"),
        }
        match at("WEB_AUTHN").step.stage {
            Stage::Passkey { options, .. } => assert_eq!(options.to_json(), r#"{"challenge":"c"}"#),
            other => panic!("{other:?}"),
        }
        for (play, kind, destination) in [
            (at("EMAIL_OTP"), CodeKind::EmailOtp, "a***"),
            (at("SMS_OTP"), CodeKind::SmsOtp, "a***"),
            (second("EMAIL_OTP"), CodeKind::EmailMfa, "a***"),
            (second("SMS_MFA"), CodeKind::SmsMfa, "a***"),
            (second("SOFTWARE_TOKEN_MFA"), CodeKind::Totp, "My phone"),
            (begun(Way::Password(password())).asked(challenge("EMAIL_OTP")), CodeKind::EmailMfa, "a***"),
            (
                at("SELECT_CHALLENGE").person(Input::Choose(Factor::EmailOtp)).asked(challenge("EMAIL_OTP")),
                CodeKind::EmailOtp,
                "a***",
            ),
            (
                at("SELECT_CHALLENGE")
                    .person(Input::Choose(Factor::Password(password())))
                    .asked(challenge("EMAIL_OTP")),
                CodeKind::EmailMfa,
                "a***",
            ),
            (
                at("PASSWORD").person(Input::Password(password())).asked(challenge("EMAIL_OTP")),
                CodeKind::EmailMfa,
                "a***",
            ),
        ] {
            match play.step.stage {
                Stage::Code { kind: found, destination: sent_to, .. } => {
                    assert_eq!((found, sent_to.as_deref()), (kind, Some(destination)));
                }
                other => panic!("{kind:?}: {other:?}"),
            }
        }
        // A choice without anything that can be chosen is not one.
        for (name, broken) in [
            (
                "SELECT_CHALLENGE",
                json!({"ChallengeName": "SELECT_CHALLENGE", "AvailableChallenges": ["CARRIER_PIGEON"]}),
            ),
            (
                "SELECT_MFA_TYPE",
                json!({"ChallengeName": "SELECT_MFA_TYPE", "ChallengeParameters": {"MFAS_CAN_CHOOSE": "[]"}}),
            ),
            ("MFA_SETUP", json!({"ChallengeName": "MFA_SETUP", "ChallengeParameters": {"MFAS_CAN_SETUP": "no json"}})),
            (
                "MFA_SETUP",
                json!({"ChallengeName": "MFA_SETUP", "ChallengeParameters": {"MFAS_CAN_SETUP": "[\"EMAIL_OTP\"]"}}),
            ),
            (
                "WEB_AUTHN",
                json!({"ChallengeName": "WEB_AUTHN", "ChallengeParameters": {"CREDENTIAL_REQUEST_OPTIONS": "[]"}}),
            ),
        ] {
            let play = begun(Way::Choice(None)).asked(broken);
            assert_eq!((play.step.asks(), play.step.stage.challenge()), (Asks::Unsupported, name));
        }
    }

    #[test]
    fn each_answer_goes_out_under_its_names() {
        use ChallengeName as C;
        let email = MfaSetup::Email(Email::parse("ada@example.com").unwrap());
        let phone = MfaSetup::Sms(PhoneNumber::parse("+41 21 000 00 00").unwrap());
        let table: [(Play, Input, &str, Pairs, bool); 20] = [
            (
                at("SELECT_CHALLENGE"),
                Input::Choose(Factor::EmailOtp),
                "SELECT_CHALLENGE",
                &[("ANSWER", "EMAIL_OTP")],
                false,
            ),
            (
                at("SELECT_CHALLENGE"),
                Input::Choose(Factor::SmsOtp),
                "SELECT_CHALLENGE",
                &[("ANSWER", "SMS_OTP")],
                false,
            ),
            (
                at("SELECT_CHALLENGE"),
                Input::Choose(Factor::WebAuthn),
                "SELECT_CHALLENGE",
                &[("ANSWER", "WEB_AUTHN")],
                false,
            ),
            (
                at("SELECT_CHALLENGE"),
                Input::Choose(Factor::Password(password())),
                "SELECT_CHALLENGE",
                &[("ANSWER", "PASSWORD"), ("PASSWORD", "hunter2")],
                false,
            ),
            (
                at("SELECT_CHALLENGE"),
                Input::Choose(Factor::PasswordSrp(password())),
                "SELECT_CHALLENGE",
                &[("ANSWER", "PASSWORD_SRP")],
                true,
            ),
            (at("PASSWORD"), Input::Password(password()), "PASSWORD", &[("PASSWORD", "hunter2")], false),
            (at("PASSWORD_SRP"), Input::Password(password()), "PASSWORD_SRP", &[], true),
            (at("EMAIL_OTP"), code(), "EMAIL_OTP", &[("EMAIL_OTP_CODE", "123456")], false),
            (at("SMS_OTP"), code(), "SMS_OTP", &[("SMS_OTP_CODE", "123456")], false),
            (second("EMAIL_OTP"), code(), "EMAIL_OTP", &[("EMAIL_OTP_CODE", "123456")], false),
            (second("SMS_MFA"), code(), "SMS_MFA", &[("SMS_MFA_CODE", "123456")], false),
            (
                second("SOFTWARE_TOKEN_MFA"),
                code(),
                "SOFTWARE_TOKEN_MFA",
                &[("SOFTWARE_TOKEN_MFA_CODE", "123456")],
                false,
            ),
            (at("WEB_AUTHN"), passkey(), "WEB_AUTHN", &[("CREDENTIAL", r#"{"id":"p"}"#)], false),
            (
                second("SELECT_MFA_TYPE"),
                Input::ChooseMfa(C::SmsMfa),
                "SELECT_MFA_TYPE",
                &[("ANSWER", "SMS_MFA")],
                false,
            ),
            (
                second("SELECT_MFA_TYPE"),
                Input::ChooseMfa(C::SoftwareTokenMfa),
                "SELECT_MFA_TYPE",
                &[("ANSWER", "SOFTWARE_TOKEN_MFA")],
                false,
            ),
            (second("MFA_SETUP"), Input::SetUp(email), "MFA_SETUP", &[("EMAIL", "ada@example.com")], false),
            (second("MFA_SETUP"), Input::SetUp(phone), "MFA_SETUP", &[("PHONE_NUMBER", "+41210000000")], false),
            (
                second("NEW_PASSWORD_REQUIRED"),
                new_password(),
                "NEW_PASSWORD_REQUIRED",
                &[("NEW_PASSWORD", "hunter2"), ("userAttributes.name", "Ada")],
                false,
            ),
            (
                at("CUSTOM_CHALLENGE"),
                Input::Answer(CustomAnswer::new("42")),
                "CUSTOM_CHALLENGE",
                &[("ANSWER", "42")],
                false,
            ),
            // A function of the pool can ask after a password was proved, too.
            (
                begun(Way::CustomSrp(password()))
                    .asked(challenge("PASSWORD_VERIFIER"))
                    .asked(challenge("CUSTOM_CHALLENGE")),
                Input::Answer(CustomAnswer::new("42")),
                "CUSTOM_CHALLENGE",
                &[("ANSWER", "42")],
                false,
            ),
        ];
        for (play, input, expected, expected_answers, expected_srp) in table {
            let what = format!("{input:?} at {:?}", play.step.asks());
            let play = play.person(input);
            let (challenge, session, answers, srp_a) = play.response();
            assert_eq!((challenge, srp_a), (expected, expected_srp), "{what}");
            assert_eq!(session, Some(format!("session of {expected}").as_str()), "{what}");
            let mut all: Secrets = [("USERNAME", "sub")].into();
            expected_answers.iter().for_each(|(key, value)| all.insert(*key, *value));
            assert_eq!(*answers, all, "{what}");
            // Tokens end it from everywhere.
            assert_eq!(play.asked(tokens()).step.asks(), Asks::SignedIn, "{what}");
        }
    }

    #[test]
    fn a_password_is_proved_without_being_sent() {
        let ways = [
            begun(Way::Srp(password())),
            begun(Way::CustomSrp(password())),
            begun(Way::Choice(Some(Factor::PasswordSrp(password())))),
            at("SELECT_CHALLENGE").person(Input::Choose(Factor::PasswordSrp(password()))),
            at("PASSWORD_SRP").person(Input::Password(password())),
        ];
        for play in ways {
            let play = play.asked(challenge("PASSWORD_VERIFIER"));
            match play.call() {
                Call::Prove { challenge, password: with, session, answers } => {
                    assert_eq!((challenge.salt.as_str(), challenge.user_id.as_str()), ("ab", "sub"));
                    assert_eq!(with, &password());
                    assert_eq!(session.as_ref().unwrap().as_str(), "session of PASSWORD_VERIFIER");
                    assert_eq!(*answers, [("USERNAME", "sub")].into(), "the name that came back, not the typed one");
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(play.asked(tokens()).step.asks(), Asks::SignedIn);
        }
        for lost in ["SALT", "SRP_B", "SECRET_BLOCK"] {
            let mut broken = challenge("PASSWORD_VERIFIER");
            broken["ChallengeParameters"].as_object_mut().unwrap().remove(lost);
            let play = begun(Way::Srp(password())).asked(broken);
            assert_eq!(
                (play.step.asks(), play.step.problem),
                (Asks::Credentials, Some(Fault::Garbled.into())),
                "{lost}"
            );
        }
    }

    #[test]
    fn an_authenticator_app_is_set_up_step_by_step() {
        let play = second("MFA_SETUP").person(Input::SetUp(MfaSetup::Totp));
        assert!(matches!(play.call(), Call::AssociateTotp { session } if session.as_str() == "session of MFA_SETUP"));
        let play = play.answered(secret_came());
        assert!(matches!(&play.step.stage, Stage::ScanTotp { secret, .. } if secret.as_str() == "ABCDEFGHIJKLMNOP"));
        let play = play.person(totp());
        match play.call() {
            Call::VerifyTotp { session, code, name } => {
                assert_eq!((session.as_str(), code.as_str()), ("associated", "123456"));
                assert_eq!(name.as_ref().unwrap().as_str(), "My phone");
            }
            other => panic!("{other:?}"),
        }
        let verified = |status| Ok(Reply::TotpVerified { status, session: Some(ChallengeSession::new("verified")) });
        // Both ways to say that the code is wrong lead back to the secret.
        for wrong in [verified(VerifyStatus::Error), Err(service(ErrorKind::EnableSoftwareTokenMFA, None))] {
            let play = play.clone().answered(wrong);
            assert_eq!((play.step.asks(), play.step.problem), (Asks::ScanTotp, Some(TOTP_MISMATCH)));
            assert!(play.person(totp()).command.is_some(), "and the next code can be tried");
        }
        let play = play.answered(verified(VerifyStatus::Success));
        let (challenge, session, answers, _) = play.response();
        assert_eq!((challenge, session), ("MFA_SETUP", Some("verified")));
        assert_eq!(*answers, [("USERNAME", "sub")].into());
        assert_eq!(play.asked(tokens()).step.asks(), Asks::SignedIn);

        // An answer without a session cannot be gone on with, and one of another operation means nothing.
        let setup = second("MFA_SETUP").person(Input::SetUp(MfaSetup::Totp));
        let nothing = Ok(Reply::TotpSecret { secret: TotpSecret::new("ABCDEFGHIJKLMNOP"), session: None });
        for reply in [nothing, Ok(Reply::Done)] {
            let play = setup.clone().answered(reply);
            assert_eq!((play.step.asks(), play.step.problem), (Asks::SetUpMfa, Some(Fault::Garbled.into())));
        }
    }

    /// A sign-in in which the remembered device begins to prove itself.
    fn with_device() -> Play {
        begun(Way::Srp(password())).remembered("sub").asked(challenge("PASSWORD_VERIFIER"))
    }

    #[test]
    fn a_remembered_device_proves_itself() {
        let play = with_device();
        let Call::Prove { answers, .. } = play.call() else { panic!("{play:?}") };
        assert_eq!(answers.get("DEVICE_KEY"), Some("us-east-1_1"));
        let play = play.asked(challenge("DEVICE_SRP_AUTH"));
        let (challenge_name, session, answers, srp_a) = play.response();
        assert_eq!((challenge_name, session, srp_a), ("DEVICE_SRP_AUTH", Some("session of DEVICE_SRP_AUTH"), true));
        assert_eq!(*answers, [("USERNAME", "sub"), ("DEVICE_KEY", "us-east-1_1")].into());
        let play = play.asked(challenge("DEVICE_PASSWORD_VERIFIER"));
        match play.call() {
            Call::ProveDevice { challenge, device: proving, session, answers } => {
                assert_eq!((challenge.user_id.as_str(), proving), ("us-east-1_1", &device("sub")));
                assert_eq!(session.as_ref().unwrap().as_str(), "session of DEVICE_PASSWORD_VERIFIER");
                assert_eq!(answers.get("USERNAME"), Some("sub"));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(play.asked(tokens()).step.asks(), Asks::SignedIn);

        // One that is remembered for the typed name goes along from the beginning.
        let play = Play::default().remembered("ada@example.com").person(submit(Way::Srp(password())));
        let Call::Initiate { parameters, .. } = play.call() else { panic!("{play:?}") };
        assert_eq!(parameters.get("DEVICE_KEY"), Some("us-east-1_1"));
        // Somebody else's does not.
        let play = Play::default().remembered("bob@example.com").person(submit(Way::Srp(password())));
        let Call::Initiate { parameters, .. } = play.call() else { panic!("{play:?}") };
        assert_eq!(parameters.get("DEVICE_KEY"), None);
    }

    #[test]
    fn a_device_that_is_refused_is_forgotten_and_the_sign_in_begins_again_without_it() {
        let unknown = || Err(DEVICE_UNKNOWN);
        let not_authorized = || Err(service(ErrorKind::NotAuthorized, Some(Reason::WrongPassword)));
        let typed = Play::default().remembered("ada@example.com").person(submit(Way::Srp(password())));
        let starting = with_device().asked(challenge("DEVICE_SRP_AUTH"));
        let proving = starting.clone().asked(challenge("DEVICE_PASSWORD_VERIFIER"));
        for (name, play, error) in [
            ("at the beginning", typed, unknown()),
            ("with the proof of the password", with_device(), unknown()),
            ("when it begins", starting.clone(), unknown()),
            ("when it begins, otherwise", starting, not_authorized()),
            ("by its proof", proving.clone(), not_authorized()),
        ] {
            let play = play.answered(error);
            assert!(
                matches!(play.call(), Call::ForgetDevice(device) if device.key.as_str() == "us-east-1_1"),
                "{name}"
            );
            let play = play.answered(Ok(Reply::Done));
            match play.call() {
                Call::Initiate { flow: AuthFlow::UserSrpAuth, parameters, srp_a: true, .. } => {
                    assert_eq!(*parameters, [("USERNAME", "ada@example.com")].into(), "{name}");
                }
                other => panic!("{name}: {other:?}"),
            }
            // Even if it is still in storage, it is not tried twice.
            let play = play.remembered("sub").asked(challenge("PASSWORD_VERIFIER"));
            let Call::Prove { answers, .. } = play.call() else { panic!("{name}: {play:?}") };
            assert_eq!(answers.get("DEVICE_KEY"), None, "{name}");
            let play = play.answered(unknown());
            assert_eq!(play.step.asks(), Asks::Credentials, "{name}");
        }
        // A session that is over, a network that is gone: not the device's fault.
        for error in [service(ErrorKind::NotAuthorized, Some(Reason::SessionExpired)), Fault::Offline.into()] {
            let play = proving.clone().answered(Err(error));
            assert_eq!((play.step.asks(), play.step.problem), (Asks::Credentials, Some(error)));
        }
        // Once the person was asked something the password is gone, and only they can begin again.
        let play = with_device().asked(challenge("SMS_MFA")).person(code()).answered(unknown());
        assert!(matches!(play.call(), Call::ForgetDevice(_)));
        let play = play.answered(Ok(Reply::Done));
        assert_eq!((play.step.asks(), play.step.problem), (Asks::Credentials, Some(DEVICE_UNKNOWN)));
        assert!(play.step.started_over);
    }

    #[test]
    fn a_new_device_is_confirmed_before_the_sign_in_is_done() {
        let mut answer = tokens();
        answer["AuthenticationResult"]["NewDeviceMetadata"] =
            json!({"DeviceKey": "us-east-1_2", "DeviceGroupKey": "-g"});
        let play = begun(Way::Password(password())).asked(answer);
        match play.call() {
            Call::ConfirmDevice { access_token, device } => {
                assert_eq!((access_token.as_str(), device.device_key.as_str()), ("a", "us-east-1_2"));
            }
            other => panic!("{other:?}"),
        }
        // Whatever becomes of it, the person is signed in.
        for result in [Ok(Reply::Done), Err(Fault::Offline.into()), Err(service(ErrorKind::NotAuthorized, None))] {
            assert_eq!(play.clone().answered(result).step.asks(), Asks::SignedIn);
        }
    }

    #[test]
    fn each_refusal_leads_where_it_should() {
        use {Asks as A, ErrorKind as E, Reason as R};
        let sent = |play: Play, input: Input| play.person(input);
        let proving = || begun(Way::Srp(password())).asked(challenge("PASSWORD_VERIFIER"));
        let choosing = || sent(second("NEW_PASSWORD_REQUIRED"), new_password());
        let sms = || sent(second("SMS_MFA"), code());
        let app = || sent(second("SOFTWARE_TOKEN_MFA"), code());
        let email = || sent(at("EMAIL_OTP"), code());
        let custom = || sent(at("CUSTOM_CHALLENGE"), Input::Answer(CustomAnswer::new("42")));
        let service = |kind| service(kind, None);
        let because = |kind, reason| super::tests::service(kind, Some(reason));
        let fault = |fault: Fault| Error::Fault(fault);
        // The sign-in, the refusal, where it leads, and whether what was typed beyond the name is lost.
        let table: [(&str, Play, Error, A, bool); 32] = [
            ("wrong password", proving(), because(E::NotAuthorized, R::WrongPassword), A::Credentials, false),
            ("unknown user", begun(Way::Srp(password())), service(E::UserNotFound), A::Credentials, false),
            ("no network", begun(Way::Srp(password())), fault(Fault::Offline), A::Credentials, false),
            ("no network later", proving(), fault(Fault::Offline), A::Credentials, false),
            ("unconfirmed", begun(Way::Srp(password())), service(E::UserNotConfirmed), A::Unconfirmed, false),
            ("unconfirmed later", proving(), service(E::UserNotConfirmed), A::Unconfirmed, false),
            ("reset required", begun(Way::Srp(password())), service(E::PasswordResetRequired), A::ResetRequired, false),
            ("flow is off", begun(Way::Custom), because(E::InvalidParameter, R::FlowNotEnabled), A::Credentials, false),
            ("weak password", choosing(), service(E::InvalidPassword), A::NewPassword, false),
            ("old password", choosing(), service(E::PasswordHistoryPolicyViolation), A::NewPassword, false),
            ("bad attribute", choosing(), service(E::InvalidParameter), A::NewPassword, false),
            ("no network with a new password", choosing(), fault(Fault::TimedOut), A::NewPassword, false),
            ("too slow", choosing(), because(E::NotAuthorized, R::SessionExpired), A::Credentials, true),
            ("twice", choosing(), because(E::NotAuthorized, R::SessionUsed), A::Credentials, true),
            (
                "too slow, said otherwise",
                choosing(),
                because(E::InvalidParameter, R::SessionExpired),
                A::Credentials,
                true,
            ),
            ("not any more", choosing(), service(E::NotAuthorized), A::Credentials, true),
            ("reset required later", choosing(), service(E::PasswordResetRequired), A::ResetRequired, false),
            ("wrong code", sms(), service(E::CodeMismatch), A::Code, false),
            ("wrong code, first factor", email(), service(E::CodeMismatch), A::Code, false),
            ("wrong code, session over", sms(), because(E::CodeMismatch, R::SessionExpired), A::Credentials, true),
            ("late code", sms(), service(E::ExpiredCode), A::Credentials, true),
            ("late code of an app", app(), service(E::ExpiredCode), A::Code, false),
            ("used code of an app", app(), because(E::ExpiredCode, R::TotpUsed), A::Code, false),
            ("too many codes", sms(), service(E::TooManyFailedAttempts), A::Credentials, true),
            ("too fast", sms(), service(E::TooManyRequests), A::Code, false),
            ("server trouble", sms(), service(E::InternalError), A::Code, false),
            ("garbled", sms(), fault(Fault::Garbled), A::Code, false),
            ("a rule of the pool", custom(), service(E::UserLambdaValidation), A::Custom, false),
            ("a broken function", custom(), service(E::UnexpectedLambda), A::Credentials, true),
            ("passkey refused", sent(at("WEB_AUTHN"), passkey()), service(E::NotAuthorized), A::Credentials, true),
            (
                "the server cannot prove itself",
                sent(at("PASSWORD_SRP"), Input::Password(password())).asked(challenge("PASSWORD_VERIFIER")),
                fault(Fault::SrpRefused),
                A::Credentials,
                true,
            ),
            (
                "no more secrets",
                sent(second("MFA_SETUP"), Input::SetUp(MfaSetup::Totp)),
                service(E::TooManyRequests),
                A::SetUpMfa,
                false,
            ),
        ];
        for (name, play, error, asks, started_over) in table {
            let step = play.answered(Err(error)).step;
            assert_eq!((step.asks(), step.started_over), (asks, started_over), "{name}");
            let elsewhere = matches!(asks, A::Unconfirmed | A::ResetRequired);
            assert_eq!(step.problem, (!elsewhere).then_some(error), "{name}");
            assert_eq!(step.user, Some(UserName::new("ada@example.com")), "{name}");
        }
    }

    #[test]
    fn a_question_that_was_answered_wrongly_is_answered_again_in_its_session() {
        let play = second("SMS_MFA").person(code()).refused(ErrorKind::CodeMismatch).person(code());
        assert_eq!(play.response().1, Some("session of SMS_MFA"));
        assert_eq!(play.step.problem, None, "what is under way has not failed yet");
    }

    #[test]
    fn a_code_for_a_first_factor_can_be_sent_again() {
        for (name, factor) in [("EMAIL_OTP", "EMAIL_OTP"), ("SMS_OTP", "SMS_OTP")] {
            let play = at(name).person(Input::SendAgain);
            match play.call() {
                Call::Initiate { flow: AuthFlow::UserAuth, parameters, .. } => {
                    assert_eq!(parameters.get("PREFERRED_CHALLENGE"), Some(factor));
                }
                other => panic!("{other:?}"),
            }
            let limited = play.clone().refused(ErrorKind::LimitExceeded).step;
            assert_eq!(limited.asks(), Asks::Code, "the code that was sent before can still be entered");
            assert_eq!(play.asked(challenge(name)).step.asks(), Asks::Code);
        }
        let second = second("SMS_MFA").person(Input::SendAgain);
        assert!(second.command.is_none() && second.step.asks() == Asks::Code, "there is no way to ask for another");
    }

    #[test]
    fn nonsense_is_told_from_success() {
        for answer in [json!({}), json!({"AuthenticationResult": {"AccessToken": "a"}})] {
            for play in [begun(Way::Srp(password())), begun(Way::Srp(password())).asked(challenge("PASSWORD_VERIFIER"))]
            {
                let step = play.asked(answer.clone()).step;
                assert_eq!((step.asks(), step.problem), (Asks::Credentials, Some(Fault::Garbled.into())));
            }
            let step = second("SMS_MFA").person(code()).asked(answer).step;
            assert!(step.asks() == Asks::Credentials && step.started_over);
        }
    }

    #[test]
    fn only_the_answer_to_the_last_command_counts() {
        let first = begun(Way::Srp(password()));
        let old = first.step.turn;
        // Twice the same answer, and an answer to a sign-in that was given up.
        let done = first.clone().asked(tokens());
        let twice = done.clone().then(Event::Answered { turn: old, result: Err(Fault::Offline.into()) });
        assert_eq!(twice.step.asks(), Asks::SignedIn);
        let again = first.person(Input::StartOver).person(submit(Way::Srp(Password::new("other"))));
        assert_ne!(again.step.turn, old);
        let late: AuthAnswer = serde_json::from_value(tokens()).unwrap();
        let late = again.then(Event::Answered { turn: old, result: Ok(Reply::Auth(late)) });
        assert!(late.step.asks() == Asks::Waiting && late.command.is_none());
        // Nothing the person does sends a second command while one is under way.
        for input in [submit(Way::Custom), code(), new_password(), Input::SendAgain] {
            let play = late.clone().person(input);
            assert!(play.step.asks() == Asks::Waiting && play.command.is_none());
        }
    }

    fn any_way() -> impl Strategy<Value = Way> {
        prop_oneof![
            Just(Way::Srp(password())),
            Just(Way::Password(password())),
            Just(Way::Choice(None)),
            Just(Way::Choice(Some(Factor::Password(password())))),
            Just(Way::Choice(Some(Factor::PasswordSrp(password())))),
            Just(Way::Choice(Some(Factor::EmailOtp))),
            Just(Way::Custom),
            Just(Way::SignedUp(ChallengeSession::new("hunter2"))),
            Just(Way::CustomSrp(password())),
        ]
    }

    fn any_input() -> impl Strategy<Value = Input> {
        prop_oneof![
            4 => any_way().prop_map(submit),
            1 => Just(Input::Choose(Factor::EmailOtp)),
            1 => Just(Input::Choose(Factor::Password(password()))),
            1 => Just(Input::Choose(Factor::PasswordSrp(password()))),
            2 => Just(Input::Password(password())),
            3 => Just(code()),
            1 => Just(Input::SendAgain),
            1 => Just(passkey()),
            1 => Just(Input::ChooseMfa(ChallengeName::SmsMfa)),
            2 => Just(Input::SetUp(MfaSetup::Totp)),
            1 => Just(Input::SetUp(MfaSetup::Email(Email::parse("ada@example.com").unwrap()))),
            2 => Just(totp()),
            2 => Just(new_password()),
            1 => Just(Input::Answer(CustomAnswer::new("hunter2"))),
            1 => Just(Input::StartOver),
        ]
    }

    fn any_error() -> impl Strategy<Value = Error> {
        let kinds = || (0..ErrorKind::ALL.len()).prop_map(|i| ErrorKind::ALL[i]);
        prop_oneof![
            kinds().prop_map(|kind| service(kind, None)),
            (kinds(), 0..Reason::ALL.len()).prop_map(|(kind, i)| service(kind, Some(Reason::ALL[i]))),
            Just(Fault::Offline.into()),
            Just(Fault::SrpRefused.into()),
        ]
    }

    fn any_reply() -> impl Strategy<Value = Reply> {
        let auth = |answer: Value| Reply::Auth(serde_json::from_value(answer).unwrap());
        let mut new_device = tokens();
        new_device["AuthenticationResult"]["NewDeviceMetadata"] =
            json!({"DeviceKey": "us-east-1_2", "DeviceGroupKey": "-g"});
        let verified = |status| Reply::TotpVerified { status, session: Some(ChallengeSession::new("verified")) };
        prop_oneof![
            12 => (0..ChallengeName::KNOWN.len()).prop_map(move |i| auth(challenge(ChallengeName::KNOWN[i].as_str()))),
            1 => Just(auth(challenge("SOMETHING_OF_2030"))),
            2 => Just(auth(tokens())),
            1 => Just(auth(new_device)),
            1 => Just(auth(json!({}))),
            2 => Just(secret_came().unwrap()),
            2 => Just(verified(VerifyStatus::Success)),
            1 => Just(verified(VerifyStatus::Error)),
            1 => Just(Reply::Done),
        ]
    }

    /// What happens next; an answer is to the command under way, or to an older one.
    #[derive(Debug, Clone)]
    enum Move {
        Person(Input),
        Remembered,
        Answered { late: bool, result: Result<Reply, Error> },
    }

    fn any_move() -> impl Strategy<Value = Move> {
        let answered = |result: Result<Reply, Error>| (prop::bool::weighted(0.1), Just(result));
        prop_oneof![
            5 => any_input().prop_map(Move::Person),
            1 => Just(Move::Remembered),
            6 => any_reply().prop_flat_map(move |reply| answered(Ok(reply))).prop_map(|(late, result)| Move::Answered { late, result }),
            2 => any_error().prop_flat_map(move |error| answered(Err(error))).prop_map(|(late, result)| Move::Answered { late, result }),
        ]
    }

    fn after(play: Play, happens: Move) -> Play {
        match happens {
            Move::Person(input) => play.person(input),
            Move::Remembered => play.remembered("sub"),
            Move::Answered { late: false, result } => play.answered(result),
            Move::Answered { late: true, result } => {
                let turn = play.step.turn.wrapping_sub(1);
                play.then(Event::Answered { turn, result })
            }
        }
    }

    /// The question whose answer is under way.
    fn behind(step: &Step) -> Option<&Stage> {
        match &step.stage {
            Stage::Waiting(waiting) => Some(&waiting.back),
            _ => None,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, ..Default::default() })]

        #[test]
        fn whatever_happens_the_rules_are_kept(moves in proptest::collection::vec(any_move(), 0..40)) {
            let mut play = Play::default();
            let mut last = None;
            for happens in moves {
                let before = play.clone();
                play = after(play, happens.clone());
                let (was, is) = (&before.step, &play.step);
                if let Some(command) = &play.command {
                    last = Some(command.call.clone());
                }

                // A command is under way exactly while its answer is waited for, and it is the last one.
                match &play.command {
                    Some(command) => {
                        prop_assert_eq!(is.asks(), Asks::Waiting);
                        prop_assert_eq!(command.turn, is.turn);
                        prop_assert_eq!(is.turn, was.turn.wrapping_add(1), "one at a time");
                    }
                    None => prop_assert_eq!(is.turn, was.turn),
                }
                // Late answers, and whatever does not fit, change nothing.
                if matches!(happens, Move::Answered { late: true, .. }) || (was.asks() != Asks::Waiting && matches!(happens, Move::Answered { .. })) {
                    prop_assert_eq!(format!("{was:?}"), format!("{is:?}"));
                }
                // While something is under way, the person can only give up.
                if let (Asks::Waiting, Move::Person(input)) = (was.asks(), &happens) {
                    prop_assert!(matches!(input, Input::StartOver) || is.turn == was.turn && is.asks() == Asks::Waiting);
                }
                // The name is never lost.
                prop_assert!(was.user.is_none() || is.user.is_some());
                // What was typed is lost only when the step says so, or leads to another page.
                if let (Some(question), Move::Answered { late: false, result: Err(_) }) = (behind(was), &happens) {
                    let said = is.started_over || matches!(is.asks(), Asks::Unconfirmed | Asks::ResetRequired);
                    let goes_on = matches!(is.asks(), Asks::Waiting | Asks::SignedIn);
                    let same = std::mem::discriminant(question) == std::mem::discriminant(&is.stage);
                    prop_assert!(said || goes_on || same, "{question:?} → {is:?}");
                    prop_assert!(!same || is.problem.is_some(), "and why is said");
                }
                // A typed secret is kept only while a proof is still to be made of it, or a device is tried.
                if let Stage::Waiting(Waiting { way: Some(way), .. }) = &is.stage {
                    let proof =
                        matches!(last, Some(Call::Initiate { srp_a: true, .. } | Call::Respond { srp_a: true, .. }));
                    prop_assert!(way.password_to_prove().is_some() && proof || is.device != Device::None, "{play:?}");
                }
                // Nothing that is typed or comes back prints.
                let printed = format!("{play:?}");
                for secret in ["hunter2", "123456", "ABCDEFGHIJKLMNOP", "session of", "verified\"", "associated"] {
                    prop_assert!(!printed.contains(secret), "{secret} in {printed}");
                }
            }
            // There is always a way back.
            let user = play.step.user.clone();
            let back = play.person(Input::StartOver);
            prop_assert!(back.step.asks() == Asks::Credentials && back.step.problem.is_none() && back.command.is_none());
            prop_assert_eq!(back.step.user, user);
        }
    }

    fn signed_up() -> Play {
        begun(Way::SignedUp(ChallengeSession::new("s1")))
    }

    #[test]
    fn whoever_has_just_confirmed_the_account_signs_in_with_that_session() {
        let play = signed_up();
        let Call::Initiate { flow, parameters, session, srp_a } = play.call() else { panic!() };
        assert_eq!((*flow, *srp_a), (AuthFlow::UserAuth, false));
        assert_eq!(parameters.get("USERNAME"), Some("ada@example.com"));
        assert_eq!(*session, Some(ChallengeSession::new("s1")));
    }

    #[test]
    fn the_session_of_a_sign_up_leads_to_tokens_a_second_factor_or_back_to_the_name() {
        type Check = fn(&Stage) -> bool;
        let over = Some(Reason::SessionExpired);
        let table: [(Play, Check); 6] = [
            (signed_up().asked(tokens()), |stage| matches!(stage, Stage::SignedIn(_))),
            // The code of the sign-up was the first factor, so that this one is the second.
            (signed_up().asked(challenge("EMAIL_OTP")), |stage| {
                matches!(stage, Stage::Code { kind: CodeKind::EmailMfa, .. })
            }),
            (signed_up().asked(challenge("SMS_MFA")), |stage| {
                matches!(stage, Stage::Code { kind: CodeKind::SmsMfa, .. })
            }),
            (signed_up().answered(Err(service(ErrorKind::NotAuthorized, over))), |stage| {
                matches!(stage, Stage::Credentials)
            }),
            (signed_up().refused(ErrorKind::UserNotConfirmed), |stage| matches!(stage, Stage::Unconfirmed)),
            (signed_up().answered(Err(Fault::Offline.into())), |stage| matches!(stage, Stage::Credentials)),
        ];
        for (play, fits) in table {
            assert!(fits(&play.step.stage), "{:?}", play.step.stage);
            assert!(play.command.is_none());
            assert_eq!(play.step.user, Some(UserName::new("ada@example.com")), "the name stays");
        }
    }

    #[test]
    fn a_session_that_was_used_is_not_tried_again_without_the_device() {
        let play = Play::default().remembered("ada@example.com");
        let play = play.person(submit(Way::SignedUp(ChallengeSession::new("s1"))));
        let play = play.answered(Err(service(ErrorKind::ResourceNotFound, Some(Reason::DeviceUnknown))));
        assert!(matches!(play.call(), Call::ForgetDevice(_)));
        let play = play.answered(Ok(Reply::Done));
        assert!(matches!(play.step.stage, Stage::Credentials) && play.command.is_none());
    }
}
