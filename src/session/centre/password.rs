//! The password, and what goes with a new one: the sessions that were opened with the old one.

use super::{
    authorised, lacks,
    sessions::{self, OpenSession},
};
use crate::{
    cognito::{
        error::Error,
        operations::{AuthFactor, ChangePassword, GetUserAuthFactors},
        types::{Password, UserName},
    },
    session::{Account, Profile},
};

/// Whether the person has a password (`GetUserAuthFactors`); `None` if the pool does not say.
///
/// # Errors
/// As [`authorised`].
pub async fn has_password(account: &dyn Account) -> Result<Option<bool>, Error> {
    let factors = authorised(account, GetUserAuthFactors::new).await?.configured_user_auth_factors;
    Ok((!factors.is_empty()).then(|| factors.contains(&AuthFactor::Password)))
}

/// The provider that this account was made by, if one did: the pool keeps no password for such people.
pub fn made_by_provider(user: &UserName, profile: &Profile) -> Option<String> {
    profile.identities().into_iter().find(|identity| identity.made(user.as_str())).map(|identity| identity.provider)
}

/// Changes the password (`ChangePassword`); without a current one for people who have none.
///
/// # Errors
/// NotAuthorized (WrongPassword) if the current one is wrong or missing; InvalidPassword, PasswordHistoryPolicyViolation;
/// LimitExceeded after several wrong ones; otherwise as [`authorised`].
pub async fn change(account: &dyn Account, current: Option<Password>, new: Password) -> Result<(), Error> {
    let change = move |token| {
        let mut change = ChangePassword::new(token, new.clone());
        change.previous_password = current.clone();
        change
    };
    authorised(account, change).await.map(|_| ())
}

/// The person's other sessions (`ListUserSessions`); `None` if this pool keeps no list.
///
/// # Errors
/// As [`authorised`].
pub async fn other_sessions(account: &dyn Account) -> Result<Option<Vec<OpenSession>>, Error> {
    match sessions::list(account).await {
        Ok(open) => Ok(Some(open.into_iter().filter(|session| !session.is_this).collect())),
        Err(error) if lacks(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::{operations::Attribute, types::AttributeName};

    #[test]
    fn a_provider_that_was_linked_later_did_not_make_the_account() {
        let made_by = |user: &str, identities: &str| {
            let attribute = Attribute { name: AttributeName::new("identities"), value: identities.to_owned() };
            made_by_provider(&UserName::new(user), &Profile::from_attributes(vec![attribute]))
        };
        let google = r#"[{"userId":"1","providerName":"Google","providerType":"Google","primary":"true"}]"#;
        assert_eq!(made_by("google_1", google).as_deref(), Some("Google"));
        assert_eq!(made_by("Google_1", google).as_deref(), Some("Google"));
        assert_eq!(made_by("4f3c-1", google), None);
        assert_eq!(made_by("facebook_1", google), None);
        for unreadable in ["", "[]", "{}", "[1]"] {
            assert_eq!(made_by("google_1", unreadable), None, "{unreadable}");
        }
        assert_eq!(made_by_provider(&UserName::new("google_1"), &Profile::default()), None);
    }
}
