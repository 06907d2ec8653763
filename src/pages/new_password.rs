//! The step after a temporary password: choose one, and fill in what the pool requires.

use super::{
    password_fields::{NewPasswordField, checked},
    problem::{Doing, Place, Problem, explain, field_text},
};
use crate::{
    cognito::{
        error::Error,
        operations::Attribute,
        sign_in::Event,
        types::AttributeName,
    },
    components::{Field, FieldState, Form, Kind, Page, Submit},
    config::label_of,
    i18n::Msg,
    state::AppState,
};
use leptos::prelude::*;

/// The form.
#[component]
pub fn NewPasswordForm(
    /// Attributes that the pool wants and does not have.
    missing: Vec<AttributeName>,
    /// What happened to the last attempt.
    problem: Signal<Option<Error>>,
    /// Whether an attempt is under way.
    working: RwSignal<bool>,
    /// Takes the events.
    send: Callback<Event>,
) -> impl IntoView {
    let app = AppState::get();
    let password = FieldState::default();
    let fields: Vec<_> = missing.into_iter().map(|name| (name, FieldState::default())).collect();
    let drawn = fields
        .iter()
        .map(|(name, state)| {
            let label = app.config.with_value(|config| {
                let known = config.attributes.iter().find(|field| field.name == *name);
                known.map_or_else(|| label_of(name.as_str()), |field| field.label.clone())
            });
            view! { <Field id=format!("attribute-{}", name.as_str()) label=label kind=Kind::Text state=*state /> }
        })
        .collect_view();
    let explained = Signal::derive(move || problem.get().map(|error| explain(&error, Doing::SettingPassword)));
    Effect::new(move |_| {
        if let Some(text) = problem.get().as_ref().and_then(field_text) {
            password.fail(text);
            password.focus();
        }
    });
    let submit = move || {
        let chosen = checked(password);
        let attributes: Vec<_> = fields
            .iter()
            .filter_map(|(name, state)| {
                let value = state.value().trim().to_owned();
                let value = state.check(if value.is_empty() { Err(Msg::FieldRequired) } else { Ok(value) })?;
                Some(Attribute { name: name.clone(), value })
            })
            .collect();
        match chosen {
            Some(password) if attributes.len() == fields.len() => {
                send.run(Event::ChooseNewPassword { password, attributes });
            }
            _ => {
                let states: Vec<_> = [password].into_iter().chain(fields.iter().map(|(_, state)| *state)).collect();
                FieldState::focus_first_error(&states);
            }
        }
    };
    view! {
        <Page
            title=Signal::derive(|| Msg::NewPasswordTitle.text().to_owned())
            lead=Signal::derive(|| Msg::NewPasswordLead.text().to_owned())
        >
            <Problem problem=Signal::derive(move || explained.get().filter(|e| e.place == Place::Form)) />
            <Form id="new-password" working=working on_submit=submit>
                <NewPasswordField id="new_password" label=Msg::NewPassword state=password />
                {drawn}
                <Submit label=Msg::SetPassword busy=Msg::SettingPassword working=working />
                <button type="button" class="button" on:click=move |_| send.run(Event::StartOver)>
                    {Msg::StartOver.text()}
                </button>
            </Form>
        </Page>
    }
}
