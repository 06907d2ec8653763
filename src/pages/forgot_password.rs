//! A forgotten password: ask for a code, then set a new one with it.

use super::{
    inputs::{
        CodeField, HiddenUserName, LeftNotice, NameField, NameState, ResendButton, has_left, read_code,
        remembered_name, rest_a_while, sent_news, where_sent,
    },
    password_fields::{NewPasswordField, NewPasswordState},
    problem::{Doing, Explained, Place, Problem, explain, field_text},
};
use crate::{
    cognito::{error::Error, operations::CodeDelivery, types::UserName},
    components::{FieldState, Form, Page, Submit, live},
    i18n::Msg,
    routes,
    state::{AppState, Notice},
};
use leptos::{prelude::*, task::spawn_local};

/// Whose password is set, and with which code.
#[derive(Clone)]
struct Reset {
    user: UserName,
    code: Code,
}

/// Where the code comes from.
#[derive(Clone)]
enum Code {
    /// It has just been asked for; where it was sent, if the pool said so.
    Sent(Option<CodeDelivery>),
    /// The person has one: from before the page was loaded again, or from whoever runs the site.
    AtHand,
}

/// The page: first the name, then the code and the new password.
#[component]
pub fn ForgotPassword() -> impl IntoView {
    let app = AppState::get();
    let reset = RwSignal::new(None::<Reset>);
    let notice = app.take_notice();
    live(move || match reset.get() {
        None => view! { <AskForCode notice=notice reset=reset /> }.into_any(),
        Some(begun) => view! { <SetPassword begun=begun reset=reset /> }.into_any(),
    })
}

#[component]
fn AskForCode(notice: Option<Notice>, reset: RwSignal<Option<Reset>>) -> impl IntoView {
    let app = AppState::get();
    let name = NameState::new();
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Explained>);
    let read = move || {
        problem.set(None);
        let user = name.read();
        if user.is_none() {
            name.field().focus();
        }
        user
    };
    let submit = move || {
        let Some(user) = read() else { return };
        working.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => {
                    let answer = account.forgot_password(user.clone()).await;
                    if answer.is_ok() {
                        account.remember(user.clone());
                    }
                    answer
                }
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(sent) => reset.set(Some(Reset { user, code: Code::Sent(sent) })),
                Err(error) => problem.set(Some(explain(&error, Doing::AskingReset))),
            }
        });
    };
    let go_on = move |_| {
        if let Some(user) = read().filter(|_| !working.get_untracked()) {
            app.name.set_value(Some(user.clone()));
            reset.set(Some(Reset { user, code: Code::AtHand }));
        }
    };
    view! {
        <Page
            title=Msg::FORGOT_TITLE
            lead=Msg::FORGOT_LEAD.text()
        >
            <LeftNotice notice=notice />
            <Problem problem=Box::new(move || problem.get()) />
            <Form id="forgot" working=working on_submit=Callback::new(move |()| submit()) on_use=app.services.prepare>
                <NameField state=name value=remembered_name() />
                <Submit label=Msg::SEND_CODE busy=Msg::SENDING_CODE working=working />
                <button type="button" class="button" on:click=go_on>{Msg::HAVE_CODE.text()}</button>
            </Form>
            <p class="card__foot"><a href=routes::LOGIN>{Msg::BACK_TO_SIGN_IN.text()}</a></p>
        </Page>
    }
}

#[component]
fn SetPassword(begun: Reset, reset: RwSignal<Option<Reset>>) -> impl IntoView {
    let app = AppState::get();
    let Reset { user, code: origin } = begun;
    let lead = match &origin {
        Code::AtHand => Msg::RESET_LEAD_HAVE_CODE.fill(&[user.as_str()]),
        Code::Sent(sent) => {
            [Msg::RESET_LEAD.fill(&[user.as_str()]), where_sent(sent.as_ref())].join(" ").trim_end().to_owned()
        }
    };
    let remembered = user.clone();
    let done = move || {
        let user = remembered.clone();
        spawn_local(async move {
            // It is loaded: the password was set with it.
            if let Ok(account) = (app.services.account)().await {
                account.remember(user);
            }
            app.notice.set_value(Some(Notice::PasswordReset));
            app.go(routes::LOGIN);
        });
    };
    view! {
        <Page
            title=Msg::RESET_TITLE
            lead=lead
        >
            <ResetForm name=user.clone() user=user done=Callback::new(move |()| done()) />
            <p class="card__foot">
                <button type="button" class="link" on:click=move |_| reset.set(None)>{Msg::OTHER_ACCOUNT.text()}</button>
            </p>
        </Page>
    }
}

/// Takes the code and the new password, and sets it. Sends another code if it is asked to.
#[component]
pub fn ResetForm(
    /// Whose password.
    user: UserName,
    /// What they sign in with, for password managers.
    name: UserName,
    /// What an error means to whoever uses the form.
    #[prop(default = explain)]
    explain: fn(&Error, Doing) -> Explained,
    /// Called when it is set.
    done: Callback<()>,
) -> impl IntoView {
    let app = AppState::get();
    let (code, password) = (FieldState::default(), NewPasswordState::new());
    let (working, resending) = (RwSignal::new(false), RwSignal::new(false));
    let problem = RwSignal::new(None::<Explained>);
    let news = RwSignal::new(None::<Option<CodeDelivery>>);
    let rest = RwSignal::new(0_u32);
    let user = StoredValue::new(user);

    let failed = move |error: Error| {
        let explained = explain(&error, Doing::SettingPassword);
        let field = match explained.place {
            Place::Code => Some(code),
            Place::NewPassword => Some(password.field()),
            Place::Form => None,
        };
        match field.zip(field_text(&error)) {
            Some((field, text)) => {
                field.fail(text);
                field.focus();
            }
            None => problem.set(Some(explained)),
        }
    };
    let submit = move || {
        problem.set(None);
        let (Some(entered), Some(chosen)) = (read_code(code), password.read()) else {
            FieldState::focus_first_error(&[code, password.field()]);
            return;
        };
        let user = user.get_value();
        working.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.reset_password(user, entered, chosen).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(()) => done.run(()),
                Err(error) => failed(error),
            }
        });
    };
    // Most people enter the code first. It goes off by itself only when the password is there already.
    let complete = move || {
        if !working.get_untracked() && password.conforms() {
            submit();
        }
    };
    let resend = move || {
        problem.set(None);
        let user = user.get_value();
        resending.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.forgot_password(user).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(resending) {
                return;
            }
            match answer {
                Ok(sent) => {
                    news.set(Some(sent));
                    rest_a_while(app, rest);
                }
                Err(error) => {
                    news.set(None);
                    problem.set(Some(explain(&error, Doing::AskingReset)));
                }
            }
        });
    };
    view! {
        {live(move || news.get().map(|sent| sent_news(Msg::NEW_CODE_SENT, sent.as_ref())))}
        <Problem problem=Box::new(move || problem.get()) />
        <Form id="reset" working=working on_submit=Callback::new(move |()| submit())>
            <HiddenUserName name=name />
            <CodeField state=code on_complete=Callback::new(move |()| complete()) />
            <NewPasswordField id="new_password" label=Msg::NEW_PASSWORD state=password />
            <Submit label=Msg::RESET_PASSWORD busy=Msg::RESETTING working=working />
            <ResendButton rest=rest working=resending on_press=Callback::new(move |()| resend()) />
        </Form>
    }
}
