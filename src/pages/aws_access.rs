//! AWS credentials by the identity pool, and one call to AWS with them: an example to build on.

use super::{
    inputs::has_left,
    problem::{Doing, explain, fault_text},
};
use crate::{
    aws::sts::{self, CallerIdentity},
    cognito::error::Error,
    components::{Alert, Page, Tone, WorkButton, effect, live},
    i18n::Msg,
    session::{AwsAccess as Access, AwsFault, Presence},
    state::{AppState, SettingsHandle},
};
use leptos::{prelude::*, task::spawn_local};

fn text_of(fault: &AwsFault) -> Msg {
    match fault {
        AwsFault::Cognito(error) => explain(error, Doing::OwnAccount).text,
        AwsFault::Aws(sts::Error::Expired) => Msg::AWS_EXPIRED,
        AwsFault::Aws(sts::Error::Fault(fault)) => fault_text(*fault).0,
        AwsFault::Aws(sts::Error::ClockOff) => Msg::AWS_CLOCK_OFF,
        AwsFault::Aws(_) => Msg::AWS_REFUSED,
    }
}

/// The page.
#[component]
pub fn AwsAccess() -> impl IntoView {
    let app = AppState::get();
    let Some(pool) = SettingsHandle::with(|settings| settings.identity_pool.clone()) else {
        return view! {
            <Page title=Msg::AWS_TITLE>
                <Alert tone=Tone::Info><p>{Msg::AWS_NONE.text()}</p></Alert>
            </Page>
        }
        .into_any();
    };
    let access = RwSignal::new(None::<Access>);
    let caller = RwSignal::new(None::<CallerIdentity>);
    let problem = RwSignal::new(None::<Msg>);
    let asking = RwSignal::new(true);
    let ask = move || {
        asking.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.aws_access().await,
                Err(fault) => Err(Error::from(fault)),
            };
            if has_left(asking) {
                return;
            }
            match answer {
                Ok(found) => access.set(Some(found)),
                Err(error) => problem.set(Some(explain(&error, Doing::OwnAccount).text)),
            }
        });
    };
    // Nobody sees what was somebody else's.
    let who = Memo::new(move |_| app.session.with(|session| session.user().map(|user| user.username.clone())));
    effect(move || {
        who.track();
        access.set(None);
        caller.set(None);
        ask();
    });
    // Known beforehand, so that nothing moves for it.
    let guest = Memo::new(move |_| {
        let found = access.with(|access| access.as_ref().map(|access| access.guest));
        found.unwrap_or_else(|| asking.get() && app.presence.get() == Presence::SignedOut)
    });
    let calling = RwSignal::new(false);
    let call = move || {
        calling.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.caller_identity().await,
                Err(fault) => Err(AwsFault::Cognito(fault.into())),
            };
            if has_left(calling) {
                return;
            }
            match answer {
                Ok(found) => caller.set(Some(found)),
                Err(fault) => {
                    caller.set(None);
                    problem.set(Some(text_of(&fault)));
                }
            }
        });
    };
    view! {
        <Page title=Msg::AWS_TITLE lead=Msg::AWS_LEAD.text() wide=true>
            {live(move || problem.get().map(|text| view! { <Alert tone=Tone::Error><p>{text.text()}</p></Alert> }))}
            {live(move || guest.get().then(|| view! { <Alert tone=Tone::Info><p>{Msg::AWS_GUEST.text()}</p></Alert> }))}
            {live(move || match access.get() {
                Some(Access { identity, guest, expires_at, .. }) => {
                    facts(app, "facts", identity.as_str(), guest, expires_at).into_any()
                }
                None if asking.get() => {
                    // As large as what comes: an identity is as long as the pool it is of.
                    let stand_in = facts(app, "facts facts--coming", &pool, guest.get(), (app.services.now)());
                    view! {
                        <p role="status" class="visually-hidden">{Msg::AWS_ASKING.text()}</p>
                        <div aria-hidden="true">{stand_in}</div>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <p class="actions">
                            <WorkButton
                                label=Msg::TRY_AGAIN
                                busy=Msg::AWS_ASKING
                                working=asking
                                on_press=Callback::new(move |()| ask())
                            />
                        </p>
                    }
                        .into_any()
                }
            })}
            <section class="section" aria-labelledby="aws-call">
                <h2 class="section__title" id="aws-call">{Msg::AWS_CALL.text()}</h2>
                <p class="section__lead">{Msg::AWS_CALL_LEAD.text()}</p>
                <p class="actions">
                    <WorkButton
                        label=Msg::AWS_CALL
                        busy=Msg::AWS_CALLING
                        working=calling
                        on_press=Callback::new(move |()| call())
                    />
                </p>
                <div role="status">
                    {live(move || {
                        caller
                            .get()
                            .map(|CallerIdentity { user_id, account, arn }| {
                                view! {
                                    <dl class="facts">
                                        <dt>{Msg::AWS_ACCOUNT.text()}</dt>
                                        <dd>{account}</dd>
                                        <dt>{Msg::AWS_ARN.text()}</dt>
                                        <dd>{arn}</dd>
                                        <dt>{Msg::AWS_USER_ID.text()}</dt>
                                        <dd>{user_id}</dd>
                                    </dl>
                                }
                            })
                    })}
                </div>
            </section>
        </Page>
    }
    .into_any()
}

/// The identity and until when its credentials are good. The secret parts are not shown.
fn facts(app: AppState, class: &'static str, identity: &str, guest: bool, expires_at: u64) -> impl IntoView {
    let kind = if guest { Msg::AWS_KIND_GUEST } else { Msg::AWS_KIND_USER };
    view! {
        <dl class=class>
            <dt>{Msg::AWS_IDENTITY.text()}</dt>
            <dd>{identity.to_owned()}</dd>
            <dt>{Msg::AWS_KIND.text()}</dt>
            <dd>{kind.text()}</dd>
            <dt>{Msg::AWS_ENDS.text()}</dt>
            <dd>{(app.services.time_of_day)(expires_at)}</dd>
        </dl>
    }
}
