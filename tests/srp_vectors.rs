//! Replays every recorded SRP exchange in `tests/vectors/srp/`.

use doorward::cognito::srp::{HostMath, N, replay};

#[test]
fn every_recorded_exchange_gives_the_same_key_and_signature() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/srp");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file: replay::File = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).expect(&name);
        assert_eq!(file.n_hex.to_lowercase(), N, "{name}");
        assert_eq!(file.k_hex.to_lowercase(), replay::k(), "{name}");
        assert!(!file.vectors.is_empty(), "{name} has no vectors");
        for (i, vector) in file.vectors.iter().enumerate() {
            let (public, key, signature) = replay::run(&HostMath, vector).expect(&name);
            let which = format!("{name} no. {i} {:?}", vector.tags);
            assert_eq!(public, vector.A_hex.trim_start_matches('0').to_lowercase(), "A of {which}");
            assert_eq!(key, vector.key_hex, "key of {which}");
            assert_eq!(signature, vector.signature_b64, "signature of {which}");
            checked += 1;
        }
    }
    assert!(checked >= 49, "only {checked} vectors were found");
}
