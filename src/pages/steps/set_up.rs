//! Setting up a second factor in the middle of a sign-in: an authenticator app, or codes by email.

use super::{InDialog, StepPage, above, at_field, way, way_back};
use crate::{
    cognito::{
        operations::ChallengeName,
        sign_in::{Asks, Input, MfaSetup, Stage},
    },
    components::{Field, FieldState, Form, Kind, Submit, live},
    i18n::Msg,
    pages::{
        inputs::read_email,
        login::SignIn,
        problem::{Place, Problem},
        totp::{TotpForm, totp_fields, totp_key},
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
                <Field id=InDialog::id("email") label=Msg::EMAIL.text() kind=Kind::Text("email") state=field />
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
    let typed = TotpForm::default();
    at_field(sign_in, typed.code, Place::Code);
    let submit = move || {
        if let Some((code, name)) = typed.read() {
            sign_in.send(Input::VerifyTotp { code, name });
        }
    };
    view! {
        <StepPage title=Msg::SCAN_TITLE lead=Msg::SCAN_LEAD.text()>
            <Problem problem=above(sign_in, Some(Place::Code)) />
            {totp_key(app, &account, &secret)}
            <p class="aside">{Msg::SCAN_ANEW.text()}</p>
            <Form id="scan-step" working=sign_in.working on_submit=Callback::new(move |()| submit())>
                {totp_fields(typed)}
                <Submit label=Msg::CONTINUE busy=Msg::CHECKING working=sign_in.working />
            </Form>
            {way_back(sign_in)}
        </StepPage>
    }
    .into_any()
}
