//! The signed-in person's page: greeting, details to edit, the profile object, the session.

use super::{
    attributes::{attribute_fields, draw_attributes, read_attribute},
    inputs::has_left,
    problem::{Doing, Explained, Problem, explain},
};
use crate::{
    cognito::operations::Attribute,
    components::{Alert, FieldState, Form, Page, Submit, Tone, effect, live},
    i18n::Msg,
    routes,
    session::{Session, SignOut, User},
    state::{AppState, SettingsHandle},
};
use leptos::{prelude::*, task::spawn_local};

/// The page. Only shown while somebody is signed in.
#[component]
pub fn Authenticated() -> impl IntoView {
    let app = AppState::get();
    let user = Memo::new(move |_| {
        app.session.with(|session| match session {
            Session::SignedIn(user) => Some(user.clone()),
            Session::Restoring | Session::SignedOut => None,
        })
    });
    let with_user = move |read: fn(&User) -> String| user.with(|user| user.as_ref().map(read).unwrap_or_default());
    let title = RwSignal::new(String::new());
    effect(move || {
        let name = with_user(|u| u.profile.display_name().unwrap_or_default().to_owned());
        title.set(if name.is_empty() { Msg::GREETING_PLAIN.text().to_owned() } else { Msg::GREETING.fill(&[&name]) });
    });
    let stale = move || user.with(|user| Some(explain(user.as_ref()?.stale.as_ref()?, Doing::OwnAccount)));
    let everywhere = move |_| {
        app.sign_out.set_value(SignOut::Everywhere);
        app.go(routes::SIGN_OUT);
    };
    view! {
        <Page title=title wide=true>
            {live(move || {
                app.not_kept.get().then(|| view! { <Alert tone=Tone::Info><p>{Msg::NOT_KEPT.text()}</p></Alert> })
            })}
            {live(move || stale().map(|problem| view! { <Stale problem=problem /> }))}
            <Details />
            <section class="section" aria-labelledby="profile-object">
                <h2 class="section__title" id="profile-object">{Msg::PROFILE_OBJECT.text()}</h2>
                <p class="section__lead">{Msg::PROFILE_OBJECT_LEAD.text()}</p>
                <pre class="object" tabindex="0" aria-labelledby="profile-object">
                    {live(move || with_user(|u| u.profile.to_json()))}
                </pre>
            </section>
            <section class="section" aria-labelledby="session-title">
                <h2 class="section__title" id="session-title">{Msg::SESSION_TITLE.text()}</h2>
                <p>
                    {live(move || {
                        user.with(|user| user.as_ref().map(|u| u.expires_at))
                            .map(|at| Msg::SESSION_RENEWS.fill(&[&(app.services.time_of_day)(at)]))
                    })}
                </p>
                <p class="actions">
                    <button type="button" class="button" on:click=everywhere aria-describedby="everywhere">
                        {Msg::SIGN_OUT_EVERYWHERE.text()}
                    </button>
                </p>
                <p class="aside" id="everywhere">{Msg::SIGN_OUT_EVERYWHERE_HINT.text()}</p>
            </section>
            {opens()}
        </Page>
    }
}

/// What else a sign-in is good for on this site.
fn opens() -> impl IntoView {
    let (aws, api) =
        SettingsHandle::with(|settings| (settings.identity_pool.is_some(), settings.protected_api.is_some()));
    let link = |path: &'static str, title: Msg| view! { <li><a href=path>{title.text()}</a></li> };
    (aws || api).then(|| {
        view! {
            <section class="section" aria-labelledby="opens">
                <h2 class="section__title" id="opens">{Msg::OPENS_TITLE.text()}</h2>
                <ul class="links">
                    {aws.then(|| link(routes::AWS_ACCESS, Msg::AWS_TITLE))}
                    {api.then(|| link(routes::PROTECTED_API, Msg::API_TITLE))}
                </ul>
            </section>
        }
    })
}

/// Says that the details may be old, and why.
#[component]
fn Stale(problem: Explained) -> impl IntoView {
    let app = AppState::get();
    let again = move |_| (app.services.restore)();
    view! {
        <Alert tone=Tone::Info>
            <p>{Msg::STALE.text()} " " {problem.text.text()}</p>
            <p><button type="button" class="link" on:click=again>{Msg::TRY_AGAIN.text()}</button></p>
        </Alert>
    }
}

/// The attributes that the configuration lets people edit.
#[component]
fn Details() -> impl IntoView {
    let app = AppState::get();
    let current = move |field: &crate::config::AttributeField| {
        app.session.with_untracked(|session| match session {
            Session::SignedIn(user) => user.profile.get(&field.name).unwrap_or_default().to_owned(),
            Session::Restoring | Session::SignedOut => String::new(),
        })
    };
    let fields = attribute_fields(|field| field.editable);
    if fields.is_empty() {
        return ().into_any();
    }
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Explained>);
    let news = RwSignal::new(None::<Msg>);
    let drawn = draw_attributes(&fields, current);
    // The profile that GetUser brings can be newer than the one the fields were filled from. What the
    // person has changed in the meantime stays.
    let filled = StoredValue::new(fields.iter().map(|(field, _)| current(field)).collect::<Vec<_>>());
    let to_fill = fields.clone();
    effect(move || {
        app.session.track();
        for (i, (field, state)) in to_fill.iter().enumerate() {
            let newest = current(field);
            let before = filled.with_value(|filled| filled[i].clone());
            if newest != before {
                if state.value() == before {
                    state.fill(&newest);
                }
                filled.update_value(|filled| filled[i] = newest);
            }
        }
    });
    let submit = move || {
        problem.set(None);
        news.set(None);
        let mut complete = true;
        let changed: Vec<_> = fields
            .iter()
            .filter_map(|(field, state)| {
                let value = read_attribute(field, *state);
                complete &= value.is_some();
                let value = value?;
                (value != current(field)).then(|| Attribute { name: field.name.clone(), value })
            })
            .collect();
        if !complete {
            let states: Vec<_> = fields.iter().map(|(_, state)| *state).collect();
            FieldState::focus_first_error(&states);
            return;
        }
        if changed.is_empty() {
            news.set(Some(Msg::NOTHING_CHANGED));
            return;
        }
        working.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.update_attributes(changed).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(()) => news.set(Some(Msg::SAVED)),
                Err(error) => problem.set(Some(explain(&error, Doing::OwnAccount))),
            }
        });
    };
    view! {
        <section class="section" aria-labelledby="details-title">
            <h2 class="section__title" id="details-title">{Msg::PROFILE_TITLE.text()}</h2>
            {live(move || {
                news.get()
                    .map(|text| {
                        let tone = if text == Msg::SAVED { Tone::Success } else { Tone::Info };
                        view! { <Alert tone=tone><p>{text.text()}</p></Alert> }
                    })
            })}
            <Problem problem=Box::new(move || problem.get()) />
            <Form id="details" working=working on_submit=Callback::new(move |()| submit())>
                {drawn}
                <Submit label=Msg::SAVE busy=Msg::SAVING working=working />
            </Form>
        </section>
    }
    .into_any()
}
