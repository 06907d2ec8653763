//! Where people come back to from the pool's domain: finishes the sign-in, or says why it did not work.

use super::{config_problem::ConfigFacts, inputs::has_left, problem::fault_text};
use crate::{
    cognito::oauth::{Failure, Refusal},
    components::{Alert, Page, Tone, WorkButton, effect, live},
    i18n::Msg,
    routes::{self, History},
    session::{Finished, Presence},
    state::{AppState, SettingsHandle},
};
use leptos::{prelude::*, task::spawn_local};

/// What happened, and what to do.
fn explain(failure: Failure) -> Msg {
    match failure {
        Failure::Stray => Msg::SOCIAL_STRAY,
        Failure::OtherState => Msg::SOCIAL_OTHER_STATE,
        Failure::TooLate => Msg::SOCIAL_TOO_LATE,
        Failure::CodeSpent => Msg::SOCIAL_CODE_SPENT,
        Failure::OtherToken => Msg::SOCIAL_OTHER_TOKEN,
        Failure::NoAnswer(fault) => fault_text(fault).0,
        Failure::Refused(refusal) => match refusal {
            Refusal::Cancelled => Msg::SOCIAL_CANCELLED,
            Refusal::EmailTaken => Msg::SOCIAL_EMAIL_TAKEN,
            Refusal::Misconfigured => Msg::SOCIAL_MISCONFIGURED,
            Refusal::ServerTrouble => Msg::SOCIAL_SERVER_TROUBLE,
            Refusal::Unknown => Msg::SOCIAL_UNKNOWN,
        },
    }
}

/// The page. Whoever is signed in already may come here too, and is somebody else then if the answer is good.
#[component]
pub fn Callback() -> impl IntoView {
    let app = AppState::get();
    if let Some(problem) = SettingsHandle::with(|settings| settings.oauth.as_ref()?.problem()) {
        return view! {
            <ConfigFacts problem=problem />
            <p class="card__foot"><a href=routes::LOGIN>{Msg::BACK_TO_SIGN_IN.text()}</a></p>
        }
        .into_any();
    }
    let query = app.query.get_value();
    // A code must stay neither in the address bar nor in the history.
    if !query.is_empty() {
        (app.services.go)(routes::CALLBACK, History::Replace);
    }
    let query = StoredValue::new(query);
    let title = RwSignal::new(Msg::CALLBACK_TITLE.text().to_owned());
    let working = RwSignal::new(false);
    let failed = RwSignal::new(None::<Failure>);
    let next = StoredValue::new(None::<String>);

    let finish = move || {
        working.set(true);
        let query = query.get_value();
        spawn_local(async move {
            let finished = match (app.services.account)().await {
                Ok(account) => account.finish_social(query).await,
                Err(fault) => Finished { next: None, result: Err(Failure::NoAnswer(fault)) },
            };
            let signed_in = finished.result.is_ok();
            if !has_left(working) {
                match finished.result {
                    Ok(()) => (app.services.go)(&routes::after_login(finished.next.as_deref()), History::Replace),
                    Err(failure) => {
                        next.set_value(finished.next);
                        failed.set(Some(failure));
                    }
                }
            }
            if signed_in {
                // The rest of the profile.
                (app.services.restore)();
            }
        });
    };
    finish();
    effect(move || {
        // "Back" after the sign-in, or the address once more: there is nothing to finish, and nothing wrong.
        if failed.get() == Some(Failure::Stray) && app.presence.get() == Presence::SignedIn {
            (app.services.go)(routes::AFTER_LOGIN, History::Replace);
        }
    });
    let shown = move || {
        let failure = failed.get()?;
        // Not yet known whether there is anything to say.
        let waits = failure == Failure::Stray && app.presence.get() != Presence::SignedOut && !app.stuck.get();
        (!waits).then_some(failure)
    };
    effect(move || {
        let text = if shown().is_some() { Msg::CALLBACK_FAILED_TITLE } else { Msg::CALLBACK_TITLE };
        title.set(text.text().to_owned());
    });
    view! {
        <Page title=title>
            {live(move || match shown() {
                None => view! { <p class="card__lead" role="status">{Msg::CALLBACK_LEAD.text()}</p> }.into_any(),
                Some(failure) => {
                    let can_retry = matches!(failure, Failure::NoAnswer(_));
                    let (href, label) = match app.presence.get() {
                        Presence::SignedIn => (routes::AFTER_LOGIN.to_owned(), Msg::YOUR_PAGE),
                        _ => (routes::login_then(&next.get_value().unwrap_or_default()), Msg::BACK_TO_SIGN_IN),
                    };
                    view! {
                        <Alert tone=Tone::Error>
                            <p>{explain(failure).text()}</p>
                        </Alert>
                        <p class="actions">
                            {can_retry
                                .then(|| {
                                    view! {
                                        <WorkButton
                                            label=Msg::TRY_AGAIN
                                            busy=Msg::CALLBACK_TITLE
                                            working=working
                                            on_press=leptos::prelude::Callback::new(move |()| finish())
                                        />
                                    }
                                })}
                            <a class="button button--primary" href=href>{label.text()}</a>
                        </p>
                    }
                        .into_any()
                }
            })}
        </Page>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::error::Fault;
    use std::collections::BTreeSet;

    #[test]
    fn everything_that_can_happen_is_explained_in_its_own_words() {
        let failures = [
            Failure::Stray,
            Failure::OtherState,
            Failure::TooLate,
            Failure::CodeSpent,
            Failure::OtherToken,
            Failure::NoAnswer(Fault::Offline),
            Failure::NoAnswer(Fault::ServerDown),
            Failure::Refused(Refusal::Cancelled),
            Failure::Refused(Refusal::EmailTaken),
            Failure::Refused(Refusal::Misconfigured),
            Failure::Refused(Refusal::ServerTrouble),
            Failure::Refused(Refusal::Unknown),
        ];
        let texts: BTreeSet<_> = failures.iter().map(|failure| explain(*failure).text()).collect();
        assert_eq!(texts.len(), failures.len());
    }
}
