//! Calls an operation: JSON out, JSON in, every failure typed.

use super::error::{Error, ErrorKind, Fault, ServiceError};
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;

/// One operation of the public API, as its request.
///
/// Source: the AWS service model of `cognito-idp` and `cognito-identity`.
pub trait Operation: Serialize {
    /// The name in `X-Amz-Target` and in AWS's documentation.
    const NAME: &'static str;
    /// Which of the two services answers it.
    const SERVICE: Service = Service::UserPools;
    /// Whether an empty body is this operation's way of saying yes.
    const EMPTY_BODY: bool = false;
    /// What comes back.
    type Response: DeserializeOwned;
}

/// An operation without its types: what a request is sent to, and how its answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// See [`Operation::NAME`].
    pub name: &'static str,
    /// See [`Operation::SERVICE`].
    pub service: Service,
    /// See [`Operation::EMPTY_BODY`].
    pub empty_body: bool,
}

impl Target {
    /// Of this operation.
    pub const fn of<O: Operation>() -> Self {
        Self { name: O::NAME, service: O::SERVICE, empty_body: O::EMPTY_BODY }
    }
}

/// A request as JSON.
///
/// # Errors
/// [`Fault::Garbled`] if it cannot be written.
pub fn write<O: Operation>(operation: &O) -> Result<String, Error> {
    serde_json::to_string(operation).map_err(|_| Error::Fault(Fault::Garbled))
}

/// An operation's answer from JSON.
///
/// # Errors
/// [`Fault::Garbled`] if it is another text.
pub fn read<O: Operation>(answer: &str) -> Result<O::Response, Error> {
    serde_json::from_str(answer).map_err(|_| Error::Fault(Fault::Garbled))
}

/// The two services Doorward speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// `cognito-idp`: user pools.
    UserPools,
    /// `cognito-identity`: federated identities.
    IdentityPools,
}

impl Service {
    const fn target(self) -> &'static str {
        match self {
            Self::UserPools => "AWSCognitoIdentityProviderService",
            Self::IdentityPools => "AWSCognitoIdentityService",
        }
    }
}

/// A POST that a transport has to carry out. AWS JSON 1.1.
#[derive(Debug)]
pub struct HttpRequest<'a> {
    /// The absolute URL.
    pub url: &'a str,
    /// The value of `X-Amz-Target`.
    pub target: String,
    /// The JSON body. Not for logs: it can hold a password.
    pub body: String,
}

/// What came back.
#[derive(Debug)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// `X-Amzn-ErrorType`, which holds the error's name when the body does not.
    pub error_type: Option<String>,
    /// The body as text.
    pub body: String,
}

/// Carries a request over the network. Implemented by the browser room and by tests.
pub trait Transport {
    /// Posts with `Content-Type: application/x-amz-json-1.1` and `Cache-Control: no-store`.
    ///
    /// # Errors
    /// A [`Fault`] when no answer arrived: offline, refused, timed out, aborted.
    fn post(&self, request: HttpRequest<'_>) -> impl Future<Output = Result<HttpResponse, Fault>>;
}

impl<T: Transport> Transport for std::rc::Rc<T> {
    fn post(&self, request: HttpRequest<'_>) -> impl Future<Output = Result<HttpResponse, Fault>> {
        (**self).post(request)
    }
}

/// Where the services are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The user pool service, absolute URL.
    pub user_pools: String,
    /// The identity pool service, absolute URL.
    pub identity_pools: String,
    /// AWS STS in the identity pool's region, absolute URL; spoken to by `aws::sts`.
    pub sts: String,
}

/// Calls operations at the endpoints over a transport.
#[derive(Debug, Clone)]
pub struct Client<T> {
    endpoints: Endpoints,
    transport: T,
}

impl<T: Transport> Client<T> {
    /// A client for these endpoints.
    pub fn new(endpoints: Endpoints, transport: T) -> Self {
        Self { endpoints, transport }
    }

    /// Sends one operation and reads the answer.
    ///
    /// # Errors
    /// [`Error::Service`] with the error's name when Cognito answered with one; [`Error::Fault`]
    /// for everything that kept a sensible answer from arriving.
    pub async fn call<O: Operation>(&self, operation: &O) -> Result<O::Response, Error> {
        let answer = self.call_text(Target::of::<O>(), write(operation)?).await?;
        read::<O>(&answer)
    }

    /// The part of a call that is the same for all operations, and compiled once: JSON in, JSON out.
    ///
    /// # Errors
    /// As [`Client::call`], except that the answer has not been looked into.
    pub async fn call_text(&self, target: Target, body: String) -> Result<String, Error> {
        let Target { name, service, empty_body } = target;
        let url = match service {
            Service::UserPools => &self.endpoints.user_pools,
            Service::IdentityPools => &self.endpoints.identity_pools,
        };
        let request = HttpRequest { url, target: format!("{}.{name}", service.target()), body };
        let mut answer = accepted(self.transport.post(request).await?)?;
        if empty_body && answer.is_empty() {
            answer.push_str("{}");
        }
        Ok(answer)
    }
}

/// The body of an answer that says yes; everything else as a typed error.
fn accepted(response: HttpResponse) -> Result<String, Error> {
    let HttpResponse { status, error_type, body } = response;
    if (200..300).contains(&status) {
        return Ok(body);
    }
    // Not Implemented: what servers that are not AWS's say in many words.
    if status == 501 {
        return Err(Error::Service(ServiceError { kind: ErrorKind::UnsupportedOperation, reason: None }));
    }
    if let Some(error) = ServiceError::read(&body, error_type.as_deref()) {
        return Err(Error::Service(error));
    }
    Err(Error::Fault(Fault::of_status(status)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::operations::{DeleteUser, GlobalSignOut, Nothing};
    use crate::cognito::types::AccessToken;
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    /// Answers everything with the same.
    struct Always(u16, Option<&'static str>, String);

    impl Transport for Always {
        fn post(&self, _: HttpRequest<'_>) -> impl Future<Output = Result<HttpResponse, Fault>> {
            let Self(status, error_type, body) = self;
            let error_type = error_type.map(str::to_owned);
            std::future::ready(Ok(HttpResponse { status: *status, error_type, body: body.clone() }))
        }
    }

    fn call<O: Operation>(operation: &O, answer: Always) -> Result<O::Response, Error> {
        let pool = || "http://pool/".to_owned();
        let endpoints = Endpoints { user_pools: pool(), identity_pools: pool(), sts: pool() };
        let client = Client::new(endpoints, answer);
        match pin!(client.call(operation)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("waits for something"),
        }
    }

    fn answer(status: u16, body: &str) -> Result<Nothing, Error> {
        call(&GlobalSignOut::new(AccessToken::new("a")), Always(status, None, body.to_owned()))
    }

    #[test]
    fn an_empty_body_is_a_yes_only_where_it_is_said_to_be() {
        let delete = || DeleteUser::new(AccessToken::new("a"));
        assert!(call(&delete(), Always(200, None, String::new())).is_ok());
        assert!(call(&delete(), Always(200, None, "{}".into())).is_ok());
        assert!(call(&delete(), Always(200, None, "<html>".into())).is_err());
        assert!(answer(200, "").is_err());
    }

    #[test]
    fn every_way_an_answer_can_be_wrong_is_told_apart() {
        assert!(answer(200, "{}").is_ok());
        for (status, body, fault) in [
            (200, "", Fault::Garbled),
            (200, "<html>", Fault::Garbled),
            (200, "{\"a\":", Fault::Garbled),
            (403, "<html>Forbidden</html>", Fault::Blocked),
            (405, "", Fault::Blocked),
            (429, "", Fault::Throttled),
            (500, "", Fault::ServerDown),
            (503, "<html>", Fault::ServerDown),
            (400, "oops", Fault::Garbled),
            (302, "", Fault::Garbled),
        ] {
            match answer(status, body) {
                Err(Error::Fault(found)) => assert_eq!(found, fault, "{status} {body:?}"),
                other => panic!("{status} {body:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_name_of_an_error_is_found_wherever_aws_puts_it() {
        for body in [
            r#"{"__type":"CodeMismatchException","message":"x"}"#,
            r#"{"__type":"com.amazonaws.x#CodeMismatchException","Message":"x"}"#,
            r#"{"__type":"CodeMismatchException:http://x/"}"#,
            r#"{"code":"CodeMismatchException"}"#,
        ] {
            match answer(400, body) {
                Err(Error::Service(error)) => assert_eq!(error.kind, ErrorKind::CodeMismatch, "{body}"),
                other => panic!("{body}: {other:?}"),
            }
        }
        let from_header = call(
            &GlobalSignOut::new(AccessToken::new("a")),
            Always(400, Some("TooManyRequestsException:"), String::new()),
        );
        for body in ["", "<html>", r#"{"__type":"InternalFailure"}"#] {
            let error = answer(501, body).unwrap_err();
            assert_eq!(error.kind(), Some(ErrorKind::UnsupportedOperation), "{body}");
        }
        assert!(matches!(from_header, Err(Error::Service(e)) if e.kind == ErrorKind::TooManyRequests));
    }
}
