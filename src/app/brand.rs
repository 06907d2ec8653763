//! What is the site's own about its looks. Loaded only where the configuration has something of that, and before anything
//! is drawn, so that nothing is seen to change; the prerendered pages have it already.

use crate::{
    config::{Brand, Terms},
    i18n::Msg,
    state::AppState,
};
use leptos::prelude::*;

/// Puts name and footer in place.
pub fn wear(app: AppState, brand: Brand) {
    app.config.update_value(|config| config.name = brand.name);
    let terms = brand.terms;
    if terms != Terms::default() {
        app.footer.set_value(Some(Box::new(move || links(terms.clone()))));
    }
}

/// The terms and the privacy policy, for the footer.
fn links(terms: Terms) -> AnyView {
    let link = |href: Option<String>, text: Msg| {
        href.map(|href| view! { <a class="footer__link" href=href rel="external">{text.text()}</a> })
    };
    view! {
        <p class="footer__links">
            {link(terms.terms, Msg::TERMS_OF_USE)} " " {link(terms.privacy, Msg::PRIVACY_POLICY)}
        </p>
    }
    .into_any()
}
