//! The OAuth 2.0 and OpenID Connect endpoints: the code grant with PKCE, the sign-in page, the pretend provider, single
//! sign-on, tokens. The client's side of PKCE and the browser are written here.

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{CLIENT, DevPool, PASSWORD, Reply, claims, other_code};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const CALLBACK: &str = "http://localhost:8080/auth/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const FORM: &str = "application/x-www-form-urlencoded";

fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// `/oauth2/authorize` as the app asks for it, with `changes` over it; an empty value takes a parameter away.
fn authorize(changes: &[(&str, &str)]) -> String {
    let challenge = challenge(VERIFIER);
    let mut parameters = vec![
        ("client_id", CLIENT),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email profile"),
        ("state", "state of the app"),
        ("nonce", "nonce-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        parameters.retain(|(known, _)| known != name);
        if !value.is_empty() {
            parameters.push((name, value));
        }
    }
    format!("/oauth2/authorize?{}", encode(&parameters))
}

/// A browser: it keeps cookies, and follows no redirect by itself.
struct Browser<'a> {
    pool: &'a DevPool,
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn new(pool: &'a DevPool) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { pool, http, cookies: BTreeMap::new() }
    }

    async fn send(&mut self, method: Method, path: &str, form: Option<String>) -> Reply {
        assert!(path.starts_with('/'), "not an address of the dev pool: {path}");
        let mut request = self.http.request(method, format!("{}{path}", self.pool.url));
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(form) = form {
            request = request.header("content-type", FORM).body(form);
        }
        let reply = self.pool.send(request).await;
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax"] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if reply.header("content-type").starts_with("text/html") {
            assert_page(&reply);
        }
        reply
    }

    async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    /// Opens an address and follows redirects as long as they stay in the dev pool.
    async fn open(&mut self, path: &str) -> Reply {
        let mut reply = self.get(path).await;
        while reply.header("location").starts_with('/') {
            let location = reply.header("location").to_owned();
            reply = self.get(&location).await;
        }
        reply
    }

    /// Fills in the form of a page and sends it. With several forms, the one that has the first field's name.
    async fn submit(&mut self, page: &Reply, fields: &[(&str, &str)]) -> Reply {
        let form = page
            .text
            .split("<form ")
            .skip(1)
            .find(|form| form.contains(&format!("name=\"{}\"", fields[0].0)))
            .unwrap_or_else(|| panic!("no field {} in {}", fields[0].0, page.text));
        let action = unescape(attribute(form, "action"));
        let id = attribute(form, "value").to_owned();
        let mut all = vec![("_csrf", id.as_str())];
        all.extend(fields);
        self.send(Method::POST, &action, Some(encode(&all))).await
    }

    /// Signs in with a password.
    async fn sign_in(&mut self, email: &str) -> Reply {
        let page = self.open(&authorize(&[])).await;
        self.submit(&page, &[("username", email), ("password", PASSWORD)]).await
    }

    /// Signs in with the pretend provider.
    async fn social(&mut self, person: &str) -> Reply {
        let page = self.open(&authorize(&[("identity_provider", "PretendSocial")])).await;
        self.submit(&page, &[("person", person)]).await
    }

    /// The same with an address that is typed.
    async fn social_with(&mut self, email: &str, verified: bool) -> Reply {
        let page = self.open(&authorize(&[("identity_provider", "PretendSocial")])).await;
        let mut fields = vec![("email", email), ("person", "typed")];
        if verified {
            fields.push(("email_verified", "true"));
        }
        self.submit(&page, &fields).await
    }
}

fn attribute<'a>(html: &'a str, name: &str) -> &'a str {
    html.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap()
}

fn unescape(html: &str) -> String {
    html.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What every page has: a strict policy, no script, nothing that another origin might read.
fn assert_page(reply: &Reply) {
    let policy = reply.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'")
    );
    assert!(policy.ends_with("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(reply.header("x-frame-options"), "DENY");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("access-control-allow-origin"), "");
    for forbidden in ["<script", " style=", " onclick", "<iframe"] {
        assert!(!reply.text.contains(forbidden), "{forbidden}");
    }
    assert!(reply.text.starts_with("<!DOCTYPE html><html lang=\"en\">"));
}

/// What came back to the app.
fn came_back(reply: &Reply) -> BTreeMap<String, String> {
    assert!(matches!(reply.status, StatusCode::FOUND | StatusCode::SEE_OTHER), "{} {}", reply.status, reply.text);
    let (address, query) = reply.header("location").split_once('?').unwrap();
    assert_eq!(address, CALLBACK);
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The code that came back, with the state as it was.
fn code_of(reply: &Reply) -> String {
    let parameters = came_back(reply);
    assert_eq!(parameters["state"], "state of the app");
    assert_eq!(parameters.len(), 2, "{parameters:?}");
    parameters["code"].clone()
}

/// `error: error_description` that came back, with the state as it was.
fn error_of(reply: &Reply) -> String {
    let parameters = came_back(reply);
    assert_eq!(parameters["state"], "state of the app");
    assert!(!parameters.contains_key("code"));
    format!("{}: {}", parameters["error"], parameters["error_description"])
}

async fn post(pool: &DevPool, path: &str, fields: &[(&str, &str)]) -> Reply {
    let request = pool.request(Method::POST, path).header("content-type", FORM).body(encode(fields));
    let reply = pool.send(request).await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert_eq!(reply.header("cache-control"), "no-store");
    reply
}

/// The request for tokens, with `changes` over it; an empty value takes a parameter away.
async fn exchange_with(pool: &DevPool, code: &str, changes: &[(&str, &str)]) -> Reply {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    post(pool, "/oauth2/token", &fields).await
}

async fn exchange(pool: &DevPool, code: &str) -> Value {
    let reply = exchange_with(pool, code, &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

async fn refresh(pool: &DevPool, token: &str) -> Reply {
    post(pool, "/oauth2/token", &[("grant_type", "refresh_token"), ("client_id", CLIENT), ("refresh_token", token)])
        .await
}

async fn user_info(pool: &DevPool, access_token: &Value) -> Reply {
    let token = access_token.as_str().unwrap();
    pool.send(pool.request(Method::GET, "/oauth2/userInfo").header("authorization", format!("Bearer {token}"))).await
}

async fn user(pool: &DevPool, name: &str) -> Value {
    pool.admin(Method::GET, &format!("users/{name}"), None).await
}

#[tokio::test]
async fn a_code_becomes_tokens() {
    let pool = DevPool::start().await;
    let ann = pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let first = browser.get(&authorize(&[])).await;
    assert_eq!(first.status, 302);
    assert!(first.header("location").starts_with("/login?client_id="), "as at AWS");
    let page = browser.open(&authorize(&[])).await;
    assert!(page.text.contains("<h1>Sign in</h1>") && page.text.contains("localhost:8080"));
    assert!(page.header("content-security-policy").contains("form-action 'self' http://localhost:8080;"));
    let done = browser.submit(&page, &[("username", " ann@example.com "), ("password", PASSWORD)]).await;
    assert_eq!(done.status, 303);
    pool.advance(100).await;
    let tokens = exchange(&pool, &code_of(&done)).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens.as_object().unwrap().len(), 5);

    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["scope"], "openid email profile");
    assert_eq!(access["client_id"], CLIENT);
    assert_eq!(access["iss"], format!("{}/us-east-1_Doorward1", pool.url));
    let id = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["nonce"], "nonce-1");
    assert_eq!(id["sub"], ann["sub"]);
    assert_eq!(id["aud"], CLIENT);
    assert_eq!(id["email"], "ann@example.com");
    assert_eq!(id["iat"].as_i64().unwrap(), id["auth_time"].as_i64().unwrap() + 100, "signed in before the exchange");
    assert!(id.get("acr").is_none());
    let half = &Sha256::digest(tokens["access_token"].as_str().unwrap())[..16];
    assert_eq!(id["at_hash"], URL_SAFE_NO_PAD.encode(half));

    let requests = pool.admin(Method::GET, "requests", None).await;
    let names: Vec<&str> = requests.as_array().unwrap().iter().map(|r| r["operation"].as_str().unwrap()).collect();
    assert_eq!(names, ["OAuthToken", "OAuthLogin", "OAuthLogin", "OAuthAuthorize", "OAuthAuthorize"]);
    assert!(!requests.to_string().contains("ann@example.com"));
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let page = browser.open(&authorize(&[("scope", "aws.cognito.signin.user.admin")])).await;
    let done = browser.submit(&page, &[("username", "ann@example.com"), ("password", PASSWORD)]).await;
    let tokens = exchange(&pool, &code_of(&done)).await;
    // The API gives one with this scope; here it is a matter of openid alone.
    assert!(tokens.get("id_token").is_none());
    assert_eq!(pool.get_user(tokens["access_token"].as_str().unwrap()).await.status, 200);
    let info = user_info(&pool, &tokens["access_token"]).await;
    assert_eq!(info.status, 403);
    assert!(info.header("www-authenticate").contains("error=\"insufficient_scope\""));
}

#[tokio::test]
async fn who_asks_for_no_scope_gets_all_that_is_allowed() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    pool.settings(json!({ "oauth": { "scopes": ["openid", "email"] } })).await;
    let mut browser = Browser::new(&pool);
    let page = browser.open(&authorize(&[("scope", "")])).await;
    let done = browser.submit(&page, &[("username", "ann@example.com"), ("password", PASSWORD)]).await;
    let tokens = exchange(&pool, &code_of(&done)).await;
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["scope"], "openid email");
    // The token may not do what it was not given for.
    let error = pool.get_user(tokens["access_token"].as_str().unwrap()).await.error();
    assert_eq!(error, "NotAuthorizedException: Access Token does not have required scopes");
}

#[tokio::test]
async fn codes_are_refused_to_whoever_should_not_have_them() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let other = "x".repeat(43);
    let other_callback = "http://127.0.0.1:8080/auth/callback";
    for (changes, status, error) in [
        (&[("code_verifier", other.as_str())][..], 400, "invalid_grant"),
        (&[("redirect_uri", other_callback)], 400, "invalid_grant"),
        (&[("code_verifier", "")], 400, "invalid_request"),
        (&[("code_verifier", "short")], 400, "invalid_request"),
        (&[("redirect_uri", "")], 400, "invalid_request"),
        (&[("code", "")], 400, "invalid_request"),
        (&[("code", "nonsense")], 400, "invalid_grant"),
        (&[("grant_type", "")], 400, "invalid_request"),
        (&[("grant_type", "password")], 400, "unsupported_grant_type"),
        (&[("grant_type", "client_credentials")], 400, "unauthorized_client"),
        (&[("client_id", "")], 400, "invalid_client"),
        (&[("client_id", "another")], 400, "invalid_client"),
        (&[("client_secret", "hush")], 400, "invalid_client"),
    ] {
        let mut browser = Browser::new(&pool);
        let code = code_of(&browser.sign_in("ann@example.com").await);
        let reply = exchange_with(&pool, &code, changes).await;
        assert_eq!(reply.status, status, "{changes:?} {}", reply.text);
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.json()["error"], error, "{changes:?} {}", reply.text);
        assert!(reply.json()["error_description"].is_string());
    }
}

#[tokio::test]
async fn a_mistake_uses_a_code_up() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let code = code_of(&Browser::new(&pool).sign_in("ann@example.com").await);
    // A request that is not whole says nothing about who has the code.
    assert_eq!(exchange_with(&pool, &code, &[("code_verifier", "")]).await.json()["error"], "invalid_request");
    assert_eq!(
        exchange_with(&pool, &code, &[("code_verifier", &"x".repeat(43))]).await.json()["error"],
        "invalid_grant"
    );
    assert_eq!(exchange_with(&pool, &code, &[]).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_that_comes_again_ends_what_it_gave() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let code = code_of(&browser.sign_in("ann@example.com").await);
    let other = exchange(&pool, &code_of(&browser.open(&authorize(&[])).await)).await;
    let tokens = exchange(&pool, &code).await;
    assert_eq!(user_info(&pool, &tokens["access_token"]).await.status, 200);
    // Also long after the code itself would be over.
    pool.advance(600).await;
    let again = exchange_with(&pool, &code, &[]).await;
    assert_eq!((again.status.as_u16(), &again.json()["error"]), (400, &json!("invalid_grant")));
    assert_eq!(user_info(&pool, &tokens["access_token"]).await.status, 401);
    assert_eq!(refresh(&pool, tokens["refresh_token"].as_str().unwrap()).await.json()["error"], "invalid_grant");
    assert_eq!(user_info(&pool, &other["access_token"]).await.status, 200, "that was another sign-in");
}

#[tokio::test]
async fn of_many_exchanges_at_once_one_counts_and_ends() {
    let pool = std::sync::Arc::new(DevPool::start().await);
    pool.user("ann@example.com").await;
    let code = code_of(&Browser::new(&pool).sign_in("ann@example.com").await);
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (pool, code) = (std::sync::Arc::clone(&pool), code.clone());
        clients.spawn(async move { exchange_with(&pool, &code, &[]).await });
    }
    let replies: Vec<Reply> = clients.join_all().await;
    let given: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(given.len(), 1);
    assert_eq!(user_info(&pool, &given[0].json()["access_token"]).await.status, 401);
}

#[tokio::test]
async fn a_code_ends_after_five_minutes() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let code = code_of(&browser.sign_in("ann@example.com").await);
    pool.advance(299).await;
    exchange(&pool, &code).await;
    let code = code_of(&browser.open(&authorize(&[])).await);
    pool.advance(300).await;
    assert_eq!(exchange_with(&pool, &code, &[]).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_ends_with_its_user_and_their_sign_out() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let code = code_of(&browser.sign_in("ann@example.com").await);
    let tokens = pool.tokens("ann@example.com").await;
    pool.ok("GlobalSignOut", json!({ "AccessToken": tokens.access })).await;
    assert_eq!(exchange_with(&pool, &code, &[]).await.json()["error"], "invalid_grant");
    let page = browser.open(&authorize(&[])).await;
    assert!(page.text.contains("<h1>Sign in</h1>"), "the session of the page has ended too");

    let code = code_of(&browser.sign_in("ann@example.com").await);
    pool.admin(Method::PATCH, "users/ann@example.com", Some(json!({ "enabled": false }))).await;
    assert_eq!(exchange_with(&pool, &code, &[]).await.json()["error"], "invalid_grant");
    let page = browser.open(&authorize(&[])).await;
    assert!(page.text.contains("<h1>Sign in</h1>"));
}

#[tokio::test]
async fn codes_and_sessions_of_the_page_outlive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let file = || devpool::StateLocation::File(directory.path().join("state.json"));
    let pool = DevPool::start_with(file()).await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let code = code_of(&browser.sign_in("ann@example.com").await);
    let cookies = browser.cookies;
    let written = std::fs::read_to_string(directory.path().join("state.json")).unwrap();
    assert!(!written.contains(&code) && !written.contains(&cookies["cognito"]), "fingerprints only");
    pool.stop().await;
    let pool = DevPool::start_with(file()).await;
    exchange(&pool, &code).await;
    let mut browser = Browser { cookies, ..Browser::new(&pool) };
    code_of(&browser.open(&authorize(&[])).await);
}

#[tokio::test]
async fn the_token_endpoint_takes_forms_only() {
    let pool = DevPool::start().await;
    for content_type in ["application/json", "text/plain", "multipart/form-data", ""] {
        let request = pool.request(Method::POST, "/oauth2/token").header("content-type", content_type);
        let reply = pool.send(request.body("grant_type=refresh_token")).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (400, &json!("invalid_request")), "{content_type}");
    }
    let twice = [("grant_type", "refresh_token"), ("client_id", CLIENT), ("grant_type", "refresh_token")];
    assert_eq!(post(&pool, "/oauth2/token", &twice).await.json()["error"], "invalid_request");
    let basic = pool.request(Method::POST, "/oauth2/token").header("content-type", FORM);
    let basic = basic.basic_auth(CLIENT, Some("hush")).body("grant_type=refresh_token");
    let reply = pool.send(basic).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (401, &json!("invalid_client")));
    assert!(reply.header("www-authenticate").starts_with("Basic"));
    assert_eq!(pool.send(pool.request(Method::GET, "/oauth2/token")).await.status, 405);
    let huge = pool.request(Method::POST, "/oauth2/token").header("content-type", FORM).body("x".repeat(2_000_000));
    assert_eq!(pool.send(huge).await.status, 413);
}

#[tokio::test]
async fn nothing_is_sent_to_strangers() {
    let pool = DevPool::start().await;
    let mut browser = Browser::new(&pool);
    let long = "x".repeat(20_000);
    for (changes, status) in [
        (&[("client_id", "another")][..], 400),
        (&[("client_id", "")], 400),
        (&[("redirect_uri", "")], 400),
        (&[("redirect_uri", "https://evil.test/")], 400),
        (&[("redirect_uri", "http://localhost:8080/auth/callback/")], 400),
        (&[("redirect_uri", "http://localhost:8080/auth/callback?x=1")], 400),
        (&[("redirect_uri", "HTTP://localhost:8080/auth/callback")], 400),
        (&[("redirect_uri", "http://localhost:8080/auth/callback#")], 400),
        (&[("redirect_uri", "http://localhost:8080/auth/../auth/callback")], 400),
        (&[("redirect_uri", "http://localhost:8080@evil.test/auth/callback")], 400),
        (&[("redirect_uri", "http://localhost:8080/auth/callback\r\nX: y")], 400),
        (&[("state", &long)], 414),
    ] {
        for path in ["/oauth2/authorize", "/login", "/pretend-social"] {
            let address = authorize(changes).replace("/oauth2/authorize", path);
            let reply = browser.get(&address).await;
            assert_eq!(reply.status, status, "{changes:?}");
            assert_eq!(reply.header("location"), "");
            assert!(status == 414 || reply.text.contains("role=\"alert\""));
        }
    }
    let twice = format!("{}&redirect_uri={CALLBACK}", authorize(&[]));
    assert_eq!(browser.get(&twice).await.status, 400);
    let posted = browser.send(Method::POST, &authorize(&[]), Some(String::new())).await;
    assert_eq!(posted.status, 405);
}

#[tokio::test]
async fn what_is_wrong_goes_back_to_the_app() {
    let pool = DevPool::start().await;
    let mut browser = Browser::new(&pool);
    for (changes, error) in [
        (&[("response_type", "token")][..], "unsupported_response_type"),
        (&[("response_type", "code token")], "unsupported_response_type"),
        (&[("response_type", "")], "invalid_request"),
        (&[("scope", "openid everything")], "invalid_scope"),
        (&[("scope", "email")], "invalid_scope"),
        (&[("scope", " ")], "invalid_scope"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("max_age", "soon")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("prompt", "nonsense")], "invalid_request"),
        (&[("prompt", "none")], "login_required"),
        (&[("prompt", "none"), ("identity_provider", "PretendSocial")], "login_required"),
        (&[("identity_provider", "Facebook")], "invalid_request"),
        (&[("idp_identifier", "facebook.test")], "invalid_request"),
    ] {
        for path in ["/oauth2/authorize", "/login", "/pretend-social"] {
            let reply = browser.get(&authorize(changes).replace("/oauth2/authorize", path)).await;
            let told = error_of(&reply);
            assert!(told.starts_with(&format!("{error}: ")), "{changes:?} {told}");
        }
    }
    let twice = format!("{}&scope=openid", authorize(&[]));
    assert!(error_of(&browser.get(&twice).await).starts_with("invalid_request: "));
    let no_text = format!("{}&login_hint=%FF", authorize(&[]));
    assert!(error_of(&browser.get(&no_text).await).starts_with("invalid_request: "));
}

#[tokio::test]
async fn the_state_comes_back_as_it_was() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    browser.sign_in("ann@example.com").await;
    for state in ["a b+c&d=e", "ä密🔐", "\"><script>", "%00%0d%0a", "{\"next\":\"/x?y=z#w\"}", "\r\nSet-Cookie: x=y"]
    {
        let back = came_back(&browser.get(&authorize(&[("state", state)])).await);
        assert_eq!(back["state"], state);
        let back = came_back(&browser.get(&authorize(&[("state", state), ("scope", "x")])).await);
        assert_eq!(back["state"], state);
    }
    let back = came_back(&browser.get(&authorize(&[("state", "")])).await);
    assert!(!back.contains_key("state"));
    // An address with a query of its own keeps it.
    let callback = "http://localhost:8080/cb?tenant=1";
    pool.settings(json!({ "oauth": { "callback_urls": [callback] } })).await;
    let back = browser.get(&authorize(&[("redirect_uri", callback)])).await;
    assert!(back.header("location").starts_with("http://localhost:8080/cb?tenant=1&code="));
}

#[tokio::test]
async fn apps_with_a_scheme_of_their_own_may_be_led_back_to() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    pool.settings(json!({ "oauth": { "callback_urls": ["myapp://callback"] } })).await;
    let mut browser = Browser::new(&pool);
    let page = browser.open(&authorize(&[("redirect_uri", "myapp://callback")])).await;
    assert!(page.header("content-security-policy").contains("form-action 'self' myapp:;"));
    let done = browser.submit(&page, &[("username", "ann@example.com"), ("password", PASSWORD)]).await;
    assert!(done.header("location").starts_with("myapp://callback?code="));
}

#[tokio::test]
async fn mistakes_are_told_next_to_the_field() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let page = browser.open(&authorize(&[("login_hint", "ann@example.com")])).await;
    assert!(page.text.contains("value=\"ann@example.com\""));
    for (name, password, field, why) in [
        ("ann@example.com", "Wr0ng-Password", "password", "Incorrect username or password."),
        ("nobody@example.com", PASSWORD, "password", "Incorrect username or password."),
        ("ann@example.com", "", "password", "Enter your password."),
        ("", PASSWORD, "username", "Enter it, please."),
    ] {
        let page = page_of(&mut browser).await;
        let wrong = browser.submit(&page, &[("username", name), ("password", password)]).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains(&format!("<p class=\"error\" id=\"{field}-error\">{why}</p>")), "{}", wrong.text);
        assert!(wrong.text.contains(&format!("aria-describedby=\"{field}-error\"")));
        assert!(wrong.text.contains("<title>Error: Sign in"));
        assert!(!wrong.text.contains(PASSWORD));
        // The page that came back works.
        let done = browser.submit(&wrong, &[("username", "ann@example.com"), ("password", PASSWORD)]).await;
        code_of(&done);
    }
    let requests = pool.admin(Method::GET, "requests", None).await;
    let errors: Vec<&str> =
        requests.as_array().unwrap().iter().filter_map(|request| request["error"].as_str()).collect();
    assert!(errors.contains(&"NotAuthorizedException") && errors.contains(&"InvalidParameterException"));
}

async fn page_of(browser: &mut Browser<'_>) -> Reply {
    browser.open(&authorize(&[("prompt", "login")])).await
}

#[tokio::test]
async fn accounts_that_are_not_ready_are_explained() {
    let pool = DevPool::start().await;
    pool.sign_up("new@example.com").await;
    pool.user("reset@example.com").await;
    pool.admin(Method::PATCH, "users/reset@example.com", Some(json!({ "status": "RESET_REQUIRED" }))).await;
    pool.user("off@example.com").await;
    pool.admin(Method::PATCH, "users/off@example.com", Some(json!({ "enabled": false }))).await;
    let mut browser = Browser::new(&pool);
    for (email, why) in [
        ("new@example.com", "not confirmed yet"),
        ("reset@example.com", "must be reset"),
        ("off@example.com", "User is disabled."),
    ] {
        let reply = browser.sign_in(email).await;
        assert_eq!(reply.status, 400);
        assert!(reply.text.contains(why), "{}", reply.text);
        assert!(!browser.cookies.contains_key("cognito"));
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_here_too() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let mut page = browser.open(&authorize(&[])).await;
    for _ in 0..5 {
        page = browser.submit(&page, &[("username", "ann@example.com"), ("password", "Wr0ng-Password")]).await;
    }
    page = browser.submit(&page, &[("username", "ann@example.com"), ("password", PASSWORD)]).await;
    assert!(page.text.contains("Password attempts exceeded"));
    pool.advance(1).await;
    code_of(&browser.submit(&page, &[("username", "ann@example.com"), ("password", PASSWORD)]).await);
}

#[tokio::test]
async fn a_temporary_password_is_replaced_at_the_page() {
    let pool = DevPool::start().await;
    let schema = json!([
        { "name": "email", "required": true }, { "name": "name", "required": true }, { "name": "given_name" },
    ]);
    pool.settings(json!({ "schema": schema })).await;
    pool.invited("ann@example.com", "Temp0rary!").await;
    let mut browser = Browser::new(&pool);
    let page = browser.open(&authorize(&[])).await;
    let page = browser.submit(&page, &[("username", "ann@example.com"), ("password", "Temp0rary!")]).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Choose a new password") && page.text.contains("At least 8 characters"));
    assert!(page.text.contains("name=\"userAttributes.name\"") && !page.text.contains("userAttributes.email"));
    let name = ("userAttributes.name", "Ann <b>");
    let page = browser.submit(&page, &[("new_password", "weak"), name]).await;
    assert!(page.text.contains("id=\"new_password-error\">Password did not conform with policy"), "{}", page.text);
    let page = browser.submit(&page, &[("new_password", "Entirely-n3w")]).await;
    assert!(page.text.contains("name is missing"), "{}", page.text);
    let done = browser.submit(&page, &[("new_password", "Entirely-n3w"), name]).await;
    let tokens = exchange(&pool, &code_of(&done)).await;
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["name"], "Ann <b>");
    assert_eq!(pool.with_password("ann@example.com", "Entirely-n3w").await.status, 200);
}

#[tokio::test]
async fn second_factors_are_asked_for_at_the_page() {
    let pool = DevPool::start().await;
    let body =
        json!({ "email": "ann@example.com", "password": PASSWORD, "attributes": { "phone_number": "+15555550100" } });
    pool.admin(Method::POST, "users", Some(body)).await;
    let tokens = pool.tokens("ann@example.com").await;
    let on = json!({ "AccessToken": tokens.access, "SMSMfaSettings": { "Enabled": true }, "EmailMfaSettings": { "Enabled": true } });
    pool.ok("SetUserMFAPreference", on).await;
    pool.admin(Method::PUT, "users/ann@example.com/totp", None).await;
    let mut browser = Browser::new(&pool);

    for (choice, to) in [("SMS_MFA", "+15555550100"), ("EMAIL_OTP", "ann@example.com")] {
        let page = page_of(&mut browser).await;
        let page = browser.submit(&page, &[("username", "ann@example.com"), ("password", PASSWORD)]).await;
        assert!(page.text.contains("Choose how to go on") && page.text.contains("A code from my authenticator app"));
        let page = browser.submit(&page, &[("answer", choice)]).await;
        assert!(page.text.contains("It was sent by"), "{}", page.text);
        let code = pool.code(to).await;
        let wrong = browser.submit(&page, &[("code", other_code(&code))]).await;
        assert!(wrong.text.contains("id=\"code-error\">Invalid code or auth state for the user."), "{}", wrong.text);
        let done = browser.submit(&wrong, &[("code", &format!("{} {}", &code[..3], &code[3..]))]).await;
        let tokens = exchange(&pool, &code_of(&done)).await;
        assert!(claims(tokens["id_token"].as_str().unwrap()).get("acr").is_none(), "nobody asked for a level");
    }

    let page = page_of(&mut browser).await;
    let page = browser.submit(&page, &[("username", "ann@example.com"), ("password", PASSWORD)]).await;
    let page = browser.submit(&page, &[("answer", "SOFTWARE_TOKEN_MFA")]).await;
    let totp = pool.admin(Method::GET, "users/ann@example.com/totp", None).await;
    let mut page = browser.submit(&page, &[("code", other_code(totp["code"].as_str().unwrap()))]).await;
    // After some wrong codes the challenge is over, and with it what was proved.
    for _ in 0..4 {
        assert!(page.text.contains("Enter the code"));
        page = browser.submit(&page, &[("code", other_code(totp["code"].as_str().unwrap()))]).await;
    }
    assert!(page.text.contains("<h1>Sign in</h1>") && page.text.contains("role=\"alert\""));
    assert!(page.text.contains("value=\"ann@example.com\""));
}

#[tokio::test]
async fn a_code_can_take_the_place_of_the_password() {
    let pool = DevPool::start().await;
    pool.admin(Method::POST, "users", Some(json!({ "email": "ann@example.com", "passwordless": true }))).await;
    let mut browser = Browser::new(&pool);
    let page = browser.open(&authorize(&[("acr_values", "urn:cognito:loa:1")])).await;
    assert!(page.text.contains("Send me a code instead"));
    let nobody = browser.submit(&page, &[("username", ""), ("with", "code")]).await;
    assert!(nobody.text.contains("id=\"username-error\""));
    let page = browser.submit(&nobody, &[("username", "ann@example.com"), ("with", "code")]).await;
    assert!(page.text.contains("It was sent by email to <strong>a***@e***</strong>"), "{}", page.text);
    let done = browser.submit(&page, &[("code", &pool.code("ann@example.com").await)]).await;
    let tokens = exchange(&pool, &code_of(&done)).await;
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["acr"], "urn:cognito:loa:1");

    // Nobody learns whether there is such a user.
    let page = page_of(&mut browser).await;
    let page = browser.submit(&page, &[("username", "nobody@example.com"), ("with", "code")]).await;
    assert!(page.text.contains("It was sent by email to <strong>n***@e***</strong>"), "{}", page.text);

    // Who cannot have that one chooses.
    pool.settings(json!({ "first_factors": ["PASSWORD", "SMS_OTP", "WEB_AUTHN"] })).await;
    let body =
        json!({ "email": "bob@example.com", "password": PASSWORD, "attributes": { "phone_number": "+15555550100" } });
    pool.admin(Method::POST, "users", Some(body)).await;
    let page = page_of(&mut browser).await;
    let choice = browser.submit(&page, &[("username", "bob@example.com"), ("with", "code")]).await;
    assert!(choice.text.contains("Choose how to sign in") && !choice.text.contains("PASSWORD_SRP"));
    let page = browser.submit(&choice, &[("answer", "SMS_OTP")]).await;
    let done = browser.submit(&page, &[("code", &pool.code("+15555550100").await)]).await;
    code_of(&done);
    let page = page_of(&mut browser).await;
    let choice = browser.submit(&page, &[("username", "bob@example.com"), ("with", "code")]).await;
    let page = browser.submit(&choice, &[("answer", "PASSWORD")]).await;
    assert!(page.text.contains("Enter your password"));
    let wrong = browser.submit(&page, &[("password", "Wr0ng-Password")]).await;
    assert!(wrong.text.contains("id=\"password-error\">Incorrect username or password."));
    code_of(&browser.submit(&wrong, &[("username", "bob@example.com"), ("password", PASSWORD)]).await);
    let page = page_of(&mut browser).await;
    let choice = browser.submit(&page, &[("username", "bob@example.com"), ("with", "code")]).await;
    let page = browser.submit(&choice, &[("answer", "PASSWORD")]).await;
    code_of(&browser.submit(&page, &[("password", PASSWORD)]).await);

    for without in [json!({ "first_factors": ["PASSWORD"] }), json!({ "auth_flows": ["ALLOW_USER_SRP_AUTH"] })] {
        pool.settings(without).await;
        let page = page_of(&mut browser).await;
        assert!(!page.text.contains("Send me a code"));
        // The page needs none of the API's flows for a password.
        code_of(&browser.submit(&page, &[("username", "bob@example.com"), ("password", PASSWORD)]).await);
    }
}

#[tokio::test]
async fn steps_the_page_does_not_have_are_explained() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "mfa": { "configuration": "ON", "methods": ["SOFTWARE_TOKEN"] } })).await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let page = browser.sign_in("ann@example.com").await;
    assert!(page.text.contains("Sign in through the app") && page.text.contains("a second factor to be set up"));
    let back = page.text.split("class=\"button\" ").nth(1).unwrap();
    let back = unescape(attribute(back, "href"));
    assert!(back.starts_with(&format!("{CALLBACK}?error=access_denied&")), "{back}");
    assert!(back.contains("state=state+of+the+app"));
}

#[tokio::test]
async fn levels_are_asked_for_and_named() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let (one, three) = ("urn:cognito:loa:1", "urn:cognito:loa:3");
    let mut browser = Browser::new(&pool);
    let page = browser.open(&authorize(&[("acr_values", three)])).await;
    let password = [("username", "ann@example.com"), ("password", PASSWORD)];
    let reply = browser.submit(&page, &password).await;
    assert!(error_of(&reply).starts_with("unmet_authentication_requirements: "));

    pool.admin(Method::PUT, "users/ann@example.com/totp", None).await;
    pool.settings(json!({ "mfa": { "configuration": "OPTIONAL" } })).await;
    let page = browser.open(&authorize(&[("acr_values", &format!("urn:unknown {three}"))])).await;
    let page = browser.submit(&page, &password).await;
    let totp = pool.admin(Method::GET, "users/ann@example.com/totp", None).await;
    let done = browser.submit(&page, &[("code", totp["code"].as_str().unwrap())]).await;
    let id = exchange(&pool, &code_of(&done)).await;
    let id = claims(id["id_token"].as_str().unwrap());
    assert_eq!((&id["acr"], &id["amr"]), (&json!(three), &json!(["pwd", "otp", "mfa"])));
    // What was proved counts for the next app, and for less as well.
    for (asked, named) in [(three, json!(three)), (one, json!(one)), ("", Value::Null)] {
        let tokens = exchange(&pool, &code_of(&browser.get(&authorize(&[("acr_values", asked)])).await)).await;
        assert_eq!(claims(tokens["id_token"].as_str().unwrap())["acr"], named);
    }
    // A session that proved too little is asked again.
    pool.user("bob@example.com").await;
    let page = page_of(&mut browser).await;
    browser.submit(&page, &[("username", "bob@example.com"), ("password", PASSWORD)]).await;
    code_of(&browser.get(&authorize(&[("acr_values", one)])).await);
    assert!(browser.get(&authorize(&[("acr_values", three)])).await.header("location").starts_with("/login?"));
    let silent = authorize(&[("acr_values", three), ("prompt", "none")]);
    assert!(error_of(&browser.get(&silent).await).starts_with("login_required: "));
}

#[tokio::test]
async fn who_is_signed_in_at_the_page_is_not_asked_again() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    pool.user("bob@example.com").await;
    let mut browser = Browser::new(&pool);
    let first = browser.sign_in("ann@example.com").await;
    let cookie =
        first.headers.get_all("set-cookie").iter().find_map(|c| c.to_str().ok().filter(|c| c.starts_with("cognito=")));
    assert!(cookie.unwrap().ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600"));
    let auth_time = claims(exchange(&pool, &code_of(&first)).await["id_token"].as_str().unwrap())["auth_time"].clone();
    pool.advance(1000).await;
    for changes in [
        &[][..],
        &[("prompt", "none")],
        &[("prompt", "consent")],
        &[("max_age", "1000")],
        &[("identity_provider", "COGNITO")],
    ] {
        let reply = browser.get(&authorize(changes)).await;
        let tokens = exchange(&pool, &code_of(&reply)).await;
        let id = claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(id["auth_time"], auth_time, "the person signed in then, not now");
        assert_eq!(id["iat"].as_i64().unwrap(), auth_time.as_i64().unwrap() + 1000);
    }
    for changes in [
        [("prompt", "login")],
        [("prompt", "select_account")],
        [("prompt", "login consent")],
        [("max_age", "999")],
        [("max_age", "0")],
    ] {
        assert!(browser.get(&authorize(&changes)).await.header("location").starts_with("/login?"), "{changes:?}");
    }
    let aged = authorize(&[("max_age", "999"), ("prompt", "none")]);
    assert!(error_of(&browser.get(&aged).await).starts_with("login_required: "));

    // Somebody else signs in: the session of before is gone, on the other side too.
    let before = browser.cookies.clone();
    let page = page_of(&mut browser).await;
    browser.submit(&page, &[("username", "bob@example.com"), ("password", PASSWORD)]).await;
    let tokens = exchange(&pool, &code_of(&browser.get(&authorize(&[])).await)).await;
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["email"], "bob@example.com");
    let mut old = Browser { cookies: before, ..Browser::new(&pool) };
    assert!(old.get(&authorize(&[])).await.header("location").starts_with("/login?"));

    pool.advance(3600).await;
    assert!(browser.get(&authorize(&[])).await.header("location").starts_with("/login?"), "an hour is over");
}

#[tokio::test]
async fn the_session_of_the_page_is_among_the_users_sessions() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let page = browser.open(&authorize(&[("scope", "openid aws.cognito.signin.user.admin")])).await;
    let done = browser.submit(&page, &[("username", "ann@example.com"), ("password", PASSWORD)]).await;
    let tokens = exchange(&pool, &code_of(&done)).await;
    let access = tokens["access_token"].as_str().unwrap();
    let sessions = pool.ok("ListUserSessions", json!({ "AccessToken": access })).await;
    let of_type = |kind: &str| {
        let mut all = sessions["Sessions"].as_array().unwrap().iter();
        all.find(|session| session["SessionType"] == kind).unwrap().clone()
    };
    let sso = of_type("SSO");
    assert_eq!(of_type("TOKEN")["OriginSessionId"], sso["SessionId"]);
    pool.ok("RevokeUserSession", json!({ "AccessToken": access, "SessionId": sso["SessionId"] })).await;
    assert!(browser.get(&authorize(&[])).await.header("location").starts_with("/login?"));
}

#[tokio::test]
async fn signing_out_ends_the_session_of_the_page() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let logout = |pairs: &[(&str, &str)]| format!("/logout?{}", encode(pairs));
    let logout_uri = "http://localhost:8080/auth/signout";
    let mut browser = Browser::new(&pool);
    let tokens = exchange(&pool, &code_of(&browser.sign_in("ann@example.com").await)).await;
    let stolen = browser.cookies.clone();
    let reply = browser.get(&logout(&[("client_id", CLIENT), ("logout_uri", logout_uri)])).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (302, logout_uri));
    assert!(!browser.cookies.contains_key("cognito"));
    let mut thief = Browser { cookies: stolen, ..Browser::new(&pool) };
    assert!(thief.get(&authorize(&[])).await.header("location").starts_with("/login?"));
    assert_eq!(user_info(&pool, &tokens["access_token"]).await.status, 200, "tokens are revoked apart from that");

    // With what a sign-in needs it leads to the next one.
    browser.sign_in("ann@example.com").await;
    let again = authorize(&[]).replace("/oauth2/authorize", "/logout");
    let reply = browser.open(&again).await;
    assert!(reply.text.contains("<h1>Sign in</h1>"));
    code_of(&browser.submit(&reply, &[("username", "ann@example.com"), ("password", PASSWORD)]).await);

    for wrong in [
        &[][..],
        &[("client_id", CLIENT)],
        &[("logout_uri", logout_uri)],
        &[("client_id", "another"), ("logout_uri", logout_uri)],
        &[("client_id", CLIENT), ("logout_uri", "https://evil.test/")],
        &[("client_id", CLIENT), ("logout_uri", "http://localhost:8080/auth/signout/")],
        &[("client_id", CLIENT), ("logout_uri", CALLBACK)],
        &[("client_id", CLIENT), ("redirect_uri", logout_uri), ("response_type", "code")],
        &[("client_id", CLIENT), ("redirect_uri", CALLBACK)],
        &[("client_id", CLIENT), ("logout_uri", logout_uri), ("logout_uri", "https://evil.test/")],
    ] {
        let reply = browser.get(&logout(wrong)).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (400, ""), "{wrong:?}");
        assert!(browser.cookies.contains_key("cognito"), "{wrong:?}");
    }
}

#[tokio::test]
async fn refreshing_works_as_in_the_api() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let tokens = exchange(&pool, &code_of(&browser.sign_in("ann@example.com").await)).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let reply = refresh(&pool, token).await;
    assert_eq!(reply.status, 200);
    let new = reply.json();
    assert!(new.get("refresh_token").is_none());
    let id = claims(new["id_token"].as_str().unwrap());
    assert_eq!(id["nonce"], "nonce-1");
    assert_eq!(claims(new["access_token"].as_str().unwrap())["scope"], "openid email profile");

    pool.settings(json!({ "refresh_token_rotation": { "enabled": true } })).await;
    let rotated = refresh(&pool, token).await.json();
    let next = rotated["refresh_token"].as_str().unwrap();
    assert_ne!(next, token);
    for (bad, why) in [(token, "Refresh token has already been used."), ("nonsense", "Invalid Refresh Token")] {
        let reply = refresh(&pool, bad).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.json(), json!({ "error": "invalid_grant", "error_description": why }));
    }
    assert_eq!(refresh(&pool, next).await.status, 200);
    pool.advance(30 * 86_400).await;
    assert_eq!(refresh(&pool, next).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn refresh_tokens_are_revoked() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let tokens = exchange(&pool, &code_of(&Browser::new(&pool).sign_in("ann@example.com").await)).await;
    let token = |name: &str| tokens[name].as_str().unwrap();
    let revoke = |pairs: Vec<(&'static str, String)>| {
        let pool = &pool;
        async move {
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            post(pool, "/oauth2/revoke", &pairs).await
        }
    };
    let client = || ("client_id", CLIENT.to_owned());
    for (pairs, status, error) in [
        (vec![client(), ("token", token("access_token").to_owned())], 400, "unsupported_token_type"),
        (vec![client(), ("token", token("id_token").to_owned())], 400, "unsupported_token_type"),
        (vec![client()], 400, "invalid_request"),
        (vec![("token", token("refresh_token").to_owned())], 400, "invalid_client"),
    ] {
        let reply = revoke(pairs).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (status, &json!(error)));
    }
    assert_eq!(revoke(vec![client(), ("token", "nobody-knows-it".to_owned())]).await.status, 200);
    assert_eq!(refresh(&pool, token("refresh_token")).await.status, 200);
    pool.settings(json!({ "tokens": { "revocation": false } })).await;
    let refused = revoke(vec![client(), ("token", token("refresh_token").to_owned())]).await;
    assert_eq!(refused.json()["error"], "unauthorized_client");
    pool.settings(json!({ "tokens": { "revocation": true } })).await;
    let reply = revoke(vec![client(), ("token", token("refresh_token").to_owned())]).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (200, ""));
    assert_eq!(refresh(&pool, token("refresh_token")).await.json()["error"], "invalid_grant");
    assert_eq!(user_info(&pool, &tokens["access_token"]).await.status, 401);
}

#[tokio::test]
async fn user_info_shows_what_the_scope_allows() {
    let pool = DevPool::start().await;
    let attributes =
        json!({ "phone_number": "+15555550100", "name": "Ann", "address": "Here", "custom:agentName": "7" });
    let body = json!({ "email": "ann@example.com", "password": PASSWORD, "attributes": attributes });
    let ann = pool.admin(Method::POST, "users", Some(body)).await;
    let mut browser = Browser::new(&pool);
    browser.sign_in("ann@example.com").await;
    for (scope, names) in [
        (
            "openid",
            &[
                "address",
                "custom:agentName",
                "email",
                "email_verified",
                "name",
                "phone_number",
                "phone_number_verified",
            ][..],
        ),
        ("openid email", &["email", "email_verified"]),
        ("openid phone", &["phone_number", "phone_number_verified"]),
        ("openid profile", &["custom:agentName", "name"]),
        ("openid email profile", &["custom:agentName", "email", "email_verified", "name"]),
    ] {
        let tokens = exchange(&pool, &code_of(&browser.get(&authorize(&[("scope", scope)])).await)).await;
        let info = user_info(&pool, &tokens["access_token"]).await;
        assert_eq!(info.status, 200);
        assert_eq!(info.header("access-control-allow-origin"), "*");
        let mut info = info.json();
        let info = info.as_object_mut().unwrap();
        assert_eq!(info.remove("sub"), Some(ann["sub"].clone()));
        assert_eq!(info.remove("username"), Some(ann["username"].clone()));
        assert_eq!(info.keys().collect::<Vec<_>>(), names, "{scope}");
        assert!(info.values().all(Value::is_string));
        // The ID token shows the same.
        let id = claims(tokens["id_token"].as_str().unwrap());
        for name in ["email", "name", "phone_number", "address", "custom:agentName"] {
            assert_eq!(id.get(name).is_some(), names.contains(&name), "{scope} {name}");
        }
    }
}

#[tokio::test]
async fn user_info_says_what_is_wrong_in_its_header() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let bare = pool.send(pool.request(Method::GET, "/oauth2/userInfo")).await;
    assert_eq!((bare.status.as_u16(), bare.header("www-authenticate")), (401, "Bearer"));
    assert!(bare.header("access-control-expose-headers").contains("www-authenticate"));
    for wrong in ["nonsense", "a.b.c", &pool.tokens("ann@example.com").await.id] {
        let reply = user_info(&pool, &json!(wrong)).await;
        assert_eq!(reply.status, 401);
        assert!(reply.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
        assert_eq!(reply.json()["error"], "invalid_token");
    }
    let tokens = exchange(&pool, &code_of(&Browser::new(&pool).sign_in("ann@example.com").await)).await;
    let token = tokens["access_token"].as_str().unwrap();
    let posted = pool.request(Method::POST, "/oauth2/userInfo").header("authorization", format!("bearer {token}"));
    assert_eq!(pool.send(posted).await.status, 200);
    pool.advance(3600).await;
    assert_eq!(user_info(&pool, &tokens["access_token"]).await.status, 401);
    let api = pool.tokens("ann@example.com").await;
    assert_eq!(user_info(&pool, &json!(api.access)).await.status, 403, "tokens of the API have no openid");
}

#[tokio::test]
async fn somebody_new_comes_from_the_provider_and_comes_again() {
    let pool = DevPool::start().await;
    let mut browser = Browser::new(&pool);
    let page = browser.open(&authorize(&[("identity_provider", "PretendSocial")])).await;
    assert!(page.text.contains("Who are you at PretendSocial?") && page.text.contains("Mira Okafor"));
    let done = browser.submit(&page, &[("person", "1001")]).await;
    let id = exchange(&pool, &code_of(&done)).await;
    let id = claims(id["id_token"].as_str().unwrap());
    assert_eq!(id["cognito:username"], "pretendsocial_1001");
    assert_eq!((&id["email"], &id["email_verified"]), (&json!("mira@social.test"), &json!(true)));
    assert_eq!((&id["given_name"], &id["name"]), (&json!("Mira"), &json!("Mira Okafor")));
    let identity = &id["identities"][0];
    assert_eq!((&identity["userId"], &identity["providerName"]), (&json!("1001"), &json!("PretendSocial")));
    assert_eq!((&identity["providerType"], &identity["primary"]), (&json!("OIDC"), &json!("true")));
    let mira = user(&pool, "pretendsocial_1001").await;
    assert_eq!(mira["status"], "EXTERNAL_PROVIDER");

    // The page knows them now, as it knows those who typed a password.
    code_of(&browser.get(&authorize(&[])).await);
    let again = Browser::new(&pool).social("1001").await;
    let again = exchange(&pool, &code_of(&again)).await;
    assert_eq!(claims(again["id_token"].as_str().unwrap())["sub"], id["sub"]);
    assert_eq!(pool.admin(Method::GET, "users", None).await.as_array().unwrap().len(), 1);

    // By the identifier, and by the link on the sign-in page.
    let mut other = Browser::new(&pool);
    let page = other.open(&authorize(&[("idp_identifier", "social.test")])).await;
    assert!(page.text.contains("Who are you at PretendSocial?"));
    let page = other.open(&authorize(&[("prompt", "login")])).await;
    let link = page.text.split("class=\"button\" ").nth(1).unwrap();
    let page = other.open(&unescape(attribute(link, "href"))).await;
    code_of(&other.submit(&page, &[("person", "1002")]).await);
    let jonas = user(&pool, "pretendsocial_1002").await;
    assert_eq!(jonas["attributes"]["email_verified"], "false");
}

#[tokio::test]
async fn people_without_a_needed_attribute_are_sent_back() {
    let pool = DevPool::start().await;
    let mut browser = Browser::new(&pool);
    let reply = browser.social("1003").await;
    assert_eq!(error_of(&reply), "invalid_request: attributes required: [email]");
    assert_eq!(pool.admin(Method::GET, "users", None).await, json!([]));
    let schema = json!([{ "name": "email" }, { "name": "name" }]);
    pool.settings(json!({ "schema": schema })).await;
    code_of(&browser.social("1003").await);
    let sol = user(&pool, "pretendsocial_1003").await;
    assert_eq!(sol["attributes"], json!({ "name": "Sol Reyes" }), "what the pool has no place for is left out");
}

#[tokio::test]
async fn whoever_cancels_at_the_provider_is_sent_back() {
    let pool = DevPool::start().await;
    let mut browser = Browser::new(&pool);
    let told = error_of(&browser.social("cancel").await);
    assert_eq!(told, "access_denied: The user cancelled the sign-in at PretendSocial.");
    assert!(!browser.cookies.contains_key("cognito"));
    assert_eq!(pool.admin(Method::GET, "users", None).await, json!([]));
}

#[tokio::test]
async fn an_address_can_be_typed_at_the_provider() {
    let pool = DevPool::start().await;
    let mut browser = Browser::new(&pool);
    let wrong = browser.social_with("<b>nonsense", true).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("id=\"email-error\"") && wrong.text.contains("&lt;b&gt;nonsense"));
    let fields = [("email", "Cleo@Example.com"), ("person", "typed"), ("email_verified", "true")];
    let done = browser.submit(&wrong, &fields).await;
    let tokens = exchange(&pool, &code_of(&done)).await;
    let first = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!((&first["email"], &first["email_verified"]), (&json!("Cleo@Example.com"), &json!(true)));
    let done = Browser::new(&pool).social_with("cleo@example.com", false).await;
    let tokens = exchange(&pool, &code_of(&done)).await;
    let second = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(second["sub"], first["sub"]);
    assert_eq!(second["email_verified"], false, "the provider says so now");
}

#[tokio::test]
async fn an_address_that_is_taken_is_refused_or_linked() {
    let pool = DevPool::start().await;
    let ann = pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let taken = "invalid_request: An account with the given email already exists.";
    assert_eq!(error_of(&browser.social_with("Ann@example.com", true).await), taken);
    pool.settings(json!({ "oauth": { "link_by_email": true } })).await;
    // An address that only one side has verified proves nothing.
    assert_eq!(error_of(&browser.social_with("ann@example.com", false).await), taken);
    pool.admin(Method::PATCH, "users/ann@example.com", Some(json!({ "email_verified": false }))).await;
    assert_eq!(error_of(&browser.social_with("ann@example.com", true).await), taken);
    pool.sign_up("new@example.com").await;
    assert_eq!(error_of(&browser.social_with("new@example.com", true).await), taken);

    pool.admin(Method::PATCH, "users/ann@example.com", Some(json!({ "email_verified": true }))).await;
    let tokens = exchange(&pool, &code_of(&browser.social_with("ann@example.com", true).await)).await;
    let id = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["sub"], ann["sub"]);
    assert_eq!(id["identities"][0]["primary"], "false");
    let linked = user(&pool, "ann@example.com").await;
    assert_eq!(linked["status"], "CONFIRMED");
    assert_eq!(pool.with_password("ann@example.com", PASSWORD).await.status, 200, "the password stays");
    // Once linked, always linked.
    pool.settings(json!({ "oauth": { "link_by_email": false } })).await;
    let tokens = exchange(&pool, &code_of(&Browser::new(&pool).social_with("ann@example.com", true).await)).await;
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["sub"], ann["sub"]);
    pool.admin(Method::PATCH, "users/ann@example.com", Some(json!({ "enabled": false }))).await;
    let refused = Browser::new(&pool).social_with("ann@example.com", true).await;
    assert_eq!(error_of(&refused), "invalid_request: User is disabled.");
}

#[tokio::test]
async fn providers_are_switched_off() {
    let pool = DevPool::start().await;
    let mut browser = Browser::new(&pool);
    pool.settings(json!({ "oauth": { "identity_providers": ["COGNITO"] } })).await;
    assert!(!browser.open(&authorize(&[])).await.text.contains("PretendSocial"));
    let social = authorize(&[("identity_provider", "PretendSocial")]);
    assert!(error_of(&browser.get(&social).await).starts_with("invalid_request: "));
    let direct = authorize(&[]).replace("/oauth2/authorize", "/pretend-social");
    assert!(error_of(&browser.get(&direct).await).starts_with("invalid_request: "));
    pool.settings(json!({ "oauth": { "identity_providers": ["PretendSocial"] } })).await;
    for path in ["/oauth2/authorize", "/login"] {
        let page = browser.open(&authorize(&[]).replace("/oauth2/authorize", path)).await;
        assert!(page.text.contains("Who are you at PretendSocial?"));
    }
}

#[tokio::test]
async fn forms_count_once_and_from_their_browser() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let password = [("username", "ann@example.com"), ("password", PASSWORD)];
    let mut browser = Browser::new(&pool);
    let page = browser.open(&authorize(&[])).await;
    let social = browser.open(&authorize(&[("identity_provider", "PretendSocial")])).await;

    // Another browser: that of somebody who is to sign in to the account of whoever sent the form.
    let mut other = Browser::new(&pool);
    for (form, fields) in [(&page, &password[..]), (&social, &[("person", "1001")])] {
        let reply = other.submit(form, fields).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (403, ""));
        assert!(other.cookies.is_empty());
        assert!(reply.text.contains("Start again"));
    }
    let own = other.open(&authorize(&[])).await;
    assert_eq!(other.submit(&page, &password).await.status, 403);
    for forged in ["", "_csrf=nonsense&", "_csrf=&"] {
        let body = format!("{forged}{}", encode(&password));
        let reply = other.send(Method::POST, "/login", Some(body)).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (403, ""));
        let reply = other.send(Method::POST, "/oauth2/idpresponse", Some(format!("{forged}person=1001"))).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (403, ""));
    }
    code_of(&other.submit(&own, &password).await);

    // The forms of two pages are not each other's.
    let mut mixed = page.text.replace("/login?", "/oauth2/idpresponse?").replace("username", "person");
    mixed = mixed.replace("name=\"password\"", "");
    let mixed = Reply { text: mixed, ..page_of(&mut browser).await };
    assert_eq!(browser.submit(&mixed, &[("person", "1001")]).await.status, 403);

    // The first browser's own form is gone by that, a new one is good once.
    assert_eq!(browser.submit(&page, &password).await.status, 403);
    let page = page_of(&mut browser).await;
    code_of(&browser.submit(&page, &password).await);
    assert_eq!(browser.submit(&page, &password).await.status, 403);
    let page = page_of(&mut browser).await;
    pool.advance(3600).await;
    assert_eq!(browser.submit(&page, &password).await.status, 403, "open for too long");
    let json = pool.request(Method::POST, "/login").header("content-type", "application/json").body("{}");
    assert_eq!(pool.send(json).await.status, 400);
}

#[tokio::test]
async fn nothing_in_a_request_becomes_markup() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let attack = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>";
    let assert_inert = |reply: &Reply, what: &str| {
        for raw in ["<img", "<script", "\"'>", "onerror=alert(1)>"] {
            assert!(!reply.text.contains(raw), "{what}: {raw} in {}", reply.text);
        }
    };
    let names = [
        "client_id",
        "response_type",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "identity_provider",
        "idp_identifier",
        "prompt",
        "max_age",
        "acr_values",
        "login_hint",
        "lang",
        "logout_uri",
        attack,
    ];
    for name in names {
        for path in ["/oauth2/authorize", "/login", "/pretend-social", "/logout"] {
            let address = authorize(&[(name, attack)]).replace("/oauth2/authorize", path);
            assert_inert(&browser.open(&address).await, name);
        }
    }
    let harmless = [("login_hint", attack), ("state", attack), ("nonce", attack), ("lang", attack)];
    let page = browser.open(&authorize(&harmless)).await;
    assert!(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "the hint is there, as text");
    let wrong = browser.submit(&page, &[("username", attack), ("password", attack)]).await;
    assert_inert(&wrong, "username");
    assert!(wrong.text.contains("&lt;img src=x"));
    let social = browser.open(&authorize(&[("identity_provider", "PretendSocial"), ("state", attack)])).await;
    assert_inert(&browser.submit(&social, &[("email", attack), ("person", "typed")]).await, "email");
    // A name that is shown further on: that of an authenticator app.
    let tokens = pool.tokens("ann@example.com").await;
    let secret = pool.ok("AssociateSoftwareToken", json!({ "AccessToken": tokens.access })).await;
    assert!(secret["SecretCode"].is_string());
    let totp = pool.admin(Method::GET, "users/ann@example.com/totp", None).await;
    let verify = json!({ "AccessToken": tokens.access, "UserCode": totp["code"], "FriendlyDeviceName": attack });
    pool.ok("VerifySoftwareToken", verify).await;
    let on = json!({ "AccessToken": tokens.access, "SoftwareTokenMfaSettings": { "Enabled": true } });
    pool.ok("SetUserMFAPreference", on).await;
    let page = browser.sign_in("ann@example.com").await;
    assert!(page.text.contains("Enter the code") && page.text.contains("&lt;img src=x"));
    assert_inert(&page, "device name");
    assert_inert(&browser.submit(&page, &[("code", attack)]).await, "code");
    // A text that comes from a fault rule.
    let rule = json!({ "operation": "OAuthLogin", "kind": "error", "name": "Nonsense", "message": attack });
    let page = page_of(&mut browser).await;
    pool.admin(Method::POST, "faults", Some(rule)).await;
    assert_inert(&browser.submit(&page, &[("username", "a"), ("password", "b")]).await, "fault");
}

#[tokio::test]
async fn faults_strike_here_too() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let fault = |rule: Value| pool.admin(Method::POST, "faults", Some(rule));
    let mut browser = Browser::new(&pool);

    fault(json!({ "operation": "OAuthAuthorize", "kind": "error", "name": "temporarily_unavailable", "message": "Later." })).await;
    assert_eq!(error_of(&browser.get(&authorize(&[])).await), "temporarily_unavailable: Later.");
    fault(json!({ "operation": "OAuthAuthorize", "kind": "status", "status": 503, "content_type": "text/plain" }))
        .await;
    assert_eq!(browser.get(&authorize(&[])).await.status, 503);

    let code = code_of(&browser.sign_in("ann@example.com").await);
    fault(json!({ "operation": "OAuthToken", "kind": "error", "name": "invalid_grant", "message": "No." })).await;
    let reply = exchange_with(&pool, &code, &[]).await;
    assert_eq!(
        (reply.status.as_u16(), reply.json()),
        (400, json!({ "error": "invalid_grant", "error_description": "No." }))
    );
    fault(json!({ "operation": "OAuthToken", "kind": "drop" })).await;
    let cut = pool.request(Method::POST, "/oauth2/token").header("content-type", FORM).body("x=y");
    assert!(pool.try_send(cut).await.is_err());
    fault(json!({ "operation": "OAuthToken", "kind": "delay", "ms": 1 })).await;
    let tokens = exchange(&pool, &code).await;

    fault(json!({ "operation": "OAuthUserInfo", "kind": "error", "name": "invalid_token", "status": 401, "message": "a\"b\n" })).await;
    let reply = user_info(&pool, &tokens["access_token"]).await;
    assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_token\", error_description=\"ab\"");
    fault(json!({ "operation": "OAuthRevoke", "kind": "error", "name": "InternalErrorException" })).await;
    assert_eq!(post(&pool, "/oauth2/revoke", &[("client_id", CLIENT), ("token", "x")]).await.status, 500);
    fault(json!({ "operation": "Logout", "kind": "error", "name": "server_error", "status": 500, "message": "Down." }))
        .await;
    let logout = format!("/logout?{}", encode(&[("client_id", CLIENT), ("logout_uri", "http://localhost:8080/")]));
    assert_eq!(browser.get(&logout).await.status, 500);
    assert!(browser.cookies.contains_key("cognito"));

    // By hand, as everywhere.
    let page = page_of(&mut browser).await;
    let reply = browser.submit(&page, &[("username", "throttled@fault.test"), ("password", "x")]).await;
    assert!(reply.text.contains("<p class=\"alert\" role=\"alert\">Rate exceeded</p>"));
    fault(json!({ "operation": "OAuthIdpResponse", "kind": "error", "name": "server_error", "message": "Broken." }))
        .await;
    assert_eq!(
        error_of(&browser.open(&authorize(&[("identity_provider", "PretendSocial")])).await),
        "server_error: Broken."
    );

    let requests = pool.admin(Method::GET, "requests", None).await;
    let struck =
        |name: &str| requests.as_array().unwrap().iter().any(|r| r["operation"] == name && r["faults"] != json!([]));
    for name in devpool::faults::OAUTH_OPERATIONS {
        assert!(struck(name), "{name}");
    }
}

#[tokio::test]
async fn only_this_machine_is_answered() {
    let pool = DevPool::start().await;
    for path in ["/oauth2/authorize", "/login", "/logout", "/oauth2/userInfo", "/pretend-social"] {
        let reply = pool.send(pool.request(Method::GET, path).header("host", "evil.test")).await;
        assert_eq!(reply.status, 403, "{path}");
    }
    let preflight = pool.request(Method::OPTIONS, "/oauth2/token").header("origin", "http://localhost:8080");
    let reply = pool.send(preflight).await;
    assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (204, "*"));
    assert!(reply.header("access-control-allow-headers").contains("authorization"));
    let style = pool.send(pool.request(Method::GET, "/oauth2/page.css")).await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn a_reset_ends_what_people_are_in_the_middle_of() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let mut browser = Browser::new(&pool);
    let code = code_of(&browser.sign_in("ann@example.com").await);
    let page = page_of(&mut browser).await;
    pool.admin(Method::POST, "reset", None).await;
    pool.user("ann@example.com").await;
    assert_eq!(browser.submit(&page, &[("username", "ann@example.com"), ("password", PASSWORD)]).await.status, 403);
    assert_eq!(exchange_with(&pool, &code, &[]).await.json()["error"], "invalid_grant");
    assert!(browser.get(&authorize(&[])).await.header("location").starts_with("/login?"));
}

#[tokio::test]
async fn the_configuration_names_what_is_there() {
    let pool = DevPool::start().await;
    let path = "/us-east-1_Doorward1/.well-known/openid-configuration";
    let reply = pool.send(pool.request(Method::GET, path).header("origin", "http://localhost:8080")).await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    let configuration = reply.json();
    let issuer = format!("{}/us-east-1_Doorward1", pool.url);
    assert_eq!(configuration["issuer"], issuer);
    assert_eq!(configuration["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
    for (name, path, method) in [
        ("authorization_endpoint", "/oauth2/authorize", Method::GET),
        ("token_endpoint", "/oauth2/token", Method::POST),
        ("userinfo_endpoint", "/oauth2/userInfo", Method::GET),
        ("revocation_endpoint", "/oauth2/revoke", Method::POST),
        ("end_session_endpoint", "/logout", Method::GET),
    ] {
        assert_eq!(configuration[name], format!("{}{path}", pool.url));
        let status = pool.send(pool.request(method, path)).await.status;
        assert!([400, 401].contains(&status.as_u16()), "{path}: {status}");
    }
    assert_eq!(configuration["response_types_supported"], json!(["code"]));
    assert_eq!(configuration["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(configuration["token_endpoint_auth_methods_supported"], json!(["none"]));
    assert_eq!(configuration["scopes_supported"], json!(["openid", "email", "phone", "profile"]));
    let levels = ["urn:cognito:loa:1", "urn:cognito:loa:2", "urn:cognito:loa:3"];
    assert_eq!(configuration["acr_values_supported"], json!(levels));
    assert!(configuration["claims_supported"].as_array().unwrap().contains(&json!("nonce")));
}
