//! Where the person is signed in, and to sign out there.

use super::{
    rows::{FIRST, Outcome, agent_name, empty, instead, list_of, more},
    step_up::StepUp,
};
use crate::{
    components::{Confirm, Page, RowButton, live},
    i18n::Msg,
    pages::inputs::has_left,
    routes,
    session::{
        SignOut,
        centre::{
            lacks,
            sessions::{self, OpenSession},
        },
    },
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// What is to be ended.
#[derive(Clone, PartialEq)]
enum Asked {
    One(Box<OpenSession>),
    Others,
}

/// The section.
#[component]
pub fn Sessions() -> impl IntoView {
    let (app, step_up) = (AppState::get(), StepUp::get());
    let outcome = Outcome::new();
    let all = RwSignal::new(false);
    let (list, again) = list_of(outcome, |account| Box::pin(async move { sessions::list(&*account).await }));

    let asked = RwSignal::new(Asked::Others);
    let (open_one, open_others) = (RwSignal::new(false), RwSignal::new(false));
    let working = RwSignal::new(false);
    let not_ended = Outcome::new();
    let ask = move |what: Asked| {
        let open = if what == Asked::Others { open_others } else { open_one };
        step_up.then(move || {
            outcome.clear();
            not_ended.clear();
            asked.set(what);
            open.set(true);
        });
    };
    let end = move || {
        let others = |list: &Vec<OpenSession>| list.iter().filter(|session| !session.is_this).cloned().collect();
        let ending: Vec<_> = match asked.get_untracked() {
            Asked::One(session) => vec![*session],
            Asked::Others => list.with_untracked(|list| list.as_ref()?.as_ref().ok().map(others)).unwrap_or_default(),
        };
        let one = ending.len() == 1;
        working.set(true);
        not_ended.clear();
        spawn_local(async move {
            let (ended, failure) = match (app.services.account)().await {
                Ok(account) => sessions::end_all(&*account, &ending).await,
                Err(fault) => (Vec::new(), Some(fault.into())),
            };
            if has_left(working) {
                return;
            }
            list.update(|list| {
                if let Some(Ok(list)) = list {
                    list.retain(|session| !ended.contains(&session.id));
                }
            });
            match failure {
                Some(error) if ended.is_empty() => not_ended.bad(&error),
                failure => {
                    open_one.set(false);
                    open_others.set(false);
                    match failure {
                        Some(error) => outcome.partly(Msg::SESSIONS_SOME_LEFT, &error),
                        None => {
                            outcome.good(if one { Msg::SESSION_ENDED } else { Msg::SESSIONS_ENDED });
                            outcome.focus();
                        }
                    }
                }
            }
        });
    };
    let open_all = RwSignal::new(false);
    let everywhere = move || {
        app.sign_out.set_value(SignOut::Everywhere);
        app.go(routes::SIGN_OUT);
    };
    let row = move |(number, session): (usize, OpenSession)| {
        let id = format!("session-{number}");
        let name = agent_name(session.agent);
        let time = |text: Msg, at: Option<u64>| at.map(|at| text.fill(&[&(app.services.date_and_time)(at)]));
        let place = session.place.clone();
        let details = [
            (!place.is_empty()).then_some(place),
            time(Msg::SESSION_ACTIVE, session.active_at),
            time(Msg::SESSION_BEGUN, session.begun_at),
        ];
        let details: Vec<_> =
            details.into_iter().flatten().map(|text| view! { <p class="row__detail">{text}</p> }).collect();
        let (is_this, at_pool) = (session.is_this, session.at_pool);
        let badge = |class: &'static str, text: Msg| view! { " " <span class=class>{text.text()}</span> };
        view! {
            <li class="row">
                <div class="row__text" id=id.clone()>
                    <p class="row__title">
                        {name} {is_this.then(|| badge("badge badge--success", Msg::SESSION_THIS))}
                        {at_pool.then(|| badge("badge", Msg::SESSION_AT_POOL))}
                    </p>
                    {details}
                </div>
                {(!is_this)
                    .then(|| {
                        let press = move || ask(Asked::One(Box::new(session.clone())));
                        view! {
                            <p class="row__actions">
                                <RowButton
                                    label=Msg::SESSION_END
                                    described=id
                                    danger=true
                                    on_press=Callback::new(move |()| press())
                                />
                            </p>
                        }
                    })}
            </li>
        }
        .into_any()
    };
    let has_others =
        move || list.with(|list| matches!(list, Some(Ok(list)) if list.iter().any(|session| !session.is_this)));
    let is_here = Memo::new(move |_| list.with(Option::is_some));
    view! {
        <Page title=Msg::SESSIONS_TITLE lead=Msg::SESSIONS_LEAD.text() centre=true>
            <section class="panel" aria-labelledby="sessions-list">
                <div class="panel__head">
                    {outcome.heading("sessions-list", Msg::SESSIONS_LIST)}
                    {live(move || {
                        has_others()
                            .then(|| {
                                view! {
                                    <button
                                        type="button"
                                        class="button button--small button--danger"
                                        on:click=move |_| ask(Asked::Others)
                                    >
                                        {Msg::SESSIONS_END_OTHERS.text()}
                                    </button>
                                }
                            })
                    })}
                </div>
                {outcome.view()}
                {live(move || match list.get() {
                    None => instead(None, again),
                    Some(Err(error)) if lacks(&error) => empty(Msg::SESSIONS_OFF, Msg::SESSIONS_OFF_LEAD),
                    Some(Err(error)) => instead(Some(error), again),
                    Some(Ok(list)) => {
                        let length = list.len();
                        let shown = if all.get() { length } else { FIRST };
                        let rows: Vec<_> = list.into_iter().take(shown).enumerate().map(row).collect();
                        view! {
                            <ul class="rows">{rows}</ul>
                            {more(length, all, outcome)}
                            {(length < 2).then(|| view! { <p class="aside">{Msg::SESSIONS_ONLY_THIS.text()}</p> })}
                        }
                            .into_any()
                    }
                })}
            </section>
            // What is above it has its height by then.
            {live(move || is_here.get().then(|| all_of_them(step_up, open_all)))}
            <Confirm
                id="end-session"
                title=Msg::SESSION_END_TITLE
                open=open_one
                confirm=Msg::SESSION_END
                busy=Msg::SIGNING_OUT
                cancel=Msg::CANCEL
                working=working
                danger=true
                on_confirm=Callback::new(move |()| step_up.then(end))
            >
                <p>
                    {live(move || match asked.get() {
                        Asked::One(session) => Msg::SESSION_END_LEAD.fill(&[&agent_name(session.agent)]),
                        Asked::Others => String::new(),
                    })}
                </p>
                {live(move || open_one.get().then(|| not_ended.view()))}
            </Confirm>
            <Confirm
                id="end-others"
                title=Msg::SESSIONS_END_OTHERS_TITLE
                open=open_others
                confirm=Msg::SESSIONS_END_OTHERS
                busy=Msg::SIGNING_OUT
                cancel=Msg::CANCEL
                working=working
                danger=true
                on_confirm=Callback::new(move |()| step_up.then(end))
            >
                <p>{Msg::SESSIONS_END_OTHERS_LEAD.text()}</p>
                {live(move || open_others.get().then(|| not_ended.view()))}
            </Confirm>
            <Confirm
                id="end-all"
                title=Msg::SESSIONS_ALL_TITLE
                open=open_all
                confirm=Msg::SIGN_OUT_EVERYWHERE
                busy=Msg::SIGNING_OUT
                cancel=Msg::CANCEL
                working=working
                danger=true
                on_confirm=Callback::new(move |()| step_up.then(everywhere))
            >
                <p>{Msg::SESSIONS_ALL_LEAD.text()}</p>
            </Confirm>
        </Page>
    }
}

/// The way out of all of them at once, this one included.
fn all_of_them(step_up: StepUp, open: RwSignal<bool>) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="sessions-all">
            <h2 class="panel__title" id="sessions-all">{Msg::SIGN_OUT_EVERYWHERE.text()}</h2>
            <p class="panel__lead" id="sessions-all-lead">{Msg::SIGN_OUT_EVERYWHERE_HINT.text()}</p>
            <p class="actions">
                <button
                    type="button"
                    class="button button--danger"
                    aria-describedby="sessions-all-lead"
                    on:click=move |_| step_up.then(move || open.set(true))
                >
                    {Msg::SIGN_OUT_EVERYWHERE.text()}
                </button>
            </p>
        </section>
    }
    .into_any()
}
