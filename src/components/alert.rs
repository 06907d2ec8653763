//! A message about the whole form or page.

use super::effect;
use leptos::{html, prelude::*};
use std::sync::atomic::{AtomicU32, Ordering};

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something did not work. Announced at once, and takes focus.
    Error,
    /// Something worked.
    Success,
    /// Something to know.
    Info,
}

/// Says it to people who do not see the page, in the live region of `index.html`, or in that of an open dialog, behind which
/// the page is out of reach. Each is there from the beginning, and some screen readers tell only what comes into such a one.
/// Each message has a place of its own there, which goes with it.
fn announce(text: &str) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    // Of two dialogs the one that is on top comes first.
    let region = ["dialog[open]>.visually-hidden", "#news"]
        .into_iter()
        .find_map(|at| document().query_selector(at).ok().flatten());
    let Some(region) = region else { return };
    let Ok(place) = document().create_element("p") else { return };
    let id = ["news-", &COUNT.fetch_add(1, Ordering::Relaxed).to_string()].concat();
    place.set_id(&id);
    place.set_text_content(Some(text));
    // Fails only where an element cannot have children.
    drop(region.append_child(&place));
    on_cleanup(move || {
        if let Some(place) = document().get_element_by_id(&id) {
            place.remove();
        }
    });
}

/// A message in a box. Errors take focus when they appear, so that nobody misses them and what to
/// do next is one Tab away. Everything else is announced.
#[component]
pub fn Alert(
    /// What it is about.
    tone: Tone,
    /// The text, and links or buttons for what to do next.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let (class, role) = match tone {
        Tone::Error => ("alert alert--error", Some("alert")),
        Tone::Success => ("alert alert--success", None),
        Tone::Info => ("alert", None),
    };
    effect(move || {
        let Some(node) = node.get() else { return };
        if tone == Tone::Error {
            // Focus that cannot be moved is no reason to fail.
            drop(node.focus());
        } else {
            announce(&node.text_content().unwrap_or_default());
        }
    });
    view! {
        <div node_ref=node class=class role=role tabindex="-1">
            {children()}
        </div>
    }
}
