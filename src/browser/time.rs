//! Clocks and timers.

use leptos::prelude::set_timeout_with_handle;
use std::time::Duration;

/// Seconds since 1970 by the machine's clock.
pub fn now() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}

/// Seconds since the page was opened; stands still while some machines sleep.
pub fn ticks() -> u64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0, |clock| (clock.now() / 1000.0) as u64)
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
