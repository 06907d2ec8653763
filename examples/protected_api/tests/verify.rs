//! The check itself: the token that counts, and every way in which one can be wrong.

mod common;

use common::{
    CLIENT, ISSUER, KEY, Key, LEEWAY, NOW, OTHER_KEY, SUB, base64, claims, claims_but, expectations, good_token,
    header, hs256, key_set, unsigned,
};
use protected_api::clock::Timestamp;
use protected_api::key_set::{KeySet, KeySetError};
use protected_api::settings::USUAL_SCOPE;
use protected_api::verify::{BearerToken, Claims, Flaw, MOST_TOKEN_BYTES, verify};
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::{EncodePublicKey, LineEnding};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

fn check_at(token: &str, now: i64) -> Result<Claims, Flaw> {
    let keys = key_set(&[KEY.jwk("one")]);
    verify(BearerToken::new(token), &keys, &expectations(ISSUER), Timestamp::from_seconds(now))
}

fn check(token: &str) -> Result<Claims, Flaw> {
    check_at(token, NOW)
}

/// A token of the pool with some claims changed.
fn check_with(changes: &Value) -> Result<Claims, Flaw> {
    check(&KEY.sign(&header("one"), &claims_but(ISSUER, changes)))
}

#[test]
fn a_good_token_counts() {
    let claims = check(&good_token(ISSUER)).unwrap();
    assert_eq!((claims.subject.as_str(), claims.username.as_str()), (SUB, "ada"));
    assert_eq!(claims.client_id.as_str(), CLIENT);
    assert_eq!(claims.scopes, [USUAL_SCOPE]);
    assert_eq!(claims.expires_at.seconds(), NOW + 3540);
    let scope = format!("openid email {USUAL_SCOPE}");
    assert_eq!(check_with(&json!({ "scope": scope })).unwrap().scopes, ["openid", "email", USUAL_SCOPE]);
    assert!(check_with(&json!({ "client_id": common::OTHER_CLIENT_TOO })).is_ok(), "each client of the list");
}

#[test]
fn what_is_no_token_is_called_so() {
    let good = good_token(ISSUER);
    let padded = good.replacen('.', "=.", 1);
    for bad in [
        "",
        " ",
        ".",
        "..",
        "...",
        "a.b.c",
        "é.é.é",
        "bearer",
        &good[1..],
        &format!("{good}.x"),
        &padded,
        good.rsplit_once('.').unwrap().0,
        &format!("{}..{}", base64(b"{}"), base64(b"{}")),
        &format!("{}.e30.e30", base64(b"[]")),
        &format!("{}.e30.e30", base64(b"null")),
        &format!("{}.e30.e30", base64(br#"{"alg":7}"#)),
        &format!("{}.e30.e30", base64(br#"{"alg":"RS256","alg":"RS256","kid":"one"}"#)),
        &format!("{}.e30.e30", base64(&[0xff; 40])),
    ] {
        assert_eq!(check(bad), Err(Flaw::NotAToken), "{bad:?}");
    }
    let not_an_object = KEY.sign(&header("one"), &json!(["sub"]));
    assert_eq!(check(&not_an_object), Err(Flaw::NotAToken));
}

#[test]
fn the_algorithm_is_not_the_tokens_to_choose() {
    let claims = claims(ISSUER);
    for algorithm in ["none", "None", "NONE", "", "HS256", "RS384", "PS256", "ES256", "rs256", "RS256 ", "Magic"] {
        let header = json!({ "alg": algorithm, "kid": "one" });
        assert_eq!(check(&format!("{}.", unsigned(&header, &claims))), Err(Flaw::Algorithm), "{algorithm}");
        // Not even where the signature is the pool's.
        assert_eq!(check(&KEY.sign(&header, &claims)), Err(Flaw::Algorithm), "{algorithm}");
    }
}

#[test]
fn the_public_key_is_no_secret() {
    let public = KEY.public();
    let pem = public.to_public_key_pem(LineEnding::LF).unwrap();
    let pkcs1_pem = public.to_pkcs1_pem(LineEnding::LF).unwrap();
    let jwk = KEY.jwk("one");
    let secrets: [(&str, Vec<u8>); 8] = [
        ("PEM", pem.clone().into_bytes()),
        ("PEM without its last line end", pem.trim_end().as_bytes().to_vec()),
        ("PKCS#1 PEM", pkcs1_pem.into_bytes()),
        ("DER", public.to_public_key_der().unwrap().as_bytes().to_vec()),
        ("PKCS#1 DER", public.to_pkcs1_der().unwrap().as_bytes().to_vec()),
        ("modulus", public.n_bytes().to_vec()),
        ("modulus as the key set has it", jwk["n"].as_str().unwrap().as_bytes().to_vec()),
        ("the key of the key set", jwk.to_string().into_bytes()),
    ];
    for (what, secret) in secrets {
        let forged = hs256(&secret, "one", &claims(ISSUER));
        assert_eq!(check(&forged), Err(Flaw::Algorithm), "{what}");
        // The same signature under a header that says RS256.
        let (_, mac) = forged.rsplit_once('.').unwrap();
        let renamed = format!("{}.{mac}", unsigned(&header("one"), &claims(ISSUER)));
        assert_eq!(check(&renamed), Err(Flaw::Signature), "{what}");
    }
}

#[test]
fn keys_that_a_token_brings_along_do_not_count() {
    let mut own = header("one");
    own["jwk"] = OTHER_KEY.jwk("one");
    own["jku"] = json!("https://example.com/jwks.json");
    own["x5u"] = json!("https://example.com/certificate.pem");
    assert_eq!(check(&OTHER_KEY.sign(&own, &claims(ISSUER))), Err(Flaw::Signature));
    let mut critical = header("one");
    critical["crit"] = json!(["exp"]);
    assert_eq!(check(&KEY.sign(&critical, &claims(ISSUER))), Err(Flaw::Critical));
}

#[test]
fn the_key_of_another_pool_does_not_count() {
    assert_eq!(check(&OTHER_KEY.sign(&header("one"), &claims(ISSUER))), Err(Flaw::Signature), "under the same name");
    assert_eq!(check(&OTHER_KEY.sign(&header("two"), &claims(ISSUER))), Err(Flaw::UnknownKey));
    assert_eq!(check(&KEY.sign(&header("two"), &claims(ISSUER))), Err(Flaw::UnknownKey), "its name counts as well");
    assert_eq!(check(&KEY.sign(&json!({ "alg": "RS256" }), &claims(ISSUER))), Err(Flaw::UnknownKey));
    assert_eq!(check(&KEY.sign(&json!({ "alg": "RS256", "kid": null }), &claims(ISSUER))), Err(Flaw::UnknownKey));
    assert_eq!(check(&KEY.sign(&json!({ "alg": "RS256", "kid": 1 }), &claims(ISSUER))), Err(Flaw::NotAToken));
}

#[test]
fn whatever_is_changed_after_signing_shows() {
    let good = good_token(ISSUER);
    let parts: Vec<&str> = good.split('.').collect();
    let payload = base64(claims_but(ISSUER, &json!({ "sub": "somebody else" })).to_string().as_bytes());
    assert_eq!(check(&format!("{}.{payload}.{}", parts[0], parts[2])), Err(Flaw::Signature));
    let other_header = base64(json!({ "alg": "RS256", "kid": "one", "typ": "JWT" }).to_string().as_bytes());
    assert_eq!(check(&format!("{other_header}.{}.{}", parts[1], parts[2])), Err(Flaw::Signature));
    let other_signature = KEY.sign(&header("one"), &claims_but(ISSUER, &json!({ "jti": "d" })));
    let (_, other_signature) = other_signature.rsplit_once('.').unwrap();
    let short = &parts[2][..parts[2].len() - 4];
    let first = if parts[2].starts_with('A') { "B" } else { "A" };
    let flipped = format!("{first}{}", &parts[2][1..]);
    let long = format!("{}AAAA", parts[2].trim_end_matches('='));
    for signature in ["", other_signature, short, &flipped, &long, &base64(&[0; 256]), &base64(&[0xff; 256])] {
        let changed = format!("{}.{}.{signature}", parts[0], parts[1]);
        assert!(matches!(check(&changed), Err(Flaw::Signature | Flaw::NotAToken)), "{signature:?}");
    }
    assert_eq!(check(&format!("{}.{}.%%", parts[0], parts[1])), Err(Flaw::NotAToken));
}

#[test]
fn the_issuer_is_exact() {
    for issuer in [
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf124",
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123/",
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abcdef123",
        "http://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123",
        "https://example.com/eu-central-1_AbCdEf123",
        " https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123",
    ] {
        assert_eq!(check_with(&json!({ "iss": issuer })), Err(Flaw::Issuer), "{issuer}");
    }
    assert_eq!(check_with(&json!({ "iss": [ISSUER] })), Err(Flaw::Claim("iss")));
}

#[test]
fn only_access_tokens_count() {
    let id_token = json!({
        "sub": SUB, "iss": ISSUER, "aud": CLIENT, "token_use": "id", "cognito:username": "ada", "auth_time": NOW - 60,
        "iat": NOW - 60, "exp": NOW + 3540, "email": "ada@example.com",
    });
    assert_eq!(check(&KEY.sign(&header("one"), &id_token)), Err(Flaw::TokenUse));
    for other in ["refresh", "Access", "access "] {
        assert_eq!(check_with(&json!({ "token_use": other })), Err(Flaw::TokenUse), "{other}");
    }
}

#[test]
fn other_app_clients_are_refused() {
    for client in ["3example23456789", "1example2345678", "1EXAMPLE23456789", "1example23456789,2example23456789"] {
        assert_eq!(check_with(&json!({ "client_id": client })), Err(Flaw::Client), "{client}");
    }
    assert_eq!(check_with(&json!({ "client_id": [CLIENT] })), Err(Flaw::Claim("client_id")));
}

#[test]
fn a_token_expires_a_leeway_after_its_time() {
    let token = good_token(ISSUER);
    let end = NOW + 3540 + i64::try_from(LEEWAY).unwrap();
    assert!(check_at(&token, end - 1).is_ok());
    assert_eq!(check_at(&token, end), Err(Flaw::Expired));
    assert_eq!(check_at(&token, i64::MAX), Err(Flaw::Expired));
    assert_eq!(check_with(&json!({ "exp": i64::MIN })), Err(Flaw::Expired));
    assert!(check_with(&json!({ "exp": i64::MAX })).is_ok());
}

#[test]
fn a_token_begins_a_leeway_before_its_time() {
    let leeway = i64::try_from(LEEWAY).unwrap();
    assert!(check_with(&json!({ "nbf": NOW - 60 })).is_ok());
    assert!(check_with(&json!({ "nbf": NOW + leeway })).is_ok());
    assert_eq!(check_with(&json!({ "nbf": NOW + leeway + 1 })), Err(Flaw::NotYetValid));
    assert_eq!(check_with(&json!({ "nbf": i64::MAX })), Err(Flaw::NotYetValid));
    assert_eq!(check_with(&json!({ "nbf": "now" })), Err(Flaw::Claim("nbf")));
}

#[test]
fn the_scope_is_one_of_the_list_and_the_last_thing_asked_for() {
    let missing = Err(Flaw::Scope(USUAL_SCOPE.parse().unwrap()));
    for scope in
        ["openid", "openid email", "aws.cognito.signin.user.administrator", "aws.cognito.signin.user.ADMIN", "  "]
    {
        assert_eq!(check_with(&json!({ "scope": scope })), missing, "{scope:?}");
    }
    assert_eq!(check_with(&json!({ "scope": "openid", "exp": NOW - 3600 })), Err(Flaw::Expired));
    assert_eq!(check_with(&json!({ "scope": [USUAL_SCOPE] })), Err(Flaw::Claim("scope")));
}

#[test]
fn a_missing_claim_is_named() {
    for name in ["iss", "token_use", "client_id", "exp", "sub", "username", "scope"] {
        assert_eq!(check_with(&json!({ name: null })), Err(Flaw::Claim(name)), "{name}");
        assert_eq!(check_with(&json!({ name: {} })), Err(Flaw::Claim(name)), "{name} of another kind");
        assert_eq!(check_with(&json!({ name: "" })), Err(Flaw::Claim(name)), "{name} that is empty");
        assert_eq!(check_with(&json!({ name: true })), Err(Flaw::Claim(name)));
    }
    for exp in [json!("2147483647"), json!(4e99), json!(u64::MAX), json!(NOW as f64 + 3600.5)] {
        assert_eq!(check_with(&json!({ "exp": exp })), Err(Flaw::Claim("exp")), "{exp}");
    }
    assert_eq!(check(&KEY.sign(&header("one"), &json!({}))), Err(Flaw::Claim("iss")));
}

#[test]
fn very_long_tokens_are_not_looked_at() {
    let at_most = MOST_TOKEN_BYTES / 4 * 3 - 2000;
    assert!(check_with(&json!({ "cognito:groups": "x".repeat(at_most) })).is_ok());
    assert_eq!(check_with(&json!({ "cognito:groups": "x".repeat(MOST_TOKEN_BYTES) })), Err(Flaw::TooLong));
    assert_eq!(check(&"x".repeat(MOST_TOKEN_BYTES + 1)), Err(Flaw::TooLong));
    assert_eq!(check(&".".repeat(MOST_TOKEN_BYTES)), Err(Flaw::NotAToken));
    let deep = base64("[".repeat(10_000).as_bytes());
    assert_eq!(check(&format!("{deep}.e30.e30")), Err(Flaw::NotAToken));
}

#[test]
fn rubbish_in_a_key_set_does_not_break_the_good_keys() {
    let good = KEY.jwk("one");
    let but = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        key
    };
    let rubbish = [
        json!(null),
        json!("key"),
        json!({}),
        json!({ "kid": "one" }),
        json!({ "kid": "one", "kty": "RSA" }),
        json!({ "kid": "one", "kty": "oct", "k": "c2VjcmV0", "alg": "HS256" }),
        json!({ "kid": "one", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
        json!({ "kid": "one", "kty": "new" }),
        but("n", json!("%%")),
        but("n", json!("")),
        but("n", json!(7)),
        but("n", json!(base64(&[0xff; 128]))),
        but("e", json!("")),
        but("e", json!("AA")),
        but("kid", json!("")),
        but("kid", json!(null)),
        but("kid", json!(1)),
        but("use", json!("enc")),
        but("alg", json!("RS512")),
        but("alg", json!("none")),
        but("kty", json!("EC")),
        OTHER_KEY.jwk("one"),
    ];
    let token = good_token(ISSUER);
    let expected = expectations(ISSUER);
    let check = |keys: &KeySet| verify(BearerToken::new(&token), keys, &expected, Timestamp::from_seconds(NOW));
    for (place, wrong) in rubbish.iter().enumerate() {
        for keys in [[wrong.clone(), good.clone()], [good.clone(), wrong.clone()]] {
            assert!(check(&key_set(&keys)).is_ok(), "{place}: {wrong}");
        }
        // Nor does it count for anything by itself.
        if let Ok(keys) = KeySet::parse(json!({ "keys": [wrong] }).to_string().as_bytes()) {
            assert!(check(&keys).is_err(), "{place}: {wrong}");
        }
    }
    let all: Vec<_> = rubbish.iter().cloned().chain([good.clone()]).chain(rubbish.iter().cloned()).collect();
    assert!(check(&key_set(&all)).is_ok());
    let mut bare = good.clone();
    for name in ["alg", "use"] {
        bare.as_object_mut().unwrap().remove(name);
    }
    assert!(check(&key_set(&[bare])).is_ok(), "both are optional");
}

#[test]
fn short_keys_do_not_count() {
    let short = Key::generate(1024);
    let set = json!({ "keys": [short.jwk("one")] }).to_string();
    assert_eq!(KeySet::parse(set.as_bytes()).unwrap_err(), KeySetError::NoKeys);
}

#[test]
fn what_is_no_key_set_is_called_so() {
    for bad in ["", "<html>", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"keys":"one"}"#] {
        assert_eq!(KeySet::parse(bad.as_bytes()).unwrap_err(), KeySetError::NotAKeySet, "{bad}");
    }
    assert_eq!(KeySet::parse(br#"{"keys":[]}"#).unwrap_err(), KeySetError::NoKeys);
    assert_eq!(KeySet::parse(br#"{"keys":[{},1,null]}"#).unwrap_err(), KeySetError::NoKeys);
}

#[test]
fn nothing_that_is_said_holds_the_token() {
    let token = good_token(ISSUER);
    assert_eq!(format!("{:?}", BearerToken::new(&token)), "BearerToken(redacted)");
    let scope = USUAL_SCOPE.parse().unwrap();
    let flaws = [
        Flaw::TooLong,
        Flaw::NotAToken,
        Flaw::Algorithm,
        Flaw::Critical,
        Flaw::UnknownKey,
        Flaw::Signature,
        Flaw::Claim("exp"),
        Flaw::Issuer,
        Flaw::TokenUse,
        Flaw::Client,
        Flaw::Expired,
        Flaw::NotYetValid,
        Flaw::Scope(scope),
    ];
    let mut names: Vec<_> = flaws.iter().map(Flaw::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), flaws.len(), "each has a name of its own");
    for flaw in flaws {
        let said = flaw.to_string();
        // What may stand between the quotes of error_description.
        assert!(said.bytes().all(|byte| (0x20..0x7f).contains(&byte) && !b"\"\\".contains(&byte)), "{said}");
        assert!(said.ends_with('.'), "{said}");
    }
}
