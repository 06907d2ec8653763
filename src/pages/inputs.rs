//! The fields and messages that several pages share.

use super::steps::InDialog;
use crate::{
    cognito::{
        operations::{CodeDelivery, DeliveryMedium},
        types::{ConfirmationCode, Email, UserName},
    },
    components::{Alert, Field, FieldState, Kind, Tone, WorkButton},
    config::SignInName,
    i18n::Msg,
    state::{AppState, Notice},
};
use leptos::prelude::*;

/// What people sign in with here.
fn sign_in_with() -> SignInName {
    AppState::get().config.with_value(|config| config.sign_in_with)
}

/// The name one signs in with, on every page that asks for it.
#[derive(Clone, Copy)]
pub struct NameState {
    field: FieldState,
    kind: SignInName,
}

impl NameState {
    /// Of the kind that people sign in with here.
    pub fn new() -> Self {
        Self { field: FieldState::default(), kind: sign_in_with() }
    }

    /// The name as the pool knows it, if it can be one; otherwise the field says what is wrong.
    pub fn read(self) -> Option<UserName> {
        let text = self.field.value();
        let (missing, wrong) = match self.kind {
            SignInName::Email => (Msg::EMAIL_MISSING, Msg::EMAIL_WRONG),
            SignInName::Phone => (Msg::PHONE_MISSING, Msg::PHONE_WRONG),
            SignInName::EmailOrPhone => (Msg::EMAIL_OR_PHONE_MISSING, Msg::EMAIL_OR_PHONE_WRONG),
            SignInName::UserName => (Msg::USER_NAME_MISSING, Msg::USER_NAME_WRONG),
        };
        self.field.check(match text.trim() {
            "" => Err(missing),
            text => self.kind.parse(text).ok_or(wrong),
        })
    }

    /// The same, but says nothing.
    pub fn peek(self) -> Option<UserName> {
        self.kind.parse(&self.field.value())
    }

    /// The field, for what all fields can do.
    pub const fn field(self) -> FieldState {
        self.field
    }
}

/// The field for the name one signs in with.
#[component]
pub fn NameField(
    /// Holds the value and the error.
    state: NameState,
    /// Filled in at first.
    value: Option<UserName>,
) -> impl IntoView {
    let (id, label, kind, hint) = match state.kind {
        SignInName::Email => ("email", Msg::EMAIL, Kind::Email, ""),
        SignInName::Phone => ("phone", Msg::PHONE, Kind::Phone, Msg::PHONE_HINT.text()),
        SignInName::EmailOrPhone => {
            ("email-or-phone", Msg::EMAIL_OR_PHONE, Kind::EmailOrPhone, Msg::EMAIL_OR_PHONE_HINT.text())
        }
        SignInName::UserName => ("username", Msg::USER_NAME, Kind::UserName, ""),
    };
    let value = value.map(|name| name.as_str().to_owned()).unwrap_or_default();
    view! { <Field id=id label=label.text() kind=kind state=state.field hint=hint value=value /> }
}

/// The name that was used last.
pub fn remembered_name() -> Option<UserName> {
    AppState::get().name.get_value()
}

/// The name of the person whose password a form asks for, for password managers. Nobody sees it, but it is
/// there: they pass over what is `hidden`.
#[component]
pub fn HiddenUserName(
    /// The name; the one that was used last if there is none.
    #[prop(optional)]
    name: Option<UserName>,
) -> impl IntoView {
    let name = name.or_else(remembered_name).map(|name| name.as_str().to_owned()).unwrap_or_default();
    view! {
        <input
            type="text"
            name="username"
            autocomplete="username"
            class="visually-hidden"
            value=name
            readonly
            tabindex="-1"
            aria-hidden="true"
        />
    }
}

/// The address, if it looks like one; otherwise the field says what is wrong.
pub fn read_email(field: FieldState) -> Option<Email> {
    let text = field.value();
    field.check(match text.trim() {
        "" => Err(Msg::EMAIL_MISSING),
        text => Email::parse(text).ok_or(Msg::EMAIL_WRONG),
    })
}

/// The code, if it looks like one; otherwise the field says what is wrong.
pub fn read_code(field: FieldState) -> Option<ConfirmationCode> {
    let text = field.value();
    field.check(match text.trim() {
        "" => Err(Msg::CODE_MISSING),
        text => ConfirmationCode::parse(text).ok_or(Msg::CODE_MALFORMED),
    })
}

/// Ends the work of a page's form. True if the person has left the page in the meantime: then its
/// result is nobody's business any more.
pub fn has_left(working: RwSignal<bool>) -> bool {
    working.try_set(false).is_some()
}

/// How long a button that sends a code rests after it was used, in seconds.
const RESEND_REST: u32 = 30;

/// Lets such a button rest.
pub fn rest_a_while(app: AppState, rest: RwSignal<u32>) {
    rest.set(RESEND_REST);
    (app.services.every_second)(Box::new(move || {
        // The page may be gone by then, and its signals with it.
        rest.try_update(|left| {
            *left = left.saturating_sub(1);
            *left > 0
        })
        .unwrap_or(false)
    }));
}

/// How many digits codes have that confirm something, and those of second factors.
pub const CODE_DIGITS: usize = 6;

/// The field for a code, from a message if nothing else is said.
#[component]
pub fn CodeField(
    /// Holds the value and the error.
    state: FieldState,
    /// How many digits it has.
    #[prop(default = CODE_DIGITS)]
    digits: usize,
    /// Where it is to be found.
    #[prop(default = Msg::CODE_HINT)]
    hint: Msg,
    /// Called when all digits stand there.
    on_complete: Callback<()>,
) -> impl IntoView {
    view! {
        <Field
            id=InDialog::id("code")
            label=Msg::CODE.text()
            kind=Kind::Code(digits)
            state=state
            hint=hint.text()
            on_complete=on_complete
        />
    }
}

/// Sends a code again; rests after it was used.
#[component]
pub fn ResendButton(
    /// How long it still rests, in seconds.
    rest: RwSignal<u32>,
    /// Whether one is being sent.
    working: RwSignal<bool>,
    /// Called when it is pressed.
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <WorkButton
            label=Msg::RESEND_CODE
            busy=Msg::RESENDING
            rest=rest
            resting=Msg::RESEND_WAIT
            working=working
            on_press=on_press
        />
    }
}

/// How a code travels and where to, in the pool's own words: nothing is assumed. Empty if the pool did not say.
pub fn where_sent(sent: Option<&CodeDelivery>) -> String {
    let Some(CodeDelivery { destination: Some(destination), delivery_medium, .. }) = sent else {
        return String::new();
    };
    let text = match delivery_medium {
        Some(DeliveryMedium::Email) => Msg::SENT_EMAIL,
        Some(DeliveryMedium::Sms) => Msg::SENT_SMS,
        _ => Msg::SENT_SOMEWHERE,
    };
    text.fill(&[destination])
}

/// Good news about a code that was sent.
pub fn sent_news(text: Msg, sent: Option<&CodeDelivery>) -> AnyView {
    let place = where_sent(sent);
    view! {
        <Alert tone=Tone::Success>
            <p>{text.text()}</p>
            {(!place.is_empty()).then(|| view! { <p>{place}</p> })}
        </Alert>
    }
    .into_any()
}

/// What the page before left to say, if anything.
#[component]
pub fn LeftNotice(
    /// What it is.
    notice: Option<Notice>,
) -> impl IntoView {
    notice.map(|notice| {
        let tone = if notice.is_success() { Tone::Success } else { Tone::Info };
        view! { <Alert tone=tone><p>{notice.text().text()}</p></Alert> }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_code_went_is_said_as_the_pool_says_it() {
        let sent = |destination: Option<&str>, delivery_medium| CodeDelivery {
            destination: destination.map(str::to_owned),
            delivery_medium,
            attribute_name: None,
        };
        let email = sent(Some("a***@e***"), Some(DeliveryMedium::Email));
        assert_eq!(where_sent(Some(&email)), Msg::SENT_EMAIL.fill(&["a***@e***"]));
        let sms = sent(Some("+*******0123"), Some(DeliveryMedium::Sms));
        assert_eq!(where_sent(Some(&sms)), Msg::SENT_SMS.fill(&["+*******0123"]));
        for unknown in [None, Some(DeliveryMedium::Unknown)] {
            let sent = sent(Some("a***"), unknown);
            assert_eq!(where_sent(Some(&sent)), Msg::SENT_SOMEWHERE.fill(&["a***"]));
        }
        assert_eq!(where_sent(Some(&sent(None, Some(DeliveryMedium::Sms)))), "");
        assert_eq!(where_sent(None), "");
    }
}
