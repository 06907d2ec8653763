//! Replays every recorded SRP exchange in `tests/vectors/`: sign-ins by password in `srp/`, remembered devices
//! in `device/`.

use doorward::cognito::srp::{HostMath, N, replay};
use serde::de::DeserializeOwned;

/// Every file of a folder, with its name.
fn files<T: DeserializeOwned>(folder: &str) -> Vec<(String, T)> {
    let folder = format!("{}/tests/vectors/{folder}", env!("CARGO_MANIFEST_DIR"));
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let json = paths.filter(|path| path.extension().is_some_and(|e| e == "json"));
    json.map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).expect(&name);
        (name, file)
    })
    .collect()
}

fn check(vector: &replay::Vector, which: &str) {
    let (public, key, signature) = replay::run(&HostMath, vector).expect(which);
    assert_eq!(public, vector.A_hex.trim_start_matches('0').to_lowercase(), "A of {which}");
    assert_eq!(key, vector.key_hex, "key of {which}");
    assert_eq!(signature, vector.signature_b64, "signature of {which}");
}

#[test]
fn every_recorded_exchange_gives_the_same_key_and_signature() {
    let mut checked = 0;
    for (name, file) in files::<replay::File>("srp") {
        assert_eq!(file.n_hex.to_lowercase(), N, "{name}");
        assert_eq!(file.k_hex.to_lowercase(), replay::k(), "{name}");
        assert!(!file.vectors.is_empty(), "{name} has no vectors");
        for (i, vector) in file.vectors.iter().enumerate() {
            check(vector, &format!("{name} no. {i} {:?}", vector.tags));
            checked += 1;
        }
    }
    assert!(checked >= 49, "only {checked} vectors were found");
}

#[test]
fn every_recorded_device_gives_the_same_verifier_and_signs_in() {
    let mut checked = 0;
    for (name, file) in files::<replay::DeviceFile>("device") {
        assert_eq!(file.n_hex.to_lowercase(), N, "{name}");
        for (i, vector) in file.devices.iter().enumerate() {
            let which = format!("{name} no. {i} {:?}", vector.exchange.tags);
            let verifier = replay::verifier(&HostMath, vector);
            assert_eq!(verifier.salt, vector.salt_b64, "salt of {which}");
            assert_eq!(verifier.password_verifier, vector.verifier_b64, "verifier of {which}");
            check(&vector.exchange, &which);
            checked += 1;
        }
    }
    assert!(checked >= 20, "only {checked} devices were found");
}
