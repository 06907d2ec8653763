//! The questions of a sign-in beyond name and password: one file each.

mod autofill;
mod choose;
mod code;
mod custom;
pub mod new_password;
mod passkey;
mod password;
pub mod set_up;
pub mod unsupported;

pub use autofill::autofill;

use super::login::SignIn;
use super::problem::{Explained, Place, explain};
use crate::{
    cognito::sign_in::{Asks, Input},
    components::{Countdown, FieldState, effect},
    i18n::Msg,
    state::{AppState, SettingsHandle},
};
use leptos::prelude::*;

/// The question that is asked now.
#[component]
pub fn Step() -> impl IntoView {
    match SignIn::get().asks() {
        Asks::ChooseFactor => choose::factor(),
        Asks::ChooseMfa => choose::second_factor(),
        Asks::Password => password::password(),
        Asks::Passkey => passkey::passkey(),
        Asks::Custom => custom::custom(),
        _ => code::code(),
    }
}

/// How long there is for the question, and the way back to the beginning.
pub(super) fn way_back(sign_in: SignIn) -> AnyView {
    let app = AppState::get();
    let seconds = SettingsHandle::with(|settings| u64::from(settings.session_minutes)) * 60;
    let name = app.name.get_value();
    let (now, every_second) = (app.services.now, app.services.every_second);
    let left = move || sign_in.asked_at().map_or(0, |at| (at + seconds).saturating_sub(now()));
    view! {
        <div class="card__foot way-back">
            {name.map(|name| view! { <p class="way-back__name">{Msg::SIGNING_IN_AS.fill(&[name.as_str()])}</p> })}
            <Countdown left=Box::new(left) tick=every_second on_end=Callback::new(move |()| sign_in.expire()) />
            <button type="button" class="link" on:click=move |_| sign_in.send(Input::StartOver)>
                {Msg::START_OVER.text()}
            </button>
        </div>
    }
    .into_any()
}

/// The problem of the last answer, for above the form. What belongs at a field of this form is said there
/// ([`at_field`]), everything else here.
pub(super) fn above(sign_in: SignIn, at_field: Option<Place>) -> Box<dyn Fn() -> Option<Explained> + Send> {
    Box::new(move || {
        let explained = explain(&sign_in.problem.get()?, sign_in.doing());
        (Some(explained.place) != at_field).then_some(explained)
    })
}

/// Shows what belongs at a field there, and puts focus into it. A code that does not match is told as `mismatch`, which
/// depends on where it came from.
pub(super) fn at_field(sign_in: SignIn, field: FieldState, place: Place, mismatch: Msg) {
    effect(move || {
        let explained = sign_in.problem.get().map(|error| explain(&error, sign_in.doing()));
        if let Some(explained) = explained.filter(|explained| explained.place == place) {
            field.fail(if explained.text == Msg::ERR_CODE_MISMATCH { mismatch } else { explained.text });
            field.focus();
        }
    });
}
