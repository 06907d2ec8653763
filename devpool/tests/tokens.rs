//! Tokens: refreshing, rotation, revocation, sign-out, forgery, the key set, and the identity pool they open.

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{CLIENT, DevPool, IDENTITY_POOL, Tokens, claims};
use reqwest::Method;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use rsa::{BoxedUint, PublicKey};
use serde_json::{Value, json};
use sha2::Sha256;

const REVOKED: &str = "NotAuthorizedException: Refresh Token has been revoked";

fn refresh_auth(token: &str) -> Value {
    json!({
        "ClientId": CLIENT,
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": { "REFRESH_TOKEN": token, "DEVICE_KEY": null },
    })
}

fn refresh(token: &str) -> Value {
    json!({ "ClientId": CLIENT, "RefreshToken": token })
}

#[tokio::test]
async fn refreshing_gives_new_tokens_of_the_same_session() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let first = pool.tokens("ann@example.com").await;
    pool.advance(3600).await;
    assert_eq!(pool.get_user(&first.access).await.error(), "NotAuthorizedException: Access Token has expired");
    for answer in [
        pool.ok("InitiateAuth", refresh_auth(&first.refresh)).await,
        pool.ok("GetTokensFromRefreshToken", refresh(&first.refresh)).await,
    ] {
        let result = &answer["AuthenticationResult"];
        assert!(result.get("RefreshToken").is_none());
        let tokens = Tokens::from(&answer);
        assert_eq!(pool.get_user(&tokens.access).await.status, 200);
        let (old, new) = (claims(&first.access), claims(&tokens.access));
        assert_eq!(old["origin_jti"], new["origin_jti"]);
        assert_eq!(old["auth_time"], new["auth_time"]);
        assert_ne!(old["jti"], new["jti"]);
        assert_eq!(new["iat"].as_i64().unwrap(), old["iat"].as_i64().unwrap() + 3600);
    }
    let mut other_name = refresh_auth(&first.refresh);
    other_name["AuthFlow"] = json!("REFRESH_TOKEN");
    pool.ok("InitiateAuth", other_name).await;
}

#[tokio::test]
async fn a_refresh_token_ends_after_thirty_days() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let tokens = pool.tokens("ann@example.com").await;
    pool.advance(30 * 86_400 - 1).await;
    pool.ok("InitiateAuth", refresh_auth(&tokens.refresh)).await;
    pool.advance(1).await;
    assert_eq!(
        pool.err("InitiateAuth", refresh_auth(&tokens.refresh)).await,
        "NotAuthorizedException: Refresh Token has expired"
    );
}

#[tokio::test]
async fn a_foreign_refresh_token_is_refused() {
    let pool = DevPool::start().await;
    for nonsense in ["abc", "a.b.c.d.e"] {
        let error = "NotAuthorizedException: Invalid Refresh Token";
        assert_eq!(pool.err("InitiateAuth", refresh_auth(nonsense)).await, error);
        assert_eq!(pool.err("GetTokensFromRefreshToken", refresh(nonsense)).await, error);
    }
}

#[tokio::test]
async fn rotation_replaces_the_refresh_token() {
    let pool = DevPool::start().await;
    let rotation = json!({ "enabled": true, "retry_grace_period_seconds": 10 });
    pool.settings(json!({ "refresh_token_rotation": rotation })).await;
    pool.user("ann@example.com").await;
    let first = pool.tokens("ann@example.com").await;
    assert_eq!(
        pool.err("InitiateAuth", refresh_auth(&first.refresh)).await,
        "InvalidParameterException: REFRESH_TOKEN_AUTH flow not enabled for this client"
    );
    let second = Tokens::from(&pool.ok("GetTokensFromRefreshToken", refresh(&first.refresh)).await);
    assert!(!second.refresh.is_empty() && second.refresh != first.refresh);
    pool.advance(9).await;
    pool.ok("GetTokensFromRefreshToken", refresh(&first.refresh)).await;
    pool.advance(1).await;
    let error = pool.err("GetTokensFromRefreshToken", refresh(&first.refresh)).await;
    assert!(error.starts_with("RefreshTokenReuseException"), "{error}");
    pool.ok("GetTokensFromRefreshToken", refresh(&second.refresh)).await;
}

#[tokio::test]
async fn without_grace_a_replaced_token_is_refused_at_once() {
    let pool = DevPool::start().await;
    pool.settings(json!({ "refresh_token_rotation": { "enabled": true } })).await;
    pool.user("ann@example.com").await;
    let first = pool.tokens("ann@example.com").await;
    pool.ok("GetTokensFromRefreshToken", refresh(&first.refresh)).await;
    let error = pool.err("GetTokensFromRefreshToken", refresh(&first.refresh)).await;
    assert!(error.starts_with("RefreshTokenReuseException"), "{error}");
}

#[tokio::test]
async fn revoking_ends_one_session() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let (one, other) = (pool.tokens("ann@example.com").await, pool.tokens("ann@example.com").await);
    let revoke = |token: &str| json!({ "ClientId": CLIENT, "Token": token });
    assert_eq!(pool.ok("RevokeToken", revoke(&one.refresh)).await, json!({}));
    assert_eq!(pool.err("InitiateAuth", refresh_auth(&one.refresh)).await, REVOKED);
    assert_eq!(pool.get_user(&one.access).await.error(), "NotAuthorizedException: Access Token has been revoked");
    assert_eq!(pool.get_user(&other.access).await.status, 200);
    // Again, and for a token nobody knows, it is done already.
    pool.ok("RevokeToken", revoke(&one.refresh)).await;
    pool.ok("RevokeToken", revoke("a.b.c.d.e")).await;
    for token in [&other.access, &other.id] {
        let error = pool.err("RevokeToken", revoke(token)).await;
        assert!(error.starts_with("UnsupportedTokenTypeException"), "{error}");
    }
    let stranger = json!({ "ClientId": "somebodyelse", "Token": other.refresh });
    let error = pool.err("RevokeToken", stranger).await;
    assert_eq!(error, "UnauthorizedException: User pool client somebodyelse does not exist.");
    pool.settings(json!({ "tokens": { "revocation": false } })).await;
    let error = pool.err("RevokeToken", revoke(&other.refresh)).await;
    assert!(error.starts_with("UnsupportedOperationException"), "{error}");
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    pool.user("bob@example.com").await;
    let bob = pool.tokens("bob@example.com").await;
    let (one, other) = (pool.tokens("ann@example.com").await, pool.tokens("ann@example.com").await);
    let request = json!({ "AccessToken": one.access });
    assert_eq!(pool.ok("GlobalSignOut", request.clone()).await, json!({}));
    let revoked = "NotAuthorizedException: Access Token has been revoked";
    for tokens in [&one, &other] {
        assert_eq!(pool.get_user(&tokens.access).await.error(), revoked);
        assert_eq!(pool.err("InitiateAuth", refresh_auth(&tokens.refresh)).await, REVOKED);
    }
    assert_eq!(pool.err("GlobalSignOut", request).await, revoked);
    assert_eq!(pool.get_user(&bob.access).await.status, 200);
}

#[tokio::test]
async fn an_administrator_ends_sessions_and_disables() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let tokens = pool.tokens("ann@example.com").await;
    let off = json!({ "enabled": false });
    pool.admin(Method::PATCH, "users/ann@example.com", Some(off)).await;
    let disabled = "NotAuthorizedException: User is disabled.";
    assert_eq!(pool.get_user(&tokens.access).await.error(), disabled);
    assert_eq!(pool.err("InitiateAuth", refresh_auth(&tokens.refresh)).await, disabled);
    let out = json!({ "enabled": true, "sign_out": true });
    pool.admin(Method::PATCH, "users/ann@example.com", Some(out)).await;
    assert_eq!(pool.err("InitiateAuth", refresh_auth(&tokens.refresh)).await, REVOKED);
}

#[tokio::test]
async fn forged_access_tokens_are_refused() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let tokens = pool.tokens("ann@example.com").await;
    let parts: Vec<&str> = tokens.access.split('.').collect();
    let mut changed = claims(&tokens.access);
    changed["exp"] = json!(9_999_999_999_i64);
    let payload = URL_SAFE_NO_PAD.encode(changed.to_string());
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let forged = "NotAuthorizedException: Could not verify signature for Access Token";
    let invalid = "NotAuthorizedException: Invalid Access Token";
    for (token, expected) in [
        (format!("{}.{payload}.{}", parts[0], parts[2]), forged),
        (format!("{none}.{payload}."), forged),
        ("abc".to_owned(), invalid),
        ("a.b.c".to_owned(), invalid),
        (tokens.id.clone(), invalid),
        (tokens.refresh.clone(), invalid),
    ] {
        for operation in ["GetUser", "GlobalSignOut", "DeleteUser"] {
            let request = json!({ "AccessToken": token });
            assert_eq!(pool.err(operation, request).await, expected, "{operation}");
        }
    }
    // A token of another dev pool is signed by another key.
    let other = DevPool::start().await;
    other.user("ann@example.com").await;
    let foreign = other.tokens("ann@example.com").await;
    assert_eq!(pool.get_user(&foreign.access).await.error(), forged);
}

#[tokio::test]
async fn anybody_can_check_the_tokens_from_their_issuer() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let tokens = pool.tokens("ann@example.com").await;
    let issuer = claims(&tokens.id)["iss"].as_str().unwrap().to_owned();
    let path = issuer.strip_prefix(&pool.url).unwrap();
    let get = |path: String| pool.send(pool.request(Method::GET, &path));
    let configuration = get(format!("{path}/.well-known/openid-configuration")).await;
    assert_eq!(configuration.header("access-control-allow-origin"), "*");
    assert_eq!(configuration.json()["issuer"], issuer);
    let jwks_uri = configuration.json()["jwks_uri"].as_str().unwrap().to_owned();
    let jwks = get(jwks_uri.strip_prefix(&pool.url).unwrap().to_owned()).await;
    assert_eq!(jwks.header("access-control-allow-origin"), "*");
    let key = jwks.json()["keys"][0].clone();
    let header = tokens.id.split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header["kid"], key["kid"]);
    assert_eq!(key["alg"], "RS256");

    let number = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        BoxedUint::from_be_slice_vartime(&bytes)
    };
    let public = PublicKey::new(number("n"), number("e")).unwrap();
    let verifying = VerifyingKey::<Sha256>::new(public);
    for token in [&tokens.id, &tokens.access] {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let signature = Signature::try_from(&signature[..]).unwrap();
        verifying.verify(signed.as_bytes(), &signature).unwrap();
    }
    let other = get("/us-east-1_Other/.well-known/jwks.json".to_owned()).await;
    assert_eq!(other.status, 404);
}

const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Doorward1";

#[tokio::test]
async fn a_signed_in_user_has_one_identity() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let id_token = pool.tokens("ann@example.com").await.id;
    let logins = json!({ PROVIDER: id_token });
    let request = json!({ "IdentityPoolId": IDENTITY_POOL, "Logins": logins });
    let first = pool.ok("GetId", request.clone()).await;
    assert_eq!(first, pool.ok("GetId", request).await);
    let by_issuer = claims(&id_token)["iss"].as_str().unwrap().replace("http://", "");
    let request = json!({ "IdentityPoolId": IDENTITY_POOL, "Logins": { by_issuer: id_token } });
    assert_eq!(first, pool.ok("GetId", request).await);

    let identity = first["IdentityId"].clone();
    assert!(identity.as_str().unwrap().starts_with("us-east-1:"));
    let request = json!({ "IdentityId": identity, "Logins": logins });
    let answer = pool.ok("GetCredentialsForIdentity", request).await;
    assert_eq!(answer["IdentityId"], identity);
    let credentials = &answer["Credentials"];
    assert!(credentials["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
    assert_eq!(credentials["AccessKeyId"].as_str().unwrap().len(), 20);
    assert_eq!(credentials["SecretKey"].as_str().unwrap().len(), 40);
    assert_eq!(credentials["Expiration"], common::START.seconds() + 3600);
    assert_eq!(
        pool.err("GetCredentialsForIdentity", json!({ "IdentityId": identity })).await,
        format!("NotAuthorizedException: Access to Identity '{}' is forbidden.", identity.as_str().unwrap())
    );
}

#[tokio::test]
async fn logins_are_really_checked() {
    let pool = DevPool::start().await;
    pool.user("ann@example.com").await;
    let tokens = pool.tokens("ann@example.com").await;
    let (signed, _) = tokens.id.rsplit_once('.').unwrap();
    let tampered = format!("{signed}.{}", URL_SAFE_NO_PAD.encode([1; 256]));
    for (provider, token) in [
        (PROVIDER, "nonsense"),
        (PROVIDER, tampered.as_str()),
        (PROVIDER, tokens.access.as_str()),
        ("graph.facebook.com", tokens.id.as_str()),
    ] {
        let request = json!({ "IdentityPoolId": IDENTITY_POOL, "Logins": { provider: token } });
        let error = pool.err("GetId", request).await;
        assert!(error.starts_with("NotAuthorizedException: "), "{error}");
    }
    pool.advance(3600).await;
    let request = json!({ "IdentityPoolId": IDENTITY_POOL, "Logins": { PROVIDER: tokens.id } });
    assert_eq!(pool.err("GetId", request).await, "NotAuthorizedException: Invalid login token. Token is expired");
}

#[tokio::test]
async fn guests_get_an_identity_if_the_settings_let_them() {
    let pool = DevPool::start().await;
    let request = json!({ "IdentityPoolId": IDENTITY_POOL });
    let guest = pool.ok("GetId", request.clone()).await;
    assert_ne!(guest, pool.ok("GetId", request.clone()).await);
    pool.ok("GetCredentialsForIdentity", guest.clone()).await;

    // A guest who signs in keeps the identity, and from then on it needs the login.
    pool.user("ann@example.com").await;
    let logins = json!({ PROVIDER: pool.tokens("ann@example.com").await.id });
    let with_login = json!({ "IdentityId": guest["IdentityId"], "Logins": logins });
    pool.ok("GetCredentialsForIdentity", with_login).await;
    let error = pool.err("GetCredentialsForIdentity", guest).await;
    assert!(error.ends_with("is forbidden."), "{error}");

    pool.settings(json!({ "identity_pool": { "allow_unauthenticated": false } })).await;
    assert_eq!(
        pool.err("GetId", request).await,
        "NotAuthorizedException: Unauthenticated access is not supported for this identity pool."
    );
}

#[tokio::test]
async fn other_identities_and_pools_do_not_exist() {
    let pool = DevPool::start().await;
    let id = "us-east-1:00000000-0000-4000-8000-000000000000";
    assert_eq!(
        pool.err("GetId", json!({ "IdentityPoolId": id })).await,
        format!("ResourceNotFoundException: IdentityPool '{id}' not found.")
    );
    assert_eq!(
        pool.err("GetCredentialsForIdentity", json!({ "IdentityId": id })).await,
        format!("ResourceNotFoundException: Identity '{id}' not found.")
    );
}
