//! The keeper's world: everything it needs, from the browser.

use super::{BrowserMath, PageStorage, SessionStorage, time, transport};
use crate::{
    cognito::{
        client::{HttpRequest, HttpResponse, Transport},
        error::Fault,
        srp::{BigMod, SECRET_BYTES},
        types::ClientId,
    },
    config::StorageKind,
    session::{
        Local,
        world::{Channel, Clock, Fetch, Lock, Machine, Random, Request, Storage, TabStorage, Timer},
    },
};
use gloo_timers::future::TimeoutFuture;
use std::future::Future;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

#[wasm_bindgen(module = "/src/browser/js/lock.js")]
extern "C" {
    type Asked;
    fn ask(name: &str) -> Asked;
    #[wasm_bindgen(method, getter)]
    fn granted(this: &Asked) -> js_sys::Promise;
    #[wasm_bindgen(method)]
    fn release(this: &Asked);
}

/// Storage, network, clock, timers, randomness, locks, channel and arithmetic of the browser.
#[derive(Debug)]
pub struct BrowserWorld {
    http: reqwest::Client,
    storage: PageStorage,
    math: BrowserMath,
    /// `None` where the browser has none; then the storage alone tells other tabs.
    channel: Option<BroadcastChannel>,
}

impl BrowserWorld {
    /// For a session that is kept there. What other tabs of this app client say goes to `hear`.
    pub fn new(kind: StorageKind, client: &ClientId, hear: impl Fn(String) + 'static) -> Self {
        let channel = BroadcastChannel::new(&["doorward.", client.as_str()].concat()).ok();
        if let Some(channel) = &channel {
            let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                if let Some(text) = event.data().as_string() {
                    hear(text);
                }
            });
            channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
            // Listens as long as the page lives.
            listener.forget();
        }
        Self { http: reqwest::Client::default(), storage: PageStorage(kind), math: BrowserMath, channel }
    }
}

impl Transport for BrowserWorld {
    fn post(&self, request: HttpRequest<'_>) -> impl Future<Output = Result<HttpResponse, Fault>> {
        transport::post(&self.http, request)
    }
}

impl Fetch for BrowserWorld {
    fn fetch(&self, request: Request) -> impl Future<Output = Result<HttpResponse, Fault>> {
        transport::fetch(&self.http, request)
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

    fn set(&self, key: &str, value: &str) -> bool {
        self.storage.set(key, value)
    }

    fn remove(&self, key: &str) {
        self.storage.remove(key);
    }

    fn is_shared(&self) -> bool {
        self.storage.is_shared()
    }
}

impl Clock for BrowserWorld {
    fn now(&self) -> u64 {
        time::now()
    }

    fn ticks(&self) -> u64 {
        time::ticks()
    }
}

impl Machine for BrowserWorld {
    fn user_agent(&self) -> String {
        web_sys::window().and_then(|window| window.navigator().user_agent().ok()).unwrap_or_default()
    }
}

impl Timer for BrowserWorld {
    fn sleep(&self, milliseconds: u32) -> impl Future<Output = ()> {
        TimeoutFuture::new(milliseconds)
    }

    fn spawn(&self, work: Local<'static, ()>) {
        super::spawn(work);
    }
}

impl Channel for BrowserWorld {
    fn say(&self, text: &str) {
        if let Some(channel) = &self.channel {
            // A channel that is closed has nobody to tell.
            drop(channel.post_message(&JsValue::from_str(text)));
        }
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

/// A lock, or a place in its queue; both end when it is dropped.
pub struct Held(Asked);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl Lock for BrowserWorld {
    type Guard = Held;

    async fn acquire(&self, name: &str) -> Option<Held> {
        let held = Held(ask(name));
        let granted = wasm_bindgen_futures::JsFuture::from(held.0.granted()).await;
        granted.is_ok_and(|granted| granted.is_truthy()).then_some(held)
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
