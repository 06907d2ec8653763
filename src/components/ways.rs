//! Other ways to sign in, that lead elsewhere.

use super::live;
use crate::i18n::Msg;
use leptos::prelude::*;

/// A button for each. They lead away from this page, so one that was pressed stays busy, and none can be pressed beside
/// it.
#[component]
pub fn OtherWays(
    /// Begins with an "or".
    divided: bool,
    /// What each is called.
    names: Vec<String>,
    /// The one that was pressed, by its place in the list.
    chosen: RwSignal<Option<usize>>,
    /// Called when one is pressed.
    on_choose: Callback<usize>,
) -> impl IntoView {
    let button = |(place, name): (usize, String)| {
        let mark = name.chars().take(1).collect::<String>();
        let busy = move || (chosen.get() == Some(place)).then_some("true");
        let press = move |_| {
            if chosen.get_untracked().is_none() {
                chosen.set(Some(place));
                on_choose.run(place);
            }
        };
        let text = move || {
            let text = if chosen.get() == Some(place) { Msg::OPENING } else { Msg::CONTINUE_WITH };
            text.fill(&[&name])
        };
        view! {
            <button type="button" class="button way" aria-busy=busy aria-disabled=busy on:click=press>
                <span class="way__mark" aria-hidden="true">{mark}</span>
                {live(text)}
            </button>
        }
    };
    view! {
        <div class="ways" role="group" aria-label=Msg::OTHER_WAYS.text()>
            {divided.then(|| view! { <p class="divider"><span>{Msg::OR.text()}</span></p> })}
            {names.into_iter().enumerate().map(button).collect_view()}
        </div>
    }
}
