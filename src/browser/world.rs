//! The keeper's world: everything it needs, from the browser.

use super::{BrowserMath, LocalStorage, SessionStorage, time, transport};
use crate::{
    cognito::{
        client::{HttpRequest, HttpResponse, Transport},
        error::Fault,
        oauth::TokenTransport,
        srp::{BigMod, SECRET_BYTES},
    },
    session::world::{Clock, Lock, Random, Storage, TabStorage},
};
use std::future::Future;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/js/lock.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn acquire(name: &str) -> Result<JsValue, JsValue>;
}

/// Storage, network, clock, randomness, locks and arithmetic of the browser.
#[derive(Debug, Default)]
pub struct BrowserWorld {
    http: reqwest::Client,
    storage: LocalStorage,
    math: BrowserMath,
}

impl Transport for BrowserWorld {
    fn post(&self, request: HttpRequest<'_>) -> impl Future<Output = Result<HttpResponse, Fault>> {
        transport::post(&self.http, request)
    }
}

impl TokenTransport for BrowserWorld {
    fn post_form(&self, url: &str, form: String) -> impl Future<Output = Result<HttpResponse, Fault>> {
        transport::post_form(&self.http, url, form)
    }
}

impl TabStorage for BrowserWorld {
    fn keep(&self, key: &str, value: &str) -> bool {
        SessionStorage.keep(key, value)
    }

    fn take(&self, key: &str) -> Option<String> {
        SessionStorage.take(key)
    }
}

impl Storage for BrowserWorld {
    fn get(&self, key: &str) -> Option<String> {
        self.storage.get(key)
    }

    fn set(&self, key: &str, value: &str) {
        self.storage.set(key, value);
    }

    fn remove(&self, key: &str) {
        self.storage.remove(key);
    }
}

impl Clock for BrowserWorld {
    fn now(&self) -> u64 {
        time::now()
    }
}

impl Random for BrowserWorld {
    fn secret(&self) -> [u8; SECRET_BYTES] {
        let mut bytes = [0; SECRET_BYTES];
        let filled = web_sys::window()
            .and_then(|window| window.crypto().ok())
            .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
        // Every browser that runs wasm has it; without it a sign-in would not be secret, so the page
        // stops here and shows that it has to be reloaded.
        assert!(filled, "no source of randomness");
        bytes
    }
}

/// Held until dropped.
#[derive(Debug)]
pub struct Held(JsValue);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(release) = self.0.dyn_ref::<js_sys::Function>() {
            // The function only resolves a promise.
            drop(release.call0(&JsValue::UNDEFINED));
        }
    }
}

impl Lock for BrowserWorld {
    type Guard = Held;

    async fn acquire(&self, name: &str) -> Held {
        Held(acquire(name).await.unwrap_or(JsValue::UNDEFINED))
    }
}

impl BigMod for BrowserWorld {
    fn mod_pow(&self, base: &str, exponent: &str, modulus: &str) -> String {
        self.math.mod_pow(base, exponent, modulus)
    }

    fn sub_mul_mod(&self, minuend: &str, factor: &str, value: &str, modulus: &str) -> String {
        self.math.sub_mul_mod(minuend, factor, value, modulus)
    }

    fn add_mul(&self, a: &str, b: &str, c: &str) -> String {
        self.math.add_mul(a, b, c)
    }
}
