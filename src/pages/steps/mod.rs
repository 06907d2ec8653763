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

use super::login::{SignIn, Tried};
use super::problem::{Explained, Next, Place, explain};
use crate::{
    cognito::{
        error::{ErrorKind, Reason},
        sign_in::{Asks, Input},
    },
    components::{Countdown, FieldState, Page, WorkButton, effect},
    i18n::Msg,
    state::{AppState, SettingsHandle},
};
use leptos::{html, prelude::*};

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

/// In context: the questions are put in a dialog of a page, to somebody who is signed in.
#[derive(Clone, Copy)]
pub struct InDialog;

impl InDialog {
    /// Whether that is so here.
    pub(super) fn is_here() -> bool {
        use_context::<Self>().is_some()
    }

    /// The id of something that the page below a dialog may have as well.
    pub(super) fn id(id: &str) -> String {
        if Self::is_here() { ["dialog-", id].concat() } else { id.to_owned() }
    }
}

/// The frame of one question: a page, or what a dialog has in its place.
#[component]
pub(super) fn StepPage(
    /// The heading.
    title: Msg,
    /// One sentence below the heading.
    #[prop(optional, into)]
    lead: String,
    /// The field that the question is about: it gets focus in place of the heading.
    #[prop(optional)]
    first: Option<FieldState>,
    /// The rest.
    children: Children,
) -> impl IntoView {
    if !InDialog::is_here() {
        return match first {
            Some(first) => view! { <Page title=title lead=lead first=first>{children()}</Page> }.into_any(),
            None => view! { <Page title=title lead=lead>{children()}</Page> }.into_any(),
        };
    }
    let heading = NodeRef::<html::H2>::new();
    effect(move || {
        let Some(heading) = heading.get() else { return };
        match first {
            Some(field) => field.focus(),
            // Focus that cannot be moved is no reason to fail.
            None => drop(heading.focus()),
        }
    });
    view! {
        <h2 node_ref=heading class="dialog__title" tabindex="-1">{title.text()}</h2>
        {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
        {children()}
    }
    .into_any()
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

/// What the last problem means. Whoever is signed in already is not led to the pages for those who are not.
pub(super) fn explained(sign_in: SignIn, in_dialog: bool) -> Option<Explained> {
    let error = sign_in.problem.get()?;
    let explained = explain(&error, sign_in.doing());
    if !in_dialog {
        return Some(explained);
    }
    let text = match (error.kind(), error.reason()) {
        (_, Some(Reason::WrongPassword)) if sign_in.tried() == Tried::Password => Msg::ERR_OLD_PASSWORD,
        (_, Some(Reason::WrongPassword)) | (Some(ErrorKind::NotAuthorized), None) => Msg::STEP_UP_REFUSED,
        _ => explained.text,
    };
    Some(Explained { text, next: Next::Retry, also: None, ..explained })
}

/// The problem of the last answer, for above the form. What belongs at a field of this form is said there
/// ([`at_field`]), everything else here.
pub(super) fn above(sign_in: SignIn, at_field: Option<Place>) -> Box<dyn Fn() -> Option<Explained> + Send> {
    let in_dialog = InDialog::is_here();
    Box::new(move || explained(sign_in, in_dialog).filter(|explained| Some(explained.place) != at_field))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_below_a_dialog_may_have_has_another_id_in_it() {
        let page = Owner::new();
        let ids = || (InDialog::id("code"), InDialog::id("password"));
        assert_eq!(page.with(ids), ("code".to_owned(), "password".to_owned()));
        let dialog = page.child();
        dialog.with(|| provide_context(InDialog));
        assert_eq!(dialog.with(ids), ("dialog-code".to_owned(), "dialog-password".to_owned()));
        assert_eq!(page.with(ids).0, "code");
    }
}
