//! The server's half of Cognito's Secure Remote Password variant.
//!
//! Group: the 3072-bit MODP group of RFC 3526 with g = 2. Numbers are hashed as big-endian two's complement, so a
//! `00` stands in front of a number whose top bit is set. Two values that hold for one sign-in only are kept in a
//! [`ServerExchange`]; the pool keeps a [`Verifier`] instead of a password.

use crate::random;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U256, U3072};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::LazyLock;

const LIMBS: usize = U3072::LIMBS;
const NUMBER_BYTES: usize = U3072::BYTES;
type Element = FixedMontyForm<LIMBS>;

/// RFC 3526, group 15.
const N: Odd<U3072> = Odd::<U3072>::from_be_hex(concat!(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74",
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437",
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed",
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05",
    "98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb",
    "9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b",
    "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718",
    "3995497cea956ae515d2261898fa051015728e5a8aaac42dad33170d04507a33",
    "a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7",
    "abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864",
    "d87602733ec86a64521f2b18177b200cbbe117577a615d6c770988c0bad946e2",
    "08e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff",
));

/// What does not change from one sign-in to the next.
struct Group {
    montgomery: FixedMontyParams<LIMBS>,
    g: Element,
    k: Element,
}

static GROUP: LazyLock<Group> = LazyLock::new(|| {
    let montgomery = FixedMontyParams::new_vartime(N);
    let k = Sha256::new().chain_update(padded(&N.get_copy().to_be_bytes())).chain_update([2]).finalize();
    Group {
        montgomery,
        g: Element::new(&U3072::from(2_u8), &montgomery),
        k: Element::new(&U256::from_be_slice(&k).resize(), &montgomery),
    }
});

/// Big-endian two's complement of a non-negative number: no needless zeros, but one in front of a set top bit.
fn padded(big_endian: &[u8]) -> Vec<u8> {
    let start = big_endian.iter().position(|byte| *byte != 0);
    let digits = start.map_or(&[][..], |start| &big_endian[start..]);
    match digits.first() {
        Some(first) if *first < 0x80 => digits.to_vec(),
        _ => [&[0], digits].concat(),
    }
}

/// Hexadecimal as clients and servers of Cognito write numbers: no fixed width, possibly an odd number of digits.
fn number_hex(big_endian: &[u8]) -> String {
    let hex = random::hex(big_endian);
    let trimmed = hex.trim_start_matches('0');
    if trimmed.is_empty() { "0" } else { trimmed }.to_owned()
}

/// Bytes of a hexadecimal number with any number of digits; `None` if something else stands there.
fn number_bytes(hex: &str) -> Option<Vec<u8>> {
    if hex.is_empty() || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let even = if hex.len() % 2 == 1 { format!("0{hex}") } else { hex.to_owned() };
    (0..even.len() / 2).map(|at| u8::from_str_radix(&even[2 * at..2 * at + 2], 16).ok()).collect()
}

/// A number of at most 3072 bits out of hexadecimal.
fn number(hex: &str) -> Option<U3072> {
    let bytes = padded(&number_bytes(hex)?);
    let digits = bytes.strip_prefix(&[0]).unwrap_or(&bytes);
    let mut wide = [0; NUMBER_BYTES];
    wide[NUMBER_BYTES.checked_sub(digits.len())?..].copy_from_slice(digits);
    Some(U3072::from_be_slice(&wide))
}

fn element(number: &U3072) -> Element {
    Element::new(&number.rem(N.as_nz_ref()), &GROUP.montgomery)
}

/// HMAC-SHA-256.
pub(crate) fn hmac(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so the only error this constructor knows cannot occur.
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC refused the length of a key"));
    for part in message {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether two byte strings are the same, taking the same time wherever they differ.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// Whom a password belongs to, as the hashes name them.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The part of the pool id after `_` (for devices the device group key).
    pub pool_name: &'a str,
    /// `USER_ID_FOR_SRP` (for devices the device key).
    pub user_id: &'a str,
}

/// What the pool keeps of a password: it can check one but does not contain it.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    salt: Vec<u8>,
    v: U3072,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier([redacted])")
    }
}

impl Verifier {
    /// Makes the verifier of `password` under a fresh 128-bit salt.
    pub fn new(identity: Identity<'_>, password: &str) -> Self {
        Self::with_salt(identity, password, &random::bytes::<16>())
    }

    fn with_salt(identity: Identity<'_>, password: &str, salt: &[u8]) -> Self {
        let inner = Sha256::new()
            .chain_update(identity.pool_name)
            .chain_update(identity.user_id)
            .chain_update(":")
            .chain_update(password)
            .finalize();
        let x = Sha256::new().chain_update(padded(salt)).chain_update(inner).finalize();
        Self::from_exponent(salt, &x.into())
    }

    /// A verifier that belongs to no password: for users who do not exist, so that they look like those who do.
    /// The same `seed` gives the same verifier.
    pub fn simulated(seed: &[u8; 32]) -> Self {
        let salt = hmac(seed, &[b"salt"]);
        Self::from_exponent(&salt[..16], &hmac(seed, &[b"exponent"]))
    }

    fn from_exponent(salt: &[u8], x: &[u8; 32]) -> Self {
        Self { salt: salt.to_vec(), v: GROUP.g.pow(&U256::from_be_slice(x)).retrieve() }
    }

    /// Whether `password` is the one this verifier was made of.
    pub fn accepts(&self, identity: Identity<'_>, password: &str) -> bool {
        let other = Self::with_salt(identity, password, &self.salt);
        same(&self.v.to_be_bytes(), &other.v.to_be_bytes())
    }

    /// `SALT` as the challenge carries it.
    pub fn salt_hex(&self) -> String {
        number_hex(&self.salt)
    }

    /// The verifier itself in hexadecimal, for the state file.
    pub fn v_hex(&self) -> String {
        number_hex(&self.v.to_be_bytes())
    }

    /// A verifier that a client made, for a device: big-endian bytes. `None` if it is no number from 1 to N − 1 or the
    /// salt is empty: with such a verifier anybody could answer.
    pub fn from_client(salt: &[u8], v: &[u8]) -> Option<Self> {
        let v = number(&random::hex(v))?;
        let usable = v != U3072::ZERO && v < N.get_copy() && !salt.is_empty() && salt.len() <= 64;
        usable.then(|| Self { salt: salt.to_vec(), v })
    }

    /// Reads back what [`Self::salt_hex`] and [`Self::v_hex`] wrote; `None` if it is not that.
    pub fn from_hex(salt: &str, v: &str) -> Option<Self> {
        Some(Self { salt: number_bytes(salt)?, v: number(v)? })
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    salt: String,
    verifier: String,
}

impl Serialize for Verifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored { salt: self.salt_hex(), verifier: self.v_hex() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Verifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        Self::from_hex(&stored.salt, &stored.verifier)
            .ok_or_else(|| serde::de::Error::custom("salt and verifier must be hexadecimal"))
    }
}

/// `SRP_A`, the client's public value, found to be usable.
#[derive(Clone, Debug)]
pub struct ClientPublic(U3072);

impl ClientPublic {
    /// Reads hexadecimal. `None` if it is no number of at most 3072 bits, or a multiple of N: with such a value
    /// the shared secret would be 0 whatever the password.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let value = number(hex)?;
        let remainder = value.rem(N.as_nz_ref());
        (remainder != U3072::ZERO).then_some(Self(value))
    }
}

/// One sign-in attempt as the server sees it, from `SRP_A` to the signature.
#[derive(Clone)]
pub struct ServerExchange {
    verifier: Verifier,
    client_public: U3072,
    server_private: U256,
    server_public: U3072,
}

impl fmt::Debug for ServerExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerExchange([redacted])")
    }
}

impl ServerExchange {
    /// Answers a client's `A` with a fresh `B = k·v + g^b`.
    pub fn new(verifier: Verifier, client_public: ClientPublic) -> Self {
        loop {
            // 256 bits are what RFC 5054 asks for; more would only make sign-ins slower.
            let private = U256::from_be_slice(&random::bytes::<32>());
            let public = (GROUP.k * element(&verifier.v) + GROUP.g.pow(&private)).retrieve();
            let exchange = Self {
                verifier: verifier.clone(),
                client_public: client_public.0,
                server_private: private,
                server_public: public,
            };
            // Clients must refuse B ≡ 0 and u = 0, so such a pair is drawn again, should it ever occur.
            if public != U3072::ZERO && exchange.scrambler() != [0; 32] {
                return exchange;
            }
        }
    }

    /// `SRP_B` as the challenge carries it.
    pub fn public_hex(&self) -> String {
        number_hex(&self.server_public.to_be_bytes())
    }

    /// `SALT` as the challenge carries it.
    pub fn salt_hex(&self) -> String {
        self.verifier.salt_hex()
    }

    /// u.
    fn scrambler(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(padded(&self.client_public.to_be_bytes()))
            .chain_update(padded(&self.server_public.to_be_bytes()))
            .finalize()
            .into()
    }

    /// Whether `signature` (`PASSWORD_CLAIM_SIGNATURE`, base64) proves that its maker knows the password.
    pub fn accepts(&self, identity: Identity<'_>, secret_block: &[u8], timestamp: &str, signature: &str) -> bool {
        let u = self.scrambler();
        let base = element(&self.client_public) * element(&self.verifier.v).pow(&U256::from_be_slice(&u));
        let shared = base.pow(&self.server_private).retrieve();
        let key = session_key(&u, &shared.to_be_bytes());
        let expected = claim(&key, identity, secret_block, timestamp);
        STANDARD.decode(signature).is_ok_and(|given| same(&given, &expected))
    }
}

/// The 16-byte key both sides come to share: HKDF with u as the salt.
fn session_key(u: &[u8], shared: &[u8]) -> [u8; 16] {
    let pseudorandom = hmac(&padded(u), &[&padded(shared)]);
    let expanded = hmac(&pseudorandom, &[b"Caldera Derived Key", &[1]]);
    let mut key = [0; 16];
    key.copy_from_slice(&expanded[..16]);
    key
}

/// What a client that knows the key signs.
fn claim(key: &[u8], identity: Identity<'_>, secret_block: &[u8], timestamp: &str) -> [u8; 32] {
    hmac(key, &[identity.pool_name.as_bytes(), identity.user_id.as_bytes(), secret_block, timestamp.as_bytes()])
}

#[cfg(test)]
mod tests {
    //! The vectors come from a client (amazon-cognito-identity-js) and give its private `a` but no server private
    //! `b`. So they are replayed with the client's formula, using this module's x, v, k, u, key and signature; the
    //! server's own formula is checked against that client formula in a second test, with fresh random values.

    use super::*;
    use crypto_bigint::U1024;
    use serde_json::Value;

    /// S as a client computes it: (B − k·v)^(a + u·x), the power taken in two steps as (…)^a · ((…)^u)^x.
    fn client_shared(server_public: &U3072, v: &U3072, a: &U1024, u: &[u8; 32], x: &U256) -> U3072 {
        let base = element(server_public) - GROUP.k * element(v);
        (base.pow(a) * base.pow(&U256::from_be_slice(u)).pow(x)).retrieve()
    }

    fn private_x(identity: Identity<'_>, password: &str, salt: &[u8]) -> U256 {
        let inner = Sha256::digest(format!("{}{}:{password}", identity.pool_name, identity.user_id));
        U256::from_be_slice(&Sha256::digest([padded(salt), inner.to_vec()].concat()))
    }

    #[test]
    fn agrees_with_the_client_vectors() {
        let file: Value = serde_json::from_str(include_str!("../tests/vectors/srp.json")).unwrap();
        assert_eq!(number_hex(&N.get_copy().to_be_bytes()), file["N_hex"]);
        assert_eq!(number_hex(&GROUP.k.retrieve().to_be_bytes()), file["k_hex"]);
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 49);
        for (index, vector) in vectors.iter().enumerate() {
            let text = |name: &str| vector[name].as_str().unwrap();
            let identity = Identity { pool_name: text("pool_name"), user_id: text("user_id_for_srp") };
            let salt = number_bytes(text("salt_hex")).unwrap();
            let verifier = Verifier::with_salt(identity, text("password"), &salt);
            let a = U1024::from_be_slice(&number_bytes(text("a_hex")).unwrap());
            let exchange = ServerExchange {
                verifier: verifier.clone(),
                client_public: ClientPublic::from_hex(text("A_hex")).unwrap().0,
                server_private: U256::ONE,
                server_public: number(text("B_hex")).unwrap(),
            };
            assert_eq!(GROUP.g.pow(&a).retrieve(), exchange.client_public, "{index}");
            let u = exchange.scrambler();
            let x = private_x(identity, text("password"), &salt);
            let shared = client_shared(&exchange.server_public, &verifier.v, &a, &u, &x);
            let key = session_key(&u, &shared.to_be_bytes());
            assert_eq!(random::hex(&key), text("key_hex"), "key of vector {index}");
            let block = STANDARD.decode(text("secret_block_b64")).unwrap();
            let signature = claim(&key, identity, &block, text("timestamp"));
            assert_eq!(STANDARD.encode(signature), text("signature_b64"), "signature of vector {index}");
        }
    }

    #[test]
    fn both_sides_come_to_the_same_key() {
        let identity = Identity { pool_name: "Doorward1", user_id: "a3f1c9d2-5e7b-4c1a-9d3e-0f2b4c6d8e10" };
        let timestamp = "Mon Nov 9 06:07:08 UTC 2026";
        for password in ["Passw0rd!", "Pässwörd-密码", ""] {
            let verifier = Verifier::new(identity, password);
            let a = U1024::from_be_slice(&random::bytes::<128>());
            let public = GROUP.g.pow(&a).retrieve();
            let client_public = ClientPublic::from_hex(&number_hex(&public.to_be_bytes())).unwrap();
            let exchange = ServerExchange::new(verifier.clone(), client_public);
            let u = exchange.scrambler();
            let sign = |password: &str| {
                let x = private_x(identity, password, &verifier.salt);
                let v = GROUP.g.pow(&x).retrieve();
                let shared = client_shared(&exchange.server_public, &v, &a, &u, &x);
                let key = session_key(&u, &shared.to_be_bytes());
                STANDARD.encode(claim(&key, identity, b"block", timestamp))
            };
            let right = sign(password);
            assert!(exchange.accepts(identity, b"block", timestamp, &right));
            assert!(!exchange.accepts(identity, b"other", timestamp, &right));
            assert!(!exchange.accepts(identity, b"block", "Mon Nov 9 06:07:09 UTC 2026", &right));
            assert!(!exchange.accepts(identity, b"block", timestamp, "not base64"));
            assert!(!exchange.accepts(identity, b"block", timestamp, &sign("wrong")));
        }
    }

    #[test]
    fn a_verifier_knows_its_password_and_survives_the_state_file() {
        let identity = Identity { pool_name: "Doorward1", user_id: "u" };
        let verifier = Verifier::new(identity, "Passw0rd!");
        let read = Verifier::from_hex(&verifier.salt_hex(), &verifier.v_hex()).unwrap();
        assert!(read.accepts(identity, "Passw0rd!"));
        assert!(!read.accepts(identity, "passw0rd!"));
        assert!(!read.accepts(Identity { user_id: "v", ..identity }, "Passw0rd!"));
        assert_eq!(format!("{verifier:?}"), "Verifier([redacted])");
    }

    #[test]
    fn a_device_brings_a_verifier_that_means_something() {
        let n = N.get_copy().to_be_bytes();
        let minus_one = N.get_copy().wrapping_sub(&U3072::ONE).to_be_bytes();
        assert!(Verifier::from_client(&[1; 16], &minus_one).is_some());
        for (salt, v) in [(&[1; 16][..], &n[..]), (&[1; 16], &[0; 4]), (&[1; 16], &[]), (&[], &[2]), (&[1; 65], &[2])] {
            assert!(Verifier::from_client(salt, v).is_none());
        }
    }

    #[test]
    fn refuses_public_values_that_fix_the_secret() {
        let n = number_hex(&N.get_copy().to_be_bytes());
        for bad in ["0", "00", &n, &format!("00{n}"), "", "xyz", "-1", "+1", &format!("1{n}")] {
            assert!(ClientPublic::from_hex(bad).is_none(), "{bad}");
        }
        assert!(ClientPublic::from_hex("1").is_some());
        assert!(ClientPublic::from_hex(&format!("0{n}1")[..100]).is_some());
    }

    #[test]
    fn pads_like_twos_complement() {
        assert_eq!(padded(&[0, 0, 0x7f]), [0x7f]);
        assert_eq!(padded(&[0, 0x80]), [0, 0x80]);
        assert_eq!(padded(&[0, 0]), [0]);
        assert_eq!(padded(&[]), [0]);
        assert_eq!(number_hex(&[0x0f, 0xff]), "fff");
        assert_eq!(number_bytes("fff").unwrap(), [0x0f, 0xff]);
    }

    #[test]
    fn a_simulated_verifier_stays_the_same() {
        assert!(Verifier::simulated(&[7; 32]) == Verifier::simulated(&[7; 32]));
        assert!(Verifier::simulated(&[7; 32]) != Verifier::simulated(&[8; 32]));
    }
}
