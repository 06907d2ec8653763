//! A passkey provider and a browser, as far as WebAuthn goes, in memory. It writes its CBOR itself, so that it shares
//! nothing with the dev pool but the arithmetic of signatures.
//!
//! [`Authenticator::create`] and [`Authenticator::get`] answer the two kinds of options with drafts whose parts can
//! be spoilt one by one; signatures and hashes are made last, by [`Registration::json`] and [`Assertion::json`].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use getrandom::SysRng;
use p256::ecdsa;
use rsa::pkcs1v15;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// User present.
pub const UP: u8 = 0x01;
/// User verified.
pub const UV: u8 = 0x04;
/// Backup eligible.
pub const BE: u8 = 0x08;
/// Backup state.
pub const BS: u8 = 0x10;
/// Attested credential data included.
pub const AT: u8 = 0x40;
/// Extension data included.
pub const ED: u8 = 0x80;

/// Making one takes a second or so; one is enough for a test program.
static RSA: LazyLock<rsa::PrivateKey> = LazyLock::new(|| rsa::PrivateKey::new(&mut SysRng, 2048).unwrap());

/// What a passkey signs with.
#[derive(Clone)]
pub enum Key {
    Es256(ecdsa::SigningKey),
    Rs256(pkcs1v15::SigningKey<Sha256>),
}

impl Key {
    pub fn es256() -> Self {
        let mut scalar = [0; 32];
        getrandom::fill(&mut scalar).unwrap();
        // One number in four thousand million is too large; halving leaves none.
        scalar[0] >>= 1;
        Self::Es256(ecdsa::SigningKey::from_slice(&scalar).unwrap())
    }

    /// The same key each time within one test program.
    pub fn rs256() -> Self {
        Self::Rs256(pkcs1v15::SigningKey::new(RSA.clone()))
    }

    pub fn algorithm(&self) -> i64 {
        match self {
            Self::Es256(_) => -7,
            Self::Rs256(_) => -257,
        }
    }

    /// The public key as COSE_Key.
    pub fn cose(&self) -> Vec<u8> {
        match self {
            Self::Es256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                cose_ec2(-7, 1, &point.as_bytes()[1..33], &point.as_bytes()[33..])
            }
            Self::Rs256(_) => cose_rsa(&RSA.n_bytes(), &RSA.e_bytes()),
        }
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(key) => ecdsa::Signature::to_der(&key.sign(message)).as_bytes().to_vec(),
            Self::Rs256(key) => key.sign(message).to_vec(),
        }
    }
}

/// A COSE_Key on an elliptic curve.
pub fn cose_ec2(algorithm: i64, curve: i64, x: &[u8], y: &[u8]) -> Vec<u8> {
    cbor_map(&[
        (cbor_int(1), cbor_int(2)),
        (cbor_int(3), cbor_int(algorithm)),
        (cbor_int(-1), cbor_int(curve)),
        (cbor_int(-2), cbor_bytes(x)),
        (cbor_int(-3), cbor_bytes(y)),
    ])
}

/// A COSE_Key of RSA, for RS256.
pub fn cose_rsa(n: &[u8], e: &[u8]) -> Vec<u8> {
    cbor_map(&[
        (cbor_int(1), cbor_int(3)),
        (cbor_int(3), cbor_int(-257)),
        (cbor_int(-1), cbor_bytes(n)),
        (cbor_int(-2), cbor_bytes(e)),
    ])
}

fn cbor_head(major: u8, number: u64) -> Vec<u8> {
    let major = major << 5;
    match number {
        0..24 => vec![major | number as u8],
        24..0x100 => vec![major | 24, number as u8],
        0x100..0x1_0000 => [&[major | 25], &(number as u16).to_be_bytes()[..]].concat(),
        _ => [&[major | 26], &(number as u32).to_be_bytes()[..]].concat(),
    }
}

/// A CBOR integer.
pub fn cbor_int(number: i64) -> Vec<u8> {
    if number < 0 { cbor_head(1, (-1 - number) as u64) } else { cbor_head(0, number as u64) }
}

/// A CBOR byte string.
pub fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    [cbor_head(2, bytes.len() as u64), bytes.to_vec()].concat()
}

/// A CBOR text string.
pub fn cbor_text(text: &str) -> Vec<u8> {
    [cbor_head(3, text.len() as u64), text.as_bytes().to_vec()].concat()
}

/// A CBOR array of what is CBOR already.
pub fn cbor_array(items: &[Vec<u8>]) -> Vec<u8> {
    [cbor_head(4, items.len() as u64), items.concat()].concat()
}

/// A CBOR map of what is CBOR already, in the order given.
pub fn cbor_map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut map = cbor_head(5, entries.len() as u64);
    for (key, value) in entries {
        map.extend([&key[..], value].concat());
    }
    map
}

/// Authenticator data, in parts.
#[derive(Clone)]
pub struct AuthenticatorData {
    pub rp_id: String,
    /// AT is for the caller to set, as all flags are.
    pub flags: u8,
    pub counter: u32,
    /// AAGUID, length of the id, id and key.
    pub attested: Vec<u8>,
    /// A CBOR map, or nothing.
    pub extensions: Vec<u8>,
    /// What should not be there.
    pub trailing: Vec<u8>,
}

impl AuthenticatorData {
    pub fn bytes(&self) -> Vec<u8> {
        [
            &Sha256::digest(&self.rp_id)[..],
            &[self.flags],
            &self.counter.to_be_bytes(),
            &self.attested,
            &self.extensions,
            &self.trailing,
        ]
        .concat()
    }
}

/// `attestedCredentialData`.
pub fn attested(aaguid: [u8; 16], id: &[u8], cose: &[u8]) -> Vec<u8> {
    [&aaguid[..], &(id.len() as u16).to_be_bytes(), id, cose].concat()
}

/// One passkey in its authenticator. Flags and counter are what the next use will say.
#[derive(Clone)]
pub struct Authenticator {
    pub key: Key,
    pub credential_id: Vec<u8>,
    pub aaguid: [u8; 16],
    pub rp_id: String,
    pub user_handle: Vec<u8>,
    pub flags: u8,
    pub counter: u32,
}

/// What a browser and an authenticator make of `navigator.credentials.create()`, unsigned.
#[derive(Clone)]
pub struct Registration {
    pub key: Key,
    pub id: Vec<u8>,
    pub client_data: Value,
    pub data: AuthenticatorData,
    pub format: &'static str,
    /// CBOR; if absent, what fits the format `packed` or `none`.
    pub statement: Option<Vec<u8>>,
    /// Behind the attestation object.
    pub trailing: Vec<u8>,
}

/// What they make of `navigator.credentials.get()`, unsigned.
#[derive(Clone)]
pub struct Assertion {
    pub key: Key,
    pub id: Vec<u8>,
    pub client_data: Value,
    pub data: AuthenticatorData,
    pub user_handle: Option<Vec<u8>>,
}

impl Authenticator {
    /// Makes a passkey with this key for `options`, on a page of `origin`: user verified, backed up, counting from 1.
    pub fn create(options: &Value, origin: &str, key: Key) -> (Self, Registration) {
        let mut credential_id = vec![0; 20];
        getrandom::fill(&mut credential_id).unwrap();
        let authenticator = Self {
            key,
            credential_id,
            aaguid: *b"devpool-test-key",
            rp_id: options["rp"]["id"].as_str().unwrap().to_owned(),
            user_handle: decode(options["user"]["id"].as_str().unwrap()),
            flags: UP | UV | BE | BS,
            counter: 1,
        };
        let registration = authenticator.register(options, origin);
        (authenticator, registration)
    }

    fn register(&self, options: &Value, origin: &str) -> Registration {
        let data = AuthenticatorData {
            flags: self.flags | AT,
            attested: attested(self.aaguid, &self.credential_id, &self.key.cose()),
            ..self.data()
        };
        Registration {
            key: self.key.clone(),
            id: self.credential_id.clone(),
            client_data: client_data("webauthn.create", options, origin),
            data,
            format: "none",
            statement: None,
            trailing: Vec::new(),
        }
    }

    /// Uses the passkey for `options` on a page of `origin`; the counter goes up by one.
    pub fn get(&mut self, options: &Value, origin: &str) -> Assertion {
        self.counter += 1;
        Assertion {
            key: self.key.clone(),
            id: self.credential_id.clone(),
            client_data: client_data("webauthn.get", options, origin),
            data: self.data(),
            user_handle: Some(self.user_handle.clone()),
        }
    }

    fn data(&self) -> AuthenticatorData {
        AuthenticatorData {
            rp_id: self.rp_id.clone(),
            flags: self.flags,
            counter: self.counter,
            attested: Vec::new(),
            extensions: Vec::new(),
            trailing: Vec::new(),
        }
    }
}

impl Registration {
    pub fn attestation_object(&self) -> Vec<u8> {
        let data = self.data.bytes();
        let statement = self.statement.clone().unwrap_or_else(|| match self.format {
            "packed" => {
                let signature = self.key.sign(&signed(&data, &self.client_data));
                cbor_map(&[
                    (cbor_text("alg"), cbor_int(self.key.algorithm())),
                    (cbor_text("sig"), cbor_bytes(&signature)),
                ])
            }
            _ => cbor_map(&[]),
        });
        let object = cbor_map(&[
            (cbor_text("fmt"), cbor_text(self.format)),
            (cbor_text("attStmt"), statement),
            (cbor_text("authData"), cbor_bytes(&data)),
        ]);
        [object, self.trailing.clone()].concat()
    }

    /// The `RegistrationResponseJSON`.
    pub fn json(&self) -> Value {
        let response = json!({
            "clientDataJSON": encode(self.client_data.to_string().as_bytes()),
            "attestationObject": encode(&self.attestation_object()),
            "transports": ["hybrid", "internal"],
        });
        credential(&self.id, &response)
    }
}

impl Assertion {
    /// The `AuthenticationResponseJSON`.
    pub fn json(&self) -> Value {
        let data = self.data.bytes();
        let response = json!({
            "clientDataJSON": encode(self.client_data.to_string().as_bytes()),
            "authenticatorData": encode(&data),
            "signature": encode(&self.key.sign(&signed(&data, &self.client_data))),
            "userHandle": self.user_handle.as_deref().map(encode),
        });
        credential(&self.id, &response)
    }
}

/// What both answers have in common (§5.1).
fn credential(id: &[u8], response: &Value) -> Value {
    json!({
        "id": encode(id),
        "rawId": encode(id),
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "clientExtensionResults": {},
        "response": response,
    })
}

fn client_data(kind: &str, options: &Value, origin: &str) -> Value {
    json!({ "type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false })
}

fn signed(data: &[u8], client_data: &Value) -> Vec<u8> {
    [data, &Sha256::digest(client_data.to_string())].concat()
}

/// base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of base64url without padding.
pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}
