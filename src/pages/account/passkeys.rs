//! A section of the account centre.

use crate::{components::Page, i18n::Msg};
use leptos::prelude::*;

/// The section.
#[component]
pub fn Passkeys() -> impl IntoView {
    view! {
        <Page title=Msg::PASSKEYS_TITLE lead=Msg::PASSKEYS_LEAD.text() centre=true>
            {()}
        </Page>
    }
}
