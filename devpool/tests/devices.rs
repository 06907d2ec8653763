//! Devices, the list of sessions, addresses that are verified, names beside the email address.

mod common;

use common::srp_client::SrpClient;
use common::{CLIENT, DevPool, PASSWORD, Reply, Tokens, claims, other_code, password_auth};
use reqwest::Method;
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const PHONE: &str = "+491701234567";
const DEVICE_PASSWORD: &str = "a password that the device made for itself";

struct Device {
    key: String,
    group: String,
    tokens: Tokens,
    refresh: String,
}

/// Signs in from a new device and confirms it.
async fn new_device(pool: &DevPool, name: &str) -> (Device, Value) {
    let answer = pool.with_password(ANN, PASSWORD).await.json();
    let metadata = &answer["AuthenticationResult"]["NewDeviceMetadata"];
    let text = |name: &str| metadata[name].as_str().unwrap().to_owned();
    let tokens = Tokens::from(&answer);
    let (key, group, refresh) = (text("DeviceKey"), text("DeviceGroupKey"), tokens.refresh.clone());
    let confirm = json!({
        "AccessToken": tokens.access,
        "DeviceKey": key,
        "DeviceName": name,
        "DeviceSecretVerifierConfig": SrpClient::device_verifier(&group, &key, DEVICE_PASSWORD),
    });
    let confirmed = pool.ok("ConfirmDevice", confirm).await;
    (Device { key, group, tokens, refresh }, confirmed)
}

/// Signs in with the password from a device; gives what comes after the password.
async fn from_device(pool: &DevPool, key: &str) -> Reply {
    let client = SrpClient::new();
    let challenge = pool.begin_srp(&client, ANN).await;
    let mut answer = client.answer(&challenge, PASSWORD);
    answer["ChallengeResponses"]["DEVICE_KEY"] = json!(key);
    pool.call("RespondToAuthChallenge", answer).await
}

/// Proves the device's password.
async fn prove(pool: &DevPool, device: &Device, challenge: &Value, password: &str) -> Reply {
    assert_eq!(challenge["ChallengeName"], "DEVICE_SRP_AUTH");
    let client = SrpClient::new();
    let begin = json!({ "DEVICE_KEY": device.key, "SRP_A": client.public_hex() });
    let verifier = pool.answer(challenge, begin).await.json();
    assert_eq!(verifier["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
    let responses = client.device_responses(&verifier, &device.group, &device.key, password);
    pool.answer(&verifier, responses).await
}

#[tokio::test]
async fn a_remembered_device_stands_in_for_the_second_factor() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "devices": { "mode": "always" } })).await;
    pool.user(ANN).await;
    let (device, confirmed) = new_device(&pool, "My laptop").await;
    assert_eq!(confirmed["UserConfirmationNecessary"], false);
    assert_eq!(claims(&device.tokens.access)["device_key"], device.key);
    pool.give_totp(ANN).await;
    assert_eq!(pool.with_password(ANN, PASSWORD).await.json()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let challenge = from_device(&pool, &device.key).await.json();
    let wrong = prove(&pool, &device, &challenge, "another password").await;
    assert_eq!(wrong.error(), "NotAuthorizedException: Incorrect username or password.");
    let challenge = from_device(&pool, &device.key).await.json();
    let answer = prove(&pool, &device, &challenge, DEVICE_PASSWORD).await.json();
    assert!(answer["AuthenticationResult"]["NewDeviceMetadata"].is_null(), "it is not new");
    assert_eq!(claims(&Tokens::from(&answer).access)["device_key"], device.key);

    // Where the device does not stand in, both are asked for.
    pool.settings(json!({ "devices": { "challenge_required_on_new_device": false } })).await;
    let challenge = from_device(&pool, &device.key).await.json();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": pool.totp(ANN).await });
    let challenge = pool.answer(&challenge, code).await.json();
    let done = prove(&pool, &device, &challenge, DEVICE_PASSWORD).await;
    assert_eq!(done.status, 200, "{}", done.text);
}

#[tokio::test]
async fn a_device_the_pool_has_forgotten_is_said_to_be_gone() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "devices": { "mode": "always" } })).await;
    pool.user(ANN).await;
    let (device, _) = new_device(&pool, "Old phone").await;
    pool.ok("ForgetDevice", json!({ "AccessToken": device.tokens.access, "DeviceKey": device.key })).await;
    let client = SrpClient::new();
    let challenge = pool.begin_srp(&client, ANN).await;
    let mut answer = client.answer(&challenge, PASSWORD);
    answer["ChallengeResponses"]["DEVICE_KEY"] = json!(device.key);
    let gone = "ResourceNotFoundException: Device does not exist.";
    assert_eq!(pool.err("RespondToAuthChallenge", answer.clone()).await, gone);
    // The same session may be answered without the device, which is how clients recover.
    answer["ChallengeResponses"]["DEVICE_KEY"] = Value::Null;
    pool.ok("RespondToAuthChallenge", answer).await;
    let mut with_key = password_auth(ANN, PASSWORD);
    with_key["AuthParameters"]["DEVICE_KEY"] = json!(device.key);
    assert_eq!(pool.err("InitiateAuth", with_key.clone()).await, gone);
    // With a wrong password nobody learns anything about devices.
    with_key["AuthParameters"]["PASSWORD"] = json!("Wr0ng-Password");
    assert_eq!(pool.err("InitiateAuth", with_key).await, "NotAuthorizedException: Incorrect username or password.");
}

#[tokio::test]
async fn people_are_asked_before_a_device_is_remembered() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "devices": { "mode": "opt_in" } })).await;
    pool.user(ANN).await;
    let (device, confirmed) = new_device(&pool, "Library computer").await;
    assert_eq!(confirmed["UserConfirmationNecessary"], true);
    let listed = async || {
        let list = pool.ok("ListDevices", json!({ "AccessToken": device.tokens.access })).await;
        list["Devices"].as_array().unwrap().len()
    };
    assert_eq!(listed().await, 0);
    let answer = from_device(&pool, &device.key).await.json();
    assert!(answer["AuthenticationResult"]["AccessToken"].is_string(), "{answer}");
    let status = |status: &str| json!({ "AccessToken": device.tokens.access, "DeviceKey": device.key, "DeviceRememberedStatus": status });
    pool.ok("UpdateDeviceStatus", status("remembered")).await;
    assert_eq!(listed().await, 1);
    assert_eq!(from_device(&pool, &device.key).await.json()["ChallengeName"], "DEVICE_SRP_AUTH");
    pool.ok("UpdateDeviceStatus", status("not_remembered")).await;
    assert_eq!(listed().await, 0);
    let answer = from_device(&pool, &device.key).await.json();
    assert!(answer["AuthenticationResult"]["AccessToken"].is_string(), "{answer}");
}

#[tokio::test]
async fn devices_are_listed_and_are_their_users_own() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "devices": { "mode": "always" } })).await;
    pool.user(ANN).await;
    let (first, _) = new_device(&pool, "First").await;
    pool.advance(60).await;
    let (second, _) = new_device(&pool, "Second").await;
    let access = &second.tokens.access;
    let list = pool.ok("ListDevices", json!({ "AccessToken": access, "Limit": 1 })).await;
    assert_eq!(list["Devices"][0]["DeviceKey"], second.key);
    let rest = json!({ "AccessToken": access, "PaginationToken": list["PaginationToken"] });
    let rest = pool.ok("ListDevices", rest).await;
    assert_eq!(rest["Devices"][0]["DeviceKey"], first.key);
    let one = pool.ok("GetDevice", json!({ "AccessToken": access, "DeviceKey": first.key })).await;
    let name = json!({ "Name": "device_name", "Value": "First" });
    assert!(one["Device"]["DeviceAttributes"].as_array().unwrap().contains(&name), "{one}");
    pool.user("bob@example.com").await;
    let bob = pool.tokens("bob@example.com").await.access;
    for operation in ["GetDevice", "ForgetDevice", "UpdateDeviceStatus"] {
        let error = pool.err(operation, json!({ "AccessToken": bob, "DeviceKey": first.key })).await;
        assert_eq!(error, "ResourceNotFoundException: Device does not exist.");
        let error = pool.err(operation, json!({ "DeviceKey": first.key })).await;
        assert_ne!(error, "ResourceNotFoundException: Device does not exist.", "a token is needed");
    }
    let confirm_again = json!({
        "AccessToken": access, "DeviceKey": first.key,
        "DeviceSecretVerifierConfig": SrpClient::device_verifier(&first.group, &first.key, "x"),
    });
    assert!(pool.err("ConfirmDevice", confirm_again).await.starts_with("DeviceKeyExistsException"));
    pool.settings(json!({ "devices": { "mode": "off" } })).await;
    let error = pool.err("ListDevices", json!({ "AccessToken": access })).await;
    assert!(error.starts_with("InvalidUserPoolConfigurationException"), "{error}");
    let reply = from_device(&pool, "us-east-1_00000000-0000-4000-8000-000000000000").await;
    assert_eq!(reply.status, 200, "a pool that remembers none does not look at keys: {}", reply.text);
}

#[tokio::test]
async fn a_senseless_device_verifier_is_refused() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "devices": { "mode": "always" } })).await;
    pool.user(ANN).await;
    let answer = pool.with_password(ANN, PASSWORD).await.json();
    let key = &answer["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"];
    let access = Tokens::from(&answer).access;
    // With a verifier of 0 every answer would be right.
    for (salt, verifier) in [("AQ==", "AA=="), ("AQ==", ""), ("", "Ag=="), ("AQ==", "not base64!")] {
        let config = json!({ "Salt": salt, "PasswordVerifier": verifier });
        let request = json!({ "AccessToken": access, "DeviceKey": key, "DeviceSecretVerifierConfig": config });
        let error = pool.err("ConfirmDevice", request).await;
        assert_eq!(error, "InvalidParameterException: Device verifier config is not valid.");
    }
    let error = pool.err("ConfirmDevice", json!({ "AccessToken": access, "DeviceKey": key })).await;
    assert_eq!(error, "InvalidParameterException: Device verifier config not provided.");
}

#[tokio::test]
async fn a_session_of_a_device_is_refreshed_from_there_only() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "devices": { "mode": "always" } })).await;
    pool.user(ANN).await;
    let (device, _) = new_device(&pool, "Laptop").await;
    let refresh = |key: Value| {
        json!({
            "ClientId": CLIENT, "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": { "REFRESH_TOKEN": device.refresh, "DEVICE_KEY": key },
        })
    };
    pool.ok("InitiateAuth", refresh(json!(device.key))).await;
    let invalid = "NotAuthorizedException: Invalid Refresh Token";
    assert_eq!(pool.err("InitiateAuth", refresh(Value::Null)).await, invalid);
    assert_eq!(pool.err("InitiateAuth", refresh(json!("us-east-1_0"))).await, invalid);
    let by_the_new_way = json!({ "ClientId": CLIENT, "RefreshToken": device.refresh, "DeviceKey": device.key });
    pool.ok("GetTokensFromRefreshToken", by_the_new_way).await;
}

// ---------------------------------------------------------------------------------------------------- sessions

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let first = pool.tokens(ANN).await;
    pool.advance(60).await;
    let second = pool.tokens(ANN).await;
    let list = pool.ok("ListUserSessions", json!({ "AccessToken": second.access })).await;
    let sessions = list["Sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!((&sessions[0]["IsCurrentSession"], &sessions[1]["IsCurrentSession"]), (&json!(true), &json!(false)));
    assert_eq!(sessions[0]["SessionType"], "TOKEN");
    assert!(sessions[0].get("LastLocation").is_none(), "loopback is no place");
    let revoke = |token: &str, id: &Value| json!({ "AccessToken": token, "SessionId": id });
    let own = pool.err("RevokeUserSession", revoke(&second.access, &sessions[0]["SessionId"])).await;
    assert!(own.starts_with("InvalidParameterException"), "{own}");
    pool.user("bob@example.com").await;
    let bob = pool.tokens("bob@example.com").await.access;
    let foreign = pool.err("RevokeUserSession", revoke(&bob, &sessions[1]["SessionId"])).await;
    assert!(foreign.starts_with("ResourceNotFoundException"), "{foreign}");
    pool.ok("RevokeUserSession", revoke(&second.access, &sessions[1]["SessionId"])).await;
    assert_eq!(pool.get_user(&first.access).await.error(), "NotAuthorizedException: Access Token has been revoked");
    let refresh = json!({ "ClientId": CLIENT, "RefreshToken": first.refresh });
    assert!(pool.err("GetTokensFromRefreshToken", refresh).await.contains("revoked"));
    let list = pool.ok("ListUserSessions", json!({ "AccessToken": second.access })).await;
    assert_eq!(list["Sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_session_says_when_and_from_what_it_was_last_used() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "features": { "session_location": { "city": "Lisbon", "country": "Portugal" } } })).await;
    pool.user(ANN).await;
    let tokens = pool.tokens(ANN).await;
    pool.advance(120).await;
    let refresh = json!({ "ClientId": CLIENT, "RefreshToken": tokens.refresh });
    let request = pool.operation("GetTokensFromRefreshToken", &refresh);
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
    assert_eq!(pool.send(request.header("user-agent", firefox)).await.status, 200);
    let list = pool.ok("ListUserSessions", json!({ "AccessToken": tokens.access })).await;
    let session = &list["Sessions"][0];
    assert_eq!(session["DeviceType"], "Firefox on Linux");
    assert_eq!(session["LastActiveDate"].as_f64().unwrap() - session["CreateDate"].as_f64().unwrap(), 120.0);
    assert_eq!(session["LastLocation"], json!({ "City": "Lisbon", "Country": "Portugal" }));
}

#[tokio::test]
async fn without_session_tracking_there_is_no_list() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "features": { "session_tracking": false } })).await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    let error = pool.err("ListUserSessions", json!({ "AccessToken": access })).await;
    assert!(error.starts_with("OperationNotEnabledException"), "{error}");
}

#[tokio::test]
async fn a_user_says_whether_a_sign_in_was_their_own() {
    let pool = DevPool::start().await;
    let user = pool.user(ANN).await;
    pool.tokens(ANN).await;
    let events = pool.admin(Method::GET, "users/ann%40example.com/sign-ins", None).await;
    let feedback = |token: &Value| {
        json!({
            "UserPoolId": "us-east-1_Doorward1", "Username": user["username"], "EventId": events[0]["event_id"],
            "FeedbackToken": token, "FeedbackValue": "Invalid",
        })
    };
    pool.ok("UpdateAuthEventFeedback", feedback(&events[0]["feedback_token"])).await;
    let events_after = pool.admin(Method::GET, "users/ann%40example.com/sign-ins", None).await;
    assert_eq!(events_after[0]["feedback"], "Invalid");
    let error = pool.err("UpdateAuthEventFeedback", feedback(&json!("abc"))).await;
    assert!(error.starts_with("NotAuthorizedException"), "{error}");
    pool.settings(json!({ "features": { "threat_protection": false } })).await;
    let error = pool.err("UpdateAuthEventFeedback", feedback(&events[0]["feedback_token"])).await;
    assert!(error.starts_with("UserPoolAddOnNotEnabledException"), "{error}");
}

// ------------------------------------------------------------------------------------------- verified addresses

fn attribute<'a>(user: &'a Value, name: &str) -> Option<&'a str> {
    let attributes = user["UserAttributes"].as_array().unwrap();
    attributes.iter().find(|attribute| attribute["Name"] == name).map(|attribute| attribute["Value"].as_str().unwrap())
}

async fn update(pool: &DevPool, access: &str, name: &str, value: &str) -> Value {
    let attributes = json!([{ "Name": name, "Value": value }]);
    pool.ok("UpdateUserAttributes", json!({ "AccessToken": access, "UserAttributes": attributes })).await
}

#[tokio::test]
async fn a_pending_address_comes_into_force_with_its_code() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "attributes_require_verification_before_update": ["email", "phone_number"] })).await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    let new = "new@example.com";
    let details = update(&pool, &access, "email", new).await;
    assert_eq!(details["CodeDeliveryDetailsList"][0]["Destination"], "n***@e***");
    assert_eq!(attribute(&pool.get_user(&access).await.json(), "email"), Some(ANN));
    let verify = |code: &str| json!({ "AccessToken": access, "AttributeName": "email", "Code": code });
    let code = pool.code(new).await;
    let wrong = pool.err("VerifyUserAttribute", verify(other_code(&code))).await;
    assert!(wrong.starts_with("CodeMismatchException"), "{wrong}");
    // Sent again it goes to the new address as well, and replaces the first.
    pool.ok("GetUserAttributeVerificationCode", json!({ "AccessToken": access, "AttributeName": "email" })).await;
    assert_eq!(pool.messages(new).await[0]["purpose"], "verify_attribute");
    pool.ok("VerifyUserAttribute", verify(&pool.code(new).await)).await;
    let user = pool.get_user(&access).await.json();
    assert_eq!((attribute(&user, "email"), attribute(&user, "email_verified")), (Some(new), Some("true")));
    assert_eq!(pool.with_password(new, PASSWORD).await.status, 200);
    assert_eq!(pool.with_password(ANN, PASSWORD).await.status, 400);
}

#[tokio::test]
async fn an_address_that_somebody_took_meanwhile_is_refused() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "attributes_require_verification_before_update": ["email"] })).await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    update(&pool, &access, "email", "new@example.com").await;
    let code = pool.code("new@example.com").await;
    pool.user("new@example.com").await;
    let verify = json!({ "AccessToken": access, "AttributeName": "email", "Code": code });
    assert!(pool.err("VerifyUserAttribute", verify).await.starts_with("AliasExistsException"));
}

#[tokio::test]
async fn a_phone_number_is_verified_by_sms_and_goes_again() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    update(&pool, &access, "phone_number", PHONE).await;
    let user = pool.get_user(&access).await.json();
    assert_eq!(attribute(&user, "phone_number_verified"), Some("false"));
    let code = pool.code(PHONE).await;
    let verify = json!({ "AccessToken": access, "AttributeName": "phone_number", "Code": code });
    pool.ok("VerifyUserAttribute", verify).await;
    let user = pool.get_user(&access).await.json();
    assert_eq!(attribute(&user, "phone_number_verified"), Some("true"));
    let delete = |names: Value| json!({ "AccessToken": access, "UserAttributeNames": names });
    pool.ok("DeleteUserAttributes", delete(json!(["phone_number"]))).await;
    let user = pool.get_user(&access).await.json();
    assert_eq!((attribute(&user, "phone_number"), attribute(&user, "phone_number_verified")), (None, None));
    for (name, expected) in [
        ("email", "InvalidParameterException"),
        ("sub", "NotAuthorizedException"),
        ("custom:nope", "InvalidParameterException"),
    ] {
        let error = pool.err("DeleteUserAttributes", delete(json!(["nickname", name]))).await;
        assert!(error.starts_with(expected), "{name}: {error}");
    }
    let request = json!({ "AccessToken": access, "AttributeName": "nickname" });
    let error = pool.err("GetUserAttributeVerificationCode", request).await;
    assert!(error.starts_with("InvalidParameterException"), "{error}");
}

// ------------------------------------------------------------------------------------------- other ways to be named

#[tokio::test]
async fn people_can_sign_in_by_phone_number() {
    let pool = DevPool::start().await;
    pool.settings(json!({
        "username_attributes": ["phone_number", "email"],
        "auto_verified_attributes": ["phone_number", "email"],
        "schema": [{ "name": "email" }, { "name": "phone_number" }],
    }))
    .await;
    let sign_up = |name: &str| json!({ "ClientId": CLIENT, "Username": name, "Password": PASSWORD });
    let error = pool.err("SignUp", sign_up("ann")).await;
    assert_eq!(error, "InvalidParameterException: Username should be either an email or a phone number.");
    let answer = pool.ok("SignUp", sign_up(PHONE)).await;
    assert_eq!(answer["CodeDeliveryDetails"]["DeliveryMedium"], "SMS");
    let confirm = json!({ "ClientId": CLIENT, "Username": PHONE, "ConfirmationCode": pool.code(PHONE).await });
    pool.ok("ConfirmSignUp", confirm).await;
    let reply = pool.with_srp(PHONE, PASSWORD).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert!(pool.err("SignUp", sign_up(PHONE)).await.starts_with("UsernameExistsException"));
    let answer = pool.ok("ForgotPassword", json!({ "ClientId": CLIENT, "Username": PHONE })).await;
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "+********4567");
}

#[tokio::test]
async fn people_can_choose_a_name_and_have_aliases() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "username_attributes": [], "alias_attributes": ["email", "preferred_username"] })).await;
    let sign_up = |name: &str| {
        json!({
            "ClientId": CLIENT, "Username": name, "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": ANN }],
        })
    };
    let error = pool.err("SignUp", sign_up(ANN)).await;
    assert!(error.starts_with("InvalidParameterException: Username cannot be of email format"), "{error}");
    pool.ok("SignUp", sign_up("ann")).await;
    assert!(pool.err("SignUp", sign_up("ANN")).await.starts_with("UsernameExistsException"));
    let confirm = |name: &str, code: &str, force: bool| json!({ "ClientId": CLIENT, "Username": name, "ConfirmationCode": code, "ForceAliasCreation": force });
    assert_eq!(pool.with_password(ANN, PASSWORD).await.status, 400, "an alias needs to be verified");
    pool.ok("ConfirmSignUp", confirm("ann", &pool.code(ANN).await, false)).await;
    for name in ["ann", "Ann", ANN] {
        let reply = pool.with_srp(name, PASSWORD).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text);
        assert_eq!(claims(&Tokens::from(&reply.json()).access)["username"], "ann");
    }
    let challenge = pool.begin_srp(&SrpClient::new(), ANN).await;
    assert_eq!(challenge["ChallengeParameters"]["USER_ID_FOR_SRP"], "ann");

    // The address can have one owner only, and moves when its new owner insists.
    pool.ok("SignUp", sign_up("annie")).await;
    let code = pool.code(ANN).await;
    let taken = pool.err("ConfirmSignUp", confirm("annie", &code, false)).await;
    assert_eq!(taken, "AliasExistsException: An account with the given email already exists.");
    pool.ok("ConfirmSignUp", confirm("annie", &code, true)).await;
    let reply = pool.with_password(ANN, PASSWORD).await;
    assert_eq!(claims(&Tokens::from(&reply.json()).access)["username"], "annie");
}

#[tokio::test]
async fn earlier_passwords_must_not_come_back_where_the_policy_says_so() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "password_policy": { "history_size": 2 } })).await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    let change =
        |from: &str, to: &str| json!({ "AccessToken": access, "PreviousPassword": from, "ProposedPassword": to });
    let refused = "PasswordHistoryPolicyViolationException: Password has previously been used. Choose another.";
    assert_eq!(pool.err("ChangePassword", change(PASSWORD, PASSWORD)).await, refused);
    pool.ok("ChangePassword", change(PASSWORD, "S3cond-Password")).await;
    assert_eq!(pool.err("ChangePassword", change("S3cond-Password", PASSWORD)).await, refused);
    pool.ok("ChangePassword", change("S3cond-Password", "Th1rd-Password")).await;
    pool.ok("ChangePassword", change("Th1rd-Password", PASSWORD)).await;
    pool.ok("ForgotPassword", json!({ "ClientId": CLIENT, "Username": ANN })).await;
    let reset = json!({
        "ClientId": CLIENT, "Username": ANN, "ConfirmationCode": pool.code(ANN).await, "Password": PASSWORD,
    });
    assert_eq!(pool.err("ConfirmForgotPassword", reset).await, refused);
}
