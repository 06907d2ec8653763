//! A code: sent to an address, or from an authenticator app.

use super::{InDialog, StepPage, above, at_field, way_back};
use crate::{
    cognito::sign_in::{CodeKind, Input, Stage},
    components::{Alert, Checkbox, FieldState, Form, Submit, Tone, effect, live},
    i18n::Msg,
    pages::{
        inputs::{CODE_DIGITS, CodeField, ResendButton, read_code, rest_a_while},
        login::SignIn,
        problem::{Place, Problem},
    },
    state::{AppState, SettingsHandle},
};
use leptos::prelude::*;

/// How many digits the codes have that open an account in place of a password. Cognito's have eight, which cannot be
/// changed; a pool that sends others is none the worse for it, the button takes whatever stands there.
const SIGN_IN_CODE_DIGITS: usize = 8;

/// The form.
pub fn code() -> AnyView {
    let (app, sign_in) = (AppState::get(), SignIn::get());
    let asked = sign_in.with_stage(|stage| match stage {
        Stage::Code { kind, destination, .. } => Some((*kind, destination.clone())),
        _ => None,
    });
    // Drawn for this stage only.
    let Some((kind, destination)) = asked.flatten() else { return ().into_any() };
    let field = FieldState::default();
    let again = matches!(kind, CodeKind::EmailOtp | CodeKind::SmsOtp);
    let second = !again;
    let to = destination.unwrap_or_default();
    let lead = match kind {
        CodeKind::EmailOtp | CodeKind::EmailMfa => Msg::STEP_CODE_EMAIL.fill(&[&to]),
        CodeKind::SmsOtp | CodeKind::SmsMfa => Msg::STEP_CODE_SMS.fill(&[&to]),
        CodeKind::Totp if to.is_empty() => Msg::STEP_CODE_APP.text().to_owned(),
        CodeKind::Totp => Msg::STEP_CODE_NAMED_APP.fill(&[&to]),
    };
    let (digits, hint) = match kind {
        CodeKind::Totp => (CODE_DIGITS, Msg::CODE_HINT_APP),
        CodeKind::SmsMfa | CodeKind::EmailMfa => (CODE_DIGITS, Msg::CODE_HINT),
        CodeKind::SmsOtp | CodeKind::EmailOtp => (SIGN_IN_CODE_DIGITS, Msg::CODE_HINT_SIGN_IN),
    };
    let sent = RwSignal::new(false);
    let rest = RwSignal::new(0);
    let sending = RwSignal::new(false);
    if again {
        rest_a_while(app, rest);
    }
    at_field(sign_in, field, Place::Code);

    let submit = move || {
        sent.set(false);
        match read_code(field) {
            Some(code) => sign_in.send(Input::Code(code)),
            None => field.focus(),
        }
    };
    let send_again = move || {
        if sign_in.working.get_untracked() {
            return;
        }
        sent.set(false);
        sending.set(true);
        sign_in.send(Input::SendAgain);
    };
    // The machine is at work for the one button or the other.
    effect(move || {
        if !sign_in.working.get() && sending.get_untracked() {
            sending.set(false);
            if sign_in.problem.with_untracked(Option::is_none) {
                sent.set(true);
                field.fill("");
                rest_a_while(app, rest);
            }
        }
    });
    // What stands for the second factor is decided where it is asked for at a sign-in.
    let trusts = second && !InDialog::is_here() && SettingsHandle::with(|settings| settings.remember_devices);
    view! {
        <StepPage title=Msg::STEP_CODE_TITLE lead=lead first=field>
            {live(move || {
                sent.get().then(|| view! { <Alert tone=Tone::Success><p>{Msg::NEW_CODE_SENT.text()}</p></Alert> })
            })}
            <Problem problem=above(sign_in, Some(Place::Code)) />
            <Form id="code-step" working=sign_in.working on_submit=Callback::new(move |()| submit())>
                <CodeField
                    digits=digits
                    state=field
                    hint=hint
                    on_complete=Callback::new(move |()| {
                        // The box below is a decision that comes after the code for most people.
                        let decided = !trusts || sign_in.trust.get_untracked();
                        if decided && !sign_in.working.get_untracked() {
                            submit();
                        }
                    })
                />
                {trusts.then(|| view! { <Checkbox id="trust" label=Msg::TRUST_DEVICE.text() checked=sign_in.trust /> })}
                <Submit label=Msg::CONTINUE busy=Msg::CHECKING working=sign_in.working />
                {again
                    .then(|| {
                        view! {
                            <ResendButton
                                rest=rest
                                working=sending
                                on_press=Callback::new(move |()| send_again())
                            />
                        }
                    })}
            </Form>
            {second.then(|| view! { <p class="aside">{no_code(kind).text()}</p> })}
            {way_back(sign_in)}
        </StepPage>
    }
    .into_any()
}

/// What to do for somebody who has no code. Second factors are not sent again: the sign-in has to begin anew.
fn no_code(kind: CodeKind) -> Msg {
    match kind {
        CodeKind::Totp => Msg::NO_CODE_APP,
        CodeKind::SmsMfa => Msg::NO_CODE_SMS,
        _ => Msg::NO_CODE_SENT,
    }
}
