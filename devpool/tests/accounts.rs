//! Signing up, codes, passwords, profiles, deletion.

mod common;

use common::{CLIENT, DevPool, PASSWORD, other_code};
use reqwest::Method;
use serde_json::{Value, json};

const MISMATCH: &str = "CodeMismatchException: Invalid verification code provided, please try again.";
const EXPIRED: &str = "ExpiredCodeException: Invalid code provided, please request a code again.";
const LIMIT: &str = "LimitExceededException: Attempt limit exceeded, please try after some time.";

fn named(email: &str) -> Value {
    json!({ "ClientId": CLIENT, "Username": email })
}

fn confirm(email: &str, code: &str) -> Value {
    json!({ "ClientId": CLIENT, "Username": email, "ConfirmationCode": code })
}

fn reset(email: &str, code: &str, password: &str) -> Value {
    json!({
        "ClientId": CLIENT,
        "Username": email,
        "ConfirmationCode": code,
        "Password": password,
    })
}

#[tokio::test]
async fn sign_up_confirm_sign_in() {
    let pool = DevPool::start().await;
    let request = json!({
        "ClientId": CLIENT,
        "Username": "ann@example.com",
        "Password": PASSWORD,
        "UserAttributes": [
            { "Name": "email", "Value": "ann@example.com" },
            { "Name": "custom:agentName", "Value": "007" },
        ],
        "ValidationData": null,
    });
    let answer = pool.ok("SignUp", request).await;
    assert_eq!(answer["UserConfirmed"], false);
    let details = json!({
        "Destination": "a***@e***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    });
    assert_eq!(answer["CodeDeliveryDetails"], details);

    let messages = pool.messages("ANN@example.com").await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["to"], "ann@example.com");
    assert_eq!(messages[0]["medium"], "EMAIL");
    assert_eq!(messages[0]["purpose"], "sign_up");
    assert_eq!(messages[0]["at"], "2026-11-09T06:07:08.000Z");
    let code = messages[0]["code"].as_str().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));

    assert!(pool.ok("ConfirmSignUp", confirm("ann@example.com", code)).await["Session"].is_string());
    assert_eq!(
        pool.err("ConfirmSignUp", confirm("ann@example.com", code)).await,
        "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"
    );
    assert_eq!(
        pool.err("ResendConfirmationCode", named("ann@example.com")).await,
        "InvalidParameterException: User is already confirmed."
    );
    let reply = pool.with_srp("ann@example.com", PASSWORD).await;
    let tokens = common::Tokens::from(&reply.json());
    assert_eq!(common::claims(&tokens.id)["custom:agentName"], "007");
    assert_eq!(common::claims(&tokens.id)["email_verified"], true);
    assert_eq!(common::claims(&tokens.id)["sub"], answer["UserSub"]);
}

#[tokio::test]
async fn sign_up_refuses_what_cognito_refuses() {
    let pool = DevPool::start().await;
    pool.sign_up("taken@example.com").await;
    let attribute = |name: &str, value: &str| json!([{ "Name": name, "Value": value }]);
    let ann = "ann@example.com";
    for (email, password, attributes, expected) in [
        (
            "Taken@Example.com",
            PASSWORD,
            json!([]),
            "UsernameExistsException: An account with the given email already exists.",
        ),
        ("ann", PASSWORD, json!([]), "InvalidParameterException: Username should be an email."),
        (
            ann,
            "Aa1!",
            json!([]),
            "InvalidPasswordException: Password did not conform with policy: Password not long enough",
        ),
        (
            ann,
            "passw0rd!",
            json!([]),
            "InvalidPasswordException: Password did not conform with policy: Password must have uppercase characters",
        ),
        (
            ann,
            "PASSW0RD!",
            json!([]),
            "InvalidPasswordException: Password did not conform with policy: Password must have lowercase characters",
        ),
        (
            ann,
            "Password!",
            json!([]),
            "InvalidPasswordException: Password did not conform with policy: Password must have numeric characters",
        ),
        (
            ann,
            "Passw0rds",
            json!([]),
            "InvalidPasswordException: Password did not conform with policy: Password must have symbol characters",
        ),
        (
            ann,
            PASSWORD,
            attribute("email_verified", "true"),
            "NotAuthorizedException: A client attempted to write unauthorized attribute",
        ),
        (ann, PASSWORD, attribute("phone_number", "0170"), "InvalidParameterException: Invalid phone number format."),
        (
            ann,
            PASSWORD,
            attribute("custom:shoeSize", "42"),
            "InvalidParameterException: Attributes did not conform to the schema: custom:shoeSize: Attribute does \
             not exist in the schema.\n",
        ),
        (
            ann,
            PASSWORD,
            attribute("email", "bob@example.com"),
            "InvalidParameterException: The email attribute and the username must be the same.",
        ),
    ] {
        let request = json!({
            "ClientId": CLIENT,
            "Username": email,
            "Password": password,
            "UserAttributes": attributes,
        });
        assert_eq!(pool.err("SignUp", request).await, expected);
    }
    pool.settings(json!({ "first_factors": ["PASSWORD"] })).await;
    let error = pool.err("SignUp", named(ann)).await;
    assert!(error.starts_with("InvalidParameterException: Password"), "{error}");
    assert!(pool.messages(ann).await.is_empty(), "nothing was sent");

    pool.settings(json!({ "sign_up_enabled": false })).await;
    let request = json!({ "ClientId": CLIENT, "Username": ann, "Password": PASSWORD });
    assert_eq!(pool.err("SignUp", request).await, "NotAuthorizedException: SignUp is not permitted for this user pool");
}

#[tokio::test]
async fn sign_up_codes_expire_and_are_sent_again() {
    let pool = DevPool::start().await;
    pool.sign_up("ann@example.com").await;
    let first = pool.code("ann@example.com").await;
    pool.advance(86_400).await;
    assert_eq!(pool.err("ConfirmSignUp", confirm("ann@example.com", &first)).await, EXPIRED);
    let answer = pool.ok("ResendConfirmationCode", named("ann@example.com")).await;
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "a***@e***");
    let messages = pool.messages("ann@example.com").await;
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0]["purpose"], "resend_code");
    let second = pool.code("ann@example.com").await;
    pool.ok("ConfirmSignUp", confirm("ann@example.com", &second)).await;
}

#[tokio::test]
async fn wrong_sign_up_codes_are_limited() {
    let pool = DevPool::start().await;
    pool.sign_up("ann@example.com").await;
    let code = pool.code("ann@example.com").await;
    let wrong = confirm("ann@example.com", other_code(&code));
    for _ in 0..5 {
        assert_eq!(pool.err("ConfirmSignUp", wrong.clone()).await, MISMATCH);
    }
    assert_eq!(pool.err("ConfirmSignUp", wrong).await, LIMIT);
    assert_eq!(pool.err("ConfirmSignUp", confirm("ann@example.com", &code)).await, LIMIT);
    pool.advance(900).await;
    pool.ok("ConfirmSignUp", confirm("ann@example.com", &code)).await;
}

#[tokio::test]
async fn resending_is_limited() {
    let pool = DevPool::start().await;
    pool.sign_up("ann@example.com").await;
    for _ in 0..4 {
        pool.ok("ResendConfirmationCode", named("ann@example.com")).await;
    }
    assert_eq!(pool.err("ResendConfirmationCode", named("ann@example.com")).await, LIMIT);
    pool.advance(3600).await;
    pool.ok("ResendConfirmationCode", named("ann@example.com")).await;
}

#[tokio::test]
async fn for_nobody_it_looks_as_if_codes_were_sent() {
    let pool = DevPool::start().await;
    let nobody = "nobody@example.com";
    let masked = json!({
        "Destination": "n***@e***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    });
    for operation in ["ForgotPassword", "ResendConfirmationCode"] {
        let answer = pool.ok(operation, named(nobody)).await;
        assert_eq!(answer["CodeDeliveryDetails"], masked, "{operation}");
    }
    assert!(pool.messages(nobody).await.is_empty());
    // Codes are digits, so this one cannot be right by accident.
    assert_eq!(pool.err("ConfirmSignUp", confirm(nobody, "none")).await, MISMATCH);
    for _ in 0..5 {
        let request = reset(nobody, "none", PASSWORD);
        assert_eq!(pool.err("ConfirmForgotPassword", request).await, MISMATCH);
    }
    let request = reset(nobody, "none", PASSWORD);
    assert_eq!(pool.err("ConfirmForgotPassword", request).await, LIMIT);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let signed_in = pool.tokens("ann@example.com").await;
    let answer = pool.ok("ForgotPassword", named("ann@example.com")).await;
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "a***@e***");
    let message = &pool.messages("ann@example.com").await[0];
    assert_eq!(message["purpose"], "forgot_password");
    let code = pool.code("ann@example.com").await;

    // A password that breaks the policy does not cost the code.
    let weak = reset("ann@example.com", &code, "password");
    let error = pool.err("ConfirmForgotPassword", weak).await;
    assert!(error.starts_with("InvalidPasswordException"), "{error}");
    let wrong = reset("ann@example.com", other_code(&code), "N3w-Password");
    assert_eq!(pool.err("ConfirmForgotPassword", wrong).await, MISMATCH);
    let right = reset("ann@example.com", &code, "N3w-Password");
    assert_eq!(pool.ok("ConfirmForgotPassword", right.clone()).await, json!({}));
    assert_eq!(pool.err("ConfirmForgotPassword", right).await, EXPIRED);

    assert_eq!(pool.with_srp("ann@example.com", "N3w-Password").await.status, 200);
    assert_ne!(pool.with_srp("ann@example.com", PASSWORD).await.status, 200);
    // As at AWS, who is signed in stays so.
    assert_eq!(pool.get_user(&signed_in.access).await.status, 200);
}

#[tokio::test]
async fn reset_codes_expire_after_an_hour() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let unasked = reset("ann@example.com", "123456", "N3w-Password");
    assert_eq!(pool.err("ConfirmForgotPassword", unasked).await, EXPIRED);
    pool.ok("ForgotPassword", named("ann@example.com")).await;
    let code = pool.code("ann@example.com").await;
    pool.advance(3600).await;
    let late = reset("ann@example.com", &code, "N3w-Password");
    assert_eq!(pool.err("ConfirmForgotPassword", late).await, EXPIRED);
}

#[tokio::test]
async fn reset_codes_are_limited() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    for _ in 0..5 {
        pool.ok("ForgotPassword", named("ann@example.com")).await;
    }
    assert_eq!(pool.err("ForgotPassword", named("ann@example.com")).await, LIMIT);
}

#[tokio::test]
async fn a_password_is_not_reset_in_every_state() {
    let pool = DevPool::start().await;
    pool.sign_up("new@example.com").await;
    assert_eq!(
        pool.err("ForgotPassword", named("new@example.com")).await,
        "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or \
         phone_number"
    );
    pool.invited("invited@example.com", "T3mp-Password").await;
    assert_eq!(
        pool.err("ForgotPassword", named("invited@example.com")).await,
        "NotAuthorizedException: User password cannot be reset in the current state."
    );
    pool.user("off@example.com").await;
    let off = json!({ "enabled": false });
    pool.admin(Method::PATCH, "users/off@example.com", Some(off)).await;
    pool.ok("ForgotPassword", named("off@example.com")).await;
    assert!(pool.messages("off@example.com").await.is_empty());

    // Nor does a code help that was sent before.
    pool.user("late@example.com").await;
    pool.ok("ForgotPassword", named("late@example.com")).await;
    let code = pool.code("late@example.com").await;
    let off = json!({ "enabled": false });
    pool.admin(Method::PATCH, "users/late@example.com", Some(off)).await;
    let request = reset("late@example.com", &code, "N3w-Password");
    assert_eq!(pool.err("ConfirmForgotPassword", request).await, EXPIRED);
}

#[tokio::test]
async fn a_reset_ends_the_wait_after_wrong_passwords() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    for _ in 0..8 {
        pool.with_password("ann@example.com", "Wr0ng-Password").await;
        pool.advance(1).await;
    }
    pool.ok("ForgotPassword", named("ann@example.com")).await;
    let code = pool.code("ann@example.com").await;
    pool.ok("ConfirmForgotPassword", reset("ann@example.com", &code, "N3w-Password")).await;
    assert_eq!(pool.with_password("ann@example.com", "N3w-Password").await.status, 200);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let access = pool.tokens("ann@example.com").await.access;
    let change = |previous: Value, proposed: &str| {
        json!({
            "AccessToken": access,
            "PreviousPassword": previous,
            "ProposedPassword": proposed,
        })
    };
    let wrong = "NotAuthorizedException: Incorrect username or password.";
    let request = change(json!("Wr0ng-Password"), "N3w-Password");
    assert_eq!(pool.err("ChangePassword", request).await, wrong);
    assert_eq!(pool.err("ChangePassword", change(Value::Null, "N3w-Password")).await, wrong);
    let error = pool.err("ChangePassword", change(json!(PASSWORD), "weak")).await;
    assert!(error.starts_with("InvalidPasswordException"), "{error}");
    let request = change(json!(PASSWORD), "N3w-Password");
    assert_eq!(pool.ok("ChangePassword", request).await, json!({}));
    assert_eq!(pool.with_srp("ann@example.com", "N3w-Password").await.status, 200);
    for _ in 0..5 {
        pool.err("ChangePassword", change(json!("Wr0ng-Password"), "N3w-Password")).await;
    }
    let request = change(json!("N3w-Password"), "An0ther-Password");
    assert_eq!(pool.err("ChangePassword", request).await, LIMIT);
}

fn attribute<'a>(user: &'a Value, name: &str) -> Option<&'a str> {
    let list = user["UserAttributes"].as_array().unwrap();
    list.iter().find(|attribute| attribute["Name"] == name).and_then(|attribute| attribute["Value"].as_str())
}

#[tokio::test]
async fn attributes_change_and_go() {
    let pool = DevPool::start().await;
    let created = pool.user("ann@example.com").await;
    let access = pool.tokens("ann@example.com").await.access;
    let update = |name: &str, value: &str| json!({ "AccessToken": access, "UserAttributes": [{ "Name": name, "Value": value }] });
    let user = pool.get_user(&access).await.json();
    assert_eq!(user["Username"], created["sub"]);
    assert_eq!(attribute(&user, "sub"), created["sub"].as_str());
    assert_eq!(attribute(&user, "email"), Some("ann@example.com"));

    let answer = pool.ok("UpdateUserAttributes", update("custom:agentName", "007")).await;
    assert_eq!(answer, json!({ "CodeDeliveryDetailsList": [] }));
    let user = pool.get_user(&access).await.json();
    assert_eq!(attribute(&user, "custom:agentName"), Some("007"));
    pool.ok("UpdateUserAttributes", update("custom:agentName", "")).await;
    let user = pool.get_user(&access).await.json();
    assert_eq!(attribute(&user, "custom:agentName"), None);

    for (name, value, expected) in [
        (
            "custom:nope",
            "x",
            "InvalidParameterException: Attributes did not conform to the schema: custom:nope: Attribute does not \
             exist in the schema.\n",
        ),
        ("email_verified", "true", "NotAuthorizedException: A client attempted to write unauthorized attribute"),
        ("sub", "x", "NotAuthorizedException: A client attempted to write unauthorized attribute"),
        ("email", "nonsense", "InvalidParameterException: Invalid email address format."),
    ] {
        assert_eq!(pool.err("UpdateUserAttributes", update(name, value)).await, expected);
    }
    let mixed = json!({
        "AccessToken": access,
        "UserAttributes": [
            { "Name": "name", "Value": "Ann" },
            { "Name": "custom:nope", "Value": "x" },
        ],
    });
    pool.err("UpdateUserAttributes", mixed).await;
    let user = pool.get_user(&access).await.json();
    assert_eq!(attribute(&user, "name"), None, "all or nothing");
}

#[tokio::test]
async fn a_new_address_is_unverified() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    pool.user("bob@example.com").await;
    let access = pool.tokens("ann@example.com").await.access;
    let update =
        |email: &str| json!({ "AccessToken": access, "UserAttributes": [{ "Name": "email", "Value": email }] });
    assert_eq!(
        pool.err("UpdateUserAttributes", update("BOB@example.com")).await,
        "AliasExistsException: An account with the given email already exists."
    );
    // The address one has already is no change.
    let same = pool.ok("UpdateUserAttributes", update("ann@example.com")).await;
    assert_eq!(same, json!({ "CodeDeliveryDetailsList": [] }));
    let answer = pool.ok("UpdateUserAttributes", update("new@example.org")).await;
    assert_eq!(answer["CodeDeliveryDetailsList"][0]["Destination"], "n***@e***");
    let message = &pool.messages("new@example.org").await[0];
    assert_eq!(message["purpose"], "update_attribute");
    let user = pool.get_user(&access).await.json();
    assert_eq!(attribute(&user, "email"), Some("new@example.org"));
    assert_eq!(attribute(&user, "email_verified"), Some("false"));
    assert_eq!(pool.with_srp("new@example.org", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_new_address_waits_where_the_settings_say_so() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "attributes_require_verification_before_update": ["email"] })).await;
    pool.user("ann@example.com").await;
    let access = pool.tokens("ann@example.com").await.access;
    let request = json!({
        "AccessToken": access,
        "UserAttributes": [{ "Name": "email", "Value": "new@example.org" }],
    });
    pool.ok("UpdateUserAttributes", request).await;
    let user = pool.get_user(&access).await.json();
    assert_eq!(attribute(&user, "email"), Some("ann@example.com"));
    assert_eq!(attribute(&user, "email_verified"), Some("true"));
    let seen = pool.admin(Method::GET, "users/ann@example.com", None).await;
    assert_eq!(seen["pending_attributes"], json!({ "email": "new@example.org" }));
}

#[tokio::test]
async fn a_deleted_user_is_gone() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let tokens = pool.tokens("ann@example.com").await;
    let request = json!({ "AccessToken": tokens.access });
    assert_eq!(pool.ok("DeleteUser", request.clone()).await, Value::Null);
    let missing = "UserNotFoundException: User does not exist.";
    assert_eq!(pool.get_user(&tokens.access).await.error(), missing);
    assert_eq!(pool.err("DeleteUser", request).await, missing);
    assert_eq!(
        pool.with_password("ann@example.com", PASSWORD).await.error(),
        "NotAuthorizedException: Incorrect username or password."
    );
    let refresh = json!({ "ClientId": CLIENT, "RefreshToken": tokens.refresh });
    assert_eq!(pool.err("GetTokensFromRefreshToken", refresh).await, "NotAuthorizedException: Invalid Refresh Token");
    pool.sign_up("ann@example.com").await;
}

#[tokio::test]
async fn names_can_differ_by_case_alone_where_the_settings_say_so() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "case_sensitive": true })).await;
    pool.user("ann@example.com").await;
    pool.user("Ann@example.com").await;
    assert_ne!(pool.with_password("ANN@example.com", PASSWORD).await.status, 200);
    assert_eq!(pool.with_srp("Ann@example.com", PASSWORD).await.status, 200);
}
