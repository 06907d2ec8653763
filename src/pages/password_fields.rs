//! A new password, and the pool's rules ticked off while it is typed.

use crate::{
    cognito::password_policy::{PasswordPolicy, Rule},
    cognito::types::Password,
    components::{Field, FieldState, Kind, RuleState, Rules},
    i18n::{Msg, Plural},
    state::SettingsHandle,
};
use leptos::prelude::*;

/// A password that is being chosen, and the pool's rules for it.
#[derive(Clone, Copy)]
pub struct NewPasswordState {
    field: FieldState,
    policy: PasswordPolicy,
}

impl NewPasswordState {
    /// By the rules of the configuration. To be made while a page is drawn.
    pub fn new() -> Self {
        Self { field: FieldState::default(), policy: SettingsHandle::with(|settings| settings.password_policy) }
    }

    /// The password, if it conforms; otherwise the field says that it does not.
    pub fn read(self) -> Option<Password> {
        let text = self.field.value();
        self.field.check(if self.policy.accepts(&text) { Ok(Password::new(text)) } else { Err(Msg::PASSWORD_WEAK) })
    }

    /// Whether what stands in the field conforms. Says nothing at the field.
    pub fn conforms(self) -> bool {
        self.policy.accepts(&self.field.value())
    }

    /// The field, for what all fields can do.
    pub const fn field(self) -> FieldState {
        self.field
    }
}

/// The field and its rules.
#[component]
pub fn NewPasswordField(
    /// Unique on the page.
    id: &'static str,
    /// The visible label.
    label: Msg,
    /// Holds the value and the error.
    state: NewPasswordState,
) -> impl IntoView {
    let NewPasswordState { field, policy } = state;
    let rules = Box::new(move || states(policy, &field.live()));
    let rules_id = format!("{id}-rules");
    view! {
        <Field id=id label=label.text() kind=Kind::NewPassword state=field described=rules_id.clone() />
        <Rules id=rules_id rules=rules />
    }
}

fn states(policy: PasswordPolicy, typed: &str) -> Vec<RuleState> {
    policy.rules().map(|rule| RuleState { text: text(rule), met: rule.holds(typed) }).collect()
}

fn text(rule: Rule) -> String {
    match rule {
        Rule::Length(min) => Plural::RULE_LENGTH.fill(u64::from(min), &[]),
        Rule::Lowercase => Msg::RULE_LOWERCASE.text().to_owned(),
        Rule::Uppercase => Msg::RULE_UPPERCASE.text().to_owned(),
        Rule::Number => Msg::RULE_NUMBER.text().to_owned(),
        Rule::Symbol => Msg::RULE_SYMBOL.text().to_owned(),
    }
}
