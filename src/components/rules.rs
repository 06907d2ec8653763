//! A list of requirements that is ticked off while typing.

use super::live;
use crate::i18n::Msg;
use leptos::prelude::*;

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleState {
    /// What is required.
    pub text: String,
    /// Whether it is met.
    pub met: bool,
}

/// The list.
#[component]
pub fn Rules(
    /// What a field is described by.
    id: String,
    /// The requirements as they stand.
    rules: Box<dyn Fn() -> Vec<RuleState> + Send>,
) -> impl IntoView {
    view! {
        <div class="rules" id=id>
            <p class="rules__title">{Msg::RULES_TITLE.text()}</p>
            <ul class="rules__list">
                {live(move || {
                    rules()
                        .into_iter()
                        .map(|rule| {
                            let state = if rule.met { Msg::RULE_MET } else { Msg::RULE_OPEN };
                            view! {
                                <li class=if rule.met { "rule rule--met" } else { "rule" }>
                                    <span class="visually-hidden">{state.text()}" "</span>
                                    {rule.text}
                                </li>
                            }
                        })
                        .collect_view()
                })}
            </ul>
        </div>
    }
}
