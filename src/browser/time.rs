//! Clocks and timers.

use leptos::prelude::set_timeout_with_handle;
use std::time::Duration;
use wasm_bindgen::JsValue;

/// Seconds since 1970 by the machine's clock.
pub fn now() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}

/// Seconds since the page was opened; stands still while some machines sleep.
pub fn ticks() -> u64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0, |clock| (clock.now() / 1000.0) as u64)
}

/// A time of day as the person's language writes it, from seconds since 1970.
pub fn time_of_day(seconds: u64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(seconds as f64 * 1000.0));
    let options = js_sys::Object::new();
    // Setting a property of a fresh object does not fail.
    drop(js_sys::Reflect::set(&options, &"timeStyle".into(), &"short".into()));
    date.to_locale_time_string_with_options("default", &options).into()
}

/// The time zone by its name in the IANA database; empty if the browser does not know it.
pub fn time_zone() -> String {
    let options = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new()).resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}

/// Calls back every second until it answers false.
pub fn every_second(tick: Box<dyn Fn() -> bool>) {
    drop(set_timeout_with_handle(
        move || {
            if tick() {
                every_second(tick);
            }
        },
        Duration::from_secs(1),
    ));
}
