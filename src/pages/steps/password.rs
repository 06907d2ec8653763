//! The password, where it is asked for after the name.

use super::{InDialog, StepPage, above, way_back};
use crate::{
    cognito::{sign_in::Input, types::Password},
    components::{Field, FieldState, Form, Kind, Submit},
    i18n::Msg,
    pages::{inputs::HiddenUserName, login::SignIn, problem::Problem},
    routes,
};
use leptos::prelude::*;

/// The form for a pool that asks for it.
pub fn password() -> AnyView {
    let sign_in = SignIn::get();
    form(sign_in, move |password| sign_in.send(Input::Password(password)))
}

/// The form; `send` gets the password.
pub fn form(sign_in: SignIn, send: impl Fn(Password) + Send + Sync + 'static) -> AnyView {
    let in_dialog = InDialog::is_here();
    let (label, busy) = if in_dialog { (Msg::CONTINUE, Msg::CHECKING) } else { (Msg::SIGN_IN, Msg::SIGNING_IN) };
    let field = FieldState::default();
    let submit = move || {
        let typed = field.value();
        match field.check(if typed.is_empty() { Err(Msg::PASSWORD_MISSING) } else { Ok(Password::new(typed)) }) {
            Some(password) => send(password),
            None => field.focus(),
        }
    };
    view! {
        <StepPage title=Msg::STEP_PASSWORD_TITLE first=field>
            <Problem problem=above(sign_in, None) />
            <Form id="password-step" working=sign_in.working on_submit=Callback::new(move |()| submit())>
                // Password managers want to know whose password it is.
                <HiddenUserName />
                <Field id=InDialog::id("password") label=Msg::PASSWORD.text() kind=Kind::CurrentPassword state=field />
                {(!in_dialog)
                    .then(|| {
                        view! {
                            <p class="form__aside">
                                <a href=routes::FORGOT_PASSWORD>{Msg::FORGOT_PASSWORD_LINK.text()}</a>
                            </p>
                        }
                    })}
                <Submit label=label busy=busy working=sign_in.working />
            </Form>
            {way_back(sign_in)}
        </StepPage>
    }
    .into_any()
}
