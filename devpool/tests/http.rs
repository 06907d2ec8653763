//! The wire: CORS on every kind of answer, who may speak, malformed requests, faults, the log, the outbox page.

mod common;

use common::{CLIENT, DevPool, PASSWORD, Reply, password_auth};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

fn assert_cors(reply: &Reply, what: &str) {
    assert_eq!(reply.header("access-control-allow-origin"), "*", "{what}");
    let exposed = reply.header("access-control-expose-headers");
    assert!(exposed.contains("x-amzn-requestid") && exposed.contains("x-amzn-errortype"), "{what}");
    assert_eq!(reply.header("x-amzn-requestid").len(), 36, "{what}");
}

fn raw(pool: &DevPool, target: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    pool.request(Method::POST, "/")
        .header("origin", "https://somewhere.example")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target)
        .body(body)
}

const GET_USER: &str = "AWSCognitoIdentityProviderService.GetUser";

async fn fault(pool: &DevPool, rule: Value) {
    pool.admin(Method::POST, "faults", Some(rule)).await;
}

#[tokio::test]
async fn cors_is_on_every_kind_of_answer() {
    let pool = DevPool::start().await;
    let huge = "x".repeat(2_000_000);
    let requests = [
        ("an error", raw(&pool, GET_USER, "{}")),
        ("not JSON", raw(&pool, GET_USER, "{")),
        ("unknown operation", raw(&pool, "AWSCognitoIdentityProviderService.Nonsense", "{}")),
        ("a later operation", raw(&pool, "AWSCognitoIdentityProviderService.ListDevices", "{}")),
        ("no target", pool.request(Method::POST, "/").body("{}")),
        ("too large", raw(&pool, GET_USER, huge)),
        ("nothing here", pool.request(Method::GET, "/nonsense")),
        ("other pool", pool.request(Method::GET, "/x/.well-known/jwks.json")),
        ("wrong method", pool.request(Method::DELETE, "/")),
    ];
    for (what, request) in requests {
        let reply = pool.send(request).await;
        assert!(reply.status.is_client_error(), "{what}: {}", reply.status);
        assert_cors(&reply, what);
        assert!(reply.json()["__type"].is_string(), "{what}: {}", reply.text);
    }
    for kind in [
        json!({ "kind": "error", "name": "TooManyRequestsException" }),
        json!({ "kind": "error", "name": "InternalErrorException" }),
        json!({ "kind": "status", "status": 503, "body": "<h1>no</h1>" }),
        json!({ "kind": "garbage" }),
        json!({ "kind": "empty" }),
        json!({ "kind": "delay", "ms": 1 }),
    ] {
        let mut rule = kind.clone();
        rule["operation"] = json!("GetUser");
        fault(&pool, rule).await;
        let reply = pool.send(raw(&pool, GET_USER, "{}")).await;
        assert_cors(&reply, &kind.to_string());
    }
}

#[tokio::test]
async fn preflights_are_answered_everywhere() {
    let pool = DevPool::start().await;
    for path in ["/", "/nonsense", "/us-east-1_Doorward1/.well-known/jwks.json"] {
        let request = pool
            .request(Method::OPTIONS, path)
            .header("origin", "http://127.0.0.1:8080")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,x-amz-target");
        let reply = pool.send(request).await;
        assert_eq!(reply.status, 204);
        assert_cors(&reply, path);
        let allowed = reply.header("access-control-allow-headers");
        for header in [
            "content-type",
            "x-amz-target",
            "x-amz-user-agent",
            "cache-control",
            "amz-sdk-invocation-id",
            "amz-sdk-request",
            "authorization",
        ] {
            assert!(allowed.split(", ").any(|name| name == header), "{header}");
        }
        assert!(reply.header("access-control-allow-methods").contains("POST"));
        assert_eq!(reply.header("access-control-max-age"), "7200");
    }
}

#[tokio::test]
async fn only_local_host_names_are_answered() {
    let pool = DevPool::start().await;
    let port = pool.url.rsplit(':').next().unwrap();
    for path in ["/", "/_devpool/messages", "/us-east-1_Doorward1/.well-known/jwks.json"] {
        for host in ["evil.test", "127.0.0.1.evil.test", &format!("evil.test:{port}")] {
            let request = pool.request(Method::GET, path).header("host", host);
            let reply = pool.send(request).await;
            assert_eq!(reply.status, 403, "{host}{path}");
            assert!(!reply.text.contains('['), "nothing leaks");
        }
    }
    let local = format!("localhost:{port}");
    let request = pool.request(Method::GET, "/_devpool/health").header("host", local);
    assert_eq!(pool.send(request).await.status, 200);
}

#[tokio::test]
async fn pages_from_elsewhere_cannot_reach_the_back_door() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    for origin in ["https://evil.test", "null", "http://localhost.evil.test"] {
        for (method, path) in [
            (Method::GET, "messages"),
            (Method::POST, "reset"),
            (Method::POST, "users"),
            (Method::OPTIONS, "settings"),
            (Method::DELETE, "messages"),
        ] {
            let request = pool.request(method, &format!("/_devpool/{path}")).header("origin", origin);
            let reply = pool.send(request).await;
            assert_eq!(reply.status, 403, "{origin} {path}");
            assert_eq!(reply.header("access-control-allow-origin"), "");
        }
    }
    let users = pool.admin(Method::GET, "users", None).await;
    assert_eq!(users.as_array().unwrap().len(), 1, "nothing was reset");
    for origin in ["http://127.0.0.1:8080", "http://localhost:5173"] {
        let request = pool.request(Method::GET, "/_devpool/messages").header("origin", origin);
        let reply = pool.send(request).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("access-control-allow-origin"), origin);
        assert_eq!(reply.header("vary"), "Origin");
    }
}

#[tokio::test]
async fn the_address_is_loopback() {
    let pool = DevPool::start().await;
    assert!(pool.url.starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn malformed_requests_are_answered_in_awss_shape() {
    let pool = DevPool::start().await;
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    for (body, expected) in [
        ("", "InvalidParameterException"),
        ("{}", "InvalidParameterException"),
        ("{\"AccessToken\":", "SerializationException"),
        ("[]", "SerializationException"),
        ("null", "SerializationException"),
        ("{\"AccessToken\":1}", "SerializationException"),
        ("{\"AccessToken\":{\"a\":[]}}", "SerializationException"),
        ("{\"AccessToken\":\"ä\"}", "InvalidParameterException"),
        (deep.as_str(), "SerializationException"),
    ] {
        let reply = pool.send(raw(&pool, GET_USER, body.to_owned())).await;
        assert_eq!(reply.status, 400, "{body:.40}");
        assert_eq!(reply.json()["__type"], expected, "{body:.40}");
        assert_eq!(reply.header("x-amzn-errortype"), expected);
    }
    let reply = pool.send(raw(&pool, GET_USER, vec![0xff, 0xfe])).await;
    assert_eq!(reply.json()["__type"], "SerializationException");

    let mut request = raw(&pool, GET_USER, "{}").build().unwrap();
    request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    let reply = reqwest::Client::new().execute(request).await.unwrap();
    assert_eq!(reply.status(), 415);
}

#[tokio::test]
async fn constraints_are_named_as_aws_names_them() {
    let pool = DevPool::start().await;
    assert_eq!(
        pool.err("ForgotPassword", json!({ "ClientId": CLIENT })).await,
        "InvalidParameterException: 1 validation error detected: Value at 'username' failed to satisfy constraint: \
         Member must not be null"
    );
    let long = "x".repeat(129);
    let request = json!({ "ClientId": "a b", "Username": long });
    assert_eq!(
        pool.err("ForgotPassword", request).await,
        "InvalidParameterException: 2 validation errors detected: Value at 'clientId' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\w+]+; Value at 'username' failed to satisfy constraint: \
         Member must have length less than or equal to 128"
    );
}

#[tokio::test]
async fn bodies_that_are_too_large_are_refused_not_cut() {
    let pool = DevPool::start().await;
    let reply = pool.send(raw(&pool, GET_USER, "x".repeat(10_000_000))).await;
    assert_eq!(reply.status, 413);
    assert_eq!(reply.json()["__type"], "RequestEntityTooLargeException");
    let fits = format!("{{\"AccessToken\":\"{}\"}}", "x".repeat(1_000_000));
    assert_eq!(pool.send(raw(&pool, GET_USER, fits)).await.status, 400);
}

#[tokio::test]
async fn operations_can_be_switched_off() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "features": { "disabled_operations": ["ListDevices"] } })).await;
    let error = pool.err("ListDevices", json!({ "AccessToken": "x" })).await;
    assert_eq!(error, "OperationNotEnabledException: This operation is not enabled for the user pool.");
    let error = pool.err("GetUser", json!({ "AccessToken": "x" })).await;
    assert_eq!(error, "NotAuthorizedException: Invalid Access Token");
}

#[tokio::test]
async fn each_kind_of_fault_does_what_it_says() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let sign_in = password_auth("ann@example.com", PASSWORD);
    let call = || pool.try_send(pool.operation("InitiateAuth", &sign_in));
    let rule = |mut kind: Value| {
        kind["operation"] = json!("InitiateAuth");
        fault(&pool, kind)
    };

    rule(json!({ "kind": "error", "name": "TooManyRequestsException", "message": "Rate exceeded" })).await;
    let reply = call().await.unwrap();
    assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "TooManyRequestsException: Rate exceeded"));

    rule(json!({ "kind": "error", "name": "InternalErrorException" })).await;
    assert_eq!(call().await.unwrap().status, 500);
    rule(json!({ "kind": "error", "name": "ThrottlingException", "status": 429 })).await;
    assert_eq!(call().await.unwrap().status, 429);

    rule(json!({ "kind": "status", "status": 503, "body": "<p>no</p>", "content_type": "text/html" })).await;
    let reply = call().await.unwrap();
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (503, "<p>no</p>"));
    assert_eq!(reply.header("content-type"), "text/html");

    rule(json!({ "kind": "garbage" })).await;
    let reply = call().await.unwrap();
    assert_eq!(reply.status, 200);
    assert!(serde_json::from_str::<Value>(&reply.text).is_err());

    rule(json!({ "kind": "empty" })).await;
    let reply = call().await.unwrap();
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (200, ""));

    rule(json!({ "kind": "drop" })).await;
    assert!(call().await.is_err());

    rule(json!({ "kind": "delay", "ms": 1 })).await;
    assert_eq!(call().await.unwrap().status, 200);
    assert_eq!(pool.admin(Method::GET, "faults", None).await, json!([]));
    assert_eq!(call().await.unwrap().status, 200);
}

#[tokio::test]
async fn a_hanging_call_ends_when_the_client_gives_up() {
    let pool = DevPool::start().await;
    fault(&pool, json!({ "operation": "GetUser", "kind": "hang" })).await;
    let hanging = tokio::spawn(raw(&pool, GET_USER, "{}").send());
    // The rule is used up once the call is in the dev pool's hands.
    while pool.admin(Method::GET, "faults", None).await != json!([]) {
        tokio::task::yield_now().await;
    }
    let log = pool.admin(Method::GET, "requests", None).await;
    assert_eq!(log[0]["status"], Value::Null);
    assert!(!hanging.is_finished());
    hanging.abort();
    pool.stop().await;
}

#[tokio::test]
async fn faults_are_counted_listed_and_removed() {
    let pool = DevPool::start().await;
    let rules = json!([
        { "operation": "GetUser", "kind": "empty", "count": 2 },
        { "operation": "*", "kind": "error", "name": "ForbiddenException", "count": null, "probability": 1.0 },
    ]);
    let listed = pool.admin(Method::POST, "faults", Some(rules)).await;
    assert_eq!(listed[0]["count"], 2);
    assert_eq!(listed[1]["count"], Value::Null);
    for _ in 0..2 {
        assert_eq!(pool.send(raw(&pool, GET_USER, "{}")).await.text, "");
    }
    for _ in 0..3 {
        let reply = pool.send(raw(&pool, GET_USER, "{}")).await;
        assert_eq!(reply.json()["__type"], "ForbiddenException");
    }
    let id = listed[1]["id"].as_u64().unwrap();
    pool.admin(Method::DELETE, &format!("faults/{id}"), None).await;
    let again = pool.request(Method::DELETE, &format!("/_devpool/faults/{id}"));
    assert_eq!(pool.send(again).await.status, 404);
    let reply = pool.send(raw(&pool, GET_USER, "{}")).await;
    assert_eq!(reply.json()["__type"], "InvalidParameterException");

    let half_wrong = json!([
        { "operation": "GetUser", "kind": "empty" },
        { "operation": "GetUsr", "kind": "empty" },
    ]);
    let request = pool.request(Method::POST, "/_devpool/faults").json(&half_wrong);
    let reply = pool.send(request).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text.contains("GetUsr"));
    assert_eq!(pool.admin(Method::GET, "faults", None).await, json!([]));
}

#[tokio::test]
async fn sentinel_names_make_trouble_by_hand() {
    let pool = DevPool::start().await;
    let health = pool.admin(Method::GET, "health", None).await;
    let sentinels = health["sentinels"].as_array().unwrap();
    assert!(sentinels.len() >= 10);
    let sign_in = |email: &str| pool.operation("InitiateAuth", &password_auth(email, PASSWORD));
    for (email, status, name) in [
        ("Throttled@Fault.Test", 400, "TooManyRequestsException"),
        ("down@fault.test", 500, "InternalErrorException"),
        ("lambda@fault.test", 400, "UserLambdaValidationException"),
        ("limit@fault.test", 400, "LimitExceededException"),
    ] {
        let reply = pool.send(sign_in(email)).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.json()["__type"], name);
    }
    let reply = pool.send(sign_in("waf@fault.test")).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (403, "text/html"));
    assert!(pool.try_send(sign_in("drop@fault.test")).await.is_err());
    let sign_up = json!({ "ClientId": CLIENT, "Username": "undelivered@fault.test", "Password": PASSWORD });
    let error = pool.err("SignUp", sign_up).await;
    assert!(error.starts_with("CodeDeliveryFailureException"), "{error}");
}

#[tokio::test]
async fn the_log_names_calls_but_no_secrets() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let tokens = pool.tokens("ann@example.com").await;
    pool.with_srp("ann@example.com", "Wr0ng-Password").await;
    pool.get_user(&tokens.access).await;
    let log = pool.admin(Method::GET, "requests", None).await;
    let names: Vec<&str> = log.as_array().unwrap().iter().map(|record| record["operation"].as_str().unwrap()).collect();
    assert_eq!(names, ["GetUser", "RespondToAuthChallenge", "InitiateAuth", "InitiateAuth"]);
    assert_eq!(log[1]["status"], 400);
    assert_eq!(log[1]["error"], "NotAuthorizedException");
    assert_eq!(log[1]["challenge"], "PASSWORD_VERIFIER");
    assert_eq!(log[2]["auth_flow"], "USER_SRP_AUTH");
    assert_eq!(log[0]["status"], 200);
    let text = log.to_string();
    for secret in [PASSWORD, "Wr0ng", "ann@", &tokens.access, &tokens.refresh] {
        assert!(!text.contains(secret), "{secret}");
    }
    pool.admin(Method::DELETE, "requests", None).await;
    assert_eq!(pool.admin(Method::GET, "requests", None).await, json!([]));
}

#[tokio::test]
async fn users_are_made_seen_changed_and_removed() {
    let pool = DevPool::start().await;
    let body = json!({
        "username": "ann+tag@example.com",
        "password": PASSWORD,
        "confirmed": false,
        "attributes": { "custom:agentName": "007" },
    });
    let made = pool.admin(Method::POST, "users", Some(body)).await;
    assert_eq!(made["status"], "UNCONFIRMED");
    assert_eq!(made["attributes"]["custom:agentName"], "007");
    assert_eq!(pool.messages("ann+tag@example.com").await[0]["purpose"], "sign_up");
    let by_sub = format!("users/{}", made["sub"].as_str().unwrap());
    assert_eq!(pool.admin(Method::GET, &by_sub, None).await["email"], "ann+tag@example.com");
    let change = json!({
        "status": "CONFIRMED",
        "email_verified": true,
        "password": "N3w-Password",
        "attributes": { "name": "Ann" },
    });
    let path = "users/ann+tag%40example.com";
    let changed = pool.admin(Method::PATCH, path, Some(change)).await;
    assert_eq!(changed["attributes"]["name"], "Ann");
    assert_eq!(pool.with_srp("ann+tag@example.com", "N3w-Password").await.status, 200);
    assert_eq!(pool.admin(Method::GET, path, None).await["sessions"], 1);
    let text = pool.admin(Method::GET, "users", None).await.to_string();
    assert!(!text.contains("verifier") && !text.contains("salt"));
    pool.admin(Method::DELETE, path, None).await;
    for method in [Method::GET, Method::DELETE] {
        let request = pool.request(method, &format!("/_devpool/{path}"));
        assert_eq!(pool.send(request).await.status, 404);
    }

    for (body, expected) in [
        (json!({ "email": "nonsense" }), 400),
        (json!({ "email": "a@b.c", "password": "weak" }), 400),
        (json!({ "email": "a@b.c", "passwrd": PASSWORD }), 400),
        (json!({ "email": "a@b.c", "confirmed": true }), 400),
        (json!({ "email": "a@b.c", "password": PASSWORD, "temporary_password": PASSWORD }), 400),
        (json!({ "email": "a@b.c" }), 201),
        (json!({ "email": "A@B.c" }), 400),
    ] {
        let request = pool.request(Method::POST, "/_devpool/users").json(&body);
        assert_eq!(pool.send(request).await.status, expected, "{body}");
    }
    // Without a password of the caller's, the made-up one is in the message.
    let temporary = pool.code("a@b.c").await;
    let challenge = pool.with_srp("a@b.c", &temporary).await.json();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[tokio::test]
async fn settings_and_clock_can_be_read_and_changed() {
    let pool = DevPool::start().await;
    let before = pool.admin(Method::GET, "settings", None).await;
    assert_eq!(before["password_policy"]["minimum_length"], 8);
    pool.settings(json!({ "password_policy": { "minimum_length": 12 } })).await;
    let after = pool.admin(Method::GET, "settings", None).await;
    assert_eq!(after["password_policy"]["minimum_length"], 12);
    assert_eq!(after["password_policy"]["require_symbols"], true);
    for wrong in [json!({ "nonsense": 1 }), json!([]), json!({ "tokens": { "id_seconds": -1 } })] {
        let request = pool.request(Method::PUT, "/_devpool/settings").json(&wrong);
        assert_eq!(pool.send(request).await.status, 400, "{wrong}");
    }
    assert_eq!(
        pool.admin(Method::GET, "clock", None).await,
        json!({ "now": "2026-11-09T06:07:08.000Z", "advanced_seconds": 0 })
    );
    pool.advance(60).await;
    pool.advance(2).await;
    assert_eq!(
        pool.admin(Method::GET, "clock", None).await,
        json!({ "now": "2026-11-09T06:08:10.000Z", "advanced_seconds": 62 })
    );
    for wrong in [json!({ "advance": -1 }), json!({}), json!({ "advance": u64::MAX })] {
        let request = pool.request(Method::POST, "/_devpool/clock").json(&wrong);
        assert_eq!(pool.send(request).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn settings_go_back_to_the_defaults_alone() {
    let pool = DevPool::start().await;
    let before = pool.admin(Method::GET, "settings", None).await;
    pool.settings(json!({ "sign_up_enabled": false, "tokens": { "id_seconds": 5 } })).await;
    pool.user("ann@example.com").await;
    assert_eq!(pool.admin(Method::DELETE, "settings", None).await, before);
    assert_eq!(pool.admin(Method::GET, "settings", None).await, before);
    assert_eq!(pool.admin(Method::GET, "users", None).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_put_right_keeps_nobody_waiting() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    pool.admin(Method::PUT, "users/ann@example.com/totp", None).await;
    pool.settings(json!({ "lockout": { "after_failures": 1 }, "codes": { "sends": 1 } })).await;
    let forgot = json!({ "ClientId": CLIENT, "Username": "ann@example.com" });
    let sign_in = || async {
        let challenge = pool.ok("InitiateAuth", password_auth("ann@example.com", PASSWORD)).await;
        let code = pool.admin(Method::GET, "users/ann@example.com/totp", None).await["code"].clone();
        let answer = json!({
            "ClientId": CLIENT,
            "ChallengeName": challenge["ChallengeName"],
            "Session": challenge["Session"],
            "ChallengeResponses": { "USERNAME": "ann@example.com", "SOFTWARE_TOKEN_MFA_CODE": code },
        });
        pool.ok("RespondToAuthChallenge", answer).await
    };
    pool.advance(86_400).await;
    assert!(sign_in().await["AuthenticationResult"].is_object());
    pool.ok("ForgotPassword", forgot.clone()).await;
    pool.err("InitiateAuth", password_auth("ann@example.com", "Wr0ng-Password")).await;
    let error = pool.err("InitiateAuth", password_auth("ann@example.com", PASSWORD)).await;
    assert_eq!(error, "NotAuthorizedException: Password attempts exceeded");

    assert_eq!(
        pool.admin(Method::DELETE, "clock", None).await,
        json!({ "now": "2026-11-09T06:07:08.000Z", "advanced_seconds": 0 })
    );
    assert!(sign_in().await["AuthenticationResult"].is_object());
    pool.ok("ForgotPassword", forgot).await;
}

#[tokio::test]
async fn the_page_learns_what_there_is() {
    let pool = DevPool::start().await;
    let operations = pool.admin(Method::GET, "operations", None).await;
    let operations = operations.as_array().unwrap();
    let named = |name: &str| operations.iter().find(|operation| operation["name"] == name).unwrap();
    assert_eq!(named("GetId")["service"], "cognito-identity");
    assert_eq!(named("SignUp")["service"], "cognito-idp");
    assert!(named("SignUp")["errors"].as_array().unwrap().contains(&json!("UsernameExistsException")));
    for operation in operations {
        fault(&pool, json!({ "operation": operation["name"], "kind": "drop" })).await;
    }

    let health = pool.admin(Method::GET, "health", None).await;
    assert_eq!(health["instance"], pool.admin(Method::GET, "health", None).await["instance"]);
    let other = DevPool::start().await;
    assert_ne!(health["instance"], other.admin(Method::GET, "health", None).await["instance"]);

    pool.admin(Method::DELETE, "faults", None).await;
    for _ in 0..3 {
        pool.send(raw(&pool, GET_USER, "{}")).await;
    }
    let latest = pool.admin(Method::GET, "requests?limit=2", None).await;
    let ids: Vec<u64> = latest.as_array().unwrap().iter().map(|record| record["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, [3, 2]);

    pool.user("ann@example.com").await;
    let user = pool.admin(Method::GET, "users/ann@example.com", None).await;
    assert_eq!((&user["has_password"], &user["mfa"]["unverified_software_token"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn a_reset_leaves_a_new_pool() {
    let pool = DevPool::start().await;
    pool.sign_up("ann@example.com").await;
    pool.settings(json!({ "case_sensitive": true })).await;
    pool.advance(60).await;
    fault(&pool, json!({ "operation": "*", "kind": "empty" })).await;
    pool.admin(Method::POST, "reset", None).await;
    for list in ["users", "messages", "faults", "requests"] {
        assert_eq!(pool.admin(Method::GET, list, None).await, json!([]), "{list}");
    }
    assert_eq!(pool.admin(Method::GET, "settings", None).await["case_sensitive"], false);
    assert_eq!(pool.admin(Method::GET, "clock", None).await["advanced_seconds"], 0);
    pool.sign_up("ann@example.com").await;
    pool.admin(Method::DELETE, "messages", None).await;
    assert!(pool.messages("ann@example.com").await.is_empty());
}

#[tokio::test]
async fn the_outbox_page_brings_no_inline_code() {
    let pool = DevPool::start().await;
    for path in ["/_devpool/", "/_devpool"] {
        let page = pool.send(pool.request(Method::GET, path)).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert!(!page.text.contains("<style") && !page.text.contains(" style="));
        assert!(!page.text.contains(" onclick="));
        assert_eq!(page.text.matches("<script").count(), 1);
    }
    let mut files = vec![("outbox.css".to_owned(), "text/css"), ("outbox.js".to_owned(), "text/javascript")];
    let mut seen = 0;
    while let Some((file, kind)) = files.get(seen).cloned() {
        let reply = pool.send(pool.request(Method::GET, &format!("/_devpool/{file}"))).await;
        assert_eq!(reply.status, 200, "{file}");
        assert!(reply.header("content-type").starts_with(kind), "{file}");
        assert!(reply.header("content-security-policy").contains("default-src 'none'"), "{file}");
        assert!(!["innerHTML", "outerHTML", "insertAdjacentHTML", "eval("].iter().any(|way| reply.text.contains(way)));
        // What a module imports is there, too.
        let imports = reply.text.split("from \"./").skip(1).filter_map(|rest| rest.split('"').next());
        for import in imports {
            let path = format!("outbox/{}", import.trim_start_matches("outbox/"));
            if !files.iter().any(|(known, _)| *known == path) {
                files.push((path, "text/javascript"));
            }
        }
        seen += 1;
    }
    assert!(seen > 5, "{files:?}");
    let nothing = pool.send(pool.request(Method::GET, "/_devpool/outbox/nothing.js")).await;
    assert_eq!(nothing.status, 404);
    // Following the redirect of the bare address.
    let front = pool.send(pool.request(Method::GET, "/")).await;
    assert!(front.text.contains("<title>Outbox"));
}

#[tokio::test]
async fn many_clients_at_once_lose_nothing() {
    let pool = std::sync::Arc::new(DevPool::start().await);
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..50 {
        let pool = std::sync::Arc::clone(&pool);
        clients.spawn(async move {
            let email = format!("user{number}@example.com");
            pool.sign_up(&email).await;
            let code = pool.code(&email).await;
            let request = json!({ "ClientId": CLIENT, "Username": email, "ConfirmationCode": code });
            pool.ok("ConfirmSignUp", request).await;
            let tokens = pool.tokens(&email).await;
            assert_eq!(pool.get_user(&tokens.access).await.status, 200);
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    let users = pool.admin(Method::GET, "users", None).await;
    assert_eq!(users.as_array().unwrap().len(), 50);
    assert!(users.as_array().unwrap().iter().all(|user| user["status"] == "CONFIRMED"));
}

#[tokio::test]
async fn of_many_answers_to_one_challenge_one_counts() {
    let pool = std::sync::Arc::new(DevPool::start().await);
    pool.user("ann@example.com").await;
    let client = common::srp_client::SrpClient::new();
    let challenge = pool.begin_srp(&client, "ann@example.com").await;
    let answer = client.answer(&challenge, PASSWORD);
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (pool, answer) = (std::sync::Arc::clone(&pool), answer.clone());
        clients.spawn(async move { pool.call("RespondToAuthChallenge", answer).await.status });
    }
    let mut signed_in = 0;
    while let Some(status) = clients.join_next().await {
        signed_in += usize::from(status.unwrap() == 200);
    }
    assert_eq!(signed_in, 1);
}
