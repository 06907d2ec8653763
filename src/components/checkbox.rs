//! A box to tick.

use leptos::prelude::*;

/// A box with its label beside it.
#[component]
pub fn Checkbox(
    /// Also the name; unique on the page.
    id: &'static str,
    /// The visible label.
    label: &'static str,
    /// Whether it is ticked.
    checked: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <p class="checkbox">
            <input
                id=id
                name=id
                type="checkbox"
                class="checkbox__box"
                prop:checked=move || checked.get()
                on:change=move |event| checked.set(event_target_checked(&event))
            />
            <label class="checkbox__label" for=id>
                {label}
            </label>
        </p>
    }
}
