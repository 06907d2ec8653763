//! The only room that names the browser: storage, network, clock, randomness, page.
//!
//! - [`BrowserWorld`] implements what the session keeper needs;
//! - [`PageStorage`] is the storage part of it alone, small enough for the first chunk;
//! - [`take_over`] replaces the prerendered page by the live one;
//! - the rest are small functions that the app is put together with.

mod json;
mod language;
mod math;
mod navigation;
mod page;
mod passkey;
mod save;
mod sheet;
mod storage;
mod time;
mod transport;
mod world;

pub use json::BrowserJson;
pub use language::{date_and_time, first_texts, language, plural_category, texts_of, time_of_day};
pub use math::BrowserMath;
pub use navigation::{follow_navigation, go};
pub use page::{
    copy, fetch_text, host, leave, locale, on_activity, on_return, on_storage, on_wake, origin, path, report_failure,
    root, take_over,
};
pub use save::save;
pub use sheet::add_rule;
pub use storage::{PageStorage, SessionStorage};
pub use time::{every_second, now, time_zone};

/// Makes the page ready for effects and futures. Leptos does this when something is mounted, but the
/// app has effects before that.
pub fn init() {
    // Can only fail because it was done already, which is as good.
    let _ = any_spawner::Executor::init_wasm_bindgen();
}

/// Runs a future on this page. Works before leptos has been started, unlike its own.
pub use wasm_bindgen_futures::spawn_local as spawn;
pub use world::BrowserWorld;
