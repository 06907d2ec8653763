//! A pretend AWS Security Token Service: `GetCallerIdentity` for the credentials that the identity pool gives out, their
//! signature really checked. It speaks AWS's query protocol: a form comes in, XML goes out.

mod signature;

use crate::faults::{self, FaultKind};
use crate::pool::Pool;
use crate::random;
use crate::requests::Record;
use crate::server::{self, App};
use crate::wire::ApiError;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use signature::Signed;
use std::sync::Arc;
use std::time::Instant;

/// The one operation.
pub const GET_CALLER_IDENTITY: &str = "GetCallerIdentity";

/// What it can be refused with.
pub const ERRORS: [&str; 9] = [
    "ExpiredToken",
    "IncompleteSignature",
    "InternalFailure",
    "InvalidAction",
    "InvalidClientTokenId",
    "MissingAction",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "Throttling",
];

const VERSION: &str = "2011-06-15";
const ACCOUNT: &str = "123456789012";

/// The roles of the identity pool, with their unique ids.
const AUTHENTICATED: (&str, &str) = ("DoorwardAuthenticated", "AROADOORWARDSIGNEDIN0");
const UNAUTHENTICATED: (&str, &str) = ("DoorwardUnauthenticated", "AROADOORWARDGUEST0000");

/// What the identity pool calls the sessions of its roles.
const SESSION: &str = "CognitoIdentityCredentials";

/// Whether a `POST /` is meant for STS: a form, and no name of an operation in the headers.
pub fn is_meant(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    !headers.contains_key("x-amz-target") && essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Answers a request: faults, the log, and the work where it hurts nobody.
pub async fn serve(app: Arc<App>, request: Request) -> Response {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let body = server::read_body(body).await;
    let form = body.as_ref().map(|body| Form::read(body)).unwrap_or_default();
    let name = form.action.clone().unwrap_or_default();
    let id = app.requests().begin(Record::new(&name, None, app.pool.now()));

    let struck = app.faults().strike(&name, faults::chance);
    for fault in struck {
        app.requests().fault(id, &fault);
        let response = match fault {
            FaultKind::Error { name, message, status } => Some(refusal(&faults::as_error(name, message, status))),
            FaultKind::Garbage => Some(xml(StatusCode::OK, "<GetCallerIdentityResponse><GetCallerIdentityResu", "")),
            other => server::suffer(other).await,
        };
        if let Some(response) = response {
            server::finish(&app, id, &name, &response, None, started);
            return response;
        }
    }

    let outcome = match body {
        Ok(body) => {
            let app = Arc::clone(&app);
            server::run_blocking(move || answer(&app.pool, &form, &head, &body)).await
        }
        Err(error) => Err(error),
    };
    let (response, error) = match outcome {
        Ok(response) => (response, None),
        Err(error) => (refusal(&error), Some(error)),
    };
    server::finish(&app, id, &name, &response, error.as_ref().map(ApiError::name), started);
    response
}

/// What every form says.
#[derive(Debug, Default)]
struct Form {
    action: Option<String>,
    version: Option<String>,
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            match name.as_ref() {
                "Action" => form.action = Some(value.into_owned()),
                "Version" => form.version = Some(value.into_owned()),
                _ => {}
            }
        }
        form
    }
}

/// Finds the operation, then asks who is calling; that is the operation.
fn answer(pool: &Pool, form: &Form, head: &Parts, body: &Bytes) -> Result<Response, ApiError> {
    let Some(action) = &form.action else {
        return Err(ApiError::new("MissingAction", "The request is missing an action or a required parameter."));
    };
    let version = form.version.as_deref().unwrap_or("NO_VERSION_SPECIFIED");
    if action != GET_CALLER_IDENTITY || version != VERSION {
        return Err(ApiError::new("InvalidAction", format!("Could not find operation {action} for version {version}")));
    }
    let signed = Signed {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body,
    };
    let credentials = signature::credentials(pool, &signed)?;
    let (role, role_id) = if credentials.authenticated { AUTHENTICATED } else { UNAUTHENTICATED };
    let request_id = random::uuid();
    let text = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/{VERSION}/\">\n  \
         <GetCallerIdentityResult>\n    \
         <Arn>arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{SESSION}</Arn>\n    \
         <UserId>{role_id}:{SESSION}</UserId>\n    \
         <Account>{ACCOUNT}</Account>\n  \
         </GetCallerIdentityResult>\n  \
         <ResponseMetadata>\n    <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n\
         </GetCallerIdentityResponse>\n"
    );
    Ok(xml(StatusCode::OK, &text, &request_id))
}

/// An error in the form it has in the query protocol.
fn refusal(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let whose = if status.is_server_error() { "Receiver" } else { "Sender" };
    let (code, message) = (escaped(error.name()), escaped(error.message()));
    let request_id = random::uuid();
    let text = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/{VERSION}/\">\n  \
         <Error>\n    <Type>{whose}</Type>\n    <Code>{code}</Code>\n    <Message>{message}</Message>\n  </Error>\n  \
         <RequestId>{request_id}</RequestId>\n\
         </ErrorResponse>\n"
    );
    xml(status, &text, &request_id)
}

fn xml(status: StatusCode, text: &str, request_id: &str) -> Response {
    let mut response = (status, [(CONTENT_TYPE, "text/xml")], text.to_owned()).into_response();
    if let (false, Ok(id)) = (request_id.is_empty(), HeaderValue::from_str(request_id)) {
        response.headers_mut().insert(server::REQUEST_ID, id);
    }
    response
}

/// Text for XML, with what XML cannot hold replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            control if control.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_without_a_target_is_meant_for_sts() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
        };
        let form = ("content-type", "Application/x-www-form-urlencoded; charset=utf-8");
        assert!(is_meant(&headers(&[form])));
        assert!(!is_meant(&headers(&[form, ("x-amz-target", "AWSCognitoIdentityService.GetId")])));
        assert!(!is_meant(&headers(&[("content-type", "application/x-amz-json-1.1")])));
        assert!(!is_meant(&headers(&[])));
    }

    #[test]
    fn nothing_breaks_out_of_a_message() {
        assert_eq!(escaped("</Message>&\u{0}\u{ffff}ä"), "&lt;/Message&gt;&amp;\u{fffd}\u{fffd}ä");
    }

    #[test]
    fn the_ids_of_the_roles_have_the_length_of_real_ones() {
        for (_, id) in [AUTHENTICATED, UNAUTHENTICATED] {
            assert_eq!(id.len(), 21, "{id}");
        }
    }
}
