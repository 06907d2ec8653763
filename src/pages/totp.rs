//! An authenticator app is set up: its key as a picture and as text, and the first code that it shows. In the middle of a
//! sign-in, and in the account centre.

use super::{inputs::CODE_DIGITS, steps::InDialog};
use crate::{
    cognito::types::{DeviceName, TotpCode, TotpSecret},
    components::{CopyButton, Field, FieldState, Kind, QrCode},
    i18n::Msg,
    state::AppState,
};
use leptos::prelude::*;

/// What is typed.
#[derive(Clone, Copy, Default)]
pub struct TotpForm {
    /// The code that the app shows.
    pub code: FieldState,
    /// What the person calls the app.
    pub name: FieldState,
}

impl TotpForm {
    /// What was typed, if the code looks like one; otherwise its field says what is wrong, and has focus.
    pub fn read(self) -> Option<(TotpCode, Option<DeviceName>)> {
        let code = self.code.check(TotpCode::parse(&self.code.value()).ok_or(Msg::TOTP_MALFORMED));
        if code.is_none() {
            self.code.focus();
        }
        Some((code?, DeviceName::parse(&self.name.value())))
    }
}

/// The fields.
pub fn totp_fields(form: TotpForm) -> AnyView {
    view! {
        <Field
            id=InDialog::id("code")
            label=Msg::TOTP_CODE.text()
            kind=Kind::Code(CODE_DIGITS)
            state=form.code
            hint=Msg::CODE_HINT_APP.text()
        />
        <Field
            id=InDialog::id("device_name")
            label=Msg::APP_NAME.text()
            kind=Kind::Text("off")
            state=form.name
            hint=Msg::APP_NAME_HINT.text()
            max_length=Some(LONGEST_NAME)
            optional=true
        />
    }
    .into_any()
}

/// How long the name of an app may be at Cognito.
const LONGEST_NAME: u16 = 1024;

/// The secret for the app, as a picture and as text. `account` is what the app shows beside the code.
pub fn totp_key(app: AppState, account: &str, secret: &TotpSecret) -> AnyView {
    let uri = app.config.with_value(|config| otpauth(&config.name, account, secret));
    view! {
        <QrCode text=uri.clone() label=Msg::SCAN_PICTURE />
        // Nobody can scan what their own phone shows. Hidden by style where there is a mouse.
        <p class="scan-open"><a href=uri rel="external">{Msg::SCAN_OPEN.text()}</a></p>
        <div class="secret">
            <p>{Msg::SCAN_SECRET.text()}</p>
            <code class="secret__text">{grouped(secret)}</code>
            <CopyButton text=secret.as_str().to_owned() copy=app.services.copy />
        </div>
    }
    .into_any()
}

/// The secret in groups of four, which are easier to copy by hand.
fn grouped(secret: &TotpSecret) -> String {
    let letters: Vec<char> = secret.as_str().chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// What an authenticator app reads from the picture: the key URI format that all of them share.
fn otpauth(issuer: &str, account: &str, secret: &TotpSecret) -> String {
    let (issuer, account) = (encoded(issuer), encoded(account));
    let label = if account.is_empty() { issuer.clone() } else { format!("{issuer}:{account}") };
    format!("otpauth://totp/{label}?secret={}&issuer={issuer}", secret.as_str())
}

/// Percent-encoding of everything but the unreserved characters (RFC 3986, section 2.3).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 15] {
                encoded.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_holds_what_apps_read() {
        let secret = TotpSecret::new("JBSWY3DPEHPK3PXP");
        assert_eq!(
            otpauth("My site & co", "ada+1@example.com", &secret),
            "otpauth://totp/My%20site%20%26%20co:ada%2B1%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=My%20site%20%26%20co"
        );
        assert_eq!(otpauth("D", "", &secret), "otpauth://totp/D?secret=JBSWY3DPEHPK3PXP&issuer=D");
        assert_eq!(encoded("ü"), "%C3%BC");
    }

    #[test]
    fn the_text_can_be_copied_by_hand() {
        assert_eq!(grouped(&TotpSecret::new("JBSWY3DPEHPK3PX")), "JBSW Y3DP EHPK 3PX");
    }
}
