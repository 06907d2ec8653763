//! Passkeys among the browser's suggestions for the name field. The pool wants to know who it is first, so this is for
//! people whose name was remembered, and happens out of sight: whatever fails, the form is as good without it.

use super::passkey::{stop_with_form, use_passkey};
use crate::{
    cognito::sign_in::{Asks, Factor, Input, Stage, Way},
    pages::login::SignIn,
    session::{Attempt, Mediation},
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// For how many seconds an offer can be taken up as it is: pools end the session behind it after three minutes at the
/// earliest.
const FRESH: u64 = 150;

/// Begins to offer them.
pub fn autofill(app: AppState, sign_in: SignIn) {
    let Some(user) = app.name.get_value() else { return };
    stop_with_form(app, Mediation::Autofill);
    // Disposed with the form.
    let here = RwSignal::new(());
    spawn_local(async move {
        let Ok(account) = (app.services.account)().await else { return };
        let begin = || Input::Submit { user: user.clone(), way: Way::Choice(Some(Factor::WebAuthn)) };
        let begun_at = (app.services.now)();
        let attempt = account.sign_in(Attempt::default(), begin()).await;
        if attempt.asks != Asks::Passkey {
            return;
        }
        let options = attempt.step().and_then(|step| match &step.stage {
            Stage::Passkey { options, .. } => Some(options.clone()),
            _ => None,
        });
        let Some(options) = options.filter(|_| !here.is_disposed()) else { return };
        if let Ok(credential) = use_passkey(app, options, Mediation::Autofill).await
            && !here.is_disposed()
        {
            // Beginning anew opens the dialog, which is better than to say that it was too late.
            let late = (app.services.now)() > begun_at + FRESH;
            if late {
                sign_in.take_over(Attempt::default(), begin());
            } else {
                sign_in.take_over(attempt, Input::Passkey(credential));
            }
        }
    });
}
