//! Codes on their way: to which address, how the answer shows it, and the message in the outbox.

use super::attributes::{is_email, is_phone_number, masked_email, masked_phone_number};
use super::codes::CodePurpose;
use super::settings::Contact;
use super::state::{MessagePurpose, State, User};
use crate::clock::Timestamp;
use crate::wire::ApiError;
use serde_json::{Value, json};

/// An address that a code goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Of which kind it is.
    pub contact: Contact,
    /// The address itself.
    pub address: String,
}

impl Destination {
    /// An address of a user, if there is one.
    pub fn of(user: &User, contact: Contact) -> Option<Self> {
        Some(Self { contact, address: user.contact(contact)?.to_owned() })
    }

    /// Any address of a user: the email address, where there are both.
    pub fn first_of(user: &User) -> Option<Self> {
        Contact::ALL.into_iter().find_map(|contact| Self::of(user, contact))
    }

    /// The address where a user confirms a sign-up: the phone number, where both would do.
    pub fn of_sign_up(user: &User, auto_verified: &[Contact]) -> Option<Self> {
        [Contact::PhoneNumber, Contact::Email]
            .into_iter()
            .filter(|contact| auto_verified.contains(contact))
            .find_map(|contact| Self::of(user, contact))
    }

    /// The verified address where a user resets a password: the email address, if it is one.
    pub fn of_recovery(user: &User) -> Option<Self> {
        let contact = Contact::ALL.into_iter().find(|contact| user.verified(*contact))?;
        Self::of(user, contact)
    }

    /// Where a code for somebody who does not exist is said to go: to the name, if that is an address.
    pub fn of_nobody(name: &str, preferred: Contact) -> Self {
        let contact = if is_phone_number(name) {
            Contact::PhoneNumber
        } else if is_email(name) {
            Contact::Email
        } else {
            preferred
        };
        Self { contact, address: name.to_owned() }
    }

    /// The address with most of it hidden.
    pub fn masked(&self) -> String {
        match self.contact {
            Contact::Email => masked_email(&self.address),
            Contact::PhoneNumber => masked_phone_number(&self.address),
        }
    }

    /// `DeliveryMedium`.
    pub fn medium(&self) -> &'static str {
        match self.contact {
            Contact::Email => "EMAIL",
            Contact::PhoneNumber => "SMS",
        }
    }

    /// `CodeDeliveryDetails`.
    pub fn details(&self) -> Value {
        json!({
            "Destination": self.masked(),
            "DeliveryMedium": self.medium(),
            "AttributeName": self.contact.attribute(),
        })
    }
}

/// Makes a code for a user and sends it. For a name that nobody has the code is made and counted all the same.
///
/// # Errors
/// `LimitExceededException` if too many were sent lately.
pub fn send_code(
    state: &mut State,
    name: &str,
    destination: &Destination,
    purpose: CodePurpose,
    message: MessagePurpose,
    now: Timestamp,
) -> Result<(), ApiError> {
    let settings = state.settings.codes.clone();
    let code = state.code_slot(name, purpose).issue(purpose, &settings, now)?;
    if state.find_user(name).is_some() {
        state.send(destination.contact, &destination.address, message, &code, now);
    }
    Ok(())
}
