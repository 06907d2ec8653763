//! RS256 for the `jsonwebtoken` crate, which leaves the cryptography to whoever uses it: here to ring, which is there for
//! TLS anyway. There is no other algorithm, so no token can ask for one. (In a program of yours the crate's feature
//! `rust_crypto` or `aws_lc_rs` can stand in for this file.)

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, new_error};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    verifier_factory,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Lets `jsonwebtoken` check signatures. It may be called as often as one likes; a provider that the program has chosen
/// before stays, which does no harm: the algorithm is pinned where signatures are checked.
pub fn install() {
    // The error says that there is one already.
    let _ = PROVIDER.install_default();
}

fn verifier_factory(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    match (algorithm, key.kind()) {
        (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
            Ok(Box::new(Rs256 { modulus: n.clone(), exponent: e.clone() }))
        }
        _ => Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    }
}

/// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3), for keys of 2048 to 8192 bits.
struct Rs256 {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl Verifier<Vec<u8>> for Rs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        RsaPublicKeyComponents { n: &self.modulus, e: &self.exponent }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}
