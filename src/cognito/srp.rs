//! Secure Remote Password as Cognito has it: proves the password without sending it.
//!
//! The group is the 3072-bit MODP group of RFC 3526 (no. 15) with g = 2; the protocol is SRP-6a
//! (RFC 2945, RFC 5054 §2.5) with Cognito's own padding, key derivation and proof. Padding is that of
//! a big integer in two's complement: an even number of hex digits, and `00` in front when the top
//! bit is set.
//!
//! A remembered device proves itself the same way, with its group key in the pool's place, its key in the
//! person's, and a random password ([`DeviceSecret`]).
//!
//! The arithmetic is behind [`BigMod`], because the browser's own BigInt is both smaller and faster
//! than anything compiled to wasm.

use super::calendar::Moment;
use super::error::Fault;
use super::hash::{hmac, sha256};
use super::operations::DeviceSecretVerifier;
use super::types::{DeviceGroupKey, DeviceKey, DevicePassword, Password, SecretBlock, UserPoolId};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The arithmetic SRP needs. Numbers are lower-case hex without `0x`; leading zeros and odd lengths
/// are fine on the way in.
pub trait BigMod {
    /// `base ^ exponent mod modulus`
    fn mod_pow(&self, base: &str, exponent: &str, modulus: &str) -> String;
    /// `(minuend − factor · value) mod modulus`, never negative
    fn sub_mul_mod(&self, minuend: &str, factor: &str, value: &str, modulus: &str) -> String;
    /// `a + b · c`
    fn add_mul(&self, a: &str, b: &str, c: &str) -> String;
}

/// The prime of RFC 3526's group 15.
pub const N: &str = concat!(
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
);
/// The generator.
const G: &str = "2";

/// How many random bytes the client's secret exponent has.
pub const SECRET_BYTES: usize = 128;

/// The client's half of one exchange: the secret exponent a and the public value A = g^a.
///
/// Made before the person submits, because it does not depend on what they type. Used once.
#[derive(Clone)]
pub struct Ephemeral {
    secret: String,
    public: String,
}

impl std::fmt::Debug for Ephemeral {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ephemeral([redacted])")
    }
}

impl Ephemeral {
    /// From [`SECRET_BYTES`] bytes of a cryptographic random source.
    pub fn new(math: &impl BigMod, random: &[u8; SECRET_BYTES]) -> Self {
        Self::from_secret(math, to_hex(random))
    }

    fn from_secret(math: &impl BigMod, secret: String) -> Self {
        let public = math.mod_pow(G, &secret, N);
        Self { secret, public }
    }

    /// A as hex, for `SRP_A`.
    pub fn public_value(&self) -> &str {
        &self.public
    }
}

/// What the PASSWORD_VERIFIER challenge brought.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// `SALT`: a big integer in hex, possibly of odd length.
    pub salt: String,
    /// `SRP_B`: the server's public value in hex.
    pub server_public: String,
    /// `SECRET_BLOCK`: opaque, base64.
    pub secret_block: SecretBlock,
    /// `USER_ID_FOR_SRP`: the pool's name for the person, which can differ from what was typed.
    pub user_id: String,
}

/// The proof that goes back.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof {
    /// `PASSWORD_CLAIM_SIGNATURE`, base64.
    pub signature: String,
    /// `TIMESTAMP`.
    pub timestamp: String,
}

/// Computes the proof for a challenge.
///
/// `now` is in seconds since 1970.
///
/// # Errors
/// [`Fault::SrpRefused`] when B mod N = 0 or u = 0 (a server that could learn the password's
/// verifier, RFC 5054 §2.5.4), or when the challenge is not made of hex and base64.
pub fn prove(
    math: &impl BigMod,
    pool: &UserPoolId,
    ephemeral: &Ephemeral,
    challenge: &Challenge,
    password: &Password,
    now: u64,
) -> Result<Proof, Fault> {
    proof(math, pool.name(), ephemeral, challenge, password.as_str(), now)
}

/// Computes the proof for a DEVICE_PASSWORD_VERIFIER challenge, of which the device's key is the
/// `user_id`.
///
/// `now` is in seconds since 1970.
///
/// # Errors
/// As [`prove`].
pub fn prove_device(
    math: &impl BigMod,
    group: &DeviceGroupKey,
    ephemeral: &Ephemeral,
    challenge: &Challenge,
    password: &DevicePassword,
    now: u64,
) -> Result<Proof, Fault> {
    proof(math, group.as_str(), ephemeral, challenge, password.as_str(), now)
}

/// The same for both: `group` is the pool's name or the device's group key.
fn proof(
    math: &impl BigMod,
    group: &str,
    ephemeral: &Ephemeral,
    challenge: &Challenge,
    password: &str,
    now: u64,
) -> Result<Proof, Fault> {
    let key = session_key(math, group, ephemeral, challenge, password)?;
    let timestamp = timestamp(now);
    let block = STANDARD.decode(challenge.secret_block.as_str()).map_err(|_| Fault::SrpRefused)?;
    let signature = hmac(&key, &[group.as_bytes(), challenge.user_id.as_bytes(), &block, timestamp.as_bytes()]);
    Ok(Proof { signature: STANDARD.encode(signature), timestamp })
}

/// What a device proves itself with, and what the pool checks it against.
#[derive(Debug, Clone)]
pub struct DeviceSecret {
    /// Stays here: 40 random bytes in base64.
    pub password: DevicePassword,
    /// Goes to the pool with ConfirmDevice.
    pub verifier: DeviceSecretVerifier,
}

/// How many random bytes a device's password is made of.
const DEVICE_PASSWORD_BYTES: usize = 40;
/// How many random bytes its salt is made of.
const DEVICE_SALT_BYTES: usize = 16;

impl DeviceSecret {
    /// Makes a password and its verifier for a new device, from [`SECRET_BYTES`] bytes of a cryptographic
    /// random source that are used for nothing else.
    pub fn new(math: &impl BigMod, group: &DeviceGroupKey, device: &DeviceKey, random: &[u8; SECRET_BYTES]) -> Self {
        let (password, rest) = random.split_at(DEVICE_PASSWORD_BYTES);
        let password = DevicePassword::new(STANDARD.encode(password));
        let verifier = device_verifier(math, group, device, &password, &to_hex(&rest[..DEVICE_SALT_BYTES]));
        Self { password, verifier }
    }
}

/// `v = g^x`, with `x = SHA256(pad(salt) ‖ SHA256(groupKey ‖ deviceKey ‖ ":" ‖ password))`.
fn device_verifier(
    math: &impl BigMod,
    group: &DeviceGroupKey,
    device: &DeviceKey,
    password: &DevicePassword,
    salt: &str,
) -> DeviceSecretVerifier {
    let x = private_key(group.as_str(), device.as_str(), password.as_str(), salt);
    DeviceSecretVerifier {
        password_verifier: STANDARD.encode(padded(&math.mod_pow(G, &x, N))),
        salt: STANDARD.encode(padded(salt)),
    }
}

/// `x`, as hex.
fn private_key(group: &str, user_id: &str, password: &str, salt: &str) -> String {
    let identity = sha256(&[group.as_bytes(), user_id.as_bytes(), b":", password.as_bytes()]);
    to_hex(&sha256(&[&padded(salt), &identity]))
}

/// The 16-byte key that both sides arrive at.
fn session_key(
    math: &impl BigMod,
    group: &str,
    ephemeral: &Ephemeral,
    challenge: &Challenge,
    password: &str,
) -> Result<[u8; 16], Fault> {
    let server_public = number(&challenge.server_public)?;
    let salt = number(&challenge.salt)?;
    if is_zero(&math.mod_pow(&server_public, "1", N)) {
        return Err(Fault::SrpRefused);
    }
    let u = sha256(&[&padded(&ephemeral.public), &padded(&server_public)]);
    if u.iter().all(|byte| *byte == 0) {
        return Err(Fault::SrpRefused);
    }
    let u = to_hex(&u);
    let k = to_hex(&sha256(&[&padded(N), &padded(G)]));
    let x = private_key(group, &challenge.user_id, password, &salt);

    // S = (B − k·g^x) ^ (a + u·x) mod N
    let base = math.sub_mul_mod(&server_public, &k, &math.mod_pow(G, &x, N), N);
    let shared = math.mod_pow(&base, &math.add_mul(&ephemeral.secret, &u, &x), N);

    // HKDF (RFC 5869) with SHA-256, salt = u, one block, of which Cognito takes the first half.
    let extracted = hmac(&padded(&u), &[&padded(&shared)]);
    let expanded = hmac(&extracted, &[b"Caldera Derived Key", &[1]]);
    let mut key = [0; 16];
    key.copy_from_slice(&expanded[..16]);
    Ok(key)
}

/// `Mon Nov 9 06:07:08 UTC 2026`: English, UTC, the day not zero-padded; anything else is refused
/// by Cognito.
fn timestamp(now: u64) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Moment { year, month, day, weekday, hour, minute, second } = Moment::new(now);
    format!(
        "{} {} {day} {hour:02}:{minute:02}:{second:02} UTC {year}",
        DAYS[weekday as usize],
        MONTHS[month as usize - 1]
    )
}

/// Checks that a text from the server is a number in hex of a sane size, and lower-cases it.
fn number(hex: &str) -> Result<String, Fault> {
    let fits = !hex.is_empty() && hex.len() <= 2 * N.len() && hex.bytes().all(|b| b.is_ascii_hexdigit());
    if fits { Ok(hex.to_ascii_lowercase()) } else { Err(Fault::SrpRefused) }
}

fn is_zero(hex: &str) -> bool {
    hex.bytes().all(|b| b == b'0')
}

/// The bytes of a non-negative number in two's complement, as short as possible.
fn padded(hex: &str) -> Vec<u8> {
    let digits = hex.trim_start_matches('0').as_bytes();
    let value = |digit: u8| (digit as char).to_digit(16).unwrap_or_default() as u8;
    let mut bytes = Vec::with_capacity(digits.len() / 2 + 1);
    let top = digits.first().copied().map_or(0, value);
    // An even number of digits with the top bit set needs the leading 00; zero is the byte 00.
    if digits.is_empty() || (digits.len().is_multiple_of(2) && top >= 8) {
        bytes.push(0);
    }
    let (odd, pairs) = digits.split_at(digits.len() % 2);
    bytes.extend(odd.iter().map(|d| value(*d)));
    bytes.extend(pairs.chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])));
    bytes
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)] as char, DIGITS[usize::from(b & 15)] as char]).collect()
}

/// The arithmetic on the host, where there is no browser to ask.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Clone, Copy, Default)]
pub struct HostMath;

#[cfg(not(target_arch = "wasm32"))]
impl HostMath {
    fn read(hex: &str) -> num_bigint::BigUint {
        num_bigint::BigUint::parse_bytes(hex.as_bytes(), 16).unwrap_or_default()
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl BigMod for HostMath {
    fn mod_pow(&self, base: &str, exponent: &str, modulus: &str) -> String {
        Self::read(base).modpow(&Self::read(exponent), &Self::read(modulus)).to_str_radix(16)
    }

    fn sub_mul_mod(&self, minuend: &str, factor: &str, value: &str, modulus: &str) -> String {
        let modulus = Self::read(modulus);
        let product = Self::read(factor) * Self::read(value) % &modulus;
        ((Self::read(minuend) % &modulus + &modulus - product) % &modulus).to_str_radix(16)
    }

    fn add_mul(&self, a: &str, b: &str, c: &str) -> String {
        (Self::read(a) + Self::read(b) * Self::read(c)).to_str_radix(16)
    }
}

/// For tests that replay recorded exchanges, on the host and in a browser.
#[doc(hidden)]
pub mod replay {
    use super::*;
    use serde::Deserialize;

    /// A file of vectors.
    #[derive(Deserialize)]
    #[allow(missing_docs)]
    pub struct File {
        #[serde(rename = "N_hex")]
        pub n_hex: String,
        pub k_hex: String,
        pub vectors: Vec<Vector>,
    }

    /// One recorded exchange.
    #[derive(Deserialize)]
    #[allow(missing_docs, non_snake_case)]
    pub struct Vector {
        pub pool_name: String,
        pub user_id_for_srp: String,
        pub password: String,
        pub a_hex: String,
        pub A_hex: String,
        pub salt_hex: String,
        pub B_hex: String,
        pub secret_block_b64: String,
        pub timestamp: String,
        pub key_hex: String,
        pub signature_b64: String,
        #[serde(default)]
        pub tags: Vec<String>,
    }

    /// Computes a vector again: `(A, key, signature)`.
    ///
    /// # Errors
    /// [`Fault::SrpRefused`], as [`prove`] does.
    pub fn run(math: &impl BigMod, vector: &Vector) -> Result<(String, String, String), Fault> {
        let ephemeral = Ephemeral::from_secret(math, vector.a_hex.clone());
        let challenge = Challenge {
            salt: vector.salt_hex.clone(),
            server_public: vector.B_hex.clone(),
            secret_block: SecretBlock::new(vector.secret_block_b64.clone()),
            user_id: vector.user_id_for_srp.clone(),
        };
        let key = session_key(math, &vector.pool_name, &ephemeral, &challenge, &vector.password)?;
        let block = STANDARD.decode(&vector.secret_block_b64).map_err(|_| Fault::SrpRefused)?;
        let signature = hmac(
            &key,
            &[vector.pool_name.as_bytes(), vector.user_id_for_srp.as_bytes(), &block, vector.timestamp.as_bytes()],
        );
        Ok((ephemeral.public, to_hex(&key), STANDARD.encode(signature)))
    }

    /// A file of device verifiers.
    #[derive(Deserialize)]
    #[allow(missing_docs)]
    pub struct DeviceFile {
        #[serde(rename = "N_hex")]
        pub n_hex: String,
        pub devices: Vec<DeviceVector>,
    }

    /// One recorded device: its verifier, and a sign-in on it.
    #[derive(Deserialize)]
    #[allow(missing_docs)]
    pub struct DeviceVector {
        pub salt_b64: String,
        pub verifier_b64: String,
        /// The group's key is the `pool_name`, the device's the `user_id_for_srp`.
        #[serde(flatten)]
        pub exchange: Vector,
    }

    /// Makes the verifier of a recorded device again.
    pub fn verifier(math: &impl BigMod, vector: &DeviceVector) -> DeviceSecretVerifier {
        let Vector { pool_name, user_id_for_srp, password, salt_hex, .. } = &vector.exchange;
        device_verifier(
            math,
            &DeviceGroupKey::new(pool_name),
            &DeviceKey::new(user_id_for_srp),
            &DevicePassword::new(password),
            salt_hex,
        )
    }

    /// `k`, to check against a file's.
    pub fn k() -> String {
        to_hex(&sha256(&[&padded(N), &padded(G)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn challenge(server_public: &str) -> Challenge {
        Challenge {
            salt: "abc".into(),
            server_public: server_public.into(),
            secret_block: SecretBlock::new("YmxvY2s="),
            user_id: "user".into(),
        }
    }

    fn attempt(challenge: &Challenge) -> Result<Proof, Fault> {
        let pool = UserPoolId::parse("us-east-1_Test").unwrap();
        let ephemeral = Ephemeral::new(&HostMath, &[7; SECRET_BYTES]);
        prove(&HostMath, &pool, &ephemeral, challenge, &Password::new("p"), 0)
    }

    #[test]
    fn refuses_a_server_value_that_is_a_multiple_of_the_modulus() {
        let twice = (HostMath::read(N) * 2u8).to_str_radix(16);
        for bad in ["0", "0000", N, &N.to_uppercase(), &twice] {
            assert!(matches!(attempt(&challenge(bad)), Err(Fault::SrpRefused)), "{bad}");
        }
        assert!(attempt(&challenge("2")).is_ok());
    }

    #[test]
    fn refuses_what_is_not_hex_or_base64() {
        for bad in ["", "xyz", "-1", "0x12", "1 2", &"f".repeat(10_000)] {
            assert!(attempt(&challenge(bad)).is_err(), "{bad:.9}");
            assert!(attempt(&Challenge { salt: bad.into(), ..challenge("2") }).is_err());
        }
        assert!(attempt(&Challenge { secret_block: SecretBlock::new("%%"), ..challenge("2") }).is_err());
    }

    #[test]
    fn timestamps_are_in_cognitos_form() {
        for (seconds, text) in [
            (0, "Thu Jan 1 00:00:00 UTC 1970"),
            (951_782_399, "Mon Feb 28 23:59:59 UTC 2000"),
            (951_782_400, "Tue Feb 29 00:00:00 UTC 2000"),
            (1_735_689_599, "Tue Dec 31 23:59:59 UTC 2024"),
            (1_794_204_428, "Mon Nov 9 06:07:08 UTC 2026"),
            (4_107_542_400, "Mon Mar 1 00:00:00 UTC 2100"),
        ] {
            assert_eq!(timestamp(seconds), text);
        }
    }

    #[test]
    fn padding_is_that_of_a_signed_big_integer() {
        for (hex, bytes) in [
            ("0", vec![0]),
            ("7f", vec![0x7f]),
            ("80", vec![0, 0x80]),
            ("8", vec![8]),
            ("abc", vec![0x0a, 0xbc]),
            ("00ff", vec![0, 0xff]),
            ("007f", vec![0x7f]),
        ] {
            assert_eq!(padded(hex), bytes, "{hex}");
        }
    }

    /// The pool's side of a device's sign-in, in a big-integer library: it has the verifier and its own
    /// secret exponent, and arrives at the signature without the password.
    struct DevicePool {
        verifier: num_bigint::BigUint,
        secret: num_bigint::BigUint,
    }

    impl DevicePool {
        fn new(verifier: &DeviceSecretVerifier, secret: u64) -> Self {
            let read = |text: &str| num_bigint::BigUint::from_bytes_be(&STANDARD.decode(text).unwrap());
            Self { verifier: read(&verifier.password_verifier), secret: secret.into() }
        }

        fn public(&self) -> num_bigint::BigUint {
            let (n, g, k) = (HostMath::read(N), HostMath::read(G), HostMath::read(&replay::k()));
            (k * &self.verifier + g.modpow(&self.secret, &n)) % n
        }

        fn signature(&self, group: &str, device: &str, client_public: &str, block: &[u8], timestamp: &str) -> String {
            let n = HostMath::read(N);
            let signed = |number: &num_bigint::BigUint| num_bigint::BigInt::from(number.clone()).to_signed_bytes_be();
            let a = HostMath::read(client_public);
            let u = num_bigint::BigUint::from_bytes_be(&sha256(&[&signed(&a), &signed(&self.public())]));
            let shared = (a * self.verifier.modpow(&u, &n)).modpow(&self.secret, &n);
            let key = hmac(&hmac(&signed(&u), &[&signed(&shared)]), &[b"Caldera Derived Key\x01"]);
            STANDARD.encode(hmac(&key[..16], &[group.as_bytes(), device.as_bytes(), block, timestamp.as_bytes()]))
        }
    }

    fn device_round_trip(random: [u8; SECRET_BYTES], server_secret: u64, wrong: bool) -> bool {
        let (group, device) = (DeviceGroupKey::new("-Ab1"), DeviceKey::new("us-east-1_0a1b2c3d"));
        let made = DeviceSecret::new(&HostMath, &group, &device, &random);
        let pool = DevicePool::new(&made.verifier, server_secret);
        let ephemeral = Ephemeral::new(&HostMath, &[9; SECRET_BYTES]);
        let challenge = Challenge {
            salt: to_hex(&STANDARD.decode(&made.verifier.salt).unwrap()),
            server_public: pool.public().to_str_radix(16),
            secret_block: SecretBlock::new("YmxvY2s="),
            user_id: device.as_str().into(),
        };
        let password = if wrong { DevicePassword::new("another") } else { made.password };
        let proof = prove_device(&HostMath, &group, &ephemeral, &challenge, &password, 0).unwrap();
        let expected =
            pool.signature(group.as_str(), device.as_str(), ephemeral.public_value(), b"block", &proof.timestamp);
        proof.signature == expected
    }

    #[test]
    fn a_device_is_known_by_its_password_and_by_no_other() {
        assert!(device_round_trip([3; SECRET_BYTES], 12_345, false));
        assert!(!device_round_trip([3; SECRET_BYTES], 12_345, true));
        // A salt of zeros, and one whose top bit is set.
        assert!(device_round_trip([0; SECRET_BYTES], 1, false));
        assert!(device_round_trip([0xff; SECRET_BYTES], u64::MAX, false));
    }

    #[test]
    fn a_devices_password_and_salt_are_made_of_different_random_bytes() {
        let random = std::array::from_fn(|i| i as u8);
        let made = DeviceSecret::new(&HostMath, &DeviceGroupKey::new("g"), &DeviceKey::new("d"), &random);
        assert_eq!(STANDARD.decode(made.password.as_str()).unwrap(), random[..40]);
        assert_eq!(STANDARD.decode(&made.verifier.salt).unwrap(), random[40..56]);
        assert!(!format!("{made:?}").contains(made.password.as_str()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, ..Default::default() })]

        #[test]
        fn every_device_is_recognised(bytes in proptest::collection::vec(any::<u8>(), SECRET_BYTES), secret in 1..u64::MAX) {
            prop_assert!(device_round_trip(bytes.try_into().unwrap(), secret, false));
        }
    }

    proptest! {
        #[test]
        fn padding_agrees_with_a_big_integer_library(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let hex = to_hex(&bytes);
            let expected = num_bigint::BigInt::from_bytes_be(num_bigint::Sign::Plus, &bytes).to_signed_bytes_be();
            prop_assert_eq!(padded(&hex), expected);
        }

        #[test]
        fn any_challenge_is_answered_or_refused(salt in ".{0,20}", public in ".{0,20}", block in ".{0,20}", user in ".{0,20}") {
            let _ = attempt(&Challenge { salt, server_public: public, secret_block: SecretBlock::new(block), user_id: user });
        }
    }
}
