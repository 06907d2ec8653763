//! A dev pool of the test's own, and a client for it that shares nothing with it: its SRP is written with another
//! big-number library and from the client's side of the protocol.

#![allow(dead_code, reason = "each test file uses its own part of this")]

pub mod authenticator;
pub mod process;
pub mod shapes;
pub mod srp_client;

use devpool::model::Service;
use devpool::{ClockSource, Options, Server, StateLocation, Timestamp};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use srp_client::SrpClient;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The fixed app client.
pub const CLIENT: &str = "doorwarddevclient1234567890";

/// The fixed identity pool.
pub const IDENTITY_POOL: &str = "us-east-1:d00d0a2d-0000-4000-8000-000000000001";

/// A password that fulfils the default policy.
pub const PASSWORD: &str = "Passw0rd!";

/// Where the fixed clock of a test stands: Mon, 09 Nov 2026 06:07:08 UTC.
pub const START: Timestamp = Timestamp::from_millis(1_794_204_428_000);

/// A running dev pool. It stops when it is dropped.
pub struct DevPool {
    pub url: String,
    http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
}

/// An HTTP answer, read whole.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// `Name: message` of an AWS error.
    pub fn error(&self) -> String {
        let body = self.json();
        let text = |name: &str| body[name].as_str().unwrap_or("?").to_owned();
        format!("{}: {}", text("__type"), text("message"))
    }
}

/// The three tokens of a sign-in.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: String,
    pub id: String,
    pub refresh: String,
}

impl From<&Value> for Tokens {
    fn from(answer: &Value) -> Self {
        let result = &answer["AuthenticationResult"];
        let token = |name: &str| result[name].as_str().unwrap_or_default().to_owned();
        Self { access: token("AccessToken"), id: token("IdToken"), refresh: token("RefreshToken") }
    }
}

impl DevPool {
    /// In memory, with a clock that stands still until it is advanced.
    pub async fn start() -> Self {
        Self::start_with(StateLocation::Memory).await
    }

    pub async fn start_with(state: StateLocation) -> Self {
        let server =
            Server::bind(Options { port: 0, state, clock: ClockSource::Fixed(START), quiet: true }).await.unwrap();
        let url = format!("http://{}", server.address());
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.serve(async {
            let _ = stopped.await;
        }));
        Self { url, http: reqwest::Client::new(), stop: Some(stop), served: Some(served) }
    }

    /// A client for a dev pool that runs elsewhere.
    pub fn elsewhere(url: &str) -> Self {
        Self { url: url.to_owned(), http: reqwest::Client::new(), stop: None, served: None }
    }

    /// Stops it and waits until it has.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(served) = self.served.take() {
            served.await.unwrap();
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub async fn send(&self, request: RequestBuilder) -> Reply {
        self.try_send(request).await.unwrap()
    }

    pub async fn try_send(&self, request: RequestBuilder) -> Result<Reply, reqwest::Error> {
        let response = request.send().await?;
        Ok(Reply { status: response.status(), headers: response.headers().clone(), text: response.text().await? })
    }

    /// An operation as a client sends it.
    pub fn operation(&self, name: &str, request: &Value) -> RequestBuilder {
        let service = service_of(name);
        self.request(Method::POST, "/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("{service}.{name}"))
            .body(request.to_string())
    }

    /// Calls an operation; whatever it answers is held against AWS's model.
    pub async fn call(&self, name: &str, request: Value) -> Reply {
        let reply = self.send(self.operation(name, &request)).await;
        assert_eq!(reply.header("access-control-allow-origin"), "*", "{name}");
        assert_eq!(reply.header("content-type"), "application/x-amz-json-1.1");
        assert_eq!(reply.header("x-amzn-requestid").len(), 36);
        let target = format!("{}.{name}", service_of(name));
        let (service, _, model) = Service::find(&target).unwrap();
        if reply.status == 200 {
            // What was taken conforms to the model as well.
            service.check_request(model, &devpool::wire::without_nulls(request)).unwrap();
            if model.has_output() {
                service.check_answer(model, &reply.json()).unwrap();
            } else {
                assert_eq!(reply.text, "");
            }
        } else {
            let error = reply.json()["__type"].as_str().unwrap().to_owned();
            assert_eq!(reply.header("x-amzn-errortype"), error);
            let common = ["SerializationException", "UnknownOperationException"];
            assert!(
                model.errors().contains(&error) || common.contains(&error.as_str()),
                "{name} must not answer {error}"
            );
        }
        reply
    }

    /// Calls an operation that must succeed.
    pub async fn ok(&self, name: &str, request: Value) -> Value {
        let reply = self.call(name, request).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text);
        if reply.text.is_empty() { Value::Null } else { reply.json() }
    }

    /// Calls an operation that must fail; gives `Name: message`.
    pub async fn err(&self, name: &str, request: Value) -> String {
        let reply = self.call(name, request).await;
        assert_ne!(reply.status, 200, "{name} should have failed: {}", reply.text);
        reply.error()
    }

    /// `/_devpool` that must succeed.
    pub async fn admin(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let mut request = self.request(method.clone(), &format!("/_devpool/{path}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let reply = self.send(request).await;
        assert!(reply.status.is_success(), "{method} {path}: {}", reply.text);
        reply.json()
    }

    pub async fn settings(&self, changes: Value) {
        self.admin(Method::PUT, "settings", Some(changes)).await;
    }

    pub async fn advance(&self, seconds: u64) {
        let body = json!({ "advance": seconds });
        self.admin(Method::POST, "clock", Some(body)).await;
    }

    pub async fn messages(&self, to: &str) -> Vec<Value> {
        let path = format!("messages?to={}", to.replace('@', "%40").replace('+', "%2B"));
        let list = self.admin(Method::GET, &path, None).await;
        list.as_array().unwrap().clone()
    }

    /// The code in the newest message to an address.
    pub async fn code(&self, to: &str) -> String {
        let messages = self.messages(to).await;
        messages[0]["code"].as_str().unwrap().to_owned()
    }

    /// A user who can sign in at once.
    pub async fn user(&self, email: &str) -> Value {
        let body = json!({ "email": email, "password": PASSWORD });
        self.admin(Method::POST, "users", Some(body)).await
    }

    /// A user with a temporary password.
    pub async fn invited(&self, email: &str, temporary: &str) -> Value {
        let body = json!({ "email": email, "temporary_password": temporary });
        self.admin(Method::POST, "users", Some(body)).await
    }

    pub async fn sign_up(&self, email: &str) -> Value {
        let request = json!({ "ClientId": CLIENT, "Username": email, "Password": PASSWORD });
        self.ok("SignUp", request).await
    }

    /// Signs in with the password itself.
    pub async fn with_password(&self, email: &str, password: &str) -> Reply {
        self.call("InitiateAuth", password_auth(email, password)).await
    }

    pub async fn tokens(&self, email: &str) -> Tokens {
        let reply = self.with_password(email, PASSWORD).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        Tokens::from(&reply.json())
    }

    /// The first half of SRP.
    pub async fn begin_srp(&self, client: &SrpClient, email: &str) -> Value {
        let parameters = json!({ "USERNAME": email, "SRP_A": client.public_hex() });
        let request = json!({
            "ClientId": CLIENT,
            "AuthFlow": "USER_SRP_AUTH",
            "AuthParameters": parameters,
        });
        self.ok("InitiateAuth", request).await
    }

    /// Both halves of SRP.
    pub async fn with_srp(&self, email: &str, password: &str) -> Reply {
        let client = SrpClient::new();
        let challenge = self.begin_srp(&client, email).await;
        let answer = client.answer(&challenge, password);
        self.call("RespondToAuthChallenge", answer).await
    }

    /// Begins to sign in by some flow.
    pub async fn begin(&self, flow: &str, parameters: Value) -> Reply {
        let request = json!({ "ClientId": CLIENT, "AuthFlow": flow, "AuthParameters": parameters });
        self.call("InitiateAuth", request).await
    }

    /// Answers a challenge, for whom and as what it was put.
    pub async fn answer(&self, challenge: &Value, responses: Value) -> Reply {
        self.call("RespondToAuthChallenge", answer(challenge, responses)).await
    }

    /// What a user's authenticator app shows now.
    pub async fn totp(&self, name: &str) -> String {
        let path = format!("users/{}/totp", name.replace('@', "%40"));
        let shown = self.admin(Method::GET, &path, None).await;
        shown["code"].as_str().unwrap().to_owned()
    }

    /// Gives a user an authenticator app that is asked for from now on.
    pub async fn give_totp(&self, name: &str) {
        let path = format!("users/{}/totp", name.replace('@', "%40"));
        self.admin(Method::PUT, &path, None).await;
    }

    pub async fn get_user(&self, access_token: &str) -> Reply {
        self.call("GetUser", json!({ "AccessToken": access_token })).await
    }
}

/// The service that has an operation.
fn service_of(operation: &str) -> &'static str {
    match operation {
        "GetId" | "GetCredentialsForIdentity" | "GetOpenIdToken" | "UnlinkIdentity" => "AWSCognitoIdentityService",
        _ => "AWSCognitoIdentityProviderService",
    }
}

pub fn password_auth(email: &str, password: &str) -> Value {
    json!({
        "ClientId": CLIENT,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": email, "PASSWORD": password },
    })
}

/// The request that answers a challenge; `USERNAME` comes from the challenge.
pub fn answer(challenge: &Value, mut responses: Value) -> Value {
    if responses["USERNAME"].is_null() {
        responses["USERNAME"] = challenge["ChallengeParameters"]["USERNAME"].clone();
    }
    json!({
        "ClientId": CLIENT,
        "ChallengeName": challenge["ChallengeName"],
        "Session": challenge["Session"],
        "ChallengeResponses": responses,
    })
}

/// A code that is not the right one.
pub fn other_code(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

/// The claims of a token, unchecked.
pub fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let part = token.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
