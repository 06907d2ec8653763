//! Writes what fuzzing begins with: a dictionary and inputs, made from AWS's model. `README.md` says how to fuzz.

mod shapes;

use serde_json::{Value, json};
use std::path::Path;
use std::{fs, io};

const CLIENT: &str = "doorwarddevclient1234567890";

fn call(target: &str, request: &Value) -> String {
    format!("{target}\napplication/x-amz-json-1.1\n{request}")
}

/// Ways of several steps, which mutation alone would not find.
fn ways() -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    let begin = |flow: &str, parameters: Value| {
        ("InitiateAuth", json!({ "ClientId": CLIENT, "AuthFlow": flow, "AuthParameters": parameters }))
    };
    let answer = |name: &str, responses: Value| {
        let request = json!({
            "ClientId": CLIENT,
            "ChallengeName": name,
            "Session": "@session",
            "ChallengeResponses": responses,
        });
        ("RespondToAuthChallenge", request)
    };
    let ann = "ann@example.com";
    let choice = || begin("USER_AUTH", json!({ "USERNAME": ann }));
    let srp = |name| {
        let responses = json!({
            "USERNAME": ann,
            "PASSWORD_CLAIM_SECRET_BLOCK": "c2VjcmV0",
            "PASSWORD_CLAIM_SIGNATURE": "c2lnbmF0dXJl",
            "TIMESTAMP": "Mon Nov 9 06:07:08 UTC 2026",
        });
        answer(name, responses)
    };
    let select = |choice: &str, more: Value| {
        let mut responses = json!({ "USERNAME": ann, "ANSWER": choice });
        for (name, value) in more.as_object().into_iter().flatten() {
            responses[name] = value.clone();
        }
        answer("SELECT_CHALLENGE", responses)
    };
    vec![
        ("srp", vec![begin("USER_SRP_AUTH", json!({ "USERNAME": ann, "SRP_A": "abcdef" })), srp("PASSWORD_VERIFIER")]),
        ("password", vec![begin("USER_PASSWORD_AUTH", json!({ "USERNAME": ann, "PASSWORD": "Passw0rd!" }))]),
        ("refresh", vec![begin("REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": "@refresh" }))]),
        (
            "custom",
            vec![
                begin("CUSTOM_AUTH", json!({ "USERNAME": ann })),
                answer("CUSTOM_CHALLENGE", json!({ "USERNAME": ann, "ANSWER": "x" })),
            ],
        ),
        (
            "choice_code",
            vec![
                choice(),
                select("EMAIL_OTP", json!({})),
                answer("EMAIL_OTP", json!({ "USERNAME": ann, "EMAIL_OTP_CODE": "@code" })),
            ],
        ),
        ("choice_password", vec![choice(), select("PASSWORD", json!({ "PASSWORD": "Passw0rd!" }))]),
        ("choice_srp", vec![choice(), select("PASSWORD_SRP", json!({ "SRP_A": "abcdef" })), srp("PASSWORD_VERIFIER")]),
        (
            "choice_passkey",
            vec![
                choice(),
                select(
                    "WEB_AUTHN",
                    json!({ "CREDENTIAL": "{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\",\"authenticatorData\":\"AA\",\"signature\":\"AA\",\"userHandle\":\"AA\"}}" }),
                ),
            ],
        ),
        (
            "mfa",
            vec![
                (
                    "SetUserMFAPreference",
                    json!({ "AccessToken": "@access", "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } }),
                ),
                begin("USER_PASSWORD_AUTH", json!({ "USERNAME": ann, "PASSWORD": "Passw0rd!" })),
                answer("EMAIL_OTP", json!({ "USERNAME": ann, "EMAIL_OTP_CODE": "@code" })),
            ],
        ),
        (
            "totp",
            vec![
                ("AssociateSoftwareToken", json!({ "AccessToken": "@access" })),
                ("VerifySoftwareToken", json!({ "AccessToken": "@access", "UserCode": "123456" })),
            ],
        ),
        (
            "passkey",
            vec![
                ("StartWebAuthnRegistration", json!({ "AccessToken": "@access" })),
                (
                    "CompleteWebAuthnRegistration",
                    json!({ "AccessToken": "@access", "Credential": {
                "id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {},
                "response": { "clientDataJSON": "e30", "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUA" } } }),
                ),
            ],
        ),
        (
            "forgotten",
            vec![
                ("ForgotPassword", json!({ "ClientId": CLIENT, "Username": ann })),
                (
                    "ConfirmForgotPassword",
                    json!({ "ClientId": CLIENT, "Username": ann, "ConfirmationCode": "@code", "Password": "Passw0rd!2" }),
                ),
            ],
        ),
        (
            "sign_up",
            vec![
                ("SignUp", json!({ "ClientId": CLIENT, "Username": "bob@example.com", "Password": "Passw0rd!" })),
                (
                    "ConfirmSignUp",
                    json!({ "ClientId": CLIENT, "Username": "bob@example.com", "ConfirmationCode": "@code" }),
                ),
                begin("USER_AUTH", json!({ "USERNAME": "bob@example.com" })),
            ],
        ),
        (
            "attribute",
            vec![
                (
                    "UpdateUserAttributes",
                    json!({ "AccessToken": "@access", "UserAttributes": [{ "Name": "email", "Value": "new@example.com" }] }),
                ),
                ("VerifyUserAttribute", json!({ "AccessToken": "@access", "AttributeName": "email", "Code": "@code" })),
                ("DeleteUserAttributes", json!({ "AccessToken": "@access", "UserAttributeNames": ["name"] })),
            ],
        ),
    ]
}

fn main() -> io::Result<()> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let corpus = fuzz.join("corpus/call");
    fs::create_dir_all(&corpus)?;
    for operation in shapes::operations() {
        let known = shapes::Known {
            access: "@access".to_owned(),
            refresh: "@refresh".to_owned(),
            session: "@session".to_owned(),
            code: "@code".to_owned(),
        };
        for (kind, request) in [("full", operation.full()), ("lifelike", operation.lifelike(&known))] {
            fs::write(corpus.join(format!("{}-{kind}", operation.name)), call(&operation.target, &request))?;
        }
    }
    for (name, calls) in ways() {
        let calls: Vec<String> = calls
            .iter()
            .map(|(name, request)| call(&format!("AWSCognitoIdentityProviderService.{name}"), request))
            .collect();
        fs::write(corpus.join(format!("way-{name}")), calls.join("\n---\n"))?;
    }
    let parameters = [
        "USERNAME",
        "PASSWORD",
        "SRP_A",
        "REFRESH_TOKEN",
        "DEVICE_KEY",
        "ANSWER",
        "NEW_PASSWORD",
        "CREDENTIAL",
        "PREFERRED_CHALLENGE",
        "SOFTWARE_TOKEN_MFA_CODE",
        "SMS_MFA_CODE",
        "SMS_OTP_CODE",
        "EMAIL_OTP_CODE",
        "PASSWORD_CLAIM_SECRET_BLOCK",
        "PASSWORD_CLAIM_SIGNATURE",
        "TIMESTAMP",
        "SECRET_HASH",
        "userAttributes.email",
        "@access",
        "@id",
        "@refresh",
        "@session",
        "@code",
        CLIENT,
        "ann@example.com",
        "cognito:preferred_mfa",
    ];
    let targets = shapes::operations().into_iter().map(|operation| operation.target);
    let words = shapes::words().into_iter().chain(targets).chain(parameters.map(str::to_owned));
    let mut dictionary: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
    dictionary.extend(["\"\\x0a---\\x0a\"", "\"\\\\ud800\"", "\"null\"", "\"[{\""].map(str::to_owned));
    fs::write(fuzz.join("call.dict"), dictionary.join("\n") + "\n")
}
