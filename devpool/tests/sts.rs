//! The pretend STS: who may ask whose credentials theirs are, and in which words the others are refused.

mod common;

use common::{DevPool, IDENTITY_POOL, Reply, START};
use devpool::{StateLocation, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Doorward1";
const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// A request as a client signs it; each part can be made wrong.
#[derive(Clone)]
struct Signing {
    key_id: String,
    secret: String,
    token: String,
    time: String,
    date: String,
    region: &'static str,
    service: &'static str,
    signed: &'static str,
    body: &'static str,
}

impl Signing {
    fn new(credentials: &Value) -> Self {
        let text = |name: &str| credentials["Credentials"][name].as_str().unwrap().to_owned();
        let (key_id, secret, token) = (text("AccessKeyId"), text("SecretKey"), text("SessionToken"));
        let signed = "content-type;host;x-amz-date;x-amz-security-token";
        let (region, service, body) = ("us-east-1", "sts", BODY);
        let (time, date) = Default::default();
        Self { key_id, secret, token, time, date, region, service, signed, body }.at(START)
    }

    fn at(self, moment: Timestamp) -> Self {
        let time = moment.basic();
        Self { date: time[..8].to_owned(), time, ..self }
    }

    fn authorization(&self, host: &str) -> String {
        let mut headers = String::new();
        for name in self.signed.split(';') {
            let value = match name {
                "content-type" => FORM,
                "host" => host,
                "x-amz-date" => &self.time,
                "x-amz-security-token" => &self.token,
                other => panic!("{other}"),
            };
            headers += &format!("{name}:{value}\n");
        }
        let hash = |text: &str| data_encoding::HEXLOWER.encode(&Sha256::digest(text));
        let canonical = format!("POST\n/\n\n{headers}\n{}\n{}", self.signed, hash(self.body));
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", self.time, hash(&canonical));
        let mac = |key: &[u8], text: &str| {
            let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text);
            mac.finalize().into_bytes().to_vec()
        };
        let secret = format!("AWS4{}", self.secret).into_bytes();
        let parts = [&self.date, self.region, self.service, "aws4_request", &to_sign];
        let signature = data_encoding::HEXLOWER.encode(&parts.iter().fold(secret, |key, part| mac(&key, part)));
        let (id, signed) = (&self.key_id, self.signed);
        format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={signed}, Signature={signature}")
    }

    fn request(&self, pool: &DevPool) -> RequestBuilder {
        let host = pool.url.strip_prefix("http://").unwrap();
        let request = form(pool, self.body).header("x-amz-date", &self.time);
        let request = request.header("authorization", self.authorization(host));
        if self.token.is_empty() { request } else { request.header("x-amz-security-token", &self.token) }
    }
}

fn form(pool: &DevPool, body: &'static str) -> RequestBuilder {
    pool.request(Method::POST, "/").header("origin", "https://app.example").header("content-type", FORM).body(body)
}

/// Sends a request; whatever comes back is XML that a page may read.
async fn send(pool: &DevPool, request: RequestBuilder) -> Reply {
    let reply = pool.send(request).await;
    assert_eq!(reply.header("content-type"), "text/xml");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    let id = reply.header("x-amzn-requestid");
    assert!(id.len() == 36 && reply.text.contains(&format!("<RequestId>{id}</RequestId>")), "{}", reply.text);
    reply
}

async fn arn(pool: &DevPool, signing: &Signing) -> String {
    let reply = send(pool, signing.request(pool)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    element(&reply, "Arn")
}

/// Status, code and text of a refusal.
async fn refusal(pool: &DevPool, request: RequestBuilder) -> (u16, String, String) {
    let reply = send(pool, request).await;
    assert!(reply.text.starts_with("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"));
    (reply.status.as_u16(), element(&reply, "Code"), element(&reply, "Message"))
}

fn element(reply: &Reply, name: &str) -> String {
    let (_, rest) = reply.text.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("{name}: {}", reply.text));
    rest.split_once("</").unwrap().0.to_owned()
}

async fn guest(pool: &DevPool) -> Value {
    let identity = pool.ok("GetId", json!({ "IdentityPoolId": IDENTITY_POOL })).await;
    pool.ok("GetCredentialsForIdentity", identity).await
}

#[tokio::test]
async fn credentials_are_those_of_a_role() {
    let pool = DevPool::start().await;
    let role = |name: &str| format!("arn:aws:sts::123456789012:assumed-role/{name}/CognitoIdentityCredentials");
    let guest = Signing::new(&guest(&pool).await);
    assert_eq!(arn(&pool, &guest).await, role("DoorwardUnauthenticated"));
    pool.user("ann@example.com").await;
    let logins = json!({ PROVIDER: pool.tokens("ann@example.com").await.id });
    let identity = pool.ok("GetId", json!({ "IdentityPoolId": IDENTITY_POOL, "Logins": logins })).await;
    let request = json!({ "IdentityId": identity["IdentityId"], "Logins": logins });
    let ann = Signing::new(&pool.ok("GetCredentialsForIdentity", request).await);
    assert_eq!(arn(&pool, &ann).await, role("DoorwardAuthenticated"));
    // As at AWS, they outlive the user.
    pool.admin(Method::DELETE, "users/ann%40example.com", None).await;
    assert_eq!(arn(&pool, &ann).await, role("DoorwardAuthenticated"));

    let log = pool.admin(Method::GET, "requests?limit=1", None).await;
    assert_eq!((&log[0]["operation"], &log[0]["status"]), (&json!("GetCallerIdentity"), &json!(200)));
    let log = log.to_string();
    assert!(!log.contains(&ann.key_id) && !log.contains(&ann.token));
}

#[tokio::test]
async fn everybody_else_is_refused() {
    let pool = DevPool::start().await;
    let good = Signing::new(&guest(&pool).await);
    let other = Signing::new(&guest(&pool).await);
    let mismatch = "The request signature we calculated does not match";
    let invalid = "The security token included in the request is invalid.";
    for (wrong, code, text) in [
        (Signing { secret: other.secret.clone(), ..good.clone() }, "SignatureDoesNotMatch", mismatch),
        (Signing { key_id: "ASIAAAAAAAAAAAAAAAAA".into(), ..good.clone() }, "InvalidClientTokenId", invalid),
        (Signing { token: other.token.clone(), ..good.clone() }, "InvalidClientTokenId", invalid),
        (
            Signing { token: String::new(), signed: "content-type;host;x-amz-date", ..good.clone() },
            "InvalidClientTokenId",
            invalid,
        ),
        (Signing { region: "eu-central-1", ..good.clone() }, "SignatureDoesNotMatch", "Credential should be scoped to"),
        (Signing { service: "s3", ..good.clone() }, "SignatureDoesNotMatch", "Credential should be scoped to correct"),
        (Signing { date: "20261108".into(), ..good.clone() }, "SignatureDoesNotMatch", "Date in Credential scope"),
        (Signing { date: "2026".into(), ..good.clone() }, "SignatureDoesNotMatch", "Date in Credential scope"),
        (
            Signing { signed: "content-type;x-amz-date;x-amz-security-token", ..good.clone() },
            "SignatureDoesNotMatch",
            "'Host' must be",
        ),
        (
            Signing { signed: "content-type;host;x-amz-date", ..good.clone() },
            "SignatureDoesNotMatch",
            "'X-Amz-Security",
        ),
    ] {
        let (status, found, message) = refusal(&pool, wrong.request(&pool)).await;
        assert_eq!((status, found.as_str()), (403, code), "{message}");
        assert!(message.starts_with(text), "{message}");
    }
    // The body is covered as well.
    let (_, code, _) = refusal(&pool, good.request(&pool).body(format!("{BODY}&x=y"))).await;
    assert_eq!(code, "SignatureDoesNotMatch");
    let missing = "Request is missing Authentication Token".to_owned();
    assert_eq!(refusal(&pool, form(&pool, BODY)).await, (403, "MissingAuthenticationToken".into(), missing));
    for authorization in ["Bearer x", "AWS4-HMAC-SHA256 Credential=a"] {
        let request = form(&pool, BODY).header("authorization", authorization);
        assert_eq!(refusal(&pool, request).await.1, "IncompleteSignature");
    }
    for time in ["2026-11-09T06:07:08Z", ""] {
        let request = form(&pool, BODY).header("authorization", good.authorization("x")).header("x-amz-date", time);
        assert_eq!(refusal(&pool, request).await.1, "IncompleteSignature");
    }
    arn(&pool, &good).await;
}

#[tokio::test]
async fn other_actions_are_none() {
    let pool = DevPool::start().await;
    for (body, code, text) in [
        ("", "MissingAction", ""),
        ("Action=GetSessionToken&Version=2011-06-15", "InvalidAction", "Could not find operation GetSessionToken"),
        ("Action=GetCallerIdentity", "InvalidAction", "Could not find operation GetCallerIdentity for version NO_VERS"),
        ("Action=%3Cb%3E%00&Version=2011-06-15", "InvalidAction", "Could not find operation &lt;b&gt;\u{fffd} for"),
    ] {
        let (status, found, message) = refusal(&pool, form(&pool, body)).await;
        assert_eq!((status, found.as_str()), (400, code), "{body}");
        assert!(message.starts_with(text), "{message}");
    }
    let (status, code, _) = refusal(&pool, form(&pool, BODY).body("x".repeat(2_000_000))).await;
    assert_eq!((status, code.as_str()), (413, "RequestEntityTooLargeException"));
}

#[tokio::test]
async fn signatures_are_good_for_a_quarter_of_an_hour() {
    let pool = DevPool::start().await;
    let good = Signing::new(&guest(&pool).await);
    let minutes = |minutes: i64, seconds: i64| Timestamp::from_millis(START.millis() + (minutes * 60 + seconds) * 1000);
    for moment in [minutes(-15, 0), minutes(0, 0), minutes(15, 0)] {
        arn(&pool, &good.clone().at(moment)).await;
    }
    for (moment, text) in [
        (
            minutes(-15, -1),
            "Signature expired: 20261109T055207Z is now earlier than 20261109T055208Z (20261109T060708Z - 15 min.)",
        ),
        (
            minutes(15, 1),
            "Signature not yet current: 20261109T062209Z is still later than 20261109T062208Z (20261109T060708Z + 15 min.)",
        ),
    ] {
        let refused = refusal(&pool, good.clone().at(moment).request(&pool)).await;
        assert_eq!(refused, (403, "SignatureDoesNotMatch".to_owned(), text.to_owned()));
    }
}

#[tokio::test]
async fn credentials_end_by_the_pools_clock() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "identity_pool": { "credentials_seconds": 60 } })).await;
    let first = guest(&pool).await;
    assert_eq!(first["Credentials"]["Expiration"], START.seconds() + 60);
    let first = Signing::new(&first);
    pool.advance(59).await;
    arn(&pool, &first).await;
    let second = guest(&pool).await;
    assert_eq!(second["Credentials"]["Expiration"], START.seconds() + 119);
    pool.advance(1).await;
    let expired = (403, "ExpiredToken".to_owned(), "The security token included in the request is expired".to_owned());
    assert_eq!(refusal(&pool, first.request(&pool)).await, expired);
    arn(&pool, &Signing::new(&second)).await;
    // Long after its end nobody remembers it.
    pool.advance(90_000).await;
    let late = first.at(START.plus_seconds(90_060));
    assert_eq!(refusal(&pool, late.request(&pool)).await.1, "InvalidClientTokenId");
}

#[tokio::test]
async fn credentials_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let state = || StateLocation::File(folder.path().join("state.json"));
    let pool = DevPool::start_with(state()).await;
    let signing = Signing::new(&guest(&pool).await);
    pool.stop().await;
    let kept = std::fs::read_to_string(folder.path().join("state.json")).unwrap();
    assert!(kept.contains(&signing.key_id) && !kept.contains(&signing.token));
    let pool = DevPool::start_with(state()).await;
    arn(&pool, &signing).await;
    pool.admin(Method::POST, "reset", None).await;
    assert_eq!(refusal(&pool, signing.request(&pool)).await.1, "InvalidClientTokenId");
}

#[tokio::test]
async fn faults_strike_it_in_its_own_form() {
    let pool = DevPool::start().await;
    let signing = Signing::new(&guest(&pool).await);
    let fault = async |rule: Value| {
        let mut rule = rule;
        rule["operation"] = json!("GetCallerIdentity");
        pool.admin(Method::POST, "faults", Some(rule)).await;
    };
    fault(json!({ "kind": "error", "name": "Throttling", "message": "Rate exceeded" })).await;
    let throttled = (400, "Throttling".to_owned(), "Rate exceeded".to_owned());
    assert_eq!(refusal(&pool, signing.request(&pool)).await, throttled);
    fault(json!({ "kind": "garbage" })).await;
    let reply = pool.send(signing.request(&pool)).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "text/xml"));
    assert!(!reply.text.contains("</"), "{}", reply.text);
    fault(json!({ "kind": "status", "status": 503, "body": "<h1>no</h1>" })).await;
    assert_eq!(pool.send(signing.request(&pool)).await.status, 503);
    fault(json!({ "kind": "drop" })).await;
    assert!(pool.try_send(signing.request(&pool)).await.is_err());
    let log = pool.admin(Method::GET, "requests?limit=4", None).await;
    let faults: Vec<&Value> = log.as_array().unwrap().iter().map(|call| &call["faults"][0]).collect();
    assert_eq!(faults, ["drop", "status", "garbage", "error"]);
    arn(&pool, &signing).await;

    let operations = pool.admin(Method::GET, "operations", None).await;
    let known = operations.as_array().unwrap().iter().find(|known| known["name"] == "GetCallerIdentity").unwrap();
    assert!(known["errors"].as_array().unwrap().contains(&json!("ExpiredToken")));
}

#[tokio::test]
async fn pages_may_send_signed_requests() {
    let pool = DevPool::start().await;
    let preflight = pool
        .request(Method::OPTIONS, "/")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,x-amz-date,x-amz-security-token");
    let reply = pool.send(preflight).await;
    assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (204, "*"));
    let allowed: Vec<&str> = reply.header("access-control-allow-headers").split(',').map(str::trim).collect();
    for name in [
        "authorization",
        "content-type",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-content-sha256",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
    ] {
        assert!(allowed.contains(&name), "{name}");
    }
}
