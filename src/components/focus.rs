//! Focus that has lost its place.

use leptos::{
    html,
    prelude::*,
    task::{spawn_local, tick},
};

/// Moves focus to a heading as soon as everything that has just changed is drawn: a dialog that closes has given focus back to
/// what was pressed by then, and what was pressed may be gone.
pub fn focus_heading(heading: NodeRef<html::H2>) {
    spawn_local(async move {
        tick().await;
        // Focus that cannot be moved is no reason to fail, and the page may be gone.
        if let Some(heading) = heading.try_get_untracked().flatten() {
            drop(heading.focus());
        }
    });
}
