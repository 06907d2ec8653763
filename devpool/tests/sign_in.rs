//! Signing in: SRP, passwords, challenges, and what happens to those who guess.

mod common;

use common::srp_client::SrpClient;
use common::{CLIENT, DevPool, PASSWORD, Tokens, claims, password_auth};
use reqwest::Method;
use serde_json::{Value, json};

const WRONG: &str = "NotAuthorizedException: Incorrect username or password.";

#[tokio::test]
async fn srp_ends_in_tokens() {
    let pool = DevPool::start().await;
    let user = pool.user("ann@example.com").await;
    let reply = pool.with_srp("Ann@Example.com", PASSWORD).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let answer = reply.json();
    assert_eq!(answer["AuthenticationResult"]["ExpiresIn"], 3600);
    assert_eq!(answer["AuthenticationResult"]["TokenType"], "Bearer");
    let tokens = Tokens::from(&answer);

    let access = claims(&tokens.access);
    assert_eq!(access["sub"], user["sub"]);
    assert_eq!(access["username"], user["sub"]);
    assert_eq!(access["client_id"], CLIENT);
    assert_eq!(access["token_use"], "access");
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(access["iss"], format!("{}/us-east-1_Doorward1", pool.url));
    assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 3600);
    assert_eq!(access["auth_time"], access["iat"]);

    let id = claims(&tokens.id);
    assert_eq!(id["aud"], CLIENT);
    assert_eq!(id["token_use"], "id");
    assert_eq!(id["email"], "ann@example.com");
    assert_eq!(id["email_verified"], true);
    assert_eq!(id["cognito:username"], user["sub"]);
    assert_eq!(id["origin_jti"], access["origin_jti"]);
    assert_ne!(id["jti"], access["jti"]);

    assert_eq!(pool.get_user(&tokens.access).await.status, 200);
}

#[tokio::test]
async fn srp_works_for_passwords_of_every_kind() {
    let pool = DevPool::start().await;
    for (index, password) in ["Pässwörd-密码-🔐1a", "Ab1! in the middle", "Aa1\"\\:;'<>!"].into_iter().enumerate()
    {
        let email = format!("user{index}@example.com");
        let body = json!({ "email": email, "password": password });
        pool.admin(Method::POST, "users", Some(body)).await;
        let reply = pool.with_srp(&email, password).await;
        assert_eq!(reply.status, 200, "{password}: {}", reply.text);
        assert_eq!(pool.with_password(&email, password).await.status, 200);
        assert_eq!(pool.with_srp(&email, &format!("{password}x")).await.error(), WRONG);
    }
}

#[tokio::test]
async fn the_challenge_has_the_form_clients_expect() {
    let pool = DevPool::start().await;
    let user = pool.user("ann@example.com").await;
    let challenge = pool.begin_srp(&SrpClient::new(), "ann@example.com").await;
    assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(parameters["USERNAME"], user["sub"]);
    assert_eq!(parameters["USER_ID_FOR_SRP"], user["sub"]);
    for name in ["SALT", "SRP_B"] {
        let hex = parameters[name].as_str().unwrap();
        assert!(hex.bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
    }
    assert!(challenge["Session"].as_str().unwrap().len() >= 20);
}

#[tokio::test]
async fn an_answer_counts_once() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let client = SrpClient::new();
    let challenge = pool.begin_srp(&client, "ann@example.com").await;
    let answer = client.answer(&challenge, PASSWORD);
    pool.ok("RespondToAuthChallenge", answer.clone()).await;
    let used = "NotAuthorizedException: Invalid session for the user, session can only be used once.";
    assert_eq!(pool.err("RespondToAuthChallenge", answer.clone()).await, used);
    // Nor does leaving the session out, so that the secret block finds the challenge.
    let mut without = answer;
    without["Session"] = Value::Null;
    assert_eq!(pool.err("RespondToAuthChallenge", without).await, used);
}

#[tokio::test]
async fn a_wrong_answer_uses_the_challenge_up() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let client = SrpClient::new();
    let challenge = pool.begin_srp(&client, "ann@example.com").await;
    let wrong = client.answer(&challenge, "Wr0ng-Password");
    assert_eq!(pool.err("RespondToAuthChallenge", wrong).await, WRONG);
    let right = client.answer(&challenge, PASSWORD);
    let error = pool.err("RespondToAuthChallenge", right).await;
    assert!(error.contains("session can only be used once"), "{error}");
}

#[tokio::test]
async fn the_secret_block_alone_finds_the_challenge() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    for session in [Some(Value::Null), None] {
        let client = SrpClient::new();
        let challenge = pool.begin_srp(&client, "ann@example.com").await;
        let mut answer = client.answer(&challenge, PASSWORD);
        match session {
            Some(null) => answer["Session"] = null,
            None => {
                answer.as_object_mut().unwrap().remove("Session");
            }
        }
        pool.ok("RespondToAuthChallenge", answer).await;
    }
}

#[tokio::test]
async fn a_session_of_another_sign_in_does_not_help() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    pool.user("bob@example.com").await;
    let (ann, bob) = (SrpClient::new(), SrpClient::new());
    let for_ann = pool.begin_srp(&ann, "ann@example.com").await;
    let for_bob = pool.begin_srp(&bob, "bob@example.com").await;
    let mut mixed = ann.answer(&for_ann, PASSWORD);
    mixed["Session"] = for_bob["Session"].clone();
    assert_eq!(pool.err("RespondToAuthChallenge", mixed).await, WRONG);
    let mut other_name = ann.answer(&for_ann, PASSWORD);
    other_name["ChallengeResponses"]["USERNAME"] = json!("bob@example.com");
    assert_eq!(pool.err("RespondToAuthChallenge", other_name).await, WRONG);
}

#[tokio::test]
async fn the_secret_block_must_come_back_as_it_was() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let client = SrpClient::new();
    let mut challenge = pool.begin_srp(&client, "ann@example.com").await;
    // Signed rightly, under the right session, but over a block of the client's own making.
    challenge["ChallengeParameters"]["SECRET_BLOCK"] = json!("b3du");
    let answer = client.answer(&challenge, PASSWORD);
    assert_eq!(pool.err("RespondToAuthChallenge", answer).await, WRONG);
}

#[tokio::test]
async fn the_alias_is_taken_for_the_user_name_of_an_answer() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let client = SrpClient::new();
    let challenge = pool.begin_srp(&client, "ann@example.com").await;
    let mut answer = client.answer(&challenge, PASSWORD);
    answer["ChallengeResponses"]["USERNAME"] = json!("ann@example.com");
    pool.ok("RespondToAuthChallenge", answer).await;
}

#[tokio::test]
async fn a_challenge_ends_after_three_minutes() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let client = SrpClient::new();
    let challenge = pool.begin_srp(&client, "ann@example.com").await;
    pool.advance(180).await;
    let answer = client.answer(&challenge, PASSWORD);
    assert_eq!(
        pool.err("RespondToAuthChallenge", answer).await,
        "NotAuthorizedException: Invalid session for the user, session is expired."
    );
}

#[tokio::test]
async fn public_values_that_fix_the_secret_are_refused() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let vectors: Value = serde_json::from_str(include_str!("vectors/srp.json")).unwrap();
    let n = vectors["N_hex"].as_str().unwrap();
    for bad in ["0", "00", n, &format!("0{n}"), "xyz", &format!("{n}{n}")] {
        let request = json!({
            "ClientId": CLIENT,
            "AuthFlow": "USER_SRP_AUTH",
            "AuthParameters": { "USERNAME": "ann@example.com", "SRP_A": bad },
        });
        let error = pool.err("InitiateAuth", request).await;
        assert_eq!(error, "InvalidParameterException: Invalid SRP_A parameter.");
    }
}

#[tokio::test]
async fn timestamps_must_have_their_form() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let client = SrpClient::new();
    let challenge = pool.begin_srp(&client, "ann@example.com").await;
    let mut answer = client.answer(&challenge, PASSWORD);
    for bad in ["Mon Nov 09 06:07:08 UTC 2026", "2026-11-09T06:07:08Z", "now"] {
        answer["ChallengeResponses"]["TIMESTAMP"] = json!(bad);
        assert_eq!(
            pool.err("RespondToAuthChallenge", answer.clone()).await,
            "InvalidParameterException: TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."
        );
    }
    // The mistake did not use the challenge up.
    pool.ok("RespondToAuthChallenge", client.answer(&challenge, PASSWORD)).await;
}

#[tokio::test]
async fn nobody_looks_like_somebody_with_another_password() {
    let pool = DevPool::start().await;
    let client = SrpClient::new();
    let first = pool.begin_srp(&client, "nobody@example.com").await;
    let second = pool.begin_srp(&SrpClient::new(), "Nobody@example.com").await;
    let of = |challenge: &Value, name: &str| challenge["ChallengeParameters"][name].clone();
    assert_eq!(of(&first, "SALT"), of(&second, "SALT"));
    assert_eq!(of(&first, "USER_ID_FOR_SRP"), of(&second, "USER_ID_FOR_SRP"));
    assert_ne!(of(&first, "SRP_B"), of(&second, "SRP_B"));
    assert_eq!(of(&first, "USER_ID_FOR_SRP").as_str().unwrap().len(), 36);
    let answer = client.answer(&first, PASSWORD);
    assert_eq!(pool.err("RespondToAuthChallenge", answer).await, WRONG);
    assert_eq!(pool.with_password("nobody@example.com", PASSWORD).await.error(), WRONG);
    // Guessing is slowed down for nobody, too. Two failures came before.
    for _ in 0..3 {
        assert_eq!(pool.with_password("nobody@example.com", PASSWORD).await.error(), WRONG);
    }
    assert_eq!(
        pool.with_password("nobody@example.com", PASSWORD).await.error(),
        "NotAuthorizedException: Password attempts exceeded"
    );
}

#[tokio::test]
async fn nobody_is_called_nobody_where_the_settings_say_so() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "prevent_user_existence_errors": false })).await;
    let missing = "UserNotFoundException: User does not exist.";
    let reply = pool.with_password("nobody@example.com", PASSWORD).await;
    assert_eq!(reply.error(), missing);
    let named = json!({ "ClientId": CLIENT, "Username": "nobody@example.com" });
    for operation in ["ForgotPassword", "ResendConfirmationCode"] {
        assert_eq!(pool.err(operation, named.clone()).await, missing, "{operation}");
    }
    let mut with_code = named;
    with_code["ConfirmationCode"] = json!("123456");
    assert_eq!(pool.err("ConfirmSignUp", with_code.clone()).await, missing);
    with_code["Password"] = json!(PASSWORD);
    assert_eq!(pool.err("ConfirmForgotPassword", with_code).await, missing);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let exceeded = "NotAuthorizedException: Password attempts exceeded";
    for _ in 0..5 {
        let reply = pool.with_srp("ann@example.com", "Wr0ng-Password").await;
        assert_eq!(reply.error(), WRONG);
    }
    assert_eq!(pool.with_srp("ann@example.com", PASSWORD).await.error(), exceeded);
    assert_eq!(pool.with_password("ann@example.com", PASSWORD).await.error(), exceeded);
    pool.advance(1).await;
    assert_eq!(pool.with_password("ann@example.com", "Wr0ng-Password").await.error(), WRONG);
    pool.advance(1).await;
    assert_eq!(pool.with_password("ann@example.com", PASSWORD).await.error(), exceeded);
    pool.advance(1).await;
    assert_eq!(pool.with_password("ann@example.com", PASSWORD).await.status, 200);
    // Success wipes the slate.
    for _ in 0..4 {
        assert_eq!(pool.with_password("ann@example.com", "Wr0ng-Password").await.error(), WRONG);
    }
    assert_eq!(pool.with_password("ann@example.com", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn an_unconfirmed_user_is_told_so_whatever_the_password() {
    let pool = DevPool::start().await;
    pool.sign_up("ann@example.com").await;
    let unconfirmed = "UserNotConfirmedException: User is not confirmed.";
    for password in [PASSWORD, "Wr0ng-Password"] {
        assert_eq!(pool.with_srp("ann@example.com", password).await.error(), unconfirmed);
        assert_eq!(pool.with_password("ann@example.com", password).await.error(), unconfirmed);
    }
}

#[tokio::test]
async fn a_disabled_user_learns_it_only_with_the_password() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let change = json!({ "enabled": false });
    pool.admin(Method::PATCH, "users/ann@example.com", Some(change)).await;
    let disabled = "NotAuthorizedException: User is disabled.";
    assert_eq!(pool.with_srp("ann@example.com", PASSWORD).await.error(), disabled);
    assert_eq!(pool.with_password("ann@example.com", PASSWORD).await.error(), disabled);
    assert_eq!(pool.with_password("ann@example.com", "Wr0ng-Password").await.error(), WRONG);
}

#[tokio::test]
async fn a_user_who_must_reset_the_password_is_sent_a_code() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let change = json!({ "status": "RESET_REQUIRED" });
    pool.admin(Method::PATCH, "users/ann@example.com", Some(change)).await;
    let required = "PasswordResetRequiredException: Password reset required for the user";
    assert_eq!(pool.with_srp("ann@example.com", PASSWORD).await.error(), required);
    let request = json!({
        "ClientId": CLIENT,
        "Username": "ann@example.com",
        "ConfirmationCode": pool.code("ann@example.com").await,
        "Password": "N3w-Password",
    });
    pool.ok("ConfirmForgotPassword", request).await;
    assert_eq!(pool.with_srp("ann@example.com", "N3w-Password").await.status, 200);
}

#[tokio::test]
async fn flows_can_be_switched_off_and_others_do_not_exist() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    pool.settings(json!({ "auth_flows": ["ALLOW_USER_SRP_AUTH"] })).await;
    let reply = pool.with_password("ann@example.com", PASSWORD).await;
    assert_eq!(reply.error(), "InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client");
    let mut request = password_auth("ann@example.com", PASSWORD);
    for flow in ["USER_AUTH", "CUSTOM_AUTH", "ADMIN_NO_SRP_AUTH", "REFRESH_TOKEN"] {
        request["AuthFlow"] = json!(flow);
        let error = pool.err("InitiateAuth", request.clone()).await;
        assert_eq!(error, format!("InvalidParameterException: {flow} flow not enabled for this client"));
    }
}

#[tokio::test]
async fn missing_parameters_are_named() {
    let pool = DevPool::start().await;
    for (flow, parameters, missing) in [
        ("USER_SRP_AUTH", json!({}), "USERNAME"),
        ("USER_SRP_AUTH", json!({ "USERNAME": "a" }), "SRP_A"),
        ("USER_SRP_AUTH", json!({ "USERNAME": "a", "SRP_A": null }), "SRP_A"),
        ("USER_PASSWORD_AUTH", json!({ "USERNAME": "a" }), "PASSWORD"),
        ("REFRESH_TOKEN_AUTH", json!({}), "REFRESH_TOKEN"),
    ] {
        let request = json!({ "ClientId": CLIENT, "AuthFlow": flow, "AuthParameters": parameters });
        assert_eq!(
            pool.err("InitiateAuth", request).await,
            format!("InvalidParameterException: Missing required parameter {missing}")
        );
    }
    let request = json!({
        "ClientId": CLIENT,
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": { "USERNAME": "a" },
    });
    let error = pool.err("RespondToAuthChallenge", request).await;
    assert!(error.ends_with("PASSWORD_CLAIM_SECRET_BLOCK"), "{error}");
}

#[tokio::test]
async fn another_client_or_a_secret_is_refused() {
    let pool = DevPool::start().await;
    let mut request = password_auth("ann@example.com", PASSWORD);
    request["ClientId"] = json!("somebodyelse");
    assert_eq!(
        pool.err("InitiateAuth", request.clone()).await,
        "ResourceNotFoundException: User pool client somebodyelse does not exist."
    );
    request["ClientId"] = json!(CLIENT);
    request["AuthParameters"]["SECRET_HASH"] = json!("c2VjcmV0");
    let error = pool.err("InitiateAuth", request).await;
    assert!(error.starts_with("NotAuthorizedException: Client"), "{error}");
    for operation in ["ForgotPassword", "ResendConfirmationCode"] {
        let request = json!({ "ClientId": "other", "Username": "ann@example.com" });
        let error = pool.err(operation, request).await;
        assert!(error.starts_with("ResourceNotFoundException"), "{error}");
    }
}

fn new_password(challenge: &Value, password: &str, attributes: &[(&str, &str)]) -> Value {
    let mut responses = json!({
        "USERNAME": challenge["ChallengeParameters"]["USER_ID_FOR_SRP"],
        "NEW_PASSWORD": password,
    });
    for (name, value) in attributes {
        responses[format!("userAttributes.{name}")] = json!(value);
    }
    json!({
        "ClientId": CLIENT,
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": challenge["Session"],
        "ChallengeResponses": responses,
    })
}

#[tokio::test]
async fn a_temporary_password_must_be_replaced() {
    let pool = DevPool::start().await;
    let user = pool.invited("ann@example.com", "T3mp-Password").await;
    assert_eq!(user["status"], "FORCE_CHANGE_PASSWORD");
    let message = &pool.messages("ann@example.com").await[0];
    assert_eq!(message["purpose"], "temporary_password");
    assert_eq!(message["code"], "T3mp-Password");

    let reply = pool.with_srp("ann@example.com", "T3mp-Password").await;
    let challenge = reply.json();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(parameters["requiredAttributes"], "[]");
    let attributes: Value = serde_json::from_str(parameters["userAttributes"].as_str().unwrap()).unwrap();
    assert_eq!(attributes, json!({ "email": "ann@example.com", "email_verified": "true" }));

    let answer = new_password(&challenge, "N3w-Password", &[("name", "Ann")]);
    let tokens = Tokens::from(&pool.ok("RespondToAuthChallenge", answer.clone()).await);
    assert_eq!(claims(&tokens.id)["name"], "Ann");
    let error = pool.err("RespondToAuthChallenge", answer).await;
    assert!(error.contains("only be used once"), "{error}");
    assert_eq!(pool.with_srp("ann@example.com", "T3mp-Password").await.error(), WRONG);
    assert_eq!(pool.with_srp("ann@example.com", "N3w-Password").await.status, 200);
}

#[tokio::test]
async fn a_mistake_with_the_new_password_can_be_corrected() {
    let pool = DevPool::start().await;
    let mut schema = pool.admin(Method::GET, "settings", None).await["schema"].clone();
    for attribute in schema.as_array_mut().unwrap() {
        if attribute["name"] == "name" {
            attribute["required"] = json!(true);
        }
    }
    pool.settings(json!({ "schema": schema })).await;
    pool.invited("ann@example.com", "T3mp-Password").await;
    let challenge = pool.with_password("ann@example.com", "T3mp-Password").await.json();
    assert_eq!(challenge["ChallengeParameters"]["requiredAttributes"], r#"["userAttributes.name"]"#);
    for (password, attributes, expected) in [
        (
            "short",
            vec![("name", "Ann")],
            "InvalidPasswordException: Password did not conform with policy: Password not long enough",
        ),
        ("N3w-Password", vec![], "InvalidParameterException: Invalid attributes given, name is missing"),
        (
            "N3w-Password",
            vec![("name", "Ann"), ("email", "eve@example.com")],
            "NotAuthorizedException: Cannot modify an already provided email",
        ),
        (
            "N3w-Password",
            vec![("name", "Ann"), ("custom:nope", "x")],
            "InvalidParameterException: Attributes did not conform to the schema: custom:nope: Attribute does not \
             exist in the schema.\n",
        ),
    ] {
        let answer = new_password(&challenge, password, &attributes);
        assert_eq!(pool.err("RespondToAuthChallenge", answer).await, expected);
    }
    let answer = new_password(&challenge, "N3w-Password", &[("name", "Ann")]);
    pool.ok("RespondToAuthChallenge", answer).await;
}

#[tokio::test]
async fn a_session_is_good_for_its_own_step_only() {
    let pool = DevPool::start().await;
    pool.invited("ann@example.com", "T3mp-Password").await;
    let client = SrpClient::new();
    let srp = pool.begin_srp(&client, "ann@example.com").await;
    let skipping = new_password(&srp, "N3w-Password", &[]);
    let invalid = "NotAuthorizedException: Invalid session for the user.";
    assert_eq!(pool.err("RespondToAuthChallenge", skipping).await, invalid);
    let answer = client.answer(&srp, "T3mp-Password");
    let next = pool.ok("RespondToAuthChallenge", answer.clone()).await;
    let mut back = answer;
    back["Session"] = next["Session"].clone();
    assert_eq!(pool.err("RespondToAuthChallenge", back).await, invalid);
    let mut other = new_password(&next, "N3w-Password", &[]);
    other["ChallengeName"] = json!("SMS_MFA");
    assert_eq!(pool.err("RespondToAuthChallenge", other.clone()).await, invalid);
    other["ChallengeName"] = json!("ADMIN_NO_SRP_AUTH");
    let error = pool.err("RespondToAuthChallenge", other).await;
    assert!(error.starts_with("InvalidParameterException"), "{error}");
    pool.ok("RespondToAuthChallenge", new_password(&next, "N3w-Password", &[])).await;
}

#[tokio::test]
async fn a_temporary_password_expires_after_seven_days() {
    let pool = DevPool::start().await;
    pool.invited("ann@example.com", "T3mp-Password").await;
    pool.advance(7 * 86_400 - 1).await;
    let reply = pool.with_password("ann@example.com", "T3mp-Password").await;
    assert_eq!(reply.json()["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    pool.advance(1).await;
    assert_eq!(
        pool.with_srp("ann@example.com", "T3mp-Password").await.error(),
        "NotAuthorizedException: Temporary password has expired and must be reset by an administrator."
    );
}
