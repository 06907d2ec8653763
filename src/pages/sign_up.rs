//! Create an account.

use super::{
    inputs::{attribute_fields, draw_attributes, has_left, read_email, read_text},
    password_fields::{NewPasswordField, checked},
    problem::{Doing, Explained, Place, Problem, explain, field_text},
};
use crate::{
    cognito::{error::Error, operations::Attribute},
    components::{Field, FieldState, Form, Kind, Page, Submit},
    i18n::Msg,
    routes,
    session::SignedUp,
    state::{AppState, Notice},
};
use leptos::{prelude::*, task::spawn_local};

/// The page.
#[component]
pub fn SignUp() -> impl IntoView {
    let app = AppState::get();
    let (email, password, confirm) = (FieldState::default(), FieldState::default(), FieldState::default());
    let attributes = attribute_fields(|field| field.sign_up);
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Explained>);
    let drawn = draw_attributes(&attributes, |_| String::new());

    let failed = move |error: Error| {
        let explained = explain(&error, Doing::SigningUp);
        match (explained.place, field_text(&error)) {
            (Place::NewPassword, Some(text)) => {
                password.fail(text);
                password.focus();
            }
            _ => problem.set(Some(explained)),
        }
    };
    let submit = move || {
        problem.set(None);
        let address = read_email(email);
        let typed: Vec<_> = attributes
            .iter()
            .map(|(field, state)| {
                let value = read_text(*state, field.required)?;
                Some(Attribute { name: field.name.clone(), value })
            })
            .collect();
        let chosen = checked(password);
        let same =
            confirm.check(if confirm.value() == password.value() { Ok(()) } else { Err(Msg::CONFIRM_PASSWORD_WRONG) });
        let all: Option<Vec<_>> = typed.into_iter().collect();
        let (Some(address), Some(chosen), Some(()), Some(all)) = (address, chosen, same, all) else {
            let order: Vec<_> = [email]
                .into_iter()
                .chain(attributes.iter().map(|(_, state)| *state))
                .chain([password, confirm])
                .collect();
            FieldState::focus_first_error(&order);
            return;
        };
        let filled = all.into_iter().filter(|attribute| !attribute.value.is_empty()).collect();
        working.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.sign_up(address, chosen, filled).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(SignedUp { confirmed: true, .. }) => {
                    app.notice.set_value(Some(Notice::AccountReady));
                    app.go(routes::LOGIN);
                }
                Ok(_) => {
                    app.notice.set_value(Some(Notice::CodeSent));
                    app.go(routes::VERIFY);
                }
                Err(error) => failed(error),
            }
        });
    };
    view! {
        <Page
            title=Msg::SIGN_UP_TITLE
            lead=Msg::SIGN_UP_LEAD.text()
        >
            <Problem problem=Box::new(move || problem.get()) />
            <Form id="signup" working=working on_submit=Callback::new(move |()| submit()) on_use=app.services.prepare>
                <Field id="email" label=Msg::EMAIL.text() kind=Kind::Email state=email />
                {drawn}
                <NewPasswordField id="password" label=Msg::PASSWORD state=password />
                <Field id="confirm_password" label=Msg::CONFIRM_PASSWORD.text() kind=Kind::NewPassword state=confirm />
                <Submit label=Msg::CREATE_ACCOUNT busy=Msg::CREATING_ACCOUNT working=working />
            </Form>
            <p class="card__foot">
                {Msg::HAVE_ACCOUNT.text()} " " <a href=routes::LOGIN>{Msg::SIGN_IN_LINK.text()}</a>
            </p>
        </Page>
    }
}
