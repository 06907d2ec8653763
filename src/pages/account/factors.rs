//! A section of the account centre.

use crate::{components::Page, i18n::Msg};
use leptos::prelude::*;

/// The section.
#[component]
pub fn Factors() -> impl IntoView {
    view! {
        <Page title=Msg::FACTORS_TITLE lead=Msg::FACTORS_LEAD.text() centre=true>
            {()}
        </Page>
    }
}
