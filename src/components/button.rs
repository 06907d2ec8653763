//! Buttons that show that they are working and cannot be pressed twice.

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
    #[prop(into)]
    working: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="button button--primary"
            aria-busy=move || working.get().then_some("true")
            aria-disabled=move || working.get().then_some("true")
        >
            {move || if working.get() { busy.text() } else { label.text() }}
        </button>
    }
}

/// A second button beside the submit button.
#[component]
pub fn WorkButton(
    /// What it says right now.
    #[prop(into)]
    label: Signal<String>,
    /// Pressing it does nothing while this is true.
    #[prop(into)]
    blocked: Signal<bool>,
    /// Shows that it is working.
    #[prop(into)]
    working: Signal<bool>,
    /// What pressing does.
    on_press: impl Fn() + 'static,
) -> impl IntoView {
    let press = move |_| {
        if !blocked.get_untracked() && !working.get_untracked() {
            on_press();
        }
    };
    view! {
        <button
            type="button"
            class="button"
            aria-busy=move || working.get().then_some("true")
            aria-disabled=move || (blocked.get() || working.get()).then_some("true")
            on:click=press
        >
            {label}
        </button>
    }
}
