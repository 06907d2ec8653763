//! The page around the app: where it is mounted, what was there before, what happens to it.

use crate::routes::History;
use leptos::{ev, prelude::window_event_listener_untyped};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, PageTransitionEvent, Response, StorageEvent, Window};

/// Where the app is mounted.
const ROOT: &str = "app";

fn window() -> Option<Window> {
    web_sys::window()
}

/// The element the app is mounted in; made if the page does not have it.
pub fn root() -> HtmlElement {
    let found = || -> Option<HtmlElement> {
        let document = window()?.document()?;
        if let Some(root) = document.get_element_by_id(ROOT) {
            return root.dyn_into().ok();
        }
        let root: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
        root.set_id(ROOT);
        document.body()?.append_child(&root).ok()?;
        Some(root)
    };
    match found() {
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

/// The language that the person reads, as in BCP 47; empty if the browser does not say.
pub fn locale() -> String {
    window().and_then(|window| window.navigator().language()).unwrap_or_default()
}

/// Scheme, host and port in the address bar.
pub fn origin() -> String {
    window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

/// Leaves the app for another address.
pub fn leave(url: &str, history: History) {
    let Some(location) = window().map(|window| window.location()) else { return };
    // Fails for what is no URL only.
    drop(match history {
        History::Push => location.assign(url),
        History::Replace => location.replace(url),
    });
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

/// Puts a text on the clipboard; false if the browser does not allow that.
pub async fn copy(text: String) -> bool {
    // Pages that are not served securely have no clipboard, and then this is not an object.
    let Some(clipboard) = window().map(|window| window.navigator().clipboard()).filter(|c| c.is_object()) else {
        return false;
    };
    JsFuture::from(clipboard.write_text(&text)).await.is_ok()
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

/// Replaces the prerendered page, or what the app has drawn, by what `mount` draws, within one frame. boot.js, which has watched
/// that page from its first moment, takes it away before and hands over after: typed values, focus,
/// selection, and a submit that came too early.
pub fn take_over(mount: impl FnOnce()) {
    dispatch("doorward:mounting");
    mount();
    dispatch("doorward:started");
}

/// Calls back when another tab changed the storage: with the key, or `None` when it was cleared.
pub fn on_storage(then: impl Fn(Option<String>) + 'static) {
    let listener = leptos::prelude::window_event_listener(ev::storage, move |event: StorageEvent| then(event.key()));
    // Listens as long as the page lives.
    std::mem::forget(listener);
}

/// Calls back when the browser shows this page again just as it was left.
pub fn on_return(then: impl Fn() + 'static) {
    std::mem::forget(window_event_listener_untyped("pageshow", move |event| {
        if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
            then();
        }
    }));
}

/// Calls back when the person does something: presses a key, a button or the screen, or scrolls.
pub fn on_activity(then: impl Fn() + Clone + 'static) {
    for name in ["pointerdown", "keydown", "wheel", "touchmove"] {
        let then = then.clone();
        std::mem::forget(window_event_listener_untyped(name, move |event| {
            // What is done to a warning is for its own buttons to say; it would be gone before they are pressed.
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let at_warning = target.and_then(|target| target.closest("[role=alertdialog]").ok().flatten()).is_some();
            if !at_warning {
                then();
            }
        }));
    }
}

/// Calls back when the machine may have slept or been offline: the page becomes visible, or the
/// network returns.
pub fn on_wake(then: impl Fn() + Clone + 'static) {
    for name in ["visibilitychange", "online", "pageshow"] {
        let then = then.clone();
        std::mem::forget(window_event_listener_untyped(name, move |event| {
            // A page that is shown for the first time has not slept, and one that is being hidden or left is not awake:
            // what it began would be cut off.
            let first = event.dyn_ref::<PageTransitionEvent>().is_some_and(|event| !event.persisted());
            let hidden = window().and_then(|window| window.document()).is_some_and(|document| document.hidden());
            if !first && !hidden {
                then();
            }
        }));
    }
}
