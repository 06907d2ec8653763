//! What only a browser can tell about `src/browser`.
#![cfg(target_arch = "wasm32")]

use doorward::{
    browser::{BrowserJson, BrowserMath, BrowserWorld, PageStorage, SessionStorage, fetch_text, time_of_day},
    cognito::{
        srp::{BigMod, N, replay},
        types::ClientId,
    },
    config::{self, Json, Settings, StorageKind},
    session::world::{Clock, Lock, Random, Storage, TabStorage},
};
use include_dir::{Dir, include_dir};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

static VECTORS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/tests/vectors/srp");
static DEVICES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/tests/vectors/device");
const SHIPPED: &str = include_str!("../public/config.json");

#[wasm_bindgen_test]
fn srp_on_the_browsers_big_integers_gives_the_recorded_signatures() {
    let mut checked = 0;
    for file in VECTORS.files().filter(|file| file.path().extension().is_some_and(|e| e == "json")) {
        let vectors: replay::File = serde_json::from_str(file.contents_utf8().unwrap()).unwrap();
        for vector in &vectors.vectors {
            let (public, key, signature) = replay::run(&BrowserMath, vector).unwrap();
            assert_eq!(public, vector.A_hex.trim_start_matches('0').to_lowercase(), "{:?}", vector.tags);
            assert_eq!((key, signature), (vector.key_hex.clone(), vector.signature_b64.clone()), "{:?}", vector.tags);
            checked += 1;
        }
    }
    assert!(checked >= 49, "only {checked} vectors were found");
}

#[wasm_bindgen_test]
fn device_verifiers_on_the_browsers_big_integers_are_the_recorded_ones() {
    let mut checked = 0;
    for file in DEVICES.files().filter(|file| file.path().extension().is_some_and(|e| e == "json")) {
        let devices: replay::DeviceFile = serde_json::from_str(file.contents_utf8().unwrap()).unwrap();
        for device in &devices.devices {
            let verifier = replay::verifier(&BrowserMath, device);
            assert_eq!(
                (verifier.salt, verifier.password_verifier),
                (device.salt_b64.clone(), device.verifier_b64.clone())
            );
            checked += 1;
        }
    }
    assert!(checked >= 20, "only {checked} devices were found");
}

#[wasm_bindgen_test]
fn small_sums_come_out_right() {
    let math = BrowserMath;
    assert_eq!(math.mod_pow("2", "a", "3e7"), "19"); // 1024 mod 999 = 25
    assert_eq!(math.mod_pow("3e8", "1", "3e7"), "1");
    assert_eq!(math.mod_pow("0", "5", "3e7"), "0");
    assert_eq!(math.mod_pow(N, "1", N), "0");
    assert_eq!(math.sub_mul_mod("1", "2", "3", "7"), "2"); // 1 - 6 = -5 ≡ 2
    assert_eq!(math.sub_mul_mod("a", "1", "3", "7"), "0");
    assert_eq!(math.add_mul("1", "2", "3"), "7");
    assert_eq!(math.add_mul("00f", "0", "abc"), "f");
}

#[wasm_bindgen_test]
fn the_browsers_json_reads_what_serde_reads() {
    for text in ["", "{", "{\"a\":}", "nul", "<html>", "{'a':1}", "[1,]"] {
        assert!(BrowserJson::read(text).is_none(), "{text:?}");
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text:?}");
    }
    let json = BrowserJson::read(r#"{"t":"x","b":true,"n":8,"l":[1,"two"],"o":{"k":"v"},"null":null}"#).unwrap();
    assert!(json.is_object());
    assert_eq!(json.get("t").unwrap().text().as_deref(), Some("x"));
    assert_eq!(json.get("b").unwrap().flag(), Some(true));
    assert_eq!(json.get("n").unwrap().number(), Some(8.0));
    assert_eq!(json.get("l").unwrap().list().unwrap()[1].text().as_deref(), Some("two"));
    assert_eq!(json.get("o").unwrap().get("k").unwrap().text().as_deref(), Some("v"));
    assert_eq!(json.get("l").unwrap().print(), r#"[1,"two"]"#);
    // Absent, null, and what every JavaScript object inherits, are all nothing.
    for name in ["absent", "null", "constructor", "__proto__", "toString"] {
        assert!(json.get(name).is_none(), "{name}");
    }
    let list = json.get("l").unwrap();
    assert!(!list.is_object() && list.get("length").is_none() && list.text().is_none() && list.flag().is_none());
    let text = json.get("t").unwrap();
    assert!(!text.is_object() && text.list().is_none() && text.number().is_none() && text.get("length").is_none());
}

#[wasm_bindgen_test]
fn the_shipped_configuration_reads_the_same_as_on_the_host() {
    let read = |text: &str| {
        let config = config::parse::<BrowserJson>(text, "127.0.0.1")?;
        Settings::read::<BrowserJson>(&config, "en")
    };
    let settings = read(SHIPPED).unwrap();
    assert_eq!(settings.endpoints.user_pools, "http://127.0.0.1:9229/");
    assert_eq!(settings.attributes.len(), 1);
    for (wrong, field) in [
        (SHIPPED.replace("us-east-1_Doorward1", "nonsense"), "auth.user_pool_id"),
        (SHIPPED.replace("\"min_length\": 8", "\"min_length\": 8.5"), "auth.password_policy.min_length"),
        (SHIPPED.replace("\"label\": \"Agent name\", \"sign_up\": true", "\"sign_up\": 1"), "doorward.attributes"),
    ] {
        match read(&wrong) {
            Err(config::Problem::Field { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{field}: {other:?}"),
        }
    }
}

#[wasm_bindgen_test]
fn storage_keeps_raw_strings() {
    let storage = PageStorage::default();
    storage.set("doorward-test", "no \"quotes\" added");
    let raw = web_sys::window().unwrap().local_storage().unwrap().unwrap();
    assert_eq!(raw.get_item("doorward-test").unwrap().as_deref(), Some("no \"quotes\" added"));
    assert_eq!(storage.get("doorward-test").as_deref(), Some("no \"quotes\" added"));
    storage.remove("doorward-test");
    assert_eq!(storage.get("doorward-test"), None);
}

#[wasm_bindgen_test]
fn what_does_not_fit_into_the_storage_is_kept_for_the_page() {
    let storage = PageStorage::default();
    let large = "x".repeat(11_000_000);
    storage.set("doorward-test-large", &large);
    let raw = web_sys::window().unwrap().local_storage().unwrap().unwrap();
    assert_eq!(raw.get_item("doorward-test-large").unwrap(), None, "the browser took more than browsers take");
    assert_eq!(storage.get("doorward-test-large").map(|text| text.len()), Some(large.len()));
    storage.set("doorward-test-large", "small");
    assert_eq!(raw.get_item("doorward-test-large").unwrap().as_deref(), Some("small"));
    storage.remove("doorward-test-large");
    assert_eq!(storage.get("doorward-test-large"), None);
}

fn world() -> BrowserWorld {
    BrowserWorld::new(StorageKind::Local, &ClientId::new("test"), |_| {})
}

#[wasm_bindgen_test]
fn secrets_are_random_and_the_clock_goes() {
    let world = world();
    let (one, two) = (world.secret(), world.secret());
    assert_ne!(one, two);
    assert!(one.iter().any(|byte| *byte != 0));
    assert!(world.now() > 1_700_000_000);
    assert!(time_of_day(1_700_000_000).chars().any(|c| c.is_ascii_digit()));
}

#[wasm_bindgen_test]
async fn a_lock_has_one_holder_at_a_time() {
    let log = Rc::new(RefCell::new(Vec::new()));
    let world = world();
    let first = world.acquire("doorward-test").await;
    assert!(first.is_some(), "the browser has locks");
    let second = {
        let log = log.clone();
        async move {
            let _held = crate::world().acquire("doorward-test").await;
            log.borrow_mut().push("second");
        }
    };
    let (send, receive) = (log.clone(), Rc::new(RefCell::new(false)));
    let done = receive.clone();
    doorward::browser::spawn(async move {
        second.await;
        *done.borrow_mut() = true;
    });
    // A lock of another name is free meanwhile, and asking for it lets the second caller get in line.
    drop(world.acquire("doorward-test-other").await);
    assert!(!*receive.borrow());
    send.borrow_mut().push("first");
    drop(first);
    drop(world.acquire("doorward-test").await);
    assert_eq!(*log.borrow(), ["first", "second"]);
}

#[wasm_bindgen_test]
async fn a_file_that_is_not_there_is_told_by_its_status() {
    assert_eq!(fetch_text("/no-such-file.json").await, Err(Some(404)));
    assert_eq!(fetch_text("http://127.0.0.1:1/").await, Err(None));
}

#[wasm_bindgen_test]
fn what_only_this_tab_sees_is_given_out_once() {
    assert_eq!(SessionStorage.take("test"), None);
    SessionStorage.keep("test", "1");
    SessionStorage.keep("test", "2");
    assert_eq!(PageStorage::default().get("test"), None);
    assert_eq!(SessionStorage.take("test").as_deref(), Some("2"));
    assert_eq!(SessionStorage.take("test"), None);
}
