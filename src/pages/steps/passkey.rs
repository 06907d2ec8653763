//! A passkey: the browser's dialog opens by itself, and can be opened again.

use super::{StepPage, above, way_back};
use crate::{
    cognito::{
        sign_in::{Input, Stage},
        types::{PasskeyCredential, PasskeyOptions},
    },
    components::{Alert, Tone, WorkButton, live},
    i18n::Msg,
    pages::{inputs::has_left, login::SignIn, problem::Problem},
    session::{Mediation, PasskeyFault},
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// The page.
pub fn passkey() -> AnyView {
    let (app, sign_in) = (AppState::get(), SignIn::get());
    let options = StoredValue::new_local(
        sign_in
            .with_stage(|stage| match stage {
                Stage::Passkey { options, .. } => Some(options.clone()),
                _ => None,
            })
            .flatten(),
    );
    let asking = RwSignal::new(false);
    let fault = RwSignal::new(None::<PasskeyFault>);
    let ask = move || {
        let Some(options) = options.get_value() else { return };
        asking.set(true);
        fault.set(None);
        spawn_local(async move {
            let made = use_passkey(app, options, Mediation::Dialog).await;
            if has_left(asking) {
                return;
            }
            match made {
                Ok(credential) => sign_in.send(Input::Passkey(credential)),
                Err(why) => fault.set(Some(why)),
            }
        });
    };
    stop_with_form(app, Mediation::Dialog);
    ask();
    view! {
        <StepPage title=Msg::STEP_PASSKEY_TITLE lead=Msg::STEP_PASSKEY_LEAD.text()>
            {live(move || {
                fault
                    .get()
                    .map(|fault| {
                        // Closing the dialog is no error.
                        let tone = if fault == PasskeyFault::Cancelled { Tone::Info } else { Tone::Error };
                        view! { <Alert tone=tone><p>{text(fault).text()}</p></Alert> }
                    })
            })}
            <Problem problem=above(sign_in, None) />
            <WorkButton
                label=Msg::USE_PASSKEY
                busy=Msg::WAITING_FOR_PASSKEY
                working=asking
                on_press=Callback::new(move |()| ask())
            />
            {way_back(sign_in)}
        </StepPage>
    }
    .into_any()
}

/// Ends an offer or a dialog together with the form it belongs to: a passkey that is chosen later would lead nowhere.
pub(in crate::pages) fn stop_with_form(app: AppState, mediation: Mediation) {
    on_cleanup(move || {
        spawn_local(async move {
            if let Ok(account) = (app.services.account)().await {
                account.stop_passkey(mediation);
            }
        });
    });
}

/// Asks the browser for a passkey.
pub(super) async fn use_passkey(
    app: AppState,
    options: PasskeyOptions,
    mediation: Mediation,
) -> Result<PasskeyCredential, PasskeyFault> {
    let account = (app.services.account)().await.map_err(|_| PasskeyFault::Failed)?;
    account.use_passkey(options, mediation).await
}

fn text(fault: PasskeyFault) -> Msg {
    match fault {
        PasskeyFault::Cancelled => Msg::PASSKEY_CANCELLED,
        PasskeyFault::Unsupported => Msg::PASSKEY_UNSUPPORTED,
        PasskeyFault::OtherAddress => Msg::ERR_PASSKEY_ORIGIN,
        // Only new ones can be there already.
        PasskeyFault::Exists | PasskeyFault::Failed => Msg::PASSKEY_FAILED,
    }
}
