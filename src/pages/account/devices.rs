//! A section of the account centre.

use crate::{components::Page, i18n::Msg};
use leptos::prelude::*;

/// The section.
#[component]
pub fn Devices() -> impl IntoView {
    view! {
        <Page title=Msg::DEVICES_TITLE lead=Msg::DEVICES_LEAD.text() centre=true>
            {()}
        </Page>
    }
}
