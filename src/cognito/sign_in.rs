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

/// What a remembered device has to do with the sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Device {
    /// None is known here.
    #[default]
    None,
    /// Goes along.
    Known(DeviceKey),
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
    Remembered(DeviceKey),
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
        /// Whose device it is, as the pool names the person.
        user_id: String,
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
    ForgetDevice {
        /// Whose, as the pool names the person.
        user_id: String,
        /// Which.
        device: DeviceKey,
    },
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

    fn remembering(self, device: DeviceKey) -> Self {
        let device = if self.device == Device::Refused { Device::Refused } else { Device::Known(device) };
        Self { device, ..self }
    }

    /// The parameters that every call of a sign-in has.
    fn add_parameters(&self, parameters: &mut Secrets, user_id: &str) {
        parameters.insert("USERNAME", user_id);
        if let Device::Known(device) = &self.device {
            parameters.insert("DEVICE_KEY", device.as_str());
        }
    }

    /// InitiateAuth. `back` is where a refusal that can be corrected leads.
    fn begin(mut self, user: UserName, way: Way, back: Stage) -> (Self, Option<Command>) {
        let mut parameters = Secrets::default();
        self.add_parameters(&mut parameters, user.as_str());
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
            (S::SetUpMfa { kinds, ticket }, I::SetUp(setup)) if kinds.contains(&setup.name()) => {
                match (setup, ticket.session.clone()) {
                    (MfaSetup::Email(email), _) => {
                        self.respond(stage, C::MfaSetup, [("EMAIL", email.as_str())].into(), None)
                    }
                    (MfaSetup::Sms(number), _) => {
                        self.respond(stage, C::MfaSetup, [("PHONE_NUMBER", number.as_str())].into(), None)
                    }
                    (MfaSetup::Totp, Some(session)) => {
                        self.call(stage, Doing::AssociatingTotp, Call::AssociateTotp { session })
                    }
                    (MfaSetup::Totp, None) => (self.restart(Some(Fault::Garbled.into()), true), None),
                }
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
        self.add_parameters(&mut answers, &user_id);
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
                let mut answers = Secrets::default();
                self.add_parameters(&mut answers, &user_id);
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
                (Err(problem), _) => (self.restart(Some(problem), waiting.back.is_question()), None),
            };
        }
        let garbled = Some(Fault::Garbled.into());
        let lost = waiting.back.is_question();
        let Some(challenge) = answer.challenge_name else { return (self.restart(garbled, lost), None) };
        let parameters = &mut answer.challenge_parameters;
        let named = ["USER_ID_FOR_SRP", "USERNAME"].iter().find_map(|name| parameters.get(*name));
        let user_id = named.unwrap_or(&waiting.ticket.user_id).clone();
        let ticket = Ticket { user_id, session: answer.session };
        let destination = ["CODE_DELIVERY_DESTINATION", "FRIENDLY_DEVICE_NAME"]
            .iter()
            .find_map(|name| parameters.get(*name))
            .cloned();
        let code = |kind| S::Code { kind, destination: destination.clone(), ticket: ticket.clone() };
        let question =
            match challenge {
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
                C::WebAuthn => {
                    match parameters.get("CREDENTIAL_REQUEST_OPTIONS").and_then(|json| PasskeyOptions::parse(json)) {
                        Some(options) => Some(S::Passkey { options, ticket }),
                        None => return (self.restart(garbled, lost), None),
                    }
                }
                C::SelectMfaType => known(names(parameters, "MFAS_CAN_CHOOSE"), SECOND_FACTORS)
                    .map(|kinds| S::ChooseMfa { kinds, ticket }),
                C::MfaSetup => known(names(parameters, "MFAS_CAN_SETUP"), SECOND_FACTORS)
                    .map(|kinds| S::SetUpMfa { kinds, ticket }),
                C::NewPasswordRequired => Some(S::NewPassword { missing: missing_attributes(parameters), ticket }),
                C::CustomChallenge => Some(S::Custom { parameters: std::mem::take(parameters), ticket }),
                C::AdminNoSrpAuth | C::Unknown(_) => None,
            };
        // A choice with nothing in it that this version knows is a step it does not know.
        self.ask(question.unwrap_or_else(|| S::Unsupported { challenge: challenge.as_str().to_owned() }))
    }

    /// PASSWORD_VERIFIER.
    fn prove(mut self, waiting: Waiting, ticket: Ticket, parameters: &mut Parameters) -> (Self, Option<Command>) {
        let password = waiting.way.as_ref().and_then(Way::password_to_prove).cloned();
        let (Some(password), Some(challenge)) = (password, srp_challenge(parameters, ticket.user_id.clone())) else {
            return (self.restart(Some(Fault::Garbled.into()), waiting.back.is_question()), None);
        };
        let mut answers = Secrets::default();
        self.add_parameters(&mut answers, &ticket.user_id);
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
            return (self.restart(Some(Fault::Garbled.into()), waiting.back.is_question()), None);
        }
        let mut answers = Secrets::default();
        self.add_parameters(&mut answers, &ticket.user_id);
        let (challenge, session) = (ChallengeName::DeviceSrpAuth, ticket.session.clone());
        self.send(
            Waiting { doing: Doing::StartingDevice, ticket, ..waiting },
            Call::Respond { challenge, session, answers, srp_a: true },
        )
    }

    /// DEVICE_PASSWORD_VERIFIER.
    fn prove_device(self, waiting: Waiting, ticket: Ticket, parameters: &mut Parameters) -> (Self, Option<Command>) {
        let challenge = match &self.device {
            Device::Known(device) => srp_challenge(parameters, device.as_str().to_owned()),
            Device::None | Device::Refused => None,
        };
        let Some(challenge) = challenge else {
            return (self.restart(Some(Fault::Garbled.into()), waiting.back.is_question()), None);
        };
        let mut answers = Secrets::default();
        self.add_parameters(&mut answers, &ticket.user_id);
        let Ticket { user_id, session } = ticket.clone();
        self.send(
            Waiting { doing: Doing::ProvingDevice, ticket, ..waiting },
            Call::ProveDevice { challenge, user_id, session, answers },
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
                    let call = Call::ForgetDevice { user_id: waiting.ticket.user_id.clone(), device };
                    let step = Self { device: Device::Refused, ..self };
                    step.send(Waiting { doing: Doing::ForgettingDevice, ..waiting }, call)
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

/// A list of names that is JSON inside a string; what cannot be read counts as empty.
fn names(parameters: &Parameters, key: &str) -> Vec<ChallengeName> {
    parameters.get(key).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
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

    fn tokens() -> AuthAnswer {
        serde_json::from_value(serde_json::json!({
            "AuthenticationResult": {"AccessToken": "a", "IdToken": "i", "RefreshToken": "r"}
        }))
        .unwrap()
    }

    fn asks(challenge: &str) -> AuthAnswer {
        serde_json::from_value(serde_json::json!({
            "ChallengeName": challenge, "Session": "s2",
            "ChallengeParameters": {"USERNAME": "sub", "CODE_DELIVERY_DESTINATION": "a***"}
        }))
        .unwrap()
    }

    fn refused(kind: ErrorKind, reason: Option<Reason>) -> Error {
        Error::Service(ServiceError { kind, reason })
    }

    fn signed_up() -> (Step, Command) {
        let way = Way::SignedUp(ChallengeSession::new("s1"));
        let (step, command) = next(Step::default(), Event::Person(Input::Submit { user: UserName::new("ada"), way }));
        (step, command.unwrap())
    }

    #[test]
    fn whoever_has_just_confirmed_the_account_signs_in_with_that_session() {
        let Call::Initiate { flow, parameters, session, srp_a } = signed_up().1.call else { panic!() };
        assert_eq!((flow, srp_a), (AuthFlow::UserAuth, false));
        assert_eq!(parameters.get("USERNAME"), Some("ada"));
        assert_eq!(session, Some(ChallengeSession::new("s1")));
    }

    #[test]
    fn the_session_of_a_sign_up_leads_to_tokens_a_second_factor_or_back_to_the_name() {
        type Check = fn(&Stage) -> bool;
        let table: [(Result<AuthAnswer, Error>, Check); 6] = [
            (Ok(tokens()), |stage| matches!(stage, Stage::SignedIn(_))),
            // The code of the sign-up was the first factor, so that this one is the second.
            (Ok(asks("EMAIL_OTP")), |stage| matches!(stage, Stage::Code { kind: CodeKind::EmailMfa, .. })),
            (Ok(asks("SMS_MFA")), |stage| matches!(stage, Stage::Code { kind: CodeKind::SmsMfa, .. })),
            (Err(refused(ErrorKind::NotAuthorized, Some(Reason::SessionExpired))), |stage| {
                matches!(stage, Stage::Credentials)
            }),
            (Err(refused(ErrorKind::UserNotConfirmed, None)), |stage| matches!(stage, Stage::Unconfirmed)),
            (Err(Fault::Offline.into()), |stage| matches!(stage, Stage::Credentials)),
        ];
        for (answer, fits) in table {
            let (step, Command { turn, .. }) = signed_up();
            let said = format!("{answer:?}");
            let (step, command) = next(step, Event::Answered { turn, result: answer.map(Reply::Auth) });
            assert!(fits(&step.stage), "{said}: {:?}", step.stage);
            assert!(command.is_none(), "{said}");
            assert_eq!(step.user, Some(UserName::new("ada")), "the name stays");
        }
    }

    #[test]
    fn a_session_that_was_used_is_not_tried_again_without_the_device() {
        let (step, _) = next(Step::default(), Event::Remembered(DeviceKey::new("us-east-1_1")));
        let way = Way::SignedUp(ChallengeSession::new("s1"));
        let (step, command) = next(step, Event::Person(Input::Submit { user: UserName::new("ada"), way }));
        let result = Err(refused(ErrorKind::ResourceNotFound, Some(Reason::DeviceUnknown)));
        let (step, command) = next(step, Event::Answered { turn: command.unwrap().turn, result });
        let Some(Command { turn, call: Call::ForgetDevice { .. } }) = command else { panic!("{command:?}") };
        let (step, command) = next(step, Event::Answered { turn, result: Ok(Reply::Done) });
        assert!(matches!(step.stage, Stage::Credentials) && command.is_none());
    }
}
