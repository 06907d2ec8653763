//! The attributes that the configuration asks for: their fields by kind, and what may stand in them.

use crate::{
    cognito::types::{AttributeName, Email, PhoneNumber},
    components::{Field, FieldState, Kind, Select, TICKED, TickField, UNTICKED},
    config::{AttributeField, AttributeInput},
    i18n::Msg,
    state::{AppState, SettingsHandle},
};
use leptos::prelude::*;

/// The attributes of the configuration that `wanted` picks, each with the state of its field.
pub fn attribute_fields(wanted: fn(&AttributeField) -> bool) -> Vec<(AttributeField, FieldState)> {
    SettingsHandle::with(|settings| {
        let picked = settings.attributes.iter().filter(|field| wanted(field));
        picked.map(|field| (field.clone(), FieldState::default())).collect()
    })
}

/// The attribute of this name as the configuration has it, or as well as its name tells.
pub fn attribute_named(name: &AttributeName) -> AttributeField {
    SettingsHandle::with(|settings| {
        let known = settings.attributes.iter().find(|field| field.name == *name);
        known.cloned().unwrap_or_else(|| AttributeField::plain(name.clone()))
    })
}

/// What HTML's autofill calls a standard attribute (WCAG 1.3.5); the names are those of OpenID Connect
/// Core 1.0 §5.1.
fn purpose(name: &AttributeName) -> &'static str {
    match name.as_str() {
        "name" => "name",
        "given_name" => "given-name",
        "family_name" => "family-name",
        "middle_name" => "additional-name",
        "nickname" | "preferred_username" => "nickname",
        "email" => "email",
        "phone_number" => "tel",
        "birthdate" => "bday",
        "website" | "profile" => "url",
        "picture" => "photo",
        "address" => "street-address",
        "gender" => "sex",
        "locale" => "language",
        _ => "on",
    }
}

/// The kind of field for an attribute that is not chosen from a list. A date that no date field could show is
/// text: OpenID Connect allows a year alone.
fn kind_of(field: &AttributeField, value: &str) -> Kind {
    let kind = match field.input {
        AttributeInput::Number => Kind::Number,
        AttributeInput::Date => Kind::Date,
        _ => Kind::Text(purpose(&field.name)),
    };
    let is_date = matches!(kind, Kind::Date | Kind::Text("bday"));
    if is_date && !value.is_empty() && !is_date_text(value) { Kind::Text("on") } else { kind }
}

/// `YYYY-MM-DD`; whether there is such a day is the pool's business.
fn is_date_text(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00"
}

fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(rest)
}

fn is_web_address(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    !host.is_empty() && !host.starts_with('/') && !text.contains(char::is_whitespace)
}

/// What was entered, in the form the pool wants it in. Empty if nothing was.
///
/// # Errors
/// What is wrong with it.
fn checked(field: &AttributeField, text: &str) -> Result<String, Msg> {
    let text = text.trim();
    let fits = |fits: bool, wrong: Msg| if fits { Ok(text.to_owned()) } else { Err(wrong) };
    match (&field.input, text) {
        // A box that nobody has touched says no, where an answer is needed.
        (AttributeInput::Boolean, "") if field.required => Ok(UNTICKED.to_owned()),
        (_, "") => fits(!field.required, Msg::FIELD_REQUIRED),
        _ if field.max_length.is_some_and(|max| text.chars().count() > usize::from(max)) => Err(Msg::FIELD_TOO_LONG),
        (AttributeInput::Number, _) => fits(is_number(text), Msg::NUMBER_WRONG),
        (AttributeInput::Date, _) => fits(is_date_text(text), Msg::DATE_WRONG),
        (AttributeInput::Text, _) => match purpose(&field.name) {
            "tel" => PhoneNumber::parse(text).map(|number| number.as_str().to_owned()).ok_or(Msg::PHONE_WRONG),
            "email" => Email::parse(text).map(|email| email.as_str().to_owned()).ok_or(Msg::EMAIL_WRONG),
            "url" => fits(is_web_address(text), Msg::URL_WRONG),
            // `Avatar` shows no other.
            "photo" => fits(is_web_address(text) && text.starts_with("https://"), Msg::URL_WRONG),
            _ => Ok(text.to_owned()),
        },
        (AttributeInput::Boolean | AttributeInput::Select(_), _) => Ok(text.to_owned()),
    }
}

/// What stands in the field of an attribute, if it can be taken; otherwise the field says what is wrong.
pub fn read_attribute(field: &AttributeField, state: FieldState) -> Option<String> {
    state.check(checked(field, &state.value()))
}

/// What the browser knows of an attribute before anybody has filled it in.
pub fn from_browser(field: &AttributeField) -> String {
    let services = AppState::get().services;
    match field.name.as_str() {
        "locale" => (services.locale)(),
        "zoneinfo" => (services.time_zone)(),
        _ => String::new(),
    }
}

/// What an attribute is called: by the configuration, else as those of OpenID Connect are called in the person's language,
/// else by its name: `custom:agentName` → `Agent name`.
pub fn label_of(field: &AttributeField) -> String {
    if let Some(label) = &field.label {
        return label.clone();
    }
    let text = match field.name.as_str() {
        "address" => Msg::ATTRIBUTE_ADDRESS,
        "birthdate" => Msg::ATTRIBUTE_BIRTHDATE,
        "email" => Msg::EMAIL,
        "family_name" => Msg::ATTRIBUTE_FAMILY_NAME,
        "gender" => Msg::ATTRIBUTE_GENDER,
        "given_name" => Msg::ATTRIBUTE_GIVEN_NAME,
        "locale" => Msg::ATTRIBUTE_LOCALE,
        "middle_name" => Msg::ATTRIBUTE_MIDDLE_NAME,
        "name" => Msg::ATTRIBUTE_NAME,
        "nickname" => Msg::ATTRIBUTE_NICKNAME,
        "phone_number" => Msg::PHONE,
        "picture" => Msg::ATTRIBUTE_PICTURE,
        "preferred_username" => Msg::ATTRIBUTE_PREFERRED_USERNAME,
        "profile" => Msg::ATTRIBUTE_PROFILE,
        "website" => Msg::ATTRIBUTE_WEBSITE,
        "zoneinfo" => Msg::ATTRIBUTE_ZONEINFO,
        other => return words_of(other),
    };
    text.text().to_owned()
}

/// A name as words. ASCII only: Unicode's upper case would be ten kilobytes of download.
fn words_of(name: &str) -> String {
    let plain = name.strip_prefix("custom:").unwrap_or(name);
    let mut label = String::new();
    for c in plain.chars() {
        match c {
            '_' | '-' => label.push(' '),
            c if label.is_empty() => label.push(c.to_ascii_uppercase()),
            c if c.is_ascii_uppercase() => {
                label.push(' ');
                label.push(c.to_ascii_lowercase());
            }
            c => label.push(c),
        }
    }
    label
}

/// Draws their fields, filled in with `value`.
pub fn draw_attributes(fields: &[(AttributeField, FieldState)], value: impl Fn(&AttributeField) -> String) -> AnyView {
    fields.iter().map(|(field, state)| draw_attribute(field, *state, value(field))).collect_view().into_any()
}

/// Draws one, filled in with `value`.
pub fn draw_attribute(field: &AttributeField, state: FieldState, value: String) -> AnyView {
    let id = format!("attribute-{}", field.name.as_str());
    let (label, hint, optional) = (label_of(field), field.hint.clone(), !field.required);
    match &field.input {
        AttributeInput::Boolean => {
            let label = label.into_any();
            view! { <TickField id=id label=label state=state hint=hint value=value /> }.into_any()
        }
        AttributeInput::Select(choices) => {
            let mut options = vec![(String::new(), Msg::CHOOSE.text().to_owned())];
            options.extend(choices.iter().map(|choice| (choice.value.clone(), choice.label.clone())));
            // What is stored already may come from elsewhere. It is not lost by looking at it.
            if !options.iter().any(|(option, _)| *option == value) {
                options.push((value.clone(), value.clone()));
            }
            view! {
                <Select id=id label=label options=options state=state hint=hint value=value optional=optional />
            }
            .into_any()
        }
        AttributeInput::Text | AttributeInput::Number | AttributeInput::Date => {
            let kind = kind_of(field, &value);
            let hint =
                if hint.is_empty() && kind == Kind::Text("tel") { Msg::PHONE_HINT.text().to_owned() } else { hint };
            view! {
                <Field
                    id=id
                    label=label
                    kind=kind
                    state=state
                    hint=hint
                    value=value
                    optional=optional
                    max_length=field.max_length
                />
            }
            .into_any()
        }
    }
}

/// Whether a box is ticked.
pub fn is_ticked(state: FieldState) -> bool {
    state.value() == TICKED
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Choice;
    use proptest::prelude::*;

    fn field(name: &str, input: AttributeInput, required: bool) -> AttributeField {
        AttributeField { input, required, ..AttributeField::plain(AttributeName::new(name)) }
    }

    #[test]
    fn what_is_entered_is_checked_by_its_kind() {
        use AttributeInput as I;
        let choice = || I::Select(vec![Choice { value: "s".into(), label: "Small".into() }]);
        let table: [(&str, I, &str, Result<&str, Msg>); 29] = [
            ("nickname", I::Text, " Ada ", Ok("Ada")),
            ("nickname", I::Text, " ", Err(Msg::FIELD_REQUIRED)),
            ("phone_number", I::Text, "0044 20 7946 0123", Ok("+442079460123")),
            ("phone_number", I::Text, "020 7946 0123", Err(Msg::PHONE_WRONG)),
            ("email", I::Text, " Ada@example.com", Ok("Ada@example.com")),
            ("email", I::Text, "ada", Err(Msg::EMAIL_WRONG)),
            ("website", I::Text, "https://example.com", Ok("https://example.com")),
            ("website", I::Text, "example.com", Err(Msg::URL_WRONG)),
            ("website", I::Text, "http://example.com", Ok("http://example.com")),
            ("picture", I::Text, "https://", Err(Msg::URL_WRONG)),
            ("picture", I::Text, "http://example.com/ada.png", Err(Msg::URL_WRONG)),
            ("profile", I::Text, "javascript:x", Err(Msg::URL_WRONG)),
            ("birthdate", I::Text, "1815", Ok("1815")),
            ("custom:n", I::Number, "42", Ok("42")),
            ("custom:n", I::Number, "-4.50", Ok("-4.50")),
            ("custom:n", I::Number, "--4", Err(Msg::NUMBER_WRONG)),
            ("custom:n", I::Number, "4.", Err(Msg::NUMBER_WRONG)),
            ("custom:n", I::Number, ".5", Err(Msg::NUMBER_WRONG)),
            ("custom:n", I::Number, "1e3", Err(Msg::NUMBER_WRONG)),
            ("custom:n", I::Number, "", Err(Msg::FIELD_REQUIRED)),
            ("custom:d", I::Date, "1990-12-31", Ok("1990-12-31")),
            ("custom:d", I::Date, "31.12.1990", Err(Msg::DATE_WRONG)),
            ("custom:b", I::Boolean, "true", Ok("true")),
            ("custom:b", I::Boolean, "false", Ok("false")),
            ("custom:b", I::Boolean, "", Ok("false")),
            ("custom:s", choice(), "s", Ok("s")),
            ("custom:s", choice(), "", Err(Msg::FIELD_REQUIRED)),
            ("zoneinfo", I::Text, "Europe/London", Ok("Europe/London")),
            ("custom:t", I::Text, "x", Ok("x")),
        ];
        for (name, input, entered, expected) in table {
            let field = field(name, input, true);
            assert_eq!(checked(&field, entered).as_deref().map_err(|error| *error), expected, "{name} {entered:?}");
        }
    }

    #[test]
    fn what_is_optional_may_be_empty_and_a_box_that_nobody_touched_says_nothing() {
        for input in [AttributeInput::Text, AttributeInput::Number, AttributeInput::Date, AttributeInput::Boolean] {
            assert_eq!(checked(&field("custom:x", input, false), "  "), Ok(String::new()));
        }
    }

    #[test]
    fn texts_are_counted_in_characters() {
        let field = AttributeField { max_length: Some(3), ..field("custom:x", AttributeInput::Text, false) };
        assert_eq!(checked(&field, "äöü"), Ok("äöü".to_owned()));
        assert_eq!(checked(&field, "äöüß"), Err(Msg::FIELD_TOO_LONG));
    }

    #[test]
    fn a_date_that_no_date_field_could_show_is_text() {
        let birthdate = field("birthdate", AttributeInput::Text, false);
        assert_eq!(kind_of(&birthdate, ""), Kind::Text("bday"));
        assert_eq!(kind_of(&birthdate, "1815-12-10"), Kind::Text("bday"));
        assert_eq!(kind_of(&birthdate, "1815"), Kind::Text("on"));
        assert_eq!(kind_of(&field("custom:x", AttributeInput::Date, false), "soon"), Kind::Text("on"));
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in ".{0,40}", name in "phone_number|email|website|birthdate|custom:x", kind in 0..4usize) {
            let input = [AttributeInput::Text, AttributeInput::Number, AttributeInput::Date, AttributeInput::Boolean][kind].clone();
            if let Ok(value) = checked(&field(&name, input, true), &text) {
                prop_assert!(!value.is_empty() && value.trim() == value);
            }
        }

        #[test]
        fn numbers_are_numbers(number in "-?[0-9]{1,9}(\\.[0-9]{1,4})?") {
            prop_assert!(is_number(&number));
            prop_assert!(number.parse::<f64>().is_ok());
        }
    }
}
