//! What the browser says it did: `CollectedClientData` (WebAuthn Level 3 §5.8.1).

use super::{Flaw, RelyingParty, encode};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: Option<bool>,
    #[serde(default)]
    top_origin: Option<String>,
}

/// Steps 5 to 11 of §7.1, which are steps 8 to 14 of §7.2.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn verify(rp: &RelyingParty, r#type: &str, challenge: &[u8], json: &[u8]) -> Result<(), Flaw> {
    // "UTF-8 decode" takes a byte order mark away.
    let json = json.strip_prefix("\u{feff}".as_bytes()).unwrap_or(json);
    let data: ClientData = serde_json::from_slice(json).map_err(|_| Flaw::Malformed("clientDataJSON"))?;
    if data.r#type != r#type {
        return Err(Flaw::Type);
    }
    if data.challenge != encode(challenge) {
        return Err(Flaw::Challenge);
    }
    if !is_allowed(&data.origin, &rp.id) {
        return Err(Flaw::Origin);
    }
    // Nobody embeds the page that asks for a passkey.
    if data.cross_origin == Some(true) || data.top_origin.is_some() {
        return Err(Flaw::CrossOrigin);
    }
    Ok(())
}

/// Whether a page of this origin may use passkeys of this relying party: over https, or on this machine, at the
/// party's own host or one below it, on any port (§13.4.9).
fn is_allowed(origin: &str, rp_id: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let host = match authority.split_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok() => host,
        Some(_) => return false,
        None => authority,
    };
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
    };
    let within = |domain: &str| {
        host.strip_suffix(domain).is_some_and(|below| below.is_empty() || below.len() > 1 && below.ends_with('.'))
    };
    let secure = scheme == "https" || scheme == "http" && within("localhost");
    secure && !rp_id.is_empty() && within(rp_id) && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn origins_of_the_relying_party() {
        for (origin, rp_id) in [
            ("https://example.org", "example.org"),
            ("https://example.org:8443", "example.org"),
            ("https://login.example.org", "example.org"),
            ("https://a.b.example.org", "example.org"),
            ("https://localhost:9443", "localhost"),
            ("http://localhost", "localhost"),
            ("http://localhost:8080", "localhost"),
            ("http://app.localhost:8080", "localhost"),
            ("http://app.localhost:8080", "app.localhost"),
            ("https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            assert!(is_allowed(origin, rp_id), "{origin} for {rp_id}");
        }
    }

    #[test]
    fn all_other_origins() {
        for (origin, rp_id) in [
            ("http://example.org", "example.org"),
            ("http://localhost.example.org", "example.org"),
            ("http://notlocalhost", "notlocalhost"),
            ("https://example.com", "example.org"),
            ("https://org", "example.org"),
            ("https://notexample.org", "example.org"),
            ("https://example.org", "login.example.org"),
            ("https://.example.org", "example.org"),
            ("https://a..example.org", "example.org"),
            ("https://example.org.", "example.org"),
            ("https://example.org.evil.com", "example.org"),
            ("https://evil.com/.example.org", "example.org"),
            ("https://evil.com#.example.org", "example.org"),
            ("https://evil.com\\.example.org", "example.org"),
            ("https://evil.com@example.org", "example.org"),
            ("https://evil.com:443@example.org", "example.org"),
            ("https://example.org/", "example.org"),
            ("https://example.org:", "example.org"),
            ("https://example.org:+80", "example.org"),
            ("https://example.org:99999", "example.org"),
            ("https://example.org:80:80", "example.org"),
            ("https://EXAMPLE.ORG", "example.org"),
            ("HTTPS://example.org", "example.org"),
            ("ftp://localhost", "localhost"),
            ("//example.org", "example.org"),
            ("example.org", "example.org"),
            ("null", "example.org"),
            ("", "example.org"),
            ("https://", ""),
            ("https://example.org", ""),
            ("android:apk-key-hash:-sYXRdwJA3hvue3mKpYrOZ9zSPC7b4mbgzJmdZEDO5w", "example.org"),
        ] {
            assert!(!is_allowed(origin, rp_id), "{origin} for {rp_id}");
        }
    }
}
