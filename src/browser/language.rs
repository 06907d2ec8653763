//! The person's language, and how it writes dates and numbers.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/js/language.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn spoken() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn speak(tag: &str) -> Result<JsValue, JsValue>;
    fn category(count: f64) -> String;
    fn time(seconds: f64) -> String;
    #[wasm_bindgen(js_name = dateAndTime)]
    fn date_and_time_of(seconds: f64) -> String;
}

/// The texts of a language, from the list that it arrives as. What is no text is empty.
fn texts(list: JsValue) -> Vec<String> {
    js_sys::Array::from(&list).iter().map(|text| text.as_string().unwrap_or_default()).collect()
}

/// The texts of the language that the page came up in; none for English.
pub async fn first_texts() -> Vec<String> {
    spoken().await.map(texts).unwrap_or_default()
}

/// Fetches the texts of a language, turns the page to it, and keeps that it was chosen. `None` if they did not arrive:
/// then nothing has changed.
pub async fn texts_of(tag: &str) -> Option<Vec<String>> {
    speak(tag).await.ok().map(texts)
}

/// The page's language, as in BCP 47.
pub fn language() -> String {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    root.and_then(|root| root.get_attribute("lang")).unwrap_or_default()
}

/// CLDR's plural category of a number in the page's language.
pub fn plural_category(count: u64) -> String {
    category(count as f64)
}

/// A time of day as the page's language writes it, from seconds since 1970.
pub fn time_of_day(seconds: u64) -> String {
    time(seconds as f64)
}

/// A date and a time of day as the page's language writes them, from seconds since 1970.
pub fn date_and_time(seconds: u64) -> String {
    date_and_time_of(seconds as f64)
}
