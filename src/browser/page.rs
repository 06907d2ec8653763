//! The page around the app: where it is mounted, what was there before, what happens to it.

use leptos::{ev, prelude::window_event_listener_untyped};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, HtmlElement, HtmlFormElement, HtmlInputElement, Response, StorageEvent, Window};

/// Where the prerendered page is, until the app takes over.
const PRERENDERED: &str = "prerendered";
/// Where the app is mounted.
const ROOT: &str = "app";

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

fn element(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// The element the app is mounted in; made if the page does not have it.
pub fn root() -> HtmlElement {
    let made = || -> Option<HtmlElement> {
        let document = document()?;
        let root: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
        root.set_id(ROOT);
        document.body()?.append_child(&root).ok()?;
        Some(root)
    };
    match element(ROOT).or_else(made) {
        Some(root) => root,
        // A page without a body does not run scripts.
        None => unreachable!("the page has no body"),
    }
}

/// The path in the address bar.
pub fn path() -> String {
    window().and_then(|window| window.location().pathname().ok()).unwrap_or_default()
}

/// The host name in the address bar, without port.
pub fn host() -> String {
    window().and_then(|window| window.location().hostname().ok()).unwrap_or_default()
}

/// Fetches a text from this origin.
///
/// # Errors
/// The HTTP status if there was an answer other than 2xx, `None` if there was no answer.
pub async fn fetch_text(url: &str) -> Result<String, Option<u16>> {
    let no_answer = |_: JsValue| None;
    let promise = window().ok_or(None)?.fetch_with_str(url);
    let response: Response = JsFuture::from(promise).await.map_err(no_answer)?.dyn_into().map_err(no_answer)?;
    if !response.ok() {
        return Err(Some(response.status()));
    }
    let text = JsFuture::from(response.text().map_err(no_answer)?).await.map_err(no_answer)?;
    Ok(text.as_string().unwrap_or_default())
}

/// Shows the page's own "loading failed" part.
pub fn report_failure() {
    dispatch("doorward:failed");
}

fn dispatch(name: &str) {
    if let (Some(window), Ok(event)) = (window(), web_sys::Event::new(name)) {
        // An event without listeners is dispatched all the same.
        drop(window.dispatch_event(&event));
    }
}

/// What a person had done to the prerendered page.
struct Handled {
    values: Vec<(String, String)>,
    focused: Option<(String, Option<u32>, Option<u32>)>,
    submitted: Option<String>,
}

/// Replaces the prerendered page by what `mount` draws, within one frame: typed values, focus,
/// selection and a submit that came too early go over to the new page.
pub fn take_over(mount: impl FnOnce()) {
    let before = element(PRERENDERED).map(|old| {
        let handled = look(&old);
        old.remove();
        handled
    });
    mount();
    // From here on the early-submit catcher of boot.js stands aside.
    dispatch("doorward:started");
    if let Some(before) = before {
        hand_over(before);
    }
}

fn look(old: &HtmlElement) -> Handled {
    let inputs = old.get_elements_by_tag_name("input");
    let values = (0..inputs.length())
        .filter_map(|i| inputs.item(i)?.dyn_into::<HtmlInputElement>().ok())
        .map(|input| (input.id(), input.value()))
        .filter(|(id, value)| !id.is_empty() && !value.is_empty())
        .collect();
    let focused = document().and_then(|document| document.active_element()).filter(|active| old.contains(Some(active))).map(
        |active| {
            let id = active.id();
            // Email fields have no selection to speak of; asking is allowed to fail.
            let selection = active
                .dyn_into::<HtmlInputElement>()
                .ok()
                .map(|input| (input.selection_start().ok().flatten(), input.selection_end().ok().flatten()));
            let (start, end) = selection.unwrap_or_default();
            (id, start, end)
        },
    );
    let forms = old.get_elements_by_tag_name("form");
    let submitted = (0..forms.length())
        .filter_map(|i| forms.item(i))
        .find(|form| form.has_attribute("data-submitted"))
        .map(|form| form.id());
    Handled { values, focused, submitted }
}

fn hand_over(before: Handled) {
    for (id, value) in before.values {
        let Some(input) = element(&id).and_then(|e| e.dyn_into::<HtmlInputElement>().ok()) else { continue };
        if input.value() != value {
            input.set_value(&value);
            // The live checks listen for this.
            if let Ok(event) = web_sys::Event::new("input") {
                drop(input.dispatch_event(&event));
            }
        }
    }
    if let Some((id, start, end)) = before.focused
        && let Some(target) = element(&id)
    {
        drop(target.focus());
        if let Ok(input) = target.dyn_into::<HtmlInputElement>()
            && start.is_some()
        {
            drop(input.set_selection_start(start));
            drop(input.set_selection_end(end));
        }
    }
    if let Some(form) = before.submitted.and_then(|id| element(&id)).and_then(|e| e.dyn_into::<HtmlFormElement>().ok()) {
        // Goes through the submit event, as if it had been pressed now.
        drop(form.request_submit());
    }
}

/// Calls back when another tab changed the storage: with the key, or `None` when it was cleared.
pub fn on_storage(then: impl Fn(Option<String>) + 'static) {
    let listener = leptos::prelude::window_event_listener(ev::storage, move |event: StorageEvent| then(event.key()));
    // Listens as long as the page lives.
    std::mem::forget(listener);
}

/// Calls back when the machine may have slept or been offline: the page becomes visible, or the
/// network returns.
pub fn on_wake(then: impl Fn() + Clone + 'static) {
    for name in ["visibilitychange", "online", "pageshow"] {
        let then = then.clone();
        std::mem::forget(window_event_listener_untyped(name, move |_| then()));
    }
}
