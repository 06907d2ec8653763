//! One labelled field with its hint or error.

use super::live;
use crate::i18n::Msg;
use leptos::{html, prelude::*};

/// What a page holds of a field: its element and its error.
#[derive(Clone, Copy)]
pub struct FieldState {
    input: NodeRef<html::Input>,
    error: RwSignal<Option<Msg>>,
    text: RwSignal<String>,
}

impl Default for FieldState {
    fn default() -> Self {
        Self { input: NodeRef::new(), error: RwSignal::new(None), text: RwSignal::default() }
    }
}

impl FieldState {
    /// The element, while the page it is on is shown.
    fn element(self) -> Option<<html::Input as html::ElementType>::Output> {
        self.input.try_get_untracked().flatten()
    }

    /// What is in the field now, read from the element: autofill may not have fired an event.
    pub fn value(self) -> String {
        self.element().map(|input| input.value()).unwrap_or_default()
    }

    /// What was last typed, tracked; for checks while typing.
    pub fn live(self) -> String {
        self.text.get()
    }

    /// Puts a text into the field.
    pub fn fill(self, text: &str) {
        if let Some(input) = self.element() {
            input.set_value(text);
        }
        self.text.set(text.to_owned());
    }

    /// Shows an error at the field.
    pub fn fail(self, error: Msg) {
        self.error.set(Some(error));
    }

    /// Moves focus to the field.
    pub fn focus(self) {
        if let Some(input) = self.element() {
            // Focus that cannot be moved is no reason to fail.
            drop(input.focus());
        }
    }

    /// Shows the error if there is one, otherwise clears it; gives the value back.
    pub fn check<T>(self, parsed: Result<T, Msg>) -> Option<T> {
        match parsed {
            Ok(value) => {
                self.error.set(None);
                Some(value)
            }
            Err(error) => {
                self.error.set(Some(error));
                None
            }
        }
    }

    /// Whether an error is shown.
    pub fn has_error(self) -> bool {
        self.error.get_untracked().is_some()
    }
}

impl FieldState {
    /// Moves focus to the first of these fields that has an error.
    pub fn focus_first_error(fields: &[Self]) {
        if let Some(field) = fields.iter().find(|field| field.has_error()) {
            field.focus();
        }
    }
}

/// What kind of text a field takes; decides type, keyboard and autofill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The address one signs in with.
    Email,
    /// The password one has.
    CurrentPassword,
    /// A password one chooses.
    NewPassword,
    /// A one-time code.
    Code,
    /// Anything else, by what HTML's autofill calls it: `name`, `tel`, `bday`, or `on` for what it has no
    /// name for.
    Text(&'static str),
}

impl Kind {
    const fn is_password(self) -> bool {
        matches!(self, Self::CurrentPassword | Self::NewPassword)
    }

    fn input_type(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::CurrentPassword | Self::NewPassword => "password",
            Self::Text("tel") => "tel",
            Self::Text("url") => "url",
            Self::Text("bday") => "date",
            Self::Code | Self::Text(_) => "text",
        }
    }

    const fn autocomplete(self) -> &'static str {
        match self {
            Self::Email => "username",
            Self::CurrentPassword => "current-password",
            Self::NewPassword => "new-password",
            Self::Code => "one-time-code",
            Self::Text(purpose) => purpose,
        }
    }

    fn autocapitalize(self) -> &'static str {
        match self {
            Self::Text("on" | "nickname") => "sentences",
            Self::Text("tel" | "url" | "bday" | "username") => "none",
            Self::Text(_) => "words",
            _ => "none",
        }
    }

    fn inputmode(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Code => "numeric",
            Self::Text("tel") => "tel",
            Self::Text("url") => "url",
            Self::CurrentPassword | Self::NewPassword | Self::Text(_) => "text",
        }
    }
}

/// A field: label above, input, and one line below that holds the hint or the error, so that an
/// error moves nothing.
#[component]
pub fn Field(
    /// Also the name; unique on the page.
    #[prop(into)]
    id: String,
    /// The visible label.
    #[prop(into)]
    label: String,
    /// What kind of text.
    kind: Kind,
    /// Holds the value and the error.
    state: FieldState,
    /// Said below the field while there is no error.
    #[prop(optional)]
    hint: &'static str,
    /// The id of something else that describes the field.
    #[prop(optional)]
    described: Option<String>,
    /// Filled in at first.
    #[prop(optional, into)]
    value: Option<String>,
    /// Marked as optional.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let note = format!("{id}-note");
    let value = value.unwrap_or_default();
    state.text.set(value.clone());
    let input_type = move || if kind.is_password() && shown.get() { "text" } else { kind.input_type() };
    let described = match described {
        Some(other) => format!("{note} {other}"),
        None => note.clone(),
    };
    let for_id = id.clone();
    let controls = id.clone();
    let name = id.clone();
    view! {
        <div class="field" data-wrong=move || state.error.get().is_some().then_some("true")>
            <p class="field__head">
                <label class="field__label" for=for_id>
                    {label}
                </label>
                // Beside the label, not in it: the field is called by its name alone.
                {optional.then(|| view! { <span class="field__optional">{Msg::OPTIONAL.text()}</span> })}
            </p>
            <div class="field__box">
                <input
                    node_ref=state.input
                    class="field__input"
                    id=id
                    name=name
                    type=input_type
                    value=value
                    autocomplete=kind.autocomplete()
                    inputmode=kind.inputmode()
                    autocapitalize=kind.autocapitalize()
                    spellcheck="false"
                    aria-required=(!optional).then_some("true")
                    aria-describedby=described
                    aria-invalid=move || state.error.get().is_some().then_some("true")
                    on:input=move |event| {
                        state.text.set(event_target_value(&event));
                        state.error.set(None);
                    }
                />
                {kind
                    .is_password()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="field__show"
                                aria-controls=controls
                                on:click=move |_| shown.update(|shown| *shown = !*shown)
                            >
                                {live(move || if shown.get() { Msg::HIDE.text() } else { Msg::SHOW.text() })}
                                <span class="visually-hidden">" "{Msg::SHOW_WHAT.text()}</span>
                            </button>
                        }
                    })}
            </div>
            <p class="field__note" id=note aria-live="polite">
                {live(move || state.error.get().map_or(hint, Msg::text))}
            </p>
        </div>
    }
}
