//! Where the pool's keys come from: fetched when they are first needed, kept, and fetched anew when a token names a key
//! that is not among them, because pools change their keys. Whoever makes up names of keys cannot make it fetch more
//! often than once in an interval.

use crate::clock::{Clock, Timestamp};
use crate::key_set::{KeyId, KeySet};
use crate::settings::Issuer;
use axum::body::Bytes;
use axum::http::header::ACCEPT;
use axum::http::{Request, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;

/// More is no key set; Cognito's has two keys in 1 kB.
const MOST_BYTES: usize = 64 * 1024;

/// After so many seconds the keys are fetched anew, so that one which the pool has dropped does not count for ever.
pub const MAX_AGE: u64 = 60 * 60;

/// How a pool is asked for its keys.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// At most once in so many seconds.
    pub interval: u64,
    /// How long the pool may take to answer.
    pub patience: Duration,
}

/// Why no keys can be fetched at all.
#[derive(Debug)]
pub enum StartError {
    /// The machine's list of certificate authorities cannot be read.
    Certificates(std::io::Error),
    /// The provider of cryptography knows none of the versions of TLS.
    Tls(rustls::Error),
    /// The address of the keys is none for HTTP.
    Address,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificates(error) => write!(
                f,
                "this machine's certificate authorities cannot be read ({error}): install its package of them (often \
                 ca-certificates), or name a file of them in SSL_CERT_FILE"
            ),
            Self::Tls(error) => write!(f, "TLS cannot be used ({error})"),
            Self::Address => f.write_str("the issuer is no address for HTTP"),
        }
    }
}

impl Error for StartError {}

/// There are no keys, and they cannot be fetched now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// In how many seconds the next attempt may be made.
    pub retry_after: u64,
}

/// The keys of one pool, for as many requests at once as there are.
#[derive(Clone, Debug)]
pub struct Keys(Arc<Inner>);

struct Inner {
    address: Uri,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    clock: Arc<dyn Clock>,
    pace: Pace,
    kept: RwLock<Option<Kept>>,
    /// When keys were last asked for. Held while they are, so that there is one fetch at a time.
    attempt: Mutex<Option<Timestamp>>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("address", &self.address).field("kept", &self.kept).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug)]
struct Kept {
    keys: Arc<KeySet>,
    since: Timestamp,
}

impl Keys {
    /// The keys of `issuer`, none of them fetched yet.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn new(issuer: &Issuer, clock: Arc<dyn Clock>, pace: Pace) -> Result<Self, StartError> {
        let address = issuer.jwks().as_str().parse().map_err(|_| StartError::Address)?;
        let provider = rustls::crypto::ring::default_provider();
        let connector = if issuer.is_https() {
            let builder = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider);
            builder.map_err(StartError::Certificates)?.https_only().enable_http1().build()
        } else {
            // A pool on this machine. It needs no certificates, which a small container may not have.
            let config = ClientConfig::builder_with_provider(Arc::new(provider)).with_safe_default_protocol_versions();
            let config = config.map_err(StartError::Tls)?.with_root_certificates(RootCertStore::empty());
            HttpsConnectorBuilder::new()
                .with_tls_config(config.with_no_client_auth())
                .https_or_http()
                .enable_http1()
                .build()
        };
        // It follows no redirects: the keys are where the issuer says, or nowhere.
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let (kept, attempt) = (RwLock::new(None), Mutex::new(None));
        Ok(Self(Arc::new(Inner { address, client, clock, pace, kept, attempt })))
    }

    /// Keys for checking a token that names this one. If the pool does not have it, it is not among them.
    ///
    /// # Errors
    /// If there are no keys at all.
    pub async fn for_token(&self, id: &KeyId) -> Result<Arc<KeySet>, Unavailable> {
        let inner = Arc::clone(&self.0);
        match inner.kept() {
            Some(kept) if kept.keys.has(id) => {
                if inner.is_old(&kept) {
                    // Nobody needs to wait for that.
                    tokio::spawn(inner.renew());
                }
                Ok(kept.keys)
            }
            _ => {
                let id = id.clone();
                // In a task of its own: whoever asked first may go away, the others still wait for this answer.
                let fetched = tokio::spawn(async move { inner.look_for(&id).await }).await;
                // The task ends early only together with the program.
                fetched.unwrap_or(Err(Unavailable { retry_after: self.0.pace.interval }))
            }
        }
    }
}

impl Inner {
    fn kept(&self) -> Option<Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_old(&self, kept: &Kept) -> bool {
        kept.since.distance(self.clock.now()) >= MAX_AGE
    }

    /// Fetches unless somebody is at it, or was a moment ago.
    async fn renew(self: Arc<Self>) {
        if let Ok(mut attempt) = self.attempt.try_lock()
            && self.kept().is_none_or(|kept| self.is_old(&kept))
        {
            self.fetch_if_due(&mut attempt).await;
        }
    }

    async fn look_for(&self, id: &KeyId) -> Result<Arc<KeySet>, Unavailable> {
        let mut attempt = self.attempt.lock().await;
        // Another request may have fetched it while this one waited.
        if !self.kept().is_some_and(|kept| kept.keys.has(id)) {
            self.fetch_if_due(&mut attempt).await;
        }
        let waited = attempt.map_or(0, |last| last.distance(self.clock.now()));
        let retry_after = self.pace.interval.saturating_sub(waited).max(1);
        self.kept().map(|kept| kept.keys).ok_or(Unavailable { retry_after })
    }

    /// One attempt in an interval, whatever came of the last one. What it does not bring leaves the kept keys as they are.
    async fn fetch_if_due(&self, attempt: &mut Option<Timestamp>) {
        let now = self.clock.now();
        if attempt.is_some_and(|last| last.distance(now) < self.pace.interval) {
            return;
        }
        *attempt = Some(now);
        match self.fetch().await {
            Ok(keys) => {
                let kept = Kept { keys: Arc::new(keys), since: now };
                *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Some(kept);
            }
            Err(error) => eprintln!("protected_api: no keys from {}: {}", self.address, with_causes(&*error)),
        }
    }

    async fn fetch(&self) -> Result<KeySet, Box<dyn Error + Send + Sync>> {
        let request = Request::get(&self.address).header(ACCEPT, "application/json").body(Empty::new())?;
        let exchange = async {
            let response = self.client.request(request).await?;
            if response.status() != 200 {
                return Err(format!("the answer is {}", response.status()).into());
            }
            let body = Limited::new(response.into_body(), MOST_BYTES).collect().await?.to_bytes();
            Ok(KeySet::parse(&body)?)
        };
        let patience = self.pace.patience;
        tokio::time::timeout(patience, exchange).await.map_err(|_| format!("no answer in {} s", patience.as_secs()))?
    }
}

/// An error with what is behind it: the outermost one of a client says little.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
