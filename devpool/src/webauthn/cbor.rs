//! CBOR as authenticators write it.

use super::Flaw;
use coset::cbor::Value;
use coset::cbor::de::from_reader_with_recursion_limit;
use serde::de::DeserializeOwned;

/// CTAP2's canonical form allows four levels; some extensions go deeper.
const DEEPEST: usize = 16;

/// The one item that `bytes` consists of.
///
/// # Errors
/// `Malformed` if it is not such an item, or if more follows.
pub fn read_all<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, Flaw> {
    let item = read(&mut bytes)?;
    if bytes.is_empty() { Ok(item) } else { Err(Flaw::Malformed("CBOR with more behind it")) }
}

/// Takes the map off the front of `bytes`, as it is written.
///
/// # Errors
/// `Malformed` if there is none.
pub fn take_map<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], Flaw> {
    let all = *bytes;
    if !read::<Value>(bytes)?.is_map() {
        return Err(Flaw::Malformed("no CBOR map"));
    }
    Ok(&all[..all.len() - bytes.len()])
}

fn read<T: DeserializeOwned>(bytes: &mut &[u8]) -> Result<T, Flaw> {
    from_reader_with_recursion_limit(bytes, DEEPEST).map_err(|_| Flaw::Malformed("CBOR"))
}
