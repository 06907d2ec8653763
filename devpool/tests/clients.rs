//! What clients of other people rely on, found by the tests in `tests/conformance`.

mod common;

use common::srp_client::SrpClient;
use common::{CLIENT, DevPool, PASSWORD, Tokens, password_auth};
use serde_json::{Value, json};

/// Signs up without a password, as for choice-based sign-in, and confirms without the session; the answer to that.
async fn confirmed(pool: &DevPool) -> Value {
    let attributes = json!([{ "Name": "email", "Value": "ann@example.com" }]);
    let request = json!({ "ClientId": CLIENT, "Username": "ann@example.com", "UserAttributes": attributes });
    pool.ok("SignUp", request).await;
    let code = pool.code("ann@example.com").await;
    pool.ok("ConfirmSignUp", json!({ "ClientId": CLIENT, "Username": "ann@example.com", "ConfirmationCode": code }))
        .await
}

// aws-amplify signs people in after they have signed up. It hands no session to ConfirmSignUp and gets one.
#[tokio::test]
async fn the_code_of_a_sign_up_signs_in_where_such_codes_do() {
    let pool = DevPool::start().await;
    let session = confirmed(&pool).await["Session"].clone();
    let request = json!({
        "ClientId": CLIENT,
        "AuthFlow": "USER_AUTH",
        "AuthParameters": { "USERNAME": "ann@example.com" },
        "Session": session,
    });
    let answer = pool.ok("InitiateAuth", request.clone()).await;
    assert!(!Tokens::from(&answer).access.is_empty(), "{answer}");
    assert!(pool.err("InitiateAuth", request).await.starts_with("NotAuthorizedException"));
}

#[tokio::test]
async fn the_code_of_a_sign_up_signs_nobody_in_where_such_codes_do_not() {
    let pool = DevPool::start().await;
    for (first_factors, auth_flows) in [
        (json!(["SMS_OTP", "EMAIL_OTP"]), json!(["ALLOW_USER_SRP_AUTH"])),
        (json!(["PASSWORD", "SMS_OTP"]), json!(["ALLOW_USER_AUTH"])),
    ] {
        let settings = json!({ "first_factors": first_factors, "auth_flows": auth_flows });
        pool.admin(reqwest::Method::POST, "reset", None).await;
        pool.settings(settings).await;
        pool.sign_up("ann@example.com").await;
        let code = pool.code("ann@example.com").await;
        let request = json!({ "ClientId": CLIENT, "Username": "ann@example.com", "ConfirmationCode": code });
        assert_eq!(pool.ok("ConfirmSignUp", request).await, json!({}));
    }
}

/// A user with a remembered device; its key.
async fn with_device(pool: &DevPool, email: &str) -> String {
    pool.user(email).await;
    let answer = pool.ok("InitiateAuth", password_auth(email, PASSWORD)).await;
    let key = answer["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"].as_str().unwrap().to_owned();
    let request = json!({
        "AccessToken": Tokens::from(&answer).access,
        "DeviceKey": key,
        "DeviceSecretVerifierConfig": { "Salt": "c2FsdA==", "PasswordVerifier": "dmVyaWZpZXI=" },
    });
    pool.ok("ConfirmDevice", request).await;
    key
}

/// The answer to `DEVICE_SRP_AUTH` as pycognito sends it: without the session.
fn device_srp(email: &str, key: &str) -> Value {
    json!({
        "ClientId": CLIENT,
        "ChallengeName": "DEVICE_SRP_AUTH",
        "ChallengeResponses": { "USERNAME": email, "DEVICE_KEY": key, "SRP_A": SrpClient::new().public_hex() },
    })
}

#[tokio::test]
async fn the_device_finds_its_challenge_without_a_session() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "devices": { "mode": "always" } })).await;
    let (ann, eve) = (with_device(&pool, "ann@example.com").await, with_device(&pool, "eve@example.com").await);
    let refused = "NotAuthorizedException: Invalid session for the user.";
    assert_eq!(pool.err("RespondToAuthChallenge", device_srp("ann@example.com", &ann)).await, refused);

    let mut request = password_auth("ann@example.com", PASSWORD);
    request["AuthParameters"]["DEVICE_KEY"] = json!(ann);
    let asked = pool.ok("InitiateAuth", request.clone()).await;
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    for (email, key) in [("eve@example.com", &eve), ("eve@example.com", &ann), ("ann@example.com", &eve)] {
        assert_eq!(pool.err("RespondToAuthChallenge", device_srp(email, key)).await, refused, "{email} {key}");
    }
    let next = pool.ok("RespondToAuthChallenge", device_srp("ann@example.com", &ann)).await;
    assert_eq!(next["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
    // It counts once, and not for ever.
    assert_eq!(pool.err("RespondToAuthChallenge", device_srp("ann@example.com", &ann)).await, refused);
    pool.ok("InitiateAuth", request).await;
    pool.advance(181).await;
    let late = pool.err("RespondToAuthChallenge", device_srp("ann@example.com", &ann)).await;
    assert_eq!(late, "NotAuthorizedException: Invalid session for the user, session is expired.");
}
