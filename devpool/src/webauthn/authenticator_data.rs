//! What the authenticator says it did: authenticator data (WebAuthn Level 3 §6.1) and the attestation object around
//! it (§6.5).

use super::{Aaguid, Flaw, RelyingParty, UserVerification, cbor};
use coset::cbor::Value;
use serde::Deserialize;
use sha2::{Digest, Sha256};

const USER_PRESENT: u8 = 1 << 0;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKUP_STATE: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;

/// What comes with a new credential: a statement about the authenticator that made it.
#[derive(Deserialize)]
pub struct AttestationObject {
    /// What the statement is written in.
    pub fmt: String,
    /// The statement.
    #[serde(rename = "attStmt")]
    pub statement: Value,
    #[serde(rename = "authData")]
    authenticator_data: Value,
}

impl AttestationObject {
    /// Reads one.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Flaw> {
        cbor::read_all(bytes)
    }

    /// The bytes that the statement is about.
    ///
    /// # Errors
    /// `Malformed` if they are not bytes.
    pub fn authenticator_data(&self) -> Result<&[u8], Flaw> {
        self.authenticator_data.as_bytes().map(Vec::as_slice).ok_or(Flaw::Malformed("authData"))
    }
}

/// Authenticator data.
pub struct AuthenticatorData {
    rp_id_hash: [u8; 32],
    flags: u8,
    /// How many times the authenticator signed; 0 with those that do not count.
    pub counter: u32,
    /// The new credential, at a registration.
    pub attested: Option<AttestedCredential>,
}

/// A new credential.
pub struct AttestedCredential {
    /// The authenticator's model.
    pub aaguid: Aaguid,
    /// The credential's id.
    pub id: Vec<u8>,
    /// Its public key, a COSE_Key.
    pub public_key: Vec<u8>,
}

impl AuthenticatorData {
    /// Reads all of it. Extensions are looked over and ignored: none was asked for.
    ///
    /// # Errors
    /// `Malformed` if something is missing, something is left, or the flags do not tell what is there.
    pub fn parse(bytes: &[u8]) -> Result<Self, Flaw> {
        let mut rest = bytes;
        let rp_id_hash = *take(&mut rest)?;
        let [flags] = *take(&mut rest)?;
        let counter = u32::from_be_bytes(*take(&mut rest)?);
        let attested = if flags & ATTESTED != 0 { Some(AttestedCredential::take(&mut rest)?) } else { None };
        if flags & EXTENSIONS != 0 {
            cbor::take_map(&mut rest)?;
        }
        if !rest.is_empty() {
            return Err(Flaw::Malformed("authenticator data with more behind it"));
        }
        Ok(Self { rp_id_hash, flags, counter, attested })
    }

    /// Steps 14 to 17 of §7.1, which are steps 15 to 18 of §7.2.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn verify(&self, rp: &RelyingParty) -> Result<(), Flaw> {
        if self.rp_id_hash != *Sha256::digest(&rp.id) {
            return Err(Flaw::RelyingParty);
        }
        if self.flags & USER_PRESENT == 0 {
            return Err(Flaw::UserPresence);
        }
        if rp.user_verification == UserVerification::Required && !self.user_verified() {
            return Err(Flaw::UserVerification);
        }
        if self.backup_state() && !self.backup_eligible() {
            return Err(Flaw::BackupState);
        }
        Ok(())
    }

    /// UV: by fingerprint, face, PIN or the like.
    pub fn user_verified(&self) -> bool {
        self.flags & USER_VERIFIED != 0
    }

    /// BE: the credential may come to be on several devices.
    pub fn backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }

    /// BS: it is kept somewhere else as well.
    pub fn backup_state(&self) -> bool {
        self.flags & BACKUP_STATE != 0
    }
}

impl AttestedCredential {
    fn take(rest: &mut &[u8]) -> Result<Self, Flaw> {
        let aaguid = Aaguid::from(*take(rest)?);
        let length = u16::from_be_bytes(*take(rest)?);
        let (id, behind) = rest.split_at_checked(usize::from(length)).ok_or(TOO_SHORT)?;
        *rest = behind;
        Ok(Self { aaguid, id: id.to_vec(), public_key: cbor::take_map(rest)?.to_vec() })
    }
}

const TOO_SHORT: Flaw = Flaw::Malformed("authenticator data that is too short");

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], Flaw> {
    let (taken, behind) = rest.split_first_chunk().ok_or(TOO_SHORT)?;
    *rest = behind;
    Ok(taken)
}
