//! Passkeys: the browser's half of Web Authentication.

use super::BrowserWorld;
use crate::session::{Mediation, PasskeyFault, world::Passkeys};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/js/passkey.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn get(options: &str, quietly: bool) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn create(options: &str) -> Result<JsValue, JsValue>;
    fn stop(quietly: bool);
    fn supported() -> bool;
}

/// The credential, or what the browser's error means.
fn made(answer: Result<JsValue, JsValue>) -> Result<String, PasskeyFault> {
    let made = answer.map_err(|error| {
        let name = error.dyn_into::<js_sys::Error>().map(|error| String::from(error.name())).unwrap_or_default();
        match name.as_str() {
            "NotAllowedError" | "AbortError" => PasskeyFault::Cancelled,
            "NotSupportedError" => PasskeyFault::Unsupported,
            "SecurityError" => PasskeyFault::OtherAddress,
            "InvalidStateError" => PasskeyFault::Exists,
            _ => PasskeyFault::Failed,
        }
    })?;
    made.as_string().ok_or(PasskeyFault::Failed)
}

impl Passkeys for BrowserWorld {
    async fn use_passkey(&self, options: String, mediation: Mediation) -> Result<String, PasskeyFault> {
        made(get(&options, mediation == Mediation::Autofill).await)
    }

    fn has_passkeys(&self) -> bool {
        supported()
    }

    async fn create_passkey(&self, options: String) -> Result<String, PasskeyFault> {
        made(create(&options).await)
    }

    fn stop_passkey(&self, mediation: Mediation) {
        stop(mediation == Mediation::Autofill);
    }
}
