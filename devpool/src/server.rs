//! HTTP: the listener, who may speak to it, CORS, and the way from a request to an operation.

use crate::call::{self, AMZ_JSON};
use crate::clock::ClockSource;
use crate::faults::{self, FaultKind, Faults};
use crate::model;
use crate::operations::Peer;
use crate::pool::{Pool, USER_POOL_ID};
use crate::requests::{Record, RequestLog};
use crate::store::{Store, StoreError};
use crate::wire::ApiError;
use crate::{admin, oauth, outbox, random, sts};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HOST, LOCATION,
    ORIGIN, USER_AGENT, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::Value;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tower::ServiceExt;

/// Larger request bodies are refused.
const MOST_BODY_BYTES: usize = 1024 * 1024;

/// This much of a body that is too large is still read, so that the client gets to see the refusal instead of a
/// broken connection.
const MOST_DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// Longer `User-Agent` headers are cut.
const LONGEST_USER_AGENT: usize = 512;

/// The header that names an answer.
pub(crate) const REQUEST_ID: &str = "x-amzn-requestid";

/// How long requests in flight may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(2);

/// Where the pool's state is kept.
#[derive(Clone, Debug)]
pub enum StateLocation {
    /// Nowhere: it ends with the process.
    Memory,
    /// In this file.
    File(PathBuf),
}

/// How to start a dev pool.
#[derive(Clone, Debug)]
pub struct Options {
    /// TCP port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Where state is kept.
    pub state: StateLocation,
    /// What the pool takes for the time.
    pub clock: ClockSource,
    /// Whether to keep quiet about requests; otherwise each gets a line on standard error.
    pub quiet: bool,
}

/// Why a dev pool did not start.
#[derive(Debug)]
pub enum StartError {
    /// Somebody else has the port.
    PortTaken(u16),
    /// The port cannot be had for another reason.
    Bind(u16, io::Error),
    /// The state file cannot be used.
    State(StoreError),
    /// The state file's key is none.
    Key(PathBuf, String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PortTaken(port) => write!(
                f,
                "port {port} on 127.0.0.1 is taken, perhaps by another dev pool that is still running: stop that one, \
                 or choose another port with POOL_PORT={}",
                port.checked_add(1).unwrap_or(9229)
            ),
            Self::Bind(port, error) => {
                write!(f, "cannot listen on port {port} of 127.0.0.1: {error}")
            }
            Self::State(error) => error.fmt(f),
            Self::Key(path, why) => write!(
                f,
                "the signing key in the state file {} cannot be read ({why}). The file was left untouched: move it \
                 away, name another with --state, or use --memory",
                path.display()
            ),
        }
    }
}

impl std::error::Error for StartError {}

/// What every request can reach.
#[derive(Debug)]
pub struct App {
    /// The pool.
    pub pool: Pool,
    /// Where the state is kept.
    pub state: StateLocation,
    /// Another one after each start, so that the outbox page notices.
    pub instance: String,
    faults: Mutex<Faults>,
    requests: Mutex<RequestLog>,
    quiet: bool,
}

impl App {
    /// The fault rules.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was called lately.
    pub fn requests(&self) -> MutexGuard<'_, RequestLog> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A dev pool that listens but does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: Arc<App>,
}

impl Server {
    /// Takes the port and reads the state file. The address is always 127.0.0.1.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn bind(options: Options) -> Result<Self, StartError> {
        let port = options.port;
        let bind_error = |error: io::Error| match error.kind() {
            io::ErrorKind::AddrInUse => StartError::PortTaken(port),
            _ => StartError::Bind(port, error),
        };
        let store = match &options.state {
            StateLocation::Memory => None,
            StateLocation::File(path) => Some(Store::open(path).map_err(StartError::State)?),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        let issuer = format!("http://{address}/{USER_POOL_ID}");
        let pool = Pool::new(issuer, options.clock, store).map_err(|error| {
            let path = match &options.state {
                StateLocation::File(path) => path.clone(),
                StateLocation::Memory => PathBuf::new(),
            };
            StartError::Key(path, error.to_string())
        })?;
        let app = App {
            pool,
            state: options.state,
            instance: random::uuid(),
            faults: Mutex::default(),
            requests: Mutex::default(),
            quiet: options.quiet,
        };
        Ok(Self { listener, address, app: Arc::new(app) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is done, then lets requests in flight finish for a moment.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        // The first start makes the signing key, which takes a moment that nobody need wait for here.
        let app = Arc::clone(&self.app);
        tokio::task::spawn_blocking(move || app.pool.key().is_ok());
        let router = router(Arc::clone(&self.app));
        let graceful = GracefulShutdown::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            let stream = tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    // Out of file handles, or the peer has gone: the next one may do better.
                    Err(_) => {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        continue;
                    }
                },
            };
            let router = router.clone();
            let service = service_fn(move |request| gate(router.clone(), request));
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(30))
                .serve_connection(TokioIo::new(stream), service);
            let watched = graceful.watch(connection);
            tokio::spawn(async move {
                // A client that goes away or talks nonsense is its own affair.
                let _ = watched.await;
            });
        }
        drop(self.listener);
        let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    }
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", post(operation).get(front))
        .route("/{pool}/.well-known/jwks.json", get(jwks))
        .route("/{pool}/.well-known/openid-configuration", get(openid_configuration))
        .nest("/_devpool", admin::router().merge(outbox::router()))
        .route("/_devpool/", get(outbox::page))
        .merge(oauth::router())
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_so)
        .with_state(app)
}

/// The connection is to be cut without an answer.
#[derive(Clone, Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cut by a fault rule")
    }
}

impl std::error::Error for Cut {}

/// What every request goes through: who may speak, preflights, headers that are on every answer.
async fn gate(router: Router, request: hyper::Request<Incoming>) -> Result<Response, Cut> {
    let request = request.map(Body::new);
    let is_admin = request.uri().path().starts_with("/_devpool");
    let is_page = oauth::is_page(request.uri().path());
    let origin = request.headers().get(ORIGIN).cloned();
    let mut response = if !is_local_host(&request) {
        plain_error(
            StatusCode::FORBIDDEN,
            "ForbiddenException",
            "The dev pool answers only to the host names 127.0.0.1 and localhost.",
        )
    } else if is_admin && origin.as_ref().is_some_and(|origin| !is_local_origin(origin)) {
        plain_error(
            StatusCode::FORBIDDEN,
            "ForbiddenException",
            "/_devpool answers only pages that come from this machine.",
        )
    } else if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        pass_on(router, request).await
    };
    if response.extensions().get::<Cut>().is_some() {
        return Err(Cut);
    }
    let status = response.status();
    let headers = response.headers_mut();
    let mut set = |name, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(
        ACCESS_CONTROL_ALLOW_HEADERS,
        "content-type, x-amz-target, x-amz-user-agent, cache-control, amz-sdk-invocation-id, amz-sdk-request, \
         authorization, x-amz-date, x-amz-security-token, x-amz-content-sha256, x-requested-with",
    );
    set(ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    set(ACCESS_CONTROL_EXPOSE_HEADERS, "x-amzn-requestid, x-amzn-errortype, date, www-authenticate");
    set(ACCESS_CONTROL_MAX_AGE, "7200");
    if is_admin {
        // Codes and users are nobody's business but this machine's: no page from elsewhere may read them.
        set(VARY, "Origin");
        if let Some(origin) = origin.filter(is_local_origin) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    } else if !is_page {
        set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        // The rest of the body may still be on its way, where the next request would be looked for.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if let Ok(id) = HeaderValue::from_str(&random::uuid()) {
        headers.entry(REQUEST_ID).or_insert(id);
    }
    Ok(response)
}

/// Lets the router answer, and sees to it that also what never reaches a handler is refused in AWS's shape.
async fn pass_on(router: Router, request: Request) -> Response {
    let path = request.uri().path();
    // `POST /` reads its body itself, to note the call whatever comes of it.
    let is_api = path == "/";
    // Elsewhere a fault rule may have asked for plain text.
    let without_faults = path.starts_with("/_devpool") || path.contains("/.well-known/");
    let request = if is_api {
        request
    } else {
        let (head, body) = request.into_parts();
        match read_body(body).await {
            Ok(body) => Request::from_parts(head, body.into()),
            Err(error) => return error_response(&error),
        }
    };
    // The router answers everything itself: its error type has no values.
    let response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => unreachable_error(never),
    };
    let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if !without_faults || !response.status().is_client_error() || !content_type.starts_with(b"text/plain") {
        return response;
    }
    // A path or a query that axum could not read.
    let status = response.status().as_u16();
    let why = read_body(response.into_body()).await.unwrap_or_default();
    let why = String::from_utf8_lossy(&why).into_owned();
    error_response(&ApiError::invalid_parameter(why).with_status(status))
}

fn unreachable_error(never: Infallible) -> Response {
    match never {}
}

/// Whether a request was addressed to this machine by name. A page whose own host name was made to point here
/// (DNS rebinding) still sends that name.
fn is_local_host(request: &Request) -> bool {
    let header = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let in_target = request.uri().authority().map(|authority| authority.as_str());
    let mut hosts = in_target.into_iter().chain(header).peekable();
    hosts.peek().is_some() && hosts.all(is_local_authority)
}

/// `127.0.0.1` or `localhost`, with or without a port.
fn is_local_authority(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port),
        None => (authority, "80"),
    };
    let is_number = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    is_number && (host == "127.0.0.1" || host.eq_ignore_ascii_case("localhost"))
}

/// Whether a page of this origin was served by this machine.
fn is_local_origin(origin: &HeaderValue) -> bool {
    let Some((scheme, authority)) = origin.to_str().ok().and_then(|text| text.split_once("://")) else {
        return false;
    };
    let is_ipv6 = authority
        .strip_prefix("[::1]")
        .is_some_and(|rest| rest.is_empty() || is_local_authority(&format!("localhost{rest}")));
    ["http", "https"].contains(&scheme) && (is_ipv6 || is_local_authority(authority))
}

/// An AWS-shaped error outside of any operation.
fn plain_error(status: StatusCode, name: &'static str, message: &'static str) -> Response {
    error_response(&ApiError::new(name, message).with_status(status.as_u16()))
}

fn error_response(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = amz_json(status, &error.body());
    if let Ok(name) = HeaderValue::from_str(error.name()) {
        response.headers_mut().insert("x-amzn-errortype", name);
    }
    response
}

fn amz_json(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, AMZ_JSON)], body.to_string()).into_response()
}

/// Somebody opened the address in a browser: the outbox is what they want to see.
async fn front() -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, "/_devpool/")]).into_response()
}

async fn nothing_here() -> Response {
    plain_error(StatusCode::NOT_FOUND, "ResourceNotFoundException", "There is nothing at this address.")
}

async fn not_so() -> Response {
    plain_error(
        StatusCode::METHOD_NOT_ALLOWED,
        "UnknownOperationException",
        "This address does not take this HTTP method.",
    )
}

async fn jwks(State(app): State<Arc<App>>, axum::extract::Path(pool): axum::extract::Path<String>) -> Response {
    if pool != USER_POOL_ID {
        return nothing_here().await;
    }
    match run_blocking(move || app.pool.key().map(|key| key.jwks())).await {
        Ok(jwks) => axum_json(&jwks),
        Err(error) => error_response(&error),
    }
}

async fn openid_configuration(
    State(app): State<Arc<App>>,
    axum::extract::Path(pool): axum::extract::Path<String>,
) -> Response {
    if pool != USER_POOL_ID {
        return nothing_here().await;
    }
    axum_json(&oauth::configuration(&app.pool))
}

fn axum_json(body: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Runs what takes milliseconds or waits for the disk away from the threads that serve connections.
pub(crate) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    // A panic is a mistake in the dev pool; it must not take other requests with it.
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(ApiError::internal("The dev pool made a mistake.")))
}

/// `POST /`: an operation of one of Cognito's two services, or of STS.
async fn operation(State(app): State<Arc<App>>, request: Request) -> Response {
    if sts::is_meant(request.headers()) {
        return sts::serve(app, request).await;
    }
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let headers = head.headers;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let target = text("x-amz-target").unwrap_or_default().to_owned();
    let content_type = text("content-type").unwrap_or_default().to_owned();
    let name = target.rsplit('.').next().unwrap_or_default().to_owned();
    let body = read_body(body).await;
    let parsed = match &body {
        Ok(body) => model::request_object(body),
        Err(error) => Err(error.clone()),
    };
    let record = Record::new(&name, parsed.as_ref().ok(), app.pool.now());
    let id = app.requests().begin(record);

    let mut faults = app.faults().strike(&name, faults::chance);
    faults.extend(parsed.as_ref().ok().and_then(faults::sentinel));
    for fault in faults {
        app.requests().fault(id, &fault);
        if let Some(response) = suffer(fault).await {
            finish(&app, id, &name, &response, None, started);
            return response;
        }
    }

    let peer = peer(&headers);
    let outcome = match parsed {
        Ok(request) => carry_out(&app, peer, &target, &content_type, request).await,
        Err(error) => Err(error),
    };
    let (response, error) = match outcome {
        Ok(Value::Null) => ((StatusCode::OK, [(CONTENT_TYPE, AMZ_JSON)]).into_response(), None),
        Ok(answer) => (amz_json(StatusCode::OK, &answer), None),
        Err(error) => (error_response(&error), Some(error)),
    };
    finish(&app, id, &name, &response, error.as_ref().map(ApiError::name), started);
    response
}

/// Who is at the other end.
pub(crate) fn peer(headers: &HeaderMap) -> Peer {
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Peer { user_agent: user_agent.chars().take(LONGEST_USER_AGENT).collect() }
}

/// Notes how a call ended.
pub(crate) fn finish(app: &App, id: u64, operation: &str, response: &Response, error: Option<&str>, started: Instant) {
    let status = response.extensions().get::<Cut>().is_none().then(|| response.status().as_u16());
    let took = started.elapsed();
    app.requests().end(id, status, error, took);
    if !app.quiet {
        let status = status.map_or_else(|| "cut".to_owned(), |status| status.to_string());
        // Only names and numbers: never what was in the request or the answer. The name is the caller's text.
        eprintln!("devpool: {} {status} {} {} ms", operation.escape_debug(), error.unwrap_or("-"), took.as_millis());
    }
}

/// Finds the operation, checks the request against the model and carries it out.
async fn carry_out(
    app: &Arc<App>,
    peer: Peer,
    target: &str,
    content_type: &str,
    request: Value,
) -> Result<Value, ApiError> {
    let operation = call::route(&app.pool, target, content_type, &request)?;
    let app = Arc::clone(app);
    run_blocking(move || operation(&app.pool, &peer, request)).await
}

/// The body, unless it is too large.
pub(crate) async fn read_body(body: Body) -> Result<Bytes, ApiError> {
    use axum::body::HttpBody as _;
    let mut body = std::pin::pin!(body);
    let mut kept = Vec::new();
    let mut length = 0;
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let frame = frame.map_err(|_| ApiError::new("SerializationException", "The request body broke off."))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length += data.len();
        if length <= MOST_BODY_BYTES {
            kept.extend_from_slice(&data);
        } else if length > MOST_DISCARDED_BYTES {
            break;
        }
    }
    if length > MOST_BODY_BYTES {
        return Err(ApiError::new(
            "RequestEntityTooLargeException",
            format!("The request body is longer than {MOST_BODY_BYTES} bytes."),
        )
        .with_status(413));
    }
    Ok(Bytes::from(kept))
}

/// Lets a fault happen; `None` if the call goes on after it.
pub(crate) async fn suffer(fault: FaultKind) -> Option<Response> {
    let response = match fault {
        FaultKind::Error { name, message, status } => error_response(&faults::as_error(name, message, status)),
        FaultKind::Status { status, body, content_type } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            (status, [(CONTENT_TYPE, content_type)], body).into_response()
        }
        FaultKind::Delay { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            return None;
        }
        FaultKind::Drop => {
            let mut response = Response::default();
            response.extensions_mut().insert(Cut);
            response
        }
        FaultKind::Garbage => {
            ([(CONTENT_TYPE, AMZ_JSON)], r#"{"AuthenticationResult":{"AccessToken":"eyJraWQiOi"#).into_response()
        }
        FaultKind::Empty => ([(CONTENT_TYPE, AMZ_JSON)], "").into_response(),
        // The connection's task ends this wait when the client hangs up or the server stops.
        FaultKind::Hang => std::future::pending().await,
    };
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_names_are_local() {
        for local in ["127.0.0.1", "127.0.0.1:9229", "localhost", "LocalHost:80"] {
            assert!(is_local_authority(local), "{local}");
        }
        for other in [
            "",
            "evil.test",
            "evil.test:9229",
            "127.0.0.1.evil.test",
            "localhost.evil.test",
            "localhost:",
            "localhost:x",
            "127.0.0.1:9229@evil.test",
            "user@127.0.0.1",
            "127.0.0.2",
            "[::1]:9229",
        ] {
            assert!(!is_local_authority(other), "{other}");
        }
    }

    #[test]
    fn only_local_pages_are_local() {
        let is_local = |origin: &str| is_local_origin(&HeaderValue::from_str(origin).unwrap());
        for local in ["http://127.0.0.1:8080", "http://localhost:8080", "https://localhost", "http://[::1]:8080"] {
            assert!(is_local(local), "{local}");
        }
        for other in [
            "null",
            "http://evil.test",
            "http://localhost.evil.test",
            "file://",
            "ftp://localhost",
            "http://[::1].evil.test",
            "chrome-extension://localhost",
        ] {
            assert!(!is_local(other), "{other}");
        }
    }
}
