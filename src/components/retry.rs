//! Stands where something did not load.

use super::{Alert, Tone};
use crate::i18n::Msg;
use leptos::prelude::*;

/// Says that a part of the app did not load, and offers to try again.
#[component]
pub fn Retry(
    /// What trying again does.
    again: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="card">
            <Alert tone=Tone::Error>
                <p>{Msg::CHUNK_MISSING.text()}</p>
            </Alert>
            <button type="button" class="button button--primary" on:click=move |_| again.run(())>
                {Msg::TRY_AGAIN.text()}
            </button>
        </div>
    }
}
