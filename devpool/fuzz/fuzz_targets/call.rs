//! Calls of any kind to a pool in memory: from the headers and the body through the parser and the model's check to the
//! operation. An input is a conversation: `X-Amz-Target`, content type and body on lines of their own, the next call
//! after a line `---`. Words such as `@access` stand for what the pool gave out, so that a mutation need not guess it.
//!
//! It must not panic; whatever it answers must fit the model.

#![no_main]

use devpool::operations::Peer;
use devpool::pool::{Pool, State};
use devpool::{ClockSource, Timestamp, call, model};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use std::sync::LazyLock;

const CLIENT: &str = "doorwarddevclient1234567890";
const EMAIL: &str = "ann@example.com";
const PASSWORD: &str = "Passw0rd!";

/// A pool with one user who is signed in, as it is before each input.
struct Fixture {
    pool: Pool,
    state: Value,
    tokens: [String; 3],
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    let clock = ClockSource::Fixed(Timestamp::from_millis(1_794_204_428_000));
    let pool = Pool::new("http://127.0.0.1:1/us-east-1_Doorward1".to_owned(), clock, None).unwrap();
    let everything_on = json!({
        "auth_flows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH"],
        "first_factors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"],
        "devices": { "mode": "always" },
    });
    pool.write(|state, _| {
        state.settings = state.settings.merged(&everything_on).expect("the settings are right");
        Ok(())
    })
    .unwrap();
    let sign_up = json!({ "ClientId": CLIENT, "Username": EMAIL, "Password": PASSWORD });
    carry_out(&pool, "SignUp", sign_up);
    let code = newest_code(&pool);
    carry_out(&pool, "ConfirmSignUp", json!({ "ClientId": CLIENT, "Username": EMAIL, "ConfirmationCode": code }));
    let answer = carry_out(
        &pool,
        "InitiateAuth",
        json!({
            "ClientId": CLIENT,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": EMAIL, "PASSWORD": PASSWORD },
        }),
    );
    let token = |name: &str| answer["AuthenticationResult"][name].as_str().unwrap().to_owned();
    let tokens = ["AccessToken", "IdToken", "RefreshToken"].map(token);
    let state = pool.read(|state| serde_json::to_value(state).unwrap());
    Fixture { pool, state, tokens }
});

fn carry_out(pool: &Pool, name: &str, request: Value) -> Value {
    let target = format!("AWSCognitoIdentityProviderService.{name}");
    call::handle(pool, &Peer::default(), &target, call::AMZ_JSON, request.to_string().as_bytes()).unwrap()
}

fn newest_code(pool: &Pool) -> String {
    pool.read(|state| {
        let messages = serde_json::to_value(state.messages(None)).unwrap();
        messages[0]["code"].as_str().unwrap_or("000000").to_owned()
    })
}

/// Puts what the pool gave out in the place of the words that stand for it.
fn filled_in(fixture: &Fixture, session: &str, text: &[u8]) -> Vec<u8> {
    // A body that is no text goes through as it is.
    let Ok(text) = std::str::from_utf8(text) else { return text.to_vec() };
    if !text.contains('@') {
        return text.as_bytes().to_vec();
    }
    let [access, id, refresh] = &fixture.tokens;
    let mut text = text.replace("@access", access).replace("@id", id).replace("@refresh", refresh);
    text = text.replace("@session", session);
    if text.contains("@code") {
        text = text.replace("@code", &newest_code(&fixture.pool));
    }
    text.into_bytes()
}

fn split_at_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, b""),
    }
}

fn conversation(mut bytes: &[u8]) -> Vec<&[u8]> {
    const BREAK: &[u8] = b"\n---\n";
    let mut calls = Vec::new();
    while let Some(at) = bytes.windows(BREAK.len()).position(|window| window == BREAK) {
        calls.push(&bytes[..at]);
        bytes = &bytes[at + BREAK.len()..];
    }
    calls.push(bytes);
    calls
}

fuzz_target!(|data: &[u8]| {
    let fixture = &*FIXTURE;
    let pool = &fixture.pool;
    pool.challenges().clear();
    pool.write(|state, _| {
        *state = serde_json::from_value::<State>(fixture.state.clone()).unwrap();
        Ok(())
    })
    .unwrap();
    let mut session = String::new();
    // Eight calls are enough for the longest way there is, and keep an input fast.
    for one in conversation(data).into_iter().take(8) {
        let (target, rest) = split_at_line(one);
        let (content_type, body) = split_at_line(rest);
        // What is not text never gets here: the server takes such a header for an absent one.
        let target = std::str::from_utf8(target).unwrap_or_default();
        let content_type = std::str::from_utf8(content_type).unwrap_or_default();
        let body = filled_in(fixture, &session, body);
        let found = model::Service::find(target);
        match call::handle(pool, &Peer::default(), target, content_type, &body) {
            Ok(answer) => {
                let (service, name, model) = found.expect("only operations succeed");
                if model.has_output() {
                    service.check_answer(model, &answer).unwrap_or_else(|error| panic!("{name} answers {error}"));
                } else {
                    assert_eq!(answer, Value::Null, "{name}");
                }
                if let Some(next) = answer["Session"].as_str() {
                    session = next.to_owned();
                }
            }
            Err(error) => {
                assert!((400..500).contains(&error.status()), "{error}");
                let common = ["SerializationException", "UnknownOperationException", "UnsupportedMediaTypeException"];
                let listed = found.is_some_and(|(_, _, model)| model.errors().iter().any(|name| name == error.name()));
                assert!(listed || common.contains(&error.name()), "{target} must not answer {error}");
            }
        }
    }
});
