//! The pool's public keys, as its JSON Web Key Set has them (RFC 7517).

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// Shorter moduli could be factored; RFC 7518, section 3.3, forbids them for RS256.
const FEWEST_MODULUS_BYTES: usize = 2048 / 8;

/// The name of a key, `kid`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyId(String);

impl KeyId {
    /// The name that stands in a key set or in the header of a token.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// The keys of a pool that can be used: RSA, for RS256, with a name.
#[derive(Clone, Debug)]
pub struct KeySet(Vec<(KeyId, DecodingKey)>);

/// Why an answer is no key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySetError {
    /// It is not JSON with a list `keys`.
    NotAKeySet,
    /// None of its keys can be used.
    NoKeys,
}

impl fmt::Display for KeySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAKeySet => "the answer is not a JSON Web Key Set",
            Self::NoKeys => "the answer has no RSA key that can be used for RS256",
        })
    }
}

impl std::error::Error for KeySetError {}

impl KeySet {
    /// Reads a key set. Keys that cannot be used are passed over, whatever is wrong with them.
    ///
    /// # Errors
    /// If it is none, or nothing of it can be used.
    pub fn parse(json: &[u8]) -> Result<Self, KeySetError> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }
        let document: Document = serde_json::from_slice(json).map_err(|_| KeySetError::NotAKeySet)?;
        let keys: Vec<_> = document.keys.into_iter().filter_map(usable).collect();
        if keys.is_empty() { Err(KeySetError::NoKeys) } else { Ok(Self(keys)) }
    }

    /// Whether a key of this name is there.
    pub fn has(&self, id: &KeyId) -> bool {
        self.0.iter().any(|(own, _)| own == id)
    }

    /// Those of this name. There should be one; where rubbish has the same name, the good one still counts.
    pub fn named<'a>(&'a self, id: &'a KeyId) -> impl Iterator<Item = &'a DecodingKey> {
        self.0.iter().filter(move |(own, _)| own == id).map(|(_, key)| key)
    }
}

fn usable(key: Value) -> Option<(KeyId, DecodingKey)> {
    let key: Jwk = serde_json::from_value(key).ok()?;
    let for_signatures = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let for_rs256 = matches!(key.common.key_algorithm, None | Some(KeyAlgorithm::RS256));
    let AlgorithmParameters::RSA(parameters) = &key.algorithm else { return None };
    let decoding = DecodingKey::from_rsa_components(&parameters.n, &parameters.e).ok()?;
    let jsonwebtoken::DecodingKeyKind::RsaModulusExponent { n, .. } = decoding.kind() else { return None };
    let long_enough = n.len() >= FEWEST_MODULUS_BYTES;
    let id = key.common.key_id.clone().filter(|id| !id.is_empty())?;
    (for_signatures && for_rs256 && long_enough).then_some((KeyId(id), decoding))
}
