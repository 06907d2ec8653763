//! Setting up a second factor in the middle of a sign-in: an authenticator app, or codes by email.

use super::{StepPage, above, at_field, way, way_back};
use crate::{
    cognito::{
        operations::ChallengeName,
        sign_in::{Asks, Input, MfaSetup, Stage},
        types::{DeviceName, TotpCode, TotpSecret},
    },
    components::{CopyButton, Field, FieldState, Form, Kind, QrCode, Submit, live},
    i18n::Msg,
    pages::{
        inputs::{CODE_DIGITS, read_email},
        login::SignIn,
        problem::{Place, Problem},
    },
    state::AppState,
};
use leptos::prelude::*;

/// The step.
#[component]
pub fn SetUp() -> impl IntoView {
    let sign_in = SignIn::get();
    if sign_in.asks() == Asks::ScanTotp { scan(sign_in) } else { choose(sign_in) }
}

/// Which one to set up.
fn choose(sign_in: SignIn) -> AnyView {
    let offered = sign_in
        .with_stage(|stage| match stage {
            Stage::SetUpMfa { kinds, .. } => kinds.clone(),
            _ => Vec::new(),
        })
        .unwrap_or_default();
    let app = offered.contains(&ChallengeName::SoftwareTokenMfa);
    // The pool takes a phone number only from an administrator or from somebody who is signed in.
    let email = offered.contains(&ChallengeName::EmailOtp);
    let wants_email = RwSignal::new(email && !app);
    let begin = move || sign_in.send(Input::SetUp(MfaSetup::Totp));
    live(move || {
        if wants_email.get() {
            return by_email(sign_in);
        }
        view! {
            <StepPage title=Msg::SET_UP_TITLE lead=Msg::SET_UP_LEAD.text()>
                <Problem problem=above(sign_in, None) />
                {(!app && !email).then(|| view! { <p>{Msg::SET_UP_NOTHING.text()}</p> })}
                <ul class="choices">
                    {app
                        .then(|| {
                            view! { <li>{way(sign_in, Msg::SET_UP_APP, begin)}</li> }
                        })}
                    {email
                        .then(|| {
                            view! {
                                <li>
                                    <button type="button" class="button" on:click=move |_| wants_email.set(true)>
                                        {Msg::SET_UP_EMAIL.text()}
                                    </button>
                                </li>
                            }
                        })}
                </ul>
                {way_back(sign_in)}
            </StepPage>
        }
        .into_any()
    })
    .into_any()
}

/// An address that codes are to go to.
fn by_email(sign_in: SignIn) -> AnyView {
    let field = FieldState::default();
    let submit = move || match read_email(field) {
        Some(email) => sign_in.send(Input::SetUp(MfaSetup::Email(email))),
        None => field.focus(),
    };
    view! {
        <StepPage title=Msg::SET_UP_EMAIL_TITLE lead=Msg::SET_UP_EMAIL_LEAD.text() first=field>
            <Problem problem=above(sign_in, None) />
            <Form id="email-step" working=sign_in.working on_submit=Callback::new(move |()| submit())>
                <Field id="email" label=Msg::EMAIL.text() kind=Kind::Text("email") state=field />
                <Submit label=Msg::SEND_CODE busy=Msg::SENDING_CODE working=sign_in.working />
            </Form>
            {way_back(sign_in)}
        </StepPage>
    }
    .into_any()
}

/// The secret for an authenticator app, as a picture and as text, and the first code it shows.
fn scan(sign_in: SignIn) -> AnyView {
    let app = AppState::get();
    let secret = sign_in.with_stage(|stage| match stage {
        Stage::ScanTotp { secret, .. } => Some(secret.clone()),
        _ => None,
    });
    // Drawn for this stage only.
    let Some(secret) = secret.flatten() else { return ().into_any() };
    let account = app.name.get_value().map(|name| name.as_str().to_owned()).unwrap_or_default();
    let uri = app.config.with_value(|config| otpauth(&config.name, &account, &secret));
    let (code, name) = (FieldState::default(), FieldState::default());
    at_field(sign_in, code, Place::Code);
    let submit = move || {
        let typed = code.value();
        let entered = code.check(TotpCode::parse(typed.trim()).ok_or(Msg::TOTP_MALFORMED));
        let called = name.value().trim().to_owned();
        match entered {
            Some(code) => {
                let name = (!called.is_empty()).then(|| DeviceName::new(called));
                sign_in.send(Input::VerifyTotp { code, name });
            }
            None => code.focus(),
        }
    };
    view! {
        <StepPage title=Msg::SCAN_TITLE lead=Msg::SCAN_LEAD.text()>
            <Problem problem=above(sign_in, Some(Place::Code)) />
            <QrCode text=uri.clone() label=Msg::SCAN_PICTURE />
            // Nobody can scan what their own phone shows. Hidden by style where there is a mouse.
            <p class="scan-open"><a href=uri rel="external">{Msg::SCAN_OPEN.text()}</a></p>
            <div class="secret">
                <p id="secret-label">{Msg::SCAN_SECRET.text()}</p>
                <code class="secret__text" aria-labelledby="secret-label">{grouped(&secret)}</code>
                <CopyButton text=secret.as_str().to_owned() copy=app.services.copy />
            </div>
            <p class="aside">{Msg::SCAN_ANEW.text()}</p>
            <Form id="scan-step" working=sign_in.working on_submit=Callback::new(move |()| submit())>
                <Field
                    id="code"
                    label=Msg::TOTP_CODE.text()
                    kind=Kind::Code(CODE_DIGITS)
                    state=code
                    hint=Msg::CODE_HINT_APP.text()
                />
                <Field
                    id="device_name"
                    label=Msg::APP_NAME.text()
                    kind=Kind::Text("off")
                    state=name
                    hint=Msg::APP_NAME_HINT.text()
                    optional=true
                />
                <Submit label=Msg::CONTINUE busy=Msg::CHECKING working=sign_in.working />
            </Form>
            {way_back(sign_in)}
        </StepPage>
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
