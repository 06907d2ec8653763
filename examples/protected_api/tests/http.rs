//! The wire: statuses, challenges and bodies of every answer, CORS, and that nothing is stored.

mod common;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use common::{CLIENT, FakePool, INTERVAL, KEY, NOW, OTHER_KEY, SUB, TestClock, claims, claims_but, good_token, header};
use protected_api::server::router;
use protected_api::settings::USUAL_SCOPE;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

const APP: &str = "http://localhost:8080";

struct Api {
    pool: FakePool,
    clock: Arc<TestClock>,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Api {
    async fn start() -> Self {
        let (pool, clock) = (FakePool::start(&[KEY.jwk("one")]).await, TestClock::new());
        let origins = ["https://app.example.com".parse().unwrap(), APP.parse().unwrap()];
        let router = router(pool.verifier(&clock), &origins);
        Self { pool, clock, router }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        assert_eq!(head.headers["cache-control"], "no-store");
        Answer { status: head.status, headers: head.headers, text }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn with_token(&self, token: &str) -> Answer {
        let answer = self.get("/", &[("authorization", &format!("Bearer {token}"))]).await;
        for part in token.split('.').filter(|part| part.len() > 3) {
            let said = format!("{:?} {}", answer.headers, answer.text);
            assert!(!said.contains(part), "a part of the token is in the answer: {said}");
        }
        answer
    }

    async fn with_claims(&self, changes: &Value) -> Answer {
        self.with_token(&KEY.sign(&header("one"), &claims_but(&self.pool.issuer, changes))).await
    }
}

#[tokio::test]
async fn a_caller_with_a_good_token_is_known() {
    let api = Api::start().await;
    let token = good_token(&api.pool.issuer);
    let expected = json!({
        "sub": SUB, "username": "ada", "scopes": [USUAL_SCOPE], "client_id": CLIENT, "expires_at": NOW + 3540,
    });
    // The scheme's case does not matter (RFC 9110, section 11.1), nor how many spaces follow.
    for scheme in ["Bearer ", "bearer ", "BEARER ", "Bearer   "] {
        let answer = api.get("/", &[("authorization", &format!("{scheme}{token}"))]).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, expected.clone()), "{scheme:?}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("www-authenticate"), "");
    }
}

#[tokio::test]
async fn who_sends_no_token_is_asked_for_one() {
    let api = Api::start().await;
    let token = good_token(&api.pool.issuer);
    let basic = [("authorization", "Basic YWRhOmFkYQ==")];
    let elsewhere = format!("/?access_token={token}");
    let cookie = format!("token={token}");
    for (path, headers) in [("/", &[][..]), ("/", &basic), (&elsewhere, &[]), ("/", &[("cookie", &cookie)])] {
        let answer = api.get(path, headers).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
        assert_eq!(
            (&answer.json()["error"], &answer.json()["reason"]),
            (&json!("missing_token"), &json!("missing_token"))
        );
    }
    assert_eq!(api.pool.asked(), 0);
}

#[tokio::test]
async fn two_tokens_are_no_request() {
    let api = Api::start().await;
    let bearer = format!("Bearer {}", good_token(&api.pool.issuer));
    let answer = api.get("/", &[("authorization", &bearer), ("authorization", &bearer)]).await;
    assert_eq!((answer.status, &answer.json()["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_request")));
    assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_request\""));
}

#[tokio::test]
async fn a_token_that_does_not_count_is_refused_with_the_reason() {
    let api = Api::start().await;
    let issuer = &api.pool.issuer;
    let id_token = json!({ "token_use": "id", "aud": CLIENT, "client_id": null, "scope": null });
    let answers = [
        ("not_a_token", api.with_token("").await),
        ("not_a_token", api.with_token("nonsense").await),
        ("not_a_token", api.get("/", &[("authorization", "Bearer")]).await),
        ("too_long", api.with_token(&"long".repeat(5000)).await),
        ("wrong_algorithm", api.with_token(&KEY.sign(&json!({ "alg": "none", "kid": "one" }), &claims(issuer))).await),
        ("wrong_signature", api.with_token(&OTHER_KEY.sign(&header("one"), &claims(issuer))).await),
        ("unknown_key", api.with_token(&OTHER_KEY.sign(&header("two"), &claims(issuer))).await),
        ("wrong_issuer", api.with_claims(&json!({ "iss": "https://example.com/pool" })).await),
        ("wrong_token_use", api.with_claims(&id_token).await),
        ("wrong_client", api.with_claims(&json!({ "client_id": "other" })).await),
        ("expired", api.with_claims(&json!({ "exp": NOW - 3600 })).await),
        ("not_yet_valid", api.with_claims(&json!({ "nbf": NOW + 3600 })).await),
        ("missing_claim", api.with_claims(&json!({ "sub": null })).await),
    ];
    for (reason, answer) in answers {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{reason}");
        let body = answer.json();
        assert_eq!((&body["error"], &body["reason"]), (&json!("invalid_token"), &json!(reason)));
        let message = body["message"].as_str().unwrap();
        let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{message}\"");
        assert_eq!(answer.header("www-authenticate"), challenge);
        assert_eq!(answer.header("content-type"), "application/json");
    }
    assert!(api.pool.asked() <= 2);
}

#[tokio::test]
async fn a_token_without_the_scope_is_forbidden() {
    let api = Api::start().await;
    let answer = api.with_claims(&json!({ "scope": "openid email" })).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let body = answer.json();
    assert_eq!((&body["error"], &body["reason"]), (&json!("insufficient_scope"), &json!("missing_scope")));
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer error=\"insufficient_scope\", error_description=\""), "{challenge}");
    assert!(challenge.ends_with(&format!("\", scope=\"{USUAL_SCOPE}\"")), "{challenge}");
}

#[tokio::test]
async fn without_keys_nobody_is_judged() {
    let api = Api::start().await;
    api.pool.answers(StatusCode::INTERNAL_SERVER_ERROR, "");
    let token = good_token(&api.pool.issuer);
    let answer = api.with_token(&token).await;
    assert_eq!((answer.status, &answer.json()["error"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("keys_unavailable")));
    assert_eq!(answer.header("retry-after"), INTERVAL.to_string());
    assert_eq!(answer.header("www-authenticate"), "");
    api.pool.has(&[KEY.jwk("one")]);
    api.clock.advance(INTERVAL);
    assert_eq!(api.with_token(&token).await.status, StatusCode::OK);
    // From now on there are some.
    api.pool.answers(StatusCode::INTERNAL_SERVER_ERROR, "");
    api.clock.advance(INTERVAL);
    assert_eq!(api.with_token(&OTHER_KEY.sign(&header("two"), &claims(&api.pool.issuer))).await.status, 401);
    assert_eq!(api.with_token(&token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_that_appears_later_counts() {
    let api = Api::start().await;
    let (old, new) = (good_token(&api.pool.issuer), OTHER_KEY.sign(&header("two"), &claims(&api.pool.issuer)));
    assert_eq!(api.with_token(&old).await.status, StatusCode::OK);
    api.pool.has(&[KEY.jwk("one"), OTHER_KEY.jwk("two")]);
    api.clock.advance(INTERVAL);
    assert_eq!(api.with_token(&new).await.status, StatusCode::OK);
    assert_eq!(api.with_token(&old).await.status, StatusCode::OK);
    assert_eq!(api.pool.asked(), 2);
}

#[tokio::test]
async fn its_health_is_nobodys_secret() {
    let api = Api::start().await;
    let answer = api.get("/health", &[]).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({ "status": "ok" })));
    assert_eq!(api.pool.asked(), 0);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_json_too() {
    let api = Api::start().await;
    let answer = api.get("/nonsense", &[]).await;
    assert_eq!((answer.status, &answer.json()["error"]), (StatusCode::NOT_FOUND, &json!("not_found")));
    for path in ["/", "/health"] {
        let answer = api.send(Request::post(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.json()["error"], "method_not_allowed");
    }
}

#[tokio::test]
async fn pages_of_the_allowed_origins_may_call_and_no_others() {
    let api = Api::start().await;
    let bearer = format!("Bearer {}", good_token(&api.pool.issuer));
    for (origin, allowed) in [
        (APP, true),
        ("https://app.example.com", true),
        ("http://localhost:8081", false),
        ("https://localhost:8080", false),
        ("http://localhost:8080.example.com", false),
        ("https://evil.example.com", false),
        ("null", false),
    ] {
        let expected = if allowed { origin } else { "" };
        let preflight = Request::builder()
            .method(Method::OPTIONS)
            .uri("/")
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization");
        let answer = api.send(preflight.body(Body::empty()).unwrap()).await;
        assert!(answer.status.is_success());
        assert_eq!(answer.header("access-control-allow-origin"), expected, "{origin}");
        assert_eq!(answer.header("access-control-allow-methods"), "GET");
        assert_eq!(answer.header("access-control-allow-headers"), "authorization");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        // Also where it is refused, or pages could not read why.
        for (path, headers) in [
            ("/", vec![("origin", origin), ("authorization", &bearer)]),
            ("/", vec![("origin", origin)]),
            ("/health", vec![("origin", origin)]),
            ("/nonsense", vec![("origin", origin)]),
        ] {
            let answer = api.get(path, &headers).await;
            assert_eq!(answer.header("access-control-allow-origin"), expected, "{origin} {path}");
            assert!(answer.header("vary").to_lowercase().contains("origin"), "{origin} {path}");
            assert!(answer.header("access-control-expose-headers").contains("www-authenticate"));
        }
    }
}
