//! AWS Security Token Service: whose credentials these are.
//!
//! Source: the AWS STS API Reference, `GetCallerIdentity` and "Common Errors".

use super::sigv4::{Request, Scope, sign};
use super::xml;
use crate::cognito::{error::Fault, operations::Credentials};
use std::fmt;

const SERVICE: &str = "sts";
const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";
const GET_CALLER_IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// A POST that is signed: it is good for some minutes, for one service in one region.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// The absolute URL.
    pub url: String,
    /// All headers but those that browsers send by themselves, names in lower case. They hold the session token and the
    /// signature: not for logs.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: &'static str,
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedRequest([redacted])")
    }
}

/// `GetCallerIdentity`, which any credentials may call. `endpoint` is [`Endpoints::sts`] and `region` that of the
/// identity pool; `time` is in seconds since 1970, by AWS's clock as far as it is known.
///
/// [`Endpoints::sts`]: crate::cognito::client::Endpoints::sts
pub fn get_caller_identity(endpoint: &str, region: &str, credentials: &Credentials, time: u64) -> SignedRequest {
    let content_type = ("content-type", CONTENT_TYPE);
    let request = Request {
        method: "POST",
        url: endpoint,
        headers: &[content_type],
        body: GET_CALLER_IDENTITY.as_bytes(),
        content_hash: false,
    };
    let mut headers = sign(&request, credentials, Scope { region, service: SERVICE }, time);
    headers.push((content_type.0, content_type.1.to_owned()));
    SignedRequest { url: endpoint.to_owned(), headers, body: GET_CALLER_IDENTITY }
}

/// Whose credentials they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The role's unique id and the session's name: `AROAEXAMPLE:CognitoIdentityCredentials`.
    pub user_id: String,
    /// The AWS account, twelve digits.
    pub account: String,
    /// `arn:aws:sts::123456789012:assumed-role/NAME/CognitoIdentityCredentials`
    pub arn: String,
}

impl CallerIdentity {
    /// Reads the answer to [`get_caller_identity`].
    ///
    /// # Errors
    /// See [`Error`].
    pub fn read(status: u16, body: &str) -> Result<Self, Error> {
        if !(200..300).contains(&status) {
            return Err(Error::read(status, body));
        }
        let text = |name: &str| {
            xml::text(body, &["GetCallerIdentityResponse", "GetCallerIdentityResult", name])
                .filter(|text| (1..=2048).contains(&text.len()) && !text.bytes().any(|b| b.is_ascii_control()))
                .ok_or(Error::Fault(Fault::Garbled))
        };
        let identity = Self { user_id: text("UserId")?, account: text("Account")?, arn: text("Arn")? };
        let fits = identity.account.bytes().all(|b| b.is_ascii_digit()) && identity.arn.starts_with("arn:");
        if fits { Ok(identity) } else { Err(Error::Fault(Fault::Garbled)) }
    }
}

/// Why STS did not say whose credentials they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Error {
    /// The credentials are over their time.
    Expired,
    /// AWS does not know the credentials.
    InvalidClientToken,
    /// The signature does not fit the request: a secret key that belongs to another access key, or a mistake of ours.
    SignatureMismatch,
    /// This machine's clock and AWS's are too far apart.
    ClockOff,
    /// Another error of STS's.
    Other,
    /// No usable answer, or too many requests.
    Fault(Fault),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Error {
    /// The text behind the name is read only to tell a wrong clock, and goes no further.
    fn read(status: u16, body: &str) -> Self {
        let text = |name: &str| xml::text(body, &["ErrorResponse", "Error", name]);
        let Some(code) = text("Code") else { return Self::Fault(Fault::of_status(status)) };
        match code.strip_suffix("Exception").unwrap_or(&code) {
            "ExpiredToken" => Self::Expired,
            "InvalidClientTokenId" | "UnrecognizedClient" => Self::InvalidClientToken,
            "SignatureDoesNotMatch" | "InvalidSignature" => match text("Message") {
                Some(message)
                    if message.starts_with("Signature expired") || message.starts_with("Signature not yet current") =>
                {
                    Self::ClockOff
                }
                _ => Self::SignatureMismatch,
            },
            "RequestExpired" => Self::ClockOff,
            "Throttling" | "TooManyRequests" | "RequestLimitExceeded" => Self::Fault(Fault::Throttled),
            "ServiceUnavailable" | "InternalFailure" => Self::Fault(Fault::ServerDown),
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::types::{AwsSecretKey, AwsSessionToken, Timestamp};
    use proptest::prelude::*;

    fn credentials() -> Credentials {
        Credentials {
            access_key_id: "ASIAEXAMPLE".into(),
            secret_key: AwsSecretKey::new("hunter2-key"),
            session_token: AwsSessionToken::new("hunter2-token"),
            expiration: Timestamp::from(0.0),
        }
    }

    #[test]
    fn the_request_is_whole() {
        let request = get_caller_identity("https://sts.us-east-1.amazonaws.com/", "us-east-1", &credentials(), 0);
        assert_eq!(request.url, "https://sts.us-east-1.amazonaws.com/");
        let header = |name: &str| {
            let found: Vec<_> = request.headers.iter().filter(|(known, _)| *known == name).collect();
            assert_eq!(found.len(), 1, "{name}");
            found[0].1.as_str()
        };
        assert_eq!(header("content-type"), "application/x-www-form-urlencoded; charset=utf-8");
        assert_eq!(header("x-amz-date"), "19700101T000000Z");
        assert_eq!(header("x-amz-security-token"), "hunter2-token");
        assert!(header("authorization").starts_with(
            "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/19700101/us-east-1/sts/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature="
        ));
        assert_eq!(request.headers.len(), 4);
        assert!(!format!("{request:?}").contains("hunter2"));
    }

    fn answer(user_id: &str, account: &str, arn: &str) -> String {
        format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  \
             <GetCallerIdentityResult>\n    <Arn>{arn}</Arn>\n    <UserId>{user_id}</UserId>\n    \
             <Account>{account}</Account>\n  </GetCallerIdentityResult>\n  <ResponseMetadata>\n    \
             <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>\n  </ResponseMetadata>\n\
             </GetCallerIdentityResponse>\n"
        )
    }

    const ARN: &str = "arn:aws:sts::123456789012:assumed-role/Guests/CognitoIdentityCredentials";

    #[test]
    fn an_answer_says_who_it_is() {
        let read = CallerIdentity::read(200, &answer("AROAEXAMPLE:CognitoIdentityCredentials", "123456789012", ARN));
        assert_eq!(
            read,
            Ok(CallerIdentity {
                user_id: "AROAEXAMPLE:CognitoIdentityCredentials".into(),
                account: "123456789012".into(),
                arn: ARN.into(),
            })
        );
    }

    #[test]
    fn an_answer_that_says_nothing_usable_is_garbled() {
        for body in [
            String::new(),
            "{}".into(),
            "<html><body>Sign in to the network</body></html>".into(),
            answer("", "123456789012", ARN),
            answer("a", "12345678901x", ARN),
            answer("a", "123456789012", "x"),
            answer("a\u{7}b", "123456789012", ARN),
            answer(&"x".repeat(3000), "123456789012", ARN),
            answer("a", "123456789012", ARN).replace("Arn>", "arn>"),
            answer("a", "123456789012", ARN)[..200].to_owned(),
        ] {
            assert_eq!(CallerIdentity::read(200, &body), Err(Error::Fault(Fault::Garbled)), "{body}");
        }
    }

    fn refusal(code: &str, message: &str) -> String {
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    \
             <Type>Sender</Type>\n    <Code>{code}</Code>\n    <Message>{message}</Message>\n  </Error>\n  \
             <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>\n</ErrorResponse>\n"
        )
    }

    #[test]
    fn refusals_are_told_apart() {
        for (code, message, error) in [
            ("ExpiredToken", "The security token included in the request is expired", Error::Expired),
            ("ExpiredTokenException", "", Error::Expired),
            (
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
                Error::InvalidClientToken,
            ),
            ("SignatureDoesNotMatch", "The request signature we calculated does not match", Error::SignatureMismatch),
            (
                "SignatureDoesNotMatch",
                "Signature expired: 20150830T123600Z is now earlier than 20150830T124500Z (20150830T130000Z - 15 min.)",
                Error::ClockOff,
            ),
            ("SignatureDoesNotMatch", "Signature not yet current: 20150830T123600Z is still later", Error::ClockOff),
            ("RequestExpired", "", Error::ClockOff),
            ("Throttling", "Rate exceeded", Error::Fault(Fault::Throttled)),
            ("ServiceUnavailable", "", Error::Fault(Fault::ServerDown)),
            ("InvalidAction", "Could not find operation", Error::Other),
            ("", "", Error::Other),
        ] {
            assert_eq!(CallerIdentity::read(403, &refusal(code, message)), Err(error), "{code}: {message}");
        }
    }

    #[test]
    fn what_is_no_answer_of_sts_is_a_fault() {
        for (status, body, fault) in [
            (403, "<html>Forbidden</html>", Fault::Blocked),
            (429, "", Fault::Throttled),
            (503, "<html>", Fault::ServerDown),
            (400, "{\"__type\":\"ExpiredToken\"}", Fault::Garbled),
            (302, "", Fault::Garbled),
            (0, "", Fault::Garbled),
        ] {
            assert_eq!(CallerIdentity::read(status, body), Err(Error::Fault(fault)), "{status} {body}");
        }
        // An answer that says yes with a refusal in it is none.
        assert_eq!(CallerIdentity::read(200, &refusal("ExpiredToken", "")), Err(Error::Fault(Fault::Garbled)));
    }

    proptest! {
        #[test]
        fn any_answer_is_read_without_harm(status in any::<u16>(), body in ".{0,200}", piece in ".{0,20}", at in 0..500usize) {
            let _ = CallerIdentity::read(status, &body);
            for mut body in [answer("a", "123456789012", ARN), refusal("ExpiredToken", "x")] {
                let at = at.min(body.len());
                body.insert_str(at, &piece);
                let _ = CallerIdentity::read(status, &body);
                let _ = CallerIdentity::read(status, &body[at..]);
            }
        }
    }
}
