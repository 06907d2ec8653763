//! Styles that arrive after the page.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/js/sheet.js")]
extern "C" {
    /// Adds one rule of CSS, a whole layer for instance, to the page's style sheet.
    #[wasm_bindgen(js_name = addRule)]
    pub fn add_rule(rule: &str);
}
