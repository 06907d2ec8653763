//! Confirm an account with the code from the message.

use super::problem::{Doing, Explained, Place, Problem, explain, field_text};
use crate::{
    cognito::{
        error::Error,
        types::{ConfirmationCode, Email},
    },
    components::{Alert, Field, FieldState, Form, Kind, Page, Submit, Tone, WorkButton},
    i18n::Msg,
    routes,
    state::{AppState, Notice},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// How long the resend button rests after it was used, in seconds.
const RESEND_REST: u32 = 30;

/// The page.
#[component]
pub fn Verify() -> impl IntoView {
    let app = AppState::get();
    let (email, code) = (FieldState::default(), FieldState::default());
    let (working, resending) = (RwSignal::new(false), RwSignal::new(false));
    let problem = RwSignal::new(None::<Explained>);
    let news = RwSignal::new(None::<String>);
    let rest = RwSignal::new(0_u32);
    let notice = app.take_notice();
    let navigate = use_navigate();

    let address = move || {
        let text = email.value();
        email.check(match text.trim() {
            "" => Err(Msg::EmailMissing),
            text => Email::parse(text).ok_or(Msg::EmailWrong),
        })
    };
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
    let to_login = {
        let navigate = navigate.clone();
        move || {
            app.notice.set(Some(Notice::Verified));
            navigate(routes::LOGIN, NavigateOptions::default());
        }
    };

    let submit = move || {
        problem.set(None);
        news.set(None);
        let typed = code.value();
        let entered = code.check(match typed.trim() {
            "" => Err(Msg::CodeMissing),
            text => ConfirmationCode::parse(text).ok_or(Msg::CodeMalformed),
        });
        let (Some(address), Some(entered)) = (address(), entered) else {
            FieldState::focus_first_error(&[email, code]);
            return;
        };
        let to_login = to_login.clone();
        working.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => {
                    let user = address.to_user_name();
                    account.remember(address);
                    account.confirm_sign_up(user, entered).await
                }
                Err(fault) => Err(fault.into()),
            };
            working.set(false);
            match answer {
                Ok(()) => to_login(),
                Err(error) => failed(error),
            }
        });
    };

    let resend = move || {
        problem.set(None);
        news.set(None);
        let Some(address) = address() else {
            email.focus();
            return;
        };
        resending.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.resend_code(address.to_user_name()).await,
                Err(fault) => Err(fault.into()),
            };
            resending.set(false);
            match answer {
                Ok(_) => {
                    news.set(Some(Msg::NewCodeSent.text().to_owned()));
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
    let resend_label = Signal::derive(move || match (resending.get(), rest.get()) {
        (true, _) => Msg::Resending.text().to_owned(),
        (false, 0) => Msg::ResendCode.text().to_owned(),
        (false, left) => Msg::ResendWait.fill(&[&left.to_string()]),
    });

    view! {
        <Page
            title=Signal::derive(|| Msg::VerifyTitle.text().to_owned())
            lead=Signal::derive(|| Msg::VerifyLead.text().to_owned())
        >
            {notice
                .map(|notice| {
                    let tone = if notice.is_success() { Tone::Success } else { Tone::Info };
                    view! { <Alert tone=tone><p>{notice.text().text()}</p></Alert> }
                })}
            {move || news.get().map(|text| view! { <Alert tone=Tone::Success><p>{text}</p></Alert> })}
            <Problem problem=problem />
            <Form id="verify" working=working on_submit=submit on_use=Callback::new(move |()| (app.services.prepare)())>
                <Field
                    id="email"
                    label=Msg::Email.text()
                    kind=Kind::Email
                    state=email
                    value=app.email.get_untracked().map(|email| email.as_str().to_owned()).unwrap_or_default()
                />
                <Field id="code" label=Msg::Code.text() kind=Kind::Code state=code hint=Msg::CodeHint.text() />
                <Submit label=Msg::VerifyAccount busy=Msg::Verifying working=working />
                <WorkButton
                    label=resend_label
                    blocked=Signal::derive(move || rest.get() > 0)
                    working=resending
                    on_press=resend
                />
            </Form>
            <p class="card__foot"><a href=routes::LOGIN>{Msg::BackToSignIn.text()}</a></p>
        </Page>
    }
}
