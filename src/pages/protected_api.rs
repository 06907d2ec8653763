//! Calls a server that trusts this pool, and shows its answer: an example to build on.

use super::{
    inputs::has_left,
    problem::{Doing, explain},
};
use crate::{
    cognito::error::{Error, Fault},
    components::{Alert, Page, Tone, WorkButton, live},
    i18n::Msg,
    session::{ApiAnswer, ApiRequest},
    state::{AppState, SettingsHandle},
};
use leptos::{prelude::*, task::spawn_local};

/// What an answer means that is no success.
const fn problem_of(status: u16) -> Option<Msg> {
    match status {
        200..300 => None,
        401 => Some(Msg::API_REFUSED),
        403 => Some(Msg::API_FORBIDDEN),
        _ => Some(Msg::API_TROUBLE),
    }
}

/// The page. Only shown while somebody is signed in.
#[component]
pub fn ProtectedApi() -> impl IntoView {
    let app = AppState::get();
    let Some(url) = SettingsHandle::with(|settings| settings.protected_api.clone()) else {
        return view! {
            <Page title=Msg::API_TITLE>
                <Alert tone=Tone::Info><p>{Msg::API_NONE.text()}</p></Alert>
            </Page>
        }
        .into_any();
    };
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Msg>);
    let shown = RwSignal::new(None::<ApiAnswer>);
    let call = move || {
        problem.set(None);
        working.set(true);
        let request = ApiRequest { method: "GET", url: url.clone(), body: None };
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.call_api(request).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            problem.set(match &answer {
                Ok(answer) => problem_of(answer.status),
                // That is about this server, not about the sign-in service.
                Err(Error::Fault(Fault::Offline | Fault::TimedOut)) => Some(Msg::API_OFFLINE),
                Err(error) => Some(explain(error, Doing::OwnAccount).text),
            });
            shown.set(answer.ok());
        });
    };
    view! {
        <Page title=Msg::API_TITLE lead=Msg::API_LEAD.text() wide=true>
            {live(move || problem.get().map(|text| view! { <Alert tone=Tone::Error><p>{text.text()}</p></Alert> }))}
            <p class="actions">
                <WorkButton
                    label=Msg::API_CALL
                    busy=Msg::API_CALLING
                    working=working
                    on_press=Callback::new(move |()| call())
                />
            </p>
            <div role="status">
                {live(move || {
                    shown
                        .get()
                        .map(|ApiAnswer { status, body }| {
                            view! {
                                <section class="section" aria-labelledby="answer">
                                    <h2 class="section__title" id="answer">{Msg::API_ANSWER.text()}</h2>
                                    <p class="section__lead">{Msg::API_STATUS.fill(&[&status.to_string()])}</p>
                                    // Text of a server: shown as nothing but text.
                                    <pre class="object" tabindex="0" aria-labelledby="answer">{body}</pre>
                                </section>
                            }
                        })
                })}
            </div>
        </Page>
    }
    .into_any()
}
