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
pub(super) use passkey::stop_with_form;

use super::login::SignIn;
use super::problem::{Explained, Place, explain};
use crate::{
    cognito::sign_in::{Asks, Input},
    components::{Countdown, FieldState, WorkButton, effect},
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

/// Shows what belongs at a field there, and puts focus into it.
pub(super) fn at_field(sign_in: SignIn, field: FieldState, place: Place) {
    effect(move || {
        let explained = sign_in.problem.get().map(|error| explain(&error, sign_in.doing()));
        if let Some(explained) = explained.filter(|explained| explained.place == place) {
            field.fail(explained.text);
            field.focus();
        }
    });
}

/// A button for one way. Only the one that was pressed shows that it is working.
pub(super) fn way(sign_in: SignIn, label: Msg, go: impl Fn() + Send + Sync + 'static) -> AnyView {
    let busy = RwSignal::new(false);
    effect(move || {
        if !sign_in.working.get() {
            busy.set(false);
        }
    });
    let press = move || {
        if !sign_in.working.get_untracked() {
            go();
            busy.set(sign_in.working.get_untracked());
        }
    };
    view! { <WorkButton label=label busy=Msg::CONTINUING working=busy on_press=Callback::new(move |()| press()) /> }
        .into_any()
}
