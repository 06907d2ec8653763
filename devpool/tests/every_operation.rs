//! One walk over all 38 public operations, each of which must succeed; requests and answers are held against AWS's
//! model on the way.

mod common;

use common::authenticator::{Authenticator, Key};
use common::srp_client::SrpClient;
use common::{CLIENT, DevPool, IDENTITY_POOL, PASSWORD, Tokens, password_auth};
use devpool::model::Service;
use reqwest::Method;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;

const ANN: &str = "ann@example.com";
const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Doorward1";

struct Walk {
    pool: DevPool,
    done: RefCell<BTreeSet<String>>,
}

impl Walk {
    async fn ok(&self, operation: &str, request: Value) -> Value {
        let answer = self.pool.ok(operation, request).await;
        self.done.borrow_mut().insert(operation.to_owned());
        answer
    }
}

#[tokio::test]
async fn every_public_operation_works() {
    let walk = Walk { pool: DevPool::start().await, done: RefCell::default() };
    let pool = &walk.pool;
    pool.settings(json!({ "devices": { "mode": "always" } })).await;
    let named = json!({ "ClientId": CLIENT, "Username": ANN });
    let with = |mut request: Value, more: Value| {
        for (name, value) in more.as_object().unwrap() {
            request[name.as_str()] = value.clone();
        }
        request
    };

    // An account.
    walk.ok("SignUp", with(named.clone(), json!({ "Password": PASSWORD }))).await;
    walk.ok("ResendConfirmationCode", named.clone()).await;
    walk.ok("ConfirmSignUp", with(named.clone(), json!({ "ConfirmationCode": pool.code(ANN).await }))).await;
    walk.ok("ForgotPassword", named.clone()).await;
    let reset = json!({ "ConfirmationCode": pool.code(ANN).await, "Password": "N3w-Password" });
    walk.ok("ConfirmForgotPassword", with(named.clone(), reset)).await;

    // A sign-in, its tokens and its device.
    let client = SrpClient::new();
    let challenge = pool.begin_srp(&client, ANN).await;
    let answer = walk.ok("RespondToAuthChallenge", client.answer(&challenge, "N3w-Password")).await;
    let (tokens, device) = (Tokens::from(&answer), answer["AuthenticationResult"]["NewDeviceMetadata"].clone());
    let token = json!({ "AccessToken": tokens.access });
    let by_token = |more: Value| with(token.clone(), more);
    let (key, group) = (device["DeviceKey"].as_str().unwrap(), device["DeviceGroupKey"].as_str().unwrap());
    let verifier = SrpClient::device_verifier(group, key, "x");
    let confirm = json!({ "DeviceKey": key, "DeviceSecretVerifierConfig": verifier, "DeviceName": "This" });
    walk.ok("ConfirmDevice", by_token(confirm)).await;
    walk.ok("GetDevice", by_token(json!({ "DeviceKey": key }))).await;
    walk.ok("ListDevices", token.clone()).await;
    let status = json!({ "DeviceKey": key, "DeviceRememberedStatus": "not_remembered" });
    walk.ok("UpdateDeviceStatus", by_token(status)).await;
    let refresh = json!({ "ClientId": CLIENT, "RefreshToken": tokens.refresh, "DeviceKey": key });
    walk.ok("GetTokensFromRefreshToken", refresh).await;
    walk.ok("ForgetDevice", by_token(json!({ "DeviceKey": key }))).await;

    // The profile.
    walk.ok("GetUser", token.clone()).await;
    let phone = json!([{ "Name": "phone_number", "Value": "+491701234567" }]);
    walk.ok("UpdateUserAttributes", by_token(json!({ "UserAttributes": phone }))).await;
    walk.ok("GetUserAttributeVerificationCode", by_token(json!({ "AttributeName": "phone_number" }))).await;
    let code = pool.code("+491701234567").await;
    walk.ok("VerifyUserAttribute", by_token(json!({ "AttributeName": "phone_number", "Code": code }))).await;
    walk.ok("DeleteUserAttributes", by_token(json!({ "UserAttributeNames": ["nickname"] }))).await;
    let change = json!({ "PreviousPassword": "N3w-Password", "ProposedPassword": PASSWORD });
    walk.ok("ChangePassword", by_token(change)).await;

    // Factors.
    walk.ok("AssociateSoftwareToken", token.clone()).await;
    walk.ok("VerifySoftwareToken", by_token(json!({ "UserCode": pool.totp(ANN).await }))).await;
    let preference = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    walk.ok("SetUserMFAPreference", by_token(preference)).await;
    walk.ok("SetUserSettings", by_token(json!({ "MFAOptions": [] }))).await;
    walk.ok("GetUserAuthFactors", token.clone()).await;
    walk.ok("SetUserMFAPreference", by_token(json!({ "SoftwareTokenMfaSettings": { "Enabled": false } }))).await;
    let options = walk.ok("StartWebAuthnRegistration", token.clone()).await;
    let (_, made) = Authenticator::create(&options["CredentialCreationOptions"], "http://localhost:8080", Key::es256());
    walk.ok("CompleteWebAuthnRegistration", by_token(json!({ "Credential": made.json() }))).await;
    let list = walk.ok("ListWebAuthnCredentials", token.clone()).await;
    let id = &list["Credentials"][0]["CredentialId"];
    walk.ok("DeleteWebAuthnCredential", by_token(json!({ "CredentialId": id }))).await;

    // The identity pool.
    let logins = json!({ "Logins": { PROVIDER: tokens.id } });
    let identity = walk.ok("GetId", with(logins.clone(), json!({ "IdentityPoolId": IDENTITY_POOL }))).await;
    let identity = with(logins, json!({ "IdentityId": identity["IdentityId"] }));
    walk.ok("GetCredentialsForIdentity", identity.clone()).await;
    walk.ok("GetOpenIdToken", identity.clone()).await;
    walk.ok("UnlinkIdentity", with(identity, json!({ "LoginsToRemove": [PROVIDER] }))).await;

    // Other sessions, and the end.
    let other = Tokens::from(&walk.ok("InitiateAuth", password_auth(ANN, PASSWORD)).await);
    let sessions = walk.ok("ListUserSessions", token.clone()).await;
    let another = sessions["Sessions"].as_array().unwrap().iter().find(|s| s["IsCurrentSession"] == false).unwrap();
    walk.ok("RevokeUserSession", by_token(json!({ "SessionId": another["SessionId"] }))).await;
    walk.ok("RevokeToken", json!({ "ClientId": CLIENT, "Token": other.refresh })).await;
    let events = pool.admin(Method::GET, "users/ann%40example.com/sign-ins", None).await;
    let feedback = json!({
        "UserPoolId": "us-east-1_Doorward1", "Username": ANN, "EventId": events[0]["event_id"],
        "FeedbackToken": events[0]["feedback_token"], "FeedbackValue": "Valid",
    });
    walk.ok("UpdateAuthEventFeedback", feedback).await;
    let last = pool.tokens(ANN).await;
    walk.ok("GlobalSignOut", json!({ "AccessToken": last.access })).await;
    let last = pool.tokens(ANN).await;
    walk.ok("DeleteUser", json!({ "AccessToken": last.access })).await;

    let all: BTreeSet<String> = [Service::UserPools, Service::IdentityPools]
        .into_iter()
        .flat_map(Service::operations)
        .map(str::to_owned)
        .collect();
    assert_eq!(*walk.done.borrow(), all);
}
