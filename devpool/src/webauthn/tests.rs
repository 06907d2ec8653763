//! A registration and a sign-in that hold, then the same with one thing wrong at a time.

use super::authenticator::{self, AT, Authenticator, BE, BS, ED, Key, Registration, UP, UV};
use super::authenticator::{Assertion, cbor_array, cbor_bytes, cbor_int, cbor_map, cbor_text};
use super::*;
use crate::random;
use proptest::prelude::*;
use std::sync::LazyLock;

const ORIGIN: &str = "https://login.example.org";
const USER: User<'_> = User { id: b"user-of-the-tests", name: "ada@example.org", display_name: "Ada" };
const CHALLENGE: &[u8] = b"a challenge of 32 bytes, for once";

fn rp() -> RelyingParty {
    RelyingParty {
        id: "example.org".to_owned(),
        name: "Doorward".to_owned(),
        user_verification: UserVerification::Required,
    }
}

fn create(key: Key) -> (Authenticator, Registration) {
    Authenticator::create(&creation_options(&rp(), USER, &[], CHALLENGE), ORIGIN, key)
}

fn register(credential: &Value) -> Result<Passkey, Flaw> {
    verify_registration(&rp(), CHALLENGE, USER.id, |_| false, credential)
}

fn registered(key: Key) -> (Authenticator, Passkey) {
    let (authenticator, registration) = create(key);
    let passkey = register(&registration.json()).unwrap();
    (authenticator, passkey)
}

fn get(authenticator: &mut Authenticator, passkey: &Passkey) -> Assertion {
    authenticator.get(&request_options(&rp(), CHALLENGE, std::slice::from_ref(passkey)), ORIGIN)
}

fn sign_in(credential: &Value, passkey: &Passkey) -> Result<Verified, Flaw> {
    verify_assertion(&rp(), CHALLENGE, credential, std::slice::from_ref(passkey))
}

/// Replaces the client data without signing again, which is only of interest before the signature is looked at.
fn set_client_data(credential: &mut Value, bytes: &[u8]) {
    credential["response"]["clientDataJSON"] = encode(bytes).into();
}

#[test]
fn both_algorithms_register_and_sign_in() {
    for (key, attestation) in
        [(Key::es256(), "none"), (Key::es256(), "packed"), (Key::rs256(), "none"), (Key::rs256(), "packed")]
    {
        let (mut authenticator, mut registration) = create(key);
        registration.format = attestation;
        let mut passkey = register(&registration.json()).unwrap();
        assert_eq!(passkey.credential_id.as_bytes(), authenticator.credential_id);
        assert_eq!((passkey.rp_id.as_str(), passkey.counter), ("example.org", 1));
        assert_eq!((passkey.user_handle.as_bytes(), passkey.attachment), (USER.id, Some(Attachment::Platform)));
        assert_eq!(passkey.transports, ["hybrid", "internal"]);
        assert_eq!(passkey.public_key.algorithm(), authenticator.key.algorithm());
        assert_eq!(passkey.aaguid, Aaguid::from(authenticator.aaguid));
        assert!(passkey.backup_eligible && passkey.backup_state);
        for counter in [2, 3] {
            let verified = sign_in(&get(&mut authenticator, &passkey).json(), &passkey).unwrap();
            let credential_id = passkey.credential_id.clone();
            assert_eq!(verified, Verified { credential_id, counter, user_verified: true, backup_state: true });
            passkey.record_use(&verified);
            assert_eq!(passkey.counter, counter);
        }
    }
}

#[test]
fn the_options_have_the_browsers_form() {
    let (_, passkey) = registered(Key::es256());
    let id = passkey.credential_id.to_string();
    assert_eq!(
        creation_options(&rp(), USER, std::slice::from_ref(&passkey), &[0xfb, 0xff]),
        json!({
            "rp": { "id": "example.org", "name": "Doorward" },
            "user": { "id": "dXNlci1vZi10aGUtdGVzdHM", "name": "ada@example.org", "displayName": "Ada" },
            "challenge": "-_8",
            "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }],
            "timeout": 60000,
            "excludeCredentials": [{ "type": "public-key", "id": id, "transports": ["hybrid", "internal"] }],
            "authenticatorSelection": {
                "requireResidentKey": true, "residentKey": "required", "userVerification": "required",
            },
        })
    );
    let without = Passkey { transports: Vec::new(), ..passkey };
    let preferred = RelyingParty { user_verification: UserVerification::Preferred, ..rp() };
    assert_eq!(
        request_options(&preferred, &[0xfb, 0xff], &[without]),
        json!({
            "challenge": "-_8",
            "timeout": 180000,
            "rpId": "example.org",
            "allowCredentials": [{ "type": "public-key", "id": id }],
            "userVerification": "preferred",
        })
    );
}

#[test]
fn what_may_differ_at_a_registration() {
    type Change = fn(&mut Registration);
    let changes: [(&str, Change); 8] = [
        ("not backed up", |r| r.data.flags = UP | UV | BE | AT),
        ("never backed up", |r| r.data.flags = UP | UV | AT),
        ("reserved flags", |r| r.data.flags |= 0b10_0010),
        ("no counter", |r| r.data.counter = 0),
        ("no crossOrigin", |r| drop(r.client_data.as_object_mut().unwrap().remove("crossOrigin"))),
        ("client data of the future", |r| r.client_data["tokenBinding"] = json!({ "status": "supported" })),
        ("extensions", |r| {
            r.data.flags |= ED;
            r.data.extensions = cbor_map(&[(cbor_text("credProtect"), cbor_int(2))]);
        }),
        ("the relying party's own host", |r| r.client_data["origin"] = "https://example.org:8443".into()),
    ];
    for (name, change) in changes {
        let (_, mut registration) = create(Key::es256());
        change(&mut registration);
        assert!(register(&registration.json()).is_ok(), "{name}");
    }
}

#[test]
fn a_registration_with_one_thing_wrong() {
    type Change = fn(&mut Registration);
    let changes: [(&str, Flaw, Change); 50] = [
        ("type", Flaw::Type, |r| r.client_data["type"] = "webauthn.get".into()),
        ("challenge", Flaw::Challenge, |r| r.client_data["challenge"] = encode(b"another challenge").into()),
        ("padded challenge", Flaw::Challenge, |r| {
            r.client_data["challenge"] = format!("{}=", encode(CHALLENGE)).into()
        }),
        ("origin", Flaw::Origin, |r| r.client_data["origin"] = "https://example.com".into()),
        ("origin without TLS", Flaw::Origin, |r| r.client_data["origin"] = "http://example.org".into()),
        ("crossOrigin", Flaw::CrossOrigin, |r| r.client_data["crossOrigin"] = true.into()),
        ("topOrigin", Flaw::CrossOrigin, |r| r.client_data["topOrigin"] = "https://example.org".into()),
        ("no origin", Flaw::Malformed("clientDataJSON"), |r| {
            drop(r.client_data.as_object_mut().unwrap().remove("origin"))
        }),
        ("client data", Flaw::Malformed("clientDataJSON"), |r| r.client_data = json!("webauthn.create")),
        ("behind the object", Flaw::Malformed("CBOR with more behind it"), |r| r.trailing = vec![0]),
        ("rp id", Flaw::RelyingParty, |r| r.data.rp_id = "login.example.org".to_owned()),
        ("UP", Flaw::UserPresence, |r| r.data.flags &= !UP),
        ("UV", Flaw::UserVerification, |r| r.data.flags &= !UV),
        ("BS without BE", Flaw::BackupState, |r| r.data.flags &= !BE),
        ("AT", Flaw::Malformed("authenticator data with more behind it"), |r| r.data.flags &= !AT),
        ("no attested data", Flaw::Malformed("no attested credential data"), |r| {
            r.data.flags &= !AT;
            r.data.attested.clear();
        }),
        ("ED without extensions", Flaw::Malformed("CBOR"), |r| r.data.flags |= ED),
        ("extensions without ED", Flaw::Malformed("authenticator data with more behind it"), |r| {
            r.data.extensions = cbor_map(&[]);
        }),
        ("extensions that are no map", Flaw::Malformed("no CBOR map"), |r| {
            r.data.flags |= ED;
            r.data.extensions = cbor_array(&[]);
        }),
        ("behind the data", Flaw::Malformed("authenticator data with more behind it"), |r| r.data.trailing = vec![0]),
        ("another id outside", Flaw::CredentialId, |r| r.id[0] ^= 1),
        ("no id", Flaw::CredentialId, |r| set_id(r, Vec::new())),
        ("long id", Flaw::CredentialId, |r| set_id(r, vec![7; 1024])),
        ("ES384 offered by nobody", Flaw::Algorithm, |r| {
            set_key(r, authenticator::cose_ec2(-35, 2, &[1; 48], &[1; 48]));
        }),
        ("an algorithm nobody knows", Flaw::Key, |r| set_key(r, authenticator::cose_ec2(-9999, 1, &[1; 32], &[1; 32]))),
        ("no algorithm", Flaw::Key, |r| set_key(r, cbor_map(&[(cbor_int(1), cbor_int(2))]))),
        ("an RSA key for ES256", Flaw::Key, |r| {
            set_key(r, cbor_map(&[(cbor_int(1), cbor_int(3)), (cbor_int(3), cbor_int(-7))]));
        }),
        ("another curve", Flaw::Key, |r| change_key(r, |x, y| authenticator::cose_ec2(-7, 8, x, y))),
        ("off the curve", Flaw::Key, |r| {
            change_key(r, |x, y| authenticator::cose_ec2(-7, 1, x, &[&y[..31], &[y[31] ^ 1]].concat()));
        }),
        ("not below the field's size", Flaw::Key, |r| {
            change_key(r, |_, y| authenticator::cose_ec2(-7, 1, &[255; 32], y))
        }),
        ("coordinates cut in the wrong place", Flaw::Key, |r| {
            change_key(r, |x, y| authenticator::cose_ec2(-7, 1, &[x, &y[..1]].concat(), &y[1..]));
        }),
        ("a short coordinate", Flaw::Key, |r| change_key(r, |x, y| authenticator::cose_ec2(-7, 1, &x[..31], y))),
        ("a compressed point", Flaw::Key, |r| {
            change_key(r, |x, _| {
                cbor_map(&[
                    (cbor_int(1), cbor_int(2)),
                    (cbor_int(3), cbor_int(-7)),
                    (cbor_int(-1), cbor_int(1)),
                    (cbor_int(-2), cbor_bytes(x)),
                    (cbor_int(-3), vec![0xf5]),
                ])
            });
        }),
        ("a parameter twice", Flaw::Key, |r| {
            set_key(
                r,
                cbor_map(&[(cbor_int(1), cbor_int(2)), (cbor_int(3), cbor_int(-7)), (cbor_int(3), cbor_int(-7))]),
            );
        }),
        ("a private key", Flaw::Key, |r| {
            change_key(r, |x, y| {
                let mut cose = authenticator::cose_ec2(-7, 1, x, y);
                cose[0] += 1;
                [cose, cbor_int(-4), cbor_bytes(&[1; 32])].concat()
            });
        }),
        ("a key with an id", Flaw::Key, |r| {
            change_key(r, |x, y| {
                let mut cose = authenticator::cose_ec2(-7, 1, x, y);
                cose[0] += 1;
                [cose, cbor_int(2), cbor_bytes(b"id")].concat()
            });
        }),
        ("a key with an IV", Flaw::Key, |r| {
            change_key(r, |x, y| {
                let mut cose = authenticator::cose_ec2(-7, 1, x, y);
                cose[0] += 1;
                [cose, cbor_int(5), cbor_bytes(b"iv")].concat()
            });
        }),
        ("a key for some operations", Flaw::Key, |r| {
            change_key(r, |x, y| {
                let mut cose = authenticator::cose_ec2(-7, 1, x, y);
                cose[0] += 1;
                [cose, cbor_int(4), cbor_array(&[cbor_int(2)])].concat()
            });
        }),
        ("an RSA key with more to it", Flaw::Key, |r| {
            let mut cose = authenticator::cose_rsa(&[0xff; 256], &[1, 0, 1]);
            cose[0] += 1;
            set_key(r, [cose, cbor_int(-3), cbor_bytes(&[1; 256])].concat());
        }),
        ("a curve for RS256", Flaw::Key, |r| change_key(r, |x, y| authenticator::cose_ec2(-257, 1, x, y))),
        ("a short RSA key", Flaw::Key, |r| set_key(r, authenticator::cose_rsa(&[0xff; 255], &[1, 0, 1]))),
        ("an even RSA modulus", Flaw::Key, |r| set_key(r, authenticator::cose_rsa(&[0xfe; 256], &[1, 0, 1]))),
        ("a padded RSA modulus", Flaw::Key, |r| {
            set_key(r, authenticator::cose_rsa(&[&[0], &[0xff; 256][..]].concat(), &[1, 0, 1]));
        }),
        ("a huge RSA modulus", Flaw::Key, |r| set_key(r, authenticator::cose_rsa(&[0xff; 1025], &[1, 0, 1]))),
        ("an RSA exponent of nothing", Flaw::Key, |r| set_key(r, authenticator::cose_rsa(&[0xff; 256], &[]))),
        ("a long RSA exponent", Flaw::Key, |r| set_key(r, authenticator::cose_rsa(&[0xff; 256], &[1; 9]))),
        ("an RSA exponent of one", Flaw::Key, |r| set_key(r, authenticator::cose_rsa(&[0xff; 256], &[1]))),
        ("a statement that says nothing but none", Flaw::Attestation, |r| {
            r.statement = Some(cbor_map(&[(cbor_text("alg"), cbor_int(-7))]));
        }),
        ("a statement that is no map", Flaw::Malformed("attStmt"), |r| r.statement = Some(cbor_array(&[]))),
        ("another format", Flaw::AttestationFormat, |r| r.format = "tpm"),
    ];
    for (name, flaw, change) in changes {
        let (_, mut registration) = create(Key::es256());
        assert!(register(&registration.json()).is_ok());
        change(&mut registration);
        assert_eq!(register(&registration.json()).err(), Some(flaw), "{name}");
    }
}

fn set_id(registration: &mut Registration, id: Vec<u8>) {
    registration.data.attested = authenticator::attested([0; 16], &id, &registration.key.cose());
    registration.id = id;
}

fn set_key(registration: &mut Registration, cose: Vec<u8>) {
    registration.data.attested = authenticator::attested([0; 16], &registration.id, &cose);
}

fn change_key(registration: &mut Registration, change: fn(&[u8], &[u8]) -> Vec<u8>) {
    // The coordinates stand at the end, 32 bytes each, with a head of three bytes between.
    let cose = registration.key.cose();
    let (x, y) = (&cose[cose.len() - 67..cose.len() - 35], &cose[cose.len() - 32..]);
    set_key(registration, change(x, y));
}

#[test]
fn a_self_attestation_with_one_thing_wrong() {
    type Statement = fn(&Registration, Vec<u8>) -> Vec<(Vec<u8>, Vec<u8>)>;
    let statements: [(&str, Result<(), Flaw>, Statement); 8] = [
        ("as it should be", Ok(()), |_, signature| vec![alg(-7), sig(&signature)]),
        ("another algorithm", Err(Flaw::Attestation), |_, signature| vec![alg(-257), sig(&signature)]),
        ("no algorithm", Err(Flaw::Attestation), |_, signature| vec![sig(&signature)]),
        ("no signature", Err(Flaw::Attestation), |_, _| vec![alg(-7)]),
        ("a bit off", Err(Flaw::Attestation), |_, mut signature| {
            *signature.last_mut().unwrap() ^= 1;
            vec![alg(-7), sig(&signature)]
        }),
        ("another key", Err(Flaw::Attestation), |r, _| {
            let message = [&r.data.bytes()[..], &Sha256::digest(r.client_data.to_string())].concat();
            vec![alg(-7), sig(&Key::es256().sign(&message))]
        }),
        ("with more to it", Err(Flaw::Attestation), |_, signature| {
            vec![alg(-7), sig(&signature), (cbor_text("ver"), cbor_text("2.0"))]
        }),
        ("with certificates", Err(Flaw::AttestationFormat), |_, signature| {
            vec![alg(-7), sig(&signature), (cbor_text("x5c"), cbor_array(&[cbor_bytes(&[0x30, 0])]))]
        }),
    ];
    for (name, expected, statement) in statements {
        let (_, mut registration) = create(Key::es256());
        registration.format = "packed";
        let message = [&registration.data.bytes()[..], &Sha256::digest(registration.client_data.to_string())].concat();
        let signature = registration.key.sign(&message);
        registration.statement = Some(cbor_map(&statement(&registration, signature)));
        assert_eq!(register(&registration.json()).map(drop), expected, "{name}");
    }
}

fn alg(number: i64) -> (Vec<u8>, Vec<u8>) {
    (cbor_text("alg"), cbor_int(number))
}

fn sig(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (cbor_text("sig"), cbor_bytes(bytes))
}

#[test]
fn a_registration_whose_outside_is_wrong() {
    let (_, registration) = create(Key::es256());
    let good = registration.json();
    let with = |pointer: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        register(&bad).err()
    };
    let not_a_credential = Some(Flaw::Malformed("not a PublicKeyCredential"));
    assert_eq!(with("/type", json!("password")), Some(Flaw::Malformed("type")));
    assert_eq!(with("/id", json!(encode(b"another"))), Some(Flaw::CredentialId));
    assert_eq!(with("/rawId", json!(encode(b"another"))), Some(Flaw::CredentialId));
    assert_eq!(with("/rawId", Value::Null), not_a_credential);
    assert_eq!(with("/response", json!([])), not_a_credential);
    assert_eq!(with("/response/attestationObject", json!(7)), not_a_credential);
    assert_eq!(with("/response/attestationObject", json!("a=")), Some(Flaw::Malformed("attestationObject")));
    assert_eq!(with("/response/clientDataJSON", json!("a+/b")), Some(Flaw::Malformed("clientDataJSON")));
    assert_eq!(register(&json!("text")).err(), not_a_credential);
    let (format, statement) = ((cbor_text("fmt"), cbor_text("none")), (cbor_text("attStmt"), cbor_map(&[])));
    let data = |value| (cbor_text("authData"), value);
    let bytes = cbor_bytes(&registration.data.bytes());
    let object = |entries: &[_]| with("/response/attestationObject", encode(&cbor_map(entries)).into());
    assert_eq!(object(&[format.clone(), statement.clone(), data(bytes.clone())]), None);
    assert_eq!(object(&[format.clone(), statement.clone()]), Some(Flaw::Malformed("CBOR")));
    assert_eq!(
        object(&[format.clone(), format.clone(), statement.clone(), data(bytes)]),
        Some(Flaw::Malformed("CBOR"))
    );
    assert_eq!(object(&[format, statement, data(cbor_text("text"))]), Some(Flaw::Malformed("authData")));

    // What is known already, and what browsers may leave out.
    let known = verify_registration(&rp(), CHALLENGE, USER.id, |id| id.as_bytes() == registration.id, &good);
    assert_eq!(known.err(), Some(Flaw::AlreadyRegistered));
    assert_eq!(with("/authenticatorAttachment", Value::Null), None);
    assert_eq!(with("/authenticatorAttachment", json!("of the future")), None);
    assert_eq!(with("/response/transports", Value::Null), None);
    let mut marked = good.clone();
    set_client_data(&mut marked, format!("\u{feff}{}", registration.client_data).as_bytes());
    assert_eq!(register(&marked).err(), None);
    set_client_data(&mut marked, &[registration.client_data.to_string().as_bytes(), b"{}"].concat());
    assert_eq!(register(&marked).err(), Some(Flaw::Malformed("clientDataJSON")));
}

#[test]
fn user_verification_may_be_missing_where_it_is_preferred() {
    let rp = RelyingParty { user_verification: UserVerification::Preferred, ..rp() };
    let options = creation_options(&rp, USER, &[], CHALLENGE);
    let (mut authenticator, mut registration) = Authenticator::create(&options, ORIGIN, Key::es256());
    registration.data.flags &= !UV;
    let passkey = verify_registration(&rp, CHALLENGE, USER.id, |_| false, &registration.json()).unwrap();
    authenticator.flags &= !UV;
    let assertion = get(&mut authenticator, &passkey).json();
    let verified = verify_assertion(&rp, CHALLENGE, &assertion, std::slice::from_ref(&passkey)).unwrap();
    assert!(!verified.user_verified);
    assert_eq!(sign_in(&assertion, &passkey).err(), Some(Flaw::UserVerification));
}

#[test]
fn an_attestation_object_cut_anywhere() {
    for key in [Key::es256(), Key::rs256()] {
        let (_, mut registration) = create(key);
        registration.data.flags |= ED;
        registration.data.extensions = cbor_map(&[(cbor_text("credProtect"), cbor_int(2))]);
        let data = registration.data.bytes();
        for length in 0..data.len() {
            assert!(AuthenticatorData::parse(&data[..length]).is_err(), "{length}");
        }
        let object = registration.attestation_object();
        let mut json = registration.json();
        assert!(register(&json).is_ok());
        for length in 0..object.len() {
            json["response"]["attestationObject"] = encode(&object[..length]).into();
            assert!(matches!(register(&json), Err(Flaw::Malformed(_))), "{length}");
        }
    }
}

#[test]
fn lengths_that_lie_and_depths_without_end() {
    let (_, registration) = create(Key::es256());
    let mut json = registration.json();
    for object in [
        vec![0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [&[0xa3][..], &cbor_text("attStmt"), &vec![0x81; 100_000]].concat(),
        vec![0xd8; 100_000],
        vec![0x9f; 100_000],
    ] {
        json["response"]["attestationObject"] = encode(&object).into();
        assert!(matches!(register(&json), Err(Flaw::Malformed(_))));
    }
}

#[test]
fn an_assertion_with_one_thing_wrong() {
    type Change = fn(&mut Assertion);
    let changes: [(&str, Flaw, Change); 20] = [
        ("unknown credential", Flaw::UnknownCredential, |a| a.id[0] ^= 1),
        ("user handle of another", Flaw::UserHandle, |a| a.user_handle = Some(b"somebody else".to_vec())),
        ("empty user handle", Flaw::UserHandle, |a| a.user_handle = Some(Vec::new())),
        ("type", Flaw::Type, |a| a.client_data["type"] = "webauthn.create".into()),
        ("challenge", Flaw::Challenge, |a| a.client_data["challenge"] = encode(b"another challenge").into()),
        ("origin", Flaw::Origin, |a| a.client_data["origin"] = "https://example.com".into()),
        ("crossOrigin", Flaw::CrossOrigin, |a| a.client_data["crossOrigin"] = true.into()),
        ("topOrigin", Flaw::CrossOrigin, |a| a.client_data["topOrigin"] = "https://example.org".into()),
        ("rp id", Flaw::RelyingParty, |a| a.data.rp_id = "example.com".to_owned()),
        ("UP", Flaw::UserPresence, |a| a.data.flags &= !UP),
        ("UV", Flaw::UserVerification, |a| a.data.flags &= !UV),
        ("BS without BE", Flaw::BackupState, |a| a.data.flags &= !BE),
        ("no longer BE", Flaw::BackupEligibility, |a| a.data.flags &= !(BE | BS)),
        ("AT without attested data", Flaw::Malformed("authenticator data that is too short"), |a| a.data.flags |= AT),
        ("ED without extensions", Flaw::Malformed("CBOR"), |a| a.data.flags |= ED),
        ("behind the data", Flaw::Malformed("authenticator data with more behind it"), |a| a.data.trailing = vec![0]),
        ("another key", Flaw::Signature, |a| a.key = Key::es256()),
        ("another algorithm", Flaw::Signature, |a| a.key = Key::rs256()),
        ("counter as before", Flaw::Counter, |a| a.data.counter = 1),
        ("counter gone", Flaw::Counter, |a| a.data.counter = 0),
    ];
    for (name, flaw, change) in changes {
        let (mut authenticator, passkey) = registered(Key::es256());
        let mut assertion = get(&mut authenticator, &passkey);
        assert!(sign_in(&assertion.json(), &passkey).is_ok());
        change(&mut assertion);
        assert_eq!(sign_in(&assertion.json(), &passkey).err(), Some(flaw), "{name}");
    }
}

#[test]
fn what_may_differ_at_an_assertion() {
    type Change = fn(&mut Assertion);
    let changes: [(&str, Change); 4] = [
        ("no user handle", |a| a.user_handle = None),
        ("not backed up any more", |a| a.data.flags &= !BS),
        ("a counter that jumps", |a| a.data.counter = u32::MAX),
        ("extensions", |a| {
            a.data.flags |= ED;
            a.data.extensions = cbor_map(&[(cbor_text("uvm"), cbor_array(&[]))]);
        }),
    ];
    for (name, change) in changes {
        let (mut authenticator, passkey) = registered(Key::es256());
        let mut assertion = get(&mut authenticator, &passkey);
        change(&mut assertion);
        assert!(sign_in(&assertion.json(), &passkey).is_ok(), "{name}");
    }
}

#[test]
fn authenticators_that_do_not_count() {
    let (mut authenticator, mut registration) = create(Key::es256());
    registration.data.counter = 0;
    let mut passkey = register(&registration.json()).unwrap();
    for _ in 0..2 {
        let mut assertion = get(&mut authenticator, &passkey);
        assertion.data.counter = 0;
        let verified = sign_in(&assertion.json(), &passkey).unwrap();
        passkey.record_use(&verified);
    }
    assert_eq!(passkey.counter, 0);
    // One that starts to count must go on.
    let verified = sign_in(&get(&mut authenticator, &passkey).json(), &passkey).unwrap();
    passkey.record_use(&verified);
    authenticator.counter -= 1;
    assert_eq!(sign_in(&get(&mut authenticator, &passkey).json(), &passkey).err(), Some(Flaw::Counter));
}

#[test]
fn a_signature_with_any_bit_off() {
    for key in [Key::es256(), Key::rs256()] {
        let (mut authenticator, passkey) = registered(key);
        let good = get(&mut authenticator, &passkey).json();
        let signature = authenticator::decode(good["response"]["signature"].as_str().unwrap());
        let with = |bytes: &[u8]| {
            let mut bad = good.clone();
            bad["response"]["signature"] = encode(bytes).into();
            sign_in(&bad, &passkey).err()
        };
        assert_eq!(with(&signature), None);
        for bit in 0..signature.len() * 8 {
            let mut bytes = signature.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(with(&bytes), Some(Flaw::Signature), "{bit}");
        }
        for length in 0..signature.len() {
            assert_eq!(with(&signature[..length]), Some(Flaw::Signature), "{length}");
        }
        assert_eq!(with(&[&signature[..], &[0]].concat()), Some(Flaw::Signature));
    }
}

#[test]
fn what_was_signed_with_any_byte_off() {
    let (mut authenticator, passkey) = registered(Key::es256());
    let good = get(&mut authenticator, &passkey).json();
    assert!(sign_in(&good, &passkey).is_ok());
    for part in ["authenticatorData", "clientDataJSON"] {
        let bytes = authenticator::decode(good["response"][part].as_str().unwrap());
        for index in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[index] ^= 1;
            let mut bad = good.clone();
            bad["response"][part] = encode(&bytes).into();
            assert!(sign_in(&bad, &passkey).is_err(), "{part} {index}");
        }
    }
}

#[test]
fn passkeys_of_other_people() {
    let (mut ada, of_ada) = registered(Key::es256());
    let (mut eve, of_eve) = registered(Key::es256());
    // Eve's own passkey, which Ada's sign-in does not allow.
    let own = get(&mut eve, &of_eve).json();
    assert_eq!(sign_in(&own, &of_ada).err(), Some(Flaw::UnknownCredential));
    // Eve says that hers is Ada's.
    let mut forged = get(&mut eve, &of_eve);
    forged.id.clone_from(&ada.credential_id);
    assert_eq!(sign_in(&forged.json(), &of_ada).err(), Some(Flaw::Signature));
    // One of several that are allowed.
    let allowed = [of_eve, of_ada.clone()];
    let verified = verify_assertion(&rp(), CHALLENGE, &get(&mut ada, &of_ada).json(), &allowed).unwrap();
    assert_eq!(verified.credential_id, of_ada.credential_id);
    assert_eq!(
        verify_assertion(&rp(), CHALLENGE, &get(&mut ada, &of_ada).json(), &[]).err(),
        Some(Flaw::UnknownCredential)
    );
}

#[test]
fn an_assertion_that_was_used_does_not_work_again() {
    let (mut authenticator, mut passkey) = registered(Key::es256());
    let assertion = get(&mut authenticator, &passkey).json();
    let verified = sign_in(&assertion, &passkey).unwrap();
    passkey.record_use(&verified);
    assert_eq!(sign_in(&assertion, &passkey).err(), Some(Flaw::Counter));
    let again = verify_assertion(&rp(), &random::bytes::<32>(), &assertion, std::slice::from_ref(&passkey));
    assert_eq!(again.err(), Some(Flaw::Challenge));
}

#[test]
fn a_passkey_survives_the_state_file() {
    for key in [Key::es256(), Key::rs256()] {
        let (mut authenticator, passkey) = registered(key);
        let mut json = serde_json::to_value(&passkey).unwrap();
        assert_eq!(json["credential_id"], encode(passkey.credential_id.as_bytes()));
        assert_eq!(json["aaguid"], "64657670-6f6f-6c2d-7465-73742d6b6579");
        assert_eq!(json["attachment"], "platform");
        let read: Passkey = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(read, passkey);
        assert!(sign_in(&get(&mut authenticator, &read).json(), &read).is_ok());
        // A key that is none is found when the file is read.
        json["public_key"] = encode(&cbor_map(&[])).into();
        assert!(serde_json::from_value::<Passkey>(json.clone()).is_err());
        let debug = format!("{passkey:?}");
        assert!(debug.contains("public_key: ") && debug.len() < 360, "{debug}");
    }
}

#[test]
fn aaguids_are_written_as_uuids() {
    for wrong in ["", "0", "+0000000-0000-0000-0000-000000000000", "FBFC3007-154E-4ECC-8C0B-6E020557D7BD"] {
        assert!(Aaguid::try_from(wrong.to_owned()).is_err(), "{wrong}");
    }
    let zero = Aaguid::from([0; 16]);
    assert_eq!(zero.to_string(), "00000000-0000-0000-0000-000000000000");
    assert_eq!(Aaguid::try_from(zero.to_string()), Ok(zero));
}

#[test]
fn passkeys_have_names() {
    let (_, passkey) = registered(Key::es256());
    let name = |aaguid: &str, attachment| {
        let aaguid = Aaguid::try_from(aaguid.to_owned()).unwrap();
        Passkey { aaguid, attachment, ..passkey.clone() }.friendly_name()
    };
    let unknown = "00000000-0000-0000-0000-000000000000";
    assert_eq!(name("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", Some(Attachment::Platform)), "iCloud Keychain");
    assert_eq!(name("d548826e-79b4-db40-a3d8-11116f7e8349", None), "Bitwarden");
    assert_eq!(name(unknown, Some(Attachment::Platform)), "Passkey");
    assert_eq!(name(unknown, Some(Attachment::CrossPlatform)), "Security key");
    assert_eq!(name(unknown, None), "Passkey");
}

#[test]
fn aws_names_for_what_is_wrong() {
    for (flaw, name) in [
        (Flaw::Challenge, "WebAuthnChallengeNotFoundException"),
        (Flaw::Client, "WebAuthnClientMismatchException"),
        (Flaw::Origin, "WebAuthnOriginNotAllowedException"),
        (Flaw::CrossOrigin, "WebAuthnOriginNotAllowedException"),
        (Flaw::RelyingParty, "WebAuthnRelyingPartyMismatchException"),
        (Flaw::Algorithm, "WebAuthnCredentialNotSupportedException"),
        (Flaw::Key, "WebAuthnCredentialNotSupportedException"),
        (Flaw::AttestationFormat, "WebAuthnCredentialNotSupportedException"),
        (Flaw::UserVerification, "WebAuthnCredentialNotSupportedException"),
        (Flaw::Attestation, "InvalidParameterException"),
        (Flaw::Malformed("part"), "InvalidParameterException"),
    ] {
        let error = flaw.registration_error();
        assert_eq!((error.name(), error.status()), (name, 400));
        // A client must not learn from a sign-in what was wrong.
        assert_eq!(flaw.assertion_error(), Flaw::Signature.assertion_error());
        assert_eq!(flaw.assertion_error().name(), "NotAuthorizedException");
    }
}

/// What W3C publishes with the specification. Browsers turn attestations that were not asked for into `none`, so
/// each credential is tried in that form too.
#[test]
fn the_specifications_own_vectors() {
    let file: Value = serde_json::from_str(include_str!("../../tests/vectors/webauthn-level3.json")).unwrap();
    let rp = RelyingParty {
        id: file["rp_id"].as_str().unwrap().to_owned(),
        name: "W3C".to_owned(),
        user_verification: UserVerification::Preferred,
    };
    let outcomes = |name: &str| match name {
        "none-es256" | "packed-self-es256" | "none-es256-long-credential-id" => (None, None),
        "none-es256-crossorigin" | "none-es256-toporigin" => (Some(Flaw::CrossOrigin), Some(Flaw::CrossOrigin)),
        "packed-es384" | "packed-es512" | "packed-eddsa" | "packed-ed448" => {
            (Some(Flaw::Algorithm), Some(Flaw::Algorithm))
        }
        "packed-es256" | "packed-rs256" | "tpm-es256" | "android-key-es256" | "apple-es256" | "fido-u2f-es256" => {
            (Some(Flaw::AttestationFormat), None)
        }
        other => panic!("{other} is new"),
    };
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 15);
    for vector in vectors {
        let name = vector["name"].as_str().unwrap();
        let credential = |ceremony: &str| {
            json!({
                "id": vector["credential_id"],
                "rawId": vector["credential_id"],
                "type": "public-key",
                "response": vector[ceremony],
            })
        };
        let challenge = |ceremony: &str| authenticator::decode(vector[ceremony]["challenge"].as_str().unwrap());
        let register =
            |credential: &Value| verify_registration(&rp, &challenge("registration"), USER.id, |_| false, credential);
        let (attested, stripped) = outcomes(name);
        let mut registration = credential("registration");
        assert_eq!(register(&registration).err(), attested, "{name}");
        let object = authenticator::decode(registration["response"]["attestationObject"].as_str().unwrap());
        let data = AttestationObject::parse(&object).unwrap().authenticator_data().unwrap().to_vec();
        let object = cbor_map(&[
            (cbor_text("fmt"), cbor_text("none")),
            (cbor_text("attStmt"), cbor_map(&[])),
            (cbor_text("authData"), cbor_bytes(&data)),
        ]);
        registration["response"]["attestationObject"] = encode(&object).into();
        let passkey = register(&registration);
        assert_eq!(passkey.as_ref().err().copied(), stripped, "{name}");
        if let Ok(passkey) = passkey {
            let aaguid = passkey.aaguid.to_string().replace('-', "");
            assert_eq!(aaguid, vector["aaguid"].as_str().unwrap(), "{name}");
            let credential = credential("authentication");
            let challenge = challenge("authentication");
            assert!(verify_assertion(&rp, &challenge, &credential, &[passkey]).is_ok(), "{name}");
        }
    }
}

/// What 1Password's client and authenticator answered to options that were made here, which are recorded beside it: a
/// passkey that does not count, and one that does.
#[test]
fn the_answers_of_another_implementation() {
    let file: Value = serde_json::from_str(include_str!("../../tests/vectors/passkey-rs.json")).unwrap();
    let runs = file["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    for run in runs {
        let creation = &run["registration"]["options"];
        let challenge = |options: &Value| authenticator::decode(options["challenge"].as_str().unwrap());
        let rp = RelyingParty {
            id: run["rp_id"].as_str().unwrap().to_owned(),
            name: creation["rp"]["name"].as_str().unwrap().to_owned(),
            user_verification: UserVerification::deserialize(&creation["authenticatorSelection"]["userVerification"])
                .unwrap(),
        };
        let handle = authenticator::decode(creation["user"]["id"].as_str().unwrap());
        let credential = &run["registration"]["credential"];
        let mut passkey = verify_registration(&rp, &challenge(creation), &handle, |_| false, credential).unwrap();
        for authentication in run["authentications"].as_array().unwrap() {
            let options = &authentication["options"];
            let credential = &authentication["credential"];
            let allowed = std::slice::from_ref(&passkey);
            let verified = verify_assertion(&rp, &challenge(options), credential, allowed).unwrap();
            assert!(verified.user_verified);
            passkey.record_use(&verified);
        }
    }
}

/// A registration, and an assertion with the passkey that came of it.
static GOOD: LazyLock<(Value, Value, Passkey)> = LazyLock::new(|| {
    let (mut authenticator, registration) = create(Key::es256());
    let passkey = register(&registration.json()).unwrap();
    (registration.json(), get(&mut authenticator, &passkey).json(), passkey)
});

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::from(PUBLIC_KEY)),
        proptest::collection::vec(any::<u8>(), 0..80).prop_map(|bytes| encode(&bytes).into()),
    ];
    leaf.prop_recursive(4, 32, 8, |inner| {
        let name = prop_oneof![
            proptest::sample::select(vec![
                "id",
                "rawId",
                "type",
                "response",
                "clientDataJSON",
                "attestationObject",
                "authenticatorData",
                "signature",
                "userHandle",
                "transports",
                "authenticatorAttachment",
            ])
            .prop_map(str::to_owned),
            any::<String>(),
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::hash_map(name, inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_panics(json in any_json()) {
        prop_assert!(register(&json).is_err());
        prop_assert!(sign_in(&json, &GOOD.2).is_err());
    }

    #[test]
    fn no_member_of_a_credential_panics(
        json in any_json(),
        member in proptest::sample::select(vec![
            "/id", "/rawId", "/type", "/authenticatorAttachment", "/response", "/response/clientDataJSON",
            "/response/attestationObject", "/response/transports", "/response/authenticatorData",
            "/response/signature", "/response/userHandle",
        ]),
    ) {
        for mut credential in [GOOD.0.clone(), GOOD.1.clone()] {
            if let Some(place) = credential.pointer_mut(member) {
                *place = json.clone();
            }
            let _ = (register(&credential), sign_in(&credential, &GOOD.2));
        }
    }

    #[test]
    fn no_bytes_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        at in any::<proptest::sample::Index>(),
        cut in any::<proptest::sample::Index>(),
    ) {
        let _ = (AttestationObject::parse(&bytes).map(drop), AuthenticatorData::parse(&bytes).map(drop));
        let _ = PublicKey::from_cose(&bytes);
        // Spliced into what is well-formed.
        let mut object = authenticator::decode(GOOD.0["response"]["attestationObject"].as_str().unwrap());
        let start = at.index(object.len());
        let end = start + cut.index(object.len() - start);
        object.splice(start..end, bytes);
        let mut credential = GOOD.0.clone();
        credential["response"]["attestationObject"] = encode(&object).into();
        let _ = register(&credential);
    }
}
