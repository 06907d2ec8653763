//! Sign in: draws the step the sign-in machine is in.

use super::{
    inputs::{LeftNotice, NameField, NameState, has_left, remembered_name},
    problem::Doing,
};
use crate::{
    cognito::{
        error::{Error, ErrorKind, Reason, ServiceError},
        sign_in::{Asks, CodeKind, Factor, Input, Stage, Way},
        types::{AttributeName, Password},
    },
    components::{Field, FieldState, Form, Kind, Live, Page, Submit, live},
    config::{Config, Flow},
    i18n::Msg,
    routes,
    session::Attempt,
    state::{AppState, Notice},
};
use leptos::{prelude::*, task::spawn_local};
use std::cell::Cell;

/// What the forms of a sign-in share: where it stands, what went wrong last, whether something is under
/// way.
#[derive(Clone, Copy)]
pub struct SignIn {
    // One value and one signal for all of it: every type of signal is compiled on its own, a kilobyte each.
    stand: StoredValue<Stand, LocalStorage>,
    /// Changes when another form is to be drawn.
    turn: RwSignal<bool>,
    /// Why the last attempt did not work.
    pub problem: RwSignal<Option<Error>>,
    /// Whether there is such a problem.
    failed: RwSignal<bool>,
    /// Whether an attempt is under way.
    pub working: RwSignal<bool>,
    /// Whether the person wants this browser to be remembered in place of a second factor.
    pub trust: RwSignal<bool>,
    /// The field for the name.
    name: NameState,
    now: fn() -> u64,
    send: Callback<Input>,
}

/// Where a sign-in stands, and how that is drawn.
#[derive(Clone)]
struct Stand {
    attempt: Attempt,
    screen: Screen,
    /// When the question that is shown was put, in seconds since 1970.
    asked_at: u64,
    tried: Tried,
}

thread_local! {
    /// The sign-in of the page, as long as that is there.
    static SHOWN: Cell<Option<SignIn>> = const { Cell::new(None) };
    /// While everything is drawn again: where the sign-in stands that goes on afterwards.
    static REDRAWN: Cell<Option<Stand>> = const { Cell::new(None) };
}

/// Draws everything again, in another language: a sign-in that has begun goes on where it stands. Not for the first chunk.
pub fn redraw(draw: impl FnOnce()) {
    REDRAWN.set(SHOWN.take().and_then(|sign_in| sign_in.stand.try_get_value()));
    draw();
    REDRAWN.set(None);
}

/// What a person can do last in a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// A password, alone or with the name.
    Password,
    /// The name alone.
    Name,
    /// The name, and a way without a password.
    Way,
    /// Anything else.
    Answer,
}

impl Tried {
    fn of(input: &Input) -> Self {
        match input {
            Input::Submit { way: Way::Srp(_) | Way::Password(_) | Way::CustomSrp(_), .. }
            | Input::Password(_)
            | Input::Choose(Factor::Password(_) | Factor::PasswordSrp(_)) => Self::Password,
            Input::Submit { way: Way::Choice(Some(_)), .. } => Self::Way,
            Input::Submit { .. } => Self::Name,
            _ => Self::Answer,
        }
    }
}

impl SignIn {
    /// The sign-in that led to a form beyond name and password.
    pub fn get() -> Self {
        expect_context()
    }

    /// At the beginning of one. What its forms send goes nowhere before [`SignIn::sending`].
    pub fn begin() -> Self {
        let begun =
            Stand { attempt: Attempt::default(), screen: Screen::Credentials, asked_at: 0, tried: Tried::Password };
        Self {
            stand: StoredValue::new_local(begun),
            turn: RwSignal::new(false),
            problem: RwSignal::new(None),
            failed: RwSignal::new(false),
            working: RwSignal::new(false),
            trust: RwSignal::new(false),
            name: NameState::new(),
            now: AppState::get().services.now,
            send: Callback::new(|_| ()),
        }
    }

    /// The same, with somebody who carries it on.
    pub fn sending(self, send: Callback<Input>) -> Self {
        Self { send, ..self }
    }

    /// Takes what the person did: gives where it was done, and counts as working from now on. `None` while something is
    /// under way.
    pub fn take(self, input: &Input) -> Option<Attempt> {
        if self.working.get_untracked() {
            return None;
        }
        self.working.set(true);
        self.stand.try_update_value(|stand| {
            stand.tried = Tried::of(input);
            stand.attempt.clone()
        })
    }

    /// Draws the form that is to be filled in: `first` at the beginning, `other` for everything beyond.
    pub fn forms(self, first: fn(Self, fn(Screen) -> AnyView) -> AnyView, other: fn(Screen) -> AnyView) -> Live {
        live(move || {
            self.turn.track();
            match self.stand.with_value(|stand| stand.screen) {
                Screen::Credentials => first(self, other),
                screen => {
                    provide_context(self);
                    other(screen)
                }
            }
        })
    }

    /// Sends what the person did to the machine; ignored while something is under way.
    pub fn send(self, input: Input) {
        self.send.run(input);
    }

    /// Begins without a password: only the name is needed.
    pub fn begin_with(self, factor: Factor) {
        match self.name.read() {
            Some(user) => self.send(Input::Submit { user, way: Way::Choice(Some(factor)) }),
            None => self.name.field().focus(),
        }
    }

    /// Reads the question that is asked.
    pub fn with_stage<T>(self, read: impl FnOnce(&Stage) -> T) -> Option<T> {
        self.stand.with_value(|stand| stand.attempt.step().map(|step| read(&step.stage)))
    }

    /// Which question is asked.
    pub fn asks(self) -> Asks {
        self.stand.with_value(|stand| stand.attempt.asks)
    }

    /// Whether the sign-in had to begin again, so that what was typed is gone.
    pub fn started_over(self) -> bool {
        self.stand.with_value(|stand| stand.attempt.started_over)
    }

    /// When the question that is shown was put, in seconds since 1970. `None` when the forms are gone.
    pub fn asked_at(self) -> Option<u64> {
        self.stand.try_with_value(|stand| stand.asked_at)
    }

    /// The attributes that a new password has to come with.
    pub fn missing_attributes(self) -> Vec<AttributeName> {
        let missing = |stage: &Stage| match stage {
            Stage::NewPassword { missing, .. } => missing.clone(),
            _ => Vec::new(),
        };
        self.with_stage(missing).unwrap_or_default()
    }

    /// The name of the challenge that this version cannot draw.
    pub fn unsupported(self) -> String {
        self.with_stage(|stage| stage.challenge().to_owned()).unwrap_or_default()
    }

    /// Goes on with a sign-in that was begun out of sight, unless the person is doing something else.
    pub fn take_over(self, attempt: Attempt, input: Input) {
        if self.working.try_get_untracked() == Some(false) {
            self.stand.update_value(|stand| stand.attempt = attempt);
            self.send(input);
        }
    }

    /// What the person did last.
    pub fn tried(self) -> Tried {
        self.stand.with_value(|stand| stand.tried)
    }

    /// The same as what was being done when an error came.
    pub fn doing(self) -> Doing {
        let is_totp =
            |stage: &Stage| matches!(stage, Stage::Code { kind: CodeKind::Totp, .. } | Stage::ScanTotp { .. });
        match self.tried() {
            _ if self.with_stage(is_totp) == Some(true) => Doing::EnteringTotp,
            Tried::Password => Doing::SigningIn,
            _ => Doing::Answering,
        }
    }

    /// Back at the name, because the pool no longer takes an answer to this question. An answer that is on its way may
    /// still have come in time.
    pub fn expire(self) {
        if self.working.get_untracked() {
            return;
        }
        let over = ServiceError { kind: ErrorKind::NotAuthorized, reason: Some(Reason::SessionExpired) };
        self.show(Attempt::default().with_problem(Error::Service(over)), false);
    }

    /// Draws where the sign-in stands. A form is drawn anew only for a new question: a problem must not empty
    /// the fields, and a code that was sent again is entered in the same one.
    pub fn show(self, then: Attempt, same_question: bool) {
        self.failed.set(then.problem.is_some());
        let next = Screen::of(then.asks);
        let new_question = then.problem.is_none() && matches!(next, Screen::Step(_));
        self.problem.set(then.problem);
        let mut draw = false;
        self.stand.update_value(|stand| {
            draw = stand.screen != next || (new_question && !same_question);
            if new_question {
                stand.asked_at = (self.now)();
            }
            stand.screen = next;
            stand.attempt = then;
        });
        if draw {
            self.turn.set(!self.turn.get_untracked());
        }
    }
}

/// Which form a step is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// Name and password.
    Credentials,
    /// A question beyond them.
    Step(Asks),
    /// What happened to the last attempt, above name and password.
    Problem,
    /// Other ways to sign in, below name and password.
    Ways,
}

impl Screen {
    fn of(asks: Asks) -> Self {
        match asks {
            Asks::Credentials | Asks::Waiting | Asks::Unconfirmed | Asks::ResetRequired | Asks::SignedIn => {
                Self::Credentials
            }
            asks => Self::Step(asks),
        }
    }
}

/// The page. `other` draws the forms beyond name and password, which are loaded when they are needed.
pub fn login(other: fn(Screen) -> AnyView) -> Live {
    let app = AppState::get();
    let begun = SignIn::begin();
    // In another language the same question is asked, and the time for it goes on.
    if let Some(Stand { attempt, asked_at, .. }) = REDRAWN.take() {
        begun.show(attempt, false);
        begun.stand.update_value(|stand| stand.asked_at = asked_at);
    }
    SHOWN.set(Some(begun));

    // Carries the machine on. Steps that are pages of their own are navigated to.
    let send = Callback::new(move |input: Input| {
        let Some(now) = begun.take(&input) else { return };
        if let Input::Submit { user, .. } = &input {
            // Filled in on the next page too, reset for instance; stored only when it led somewhere.
            app.name.set_value(Some(user.clone()));
        }
        // A code that is sent again, and a beginning of the same, leave the form as it is.
        let same_question = matches!(input, Input::SendAgain);
        let wants_trust = begun.trust.get_untracked();
        spawn_local(async move {
            let then = match (app.services.account)().await {
                Ok(account) => {
                    let then = account.sign_in(now, input).await;
                    if wants_trust && then.asks == Asks::SignedIn {
                        account.trust_device().await;
                    }
                    then
                }
                Err(fault) => now.with_problem(fault.into()),
            };
            // Whoever has signed in is on the way to another page by now, and this one is gone.
            if has_left(begun.working) {
                return;
            }
            let elsewhere = match then.asks {
                Asks::Unconfirmed => Some((routes::VERIFY, Notice::Unconfirmed)),
                Asks::ResetRequired => Some((routes::FORGOT_PASSWORD, Notice::ResetRequired)),
                _ => None,
            };
            if let Some((path, notice)) = elsewhere {
                app.notice.set_value(Some(notice));
                app.go(path);
                return;
            }
            begun.show(then, same_question);
        });
    });
    begun.sending(send).forms(credentials, other)
}

/// How a sign-in begins that has a password.
pub fn with_password(flow: Flow, password: Password) -> Way {
    match flow {
        Flow::Password => Way::Password(password),
        Flow::CustomSrp => Way::CustomSrp(password),
        _ => Way::Srp(password),
    }
}

/// How one begins that has only a name.
pub fn without_password(flow: Flow) -> Way {
    if flow == Flow::Custom { Way::Custom } else { Way::Choice(None) }
}

/// Name and password, or the name alone where the pool asks for the rest afterwards.
fn credentials(sign_in: SignIn, other: fn(Screen) -> AnyView) -> AnyView {
    let app = AppState::get();
    let notice = app.take_notice();
    // Somebody else may begin here.
    sign_in.trust.set(false);
    let (name, password) = (sign_in.name, FieldState::default());
    let flow = app.config.with_value(|config| config.flow);
    let asks_password = flow.asks_password();
    let submit = move || {
        let user = name.read();
        let way = if asks_password {
            let typed = password.value();
            let secret =
                password.check(if typed.is_empty() { Err(Msg::PASSWORD_MISSING) } else { Ok(Password::new(typed)) });
            secret.map(|password| with_password(flow, password))
        } else {
            Some(without_password(flow))
        };
        match (user, way) {
            (Some(user), Some(way)) => sign_in.send(Input::Submit { user, way }),
            _ => FieldState::focus_first_error(&[name.field(), password]),
        }
    };
    provide_context(sign_in);
    let other_ways = app.config.with_value(Config::has_other_ways);
    let (label, busy) = if asks_password { (Msg::SIGN_IN, Msg::SIGNING_IN) } else { (Msg::CONTINUE, Msg::CONTINUING) };
    view! {
        <Page title=Msg::LOGIN_TITLE>
            {live(move || {
                if sign_in.failed.get() {
                    other(Screen::Problem)
                } else {
                    view! { <LeftNotice notice=notice /> }.into_any()
                }
            })}
            <Form
                id="login"
                working=sign_in.working
                on_submit=Callback::new(move |()| submit())
                on_use=app.services.prepare
            >
                <NameField state=name value=remembered_name() />
                {asks_password
                    .then(|| {
                        view! {
                            <Field id="password" label=Msg::PASSWORD.text() kind=Kind::CurrentPassword state=password />
                            <p class="form__aside">
                                <a href=routes::FORGOT_PASSWORD>{Msg::FORGOT_PASSWORD_LINK.text()}</a>
                            </p>
                        }
                    })}
                <Submit label=label busy=busy working=sign_in.working />
            </Form>
            {other_ways.then(|| other(Screen::Ways))}
            <p class="card__foot">
                {Msg::NO_ACCOUNT.text()} " " <a href=routes::SIGN_UP>{Msg::CREATE_ACCOUNT_LINK.text()}</a>
            </p>
        </Page>
    }
    .into_any()
}
