//! Sign-in through the pool's own domain, where other providers are: the authorization code grant with PKCE.
//!
//! Sources: RFC 6749 §4.1 (the grant), RFC 7636 (PKCE), RFC 9700 §2.1 and §4.7 (state), OpenID Connect Core 1.0
//! §3.1.2.1 and §3.1.3.7 (nonce, checks of the ID token), and AWS's pages about `/oauth2/authorize`, `/oauth2/token` and
//! `/logout`.

use super::{
    client::HttpResponse,
    error::Fault,
    hash::sha256,
    srp::SECRET_BYTES,
    token,
    types::{
        AccessToken, AuthorizationCode, ClientId, CodeVerifier, IdToken, Nonce, OAuthState, RefreshToken, Tokens,
        UserPoolId,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// Bytes in each of verifier, state and nonce (RFC 7636 §4.1 recommends as many for the verifier).
const RANDOM_BYTES: usize = 32;

/// A request that is older than this many seconds is not answered any more. People may take their time at the
/// provider; the pool's own pages do not wait longer.
pub const PENDING_SECONDS: u64 = 3600;

/// The pool's domain, and what this page may ask of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Where the endpoints are, without a slash at the end.
    pub base: String,
    /// What is asked for; everything that the app client may have if empty.
    pub scopes: Vec<String>,
    /// Where the answer comes to; registered with the app client, character by character.
    pub redirect_uri: String,
    /// Where `/logout` leads to; registered too. Without one nobody is sent there.
    pub logout_uri: Option<String>,
}

/// A request that waits for its answer. Kept where only this tab finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    verifier: CodeVerifier,
    state: OAuthState,
    nonce: Nonce,
    /// The page that was asked for before the sign-in. Never part of an address on the way.
    pub next: Option<String>,
    /// When it was begun, seconds since 1970 by this machine's clock.
    begun: u64,
}

impl Pending {
    /// From bytes of a cryptographic random source, at this machine's time in seconds since 1970.
    pub fn new(random: &[u8; SECRET_BYTES], next: Option<String>, now: u64) -> Self {
        const { assert!(3 * RANDOM_BYTES <= SECRET_BYTES) };
        let text = |at: usize| URL_SAFE_NO_PAD.encode(&random[at * RANDOM_BYTES..][..RANDOM_BYTES]);
        Self {
            verifier: CodeVerifier::new(text(0)),
            state: OAuthState::new(text(1)),
            nonce: Nonce::new(text(2)),
            next,
            begun: now,
        }
    }

    /// As it is kept. Holds the verifier; not for logs.
    pub fn write(&self) -> String {
        // Texts and a number always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Pending::write`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The code in a callback's query, if it is the answer to this request. `now`: seconds since 1970.
    ///
    /// # Errors
    /// [`Failure::Stray`], [`Failure::OtherState`], [`Failure::TooLate`] or [`Failure::Refused`].
    pub fn accept(&self, query: &str, now: u64) -> Result<AuthorizationCode, Failure> {
        let (code, state) = match Answer::read(query) {
            Answer::Nothing => return Err(Failure::Stray),
            Answer::Code { code, state } => (Ok(code), Some(state)),
            Answer::Refused { refusal, state } => (Err(Failure::Refused(refusal)), state),
        };
        // An error may come without state; it carries nothing that could do harm.
        if state.is_some_and(|state| state != self.state) {
            return Err(Failure::OtherState);
        }
        let code = code?;
        if now.saturating_sub(self.begun) > PENDING_SECONDS {
            return Err(Failure::TooLate);
        }
        Ok(code)
    }
}

/// `code_challenge` for a verifier, by the method `S256` (RFC 7636 §4.2).
pub fn code_challenge(verifier: &CodeVerifier) -> String {
    URL_SAFE_NO_PAD.encode(sha256(&[verifier.as_str().as_bytes()]))
}

/// What a callback's query says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Somebody signed in.
    Code {
        /// To be exchanged for tokens.
        code: AuthorizationCode,
        /// As it was sent.
        state: OAuthState,
    },
    /// Nobody did.
    Refused {
        /// Why.
        refusal: Refusal,
        /// As it was sent, if it came.
        state: Option<OAuthState>,
    },
    /// It is no answer.
    Nothing,
}

impl Answer {
    /// Reads a query, without the question mark.
    pub fn read(query: &str) -> Self {
        let value = |name: &str| {
            let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
            found.map(|(_, value)| value).filter(|value| !value.is_empty())
        };
        let state = value("state").map(|state| OAuthState::new(state.into_owned()));
        if let Some(error) = value("error") {
            let description = value("error_description").unwrap_or(Cow::Borrowed(""));
            return Self::Refused { refusal: Refusal::of(&error, &description), state };
        }
        match (value("code"), state) {
            (Some(code), Some(state)) => Self::Code { code: AuthorizationCode::new(code.into_owned()), state },
            _ => Self::Nothing,
        }
    }
}

/// Why the pool sent somebody back without a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The person did not want to go on, at the provider or at the pool's page.
    Cancelled,
    /// The email address belongs to an account of the pool already.
    EmailTaken,
    /// The request is not one that the app client may make.
    Misconfigured,
    /// The pool or the provider is not well.
    ServerTrouble,
    /// Something else.
    Unknown,
}

impl Refusal {
    /// From `error` (RFC 6749 §4.1.2.1 and Cognito's own) and `error_description`, which is read only to tell cases apart
    /// that share a name, and is never shown.
    fn of(error: &str, description: &str) -> Self {
        let description = description.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| description.contains(word));
        match error {
            "access_denied" | "user_cancelled_authorize" => Self::Cancelled,
            "invalid_scope"
            | "redirect_mismatch"
            | "unauthorized_client"
            | "invalid_client"
            | "unsupported_response_type" => Self::Misconfigured,
            "server_error" | "temporarily_unavailable" => Self::ServerTrouble,
            // "Already found an entry for username …", "User already exists" from a function before sign-up.
            "invalid_request" if says(&["already"]) => Self::EmailTaken,
            // What a provider answered, handed through by the pool.
            "invalid_request" if says(&["cancel", "denied"]) => Self::Cancelled,
            _ => Self::Unknown,
        }
    }
}

/// Why a sign-in through the pool's domain did not lead to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// Nothing is under way in this tab: it was finished, or begun elsewhere, or the address was kept.
    Stray,
    /// The answer belongs to another request (RFC 9700 §4.7): it was tampered with, or an old one.
    OtherState,
    /// It took longer than [`PENDING_SECONDS`].
    TooLate,
    /// The pool said no.
    Refused(Refusal),
    /// The code is over its five minutes, or was used before (`invalid_grant`).
    CodeSpent,
    /// The ID token was not made for this request.
    OtherToken,
    /// There was no usable answer from the token endpoint.
    NoAnswer(Fault),
}

impl Domain {
    /// Where the browser has to go (`/oauth2/authorize`). `provider` is `identity_provider`; with `anew` people sign in
    /// even if the pool's pages still know them.
    pub fn authorize_url(&self, client: &ClientId, provider: &str, pending: &Pending, anew: bool) -> String {
        let mut query = self.query("/oauth2/authorize?");
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", client.as_str())
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("identity_provider", provider)
            .append_pair("state", pending.state.as_str())
            .append_pair("nonce", pending.nonce.as_str())
            .append_pair("code_challenge", &code_challenge(&pending.verifier))
            .append_pair("code_challenge_method", "S256");
        if !self.scopes.is_empty() {
            query.append_pair("scope", &self.scopes.join(" "));
        }
        if anew {
            query.append_pair("prompt", "login");
        }
        query.finish()
    }

    /// Where the browser has to go so that the pool's pages forget who is signed in there (`/logout`).
    pub fn logout_url(&self, client: &ClientId) -> Option<String> {
        let logout_uri = self.logout_uri.as_deref()?;
        let mut query = self.query("/logout?");
        query.append_pair("client_id", client.as_str()).append_pair("logout_uri", logout_uri);
        Some(query.finish())
    }

    fn query(&self, path: &str) -> Serializer<'static, String> {
        let start = [&self.base, path].concat();
        let length = start.len();
        Serializer::for_suffix(start, length)
    }

    /// Where codes are exchanged (`/oauth2/token`).
    pub fn token_url(&self) -> String {
        [&self.base, "/oauth2/token"].concat()
    }

    /// The form that a code is exchanged with (RFC 6749 §4.1.3, RFC 7636 §4.5).
    pub fn token_request(&self, client: &ClientId, code: &AuthorizationCode, pending: &Pending) -> String {
        Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("client_id", client.as_str())
            .append_pair("code", code.as_str())
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("code_verifier", pending.verifier.as_str())
            .finish()
    }
}

/// RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3.
#[derive(Deserialize)]
struct TokenResponse {
    access_token: AccessToken,
    id_token: IdToken,
    refresh_token: RefreshToken,
}

/// RFC 6749 §5.2.
#[derive(Deserialize)]
struct TokenError {
    error: String,
}

/// What the token endpoint answered.
///
/// # Errors
/// [`Failure::CodeSpent`], [`Failure::Refused`] or [`Failure::NoAnswer`].
pub fn read_tokens(response: &HttpResponse) -> Result<Tokens, Failure> {
    let HttpResponse { status, body, .. } = response;
    if (200..300).contains(status) {
        let read = serde_json::from_str::<TokenResponse>(body).map_err(|_| Failure::NoAnswer(Fault::Garbled))?;
        return Ok(Tokens { access: read.access_token, id: read.id_token, refresh: read.refresh_token });
    }
    let error = serde_json::from_str::<TokenError>(body).map(|answer| answer.error).unwrap_or_default();
    Err(match (error.as_str(), status) {
        ("invalid_grant", _) => Failure::CodeSpent,
        ("invalid_client" | "unauthorized_client" | "unsupported_grant_type" | "invalid_scope", _) => {
            Failure::Refused(Refusal::Misconfigured)
        }
        (_, 429) => Failure::NoAnswer(Fault::Throttled),
        (_, 500..) => Failure::NoAnswer(Fault::ServerDown),
        ("invalid_request", _) => Failure::Refused(Refusal::Unknown),
        (_, 403 | 405) => Failure::NoAnswer(Fault::Blocked),
        _ => Failure::NoAnswer(Fault::Garbled),
    })
}

/// Whether an ID token was made for this request: its nonce, for this app client, by this pool (OpenID Connect Core 1.0
/// §3.1.3.7). Its signature need not be checked, because it came straight from the token endpoint over TLS.
pub fn is_answer(id: &IdToken, pending: &Pending, client: &ClientId, pool: &UserPoolId) -> bool {
    let Some(claims) = token::payload(id.as_str()) else { return false };
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let issued_by = text("iss").rsplit('/').next() == Some(pool.as_str());
    text("nonce") == pending.nonce.as_str() && text("aud") == client.as_str() && text("token_use") == "id" && issued_by
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    const NOW: u64 = 1_000_000;

    fn domain() -> Domain {
        Domain {
            base: "https://example.auth.eu-central-1.amazoncognito.com".into(),
            scopes: vec!["openid".into(), "aws.cognito.signin.user.admin".into()],
            redirect_uri: "https://app.example.test/cb?x=1".into(),
            logout_uri: Some("https://app.example.test/bye".into()),
        }
    }

    fn pending() -> Pending {
        let mut random = [0; SECRET_BYTES];
        random.iter_mut().enumerate().for_each(|(i, byte)| *byte = i as u8);
        Pending::new(&random, Some("/authenticated_page?tab=1".into()), NOW)
    }

    fn client() -> ClientId {
        ClientId::new("client1")
    }

    fn parameters(query: &str) -> BTreeMap<String, String> {
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636_appendix_b() {
        let verifier = CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(code_challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn verifier_state_and_nonce_are_256_bits_each_and_not_the_same() {
        let Pending { verifier, state, nonce, .. } = pending();
        let texts = [verifier.as_str(), state.as_str(), nonce.as_str()];
        for text in texts {
            assert_eq!(text.len(), 43);
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
        }
        assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2]);
    }

    #[test]
    fn the_request_carries_everything_but_the_secrets_and_the_page_asked_for() {
        let pending = pending();
        let url = domain().authorize_url(&client(), "Our SSO & more", &pending, false);
        let (base, query) = url.split_once('?').unwrap();
        assert_eq!(base, "https://example.auth.eu-central-1.amazoncognito.com/oauth2/authorize");
        let expected = [
            ("response_type", "code"),
            ("client_id", "client1"),
            ("redirect_uri", "https://app.example.test/cb?x=1"),
            ("identity_provider", "Our SSO & more"),
            ("state", pending.state.as_str()),
            ("nonce", pending.nonce.as_str()),
            ("code_challenge", &code_challenge(&pending.verifier)),
            ("code_challenge_method", "S256"),
            ("scope", "openid aws.cognito.signin.user.admin"),
        ];
        assert_eq!(parameters(query), expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert!(!url.contains(pending.verifier.as_str()) && !url.contains("authenticated_page"));
        let everything = Domain { scopes: Vec::new(), ..domain() };
        assert!(!everything.authorize_url(&client(), "Google", &pending, false).contains("scope"));
        assert!(!url.contains("prompt"));
        assert!(everything.authorize_url(&client(), "Google", &pending, true).ends_with("&prompt=login"));
    }

    #[test]
    fn secrets_are_not_printed() {
        let pending = pending();
        let printed = format!("{pending:?} {:?}", Answer::read("code=c0de&state=5tate"));
        for secret in [pending.verifier.as_str(), pending.state.as_str(), pending.nonce.as_str(), "c0de", "5tate"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn a_request_survives_being_kept() {
        assert_eq!(Pending::read(&pending().write()), Some(pending()));
        for bad in ["", "null", "{}", "[]", r#"{"verifier":1}"#] {
            assert_eq!(Pending::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_form_carries_the_verifier() {
        let pending = pending();
        let form = domain().token_request(&client(), &AuthorizationCode::new("a b"), &pending);
        let expected = [
            ("grant_type", "authorization_code"),
            ("client_id", "client1"),
            ("code", "a b"),
            ("redirect_uri", "https://app.example.test/cb?x=1"),
            ("code_verifier", pending.verifier.as_str()),
        ];
        assert_eq!(parameters(&form), expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn signing_out_leads_back_to_a_registered_address_or_nowhere() {
        let url = domain().logout_url(&client()).unwrap();
        assert_eq!(
            url,
            "https://example.auth.eu-central-1.amazoncognito.com/logout?client_id=client1\
             &logout_uri=https%3A%2F%2Fapp.example.test%2Fbye"
        );
        assert_eq!(Domain { logout_uri: None, ..domain() }.logout_url(&client()), None);
    }

    #[test]
    fn an_answer_is_taken_once_it_fits() {
        let pending = pending();
        let with_state = |query: &str| format!("{query}&state={}", pending.state.as_str());
        let good = with_state("code=abc%2B1");
        assert_eq!(pending.accept(&good, NOW + PENDING_SECONDS).unwrap().as_str(), "abc+1");
        // A clock that was set back is no reason to refuse.
        assert!(pending.accept(&good, NOW - 100).is_ok());
        for (query, now, failure) in [
            (good.as_str(), NOW + PENDING_SECONDS + 1, Failure::TooLate),
            ("code=abc&state=other", NOW, Failure::OtherState),
            ("code=abc", NOW, Failure::Stray),
            ("code=&state=x", NOW, Failure::Stray),
            ("state=x", NOW, Failure::Stray),
            ("", NOW, Failure::Stray),
            ("error=access_denied", NOW, Failure::Refused(Refusal::Cancelled)),
            ("error=access_denied&state=other", NOW, Failure::OtherState),
            (&with_state("error=access_denied"), NOW, Failure::Refused(Refusal::Cancelled)),
            (&with_state("error=access_denied&code=abc"), NOW, Failure::Refused(Refusal::Cancelled)),
        ] {
            assert_eq!(pending.accept(query, now), Err(failure), "{query}");
        }
    }

    #[test]
    fn refusals_are_told_apart() {
        for (error, description, refusal) in [
            ("access_denied", "", Refusal::Cancelled),
            ("access_denied", "The user cancelled the sign-in.", Refusal::Cancelled),
            ("invalid_request", "user_cancelled_authorize", Refusal::Cancelled),
            ("invalid_request", "access_denied; user denied", Refusal::Cancelled),
            ("invalid_request", "Already found an entry for username google_123", Refusal::EmailTaken),
            ("invalid_request", "PreSignUp failed with error User already exists. ", Refusal::EmailTaken),
            ("invalid_request", "An account with the given email already exists.", Refusal::EmailTaken),
            ("invalid_request", "attributes required: [email]", Refusal::Unknown),
            ("invalid_scope", "", Refusal::Misconfigured),
            ("redirect_mismatch", "", Refusal::Misconfigured),
            ("unauthorized_client", "", Refusal::Misconfigured),
            ("server_error", "", Refusal::ServerTrouble),
            ("temporarily_unavailable", "", Refusal::ServerTrouble),
            ("something", "new", Refusal::Unknown),
        ] {
            assert_eq!(Refusal::of(error, description), refusal, "{error} {description}");
        }
    }

    fn answered(status: u16, body: &str) -> Result<Tokens, Failure> {
        read_tokens(&HttpResponse { status, error_type: None, body: body.to_owned() })
    }

    #[test]
    fn the_token_endpoint_is_understood() {
        let body = r#"{"access_token":"a","id_token":"i","refresh_token":"r","expires_in":3600,"token_type":"Bearer"}"#;
        let tokens = answered(200, body).unwrap();
        assert_eq!((tokens.access.as_str(), tokens.id.as_str(), tokens.refresh.as_str()), ("a", "i", "r"));
        let garbled = Failure::NoAnswer(Fault::Garbled);
        for (status, body, failure) in [
            (200, r#"{"access_token":"a","token_type":"Bearer"}"#, garbled),
            (200, "<html>", garbled),
            (302, "", garbled),
            (400, r#"{"error":"invalid_grant","error_description":"x"}"#, Failure::CodeSpent),
            (400, r#"{"error":"invalid_client"}"#, Failure::Refused(Refusal::Misconfigured)),
            (401, r#"{"error":"invalid_client"}"#, Failure::Refused(Refusal::Misconfigured)),
            (400, r#"{"error":"unauthorized_client"}"#, Failure::Refused(Refusal::Misconfigured)),
            (400, r#"{"error":"invalid_request"}"#, Failure::Refused(Refusal::Unknown)),
            (400, "oops", garbled),
            (403, "<html>", Failure::NoAnswer(Fault::Blocked)),
            (429, "", Failure::NoAnswer(Fault::Throttled)),
            (500, r#"{"error":"server_error"}"#, Failure::NoAnswer(Fault::ServerDown)),
            (503, "", Failure::NoAnswer(Fault::ServerDown)),
        ] {
            assert_eq!(answered(status, body), Err(failure), "{status} {body}");
        }
    }

    #[test]
    fn an_id_token_for_another_request_is_refused() {
        let (pending, pool) = (pending(), UserPoolId::parse("eu-central-1_Test").unwrap());
        let right = json!({
            "iss": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Test", "aud": "client1",
            "token_use": "id", "nonce": pending.nonce.as_str(),
        });
        let fits = |claims: &Value| {
            let id = IdToken::new(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string())));
            is_answer(&id, &pending, &client(), &pool)
        };
        assert!(fits(&right));
        for (name, wrong) in [
            ("nonce", json!("other")),
            ("nonce", json!(null)),
            ("aud", json!("client2")),
            ("aud", json!(["client1", "client2"])),
            ("iss", json!("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other")),
            ("token_use", json!("access")),
        ] {
            let mut claims = right.clone();
            claims[name] = wrong;
            assert!(!fits(&claims), "{claims}");
        }
        assert!(!is_answer(&IdToken::new("no token"), &pending, &client(), &pool));
    }

    proptest! {
        #[test]
        fn any_query_is_an_answer_or_none(query in ".{0,200}|([&=%+a-f0-9]|code|state|error|error_description){0,40}") {
            let _ = Answer::read(&query);
            let _ = pending().accept(&query, NOW);
        }

        #[test]
        fn what_was_encoded_comes_back(code in ".{1,40}", state in ".{1,40}") {
            let query = Serializer::new(String::new()).append_pair("code", &code).append_pair("state", &state).finish();
            let read = Answer::Code { code: AuthorizationCode::new(code), state: OAuthState::new(state) };
            prop_assert_eq!(Answer::read(&query), read);
        }

        #[test]
        fn any_answer_of_the_token_endpoint_is_read(status in 100..600u16, body in ".{0,100}") {
            let _ = answered(status, &body);
        }
    }
}
