//! Input of any shape: each is refused in AWS's words or by closing the connection, and the next caller notices nothing.

mod common;

use common::process::Process;
use common::shapes::{Known, Operation, operations};
use common::{CLIENT, DevPool, PASSWORD, START, Tokens};
use devpool::call::{self, AMZ_JSON};
use devpool::model::Service;
use devpool::operations::Peer;
use devpool::pool::{Pool, State};
use devpool::{ClockSource, StateLocation};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// JSON, and what only looks like it, to be put where something else belongs.
fn junk() -> Vec<String> {
    let mut junk: Vec<String> = [
        "null",
        "true",
        "0",
        "-1",
        "0.5",
        "1e999",
        "-99999999999999999999",
        "01",
        "NaN",
        r#""""#,
        r#"" ""#,
        r#""x""#,
        r#""\u0000""#,
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#""\ud83d\ude00""#,
        r#""\x""#,
        "\"a\u{202e}b\"",
        "\"\n\"",
        "[]",
        "{}",
        "[null]",
        "[[[]]]",
        "[{}]",
        r#"["x"]"#,
        r#"["x","x","x"]"#,
        r#"{"":{}}"#,
        r#"{"x":null}"#,
        r#"{"x":"y"}"#,
        r#"{"x":"y","x":"z"}"#,
        r#"{"__proto__":{"x":[]}}"#,
        r#"[{"Name":"email"},{"Name":"email","Value":"b@example.com"}]"#,
        r#"[{"Name":"sub","Value":""}]"#,
        "'x'",
        "",
        "}",
    ]
    .map(str::to_owned)
    .into();
    junk.push(format!("\"{}\"", "x".repeat(200_000)));
    junk.push(format!("\"{}\"", "é".repeat(3000)));
    junk.push(format!("{}{}", "[".repeat(120), "]".repeat(120)));
    junk.push(format!("{}1{}", r#"{"a":"#.repeat(120), "}".repeat(120)));
    junk.push("[".repeat(100_000));
    junk.push(format!("[{}\"x\"]", "\"x\",".repeat(10_000)));
    junk
}

/// The members of a request as raw text, one of them replaced.
fn with_raw(request: &Value, member: &str, raw: &str) -> String {
    let mut members: Vec<String> = request
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| *name != member)
        .map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())))
        .collect();
    members.push(format!("{}:{raw}", Value::from(member)));
    format!("{{{}}}", members.join(","))
}

/// A pool without HTTP, with one user who is signed in.
struct Bare {
    pool: Pool,
    state: Value,
    known: Known,
}

impl Bare {
    fn new() -> Self {
        let issuer = "http://127.0.0.1:1/us-east-1_Doorward1".to_owned();
        let pool = Pool::new(issuer, ClockSource::Fixed(START), None).unwrap();
        let ok = |name: &str, request: Value| {
            let target = format!("AWSCognitoIdentityProviderService.{name}");
            call::handle(&pool, &Peer::default(), &target, AMZ_JSON, request.to_string().as_bytes()).unwrap()
        };
        ok("SignUp", json!({ "ClientId": CLIENT, "Username": "ann@example.com", "Password": PASSWORD }));
        let code = pool.read(|state| json!(state.messages(None))[0]["code"].as_str().unwrap().to_owned());
        let confirm = json!({ "ClientId": CLIENT, "Username": "ann@example.com", "ConfirmationCode": code });
        ok("ConfirmSignUp", confirm);
        let tokens = Tokens::from(&ok("InitiateAuth", common::password_auth("ann@example.com", PASSWORD)));
        let state = pool.read(|state| serde_json::to_value(state).unwrap());
        let known = Known { access: tokens.access, refresh: tokens.refresh, session: "x".repeat(40), code };
        Self { pool, state, known }
    }

    /// As it was at the beginning.
    fn restore(&self) {
        self.pool.challenges().clear();
        let state: State = serde_json::from_value(self.state.clone()).unwrap();
        self.pool
            .write(|current, _| {
                *current = state;
                Ok(())
            })
            .unwrap();
    }

    /// Whatever the body is, the answer must be one that the model has.
    fn assert_answered(&self, operation: &Operation, body: &[u8]) {
        let shown = || String::from_utf8_lossy(&body[..body.len().min(400)]).into_owned();
        match call::handle(&self.pool, &Peer::default(), &operation.target, AMZ_JSON, body) {
            Ok(answer) => {
                let (service, _, model) = Service::find(&operation.target).unwrap();
                if model.has_output() {
                    let checked = service.check_answer(model, &answer);
                    checked.unwrap_or_else(|error| panic!("{}: {error}: {}", operation.name, shown()));
                }
            }
            Err(error) => {
                assert!((400..500).contains(&error.status()), "{}: {error}: {}", operation.name, shown());
                let known = operation.errors.iter().any(|name| name == error.name());
                assert!(
                    known || error.name() == "SerializationException",
                    "{} must not answer {error}: {}",
                    operation.name,
                    shown()
                );
            }
        }
    }
}

#[test]
fn every_member_of_every_operation_may_be_anything() {
    let bare = Bare::new();
    let junk = junk();
    for operation in operations() {
        let lifelike = operation.lifelike(&bare.known);
        for member in operation.members().iter().map(String::as_str).chain(["Unknown", ""]) {
            bare.restore();
            for raw in &junk {
                bare.assert_answered(&operation, with_raw(&lifelike, member, raw).as_bytes());
            }
        }
        for body in &junk {
            bare.assert_answered(&operation, body.as_bytes());
        }
        for spoilt in operation.spoilt() {
            bare.assert_answered(&operation, spoilt.request.to_string().as_bytes());
        }
        bare.assert_answered(&operation, b"{\"AccessToken\":\"\xff\xfe\"}");
        bare.assert_answered(&operation, b"\xff\xfe{\x00}\x00");
        let twice = lifelike.to_string().replacen('{', "{\"AccessToken\":[],\"ClientId\":{},", 1);
        bare.assert_answered(&operation, twice.as_bytes());
    }
}

/// JSON of any shape whose members are those that mean something.
fn any_json() -> impl Strategy<Value = Value> {
    let words = common::shapes::words();
    let name = prop_oneof![4 => proptest::sample::select(words.clone()), 1 => r"\PC{0,8}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(words).prop_map(Value::from),
        r"\PC{0,20}".prop_map(Value::from),
        r"\p{Any}{0,20}".prop_map(Value::from),
        Just(Value::from("ann@example.com")),
        Just(Value::from(CLIENT)),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..6)
                .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

#[test]
fn json_of_any_shape_is_answered() {
    let bare = Bare::new();
    let operations = operations();
    let strategy = (proptest::sample::select((0..operations.len()).collect::<Vec<_>>()), any_json(), any::<bool>());
    let mut runner = TestRunner::new(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() });
    let outcome = runner.run(&strategy, |(index, value, mixed)| {
        let operation = &operations[index];
        let mut request = value;
        if let (true, Value::Object(members)) = (mixed, &mut request) {
            // What is right in most places gets further than what is wrong in all of them.
            let mut lifelike = operation.lifelike(&bare.known);
            lifelike.as_object_mut().unwrap().append(members);
            request = lifelike;
        }
        bare.restore();
        bare.assert_answered(operation, request.to_string().as_bytes());
        Ok(())
    });
    outcome.unwrap();
}

/// Sends bytes over a connection of its own, ends the sending side and reads whatever comes back until the end.
fn exchange(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    // It may close the connection before it has read everything, which is one of the ways to refuse.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

const GET_USER: &str = "X-Amz-Target: AWSCognitoIdentityProviderService.GetUser\r\n\
                        Content-Type: application/x-amz-json-1.1\r\n";

#[tokio::test]
async fn malformed_http_is_refused_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--memory"]);
    let address = process.address().to_owned();
    let post = |more: &str, body: &str| format!("POST / HTTP/1.1\r\nHost: {address}\r\n{GET_USER}{more}\r\n{body}");
    let headers = |count: usize| (0..count).map(|number| format!("X-{number}: 1\r\n")).collect::<String>();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("only a line break", b"\r\n".into()),
        ("no HTTP at all", b"hello, is anybody there?\r\n\r\n".into()),
        ("NUL bytes", vec![0; 4096]),
        ("every byte", (0..=255).collect()),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".into()),
        ("HTTP/0.9", b"GET /\r\n".into()),
        ("HTTP/1.0 without a host", b"GET / HTTP/1.0\r\n\r\n".into()),
        ("HTTP/1.1 without a host", b"GET / HTTP/1.1\r\n\r\n".into()),
        ("HTTP/3.7", b"GET / HTTP/3.7\r\nHost: localhost\r\n\r\n".into()),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00".into()),
        ("no version", b"POST /\r\nHost: localhost\r\n\r\n".into()),
        ("no target", b"POST HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        ("a method of symbols", b"P(ST / HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        ("an unknown method", b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        ("CONNECT", b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        ("TRACE", b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        ("a NUL in the target", b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        ("a NUL in a header", post("X-A: \0\r\n", "").into()),
        ("a space before the colon", post("X-A : 1\r\n", "").into()),
        ("a header without a colon", post("X-A\r\n", "").into()),
        ("a folded header", post("X-A: 1\r\n 2\r\n", "").into()),
        (
            "bytes in the target header",
            [b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: \xff\xfe\r\n\r\n".to_vec()].concat(),
        ),
        ("two hosts, one foreign", post("Host: evil.test\r\n", "").replacen(&address, "evil.test", 1).into()),
        ("too many headers", post(&headers(5000), "").into()),
        ("a header too long", post(&format!("X-A: {}\r\n", "x".repeat(1_000_000)), "").into()),
        ("a target too long", format!("GET /{} HTTP/1.1\r\nHost: {address}\r\n\r\n", "x".repeat(500_000)).into()),
        ("headers that never end", format!("POST / HTTP/1.1\r\nHost: {address}\r\nX-A: 1").into()),
        ("no length", post("", "{}").into()),
        ("a length that is none", post("Content-Length: two\r\n", "{}").into()),
        ("a negative length", post("Content-Length: -2\r\n", "{}").into()),
        ("two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}").into()),
        ("a length beyond numbers", post("Content-Length: 99999999999999999999\r\n", "{}").into()),
        ("more promised than sent", post("Content-Length: 4000\r\n", "{}").into()),
        ("gigabytes promised", post("Content-Length: 99999999999\r\n", "{}").into()),
        ("less promised than sent", post("Content-Length: 2\r\n", "{}garbage garbage\r\n\r\n").into()),
        ("chunks of nonsense", post("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n").into()),
        ("a chunk too large for numbers", post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n{}").into()),
        ("a chunk cut short", post("Transfer-Encoding: chunked\r\n", "40\r\n{}").into()),
        ("chunks without an end", post("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n").into()),
        (
            "a chunk's extension that never ends",
            post("Transfer-Encoding: chunked\r\n", &format!("2;{}", "x".repeat(200_000))).into(),
        ),
        ("an unknown coding", post("Transfer-Encoding: brotli\r\n", "{}").into()),
        (
            "chunks and a length",
            post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "2\r\n{}\r\n0\r\n\r\n").into(),
        ),
        ("an upgrade", post("Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n", "{}").into()),
        ("an expectation", post("Expect: 100-continue\r\nContent-Length: 2\r\n", "{}").into()),
        ("bad escapes", b"GET /_devpool/users/%ff%00%zz HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
    ];
    for (what, bytes) in cases {
        let answer = exchange(&address, &bytes);
        let answer = answer.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&answer);
        let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.0 4");
        assert!(refused, "{what}: {answer:.300}");
        // Also of what else was sent, nothing gets through.
        assert!(!answer.contains("HTTP/1.1 2") && !answer.contains("HTTP/1.1 5"), "{what}: {answer}");
        let health = process.client().admin(Method::GET, "health", None).await;
        assert_eq!(health["status"], "ok", "{what}");
    }
    assert_eq!(process.complaints(), "");
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let pool = DevPool::start().await;
    let address = pool.url.strip_prefix("http://").unwrap().to_owned();
    let one = |target: &str| {
        format!(
            "POST / HTTP/1.1\r\nHost: {address}\r\nX-Amz-Target: {target}\r\nContent-Type: {AMZ_JSON}\r\n\
             Content-Length: 2\r\n\r\n{{}}"
        )
    };
    let first = one("AWSCognitoIdentityProviderService.GetUser");
    let requests =
        [first.clone(), one("Nonsense"), first, one("").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")];
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    stream.write_all(requests.concat().as_bytes()).await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    let names: Vec<&str> =
        answers.lines().filter_map(|line| line.strip_prefix("x-amzn-errortype: ")).map(str::trim).collect();
    let unknown = "UnknownOperationException";
    assert_eq!(names, ["InvalidParameterException", unknown, "InvalidParameterException", unknown]);
}

// The clock of the runtime moves on by itself whenever everybody waits, so nobody waits here.
#[tokio::test(start_paused = true)]
async fn who_never_finishes_the_headers_is_cut_off() {
    let pool = DevPool::start().await;
    let address = pool.url.strip_prefix("http://").unwrap().to_owned();
    for beginning in ["", "POST / HTTP/1.1\r\nHost: local"] {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
}

#[tokio::test]
async fn bodies_of_any_size_are_refused_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--memory"]);
    let pool = process.client();
    let ten_megabytes = format!("{{\"x\":\"{}\"}}", "x".repeat(10_000_000));
    for (method, path) in [
        (Method::POST, "/"),
        (Method::POST, "/_devpool/users"),
        (Method::PATCH, "/_devpool/users/ann"),
        (Method::PUT, "/_devpool/settings"),
        (Method::POST, "/_devpool/clock"),
        (Method::POST, "/_devpool/faults"),
        (Method::POST, "/_devpool/reset"),
    ] {
        let reply = match pool.try_send(pool.request(method, path).body(ten_megabytes.clone())).await {
            Ok(reply) => reply,
            Err(error) => panic!("{path}: {error:?}; {}", process.complaints()),
        };
        assert_eq!(reply.status, 413, "{path}: {:.200}", reply.text);
        assert_eq!(reply.json()["__type"], "RequestEntityTooLargeException", "{path}");
    }
    // Beyond what is read for politeness the connection may break before the answer is seen.
    let seventy_megabytes = vec![b'x'; 70_000_000];
    if let Ok(reply) = pool.try_send(pool.request(Method::POST, "/").body(seventy_megabytes)).await {
        assert_eq!(reply.status, 413);
    }
    assert_eq!(pool.admin(Method::GET, "users", None).await, json!([]));
    assert_eq!(process.complaints(), "");
}

// A client that takes the connection for a usable one sends its next request into the rest of the body.
#[tokio::test]
async fn who_is_refused_in_the_middle_of_a_body_learns_that_the_connection_ends() {
    let pool = DevPool::start().await;
    let address = pool.url.strip_prefix("http://").unwrap().to_owned();
    for path in ["/", "/_devpool/users", "/oauth2/token"] {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 70000000\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // One byte more than is read for politeness.
        stream.write_all(&vec![b'x'; 64 * 1024 * 1024 + 1]).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer:.300}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{path}: {answer:.300}");
    }
}

#[tokio::test]
async fn the_back_door_answers_anything_in_the_same_shape() {
    let pool = DevPool::start_with(StateLocation::Memory).await;
    pool.user("ann@example.com").await;
    let addresses = [
        (Method::POST, "/_devpool/users"),
        (Method::PATCH, "/_devpool/users/ann@example.com"),
        (Method::PUT, "/_devpool/settings"),
        (Method::POST, "/_devpool/clock"),
        (Method::POST, "/_devpool/faults"),
    ];
    let settings = pool.admin(Method::GET, "settings", None).await;
    let members =
        ["email", "attributes", "status", "password", "advance", "operation", "kind", "count", "probability", "ms"];
    let members: Vec<&str> =
        members.into_iter().chain(settings.as_object().unwrap().keys().map(String::as_str)).collect();
    for (method, path) in addresses {
        for raw in junk() {
            let bodies = members.iter().map(|member| format!("{{\"{member}\":{raw}}}")).chain([raw.clone()]);
            for body in bodies {
                let request = pool.request(method.clone(), path).body(body.clone());
                assert_in_shape(&pool.send(request).await, &format!("{method} {path} {body:.200}"));
            }
        }
        pool.admin(Method::DELETE, "faults", None).await;
    }
    for path in [
        "/_devpool/messages?to=a&to=b",
        "/_devpool/messages?to=%ff",
        "/_devpool/users/%ff",
        "/_devpool/users/%00",
        "/_devpool/users/%2e%2e%2f",
        "/_devpool/users/%ff/totp",
        "/_devpool/faults/99999999999999999999",
        "/_devpool/nothing",
        "/%ff/.well-known/jwks.json",
    ] {
        for method in [Method::GET, Method::DELETE, Method::PUT, Method::TRACE] {
            let reply = pool.send(pool.request(method.clone(), path)).await;
            assert_in_shape(&reply, &format!("{method} {path}"));
        }
    }
}

/// A success in JSON, or a 4xx that says what is wrong as AWS would.
fn assert_in_shape(reply: &common::Reply, what: &str) {
    assert!(reply.status.is_success() || reply.status.is_client_error(), "{what}: {} {}", reply.status, reply.text);
    let body: Value =
        serde_json::from_str(&reply.text).unwrap_or_else(|error| panic!("{what}: {error}: {}", reply.text));
    if reply.status.is_client_error() {
        assert!(body["__type"].is_string() && body["message"].is_string(), "{what}: {body}");
    }
}
