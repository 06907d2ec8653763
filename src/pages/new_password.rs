//! The step after a temporary password: choose one, and fill in what the pool requires.

use super::{
    inputs::{purpose, read_text},
    login::SignIn,
    password_fields::{NewPasswordField, checked},
    problem::{Doing, Place, Problem, explain, field_text},
};
use crate::{
    cognito::{operations::Attribute, sign_in::Input},
    components::{Field, FieldState, Form, Kind, Page, Submit, effect},
    config::label_of,
    i18n::Msg,
    state::AppState,
};
use leptos::prelude::*;

/// The form.
#[component]
pub fn NewPassword() -> impl IntoView {
    let app = AppState::get();
    let sign_in = SignIn::get();
    let password = FieldState::default();
    let fields: Vec<_> = sign_in.missing_attributes().into_iter().map(|name| (name, FieldState::default())).collect();
    let drawn = fields
        .iter()
        .map(|(name, state)| {
            let label = app.config.with_value(|config| {
                let known = config.attributes.iter().find(|field| field.name == *name);
                known.map_or_else(|| label_of(name.as_str()), |field| field.label.clone())
            });
            view! { <Field id=format!("attribute-{}", name.as_str()) label=label kind=Kind::Text(purpose(name)) state=*state /> }
        })
        .collect_view();
    let explained = move || {
        let explained = explain(&sign_in.problem.get()?, Doing::SettingPassword);
        (explained.place == Place::Form).then_some(explained)
    };
    effect(move || {
        if let Some(text) = sign_in.problem.get().as_ref().and_then(field_text) {
            password.fail(text);
            password.focus();
        }
    });
    let submit = move || {
        let chosen = checked(password);
        let attributes: Vec<_> = fields
            .iter()
            .filter_map(|(name, state)| Some(Attribute { name: name.clone(), value: read_text(*state, true)? }))
            .collect();
        match chosen {
            Some(password) if attributes.len() == fields.len() => {
                sign_in.send(Input::ChooseNewPassword { password, attributes });
            }
            _ => {
                let states: Vec<_> = [password].into_iter().chain(fields.iter().map(|(_, state)| *state)).collect();
                FieldState::focus_first_error(&states);
            }
        }
    };
    view! {
        <Page
            title=Msg::NEW_PASSWORD_TITLE
            lead=Msg::NEW_PASSWORD_LEAD.text()
        >
            <Problem problem=Box::new(explained) />
            <Form id="new-password" working=sign_in.working on_submit=Callback::new(move |()| submit())>
                <NewPasswordField id="new_password" label=Msg::NEW_PASSWORD state=password />
                {drawn}
                <Submit label=Msg::SET_PASSWORD busy=Msg::SETTING_PASSWORD working=sign_in.working />
                <button type="button" class="button" on:click=move |_| sign_in.send(Input::StartOver)>
                    {Msg::START_OVER.text()}
                </button>
            </Form>
        </Page>
    }
}
