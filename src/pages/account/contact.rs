//! A section of the account centre.

use crate::{components::Page, i18n::Msg};
use leptos::prelude::*;

/// The section.
#[component]
pub fn Contact() -> impl IntoView {
    view! {
        <Page title=Msg::CONTACT_TITLE lead=Msg::CONTACT_LEAD.text() centre=true>
            {()}
        </Page>
    }
}
