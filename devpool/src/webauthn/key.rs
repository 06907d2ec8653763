//! Public keys of credentials: COSE_Key (RFC 9052 §7) for ES256 and RS256.

use super::{Flaw, base64url, cbor};
use coset::cbor::Value;
use coset::iana::{self, Ec2KeyParameter, EnumI64, RsaKeyParameter};
use coset::{Algorithm, AsCborValue as _, CoseKey, KeyType, Label};
use p256::ecdsa;
use rsa::{BoxedUint, pkcs1v15};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;
use std::ops::RangeInclusive;

/// Bits of an RSA modulus: from what counts as safe up to what nobody exceeds.
const RSA_SIZES: RangeInclusive<usize> = 2048..=8192;

/// The algorithms on offer, the preferred one first, by their COSE numbers: ES256 and RS256.
pub const ALGORITHMS: [i64; 2] = [iana::Algorithm::ES256 as i64, iana::Algorithm::RS256 as i64];

/// The public key of a credential, checked. It is written as the COSE_Key it came as, in base64url.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Encoded", into = "Encoded")]
pub struct PublicKey {
    cose: Vec<u8>,
    key: Key,
}

#[derive(Clone, PartialEq, Eq)]
enum Key {
    Es256(ecdsa::VerifyingKey),
    Rs256(rsa::PublicKey),
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Encoded(#[serde(with = "base64url")] Vec<u8>);

impl PublicKey {
    /// Step 20 of §7.1, and that the key is one: for ES256 a point on P-256, uncompressed; for RS256 a modulus of 2048
    /// bits at least. Only the parameters that are needed may be there (§6.5.1).
    ///
    /// # Errors
    /// `Algorithm`, `Key`.
    pub fn from_cose(bytes: &[u8]) -> Result<Self, Flaw> {
        let cose = cbor::read_all(bytes).map_err(|_| Flaw::Key)?;
        let cose = CoseKey::from_cbor_value(cose).map_err(|_| Flaw::Key)?;
        let algorithm = cose.alg.as_ref().ok_or(Flaw::Key)?;
        let key = match algorithm {
            Algorithm::Assigned(iana::Algorithm::ES256) => es256(&cose)?,
            Algorithm::Assigned(iana::Algorithm::RS256) => rs256(&cose)?,
            _ => return Err(Flaw::Algorithm),
        };
        if !cose.key_id.is_empty() || !cose.key_ops.is_empty() || !cose.base_iv.is_empty() {
            return Err(Flaw::Key);
        }
        Ok(Self { cose: bytes.to_vec(), key })
    }

    /// The number of the algorithm that the key is for.
    pub fn algorithm(&self) -> i64 {
        match self.key {
            Key::Es256(_) => iana::Algorithm::ES256.to_i64(),
            Key::Rs256(_) => iana::Algorithm::RS256.to_i64(),
        }
    }

    /// Whether the key's owner signed `message`.
    ///
    /// # Errors
    /// `Signature`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Flaw> {
        use rsa::signature::Verifier as _;
        match &self.key {
            Key::Es256(key) => {
                ecdsa::Signature::from_der(signature).and_then(|signature| key.verify(message, &signature))
            }
            Key::Rs256(key) => pkcs1v15::Signature::try_from(signature)
                .and_then(|signature| pkcs1v15::VerifyingKey::<Sha256>::new(key.clone()).verify(message, &signature)),
        }
        .map_err(|_| Flaw::Signature)
    }
}

fn es256(cose: &CoseKey) -> Result<Key, Flaw> {
    let is = |label, expected: Value| parameter(cose, label).is_some_and(|value| *value == expected);
    if cose.kty != KeyType::Assigned(iana::KeyType::EC2)
        || !is(Ec2KeyParameter::Crv.to_i64(), Value::from(iana::EllipticCurve::P_256.to_i64()))
        || cose.params.len() != 3
    {
        return Err(Flaw::Key);
    }
    let x = bytes(cose, Ec2KeyParameter::X.to_i64())?;
    let y = bytes(cose, Ec2KeyParameter::Y.to_i64())?;
    if x.len() != 32 || y.len() != 32 {
        return Err(Flaw::Key);
    }
    let point = [&[4], x, y].concat();
    ecdsa::VerifyingKey::from_sec1_bytes(&point).map(Key::Es256).map_err(|_| Flaw::Key)
}

fn rs256(cose: &CoseKey) -> Result<Key, Flaw> {
    if cose.kty != KeyType::Assigned(iana::KeyType::RSA) || cose.params.len() != 2 {
        return Err(Flaw::Key);
    }
    let n = bytes(cose, RsaKeyParameter::N.to_i64())?;
    let e = bytes(cose, RsaKeyParameter::E.to_i64())?;
    // Numbers come without leading zeros (RFC 8230 §4).
    if [n, e].iter().any(|digits| matches!(digits, [] | [0, ..])) {
        return Err(Flaw::Key);
    }
    let number = BoxedUint::from_be_slice_vartime;
    rsa::PublicKey::new_with_size_limits(number(n), number(e), RSA_SIZES).map(Key::Rs256).map_err(|_| Flaw::Key)
}

fn parameter(cose: &CoseKey, label: i64) -> Option<&Value> {
    cose.params.iter().find(|(name, _)| *name == Label::Int(label)).map(|(_, value)| value)
}

fn bytes(cose: &CoseKey, label: i64) -> Result<&[u8], Flaw> {
    parameter(cose, label).and_then(Value::as_bytes).map(Vec::as_slice).ok_or(Flaw::Key)
}

impl TryFrom<Encoded> for PublicKey {
    type Error = Flaw;

    fn try_from(Encoded(cose): Encoded) -> Result<Self, Flaw> {
        Self::from_cose(&cose)
    }
}

impl From<PublicKey> for Encoded {
    fn from(key: PublicKey) -> Self {
        Self(key.cose)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.key {
            Key::Es256(_) => "ES256",
            Key::Rs256(_) => "RS256",
        })
    }
}
