//! SHA-256 and HMAC, as SRP and signatures of requests need them.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// SHA-256 of the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

/// HMAC-SHA-256 of the parts, one after the other.
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so the error type of this constructor is never used.
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().into(),
        Err(_) => unreachable!("HMAC takes keys of any length"),
    }
}
