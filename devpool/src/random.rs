//! Randomness and the names made from it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Random bytes from the operating system.
///
/// # Panics
/// If the operating system has no randomness to give: nothing this program makes would be safe then.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Fills a buffer of any length; panics as [`bytes`] does.
pub fn fill(buffer: &mut [u8]) {
    if let Err(error) = getrandom::fill(buffer) {
        // There is no sensible way on without randomness, and no caller could do better than to stop.
        panic!("the operating system gives no random bytes: {error}");
    }
}

/// `length` random bytes in base64url without padding.
pub fn base64url(length: usize) -> String {
    let mut buffer = vec![0; length];
    fill(&mut buffer);
    URL_SAFE_NO_PAD.encode(buffer)
}

/// A random (version 4) UUID.
pub fn uuid() -> String {
    uuid_from(bytes())
}

/// Formats 16 bytes as a version 4 UUID.
pub fn uuid_from(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A code of so many digits, each as likely as any other.
pub fn digits(length: usize) -> String {
    from_alphabet(b"0123456789", length)
}

/// `length` random characters out of `alphabet`, which must not be empty and not longer than 256.
pub fn from_alphabet(alphabet: &[u8], length: usize) -> String {
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let [byte] = bytes::<1>();
        if usize::from(byte) < fair {
            text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
        }
    }
    text
}

/// Lower-case hexadecimal, two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_its_form() {
        assert_eq!(uuid_from([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid().len(), 36);
        assert_ne!(uuid(), uuid());
    }

    #[test]
    fn codes_have_as_many_digits_as_they_should() {
        for length in [6, 8] {
            let code = digits(length);
            assert!(code.len() == length && code.bytes().all(|b| b.is_ascii_digit()));
        }
    }

    #[test]
    fn letters_come_from_the_alphabet() {
        let text = from_alphabet(b"abc", 200);
        assert_eq!(text.len(), 200);
        assert!(text.bytes().all(|b| b"abc".contains(&b)));
    }
}
