//! Confirm an account with the code from the message, and sign in with it where the pool allows that.

use super::{
    inputs::{
        CodeField, LeftNotice, NameField, NameState, ResendButton, has_left, read_code, remembered_name, rest_a_while,
        sent_news,
    },
    problem::{Doing, Explained, Place, Problem, explain, field_text},
};
use crate::{
    cognito::{
        error::Error,
        sign_in::{Asks, Input, Way},
    },
    components::{FieldState, Form, Page, Submit, live},
    config::Config,
    i18n::Msg,
    routes,
    session::Attempt,
    state::{AppState, Notice},
};
use leptos::{prelude::*, task::spawn_local};

/// The page.
#[component]
pub fn Verify() -> impl IntoView {
    let app = AppState::get();
    let (name, code) = (NameState::new(), FieldState::default());
    let (working, resending) = (RwSignal::new(false), RwSignal::new(false));
    let problem = RwSignal::new(None::<Explained>);
    let rest = RwSignal::new(0_u32);
    let notice = app.take_notice().filter(|notice| *notice != Notice::CodeSent);
    // A sign-up that is not about the name in the field says nothing here.
    let begun = app.signing_up.get_value().filter(|begun| Some(&begun.user) == remembered_name().as_ref());
    // What was sent, and where. Whoever was led here by a sign-in is told something else.
    let news = RwSignal::new(begun.filter(|_| notice.is_none()).map(|begun| (Msg::CODE_SENT, begun.sent)));

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
        let (Some(user), Some(entered)) = (name.read(), read_code(code)) else {
            FieldState::focus_first_error(&[name.field(), code]);
            return;
        };
        // A session of another name's sign-up opens nothing for this one.
        let begun = app.signing_up.with_value(Clone::clone).filter(|begun| begun.user == user);
        working.set(true);
        spawn_local(async move {
            let account = match (app.services.account)().await {
                Ok(account) => account,
                Err(fault) => {
                    if !has_left(working) {
                        failed(fault.into());
                    }
                    return;
                }
            };
            let answer = account.confirm_sign_up(user.clone(), entered, begun.and_then(|begun| begun.session)).await;
            if answer.is_ok() {
                app.signing_up.set_value(None);
                account.remember(user.clone());
            }
            // Pools can answer with a session also where the app client could not use it, and also after a reload.
            // Nobody is signed in who has gone elsewhere in the meantime.
            let may = app.config.with_value(Config::has_choice) && !working.is_disposed();
            if let (Ok(Some(session)), true) = (&answer, may) {
                let way = Way::SignedUp(session.clone());
                let attempt = account.sign_in(Attempt::default(), Input::Submit { user, way }).await;
                if attempt.asks == Asks::SignedIn {
                    // The guard of this page goes on.
                    return;
                }
            }
            if has_left(working) {
                return;
            }
            match answer {
                Ok(_) => {
                    app.notice.set_value(Some(Notice::Verified));
                    app.go(routes::LOGIN);
                }
                Err(error) => failed(error),
            }
        });
    };
    let complete = move || {
        if !working.get_untracked() && name.peek().is_some() {
            submit();
        }
    };

    let resend = move || {
        problem.set(None);
        let Some(user) = name.read() else {
            name.field().focus();
            return;
        };
        resending.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.resend_code(user).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(resending) {
                return;
            }
            match answer {
                Ok(sent) => {
                    news.set(Some((Msg::NEW_CODE_SENT, sent)));
                    rest_a_while(app, rest);
                }
                Err(error) => {
                    news.set(None);
                    problem.set(Some(explain(&error, Doing::Verifying)));
                }
            }
        });
    };

    view! {
        <Page
            title=Msg::VERIFY_TITLE
            lead=Msg::VERIFY_LEAD.text()
        >
            <LeftNotice notice=notice />
            {live(move || news.get().map(|(text, sent)| sent_news(text, sent.as_ref())))}
            <Problem problem=Box::new(move || problem.get()) />
            <Form id="verify" working=working on_submit=Callback::new(move |()| submit()) on_use=app.services.prepare>
                <NameField state=name value=remembered_name() />
                <CodeField state=code on_complete=Callback::new(move |()| complete()) />
                <Submit label=Msg::VERIFY_ACCOUNT busy=Msg::VERIFYING working=working />
                <ResendButton rest=rest working=resending on_press=Callback::new(move |()| resend()) />
            </Form>
            <p class="card__foot"><a href=routes::LOGIN>{Msg::BACK_TO_SIGN_IN.text()}</a></p>
        </Page>
    }
}
