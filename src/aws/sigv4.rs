//! Signature Version 4 in its header form: tells a service of AWS who sends a request, and keeps the request from
//! being changed on the way.
//!
//! Source: AWS's documentation, "Create a signed AWS API request" in the IAM User Guide.

use crate::cognito::{
    calendar::Moment,
    hash::{hmac, sha256},
    operations::Credentials,
};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What the scope of every credential ends in.
const TERMINATOR: &str = "aws4_request";

/// A request that is to be signed.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The absolute URL, encoded as it will go over the wire.
    pub url: &'a str,
    /// The headers that the signature is to cover beside its own ones and `host`, which the browser sends by itself.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body; not for logs.
    pub body: &'a [u8],
    /// Whether a header is to say what the body's hash is. S3 always gets it.
    pub content_hash: bool,
}

/// For whom a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The region, `us-east-1`.
    pub region: &'a str,
    /// The service's name in signatures, `sts`.
    pub service: &'a str,
}

/// The headers to add to the request, names in lower case. `time` is in seconds since 1970, by a clock that is at most
/// a few minutes off; `authorization` comes last. Credentials without a session token are those of a user of IAM.
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials,
    scope: Scope<'_>,
    time: u64,
) -> Vec<(&'static str, String)> {
    let time = timestamp(time);
    let date = &time[..8];
    let body_hash = hex(&sha256(&[request.body]));

    let mut added = vec![("x-amz-date", time.clone())];
    let token = credentials.session_token.as_str();
    if !token.is_empty() {
        added.push(("x-amz-security-token", token.to_owned()));
    }
    if request.content_hash || scope.service == "s3" {
        added.push(("x-amz-content-sha256", body_hash.clone()));
    }

    let Canonical { text, signed_headers } = canonical(request, &added, scope, &body_hash);
    let scope_text = [date, scope.region, scope.service, TERMINATOR].join("/");
    let to_sign = [ALGORITHM, &time, &scope_text, &hex(&sha256(&[text.as_bytes()]))].join("\n");
    // A key that is good for one day, one region and one service.
    let mut key = hmac(["AWS4", credentials.secret_key.as_str()].concat().as_bytes(), &[date.as_bytes()]);
    for part in [scope.region, scope.service, TERMINATOR, &to_sign] {
        key = hmac(&key, &[part.as_bytes()]);
    }
    let signature = hex(&key);
    let key_id = &credentials.access_key_id;
    let parts =
        [ALGORITHM, " Credential=", key_id, "/", &scope_text, ", SignedHeaders=", &signed_headers, ", Signature="];
    added.push(("authorization", [parts.concat(), signature].concat()));
    added
}

/// A request in the one form in which both sides see it.
struct Canonical {
    text: String,
    /// The names of the headers in it, with semicolons between them.
    signed_headers: String,
}

fn canonical(request: &Request<'_>, added: &[(&'static str, String)], scope: Scope<'_>, body_hash: &str) -> Canonical {
    let Target { host, path, query } = Target::of(request.url);
    let mut headers = vec![("host".to_owned(), host)];
    let added = added.iter().map(|(name, value)| (*name, value.as_str()));
    for (name, value) in request.headers.iter().copied().chain(added) {
        let (name, value) = (name.trim().to_ascii_lowercase(), without_spare_spaces(value));
        match headers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => {
                known.push(',');
                known.push_str(&value);
            }
            None => insert(&mut headers, (name, value)),
        }
    }
    let mut signed_headers = String::new();
    let mut lines = String::new();
    for (name, value) in &headers {
        if !signed_headers.is_empty() {
            signed_headers.push(';');
        }
        signed_headers.push_str(name);
        lines.extend([name, ":", value, "\n"]);
    }
    let path = if scope.service == "s3" { path_of_s3(path) } else { path_of_others(path) };
    let text = [request.method, &path, &canonical_query(query), &lines, &signed_headers, body_hash].join("\n");
    Canonical { text, signed_headers }
}

/// The parts of a URL that are signed.
struct Target<'a> {
    host: String,
    path: &'a str,
    query: &'a str,
}

impl<'a> Target<'a> {
    /// Of something that is no absolute URL it is nonsense, which no server would take.
    fn of(url: &'a str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let rest = rest.split('#').next().unwrap_or_default();
        let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = before.split_at(before.find('/').unwrap_or(before.len()));
        // Browsers leave the usual port out of the header `Host`.
        let usual_port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
        let host = authority.strip_suffix(usual_port).unwrap_or(authority).to_ascii_lowercase();
        Self { host, path, query }
    }
}

/// A header's value without white space around it, and with one space where there were several.
fn without_spare_spaces(value: &str) -> String {
    let mut words = value.split_ascii_whitespace();
    let mut text = words.next().unwrap_or_default().to_owned();
    for word in words {
        text.push(' ');
        text.push_str(word);
    }
    text
}

/// Puts a pair where it belongs in a sorted list.
fn insert(pairs: &mut Vec<(String, String)>, pair: (String, String)) {
    let at = pairs.partition_point(|known| *known <= pair);
    pairs.insert(at, pair);
}

/// A path without empty segments, `.` and `..` (RFC 3986 §5.2.4), each segment encoded once more than it was.
fn path_of_others(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut is_folder = true;
    for segment in path.split('/') {
        is_folder = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => _ = segments.pop(),
            segment => segments.push(segment),
        }
    }
    let mut text = String::new();
    for segment in &segments {
        text.push('/');
        encode(segment.as_bytes(), &mut text);
    }
    if is_folder || segments.is_empty() {
        text.push('/');
    }
    text
}

/// A path as it is: the name of an object may have anything in it. Encoded once.
fn path_of_s3(path: &str) -> String {
    let mut text = String::new();
    for segment in path.split('/').skip(1) {
        text.push('/');
        encode(&decoded(segment), &mut text);
    }
    if text.is_empty() {
        text.push('/');
    }
    text
}

/// Names and values, each encoded, sorted by both.
fn canonical_query(query: &str) -> String {
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let [name, value] = [name, value].map(|part| {
            let mut text = String::new();
            encode(&decoded(part), &mut text);
            text
        });
        insert(&mut pairs, (name, value));
    }
    let mut text = String::new();
    for (name, value) in &pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend([name, "=", value]);
    }
    text
}

/// Percent-encodes everything but letters, digits, `-`, `.`, `_` and `~`.
fn encode(bytes: &[u8], text: &mut String) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            push_hex(byte, b"0123456789ABCDEF", text);
        }
    }
}

/// Takes percent-encoding away; a `%` without two hex digits behind it stands for itself.
fn decoded(text: &str) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        push_hex(byte, b"0123456789abcdef", &mut text);
    }
    text
}

fn push_hex(byte: u8, digits: &[u8; 16], text: &mut String) {
    text.push(char::from(digits[usize::from(byte >> 4)]));
    text.push(char::from(digits[usize::from(byte & 15)]));
}

/// `20150830T123600Z`: ISO 8601 without separators.
fn timestamp(time: u64) -> String {
    let Moment { year, month, day, hour, minute, second, .. } = Moment::new(time);
    let mut text = String::with_capacity(16);
    // Four digits, whatever the year: what comes after 9999 is no time that anybody's clock shows.
    push_number(year % 10_000, 1000, &mut text);
    push_number(month, 10, &mut text);
    push_number(day, 10, &mut text);
    text.push('T');
    for part in [hour, minute, second] {
        push_number(part, 10, &mut text);
    }
    text.push('Z');
    text
}

/// Writes a number whose first digit stands for so many.
fn push_number(number: u64, mut unit: u64, text: &mut String) {
    while unit > 0 {
        text.push(char::from(b'0' + (number / unit % 10) as u8));
        unit /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::types::{AwsSecretKey, AwsSessionToken, Timestamp};
    use proptest::prelude::*;
    use serde::Deserialize;

    /// `tests/vectors/sigv4/README.md` says what this is.
    #[derive(Deserialize)]
    struct File {
        access_key_id: String,
        secret_key: AwsSecretKey,
        region: String,
        service: String,
        time: u64,
        vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        method: String,
        url: String,
        headers: Vec<(String, String)>,
        body: String,
        #[serde(default)]
        session_token: String,
        #[serde(default)]
        content_hash: bool,
        canonical: String,
        signature: String,
    }

    const FILES: [&str; 3] = [
        include_str!("../../tests/vectors/sigv4/signing-test-suite.json"),
        include_str!("../../tests/vectors/sigv4/iam-documentation.json"),
        include_str!("../../tests/vectors/sigv4/s3-documentation.json"),
    ];

    fn credentials(session_token: &str) -> Credentials {
        Credentials {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_key: AwsSecretKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            session_token: AwsSessionToken::new(session_token),
            expiration: Timestamp::from(0.0),
        }
    }

    #[test]
    fn every_vector_of_aws_gives_the_same_signature() {
        let mut checked = 0;
        for file in FILES {
            let file: File = serde_json::from_str(file).unwrap();
            let scope = Scope { region: &file.region, service: &file.service };
            for vector in &file.vectors {
                let name = &vector.name;
                let headers: Vec<_> =
                    vector.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let request = Request {
                    method: &vector.method,
                    url: &vector.url,
                    headers: &headers,
                    body: vector.body.as_bytes(),
                    content_hash: vector.content_hash,
                };
                let credentials = Credentials {
                    access_key_id: file.access_key_id.clone(),
                    secret_key: file.secret_key.clone(),
                    ..credentials(&vector.session_token)
                };
                let mut added = sign(&request, &credentials, scope, file.time);
                let (_, authorization) = added.pop().unwrap();
                let hash = hex(&sha256(&[vector.body.as_bytes()]));
                let Canonical { text, signed_headers } = canonical(&request, &added, scope, &hash);
                assert_eq!(text, vector.canonical, "{name}");
                assert_eq!(
                    authorization,
                    format!(
                        "AWS4-HMAC-SHA256 Credential={}/{}/{}/{}/aws4_request, SignedHeaders={signed_headers}, \
                         Signature={}",
                        file.access_key_id,
                        &timestamp(file.time)[..8],
                        file.region,
                        file.service,
                        vector.signature
                    ),
                    "{name}"
                );
                checked += 1;
            }
        }
        assert!(checked >= 41, "only {checked} vectors were found");
    }

    #[test]
    fn only_what_is_needed_is_added() {
        let request =
            Request { method: "GET", url: "https://example.test/", headers: &[], body: b"", content_hash: false };
        let names = |request: &Request<'_>, token: &str, service: &str| {
            let scope = Scope { region: "us-east-1", service };
            let added = sign(request, &credentials(token), scope, 0);
            added.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(names(&request, "", "sts"), ["x-amz-date", "authorization"]);
        assert_eq!(names(&request, "t", "sts"), ["x-amz-date", "x-amz-security-token", "authorization"]);
        let hashed = ["x-amz-date", "x-amz-content-sha256", "authorization"];
        assert_eq!(names(&Request { content_hash: true, ..request }, "", "sts"), hashed);
        assert_eq!(names(&request, "", "s3"), hashed);
    }

    #[test]
    fn the_host_is_the_one_that_browsers_send() {
        for (url, host, path, query) in [
            ("https://STS.us-east-1.amazonaws.com/", "sts.us-east-1.amazonaws.com", "/", ""),
            ("https://example.test", "example.test", "", ""),
            ("https://example.test?a=b", "example.test", "", "a=b"),
            ("https://example.test:443/a?b=/#c?d", "example.test", "/a", "b=/"),
            ("http://127.0.0.1:9229/", "127.0.0.1:9229", "/", ""),
            ("http://example.test:80/", "example.test", "/", ""),
            ("http://example.test:443/", "example.test:443", "/", ""),
            ("http://[::1]:9229/", "[::1]:9229", "/", ""),
        ] {
            let target = Target::of(url);
            assert_eq!((target.host.as_str(), target.path, target.query), (host, path, query), "{url}");
        }
    }

    #[test]
    fn paths_are_encoded_once_for_s3_and_twice_for_others() {
        for (path, others, s3) in [
            ("", "/", "/"),
            ("/a%20b/%2Fc", "/a%2520b/%252Fc", "/a%20b/%2Fc"),
            ("/a//b/./c/../d", "/a/b/d", "/a//b/./c/../d"),
            ("/a/b/..", "/a/", "/a/b/.."),
            ("/../..", "/", "/../.."),
            ("/%zz%4", "/%25zz%254", "/%25zz%254"),
            ("/%c3%a4", "/%25c3%25a4", "/%C3%A4"),
        ] {
            assert_eq!((path_of_others(path).as_str(), path_of_s3(path).as_str()), (others, s3), "{path}");
        }
    }

    #[test]
    fn queries_are_brought_into_one_form() {
        for (query, canonical) in [
            ("b=2&a=1&a=0&a", "a=&a=0&a=1&b=2"),
            ("a=%41%2b&%3D==", "%3D=%3D&a=A%2B"),
            ("&&a=b%&", "a=b%25"),
            ("A=1&a-=2&a=3", "A=1&a=3&a-=2"),
        ] {
            assert_eq!(canonical_query(query), canonical, "{query}");
        }
    }

    #[test]
    fn times_have_sixteen_characters() {
        assert_eq!(timestamp(0), "19700101T000000Z");
        assert_eq!(timestamp(1_440_938_160), "20150830T123600Z");
        assert_eq!(timestamp(u64::MAX).len(), 16);
    }

    proptest! {
        #[test]
        fn anything_can_be_signed(
            method in ".{0,9}", url in ".{0,60}", header in ".{0,9}", value in ".{0,40}", body in ".{0,20}",
            region in ".{0,9}", service in ".{0,9}|s3", token in ".{0,9}", time in any::<u64>(),
        ) {
            let request = Request {
                method: &method,
                url: &url,
                headers: &[(&header, &value)],
                body: body.as_bytes(),
                content_hash: true,
            };
            let added = sign(&request, &credentials(&token), Scope { region: &region, service: &service }, time);
            let (name, authorization) = added.last().unwrap();
            prop_assert_eq!(*name, "authorization");
            let (_, signature) = authorization.rsplit_once('=').unwrap();
            prop_assert!(signature.len() == 64 && signature.bytes().all(|b| b.is_ascii_hexdigit()));
        }

        #[test]
        fn a_path_that_browsers_send_stays_in_its_form(path in "(/[a-z%.~ ]{0,4}){0,6}") {
            // Encoded once more each time, but the same segments.
            let once = path_of_s3(&path);
            prop_assert_eq!(path_of_s3(&once), once);
        }
    }
}
