//! Confirm an account with the code from the message.

use super::{
    inputs::{CodeField, EmailField, LeftNotice, has_left, read_code, read_email},
    problem::{Doing, Explained, Place, Problem, explain, field_text},
};
use crate::{
    cognito::error::Error,
    components::{Alert, FieldState, Form, Page, Submit, Tone, WorkButton, live},
    i18n::Msg,
    routes,
    state::{AppState, Notice},
};
use leptos::{prelude::*, task::spawn_local};

/// How long the resend button rests after it was used, in seconds.
const RESEND_REST: u32 = 30;

/// The page.
#[component]
pub fn Verify() -> impl IntoView {
    let app = AppState::get();
    let (email, code) = (FieldState::default(), FieldState::default());
    let (working, resending) = (RwSignal::new(false), RwSignal::new(false));
    let problem = RwSignal::new(None::<Explained>);
    let news = RwSignal::new(false);
    let rest = RwSignal::new(0_u32);
    let notice = app.take_notice();

    let failed = move |error: Error| {
        let explained = explain(&error, Doing::Verifying);
        match (explained.place, field_text(&error)) {
            (Place::Code, Some(text)) => {
                code.fail(text);
                code.focus();
            }
            _ => problem.set(Some(explained)),
        }
    };
    let submit = move || {
        problem.set(None);
        news.set(false);
        let (Some(address), Some(entered)) = (read_email(email), read_code(code)) else {
            FieldState::focus_first_error(&[email, code]);
            return;
        };
        working.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => {
                    let answer = account.confirm_sign_up(address.to_user_name(), entered).await;
                    if answer.is_ok() {
                        account.remember(address);
                    }
                    answer
                }
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(()) => {
                    app.notice.set_value(Some(Notice::Verified));
                    app.go(routes::LOGIN);
                }
                Err(error) => failed(error),
            }
        });
    };

    let resend = move || {
        problem.set(None);
        news.set(false);
        let Some(address) = read_email(email) else {
            email.focus();
            return;
        };
        resending.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.resend_code(address.to_user_name()).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(resending) {
                return;
            }
            match answer {
                Ok(_) => {
                    news.set(true);
                    rest.set(RESEND_REST);
                    (app.services.every_second)(Box::new(move || {
                        // The page may be gone by then, and its signals with it.
                        rest.try_update(|left| {
                            *left = left.saturating_sub(1);
                            *left > 0
                        })
                        .unwrap_or(false)
                    }));
                }
                Err(error) => problem.set(Some(explain(&error, Doing::Verifying))),
            }
        });
    };

    view! {
        <Page
            title=Msg::VERIFY_TITLE
            lead=Msg::VERIFY_LEAD.text()
        >
            <LeftNotice notice=notice />
            {live(move || {
                news.get().then(|| view! { <Alert tone=Tone::Success><p>{Msg::NEW_CODE_SENT.text()}</p></Alert> })
            })}
            <Problem problem=Box::new(move || problem.get()) />
            <Form id="verify" working=working on_submit=Callback::new(move |()| submit()) on_use=app.services.prepare>
                <EmailField state=email />
                <CodeField state=code />
                <Submit label=Msg::VERIFY_ACCOUNT busy=Msg::VERIFYING working=working />
                <WorkButton
                    label=Msg::RESEND_CODE
                    busy=Msg::RESENDING
                    rest=rest
                    resting=Msg::RESEND_WAIT
                    working=resending
                    on_press=Callback::new(move |()| resend())
                />
            </Form>
            <p class="card__foot"><a href=routes::LOGIN>{Msg::BACK_TO_SIGN_IN.text()}</a></p>
        </Page>
    }
}
