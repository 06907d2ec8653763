//! Files for the person.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/js/save.js")]
extern "C" {
    /// Hands a JSON text to the browser as a file of this name, to be kept among the downloads.
    pub fn save(name: &str, text: &str);
}
