//! Buttons that show that they are working and cannot be pressed twice.

use super::live;
use crate::i18n::Msg;
use leptos::prelude::*;

/// The submit button of a form. While working it keeps focus (a disabled button would lose it),
/// says what it is doing, and the form ignores further submits.
#[component]
pub fn Submit(
    /// What it does.
    label: Msg,
    /// What it says while it does it.
    busy: Msg,
    /// Whether it is doing it.
    working: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="button button--primary"
            aria-busy=move || working.get().then_some("true")
            aria-disabled=move || working.get().then_some("true")
        >
            {live(move || if working.get() { busy.text() } else { label.text() })}
        </button>
    }
}

/// A second button beside the submit button.
#[component]
pub fn WorkButton(
    /// What it does.
    label: Msg,
    /// What it says while it does it.
    busy: Msg,
    /// For so many seconds pressing it does nothing; the label says how long.
    #[prop(optional)]
    rest: RwSignal<u32>,
    /// What it says then.
    #[prop(optional)]
    resting: Option<Msg>,
    /// Whether it is doing it.
    working: RwSignal<bool>,
    /// It is what the page is for.
    #[prop(optional)]
    primary: bool,
    /// What pressing does.
    on_press: Callback<()>,
) -> impl IntoView {
    let press = move |_| {
        if rest.get_untracked() == 0 && !working.get_untracked() {
            on_press.run(());
        }
    };
    let text = move || match (working.get(), rest.get()) {
        (true, _) => busy.text().to_owned(),
        (false, 0) => label.text().to_owned(),
        (false, left) => resting.unwrap_or(label).fill(&[&left.to_string()]),
    };
    view! {
        <button
            type="button"
            class=if primary { "button button--primary" } else { "button" }
            aria-busy=move || working.get().then_some("true")
            aria-disabled=move || (rest.get() > 0 || working.get()).then_some("true")
            on:click=press
        >
            {live(text)}
        </button>
    }
}
