//! Passkeys: the browser's half of Web Authentication.

use super::BrowserWorld;
use crate::session::{Mediation, PasskeyFault, world::Passkeys};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/js/passkey.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn get(options: &str, quietly: bool) -> Result<JsValue, JsValue>;
    fn stop(quietly: bool);
}

impl Passkeys for BrowserWorld {
    async fn use_passkey(&self, options: String, mediation: Mediation) -> Result<String, PasskeyFault> {
        let made = get(&options, mediation == Mediation::Autofill).await.map_err(|error| {
            let name = error.dyn_into::<js_sys::Error>().map(|error| String::from(error.name())).unwrap_or_default();
            match name.as_str() {
                "NotAllowedError" | "AbortError" => PasskeyFault::Cancelled,
                "NotSupportedError" => PasskeyFault::Unsupported,
                "SecurityError" => PasskeyFault::OtherAddress,
                _ => PasskeyFault::Failed,
            }
        })?;
        made.as_string().ok_or(PasskeyFault::Failed)
    }

    fn stop_passkey(&self, mediation: Mediation) {
        stop(mediation == Mediation::Autofill);
    }
}
