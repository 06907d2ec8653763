//! A forgotten password: ask for a code, then set a new one with it.

use super::{
    inputs::{CodeField, EmailField, LeftNotice, has_left, read_code, read_email},
    password_fields::{NewPasswordField, checked},
    problem::{Doing, Explained, Place, Problem, explain, field_text},
};
use crate::{
    cognito::{error::Error, types::Email},
    components::{Alert, FieldState, Form, Page, Submit, Tone, WorkButton, live},
    i18n::Msg,
    routes,
    state::{AppState, Notice},
};
use leptos::{prelude::*, task::spawn_local};

/// The page: first the address, then the code and the new password.
#[component]
pub fn ForgotPassword() -> impl IntoView {
    let app = AppState::get();
    let sent_to = RwSignal::new(None::<Email>);
    let notice = app.take_notice();
    live(move || match sent_to.get() {
        None => view! { <AskForCode notice=notice sent_to=sent_to /> }.into_any(),
        Some(email) => view! { <SetPassword email=email sent_to=sent_to /> }.into_any(),
    })
}

#[component]
fn AskForCode(notice: Option<Notice>, sent_to: RwSignal<Option<Email>>) -> impl IntoView {
    let app = AppState::get();
    let email = FieldState::default();
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Explained>);
    let submit = move || {
        problem.set(None);
        let Some(address) = read_email(email) else {
            email.focus();
            return;
        };
        working.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => {
                    let answer = account.forgot_password(address.to_user_name()).await;
                    if answer.is_ok() {
                        account.remember(address.clone());
                    }
                    answer
                }
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(_) => sent_to.set(Some(address)),
                Err(error) => problem.set(Some(explain(&error, Doing::AskingReset))),
            }
        });
    };
    view! {
        <Page
            title=Msg::FORGOT_TITLE
            lead=Msg::FORGOT_LEAD.text()
        >
            <LeftNotice notice=notice />
            <Problem problem=Box::new(move || problem.get()) />
            <Form id="forgot" working=working on_submit=Callback::new(move |()| submit()) on_use=app.services.prepare>
                <EmailField state=email />
                <Submit label=Msg::SEND_CODE busy=Msg::SENDING_CODE working=working />
            </Form>
            <p class="card__foot"><a href=routes::LOGIN>{Msg::BACK_TO_SIGN_IN.text()}</a></p>
        </Page>
    }
}

#[component]
fn SetPassword(email: Email, sent_to: RwSignal<Option<Email>>) -> impl IntoView {
    let app = AppState::get();
    let (code, password) = (FieldState::default(), FieldState::default());
    let (working, resending) = (RwSignal::new(false), RwSignal::new(false));
    let problem = RwSignal::new(None::<Explained>);
    let news = RwSignal::new(false);
    let address = email.as_str().to_owned();
    let user = email.to_user_name();

    let failed = move |error: Error| {
        let explained = explain(&error, Doing::SettingPassword);
        let field = match explained.place {
            Place::Code => Some(code),
            Place::NewPassword => Some(password),
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
    let submit = {
        let user = user.clone();
        move || {
            problem.set(None);
            news.set(false);
            let (Some(entered), Some(chosen)) = (read_code(code), checked(password)) else {
                FieldState::focus_first_error(&[code, password]);
                return;
            };
            let user = user.clone();
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
                    Ok(()) => {
                        app.notice.set_value(Some(Notice::PasswordReset));
                        app.go(routes::LOGIN);
                    }
                    Err(error) => failed(error),
                }
            });
        }
    };
    let resend = move || {
        problem.set(None);
        news.set(false);
        resending.set(true);
        let user = user.clone();
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.forgot_password(user).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(resending) {
                return;
            }
            match answer {
                Ok(_) => news.set(true),
                Err(error) => problem.set(Some(explain(&error, Doing::AskingReset))),
            }
        });
    };
    let hidden_name = address.clone();
    view! {
        <Page
            title=Msg::RESET_TITLE
            lead=Msg::RESET_LEAD.fill(&[&address])
        >
            {live(move || {
                news.get().then(|| view! { <Alert tone=Tone::Success><p>{Msg::NEW_CODE_SENT.text()}</p></Alert> })
            })}
            <Problem problem=Box::new(move || problem.get()) />
            <Form id="reset" working=working on_submit=Callback::new(move |()| submit())>
                // Tells password managers whose password this is.
                <input type="email" name="username" autocomplete="username" value=hidden_name hidden readonly />
                <CodeField state=code />
                <NewPasswordField id="new_password" label=Msg::NEW_PASSWORD state=password />
                <Submit label=Msg::RESET_PASSWORD busy=Msg::RESETTING working=working />
                <WorkButton
                    label=Msg::RESEND_CODE
                    busy=Msg::RESENDING
                    working=resending
                    on_press=Callback::new(move |()| resend())
                />
            </Form>
            <p class="card__foot">
                <button type="button" class="link" on:click=move |_| sent_to.set(None)>{Msg::OTHER_EMAIL.text()}</button>
            </p>
        </Page>
    }
}
