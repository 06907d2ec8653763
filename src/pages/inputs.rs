//! The fields and messages that several pages share.

use crate::{
    cognito::types::{AttributeName, ConfirmationCode, Email},
    components::{Alert, Field, FieldState, Kind, Tone},
    config::AttributeField,
    i18n::Msg,
    state::{AppState, Notice},
};
use leptos::prelude::*;

/// The address, if it looks like one; otherwise the field says what is wrong.
pub fn read_email(field: FieldState) -> Option<Email> {
    let text = field.value();
    field.check(match text.trim() {
        "" => Err(Msg::EMAIL_MISSING),
        text => Email::parse(text).ok_or(Msg::EMAIL_WRONG),
    })
}

/// The code, if it looks like one; otherwise the field says what is wrong.
pub fn read_code(field: FieldState) -> Option<ConfirmationCode> {
    let text = field.value();
    field.check(match text.trim() {
        "" => Err(Msg::CODE_MISSING),
        text => ConfirmationCode::parse(text).ok_or(Msg::CODE_MALFORMED),
    })
}

/// A text that may be empty unless it is required.
pub fn read_text(field: FieldState, required: bool) -> Option<String> {
    let text = field.value().trim().to_owned();
    field.check(if required && text.is_empty() { Err(Msg::FIELD_REQUIRED) } else { Ok(text) })
}

/// The attributes of the configuration that `wanted` picks, each with the state of its field.
pub fn attribute_fields(wanted: fn(&AttributeField) -> bool) -> Vec<(AttributeField, FieldState)> {
    AppState::get().config.with_value(|config| {
        let picked = config.attributes.iter().filter(|field| wanted(field));
        picked.map(|field| (field.clone(), FieldState::default())).collect()
    })
}

/// What HTML's autofill calls a standard attribute (WCAG 1.3.5); the names are those of OpenID Connect
/// Core 1.0 §5.1.
pub fn purpose(name: &AttributeName) -> &'static str {
    match name.as_str() {
        "name" => "name",
        "given_name" => "given-name",
        "family_name" => "family-name",
        "middle_name" => "additional-name",
        "nickname" => "nickname",
        "preferred_username" => "username",
        "phone_number" => "tel",
        "birthdate" => "bday",
        "website" | "profile" | "picture" => "url",
        "address" => "street-address",
        _ => "on",
    }
}

/// Ends the work of a page's form. True if the person has left the page in the meantime: then its
/// result is nobody's business any more.
pub fn has_left(working: RwSignal<bool>) -> bool {
    working.try_set(false).is_some()
}

/// Draws their fields, filled in with `value`.
pub fn draw_attributes(fields: &[(AttributeField, FieldState)], value: impl Fn(&AttributeField) -> String) -> AnyView {
    fields
        .iter()
        .map(|(field, state)| {
            view! {
                <Field
                    id=format!("attribute-{}", field.name.as_str())
                    label=field.label.clone()
                    kind=Kind::Text(purpose(&field.name))
                    state=*state
                    value=value(field)
                    optional=!field.required
                />
            }
        })
        .collect_view()
        .into_any()
}

/// The field for the address one signs in with, filled in with the remembered one.
#[component]
pub fn EmailField(
    /// Holds the value and the error.
    state: FieldState,
) -> impl IntoView {
    let remembered = AppState::get().email.get_value();
    let value = remembered.map(|email| email.as_str().to_owned()).unwrap_or_default();
    view! { <Field id="email" label=Msg::EMAIL.text() kind=Kind::Email state=state value=value /> }
}

/// The field for a code from a message.
#[component]
pub fn CodeField(
    /// Holds the value and the error.
    state: FieldState,
) -> impl IntoView {
    view! { <Field id="code" label=Msg::CODE.text() kind=Kind::Code state=state hint=Msg::CODE_HINT.text() /> }
}

/// What the page before left to say, if anything.
#[component]
pub fn LeftNotice(
    /// What it is.
    notice: Option<Notice>,
) -> impl IntoView {
    notice.map(|notice| {
        let tone = if notice.is_success() { Tone::Success } else { Tone::Info };
        view! { <Alert tone=tone><p>{notice.text().text()}</p></Alert> }
    })
}
