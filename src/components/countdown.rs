//! How much time is left for something.

use super::live;
use crate::i18n::Msg;
use leptos::prelude::*;

/// From so many seconds on the time is announced, once.
const SOON: u64 = 30;

/// Shows the time that is left and says so in words when it is nearly over. It is asked for again every second, so that a
/// page that slept shows the truth.
#[component]
pub fn Countdown(
    /// Seconds that are left.
    left: Box<dyn Fn() -> u64 + Send + Sync>,
    /// Calls back every second until it answers false.
    tick: fn(Box<dyn Fn() -> bool>),
    /// Called once when nothing is left.
    on_end: Callback<()>,
) -> impl IntoView {
    let now = RwSignal::new(left());
    tick(Box::new(move || {
        let left = left();
        // The page may be gone by then, and its signals with it.
        let here = now.try_set(left).is_none();
        if here && left == 0 {
            on_end.run(());
        }
        here && left > 0
    }));
    view! {
        <p class="countdown">
            <span role="timer" aria-live="off">
                {live(move || {
                    let left = now.get();
                    Msg::TIME_LEFT.fill(&[&format!("{}:{:02}", left / 60, left % 60)])
                })}
            </span>
            <span class="visually-hidden" role="status">
                {live(move || (1..=SOON).contains(&now.get()).then(|| Msg::TIME_SOON.text()))}
            </span>
        </p>
    }
}
