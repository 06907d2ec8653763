//! Other ways to do the same.

use super::live;
use leptos::prelude::*;

/// A button for one of them. One that leads away from this page stays busy once it was pressed, and cannot be pressed
/// twice. A function and not a component, with its closures boxed: compiled once for all places that have such buttons,
/// the sign-in page among them.
pub fn way(
    text: Box<dyn Fn() -> String + Send>,
    busy: Box<dyn Fn() -> bool + Send + Sync>,
    on_press: Callback<()>,
) -> AnyView {
    let busy = StoredValue::new(busy);
    let is_busy = move || busy.with_value(|busy| busy());
    let press = move |_| {
        if !untrack(is_busy) {
            on_press.run(());
        }
    };
    view! {
        <button
            type="button"
            class="button"
            aria-busy=move || is_busy().then_some("true")
            aria-disabled=move || is_busy().then_some("true")
            on:click=press
        >
            {live(text)}
        </button>
    }
    .into_any()
}
