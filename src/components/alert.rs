//! A message about the whole form or page.

use super::effect;
use leptos::{html, prelude::*};

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

/// A message in a box. Errors take focus when they appear, so that nobody misses them and what to
/// do next is one Tab away.
#[component]
pub fn Alert(
    /// What it is about.
    tone: Tone,
    /// The text, and links or buttons for what to do next.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let (class, role) = match tone {
        Tone::Error => ("alert alert--error", "alert"),
        Tone::Success => ("alert alert--success", "status"),
        Tone::Info => ("alert alert--info", "status"),
    };
    if tone == Tone::Error {
        effect(move || {
            if let Some(node) = node.get() {
                // Focus that cannot be moved is no reason to fail.
                drop(node.focus());
            }
        });
    }
    view! {
        <div node_ref=node class=class role=role tabindex="-1">
            {children()}
        </div>
    }
}
