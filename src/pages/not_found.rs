//! A path that is not ours.

use crate::{components::Page, i18n::Msg, routes};
use leptos::prelude::*;

/// The page.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Page
            title=Msg::NOT_FOUND_TITLE
            lead=Msg::NOT_FOUND_LEAD.text()
        >
            <p class="actions"><a class="button button--primary" href=routes::HOME>{Msg::TO_HOME.text()}</a></p>
        </Page>
    }
}
