//! Checks a Signature Version 4 in the header `Authorization`, from the service's side.
//!
//! Source: AWS's documentation, "Elements of an AWS API request signature" and "Create a signed AWS API request" in the
//! IAM User Guide. Texts of the errors are those that AWS's services answer with.

use crate::clock::Timestamp;
use crate::jwt::fingerprint;
use crate::pool::state::IssuedCredentials;
use crate::pool::{Pool, REGION};
use crate::random::hex;
use crate::srp::hmac;
use crate::wire::ApiError;
use axum::http::HeaderMap;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "sts";
const TERMINATOR: &str = "aws4_request";

/// How far the time of a request may be from the pool's.
const WINDOW_SECONDS: i64 = 15 * 60;

/// A request, as far as a signature can cover it.
#[derive(Debug)]
pub struct Signed<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path, as it came.
    pub path: &'a str,
    /// What stands behind `?`, as it came.
    pub query: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
}

impl Signed<'_> {
    /// The only value of a header, if it is text.
    fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).into_iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }
}

fn mismatch(message: impl Into<String>) -> ApiError {
    ApiError::new("SignatureDoesNotMatch", message.into()).with_status(403)
}

fn incomplete(message: impl Into<String>) -> ApiError {
    ApiError::new("IncompleteSignature", message.into())
}

fn invalid_token() -> ApiError {
    ApiError::new("InvalidClientTokenId", "The security token included in the request is invalid.").with_status(403)
}

/// What the header `Authorization` says.
#[derive(Debug, PartialEq, Eq)]
struct Authorization<'a> {
    access_key_id: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    terminator: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn read(text: &'a str) -> Result<Self, ApiError> {
        let (algorithm, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        if algorithm != ALGORITHM {
            return Err(incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}'. ")));
        }
        let parts: Vec<(&str, &str)> = rest.split(',').filter_map(|part| part.trim().split_once('=')).collect();
        let part = |name: &str| {
            let mut values = parts.iter().filter(|(found, _)| *found == name).map(|(_, value)| *value);
            let value = values.next().filter(|value| !value.is_empty() && values.next().is_none());
            value.ok_or_else(|| incomplete(format!("Authorization header requires '{name}' parameter. ")))
        };
        let (credential, signature, signed_headers) = (part("Credential")?, part("Signature")?, part("SignedHeaders")?);
        let scope: Vec<&str> = credential.split('/').collect();
        let [access_key_id, date, region, service, terminator] = scope[..] else {
            return Err(incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                                   keyid/date/region/service/term. ",
            ));
        };
        let signed_headers = signed_headers.split(';').collect();
        Ok(Self { access_key_id, date, region, service, terminator, signed_headers, signature })
    }

    /// Whether the credential is for this service, here and today.
    fn check_scope(&self, time: &str) -> Result<(), ApiError> {
        let mut wrong = String::new();
        if self.region != REGION {
            wrong.push_str(&format!("Credential should be scoped to a valid region, not '{}'. ", self.region));
        }
        if self.service != SERVICE {
            wrong.push_str(&format!("Credential should be scoped to correct service: '{SERVICE}'. "));
        }
        if self.terminator != TERMINATOR {
            wrong.push_str(&format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'. ",
                self.terminator
            ));
        }
        if !time.starts_with(self.date) || self.date.len() != 8 {
            wrong.push_str(&format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != \
                 '{}', from '{time}'. ",
                self.date,
                time.get(..8).unwrap_or(time)
            ));
        }
        if wrong.is_empty() { Ok(()) } else { Err(mismatch(wrong)) }
    }
}

/// Whose credentials a request was signed with.
///
/// # Errors
/// `MissingAuthenticationToken`, `IncompleteSignature`, `SignatureDoesNotMatch`, `InvalidClientTokenId`, `ExpiredToken`.
pub fn credentials(pool: &Pool, request: &Signed<'_>) -> Result<IssuedCredentials, ApiError> {
    let Some(authorization) = request.header("authorization") else {
        let message = "Request is missing Authentication Token";
        return Err(ApiError::new("MissingAuthenticationToken", message).with_status(403));
    };
    let authorization = Authorization::read(authorization)?;
    let time = request.header("x-amz-date").ok_or_else(|| {
        incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
    })?;
    let moment = Timestamp::from_basic(time).ok_or_else(|| {
        incomplete("Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601 ")
    })?;
    authorization.check_scope(time)?;
    check_time(time, moment, pool.now())?;
    // What the service goes by has to be covered.
    for (name, shown) in
        [("host", "Host"), ("x-amz-date", "X-Amz-Date"), ("x-amz-security-token", "X-Amz-Security-Token")]
    {
        if request.headers.contains_key(name) && !authorization.signed_headers.contains(&name) {
            return Err(mismatch(format!("'{shown}' must be a 'SignedHeader' in the AWS Authorization.")));
        }
    }

    let issued = pool.read(|state| state.credentials.get(authorization.access_key_id).cloned());
    let issued = issued.ok_or_else(invalid_token)?;
    let token = request.header("x-amz-security-token").ok_or_else(invalid_token)?;
    // Both sides are hashes, so how long the comparison takes says nothing about the token.
    if fingerprint(token) != issued.session_token {
        return Err(invalid_token());
    }
    if issued.expires <= pool.now() {
        let message = "The security token included in the request is expired";
        return Err(ApiError::new("ExpiredToken", message).with_status(403));
    }
    if !is_right(request, &authorization, time, &issued) {
        return Err(mismatch(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        ));
    }
    Ok(issued)
}

fn check_time(text: &str, moment: Timestamp, now: Timestamp) -> Result<(), ApiError> {
    let behind = now.seconds() - moment.seconds();
    let edge = |seconds: i64| Timestamp::from_millis((now.seconds() + seconds) * 1000).basic();
    if behind > WINDOW_SECONDS {
        return Err(mismatch(format!(
            "Signature expired: {text} is now earlier than {} ({} - 15 min.)",
            edge(-WINDOW_SECONDS),
            now.basic()
        )));
    }
    if -behind > WINDOW_SECONDS {
        return Err(mismatch(format!(
            "Signature not yet current: {text} is still later than {} ({} + 15 min.)",
            edge(WINDOW_SECONDS),
            now.basic()
        )));
    }
    Ok(())
}

/// Whether the signature is that of these credentials over this request.
fn is_right(request: &Signed<'_>, authorization: &Authorization<'_>, time: &str, issued: &IssuedCredentials) -> bool {
    let Some(canonical) = canonical_request(request, authorization) else {
        return false;
    };
    let Authorization { date, region, service, terminator, signature, .. } = authorization;
    let scope = format!("{date}/{region}/{service}/{terminator}");
    let string_to_sign = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));

    let secret = format!("AWS4{}", issued.secret_key);
    let key = [date, region, service, terminator]
        .iter()
        .fold(secret.into_bytes(), |key, part| hmac(&key, &[part.as_bytes()]).to_vec());
    let (Ok(given), Ok(mac)) = (HEXLOWER.decode(signature.as_bytes()), Hmac::<Sha256>::new_from_slice(&key)) else {
        return false;
    };
    // Compares in constant time.
    mac.chain_update(string_to_sign).verify_slice(&given).is_ok()
}

/// `None` if a header that was signed is not there, or the list of them is not in its form.
fn canonical_request(request: &Signed<'_>, authorization: &Authorization<'_>) -> Option<String> {
    let names = &authorization.signed_headers;
    if !names.is_sorted_by(|a, b| a < b) {
        return None;
    }
    let mut headers = String::new();
    for name in names {
        let values = request.headers.get_all(*name).into_iter();
        let values: Vec<String> = values
            .map(|value| Some(value.to_str().ok()?.split_ascii_whitespace().collect::<Vec<_>>().join(" ")))
            .collect::<Option<_>>()?;
        let is_lower_case = !name.bytes().any(|b| b.is_ascii_uppercase());
        if values.is_empty() || !is_lower_case {
            return None;
        }
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    let mut query = pairs(request.query);
    query.sort_unstable();
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Some(format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        request.method,
        // STS has no address but the root.
        request.path,
        query.join("&"),
        names.join(";"),
        hex(&Sha256::digest(request.body))
    ))
}

/// Names and values of a query that is encoded already.
fn pairs(query: &str) -> Vec<(&str, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn canonical_requests_are_in_aws_form() {
        let headers = headers(&[
            ("host", "example.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
            ("my-header1", "value4"),
            ("my-header1", " value1 "),
            ("my-header2", "\"a   b   c\""),
        ]);
        let request =
            Signed { method: "GET", path: "/", query: "Param1=value2&Param1=Value1", headers: &headers, body: b"" };
        let text = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                    SignedHeaders=host;my-header1;my-header2;x-amz-date, Signature=x";
        let authorization = Authorization::read(text).unwrap();
        assert_eq!(
            canonical_request(&request, &authorization).unwrap(),
            "GET\n/\nParam1=Value1&Param1=value2\nhost:example.amazonaws.com\nmy-header1:value4,value1\n\
             my-header2:\"a b c\"\nx-amz-date:20150830T123600Z\n\nhost;my-header1;my-header2;x-amz-date\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        for signed in ["host;other", "x-amz-date;host", "Host", "host;host"] {
            let authorization = Authorization { signed_headers: signed.split(';').collect(), ..clone(&authorization) };
            assert_eq!(canonical_request(&request, &authorization), None, "{signed}");
        }
    }

    fn clone<'a>(authorization: &Authorization<'a>) -> Authorization<'a> {
        Authorization { signed_headers: authorization.signed_headers.clone(), ..*authorization }
    }

    #[test]
    fn signatures_are_aws_own() {
        let headers = headers(&[
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("host", "iam.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
        ]);
        // The example of AWS's documentation.
        let request = Signed {
            method: "GET",
            path: "/",
            query: "Version=2010-05-08&Action=ListUsers",
            headers: &headers,
            body: b"",
        };
        let text = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
                    SignedHeaders=content-type;host;x-amz-date, \
                    Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        let issued = |secret_key: &str| IssuedCredentials {
            identity_id: String::new(),
            authenticated: false,
            secret_key: secret_key.to_owned(),
            session_token: String::new(),
            expires: Timestamp::from_millis(0),
        };
        let right = issued("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let is_right = |text: &str, issued: &IssuedCredentials| {
            super::is_right(&request, &Authorization::read(text).unwrap(), "20150830T123600Z", issued)
        };
        assert!(is_right(text, &right));
        assert!(!is_right(text, &issued("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")));
        for (old, new) in [("=5d", "=5e"), ("=5d", "=5D"), ("b5d7", "b5"), ("iam", "sts"), (";host", "")] {
            assert!(!is_right(&text.replace(old, new), &right), "{new}");
        }
    }

    #[test]
    fn authorizations_that_are_not_whole_are_refused() {
        for text in [
            "",
            "Bearer x",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=0",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=0",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0, Signature=1",
            "AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0",
        ] {
            assert_eq!(Authorization::read(text).unwrap_err().name(), "IncompleteSignature", "{text}");
        }
        assert!(Authorization::read("AWS4-HMAC-SHA256 Credential=a/b/c/d/e,SignedHeaders=host,Signature=0").is_ok());
    }
    proptest! {
        #[test]
        fn any_authorization_is_read_without_harm(
            text in "(AWS4-HMAC-SHA256 )?(Credential=|SignedHeaders=|Signature=|[a-zA-Z/;,= -]|.){0,40}",
            time in "[0-9TZ]{0,18}|.{0,18}",
        ) {
            let empty = HeaderMap::new();
            let request = Signed { method: "POST", path: "/", query: &text, headers: &empty, body: b"" };
            if let Ok(authorization) = Authorization::read(&text) {
                let _ = authorization.check_scope(&time);
                prop_assert_eq!(canonical_request(&request, &authorization), None, "no header is there");
            }
            if let Some(moment) = Timestamp::from_basic(&time) {
                prop_assert_eq!(moment.basic(), time);
            }
        }
    }
}
