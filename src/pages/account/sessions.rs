//! A section of the account centre.

use crate::{components::Page, i18n::Msg};
use leptos::prelude::*;

/// The section.
#[component]
pub fn Sessions() -> impl IntoView {
    view! {
        <Page title=Msg::SESSIONS_TITLE lead=Msg::SESSIONS_LEAD.text() centre=true>
            {()}
        </Page>
    }
}
