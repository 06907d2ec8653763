//! Sign in: draws the step the sign-in machine is in.

use super::inputs::{EmailField, LeftNotice, has_left, read_email};
use crate::{
    cognito::{
        error::Error,
        sign_in::{Asks, Input, Stage, Way},
        types::{AttributeName, Email, Password},
    },
    components::{Field, FieldState, Form, Kind, Live, Page, Submit, live},
    i18n::Msg,
    routes,
    session::Attempt,
    state::{AppState, Notice},
};
use leptos::{prelude::*, task::spawn_local};

/// What the forms of a sign-in share: where it stands, what went wrong last, whether something is under
/// way.
#[derive(Clone, Copy)]
pub struct SignIn {
    attempt: StoredValue<Attempt, LocalStorage>,
    /// Why the last attempt did not work.
    pub problem: RwSignal<Option<Error>>,
    /// Whether there is such a problem.
    failed: RwSignal<bool>,
    /// Whether an attempt is under way.
    pub working: RwSignal<bool>,
    send: Callback<Input>,
}

impl SignIn {
    /// The sign-in that led to a form beyond name and password.
    pub fn get() -> Self {
        expect_context()
    }

    /// Sends what the person did to the machine; ignored while something is under way.
    pub fn send(self, input: Input) {
        self.send.run(input);
    }

    /// Reads the question that is asked.
    pub fn with_stage<T>(self, read: impl FnOnce(&Stage) -> T) -> Option<T> {
        self.attempt.with_value(|attempt| attempt.step().map(|step| read(&step.stage)))
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
}

/// Which form a step is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// Name and password.
    Credentials,
    /// A new password after a temporary one.
    NewPassword,
    /// A step this version does not know.
    Unsupported,
    /// What happened to the last attempt, above name and password.
    Problem,
}

impl Screen {
    fn of(asks: Asks) -> Self {
        match asks {
            Asks::Credentials | Asks::Waiting | Asks::Unconfirmed | Asks::ResetRequired | Asks::SignedIn => {
                Self::Credentials
            }
            Asks::NewPassword => Self::NewPassword,
            _ => Self::Unsupported,
        }
    }
}

/// The page. `other` draws the forms beyond name and password, which are loaded when they are needed.
pub fn login(other: fn(Screen) -> AnyView) -> Live {
    let app = AppState::get();
    let attempt = StoredValue::new_local(Attempt::default());
    let screen = RwSignal::new(Screen::Credentials);
    let problem = RwSignal::new(None);
    let failed = RwSignal::new(false);
    let working = RwSignal::new(false);
    let notice = app.take_notice();

    // Carries the machine on. Steps that are pages of their own are navigated to.
    let send = Callback::new(move |input: Input| {
        if working.get_untracked() {
            return;
        }
        working.set(true);
        if let Input::Submit { user, .. } = &input {
            // Filled in on the next page too, reset for instance; stored only when it led somewhere.
            app.email.set_value(Email::parse(user.as_str()));
        }
        spawn_local(async move {
            let now = attempt.get_value();
            let then = match (app.services.account)().await {
                Ok(account) => account.sign_in(now, input).await,
                Err(fault) => now.with_problem(fault.into()),
            };
            // Whoever has signed in is on the way to another page by now, and this one is gone.
            if has_left(working) {
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
            failed.set(then.problem.is_some());
            problem.set(then.problem);
            let next = Screen::of(then.asks);
            attempt.set_value(then);
            // Drawn anew only when another form is needed: a problem must not empty the fields.
            if screen.get_untracked() != next {
                screen.set(next);
            }
        });
    });
    let sign_in = SignIn { attempt, problem, failed, working, send };
    live(move || match screen.get() {
        Screen::Credentials => credentials(sign_in, notice, other),
        screen => {
            provide_context(sign_in);
            other(screen)
        }
    })
}

/// Name and password.
fn credentials(sign_in: SignIn, notice: Option<Notice>, other: fn(Screen) -> AnyView) -> AnyView {
    let app = AppState::get();
    let (email, password) = (FieldState::default(), FieldState::default());
    let submit = move || {
        let user = read_email(email);
        let typed = password.value();
        let secret =
            password.check(if typed.is_empty() { Err(Msg::PASSWORD_MISSING) } else { Ok(Password::new(typed)) });
        match (user, secret) {
            (Some(user), Some(password)) => {
                sign_in.send(Input::Submit { user: user.to_user_name(), way: Way::Srp(password) });
            }
            _ => FieldState::focus_first_error(&[email, password]),
        }
    };
    provide_context(sign_in);
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
                <EmailField state=email />
                <Field id="password" label=Msg::PASSWORD.text() kind=Kind::CurrentPassword state=password />
                <p class="form__aside"><a href=routes::FORGOT_PASSWORD>{Msg::FORGOT_PASSWORD_LINK.text()}</a></p>
                <Submit label=Msg::SIGN_IN busy=Msg::SIGNING_IN working=sign_in.working />
            </Form>
            <p class="card__foot">
                {Msg::NO_ACCOUNT.text()} " " <a href=routes::SIGN_UP>{Msg::CREATE_ACCOUNT_LINK.text()}</a>
            </p>
        </Page>
    }
    .into_any()
}
