//! The client's side of Cognito's SRP, written for the tests with num-bigint, which the dev pool does not use.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use num_bigint::{BigInt, BigUint, Sign};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::CLIENT;

/// A timestamp as clients write it.
pub const TIMESTAMP: &str = "Mon Nov 9 06:07:08 UTC 2026";

fn modulus() -> BigUint {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/srp.json")).unwrap();
    parse(vectors["N_hex"].as_str().unwrap())
}

fn parse(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).unwrap()
}

fn padded(number: &BigUint) -> Vec<u8> {
    BigInt::from_biguint(Sign::Plus, number.clone()).to_signed_bytes_be()
}

fn hash(parts: &[&[u8]]) -> BigUint {
    BigUint::from_bytes_be(&Sha256::digest(parts.concat()))
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// One sign-in attempt.
pub struct SrpClient {
    n: BigUint,
    a: BigUint,
    public: BigUint,
}

impl SrpClient {
    pub fn new() -> Self {
        let mut random = [0; 128];
        getrandom::fill(&mut random).unwrap();
        let n = modulus();
        let a = BigUint::from_bytes_be(&random);
        let public = BigUint::from(2_u8).modpow(&a, &n);
        Self { n, a, public }
    }

    pub fn public_hex(&self) -> String {
        self.public.to_str_radix(16)
    }

    /// A whole `RespondToAuthChallenge` request for a `PASSWORD_VERIFIER` challenge.
    pub fn answer(&self, challenge: &Value, password: &str) -> Value {
        let parameters = &challenge["ChallengeParameters"];
        let text = |name: &str| parameters[name].as_str().unwrap();
        let signature = self.signature(parameters, password, TIMESTAMP);
        json!({
            "ClientId": CLIENT,
            "ChallengeName": challenge["ChallengeName"],
            "Session": challenge["Session"],
            "ChallengeResponses": {
                "USERNAME": text("USER_ID_FOR_SRP"),
                "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"),
                "PASSWORD_CLAIM_SIGNATURE": signature,
                "TIMESTAMP": TIMESTAMP,
            },
        })
    }

    pub fn signature(&self, parameters: &Value, password: &str, timestamp: &str) -> String {
        let user = parameters["USER_ID_FOR_SRP"].as_str().unwrap();
        self.sign("Doorward1", user, parameters, password, timestamp)
    }

    /// The responses to a `DEVICE_PASSWORD_VERIFIER` challenge.
    pub fn device_responses(&self, challenge: &Value, group: &str, device: &str, password: &str) -> Value {
        let parameters = &challenge["ChallengeParameters"];
        json!({
            "DEVICE_KEY": device,
            "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": self.sign(group, device, parameters, password, TIMESTAMP),
            "TIMESTAMP": TIMESTAMP,
        })
    }

    /// `DeviceSecretVerifierConfig`.
    pub fn device_verifier(group: &str, device: &str, password: &str) -> Value {
        let salt = BigUint::from_bytes_be(&[0xa5; 16]);
        let inner = Sha256::digest(format!("{group}{device}:{password}"));
        let x = hash(&[&padded(&salt), &inner]);
        let v = BigUint::from(2_u8).modpow(&x, &modulus());
        json!({ "Salt": STANDARD.encode(padded(&salt)), "PasswordVerifier": STANDARD.encode(padded(&v)) })
    }

    fn sign(&self, pool: &str, user: &str, parameters: &Value, password: &str, timestamp: &str) -> String {
        let text = |name: &str| parameters[name].as_str().unwrap();
        let g = BigUint::from(2_u8);
        let k = hash(&[&padded(&self.n), &padded(&g)]);
        let b = parse(text("SRP_B"));
        let u = hash(&[&padded(&self.public), &padded(&b)]);
        let inner = Sha256::digest(format!("{pool}{user}:{password}"));
        let x = hash(&[&padded(&parse(text("SALT"))), &inner]);
        let power = k * g.modpow(&x, &self.n) % &self.n;
        let base = (b + &self.n - power) % &self.n;
        let shared = base.modpow(&(&self.a + &u * x), &self.n);
        let pseudorandom = hmac(&padded(&u), &padded(&shared));
        let key = hmac(&pseudorandom, b"Caldera Derived Key\x01");
        let block = STANDARD.decode(text("SECRET_BLOCK")).unwrap();
        let message = [pool.as_bytes(), user.as_bytes(), &block, timestamp.as_bytes()].concat();
        STANDARD.encode(hmac(&key[..16], &message))
    }
}
