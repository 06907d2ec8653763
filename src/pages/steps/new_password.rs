//! The step after a temporary password: choose one, and fill in what the pool requires.

use super::{InDialog, StepPage, above, at_field, way_back};
use crate::{
    cognito::{operations::Attribute, sign_in::Input},
    components::{FieldState, Form, Submit},
    config::AttributeField,
    i18n::Msg,
    pages::{
        attributes::{attribute_named, draw_attributes, read_attribute},
        inputs::HiddenUserName,
        login::SignIn,
        password_fields::{NewPasswordField, NewPasswordState},
        problem::{Place, Problem},
    },
};
use leptos::prelude::*;

/// The form.
#[component]
pub fn NewPassword() -> impl IntoView {
    let sign_in = SignIn::get();
    let password = NewPasswordState::new();
    let fields: Vec<_> = sign_in
        .missing_attributes()
        .iter()
        .map(|name| (AttributeField { required: true, ..attribute_named(name) }, FieldState::default()))
        .collect();
    let drawn = draw_attributes(&fields, |_| String::new());
    let id = if InDialog::is_here() { "dialog-new_password" } else { "new_password" };
    at_field(sign_in, password.field(), Place::NewPassword);
    let submit = move || {
        let chosen = password.read();
        let attributes: Vec<_> = fields
            .iter()
            .filter_map(|(field, state)| {
                Some(Attribute { name: field.name.clone(), value: read_attribute(field, *state)? })
            })
            .collect();
        match chosen {
            Some(password) if attributes.len() == fields.len() => {
                sign_in.send(Input::ChooseNewPassword { password, attributes });
            }
            _ => {
                let states: Vec<_> =
                    [password.field()].into_iter().chain(fields.iter().map(|(_, state)| *state)).collect();
                FieldState::focus_first_error(&states);
            }
        }
    };
    view! {
        <StepPage
            title=Msg::NEW_PASSWORD_TITLE
            lead=Msg::NEW_PASSWORD_LEAD.text()
        >
            <Problem problem=above(sign_in, Some(Place::NewPassword)) />
            <Form id="new-password" working=sign_in.working on_submit=Callback::new(move |()| submit())>
                <HiddenUserName />
                <NewPasswordField id=id label=Msg::NEW_PASSWORD state=password />
                {drawn}
                <Submit label=Msg::SET_PASSWORD busy=Msg::SETTING_PASSWORD working=sign_in.working />
            </Form>
            {way_back(sign_in)}
        </StepPage>
    }
}
