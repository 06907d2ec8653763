//! The words of the protocol as types, so that a code cannot be passed where a token belongs.
//!
//! Secrets print as `[redacted]`; they reach the wire through `Serialize` and code through
//! `as_str`, never through `{:?}`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares a newtype around text. `secret` ones redact themselves in `Debug`; `plain` ones show.
macro_rules! text_type {
    ($(#[$doc:meta])* plain $name:ident) => {
        text_type!(@base $(#[$doc])* $name);
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }
    };
    ($(#[$doc:meta])* secret $name:ident) => {
        text_type!(@base $(#[$doc])* $name);
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
    (@base $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

text_type! {
    /// An email address as the person typed it, without surrounding white space. Never lower-cased:
    /// pools can be case-sensitive.
    plain Email
}
text_type! {
    /// What a person signs in with, or the name the pool knows them by (`username` in tokens).
    plain UserName
}
text_type! {
    /// A password. Leaves the browser only in operations that need it.
    secret Password
}
text_type! {
    /// A code that was sent by email or SMS.
    secret ConfirmationCode
}
text_type! {
    /// A JWT that authorises calls on the person's behalf.
    secret AccessToken
}
text_type! {
    /// A JWT that says who the person is.
    secret IdToken
}
text_type! {
    /// An opaque token that new access and ID tokens are obtained with.
    secret RefreshToken
}
text_type! {
    /// Cognito's name for the state between two steps of a sign-in; lives 3 to 15 minutes.
    secret ChallengeSession
}
text_type! {
    /// The opaque text that comes with a PASSWORD_VERIFIER challenge and goes back signed.
    secret SecretBlock
}
text_type! {
    /// `code_verifier` (RFC 7636 §4.1): proves that whoever exchanges a code has asked for it.
    secret CodeVerifier
}
text_type! {
    /// A code that tokens are given for (RFC 6749 §1.3.1); good once, for five minutes.
    secret AuthorizationCode
}
text_type! {
    /// `state` (RFC 6749 §4.1.1): ties an answer to its request.
    secret OAuthState
}
text_type! {
    /// `nonce` (OpenID Connect Core 1.0 §3.1.2.1): ties an ID token to its request.
    secret Nonce
}
text_type! {
    /// The six digits an authenticator app shows (`[0-9]+`, exactly 6).
    secret TotpCode
}
text_type! {
    /// The secret an authenticator app makes its codes from, in base 32 (at least 16 characters). Shown
    /// once, while it is set up.
    secret TotpSecret
}
text_type! {
    /// The answer to a question of the pool's own function.
    secret CustomAnswer
}
text_type! {
    /// A phone number in the form of E.164: `+` and digits.
    plain PhoneNumber
}
text_type! {
    /// The pool's name for a remembered device: `{region}_{uuid}`, at most 55 characters.
    plain DeviceKey
}
text_type! {
    /// The group a device key belongs to; takes the pool's place in the hashes of device SRP.
    plain DeviceGroupKey
}
text_type! {
    /// What a device proves itself with: made here, kept in storage, never sent.
    secret DevicePassword
}
text_type! {
    /// What a person calls a device or an authenticator app, 1 to 1024 characters.
    plain DeviceName
}
text_type! {
    /// The name of one signed-in session: `tkn` or `sso` and 25 letters and digits. Names it, opens
    /// nothing.
    plain SessionId
}
text_type! {
    /// Where somebody was, as the address of their machine; personal, so not for logs.
    secret IpAddress
}
text_type! {
    /// The name of a registered passkey, base64url.
    plain CredentialId
}
text_type! {
    /// Where the next page of a list begins. Opaque.
    plain PageToken
}
text_type! {
    /// The name of a sign-in in the pool's event log, at most 50 characters.
    plain EventId
}
text_type! {
    /// The token in a message about a suspicious sign-in; proves that the person got the message.
    secret FeedbackToken
}
text_type! {
    /// An identity pool: `{region}:{uuid}`, at most 55 characters.
    plain IdentityPoolId
}
text_type! {
    /// An identity in an identity pool: `{region}:{uuid}`, at most 55 characters.
    plain IdentityId
}
text_type! {
    /// The name of a provider of logins, 1 to 128 characters.
    plain ProviderName
}
text_type! {
    /// A JWT of an identity pool.
    secret OpenIdToken
}
text_type! {
    /// The secret half of temporary AWS credentials.
    secret AwsSecretKey
}
text_type! {
    /// The token that goes along with every request signed by temporary AWS credentials.
    secret AwsSessionToken
}
text_type! {
    /// The id of an app client without a secret, `[\w+]+`.
    plain ClientId
}
text_type! {
    /// The name of a user attribute: `email`, `custom:agentName`.
    plain AttributeName
}

impl Email {
    /// Trims, and checks only what every address has: something, one `@`, something, no spaces.
    /// The pool has the last word.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        (plain
            && !local.is_empty()
            && domain.len() > 2
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && text.len() <= 254)
            .then(|| Self(text.to_owned()))
    }

    /// The address as the name to sign in with.
    pub fn to_user_name(&self) -> UserName {
        UserName(self.0.clone())
    }
}

impl ConfirmationCode {
    /// Takes what was pasted or typed: drops spaces and hyphens that mail programs add, then
    /// expects digits or letters only (`[\S]+` in the model, up to 2048).
    pub fn parse(text: &str) -> Option<Self> {
        let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        (!code.is_empty() && code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric())).then_some(Self(code))
    }
}

impl TotpCode {
    /// Takes what was pasted or typed: drops spaces, then expects six ASCII digits.
    pub fn parse(text: &str) -> Option<Self> {
        let code: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        (code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())).then_some(Self(code))
    }
}

impl PhoneNumber {
    /// Takes what was pasted or typed: drops spaces, hyphens, dots and brackets, a national 0 in brackets
    /// (`+44 (0)20 …`) and the marks that address books put around numbers, takes a leading `00` for `+`, then
    /// expects `+` and 7 to 15 digits that do not begin with 0 (E.164). The pool has the last word.
    pub fn parse(text: &str) -> Option<Self> {
        let dropped = |c: char| {
            c.is_whitespace()
                || matches!(c, '-' | '.' | '(' | ')' | '\u{200e}' | '\u{200f}' | '\u{2010}'..='\u{2015}' | '\u{202a}'..='\u{202e}')
        };
        // Searching for a text would bring a search machine into the first download.
        let national = |at: usize, c: char| c == '0' && text[..at].ends_with('(') && text[at + 1..].starts_with(')');
        let kept = text.char_indices().filter(|&(at, c)| !dropped(c) && !national(at, c));
        let mut number: String = kept.map(|(_, c)| c).collect();
        if let Some(digits) = number.strip_prefix("00") {
            number = ["+", digits].concat();
        }
        let digits = number.strip_prefix('+')?;
        let fits =
            (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        fits.then_some(Self(number))
    }

    /// The number as the name to sign in with.
    pub fn to_user_name(&self) -> UserName {
        UserName(self.0.clone())
    }
}

impl UserName {
    /// Trims; expects 1 to 128 characters without spaces (`[\p{L}\p{M}\p{S}\p{N}\p{P}]+` in the model). The
    /// pool has the last word, and decides whether case matters.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let visible = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        (visible && (1..=128).contains(&text.chars().count())).then(|| Self(text.to_owned()))
    }
}

impl DeviceName {
    /// Trims; expects 1 to 1024 characters.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (1..=1024).contains(&text.chars().count()).then(|| Self(text.to_owned()))
    }
}

impl IdentityPoolId {
    /// `[\w-]+:[0-9a-f-]+`, at most 55 characters (`IdentityPoolId` in the model).
    pub fn parse(text: &str) -> Option<Self> {
        let (region, id) = text.split_once(':')?;
        let fits = Region::parse(region).is_some()
            && !id.is_empty()
            && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
            && text.len() <= 55;
        fits.then(|| Self(text.to_owned()))
    }

    /// The part before the colon: where the pool is, and where its credentials are for.
    pub fn region(&self) -> &str {
        self.0.split_once(':').map_or("", |(region, _)| region)
    }
}

/// A time of the service's: whole seconds since 1970. Comes as a number with or without a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "f64")]
pub struct Timestamp(u64);

impl Timestamp {
    /// Seconds since 1970, by the server's clock.
    pub const fn seconds(self) -> u64 {
        self.0
    }
}

impl From<f64> for Timestamp {
    /// Cuts off the fraction; what is no time since 1970 is 0.
    fn from(seconds: f64) -> Self {
        Self(seconds as u64)
    }
}

/// Declares a JSON object that passes through this room unread. It is kept as text: whoever only hands it on, as the
/// first chunk does, needs no code for what is in it.
macro_rules! opaque_json {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Takes the text of a JSON object; `None` if it is anything else.
            pub fn parse(json: &str) -> Option<Self> {
                serde_json::from_str::<serde_json::Map<_, _>>(json).ok().map(|object| Self::from(&object))
            }

            /// The object as text, for the browser's `PublicKeyCredential` functions.
            pub fn to_json(&self) -> String {
                self.0.clone()
            }
        }

        impl From<&serde_json::Map<String, serde_json::Value>> for $name {
            fn from(object: &serde_json::Map<String, serde_json::Value>) -> Self {
                // A map with texts for keys always serializes.
                Self(serde_json::to_string(object).unwrap_or_default())
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let object = serde_json::from_str::<serde_json::Map<_, _>>(&self.0);
                object.map_err(serde::ser::Error::custom)?.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serde_json::Map::deserialize(deserializer).map(|object| Self::from(&object))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

opaque_json! {
    /// What the browser needs to make or use a passkey: `PublicKeyCredentialCreationOptionsJSON` or
    /// `PublicKeyCredentialRequestOptionsJSON` of WebAuthn level 3.
    PasskeyOptions
}
opaque_json! {
    /// What the browser made of them: `RegistrationResponseJSON` or `AuthenticationResponseJSON`.
    PasskeyCredential
}

/// The AWS region, the two halves of a pool's id, and the id itself: `us-east-1_Abc123`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct UserPoolId(String);

impl UserPoolId {
    /// `{region}_{letters and digits}`, at most 55 characters (`UserPoolIdType` in the model).
    pub fn parse(text: &str) -> Option<Self> {
        let (region, name) = text.split_once('_')?;
        let fits = Region::parse(region).is_some()
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric())
            && text.len() <= 55;
        fits.then(|| Self(text.to_owned()))
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind the underscore, which SRP mixes into its hashes.
    pub fn name(&self) -> &str {
        self.0.split_once('_').map_or("", |(_, name)| name)
    }

    /// The part before the underscore.
    pub fn region(&self) -> &str {
        self.0.split_once('_').map_or("", |(region, _)| region)
    }

    /// What identity pools call this pool: `cognito-idp.{region}.amazonaws.com/{id}`.
    pub fn provider(&self) -> ProviderName {
        let region = self.region();
        ProviderName(format!("cognito-idp.{region}.{}/{}", domain_of(region), self.0))
    }
}

/// An AWS region, `us-east-1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region(String);

impl Region {
    /// Lower-case words and a number joined by hyphens: `eu-central-1`, `us-gov-west-1`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-').rev();
        let number = parts.next()?;
        let words: Vec<_> = parts.collect();
        let fits = (1..=2).contains(&number.len())
            && number.chars().all(|c| c.is_ascii_digit())
            && words.len() >= 2
            && words.iter().all(|w| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase()));
        fits.then(|| Self(text.to_owned()))
    }

    /// The region's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain AWS serves this region from; China has its own.
    pub fn domain(&self) -> &'static str {
        domain_of(&self.0)
    }
}

fn domain_of(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

impl ClientId {
    /// `[\w+]+`, at most 128 characters (`ClientIdType` in the model).
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && text.len() <= 128
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '+');
        fits.then(|| Self(text.to_owned()))
    }
}

/// The three tokens of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Authorises calls.
    pub access: AccessToken,
    /// Says who it is.
    pub id: IdToken,
    /// Obtains new ones. Stays the same over refreshes unless the pool rotates it.
    pub refresh: RefreshToken,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_do_not_print() {
        let printed = [
            format!("{:?}", Password::new("hunter2")),
            format!("{:?}", ConfirmationCode::new("hunter2")),
            format!("{:?}", TotpCode::new("hunter2")),
            format!("{:?}", CustomAnswer::new("hunter2")),
            format!("{:?}", TotpSecret::new("hunter2")),
            format!("{:?}", AccessToken::new("hunter2")),
            format!("{:?}", IdToken::new("hunter2")),
            format!("{:?}", RefreshToken::new("hunter2")),
            format!("{:?}", ChallengeSession::new("hunter2")),
            format!("{:?}", SecretBlock::new("hunter2")),
            format!("{:?}", DevicePassword::new("hunter2")),
            format!("{:?}", FeedbackToken::new("hunter2")),
            format!("{:?}", OpenIdToken::new("hunter2")),
            format!("{:?}", IpAddress::new("hunter2")),
            format!("{:?}", AwsSecretKey::new("hunter2")),
            format!("{:?}", AwsSessionToken::new("hunter2")),
            format!("{:?}", PasskeyOptions::parse(r#"{"challenge":"hunter2"}"#).unwrap()),
            format!("{:?}", PasskeyCredential::parse(r#"{"id":"hunter2"}"#).unwrap()),
        ];
        for text in printed {
            assert!(!text.contains("hunter2") && text.ends_with("([redacted])"), "{text}");
        }
    }

    #[test]
    fn phone_numbers_are_brought_into_their_international_form() {
        for typed in [
            "+44 (20) 7946-0123",
            "0044 20 7946 0123",
            " +44 (0)20 7946.0123 ",
            "+44\u{a0}20\u{2011}7946\u{2011}0123",
            "\u{202a}+44 20 7946 0123\u{202c}",
        ] {
            assert_eq!(PhoneNumber::parse(typed).unwrap().as_str(), "+442079460123", "{typed:?}");
        }
        for bad in [
            "",
            "+",
            "020 7946 0123",
            "+0123456789",
            "+12345",
            "+1234567890123456",
            "+44x2079460123",
            "000123456789",
            "++442079460123",
        ] {
            assert_eq!(PhoneNumber::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn user_names_keep_their_case_and_have_no_spaces() {
        assert_eq!(UserName::parse(" Ada.Lovelace ").unwrap().as_str(), "Ada.Lovelace");
        assert!(UserName::parse(&"ä".repeat(128)).is_some());
        for bad in ["", "  ", "ada lovelace", "a\u{7}", &"x".repeat(129)] {
            assert_eq!(UserName::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_authenticators_code_has_six_digits() {
        assert_eq!(TotpCode::parse(" 123 456 ").unwrap().as_str(), "123456");
        for bad in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"] {
            assert!(TotpCode::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn passkeys_pass_through_as_objects() {
        let text = r#"{"challenge":"abc","timeout":60000}"#;
        assert_eq!(PasskeyOptions::parse(text).unwrap().to_json(), text);
        for bad in ["", "null", "[]", "\"text\"", "{"] {
            assert!(PasskeyCredential::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn times_lose_their_fraction_and_never_fail() {
        for (number, seconds) in [("1700000000.123", 1_700_000_000), ("1700000000", 1_700_000_000), ("-1", 0)] {
            assert_eq!(serde_json::from_str::<Timestamp>(number).unwrap().seconds(), seconds);
        }
        assert_eq!(Timestamp::from(f64::NAN).seconds(), 0);
    }

    #[test]
    fn identity_pools_know_user_pools_by_their_address() {
        let provider = |id: &str| UserPoolId::parse(id).unwrap().provider();
        assert_eq!(provider("eu-west-1_Abc").as_str(), "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc");
        assert_eq!(provider("cn-north-1_Abc").as_str(), "cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Abc");
        let identity_pool = IdentityPoolId::parse("us-east-1:0a1b2c3d-0000-4000-8000-000000000000").unwrap();
        assert_eq!(identity_pool.region(), "us-east-1");
        for bad in ["", "us-east-1", "us-east-1:", "us-east-1:XYZ", ":0a1b"] {
            assert!(IdentityPoolId::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn emails_keep_their_case_and_lose_their_spaces() {
        assert_eq!(Email::parse(" Ada@Example.com ").unwrap().as_str(), "Ada@Example.com");
        for bad in ["", "ada", "@example.com", "ada@", "ada@com", "a b@example.com", "ada@.com", "ada@example."] {
            assert_eq!(Email::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn codes_survive_what_mail_programs_do_to_them() {
        for text in ["123456", " 123 456 ", "123-456\n"] {
            assert_eq!(ConfirmationCode::parse(text).unwrap().as_str(), "123456");
        }
        for bad in ["", "  ", "12<34", "é"] {
            assert!(ConfirmationCode::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn pool_ids_have_two_halves() {
        let id = UserPoolId::parse("eu-central-1_Abc123").unwrap();
        assert_eq!((id.region(), id.name()), ("eu-central-1", "Abc123"));
        for bad in ["", "Abc123", "eu-central-1_", "eu-central-1_a-b", "eu_central_1_Abc", "EU-central-1_Abc", "1_a"] {
            assert!(UserPoolId::parse(bad).is_none(), "{bad:?}");
        }
        assert!(Region::parse("us-gov-west-1").is_some());
        assert_eq!(Region::parse("cn-north-1").unwrap().domain(), "amazonaws.com.cn");
    }

    proptest! {
        #[test]
        fn parsers_take_any_text(text in ".{0,80}") {
            let _ = (Email::parse(&text), ConfirmationCode::parse(&text), UserPoolId::parse(&text), Region::parse(&text), ClientId::parse(&text));
            let _ = (PhoneNumber::parse(&text), UserName::parse(&text), TotpCode::parse(&text), DeviceName::parse(&text), IdentityPoolId::parse(&text));
            let _ = (PasskeyOptions::parse(&text), PasskeyCredential::parse(&text));
        }

        #[test]
        fn any_way_to_write_a_number_is_the_same_number(
            digits in "[1-9][0-9]{6,14}",
            gaps in proptest::collection::vec(" |-|\\.|\\(|\\)|\u{a0}|", 15),
            zeros in any::<bool>(),
        ) {
            // A gap before each digit but the first, where a bracket around a 0 would be a national one.
            let mut typed = String::from(if zeros { "00" } else { "+" });
            for (i, digit) in digits.chars().enumerate() {
                typed.push_str(if i == 0 || digit == '0' { "" } else { &gaps[i] });
                typed.push(digit);
            }
            let number = format!("+{digits}");
            prop_assert_eq!(PhoneNumber::parse(&typed), Some(PhoneNumber::new(number.clone())));
            prop_assert_eq!(PhoneNumber::parse(&number), Some(PhoneNumber::new(number)), "and stays so");
        }

        #[test]
        fn six_digits_are_always_a_code(code in "[0-9]{6}") {
            prop_assert_eq!(ConfirmationCode::parse(&code), Some(ConfirmationCode::new(code)));
        }
    }
}
