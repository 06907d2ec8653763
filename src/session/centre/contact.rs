//! Email address and phone number: changed, confirmed, removed.

use super::{authorised, details};
use crate::{
    cognito::{
        error::Error,
        operations::{
            Attribute, CodeDelivery, GetUserAttributeVerificationCode, UpdateUserAttributes, VerifyUserAttribute,
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
/// which follows, says which.
///
/// # Errors
/// AliasExists if another account has it; CodeDeliveryFailure; InvalidParameter; otherwise as [`authorised`].
pub async fn change(account: &dyn Account, contact: Contact, value: String) -> Result<Option<CodeDelivery>, Error> {
    let name = contact.attribute();
    let attributes = vec![Attribute { name: name.clone(), value }];
    let answer = authorised(account, move |token| UpdateUserAttributes::new(token, attributes.clone())).await?;
    let _ = account.reload().await;
    let mut sent = answer.code_delivery_details_list.into_iter();
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

/// Confirms the address with the code (`VerifyUserAttribute`). Then the profile follows.
///
/// # Errors
/// CodeMismatch, ExpiredCode, LimitExceeded; AliasExists if another account got the address meanwhile; otherwise as
/// [`authorised`].
pub async fn confirm(account: &dyn Account, contact: Contact, code: ConfirmationCode) -> Result<(), Error> {
    let verify = move |token| VerifyUserAttribute::new(token, contact.attribute(), code.clone());
    authorised(account, verify).await?;
    let _ = account.reload().await;
    Ok(())
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
}
