//! RS256 tokens: the pool's key, signing, checking, and the key set that others check with.

use crate::random;
use crate::srp::same;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use getrandom::SysRng;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::signature::{RandomizedSigner, SignatureEncoding, Verifier as _};
use rsa::traits::PublicKeyParts;
use rsa::{PrivateKey, PublicKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt;

/// The claims of a token.
pub type Claims = Map<String, Value>;

/// The pool's RSA key. It is made at the first start, kept in the state file and worth nothing elsewhere.
pub struct Key {
    signing: SigningKey<Sha256>,
    verifying: VerifyingKey<Sha256>,
    public: PublicKey,
    id: String,
    pem: String,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A key that could not be made, read or used.
#[derive(Debug)]
pub struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeyError {}

impl Key {
    /// Makes a new 2048-bit key.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        let key = PrivateKey::new(&mut SysRng, 2048).map_err(|e| KeyError(e.to_string()))?;
        Self::from_private(key)
    }

    /// Reads a key from PKCS#8 PEM.
    ///
    /// # Errors
    /// If the text is not such a key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key = PrivateKey::from_pkcs8_pem(pem).map_err(|e| KeyError(e.to_string()))?;
        Self::from_private(key)
    }

    fn from_private(key: PrivateKey) -> Result<Self, KeyError> {
        let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|e| KeyError(e.to_string()))?.to_string();
        let public = key.to_public_key();
        let id = URL_SAFE_NO_PAD.encode(Sha256::digest(public.n_bytes()));
        Ok(Self { signing: SigningKey::new(key), verifying: VerifyingKey::new(public.clone()), public, id, pem })
    }

    /// PKCS#8 PEM, for the state file.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The JSON Web Key Set to be served at `/.well-known/jwks.json`.
    pub fn jwks(&self) -> Value {
        json!({ "keys": [{
            "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(self.public.e_bytes()),
            "kid": self.id,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(self.public.n_bytes()),
            "use": "sig",
        }] })
    }

    /// Signs claims.
    ///
    /// # Errors
    /// If the operating system gives no randomness for blinding.
    pub fn sign(&self, claims: &Claims) -> Result<String, KeyError> {
        let header = json!({ "kid": self.id, "alg": "RS256" });
        let claims = Value::from(claims.clone());
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature =
            self.signing.try_sign_with_rng(&mut SysRng, signed.as_bytes()).map_err(|e| KeyError(e.to_string()))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
    }

    /// The claims of a token that this key signed with RS256. Times and uses are for the caller to check.
    pub fn verify(&self, token: &str) -> Result<Claims, TokenFlaw> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenFlaw::NotAToken)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenFlaw::NotAToken)?;
        let header = decode_object(header)?;
        let claims = decode_object(payload)?;
        let alg = header.get("alg").and_then(Value::as_str);
        let kid = header.get("kid").and_then(Value::as_str).unwrap_or_default();
        // The algorithm is ours to choose, never the token's: "none" and HMAC with the public key end here.
        if alg != Some("RS256") || !same(kid.as_bytes(), self.id.as_bytes()) {
            return Err(TokenFlaw::Forged);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenFlaw::NotAToken)?;
        let signature = Signature::try_from(&signature[..]).map_err(|_| TokenFlaw::Forged)?;
        self.verifying.verify(signed.as_bytes(), &signature).map_err(|_| TokenFlaw::Forged)?;
        Ok(claims)
    }
}

/// Why a token is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFlaw {
    /// It has not the form of a signed token.
    NotAToken,
    /// Another key, another algorithm, or changed after signing.
    Forged,
}

fn decode_object(part: &str) -> Result<Claims, TokenFlaw> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFlaw::NotAToken)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenFlaw::NotAToken)
}

/// An opaque refresh token with the outward form of Cognito's: five base64url parts, some 1.7 kB.
pub fn opaque_refresh_token() -> String {
    let header = json!({ "cty": "JWT", "enc": "A256GCM", "alg": "RSA-OAEP" });
    [
        URL_SAFE_NO_PAD.encode(header.to_string()),
        random::base64url(256),
        random::base64url(12),
        random::base64url(920),
        random::base64url(16),
    ]
    .join(".")
}

/// Under what name a refresh token is kept: its SHA-256, so that the state file contains no token.
pub fn fingerprint(token: &str) -> String {
    random::hex(&Sha256::digest(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    static KEY: LazyLock<Key> = LazyLock::new(|| Key::generate().unwrap());

    fn claims() -> Claims {
        Claims::from_iter([("sub".to_owned(), json!("me"))])
    }

    #[test]
    fn what_it_signs_it_accepts() {
        let token = KEY.sign(&claims()).unwrap();
        assert_eq!(KEY.verify(&token), Ok(claims()));
        let read = Key::from_pem(KEY.pem()).unwrap();
        assert_eq!(read.verify(&token), Ok(claims()));
        assert_eq!(read.jwks(), KEY.jwks());
    }

    #[test]
    fn forged_tokens_are_refused() {
        let token = KEY.sign(&claims()).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let other_claims = format!("{}.{}.{}", parts[0], encode(json!({"sub": "you"})), parts[2]);
        assert_eq!(KEY.verify(&other_claims), Err(TokenFlaw::Forged));
        let none = format!("{}.{}.", encode(json!({"alg": "none", "kid": KEY.id})), parts[1]);
        assert_eq!(KEY.verify(&none), Err(TokenFlaw::Forged));
        let symmetric = encode(json!({"alg": "HS256", "kid": KEY.id}));
        let forged = format!("{symmetric}.{}.{}", parts[1], parts[2]);
        assert_eq!(KEY.verify(&forged), Err(TokenFlaw::Forged));
        for bad in ["", "a", "a.b", "a.b.c", "....", "é.é.é"] {
            assert_eq!(KEY.verify(bad), Err(TokenFlaw::NotAToken), "{bad}");
        }
        let foreign = Key::generate().unwrap().sign(&claims()).unwrap();
        assert_eq!(KEY.verify(&foreign), Err(TokenFlaw::Forged));
    }

    #[test]
    fn a_refresh_token_looks_like_one() {
        let token = opaque_refresh_token();
        assert!(token.starts_with("eyJ") && token.split('.').count() == 5);
        assert!(token.len() > 1500 && token.len() < 2048);
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)));
        assert!(!format!("{:?}", *KEY).contains("PRIVATE"));
    }
}
