//! A new password, and the pool's rules ticked off while it is typed.

use crate::{
    cognito::password_policy::{PasswordPolicy, Rule},
    cognito::types::Password,
    components::{Field, FieldState, Kind, RuleState, Rules},
    i18n::Msg,
    state::AppState,
};
use leptos::prelude::*;

fn policy() -> PasswordPolicy {
    AppState::get().config.with_value(|config| config.password_policy)
}

/// Reads the field against the policy.
pub fn checked(field: FieldState) -> Option<Password> {
    let text = field.value();
    field.check(if policy().accepts(&text) { Ok(Password::new(text)) } else { Err(Msg::PASSWORD_WEAK) })
}

/// Whether what stands in the field conforms. Says nothing at the field.
pub fn conforms(field: FieldState) -> bool {
    policy().accepts(&field.value())
}

/// The field and its rules.
#[component]
pub fn NewPasswordField(
    /// Unique on the page.
    id: &'static str,
    /// The visible label.
    label: Msg,
    /// Holds the value and the error.
    state: FieldState,
) -> impl IntoView {
    let policy = policy();
    let rules = Box::new(move || states(policy, &state.live()));
    let rules_id = format!("{id}-rules");
    view! {
        <Field id=id label=label.text() kind=Kind::NewPassword state=state described=rules_id.clone() />
        <Rules id=rules_id rules=rules />
    }
}

fn states(policy: PasswordPolicy, typed: &str) -> Vec<RuleState> {
    policy.rules().map(|rule| RuleState { text: text(rule), met: rule.holds(typed) }).collect()
}

fn text(rule: Rule) -> String {
    match rule {
        Rule::Length(min) => Msg::RULE_LENGTH.fill(&[&min.to_string()]),
        Rule::Lowercase => Msg::RULE_LOWERCASE.text().to_owned(),
        Rule::Uppercase => Msg::RULE_UPPERCASE.text().to_owned(),
        Rule::Number => Msg::RULE_NUMBER.text().to_owned(),
        Rule::Symbol => Msg::RULE_SYMBOL.text().to_owned(),
    }
}
