//! A section of the account centre.

use crate::{components::Page, i18n::Msg};
use leptos::prelude::*;

/// The section.
#[component]
pub fn ChangePassword() -> impl IntoView {
    view! {
        <Page title=Msg::PASSWORD_TITLE lead=Msg::PASSWORD_LEAD.text() centre=true>
            {()}
        </Page>
    }
}
