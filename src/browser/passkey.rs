//! Passkeys: the browser's half of Web Authentication.

use crate::session::{Mediation, PasskeyFault};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/js/passkey.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn get(options: &str, quietly: bool) -> Result<JsValue, JsValue>;
}

/// Asks the browser for a passkey: `PublicKeyCredentialRequestOptionsJSON` in, `AuthenticationResponseJSON` out. Whatever was asked for before ends without one.
///
/// # Errors
/// See [`PasskeyFault`].
pub async fn use_passkey(options: String, mediation: Mediation) -> Result<String, PasskeyFault> {
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
