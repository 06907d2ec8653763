//! The styles that the prerendered forms do without. They travel with the pages that need them and are there before those
//! are drawn, so that nothing is ever seen without them; the first download is smaller by what they weigh.

#[cfg(target_arch = "wasm32")]
use super::start::add_rule;
use leptos::prelude::AnyView;

/// `style/pages.css` and `style/centre.css` as one rule, made by `build/sheet.rs`.
#[cfg(target_arch = "wasm32")]
const LATER: &str = include_str!(concat!(env!("OUT_DIR"), "/later.css"));

/// Draws something that needs those styles. Not inlined and called by chunks only, so that they are in none of the first.
#[inline(never)]
pub fn dressed(draw: fn() -> AnyView) -> AnyView {
    dress();
    draw()
}

/// Adds the styles, once.
#[cfg(target_arch = "wasm32")]
#[inline(never)]
pub fn dress() {
    use std::cell::Cell;

    thread_local! {
        static DRESSED: Cell<bool> = const { Cell::new(false) };
    }
    if !DRESSED.replace(true) {
        add_rule(LATER);
    }
}

/// Nothing is painted on the host.
#[cfg(not(target_arch = "wasm32"))]
pub const fn dress() {}
