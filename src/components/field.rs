//! One labelled field with its hint or error.

use super::{effect, live};
use crate::i18n::Msg;
use leptos::{html, prelude::*};
use std::time::Duration;

/// What a page holds of a field: its element and its error.
#[derive(Clone, Copy)]
pub struct FieldState {
    pub(super) input: NodeRef<html::Input>,
    /// Moves focus where there is no input, but a list.
    pub(super) focus_list: StoredValue<Option<Callback<()>>>,
    pub(super) error: RwSignal<Option<Msg>>,
    pub(super) text: RwSignal<String>,
    /// A whole code that is about to be handed in by itself.
    pending: StoredValue<Option<String>>,
}

impl Default for FieldState {
    fn default() -> Self {
        Self {
            input: NodeRef::new(),
            focus_list: StoredValue::new(None),
            error: RwSignal::new(None),
            text: RwSignal::default(),
            pending: StoredValue::new(None),
        }
    }
}

impl FieldState {
    /// What is in the field now, read from the input: autofill may not have fired an event. A list always has.
    pub fn value(self) -> String {
        match self.input.try_get_untracked().flatten() {
            Some(input) => input.value(),
            None => self.text.try_get_untracked().unwrap_or_default(),
        }
    }

    /// What was last typed, tracked; for checks while typing.
    pub fn live(self) -> String {
        self.text.get()
    }

    /// Puts a text into the field.
    pub fn fill(self, text: &str) {
        if let Some(input) = self.input.try_get_untracked().flatten() {
            input.set_value(text);
        }
        self.pending.set_value(None);
        self.error.set(None);
        self.text.set(text.to_owned());
    }

    /// Shows an error at the field.
    pub fn fail(self, error: Msg) {
        self.error.set(Some(error));
    }

    /// Moves focus to the field.
    pub fn focus(self) {
        // Focus that cannot be moved is no reason to fail.
        if let Some(input) = self.input.try_get_untracked().flatten() {
            drop(input.focus());
        }
        if let Some(focus) = self.focus_list.try_get_value().flatten() {
            focus.run(());
        }
    }

    /// Moves focus to the field as soon as it is there, because what had focus makes way for it.
    pub fn focus_when_there(self) {
        effect(move || {
            if let Some(input) = self.input.get() {
                drop(input.focus());
            }
        });
    }

    /// Shows the error if there is one, otherwise clears it; gives the value back. What was checked is in hand, and
    /// is not handed in by itself any more.
    pub fn check<T>(self, parsed: Result<T, Msg>) -> Option<T> {
        self.pending.set_value(None);
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
    /// The phone number one signs in with.
    Phone,
    /// The address or the phone number one signs in with.
    EmailOrPhone,
    /// The name one signs in with.
    UserName,
    /// The password one has.
    CurrentPassword,
    /// A password one chooses.
    NewPassword,
    /// A one-time code of so many digits.
    Code(usize),
    /// A number, with a sign or a point.
    Number,
    /// A date that autofill has no name for.
    Date,
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
            Self::Email | Self::Text("email") => "email",
            Self::CurrentPassword | Self::NewPassword => "password",
            Self::Text("tel") => "tel",
            Self::Text("url" | "photo") => "url",
            Self::Date | Self::Text("bday") => "date",
            // HTML allows `username` on text and email inputs only, so a number one signs in with is a text
            // with another keyboard.
            _ => "text",
        }
    }

    const fn autocomplete(self) -> &'static str {
        match self {
            // Browsers offer passkeys here too, once one was asked for.
            Self::Email | Self::Phone | Self::EmailOrPhone | Self::UserName => "username webauthn",
            Self::CurrentPassword => "current-password",
            Self::NewPassword => "new-password",
            Self::Code(_) => "one-time-code",
            Self::Number | Self::Date => "on",
            Self::Text(purpose) => purpose,
        }
    }

    fn autocapitalize(self) -> &'static str {
        match self {
            Self::Text("on" | "nickname") => "sentences",
            Self::Text("tel" | "url" | "photo" | "bday" | "username" | "email" | "language") => "none",
            Self::Text(_) => "words",
            _ => "none",
        }
    }

    fn inputmode(self) -> &'static str {
        match self {
            Self::Email | Self::EmailOrPhone | Self::Text("email") => "email",
            Self::Code(_) => "numeric",
            Self::Number => "decimal",
            Self::Phone | Self::Text("tel") => "tel",
            Self::Text("url" | "photo") => "url",
            _ => "text",
        }
    }
}

/// The digits of a one-time code, if a whole one stands there: so many, and what mail programs put between them.
fn whole_code(text: &str, length: usize) -> Option<String> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || c == '-');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (plain && digits.len() == length).then_some(digits)
}

/// How long a whole code stands before it is handed in: long enough to see it, and for whoever presses the button
/// themselves to be first.
const COMPLETE: Duration = Duration::from_millis(600);

/// Calls back in a moment, unless the code has been changed or handed in by then, or the page is gone.
fn hand_in(state: FieldState, done: Callback<()>) {
    let code = state.pending.get_value();
    // Timers know nothing of the page's context; whoever is called needs it.
    let page = Owner::current().unwrap_or_default();
    set_timeout(
        move || {
            if state.pending.try_update_value(|pending| pending.is_some() && *pending == code).unwrap_or(false) {
                page.with(|| done.run(()));
            }
        },
        COMPLETE,
    );
}

/// The name of the key (UI Events, `getModifierState`).
const CAPS_LOCK: &str = "CapsLock";

/// A field: label above, input, and one line below that holds the hint or the error, so that an
/// error moves nothing. In a password it also says that Caps Lock is on.
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
    #[prop(optional, into)]
    hint: String,
    /// The id of something else that describes the field.
    #[prop(optional)]
    described: Option<String>,
    /// Filled in at first.
    #[prop(optional, into)]
    value: Option<String>,
    /// Marked as optional.
    #[prop(optional)]
    optional: bool,
    /// How many characters it takes.
    #[prop(optional_no_strip)]
    max_length: Option<u16>,
    /// Called when a code has been whole for a moment: typed to its last digit, or pasted. Focus stays where it is;
    /// whoever is called must not move it unless something is wrong.
    #[prop(optional)]
    on_complete: Option<Callback<()>>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let capitals = RwSignal::new(false);
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
                    maxlength=max_length
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        // A space that is added afterwards completes nothing.
                        let code = |text: &str| if let Kind::Code(length) = kind { whole_code(text, length) } else { None };
                        let whole = code(&text);
                        let completes = whole.is_some() && state.text.with_untracked(|before| code(before)) != whole;
                        state.pending.set_value(whole.filter(|_| completes));
                        state.text.set(text);
                        state.error.set(None);
                        if let Some(done) = on_complete.filter(|_| completes) {
                            hand_in(state, done);
                        }
                    }
                    on:keyup=move |event| {
                        // Chromium's autofill sends bare events under this name, which have no key and no modifiers.
                        if kind.is_password() && event.key_code() != 0 {
                            capitals.set(event.get_modifier_state(CAPS_LOCK));
                        }
                    }
                    on:blur=move |_| capitals.set(false)
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
                {live(move || match (state.error.get(), capitals.get()) {
                    (Some(error), _) => error.text().to_owned(),
                    (None, true) => Msg::CAPS_LOCK.text().to_owned(),
                    (None, false) => hint.clone(),
                })}
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::whole_code;

    #[test]
    fn a_code_is_whole_with_its_last_digit() {
        for whole in ["123456", " 123 456\n", "123-456"] {
            assert_eq!(whole_code(whole, 6).as_deref(), Some("123456"), "{whole:?}");
            assert_eq!(whole_code(whole, 8), None, "{whole:?}");
        }
        for not in ["", "12345", "1234567", "12345a", "a123456", "１２３４５６"] {
            assert_eq!(whole_code(not, 6), None, "{not:?}");
        }
        assert_eq!(whole_code("1234 5678", 8).as_deref(), Some("12345678"));
    }
}
