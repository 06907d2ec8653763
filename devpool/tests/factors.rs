//! Second factors, choice-based sign-in, passkeys, custom challenges and step-up.

mod common;

use common::authenticator::{Authenticator, Key};
use common::srp_client::SrpClient;
use common::{CLIENT, DevPool, PASSWORD, Tokens, answer, claims, other_code};
use reqwest::Method;
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const PHONE: &str = "+491701234567";
const ORIGIN: &str = "http://localhost:8080";

async fn with_phone(pool: &DevPool) {
    let body = json!({ "email": ANN, "password": PASSWORD, "attributes": { "phone_number": PHONE } });
    pool.admin(Method::POST, "users", Some(body)).await;
}

/// A challenge that a password leads to.
async fn after_password(pool: &DevPool) -> Value {
    let reply = pool.with_password(ANN, PASSWORD).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

async fn prefer(pool: &DevPool, access: &str, settings: Value) -> Value {
    let mut request = settings;
    request["AccessToken"] = json!(access);
    pool.ok("SetUserMFAPreference", request).await
}

fn is_done(reply: &common::Reply) -> Tokens {
    let answer = reply.json();
    assert!(answer["AuthenticationResult"]["AccessToken"].is_string(), "{}", reply.text);
    Tokens::from(&answer)
}

// ------------------------------------------------------------------------------------------------ second factors

#[tokio::test]
async fn an_authenticator_app_is_set_up_and_asked_for() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    let secret = pool.ok("AssociateSoftwareToken", json!({ "AccessToken": access })).await;
    assert_eq!(secret["SecretCode"].as_str().unwrap().len(), 52);
    let verify = |code: &str| json!({ "AccessToken": access, "UserCode": code, "FriendlyDeviceName": "Phone" });
    let code = pool.totp(ANN).await;
    assert_eq!(
        pool.err("VerifySoftwareToken", verify(other_code(&code))).await,
        "EnableSoftwareTokenMFAException: Code mismatch"
    );
    assert_eq!(pool.ok("VerifySoftwareToken", verify(&code)).await["Status"], "SUCCESS");
    // Verified, but not turned on yet.
    pool.tokens(ANN).await;
    prefer(&pool, &access, json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } })).await;
    let user = pool.get_user(&access).await.json();
    assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));

    let challenge = after_password(&pool).await;
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(challenge["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"], "Phone");
    // The code that set it up counts no more.
    let used = pool.answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": code })).await;
    assert_eq!(used.error(), "ExpiredCodeException: Your software token has already been used once.");
    pool.advance(30).await;
    let wrong = other_code(&pool.totp(ANN).await);
    let mistaken = pool.answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": wrong })).await;
    assert_eq!(mistaken.error(), "CodeMismatchException: Invalid code received for user");
    // After a mistake the same session goes on.
    let code = pool.totp(ANN).await;
    is_done(&pool.answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": code })).await);
    let again = pool.answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": code })).await;
    assert!(again.error().contains("session can only be used once"), "{}", again.text);
    // Nor does the code count in another sign-in.
    let challenge = after_password(&pool).await;
    let used = pool.answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": code })).await;
    assert!(used.error().starts_with("ExpiredCodeException"), "{}", used.text);
}

#[tokio::test]
async fn codes_by_sms_and_email_are_second_factors() {
    let pool = DevPool::start().await;
    with_phone(&pool).await;
    let access = pool.tokens(ANN).await.access;
    for (member, list, challenge_name, response, to, medium, masked) in [
        ("SMSMfaSettings", "SMS_MFA", "SMS_MFA", "SMS_MFA_CODE", PHONE, "SMS", "+********4567"),
        ("EmailMfaSettings", "EMAIL_OTP", "EMAIL_OTP", "EMAIL_OTP_CODE", ANN, "EMAIL", "a***@e***"),
    ] {
        prefer(&pool, &access, json!({ member: { "Enabled": true, "PreferredMfa": true } })).await;
        assert_eq!(pool.get_user(&access).await.json()["PreferredMfaSetting"], list);
        let challenge = after_password(&pool).await;
        assert_eq!(challenge["ChallengeName"], challenge_name);
        let parameters = &challenge["ChallengeParameters"];
        assert_eq!(parameters["CODE_DELIVERY_DELIVERY_MEDIUM"], medium);
        assert_eq!(parameters["CODE_DELIVERY_DESTINATION"], masked);
        let code = pool.code(to).await;
        assert_eq!(pool.messages(to).await[0]["purpose"], "mfa");
        assert_eq!(pool.messages(to).await[0]["medium"], medium);
        let wrong = pool.answer(&challenge, json!({ response: other_code(&code) })).await;
        assert_eq!(wrong.error(), "CodeMismatchException: Invalid code or auth state for the user.");
        is_done(&pool.answer(&challenge, json!({ response: code })).await);
        prefer(&pool, &access, json!({ member: { "Enabled": false } })).await;
    }
    is_done(&pool.with_password(ANN, PASSWORD).await);
}

#[tokio::test]
async fn wrong_second_factors_end_the_session_and_slow_down() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    pool.give_totp(ANN).await;
    pool.settings(json!({ "mfa": { "wrong_codes": 3 } })).await;
    let challenge = after_password(&pool).await;
    for expected in ["CodeMismatch", "CodeMismatch", "NotAuthorized"] {
        let wrong = other_code(&pool.totp(ANN).await);
        let reply = pool.answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": wrong })).await;
        assert!(reply.error().starts_with(expected), "{}", reply.text);
    }
    let code = pool.totp(ANN).await;
    let over = pool.answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": code })).await;
    assert!(over.error().contains("session can only be used once"), "{}", over.text);
    // Beginning again does not give new tries for nothing: with two more failures the waiting begins.
    let challenge = after_password(&pool).await;
    for _ in 0..2 {
        let wrong = other_code(&pool.totp(ANN).await);
        pool.answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": wrong })).await;
    }
    let waiting = "NotAuthorizedException: Password attempts exceeded";
    assert_eq!(pool.with_password(ANN, PASSWORD).await.error(), waiting);
    pool.advance(1).await;
    let challenge = after_password(&pool).await;
    let code = pool.totp(ANN).await;
    is_done(&pool.answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": code })).await);
}

#[tokio::test]
async fn of_several_second_factors_one_is_chosen() {
    let pool = DevPool::start().await;
    with_phone(&pool).await;
    let access = pool.tokens(ANN).await.access;
    pool.give_totp(ANN).await;
    prefer(&pool, &access, json!({ "SMSMfaSettings": { "Enabled": true }, "EmailMfaSettings": { "Enabled": true } }))
        .await;
    for (choice, next) in [
        ("SMS_MFA", "SMS_MFA"),
        ("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA"),
        ("EMAIL_OTP", "EMAIL_OTP"),
        ("EMAIL_MFA", "EMAIL_OTP"),
    ] {
        let challenge = after_password(&pool).await;
        assert_eq!(challenge["ChallengeName"], "SELECT_MFA_TYPE");
        assert_eq!(
            challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"],
            r#"["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#
        );
        let nonsense = pool.answer(&challenge, json!({ "ANSWER": "MAGIC" })).await;
        assert!(nonsense.error().starts_with("InvalidParameterException"), "{}", nonsense.text);
        let asked = pool.answer(&challenge, json!({ "ANSWER": choice })).await;
        assert_eq!(asked.json()["ChallengeName"], next, "{}", asked.text);
    }
}

#[tokio::test]
async fn where_everybody_needs_one_it_is_set_up_on_the_way() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "mfa": { "configuration": "ON", "methods": ["SOFTWARE_TOKEN"] } })).await;
    pool.user(ANN).await;
    let challenge = after_password(&pool).await;
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"], r#"["SOFTWARE_TOKEN_MFA"]"#);
    let too_early = pool.answer(&challenge, json!({})).await;
    assert!(too_early.error().starts_with("InvalidParameterException"), "{}", too_early.text);
    let associated = pool.ok("AssociateSoftwareToken", json!({ "Session": challenge["Session"] })).await;
    let used = pool.err("AssociateSoftwareToken", json!({ "Session": challenge["Session"] })).await;
    assert!(used.contains("session can only be used once"), "{used}");
    let secret = associated["SecretCode"].as_str().unwrap();
    let code = totp(secret, common::START.seconds());
    let verify = |code: &str| json!({ "Session": associated["Session"], "UserCode": code });
    let wrong = pool.err("VerifySoftwareToken", verify(other_code(&code))).await;
    assert_eq!(wrong, "EnableSoftwareTokenMFAException: Code mismatch");
    let verified = pool.ok("VerifySoftwareToken", verify(&code)).await;
    assert_eq!(verified["Status"], "SUCCESS");
    let mut last = challenge.clone();
    last["Session"] = verified["Session"].clone();
    let tokens = is_done(&pool.answer(&last, json!({})).await);
    assert_eq!(pool.get_user(&tokens.access).await.json()["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(after_password(&pool).await["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

/// A TOTP code, made with the client's own arithmetic.
fn totp(secret: &str, seconds: i64) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let key = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&u64::try_from(seconds / 30).unwrap().to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

#[tokio::test]
async fn an_address_is_set_up_as_second_factor_on_the_way() {
    let pool = DevPool::start().await;
    pool.settings(json!({
        "username_attributes": [],
        "auto_verified_attributes": [],
        "schema": [{ "name": "email" }],
        "mfa": { "configuration": "ON", "methods": ["EMAIL"] },
    }))
    .await;
    pool.admin(Method::POST, "users", Some(json!({ "username": "ann", "password": PASSWORD }))).await;
    let challenge = pool.with_password("ann", PASSWORD).await.json();
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    let bad = pool.answer(&challenge, json!({ "EMAIL": "nobody" })).await;
    assert!(bad.error().starts_with("InvalidParameterException"), "{}", bad.text);
    let asked = pool.answer(&challenge, json!({ "EMAIL": ANN })).await.json();
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    let tokens = is_done(&pool.answer(&asked, json!({ "EMAIL_OTP_CODE": pool.code(ANN).await })).await);
    let user = pool.get_user(&tokens.access).await.json();
    assert_eq!(user["UserMFASettingList"], json!(["EMAIL_OTP"]));
}

#[tokio::test]
async fn where_everybody_needs_one_an_address_will_do() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "mfa": { "configuration": "ON", "methods": ["EMAIL"] } })).await;
    pool.user(ANN).await;
    let challenge = after_password(&pool).await;
    assert_eq!(challenge["ChallengeName"], "EMAIL_OTP");
    is_done(&pool.answer(&challenge, json!({ "EMAIL_MFA_CODE": pool.code(ANN).await })).await);
}

#[tokio::test]
async fn preferences_that_make_no_sense_are_refused() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    let on = json!({ "Enabled": true });
    for (settings, expected) in [
        (json!({ "SMSMfaSettings": on }), "User does not have delivery config set to turn on SMS_MFA"),
        (json!({ "SoftwareTokenMfaSettings": on }), "User has not verified software token mfa"),
        (
            json!({ "EmailMfaSettings": { "PreferredMfa": true } }),
            "Can't set the preferred MFA method as the method is not enabled.",
        ),
        (json!({ "WebAuthnMfaSettings": on }), "Passkeys are not a second factor of this user pool."),
    ] {
        let mut request = settings;
        request["AccessToken"] = json!(access);
        let error = pool.err("SetUserMFAPreference", request).await;
        assert_eq!(error, format!("InvalidParameterException: {expected}"));
    }
    pool.settings(json!({ "mfa": { "methods": ["EMAIL"] } })).await;
    let error = pool.err("AssociateSoftwareToken", json!({ "AccessToken": access })).await;
    assert!(error.starts_with("SoftwareTokenMFANotFoundException"), "{error}");
    for bad in [json!({}), json!({ "AccessToken": null })] {
        let error = pool.err("AssociateSoftwareToken", bad).await;
        assert!(error.starts_with("InvalidParameterException"), "{error}");
    }
    pool.settings(json!({ "features": { "tier": "LITE" } })).await;
    let error = pool.err("SetUserMFAPreference", json!({ "AccessToken": access, "EmailMfaSettings": on })).await;
    assert!(error.contains("feature plan"), "{error}");
}

#[tokio::test]
async fn the_old_way_turns_sms_on_and_off() {
    let pool = DevPool::start().await;
    with_phone(&pool).await;
    let access = pool.tokens(ANN).await.access;
    let options = |list: Value| json!({ "AccessToken": access, "MFAOptions": list });
    let sms = json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]);
    pool.ok("SetUserSettings", options(sms.clone())).await;
    assert_eq!(pool.get_user(&access).await.json()["MFAOptions"], sms);
    assert_eq!(after_password(&pool).await["ChallengeName"], "SMS_MFA");
    pool.ok("SetUserSettings", options(json!([]))).await;
    is_done(&pool.with_password(ANN, PASSWORD).await);
    let email = json!([{ "DeliveryMedium": "EMAIL", "AttributeName": "email" }]);
    let error = pool.err("SetUserSettings", options(email)).await;
    assert!(error.starts_with("InvalidParameterException"), "{error}");
}

// ---------------------------------------------------------------------------------------- choice-based sign-in

async fn choose(pool: &DevPool) -> Value {
    let reply = pool.begin("USER_AUTH", json!({ "USERNAME": ANN })).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

#[tokio::test]
async fn people_choose_how_to_sign_in() {
    let pool = DevPool::start().await;
    with_phone(&pool).await;
    let challenge = choose(&pool).await;
    assert_eq!(challenge["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(challenge["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]));
    let unknown = pool.answer(&challenge, json!({ "ANSWER": "WEB_AUTHN" })).await;
    assert!(unknown.error().starts_with("InvalidParameterException: ANSWER must be one of"), "{}", unknown.text);

    // A password in one step and in two.
    is_done(&pool.answer(&challenge, json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD })).await);
    let asked = pool.answer(&choose(&pool).await, json!({ "ANSWER": "PASSWORD" })).await.json();
    assert_eq!(asked["ChallengeName"], "PASSWORD");
    is_done(&pool.answer(&asked, json!({ "PASSWORD": PASSWORD })).await);
    let wrong = pool.answer(&choose(&pool).await, json!({ "ANSWER": "PASSWORD", "PASSWORD": "Wr0ng!pass" })).await;
    assert_eq!(wrong.error(), "NotAuthorizedException: Incorrect username or password.");

    // SRP in one step and in two.
    let client = SrpClient::new();
    let srp = json!({ "ANSWER": "PASSWORD_SRP", "SRP_A": client.public_hex() });
    let verifier = pool.answer(&choose(&pool).await, srp).await.json();
    assert_eq!(verifier["ChallengeName"], "PASSWORD_VERIFIER");
    is_done(&pool.call("RespondToAuthChallenge", client.answer(&verifier, PASSWORD)).await);
    let asked = pool.answer(&choose(&pool).await, json!({ "ANSWER": "PASSWORD_SRP" })).await.json();
    assert_eq!(asked["ChallengeName"], "PASSWORD_SRP");
    let bad = pool.answer(&asked, json!({ "SRP_A": "0" })).await;
    assert_eq!(bad.error(), "InvalidParameterException: Invalid SRP_A parameter.");
    let client = SrpClient::new();
    let verifier = pool.answer(&asked, json!({ "SRP_A": client.public_hex() })).await.json();
    is_done(&pool.call("RespondToAuthChallenge", client.answer(&verifier, PASSWORD)).await);

    // Codes.
    for (name, response, to) in [("EMAIL_OTP", "EMAIL_OTP_CODE", ANN), ("SMS_OTP", "SMS_OTP_CODE", PHONE)] {
        let asked = pool.answer(&choose(&pool).await, json!({ "ANSWER": name })).await.json();
        assert_eq!(asked["ChallengeName"], name);
        let code = pool.code(to).await;
        let wrong = pool.answer(&asked, json!({ response: other_code(&code) })).await;
        assert!(wrong.error().starts_with("CodeMismatchException"), "{}", wrong.text);
        is_done(&pool.answer(&asked, json!({ response: code })).await);
    }
}

#[tokio::test]
async fn a_preferred_challenge_comes_at_once() {
    let pool = DevPool::start().await;
    with_phone(&pool).await;
    let begin = |preferred: &str, more: Value| {
        let mut parameters = more;
        parameters["USERNAME"] = json!(ANN);
        parameters["PREFERRED_CHALLENGE"] = json!(preferred);
        pool.begin("USER_AUTH", parameters)
    };
    is_done(&begin("PASSWORD", json!({ "PASSWORD": PASSWORD })).await);
    let client = SrpClient::new();
    let verifier = begin("PASSWORD_SRP", json!({ "SRP_A": client.public_hex() })).await.json();
    is_done(&pool.call("RespondToAuthChallenge", client.answer(&verifier, PASSWORD)).await);
    let asked = begin("EMAIL_OTP", json!({})).await.json();
    is_done(&pool.answer(&asked, json!({ "EMAIL_OTP_CODE": pool.code(ANN).await })).await);
    assert_eq!(begin("SMS_OTP", json!({})).await.json()["ChallengeName"], "SMS_OTP");
    // What is not to be had is offered to be replaced.
    assert_eq!(begin("WEB_AUTHN", json!({})).await.json()["ChallengeName"], "SELECT_CHALLENGE");
}

#[tokio::test]
async fn who_needs_two_factors_begins_with_a_password() {
    let pool = DevPool::start().await;
    with_phone(&pool).await;
    pool.give_totp(ANN).await;
    assert_eq!(choose(&pool).await["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
    let next = pool.answer(&choose(&pool).await, json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD })).await.json();
    assert_eq!(next["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    is_done(&pool.answer(&next, json!({ "SOFTWARE_TOKEN_MFA_CODE": pool.totp(ANN).await })).await);
}

#[tokio::test]
async fn for_nobody_there_is_a_choice_too_and_no_code_is_right() {
    let pool = DevPool::start().await;
    let nobody = "nobody@example.com";
    let begin = || pool.begin("USER_AUTH", json!({ "USERNAME": nobody }));
    let challenge = begin().await.json();
    assert_eq!(challenge["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]));
    let asked = pool.answer(&challenge, json!({ "ANSWER": "EMAIL_OTP" })).await.json();
    assert_eq!(asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "n***@e***");
    let wrong = pool.answer(&asked, json!({ "EMAIL_OTP_CODE": "123456" })).await;
    assert!(wrong.error().starts_with("CodeMismatchException"), "{}", wrong.text);
    assert!(pool.messages(nobody).await.is_empty());
    let password = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let wrong = pool.answer(&begin().await.json(), password).await;
    assert_eq!(wrong.error(), "NotAuthorizedException: Incorrect username or password.");
    pool.settings(json!({ "prevent_user_existence_errors": false })).await;
    assert_eq!(begin().await.error(), "UserNotFoundException: User does not exist.");
}

#[tokio::test]
async fn choice_is_a_feature_of_some_plans_and_clients() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    pool.settings(json!({ "features": { "tier": "LITE" } })).await;
    let reply = pool.begin("USER_AUTH", json!({ "USERNAME": ANN })).await;
    assert!(reply.error().starts_with("FeatureUnavailableInTierException"), "{}", reply.text);
    pool.settings(json!({ "features": { "tier": "PLUS" }, "auth_flows": ["ALLOW_USER_SRP_AUTH"] })).await;
    let reply = pool.begin("USER_AUTH", json!({ "USERNAME": ANN })).await;
    assert_eq!(reply.error(), "InvalidParameterException: USER_AUTH flow not enabled for this client");
}

#[tokio::test]
async fn sign_up_leads_to_being_signed_in() {
    let pool = DevPool::start().await;
    let request = json!({ "ClientId": CLIENT, "Username": ANN });
    let signed_up = pool.ok("SignUp", request).await;
    assert!(signed_up["Session"].is_string());
    let early = json!({
        "ClientId": CLIENT, "AuthFlow": "USER_AUTH", "Session": signed_up["Session"],
        "AuthParameters": { "USERNAME": ANN },
    });
    assert_eq!(pool.err("InitiateAuth", early).await, "NotAuthorizedException: Invalid session for the user.");
    let confirmed = pool
        .ok(
            "ConfirmSignUp",
            json!({
                "ClientId": CLIENT, "Username": ANN, "ConfirmationCode": pool.code(ANN).await,
                "Session": signed_up["Session"],
            }),
        )
        .await;
    let sign_in = json!({
        "ClientId": CLIENT, "AuthFlow": "USER_AUTH", "Session": confirmed["Session"],
        "AuthParameters": { "USERNAME": ANN },
    });
    let tokens = Tokens::from(&pool.ok("InitiateAuth", sign_in.clone()).await);
    assert!(pool.err("InitiateAuth", sign_in).await.contains("only be used once"));
    // Somebody without a password has codes, and may get a password without knowing one.
    let factors = pool.ok("GetUserAuthFactors", json!({ "AccessToken": tokens.access })).await;
    assert_eq!(factors["ConfiguredUserAuthFactors"], json!(["EMAIL_OTP"]));
    assert_eq!(choose(&pool).await["AvailableChallenges"], json!(["EMAIL_OTP"]));
    pool.ok("ChangePassword", json!({ "AccessToken": tokens.access, "ProposedPassword": PASSWORD })).await;
    is_done(&pool.with_password(ANN, PASSWORD).await);
    let error = pool.err("ChangePassword", json!({ "AccessToken": tokens.access, "ProposedPassword": PASSWORD })).await;
    assert!(error.starts_with("NotAuthorizedException"), "from now on the old one is needed: {error}");
}

#[tokio::test]
async fn a_confirmation_without_the_session_signs_nobody_in() {
    let pool = DevPool::start().await;
    pool.sign_up(ANN).await;
    let confirm = json!({
        "ClientId": CLIENT, "Username": ANN, "ConfirmationCode": pool.code(ANN).await,
        "Session": "somebody-elses-session-1234567890",
    });
    assert_eq!(pool.ok("ConfirmSignUp", confirm).await, json!({}));
}

// --------------------------------------------------------------------------------------------------- passkeys

async fn register(pool: &DevPool, access: &str, key: Key) -> Authenticator {
    let started = pool.ok("StartWebAuthnRegistration", json!({ "AccessToken": access })).await;
    let options = &started["CredentialCreationOptions"];
    let (authenticator, registration) = Authenticator::create(options, ORIGIN, key);
    let complete = json!({ "AccessToken": access, "Credential": registration.json() });
    pool.ok("CompleteWebAuthnRegistration", complete).await;
    authenticator
}

fn assertion(authenticator: &mut Authenticator, challenge: &Value) -> String {
    let options = challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"].as_str().unwrap();
    authenticator.get(&serde_json::from_str(options).unwrap(), ORIGIN).json().to_string()
}

#[tokio::test]
async fn passkeys_are_made_and_signed_in_with() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    for key in [Key::es256(), Key::rs256()] {
        let mut authenticator = register(&pool, &access, key).await;
        // In one step: what to sign came with the choice.
        let offered = choose(&pool).await;
        assert!(offered["AvailableChallenges"].as_array().unwrap().contains(&json!("WEB_AUTHN")));
        let credential = assertion(&mut authenticator, &offered);
        is_done(&pool.answer(&offered, json!({ "ANSWER": "WEB_AUTHN", "CREDENTIAL": credential })).await);
        // In two.
        let asked = pool.answer(&choose(&pool).await, json!({ "ANSWER": "WEB_AUTHN" })).await.json();
        assert_eq!(asked["ChallengeName"], "WEB_AUTHN");
        let credential = assertion(&mut authenticator, &asked);
        is_done(&pool.answer(&asked, json!({ "CREDENTIAL": credential })).await);
        // An assertion is good for its own challenge only.
        let other =
            pool.begin("USER_AUTH", json!({ "USERNAME": ANN, "PREFERRED_CHALLENGE": "WEB_AUTHN" })).await.json();
        let replayed = pool.answer(&other, json!({ "CREDENTIAL": credential })).await;
        assert_eq!(replayed.error(), "NotAuthorizedException: The passkey could not be verified.");
    }
    let list = pool.ok("ListWebAuthnCredentials", json!({ "AccessToken": access, "MaxResults": 1 })).await;
    assert_eq!(list["Credentials"].as_array().unwrap().len(), 1);
    let rest = json!({ "AccessToken": access, "NextToken": list["NextToken"] });
    let rest = pool.ok("ListWebAuthnCredentials", rest).await;
    assert_eq!(rest["Credentials"][0]["RelyingPartyId"], "localhost");
    for credentials in [&list, &rest] {
        let id = &credentials["Credentials"][0]["CredentialId"];
        let delete = json!({ "AccessToken": access, "CredentialId": id });
        pool.ok("DeleteWebAuthnCredential", delete.clone()).await;
        let gone = pool.err("DeleteWebAuthnCredential", delete).await;
        assert!(gone.starts_with("ResourceNotFoundException"), "{gone}");
    }
    assert!(!choose(&pool).await["AvailableChallenges"].as_array().unwrap().contains(&json!("WEB_AUTHN")));
}

#[tokio::test]
async fn a_registration_serves_once_and_ends() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    let start = json!({ "AccessToken": access });
    let started = pool.ok("StartWebAuthnRegistration", start.clone()).await;
    let (_, registration) = Authenticator::create(&started["CredentialCreationOptions"], ORIGIN, Key::es256());
    let complete = json!({ "AccessToken": access, "Credential": registration.json() });
    pool.ok("CompleteWebAuthnRegistration", complete.clone()).await;
    let again = pool.err("CompleteWebAuthnRegistration", complete).await;
    assert!(again.starts_with("WebAuthnChallengeNotFoundException"), "{again}");
    // Somebody else's challenge, another origin, and too late.
    pool.user("bob@example.com").await;
    let bob = pool.tokens("bob@example.com").await.access;
    for (origin, token, wait, expected) in [
        (ORIGIN, &bob, 0, "WebAuthnChallengeNotFoundException"),
        ("https://evil.test", &access, 0, "WebAuthnOriginNotAllowedException"),
        (ORIGIN, &access, 180, "WebAuthnChallengeNotFoundException"),
    ] {
        let started = pool.ok("StartWebAuthnRegistration", start.clone()).await;
        let (_, registration) = Authenticator::create(&started["CredentialCreationOptions"], origin, Key::es256());
        pool.advance(wait).await;
        let complete = json!({ "AccessToken": token, "Credential": registration.json() });
        let error = pool.err("CompleteWebAuthnRegistration", complete).await;
        assert!(error.starts_with(expected), "{error}");
    }
    pool.settings(json!({ "web_authn": { "enabled": false } })).await;
    let error = pool.err("StartWebAuthnRegistration", start).await;
    assert!(error.starts_with("WebAuthnNotEnabledException"), "{error}");
}

#[tokio::test]
async fn a_passkey_can_count_for_two_factors() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    let mut authenticator = register(&pool, &access, Key::es256()).await;
    pool.settings(json!({ "web_authn": { "factor_configuration": "MULTI_FACTOR_WITH_USER_VERIFICATION" } })).await;
    let on = json!({ "AccessToken": access, "WebAuthnMfaSettings": { "Enabled": true } });
    let error = pool.err("SetUserMFAPreference", on.clone()).await;
    assert!(error.contains("Another MFA method"), "nobody may be locked out: {error}");
    pool.give_totp(ANN).await;
    let without = choose(&pool).await;
    assert_eq!(without["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
    pool.ok("SetUserMFAPreference", on).await;
    let list = &pool.get_user(&access).await.json()["UserMFASettingList"];
    assert_eq!(*list, json!(["SOFTWARE_TOKEN_MFA", "WEB_AUTHN_MFA"]));
    let offered = choose(&pool).await;
    assert_eq!(offered["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"]));
    let options = offered["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"].as_str().unwrap();
    assert!(options.contains(r#""userVerification":"required""#), "{options}");
    let credential = assertion(&mut authenticator, &offered);
    is_done(&pool.answer(&offered, json!({ "ANSWER": "WEB_AUTHN", "CREDENTIAL": credential })).await);
}

// ---------------------------------------------------------------------------------------------------- custom

/// The answer to a question of the example.
async fn right_answer(pool: &DevPool, challenge: &Value) -> String {
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    let parameters = &challenge["ChallengeParameters"];
    let question = parameters["question"].as_str().unwrap();
    match parameters["kind"].as_str().unwrap() {
        "sum" => {
            let numbers = question.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u32>().ok());
            numbers.sum::<u32>().to_string()
        }
        "code" => pool.code(ANN).await,
        _ => "doorward1".to_owned(),
    }
}

#[tokio::test]
async fn three_questions_lead_in() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let client = SrpClient::new();
    let with_password = json!({ "USERNAME": ANN, "CHALLENGE_NAME": "SRP_A", "SRP_A": client.public_hex() });
    let verifier = pool.begin("CUSTOM_AUTH", with_password).await.json();
    assert_eq!(verifier["ChallengeName"], "PASSWORD_VERIFIER");
    let after_srp = pool.call("RespondToAuthChallenge", client.answer(&verifier, PASSWORD)).await.json();
    let without = pool.begin("CUSTOM_AUTH", json!({ "USERNAME": ANN })).await.json();
    for first in [after_srp, without] {
        let mut challenge = first;
        for step in ["1", "2", "3"] {
            assert_eq!(challenge["ChallengeParameters"]["step"], step);
            let answer = right_answer(&pool, &challenge).await;
            challenge = pool.answer(&challenge, json!({ "ANSWER": answer })).await.json();
        }
        assert!(challenge["AuthenticationResult"]["AccessToken"].is_string(), "{challenge}");
    }
}

#[tokio::test]
async fn wrong_answers_bring_new_questions_and_then_the_end() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let mut challenge = pool.begin("CUSTOM_AUTH", json!({ "USERNAME": ANN })).await.json();
    for _ in 0..2 {
        let next = pool.answer(&challenge, json!({ "ANSWER": "wrong" })).await.json();
        assert_eq!(next["ChallengeName"], "CUSTOM_CHALLENGE");
        assert_ne!(next["Session"], challenge["Session"]);
        challenge = next;
    }
    let over = pool.answer(&challenge, json!({ "ANSWER": "wrong" })).await;
    assert_eq!(over.error(), "NotAuthorizedException: Incorrect username or password.");
}

// --------------------------------------------------------------------------------------------------- step-up

async fn step_up(pool: &DevPool, parameters: Value) -> common::Reply {
    let mut parameters = parameters;
    parameters["USERNAME"] = json!(ANN);
    pool.begin("USER_AUTH", parameters).await
}

#[tokio::test]
async fn a_session_is_raised_to_a_higher_level() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    assert!(claims(&access).get("acr").is_none(), "nobody asked for a level");
    pool.give_totp(ANN).await;
    let both = "urn:cognito:loa:3 urn:cognito:loa:1";
    let asked = step_up(&pool, json!({ "ACCESS_TOKEN": access, "TARGET_ACR_VALUES": both })).await.json();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA", "the password counts already");
    let tokens = is_done(&pool.answer(&asked, json!({ "SOFTWARE_TOKEN_MFA_CODE": pool.totp(ANN).await })).await);
    for token in [&tokens.access, &tokens.id] {
        assert_eq!(claims(token)["acr"], "urn:cognito:loa:3");
        assert_eq!(claims(token)["amr"], json!(["pwd", "otp", "mfa"]));
    }
    // With those tokens nothing more is asked, unless they are too old.
    let again = json!({ "ACCESS_TOKEN": tokens.access, "TARGET_ACR_VALUES": both, "MAX_AGE": "60" });
    is_done(&step_up(&pool, again.clone()).await);
    pool.advance(61).await;
    assert_eq!(step_up(&pool, again).await.json()["ChallengeName"], "SELECT_CHALLENGE");
}

#[tokio::test]
async fn levels_that_cannot_be_reached_fall_back_or_fail() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let password = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let with = |target: &str| {
        let mut parameters = password.clone();
        parameters["TARGET_ACR_VALUES"] = json!(target);
        step_up(&pool, parameters)
    };
    let tokens = is_done(&with("urn:cognito:loa:3 urn:cognito:loa:1").await);
    assert_eq!(claims(&tokens.access)["acr"], "urn:cognito:loa:1");
    for (target, expected) in [
        ("urn:cognito:loa:3", "InvalidParameterException: The user cannot reach"),
        ("urn:nonsense", "InvalidParameterException: TARGET_ACR_VALUES"),
    ] {
        let reply = with(target).await;
        assert!(reply.error().starts_with(expected), "{}", reply.text);
    }
    pool.user("bob@example.com").await;
    let bob = pool.tokens("bob@example.com").await.access;
    for (parameters, expected) in [
        (json!({ "ACCESS_TOKEN": bob }), "InvalidParameterException: ACCESS_TOKEN needs"),
        (json!({ "ACCESS_TOKEN": bob, "TARGET_ACR_VALUES": "urn:cognito:loa:1" }), "NotAuthorizedException"),
        (json!({ "MAX_AGE": "soon" }), "InvalidParameterException: MAX_AGE"),
    ] {
        let reply = step_up(&pool, parameters).await;
        assert!(reply.error().starts_with(expected), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_new_password_ends_what_was_begun_with_the_old() {
    let pool = DevPool::start().await;
    pool.user(ANN).await;
    let access = pool.tokens(ANN).await.access;
    pool.give_totp(ANN).await;
    let challenge = after_password(&pool).await;
    let change = json!({
        "AccessToken": access, "PreviousPassword": PASSWORD, "ProposedPassword": "N3w-Password",
    });
    pool.ok("ChangePassword", change).await;
    let code = pool.totp(ANN).await;
    let request = answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": code }));
    let error = pool.err("RespondToAuthChallenge", request).await;
    assert_eq!(error, "NotAuthorizedException: Invalid session for the user.");
}
