//! A section of the account centre.

use crate::{components::Page, i18n::Msg};
use leptos::prelude::*;

/// The section.
#[component]
pub fn Details() -> impl IntoView {
    view! {
        <Page title=Msg::DETAILS_TITLE lead=Msg::DETAILS_LEAD.text() centre=true>
            {()}
        </Page>
    }
}
