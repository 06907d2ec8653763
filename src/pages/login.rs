//! Sign in: draws the step the sign-in machine is in.

use super::{
    new_password::NewPasswordForm,
    problem::{Doing, Explained, Problem, explain},
};
use crate::{
    cognito::{
        error::Error,
        sign_in::{Event, Step},
        types::{AttributeName, Email, Password, UserName},
    },
    components::{Alert, Field, FieldState, Form, Kind, Page, Submit, Tone},
    i18n::Msg,
    routes,
    state::{AppState, Notice},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The page.
#[component]
pub fn Login() -> impl IntoView {
    let app = AppState::get();
    let step = RwSignal::new(Step::default());
    let working = RwSignal::new(false);
    let navigate = use_navigate();
    let notice = StoredValue::new(app.take_notice());

    // Carries the machine on; pages that belong to other steps are navigated to.
    let send = Callback::new(move |event: Event| {
        if working.get_untracked() {
            return;
        }
        working.set(true);
        let navigate = navigate.clone();
        spawn_local(async move {
            let now = step.get_untracked();
            let then = match (app.services.account)().await {
                Ok(account) => {
                    if let Event::Submit { user, .. } = &event
                        && let Some(email) = Email::parse(user.as_str())
                    {
                        account.remember(email);
                    }
                    account.sign_in(now, event).await
                }
                Err(fault) => stay(now, fault.into()),
            };
            working.set(false);
            let elsewhere = match &then {
                Step::Unconfirmed { .. } => Some((routes::VERIFY, Notice::Unconfirmed)),
                Step::ResetRequired { .. } => Some((routes::FORGOT_PASSWORD, Notice::ResetRequired)),
                _ => None,
            };
            match elsewhere {
                Some((path, notice)) => {
                    app.notice.set(Some(notice));
                    navigate(path, NavigateOptions::default());
                }
                None => step.set(then),
            }
        });
    });

    // Redrawn only when another form is needed: a problem must not empty the fields.
    let screen = Memo::new(move |_| step.with(Screen::of));
    let problem = Signal::derive(move || step.with(problem_of).map(|error| explain(&error, Doing::SigningIn)));
    move || match screen.get() {
        Screen::Credentials => {
            let notice = notice.get_value();
            view! { <Credentials problem=problem notice=notice working=working send=send /> }.into_any()
        }
        Screen::NewPassword => {
            let missing = step.with_untracked(missing_attributes);
            let problem = Signal::derive(move || step.with(problem_of));
            view! { <NewPasswordForm missing=missing problem=problem working=working send=send /> }.into_any()
        }
        Screen::Unsupported(challenge) => view! { <Unsupported challenge=challenge send=send /> }.into_any(),
    }
}

/// Which of the forms a step is drawn as.
#[derive(Debug, Clone, PartialEq)]
enum Screen {
    Credentials,
    NewPassword,
    Unsupported(String),
}

impl Screen {
    fn of(step: &Step) -> Self {
        match step {
            Step::NewPassword { .. } => Self::NewPassword,
            Step::Unsupported { challenge } => Self::Unsupported(challenge.clone()),
            _ => Self::Credentials,
        }
    }
}

fn problem_of(step: &Step) -> Option<Error> {
    match step {
        Step::Credentials { problem } | Step::NewPassword { problem, .. } => problem.clone(),
        _ => None,
    }
}

fn missing_attributes(step: &Step) -> Vec<AttributeName> {
    match step {
        Step::NewPassword { challenge, .. } => challenge.missing.clone(),
        _ => Vec::new(),
    }
}

/// The same step, with a problem to show.
fn stay(step: Step, error: Error) -> Step {
    match step {
        Step::NewPassword { challenge, .. } => Step::NewPassword { challenge, problem: Some(error) },
        _ => Step::Credentials { problem: Some(error) },
    }
}

#[component]
fn Credentials(
    problem: Signal<Option<Explained>>,
    notice: Option<Notice>,
    working: RwSignal<bool>,
    send: Callback<Event>,
) -> impl IntoView {
    let app = AppState::get();
    let (email, password) = (FieldState::default(), FieldState::default());
    let submit = move || {
        let text = email.value();
        let user = email.check(match text.trim() {
            "" => Err(Msg::EmailMissing),
            text => Email::parse(text).ok_or(Msg::EmailWrong),
        });
        let typed = password.value();
        let secret =
            password.check(if typed.is_empty() { Err(Msg::PasswordMissing) } else { Ok(Password::new(typed)) });
        match (user, secret) {
            (Some(user), Some(password)) => {
                send.run(Event::Submit { user: UserName::new(user.as_str()), password });
            }
            _ => FieldState::focus_first_error(&[email, password]),
        }
    };
    view! {
        <Page title=Signal::derive(|| Msg::LoginTitle.text().to_owned())>
            {notice.map(|notice| view! {
                <Alert tone=if notice.is_success() { Tone::Success } else { Tone::Info }>
                    <p>{notice.text().text()}</p>
                </Alert>
            })}
            <Problem problem=problem />
            <Form id="login" working=working on_submit=submit on_use=Callback::new(move |()| (app.services.prepare)())>
                <Field
                    id="email"
                    label=Msg::Email.text()
                    kind=Kind::Email
                    state=email
                    value=app.email.get_untracked().map(|email| email.as_str().to_owned()).unwrap_or_default()
                />
                <Field id="password" label=Msg::Password.text() kind=Kind::CurrentPassword state=password />
                <p class="form__aside"><a href=routes::FORGOT_PASSWORD>{Msg::ForgotPasswordLink.text()}</a></p>
                <Submit label=Msg::SignIn busy=Msg::SigningIn working=working />
            </Form>
            <p class="card__foot">
                {Msg::NoAccount.text()} " " <a href=routes::SIGN_UP>{Msg::CreateAccountLink.text()}</a>
            </p>
        </Page>
    }
}

#[component]
fn Unsupported(challenge: String, send: Callback<Event>) -> impl IntoView {
    view! {
        <Page
            title=Signal::derive(|| Msg::UnsupportedTitle.text().to_owned())
            lead=Signal::derive(move || Msg::UnsupportedLead.fill(&[&challenge]))
        >
            <button type="button" class="button" on:click=move |_| send.run(Event::StartOver)>
                {Msg::StartOver.text()}
            </button>
        </Page>
    }
}
