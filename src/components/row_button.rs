//! A small button that does something about one thing of a list.

use crate::i18n::Msg;
use leptos::prelude::*;

/// The button. Its name says what it is about, because a list has many of its kind.
#[component]
pub fn RowButton(
    /// What it does.
    label: Msg,
    /// What it does that to.
    #[prop(into)]
    about: String,
    /// Whether it is doing it.
    working: RwSignal<bool>,
    /// What is done cannot be taken back.
    #[prop(optional)]
    danger: bool,
    /// What pressing does.
    on_press: Callback<()>,
) -> impl IntoView {
    let press = move |_| {
        if !working.get_untracked() {
            on_press.run(());
        }
    };
    view! {
        <button
            type="button"
            class=if danger { "button button--small button--danger" } else { "button button--small" }
            aria-label=[label.text(), ": ", &about].concat()
            aria-busy=move || working.get().then_some("true")
            aria-disabled=move || working.get().then_some("true")
            on:click=press
        >
            {label.text()}
        </button>
    }
}
