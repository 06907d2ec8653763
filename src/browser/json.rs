//! The browser's own JSON reader behind [`Json`].

use crate::config::Json;
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A parsed value.
#[derive(Debug)]
pub struct BrowserJson(JsValue);

impl Json for BrowserJson {
    fn read(text: &str) -> Option<Self> {
        JSON::parse(text).ok().map(Self)
    }

    fn get(&self, name: &str) -> Option<Self> {
        // Own members only: an object's prototype is not part of the file.
        let own = self.is_object() && Object::has_own(self.0.unchecked_ref::<Object>(), &JsValue::from_str(name));
        let value = if own { Reflect::get(&self.0, &JsValue::from_str(name)).ok()? } else { JsValue::NULL };
        (!value.is_null()).then_some(Self(value))
    }

    fn is_object(&self) -> bool {
        self.0.is_object() && !Array::is_array(&self.0)
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn flag(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn list(&self) -> Option<Vec<Self>> {
        Array::is_array(&self.0).then(|| self.0.unchecked_ref::<Array>().iter().map(Self).collect())
    }

    fn print(&self) -> String {
        JSON::stringify(&self.0).map(String::from).unwrap_or_default()
    }
}
