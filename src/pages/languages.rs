//! The languages to choose from, in the footer of every page.

use crate::{
    components::{Alert, Tone, live},
    i18n::{Language, Msg},
    session::Local,
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// A button for each language, by the name that it has for itself.
#[component]
pub fn Languages(
    /// Turns the whole app to another language, by its tag; false if its texts do not arrive.
    speak: fn(&'static str) -> Local<'static, bool>,
) -> impl IntoView {
    let app = AppState::get();
    let working = RwSignal::new(false);
    let missing = RwSignal::new(false);
    let choose = move |tag: &'static str| {
        if working.get_untracked() {
            return;
        }
        working.set(true);
        missing.set(false);
        spawn_local(async move {
            // If it arrives, all of this is drawn again.
            if !speak(tag).await && working.try_set(false).is_none() {
                missing.set(true);
            }
        });
    };
    let now = app.language.get_untracked();
    let button = move |language: &Language| {
        let Language { tag, name, right_to_left } = *language;
        let current = (tag == now).then_some("true");
        view! {
            <li>
                // Its own id: focus stays on it while the page is drawn in that language.
                <button
                    type="button"
                    class="link"
                    id=format!("language-{tag}")
                    lang=tag
                    dir=if right_to_left { "rtl" } else { "ltr" }
                    aria-current=current
                    on:click=move |_| choose(tag)
                >
                    {name}
                </button>
            </li>
        }
    };
    view! {
        {live(move || missing.get().then(|| view! { <Alert tone=Tone::Error><p>{Msg::LANGUAGE_MISSING.text()}</p></Alert> }))}
        <ul class="languages" aria-busy=move || working.get().to_string() aria-labelledby="language">
            {Language::ALL.iter().map(button).collect_view()}
        </ul>
    }
}
