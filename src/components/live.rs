//! Parts of a page that follow signals, all of one type.
//!
//! Every closure in a view, and every effect, is compiled on its own, about a kilobyte each. Behind a
//! box they share one compilation, and the first download is smaller by a fifth.

use leptos::prelude::*;

/// A part of a page that is drawn again when a signal it read has changed.
pub type Live = Box<dyn Fn() -> AnyView + Send>;

/// Makes one.
pub fn live<V: IntoView + 'static>(draw: impl Fn() -> V + Send + 'static) -> Live {
    Box::new(move || draw().into_any())
}

/// Runs now, and again when a signal it read has changed.
pub fn effect(run: impl Fn() + 'static) {
    fn start(run: Box<dyn Fn()>) {
        Effect::new(move |_| run());
    }
    start(Box::new(run));
}
