//! Passkeys: the browser's half of Web Authentication.

use crate::{
    cognito::types::{PasskeyCredential, PasskeyOptions},
    session::{Mediation, PasskeyFault},
};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/js/passkey.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn get(options: &str, quietly: bool) -> Result<JsValue, JsValue>;
}

/// Asks the browser for a passkey. Whatever was asked for before ends without one.
///
/// # Errors
/// See [`PasskeyFault`].
pub async fn use_passkey(options: PasskeyOptions, mediation: Mediation) -> Result<PasskeyCredential, PasskeyFault> {
    let made = get(&options.to_json(), mediation == Mediation::Autofill).await.map_err(|error| {
        let name = error.dyn_into::<js_sys::Error>().map(|error| String::from(error.name())).unwrap_or_default();
        match name.as_str() {
            "NotAllowedError" | "AbortError" => PasskeyFault::Cancelled,
            "NotSupportedError" => PasskeyFault::Unsupported,
            "SecurityError" => PasskeyFault::OtherAddress,
            _ => PasskeyFault::Failed,
        }
    })?;
    made.as_string().as_deref().and_then(PasskeyCredential::parse).ok_or(PasskeyFault::Failed)
}
