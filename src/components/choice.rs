//! Fields that are chosen, not typed: a list and a checkbox. What is chosen reads and is filled like a text.

use super::{FieldState, live};
use crate::i18n::Msg;
use leptos::{html, prelude::*};

/// One of a list.
#[component]
pub fn Select(
    /// Also the name; unique on the page.
    #[prop(into)]
    id: String,
    /// The visible label.
    #[prop(into)]
    label: String,
    /// Value and text of each; the first is "nothing chosen".
    options: Vec<(String, String)>,
    /// Holds the value and the error.
    state: FieldState,
    /// Said below the field while there is no error.
    #[prop(optional, into)]
    hint: String,
    /// Chosen at first.
    #[prop(optional, into)]
    value: String,
    /// Marked as optional.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    state.text.set(value.clone());
    let note = format!("{id}-note");
    let list = NodeRef::<html::Select>::new();
    state.focus_list.set_value(Some(Callback::new(move |()| {
        if let Some(list) = list.try_get_untracked().flatten() {
            drop(list.focus());
        }
    })));
    let choices = options
        .into_iter()
        .map(|(option, text)| {
            let chosen = option == value;
            view! { <option value=option selected=chosen>{text}</option> }
        })
        .collect_view();
    view! {
        <div class="field" data-wrong=move || state.error.get().is_some().then_some("true")>
            <p class="field__head">
                <label class="field__label" for=id.clone()>{label}</label>
                {optional.then(|| view! { <span class="field__optional">{Msg::OPTIONAL.text()}</span> })}
            </p>
            <div class="field__box">
                <select
                    node_ref=list
                    prop:value=move || state.live()
                    class="field__input"
                    id=id.clone()
                    name=id
                    aria-required=(!optional).then_some("true")
                    aria-describedby=note.clone()
                    aria-invalid=move || state.error.get().is_some().then_some("true")
                    on:change=move |event| {
                        state.text.set(event_target_value(&event));
                        state.error.set(None);
                    }
                >
                    {choices}
                </select>
            </div>
            <p class="field__note" id=note aria-live="polite">
                {live(move || state.error.get().map_or_else(|| hint.clone(), |error| error.text().to_owned()))}
            </p>
        </div>
    }
}

/// What a ticked box reads as.
pub const TICKED: &str = "true";
/// What a box reads as that somebody has unticked. One that nobody has touched reads as it was filled.
pub const UNTICKED: &str = "false";

/// A box to tick whose answer is checked and sent like a text.
#[component]
pub fn TickField(
    /// Also the name; unique on the page.
    #[prop(into)]
    id: String,
    /// What ticking it says. May have links in it.
    label: AnyView,
    /// Holds the value and the error.
    state: FieldState,
    /// Said below while there is no error.
    #[prop(optional, into)]
    hint: String,
    /// How it stands at first: [`TICKED`], [`UNTICKED`] or nothing.
    #[prop(optional, into)]
    value: String,
    /// Has to be ticked.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    state.text.set(value.clone());
    let note = format!("{id}-note");
    view! {
        <div class="field" data-wrong=move || state.error.get().is_some().then_some("true")>
            <div class="checkbox">
                <input
                    node_ref=state.input
                    class="checkbox__box"
                    type="checkbox"
                    id=id.clone()
                    name=id.clone()
                    value=value
                    prop:checked=move || state.text.with(|text| text == TICKED)
                    aria-required=required.then_some("true")
                    aria-describedby=note.clone()
                    aria-invalid=move || state.error.get().is_some().then_some("true")
                    on:change=move |event| {
                        state.fill(if event_target_checked(&event) { TICKED } else { UNTICKED });
                    }
                />
                <label class="checkbox__label" for=id>{label}</label>
            </div>
            <p class="field__note" id=note aria-live="polite">
                {live(move || state.error.get().map_or_else(|| hint.clone(), |error| error.text().to_owned()))}
            </p>
        </div>
    }
}
