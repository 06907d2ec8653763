//! Ways to sign in besides the form: without a password, or at another provider.

use super::{
    login::{SignIn, Tried},
    social::other_ways,
    steps::autofill,
};
use crate::{cognito::sign_in::Factor, components::way, config::Provider, i18n::Msg, state::AppState};
use leptos::prelude::*;

/// The buttons, below the form whose name they need.
#[component]
pub fn Ways(
    /// The providers that people can come back to this page from.
    providers: Vec<Provider>,
) -> impl IntoView {
    let (app, sign_in) = (AppState::get(), SignIn::get());
    let (flow, offered) = app.config.with_value(|config| (config.flow, config.passwordless));
    if offered.passkey {
        autofill(app, sign_in);
    }
    let ways = [
        (offered.passkey, Msg::USE_PASSKEY, Factor::WebAuthn),
        (offered.email, Msg::EMAIL_ME_A_CODE, Factor::EmailOtp),
        (offered.sms, Msg::TEXT_ME_A_CODE, Factor::SmsOtp),
    ];
    // A form that asks for the name alone leads to the choice by itself.
    let buttons: Vec<AnyView> = ways
        .into_iter()
        .filter(|(offered, ..)| *offered && flow.asks_password())
        .map(|(_, label, factor)| {
            let pressed = RwSignal::new(false);
            let press = Callback::new(move |()| {
                pressed.set(true);
                sign_in.begin_with(factor.clone());
                pressed.set(sign_in.working.get_untracked());
            });
            let busy = move || sign_in.working.get() && pressed.get() && sign_in.tried() == Tried::Way;
            way(Box::new(move || label.text().to_owned()), Box::new(busy), press)
        })
        .collect();
    let divided = buttons.is_empty();
    view! {
        {(!divided).then(|| view! { <p class="divider"><span>{Msg::OR.text()}</span></p> })}
        {buttons}
        {other_ways(providers, divided)}
    }
}
