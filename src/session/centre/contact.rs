//! Email address and phone number: changed, confirmed, removed.

use super::{
    authorised, details,
    factors::{self, Factor, Factors},
    lacks,
};
use crate::{
    cognito::{
        error::Error,
        operations::{
            Attribute, AuthFactor, CodeDelivery, GetUserAttributeVerificationCode, UpdateUserAttributes,
            VerifyUserAttribute,
        },
        types::{AttributeName, ConfirmationCode},
    },
    session::{Account, Profile},
};

/// What a person can be reached by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// An email address.
    Email,
    /// A phone number.
    Phone,
}

/// An email address or a phone number, as the pool has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address or number.
    pub text: String,
    /// The person has shown that it is theirs (`email_verified`, `phone_number_verified`).
    pub confirmed: bool,
}

impl Contact {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Email, Self::Phone];

    /// What the pool calls it.
    pub fn attribute(self) -> AttributeName {
        AttributeName::new(match self {
            Self::Email => "email",
            Self::Phone => "phone_number",
        })
    }

    /// The one that a profile has, if it has one.
    pub fn of(self, profile: &Profile) -> Option<Address> {
        let text = profile.get(&self.attribute()).filter(|text| !text.is_empty())?.to_owned();
        let flag = AttributeName::new(match self {
            Self::Email => "email_verified",
            Self::Phone => "phone_number_verified",
        });
        Some(Address { text, confirmed: profile.get(&flag) == Some("true") })
    }
}

/// Asks for another address (`UpdateUserAttributes`). Says where a code was sent, if one was. Pools differ in whether it
/// is in force at once, unconfirmed, or when it is confirmed (`AttributesRequireVerificationBeforeUpdate`): the profile,
/// which follows whatever the answer is, says which.
///
/// # Errors
/// AliasExists if another account has it; CodeDeliveryFailure; InvalidParameter; otherwise as [`authorised`].
pub async fn change(account: &dyn Account, contact: Contact, value: String) -> Result<Option<CodeDelivery>, Error> {
    let name = contact.attribute();
    let attributes = vec![Attribute { name: name.clone(), value }];
    let answer = authorised(account, move |token| UpdateUserAttributes::new(token, attributes.clone())).await;
    // The pool may have written it also if the answer was lost, or no code could be sent.
    let _ = account.reload().await;
    let mut sent = answer?.code_delivery_details_list.into_iter();
    Ok(sent.find(|sent| sent.attribute_name.as_ref().is_none_or(|sent| *sent == name)))
}

/// Sends a code to the address, or to the new one that waits for it (`GetUserAttributeVerificationCode`); says where.
///
/// # Errors
/// LimitExceeded, CodeDeliveryFailure; otherwise as [`authorised`].
pub async fn send_code(account: &dyn Account, contact: Contact) -> Result<Option<CodeDelivery>, Error> {
    let ask = move |token| GetUserAttributeVerificationCode::new(token, contact.attribute());
    Ok(authorised(account, ask).await?.code_delivery_details)
}

/// Confirms the address with the code (`VerifyUserAttribute`). Then the profile follows, whatever the answer is.
///
/// # Errors
/// CodeMismatch, ExpiredCode, LimitExceeded; AliasExists if another account got the address meanwhile; otherwise as
/// [`authorised`].
pub async fn confirm(account: &dyn Account, contact: Contact, code: ConfirmationCode) -> Result<(), Error> {
    let verify = move |token| VerifyUserAttribute::new(token, contact.attribute(), code.clone());
    let answer = authorised(account, verify).await;
    // It may be confirmed also if the answer was lost.
    let _ = account.reload().await;
    answer.map(drop)
}

/// What decides whether an address may go, as the pool has it now.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The person's attributes.
    pub profile: Profile,
    /// What they can begin a sign-in with here; empty if everybody has a password, or the pool does not say.
    pub ways: Vec<AuthFactor>,
    /// Their second factors.
    pub factors: Factors,
}

impl Standing {
    /// Whether the person gets in by nothing but codes that go there.
    pub fn is_last_way(&self, contact: Contact) -> bool {
        let own = match contact {
            Contact::Email => AuthFactor::EmailOtp,
            Contact::Phone => AuthFactor::SmsOtp,
        };
        // No sign-in begins with the codes of an app.
        let counts = |way: &&AuthFactor| **way != AuthFactor::SoftwareToken;
        let only = self.ways.contains(&own) && self.ways.iter().filter(counts).all(|way| *way == own);
        // Whoever comes from a provider needs no code.
        only && self.profile.identities().is_empty()
    }

    /// Whether codes that go there are the only second factor, but for passkeys.
    pub fn is_last_factor(&self, contact: Contact) -> bool {
        let own = match contact {
            Contact::Email => Factor::Email,
            Contact::Phone => Factor::Sms,
        };
        self.factors.codes() == [own]
    }
}

/// Looks how the person stands (`GetUser`; where people have a choice of ways to sign in, `GetUserAuthFactors`).
///
/// # Errors
/// As [`authorised`].
pub async fn standing(account: &dyn Account, choice: bool) -> Result<Standing, Error> {
    let profile = details::read(account).await?;
    if choice {
        match factors::standing(account).await {
            Ok((ways, factors)) => return Ok(Standing { profile, ways, factors }),
            // A pool of an older plan does not know the question.
            Err(error) if lacks(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Standing { profile, ways: Vec::new(), factors: factors::factors(account).await? })
}

/// Removes it (`DeleteUserAttributes`).
///
/// # Errors
/// InvalidParameter if the pool needs one; otherwise as [`authorised`].
pub async fn remove(account: &dyn Account, contact: Contact) -> Result<(), Error> {
    details::save(account, vec![Attribute { name: contact.attribute(), value: String::new() }]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_confirmed_only_if_the_pool_says_so() {
        let profile = |pairs: &[(&str, &str)]| {
            let attribute = |(name, value): &(&str, &str)| Attribute {
                name: AttributeName::new(*name),
                value: (*value).to_owned(),
            };
            Profile::from_attributes(pairs.iter().map(attribute).collect())
        };
        let known = profile(&[("email", "a@b.test"), ("email_verified", "true"), ("phone_number", "+44207946")]);
        assert_eq!(Contact::Email.of(&known), Some(Address { text: "a@b.test".to_owned(), confirmed: true }));
        assert_eq!(Contact::Phone.of(&known), Some(Address { text: "+44207946".to_owned(), confirmed: false }));
        let nobody = profile(&[("email", ""), ("phone_number_verified", "true")]);
        assert_eq!(Contact::ALL.map(|contact| contact.of(&nobody)), [None, None]);
    }

    #[test]
    fn the_last_way_in_is_the_only_one_that_a_sign_in_can_begin_with() {
        use AuthFactor as W;
        let last = |ways: &[W]| {
            let standing = Standing { ways: ways.to_vec(), ..Standing::default() };
            Contact::ALL.map(|contact| standing.is_last_way(contact))
        };
        assert_eq!(last(&[]), [false, false], "the pool does not say");
        assert_eq!(last(&[W::EmailOtp]), [true, false]);
        assert_eq!(last(&[W::SmsOtp]), [false, true]);
        assert_eq!(last(&[W::EmailOtp, W::SoftwareToken]), [true, false], "an app comes second");
        for other in [W::Password, W::WebAuthn, W::SmsOtp] {
            assert_eq!(last(&[W::EmailOtp, other]), [false, false], "{other:?}");
        }
        assert_eq!(last(&[W::Password]), [false, false]);
        let identities =
            Attribute { name: AttributeName::new("identities"), value: r#"[{"providerName":"Google"}]"#.to_owned() };
        let profile = Profile::from_attributes(vec![identities]);
        let linked = Standing { profile, ways: vec![W::EmailOtp], ..Standing::default() };
        assert!(!linked.is_last_way(Contact::Email), "they sign in at the provider");
    }

    #[test]
    fn a_passkey_is_no_second_factor_beside_codes() {
        let last = |on: &[Factor]| {
            let factors = Factors { on: on.to_vec(), preferred: None };
            let standing = Standing { factors, ..Standing::default() };
            Contact::ALL.map(|contact| standing.is_last_factor(contact))
        };
        assert_eq!(last(&[]), [false, false]);
        assert_eq!(last(&[Factor::Email]), [true, false]);
        assert_eq!(last(&[Factor::Passkey, Factor::Sms]), [false, true]);
        assert_eq!(last(&[Factor::Email, Factor::Sms]), [false, false]);
        assert_eq!(last(&[Factor::App, Factor::Sms]), [false, false]);
    }
}
