//! A button that copies a text.

use super::live;
use crate::i18n::Msg;
use leptos::{prelude::*, task::spawn_local};
use std::{future::Future, pin::Pin};

/// Puts a text on the clipboard; false if the browser does not allow that.
pub type Copy = fn(String) -> Pin<Box<dyn Future<Output = bool>>>;

/// The button. What came of it is said beside it.
#[component]
pub fn CopyButton(
    /// What is copied.
    text: String,
    /// How.
    copy: Copy,
) -> impl IntoView {
    let outcome = RwSignal::new(None::<bool>);
    let press = move |_| {
        let coming = copy(text.clone());
        spawn_local(async move {
            let copied = coming.await;
            // The page may be gone by then.
            outcome.try_set(Some(copied));
        });
    };
    view! {
        <button type="button" class="link" on:click=press>
            {Msg::COPY.text()}
        </button>
        <span role="status" class="secret__outcome">
            {live(move || match outcome.get() {
                Some(true) => Msg::COPIED.text(),
                Some(false) => Msg::COPY_BY_HAND.text(),
                None => "",
            })}
        </span>
    }
}
