//! What the pool knows of the person, to be shown or taken along, and the end of their account.

use super::{MOST_PAGES, lacks};
use crate::{
    cognito::{
        calendar::Moment,
        client::{self, Operation, Target},
        error::{Error, ErrorKind, Fault, ServiceError},
        operations::{DeleteUser, GetUser, GetUserAuthFactors, ListDevices, ListUserSessions, ListWebAuthnCredentials},
        token::{AccessClaims, IDENTITIES, Identity},
        types::{AccessToken, AttributeName, PageToken},
    },
    session::{Account, Profile, User},
};
use serde_json::{Map, Value, json};

/// An account at another provider that opens this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedSignIn {
    /// What people call the provider.
    pub provider: String,
    /// Since when, seconds since 1970.
    pub since: Option<u64>,
}

/// What people call a provider that the pool has a name of its own for.
pub fn provider_label(name: &str) -> &str {
    match name {
        "LoginWithAmazon" => "Amazon",
        "SignInWithApple" => "Apple",
        other => other,
    }
}

/// The linked sign-ins of whoever's profile it is, the oldest first.
pub fn linked(profile: &Profile) -> Vec<LinkedSignIn> {
    let linked = |Identity { provider, since }| LinkedSignIn { provider: provider_label(&provider).to_owned(), since };
    let mut found: Vec<_> = profile.identities().into_iter().map(linked).collect();
    found.sort_by_key(|linked| linked.since);
    found
}

/// Deletes the account of this person. It is gone at once and for good; [`Account::deleted`] is for afterwards.
///
/// # Errors
/// NotAuthorized also if somebody else is signed in by now: nothing is sent then. Otherwise as [`authorised`](super::authorised).
pub async fn delete(account: &dyn Account, whose: User) -> Result<(), Error> {
    let body = move |access_token: AccessToken| {
        if is_of(&access_token, &whose) {
            return client::write(&DeleteUser::new(access_token));
        }
        Err(Error::Service(ServiceError { kind: ErrorKind::NotAuthorized, reason: None }))
    };
    let answer = account.ask(Target::of::<DeleteUser>(), Box::new(body)).await?;
    client::read::<DeleteUser>(&answer).map(drop)
}

/// Whether a token is this person's. Older clients of Cognito may have stored another name of theirs; it is `sub` that the pool
/// calls them by then, in pools where people sign in with an address.
fn is_of(token: &AccessToken, whose: &User) -> bool {
    let sub = whose.profile.get(&AttributeName::new("sub"));
    AccessClaims::read(token)
        .is_some_and(|claims| claims.username == whose.username || sub == Some(claims.username.as_str()))
}

/// Everything that the pool tells of the person, as the text of a JSON file: profile, ways to sign in, second factors,
/// devices, passkeys and sessions. What the pool does not have is listed under `not_available`. Nothing in it opens anything.
/// `now` is seconds since 1970.
///
/// # Errors
/// What kept a part from arriving: half a file would look like a whole one.
pub async fn export(account: &dyn Account, now: u64) -> Result<String, Error> {
    let user = object::<GetUser>(account, GetUser::new).await?;
    let factors = part(object::<GetUserAuthFactors>(account, GetUserAuthFactors::new).await)?;
    let devices = part(
        pages::<ListDevices>(account, ("Devices", "PaginationToken"), |token, from| {
            let mut list = ListDevices::new(token);
            list.pagination_token = from;
            list
        })
        .await,
    )?;
    let passkeys = part(
        pages::<ListWebAuthnCredentials>(account, ("Credentials", "NextToken"), |token, from| {
            let mut list = ListWebAuthnCredentials::new(token);
            list.next_token = from;
            list
        })
        .await,
    )?;
    let sessions = part(
        pages::<ListUserSessions>(account, ("Sessions", "NextToken"), |token, from| {
            let mut list = ListUserSessions::new(token);
            list.next_token = from;
            list
        })
        .await,
    )?;
    Ok(file(now, user, factors, [("devices", devices), ("passkeys", passkeys), ("sessions", sessions)]))
}

/// `None` if the pool does not have this part.
fn part<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(part) => Ok(Some(part)),
        Err(error) if lacks(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The answer as it came: types would leave out what a later pool tells.
async fn object<O: Operation + 'static>(
    account: &dyn Account,
    make: impl Fn(AccessToken) -> O + 'static,
) -> Result<Map<String, Value>, Error> {
    let body = move |access_token| client::write(&make(access_token));
    let answer = account.ask(Target::of::<O>(), Box::new(body)).await?;
    serde_json::from_str(&answer).map_err(|_| Fault::Garbled.into())
}

/// A list as it came, of all pages. `names` are those of the list and of the token for the next page.
async fn pages<O: Operation + 'static>(
    account: &dyn Account,
    (list, next): (&str, &str),
    make: fn(AccessToken, Option<PageToken>) -> O,
) -> Result<Value, Error> {
    let mut found = Vec::new();
    let mut from = None;
    for _ in 0..MOST_PAGES {
        let page = from.clone();
        let mut answer = object::<O>(account, move |access_token| make(access_token, page.clone())).await?;
        if let Some(Value::Array(entries)) = answer.remove(list) {
            found.extend(entries);
        }
        let Some(token) = answer.get(next).and_then(Value::as_str) else { break };
        from = Some(PageToken::new(token));
    }
    Ok(Value::Array(found))
}

/// A time as ISO 8601 has it, in UTC.
fn iso(seconds: u64) -> String {
    let Moment { year, month, day, hour, minute, second, .. } = Moment::new(seconds);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The day of a moment, for the name of a file: `2026-11-26`.
pub fn day(seconds: u64) -> String {
    iso(seconds).chars().take(10).collect()
}

/// Times that are numbers become texts that people can read.
fn with_dates(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| match value.as_f64() {
                Some(at) if name.ends_with("Date") || name.ends_with("CreatedAt") => (name, iso(at as u64).into()),
                _ => (name, with_dates(value)),
            })
            .collect(),
        Value::Array(entries) => entries.into_iter().map(with_dates).collect(),
        other => other,
    }
}

/// The file of its parts.
fn file(
    now: u64,
    mut user: Map<String, Value>,
    factors: Option<Map<String, Value>>,
    lists: [(&str, Option<Value>); 3],
) -> String {
    let mut attributes = Map::new();
    for attribute in user.get("UserAttributes").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| attribute.get(name).and_then(Value::as_str).unwrap_or_default();
        let value = match text("Name") {
            IDENTITIES => serde_json::from_str(text("Value")).unwrap_or_else(|_| text("Value").into()),
            _ => text("Value").into(),
        };
        attributes.insert(text("Name").to_owned(), value);
    }
    let mut take = |name: &str| user.remove(name).unwrap_or_default();
    let mut missing = Vec::new();
    let mut file = Map::new();
    file.insert("exported_at".into(), iso(now).into());
    file.insert("username".into(), take("Username"));
    file.insert("attributes".into(), attributes.into());
    let second = json!({
        "enabled": take("UserMFASettingList"),
        "preferred": take("PreferredMfaSetting"),
        "by_text_message": take("MFAOptions"),
    });
    file.insert("second_factors".into(), second);
    let first = factors.and_then(|mut factors| factors.remove("ConfiguredUserAuthFactors"));
    for (name, part) in [("sign_in_factors", first)].into_iter().chain(lists) {
        match part {
            Some(part) => drop(file.insert(name.to_owned(), with_dates(part))),
            None => missing.push(name),
        }
    }
    file.insert("not_available".into(), missing.into());
    // Texts for keys: always serializes.
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::{operations::Attribute, types::UserName};
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    fn profile(identities: &str) -> Profile {
        let attribute = Attribute { name: AttributeName::new(IDENTITIES), value: identities.to_owned() };
        Profile::from_attributes(vec![attribute])
    }

    #[test]
    fn linked_sign_ins_are_read_from_the_attribute() {
        let text = r#"[{"providerName":"SignInWithApple","dateCreated":1700000002000},
            {"providerName":"Google","dateCreated":"1700000001999"},{"userId":"1"},{"providerName":"Firm SSO"}]"#;
        let found: Vec<_> = linked(&profile(text)).into_iter().map(|linked| (linked.provider, linked.since)).collect();
        let expected = [("Firm SSO", None), ("Google", Some(1_700_000_001)), ("Apple", Some(1_700_000_002))];
        assert_eq!(found, expected.map(|(name, at)| (name.to_owned(), at)));
        for none in ["", "[]", "{}", "null", "[7]"] {
            assert!(linked(&profile(none)).is_empty(), "{none}");
        }
        assert!(linked(&Profile::default()).is_empty());
    }

    #[test]
    fn the_file_holds_what_the_pool_told_and_names_what_it_does_not_have() {
        let object = |value: Value| value.as_object().unwrap().clone();
        let user = object(json!({
            "Username": "u", "UserMFASettingList": ["SOFTWARE_TOKEN_MFA"], "PreferredMfaSetting": "SOFTWARE_TOKEN_MFA",
            "UserAttributes": [{"Name": "email", "Value": "a@b.test"},
                {"Name": "identities", "Value": "[{\"providerName\":\"Google\"}]"}],
        }));
        let factors = object(json!({"Username": "u", "ConfiguredUserAuthFactors": ["PASSWORD"]}));
        let devices = json!([{"DeviceKey": "k", "DeviceCreateDate": 1_700_000_000.5}]);
        let passkeys = json!([{"CredentialId": "c", "CreatedAt": 0}]);
        let text = file(
            951_782_400,
            user,
            Some(factors),
            [("devices", Some(devices)), ("passkeys", Some(passkeys)), ("sessions", None)],
        );
        let expected = json!({
            "exported_at": "2000-02-29T00:00:00Z",
            "username": "u",
            "attributes": {"email": "a@b.test", "identities": [{"providerName": "Google"}]},
            "second_factors":
                {"enabled": ["SOFTWARE_TOKEN_MFA"], "preferred": "SOFTWARE_TOKEN_MFA", "by_text_message": null},
            "sign_in_factors": ["PASSWORD"],
            "devices": [{"DeviceKey": "k", "DeviceCreateDate": "2023-11-14T22:13:20Z"}],
            "passkeys": [{"CredentialId": "c", "CreatedAt": "1970-01-01T00:00:00Z"}],
            "not_available": ["sessions"],
        });
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
        assert_eq!(day(951_782_400), "2000-02-29");
    }

    #[test]
    fn the_token_of_somebody_else_deletes_nobody() {
        let token = |payload: &str| AccessToken::new(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(payload)));
        let ada = token(r#"{"username":"ada-1","iat":1,"exp":2}"#);
        let attribute = Attribute { name: AttributeName::new("sub"), value: "ada-1".to_owned() };
        let user = |name: &str, profile| User { username: UserName::new(name), profile, expires_at: 0, stale: None };
        assert!(is_of(&ada, &user("ada-1", Profile::default())));
        assert!(is_of(&ada, &user("ada@example.com", Profile::from_attributes(vec![attribute]))));
        assert!(!is_of(&ada, &user("bob-1", Profile::default())));
        assert!(!is_of(&token("{}"), &user("ada-1", Profile::default())));
    }

    #[test]
    fn a_part_is_missing_only_if_the_pool_lacks_it() {
        let error = |name: &str| {
            use crate::cognito::error::{ErrorKind, ServiceError};
            Error::Service(ServiceError { kind: ErrorKind::from_name(name), reason: None })
        };
        assert_eq!(part(Ok(1)), Ok(Some(1)));
        for name in ["OperationNotEnabledException", "FeatureUnavailableInTierException", "WebAuthnNotEnabledException"]
        {
            assert_eq!(part::<u8>(Err(error(name))), Ok(None), "{name}");
        }
        for error in [error("InternalErrorException"), error("NotAuthorizedException"), Fault::Offline.into()] {
            assert_eq!(part::<u8>(Err(error)), Err(error));
        }
    }
}
