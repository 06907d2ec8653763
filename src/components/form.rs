//! A form that is read when it is submitted, because autofill may not fire input events.

use leptos::{ev, prelude::*};

/// A form. Never sent by the browser: without the app it does nothing (`form-action 'none'`), and
/// with it the submit event is handled here.
#[component]
pub fn Form(
    /// Names the form across the prerendered page and the app.
    id: &'static str,
    /// While true, submits are ignored.
    working: RwSignal<bool>,
    /// Called for every submit that is not ignored.
    on_submit: Callback<()>,
    /// Called when the person begins to use the form; may be called often.
    #[prop(optional)]
    on_use: Option<fn()>,
    /// Fields and buttons.
    children: Children,
) -> impl IntoView {
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !working.get_untracked() {
            on_submit.run(());
        }
    };
    let used = move || {
        if let Some(on_use) = on_use {
            on_use();
        }
    };
    view! {
        <form
            id=id
            class="form"
            method="post"
            novalidate
            on:submit=submit
            on:focusin=move |_| used()
            on:pointerover=move |_| used()
        >
            {children()}
        </form>
    }
}
