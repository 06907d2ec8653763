//! A small button that does something about one thing of a list.

use super::live;
use crate::i18n::Msg;
use leptos::prelude::*;
use std::sync::Arc;

/// The button. A list has many of its kind: its name or its description says what it is about.
#[component]
pub fn RowButton(
    /// What it does.
    label: Msg,
    /// What it says while it does it, if that is something else.
    #[prop(optional)]
    busy: Option<Msg>,
    /// What it does that to, to be a part of its name.
    #[prop(optional, into)]
    about: Option<String>,
    /// The id of the text that says it, to be its description.
    #[prop(optional, into)]
    described: Option<String>,
    /// Whether it is doing it.
    #[prop(optional)]
    working: Option<Box<dyn Fn() -> bool + Send + Sync>>,
    /// What is done cannot be taken back.
    #[prop(optional)]
    danger: bool,
    /// What pressing does.
    on_press: Callback<()>,
) -> impl IntoView {
    let working: Arc<dyn Fn() -> bool + Send + Sync> = working.unwrap_or_else(|| Box::new(|| false)).into();
    let [is_busy, is_off, is_working] = [working.clone(), working.clone(), working.clone()];
    let press = move |_| {
        if !untrack(&*working) {
            on_press.run(());
        }
    };
    let class = if danger { "button button--small button--danger" } else { "button button--small" };
    view! {
        <button
            type="button"
            class=class
            aria-label=about.map(|about| [label.text(), ": ", &about].concat())
            aria-describedby=described
            aria-busy=move || is_busy().then_some("true")
            aria-disabled=move || is_off().then_some("true")
            on:click=press
        >
            {live(move || busy.filter(|_| is_working()).unwrap_or(label).text())}
        </button>
    }
}
