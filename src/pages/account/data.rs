//! A section of the account centre.

use crate::{components::Page, i18n::Msg};
use leptos::prelude::*;

/// The section.
#[component]
pub fn Data() -> impl IntoView {
    view! {
        <Page title=Msg::DATA_TITLE lead=Msg::DATA_LEAD.text() centre=true>
            {()}
        </Page>
    }
}
