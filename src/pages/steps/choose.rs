//! Choosing a way to sign in, or a second factor.

use super::{StepPage, above, password, way, way_back};
use crate::{
    cognito::{
        operations::ChallengeName,
        sign_in::{Factor, Input, Stage},
    },
    components::live,
    i18n::Msg,
    pages::{
        login::{SignIn, Tried},
        problem::Problem,
    },
};
use leptos::prelude::*;

/// Ways to sign in.
pub fn factor() -> AnyView {
    let sign_in = SignIn::get();
    let offered = sign_in
        .with_stage(|stage| match stage {
            Stage::ChooseFactor { factors, .. } => factors.clone(),
            _ => Vec::new(),
        })
        .unwrap_or_default();
    let has = |name: &ChallengeName| offered.contains(name);
    // SRP keeps the password here, so it is taken where the pool offers both.
    let srp = has(&ChallengeName::PasswordSrp);
    let ways = [
        (has(&ChallengeName::WebAuthn), Msg::USE_PASSKEY, Factor::WebAuthn),
        (has(&ChallengeName::EmailOtp), Msg::EMAIL_ME_A_CODE, Factor::EmailOtp),
        (has(&ChallengeName::SmsOtp), Msg::TEXT_ME_A_CODE, Factor::SmsOtp),
    ];
    let mut buttons: Vec<AnyView> = ways
        .into_iter()
        .filter(|way| way.0)
        .map(|(_, label, factor)| way(sign_in, label, move || sign_in.send(Input::Choose(factor.clone()))))
        .collect();
    // A password goes along with its choice, so it is asked for before anything is sent.
    let wants_password = RwSignal::new(false);
    if srp || has(&ChallengeName::Password) {
        buttons.push(way(sign_in, Msg::USE_PASSWORD, move || wants_password.set(true)));
    }
    let choose = move |password| {
        let factor = if srp { Factor::PasswordSrp(password) } else { Factor::Password(password) };
        sign_in.send(Input::Choose(factor));
    };
    // The pool asks for a choice, too, where the account does not have what was chosen with the name.
    let otherwise = sign_in.tried() == Tried::Way;
    let lead = if otherwise { Msg::CHOOSE_FACTOR_OTHERWISE } else { Msg::CHOOSE_FACTOR_LEAD };
    let buttons = StoredValue::new_local(Some(buttons));
    live(move || {
        if wants_password.get() {
            return password::form(sign_in, choose);
        }
        let buttons = buttons.try_update_value(Option::take).flatten().unwrap_or_default();
        choices(sign_in, Msg::CHOOSE_FACTOR_TITLE, lead, buttons)
    })
    .into_any()
}

/// Second factors.
pub fn second_factor() -> AnyView {
    let sign_in = SignIn::get();
    let offered = sign_in
        .with_stage(|stage| match stage {
            Stage::ChooseMfa { kinds, .. } => kinds.clone(),
            _ => Vec::new(),
        })
        .unwrap_or_default();
    let buttons = [
        (ChallengeName::SoftwareTokenMfa, Msg::USE_APP),
        (ChallengeName::EmailOtp, Msg::EMAIL_ME_A_CODE),
        (ChallengeName::SmsMfa, Msg::TEXT_ME_A_CODE),
    ]
    .into_iter()
    .filter(|(kind, _)| offered.contains(kind))
    .map(|(kind, label)| way(sign_in, label, move || sign_in.send(Input::ChooseMfa(kind.clone()))))
    .collect();
    choices(sign_in, Msg::CHOOSE_MFA_TITLE, Msg::CHOOSE_MFA_LEAD, buttons)
}

fn choices(sign_in: SignIn, title: Msg, lead: Msg, buttons: Vec<AnyView>) -> AnyView {
    let items = buttons.into_iter().map(|button| view! { <li>{button}</li> }).collect_view();
    view! {
        <StepPage title=title lead=lead.text()>
            <Problem problem=above(sign_in, None) />
            <ul class="choices">{items}</ul>
            {way_back(sign_in)}
        </StepPage>
    }
    .into_any()
}
