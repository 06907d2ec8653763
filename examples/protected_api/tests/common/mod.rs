//! Keys, tokens, a clock that stands still, and a pool of which only the key set is real.

// Every file of tests uses some of it.
#![allow(dead_code)]

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use getrandom::SysRng;
use hmac::{Hmac, KeyInit, Mac};
use protected_api::caller::Verifier;
use protected_api::clock::{Clock, Timestamp};
use protected_api::key_set::KeySet;
use protected_api::keys::{Keys, Pace};
use protected_api::settings::USUAL_SCOPE;
use protected_api::verify::Expectations;
use rsa::PrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::signature::{SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::Sha256;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

pub const ISSUER: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123";
pub const CLIENT: &str = "1example23456789";
pub const OTHER_CLIENT_TOO: &str = "2example23456789";
pub const SUB: &str = "0c5e8b6e-0000-4000-8000-000000000001";
pub const LEEWAY: u64 = 30;
pub const INTERVAL: u64 = 10;
/// No test waits for a time to pass.
pub const PACE: Pace = Pace { interval: INTERVAL, patience: Duration::MAX };
/// The moment at which the clocks of these tests stand.
pub const NOW: i64 = 1_800_000_000;

/// The pool's key, and that of another pool.
pub static KEY: LazyLock<Key> = LazyLock::new(|| Key::generate(2048));
pub static OTHER_KEY: LazyLock<Key> = LazyLock::new(|| Key::generate(2048));

pub struct Key {
    private: PrivateKey,
    signing: SigningKey<Sha256>,
}

impl Key {
    pub fn generate(bits: usize) -> Self {
        let private = PrivateKey::new(&mut SysRng, bits).unwrap();
        Self { signing: SigningKey::new(private.clone()), private }
    }

    pub fn public(&self) -> rsa::PublicKey {
        self.private.to_public_key()
    }

    /// As it stands in a key set.
    pub fn jwk(&self, kid: &str) -> Value {
        json!({ "alg": "RS256", "kty": "RSA", "use": "sig", "kid": kid,
                "n": base64(&self.public().n_bytes()), "e": base64(&self.public().e_bytes()) })
    }

    /// A token with this header and these claims, signed with RS256 whatever the header says.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let signature = self.signing.try_sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", base64(&signature.to_bytes()))
    }
}

pub fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()))
}

/// A token that is signed with HMAC and this secret.
pub fn hs256(secret: &[u8], kid: &str, claims: &Value) -> String {
    let signed = unsigned(&json!({ "alg": "HS256", "typ": "JWT", "kid": kid }), claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", base64(&mac.finalize().into_bytes()))
}

pub fn header(kid: &str) -> Value {
    json!({ "alg": "RS256", "kid": kid })
}

/// What an access token of the pool says, as Cognito writes it.
pub fn claims(issuer: &str) -> Value {
    json!({
        "sub": SUB, "iss": issuer, "client_id": CLIENT, "origin_jti": "a", "event_id": "b", "jti": "c",
        "token_use": "access", "scope": USUAL_SCOPE, "auth_time": NOW - 60, "iat": NOW - 60, "exp": NOW + 3540,
        "username": "ada", "cognito:groups": ["readers"],
    })
}

/// The same with some of it changed; `null` takes a claim away.
pub fn claims_but(issuer: &str, changes: &Value) -> Value {
    let mut claims = claims(issuer);
    let object = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            object.remove(name)
        } else {
            object.insert(name.clone(), value.clone())
        };
    }
    claims
}

/// A token that counts.
pub fn good_token(issuer: &str) -> String {
    KEY.sign(&header("one"), &claims(issuer))
}

pub fn key_set(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

pub fn expectations(issuer: &str) -> Expectations {
    Expectations {
        issuer: issuer.parse().unwrap(),
        client_ids: vec![OTHER_CLIENT_TOO.parse().unwrap(), CLIENT.parse().unwrap()],
        scope: USUAL_SCOPE.parse().unwrap(),
        leeway: LEEWAY,
    }
}

/// Stands still until it is moved.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(NOW)))
    }

    pub fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(i64::try_from(seconds).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

/// A pool that answers with whatever it is told to, on a port of this machine.
pub struct FakePool {
    pub issuer: String,
    shared: Arc<Shared>,
}

struct Shared {
    answer: Mutex<(StatusCode, String)>,
    asked: watch::Sender<usize>,
    /// Each answer takes one away. Plenty, unless the pool is held.
    permits: Semaphore,
}

impl FakePool {
    /// Starts with the keys of this list.
    pub async fn start(keys: &[Value]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let issuer = format!("http://{}/eu-central-1_Fake", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            answer: Mutex::default(),
            asked: watch::Sender::new(0),
            permits: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let router = Router::new()
            .route("/eu-central-1_Fake/.well-known/jwks.json", get(answer))
            .route("/elsewhere", get(answer))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let pool = Self { issuer, shared };
        pool.has(keys);
        pool
    }

    pub fn has(&self, keys: &[Value]) {
        self.answers(StatusCode::OK, &json!({ "keys": keys }).to_string());
    }

    pub fn answers(&self, status: StatusCode, text: &str) {
        *self.shared.answer.lock().unwrap() = (status, text.to_owned());
    }

    /// How often it was asked for its keys.
    pub fn asked(&self) -> usize {
        *self.shared.asked.borrow()
    }

    /// Waits until it was asked so often.
    pub async fn until_asked(&self, times: usize) {
        self.shared.asked.subscribe().wait_for(|asked| *asked >= times).await.unwrap();
    }

    /// From now on it answers only when it is let go.
    pub fn hold(&self) {
        self.shared.permits.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub fn let_go(&self) {
        self.shared.permits.add_permits(1000);
    }

    pub fn keys(&self, clock: &Arc<TestClock>) -> Keys {
        Keys::new(&self.issuer.parse().unwrap(), Arc::clone(clock) as Arc<dyn Clock>, PACE).unwrap()
    }

    pub fn verifier(&self, clock: &Arc<TestClock>) -> Verifier {
        Verifier::new(self.keys(clock), expectations(&self.issuer), Arc::clone(clock) as Arc<dyn Clock>)
    }
}

async fn answer(State(shared): State<Arc<Shared>>) -> (StatusCode, [(&'static str, &'static str); 1], Bytes) {
    shared.asked.send_modify(|asked| *asked += 1);
    shared.permits.acquire().await.unwrap().forget();
    let (status, text) = shared.answer.lock().unwrap().clone();
    // For the statuses that lead elsewhere.
    (status, [("location", "/elsewhere")], text.into())
}
