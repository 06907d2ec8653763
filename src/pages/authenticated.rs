//! The signed-in person's page: greeting, details to edit, the profile object, the session.

use super::{
    attributes::attribute_fields,
    profile::{DetailsForm, StaleNotice},
};
use crate::{
    components::{Alert, Page, Tone, effect, live},
    i18n::Msg,
    routes,
    session::{Session, SignOut, User},
    state::{AppState, SettingsHandle},
};
use leptos::prelude::*;

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
    let everywhere = move |_| {
        app.sign_out.set_value(SignOut::Everywhere);
        app.go(routes::SIGN_OUT);
    };
    view! {
        <Page title=title wide=true>
            {live(move || {
                app.not_kept.get().then(|| view! { <Alert tone=Tone::Info><p>{Msg::NOT_KEPT.text()}</p></Alert> })
            })}
            <StaleNotice />
            <section class="section" aria-labelledby="centre-title">
                <h2 class="section__title" id="centre-title">{Msg::ACCOUNT.text()}</h2>
                <p class="section__lead">{Msg::ACCOUNT_LEAD.text()}</p>
                <p class="actions"><a class="button" href=routes::ACCOUNT>{Msg::ACCOUNT_OPEN.text()}</a></p>
            </section>
            {opens()}
            {details()}
            <section class="section" aria-labelledby="session-title">
                <h2 class="section__title" id="session-title">{Msg::SESSION_TITLE.text()}</h2>
                <p>
                    {live(move || {
                        user.with(|user| user.as_ref().map(|u| u.expires_at))
                            .map(|at| Msg::SESSION_RENEWS.fill(&[&(app.services.time_of_day)(at)]))
                    })}
                </p>
                <p class="actions">
                    <button type="button" class="button button--danger" on:click=everywhere aria-describedby="everywhere">
                        {Msg::SIGN_OUT_EVERYWHERE.text()}
                    </button>
                </p>
                <p class="aside" id="everywhere">{Msg::SIGN_OUT_EVERYWHERE_HINT.text()}</p>
            </section>
            <section class="section" aria-labelledby="profile-object">
                <h2 class="section__title" id="profile-object">{Msg::PROFILE_OBJECT.text()}</h2>
                <p class="section__lead">{Msg::PROFILE_OBJECT_LEAD.text()}</p>
                <pre class="object" tabindex="0" aria-labelledby="profile-object">
                    {live(move || with_user(|u| u.profile.to_json()))}
                </pre>
            </section>
        </Page>
    }
}

/// The attributes that the configuration lets people edit.
fn details() -> impl IntoView {
    let fields = attribute_fields(|field| field.editable);
    (!fields.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby="details-title">
                <h2 class="section__title" id="details-title">{Msg::PROFILE_TITLE.text()}</h2>
                <DetailsForm fields=fields />
            </section>
        }
    })
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
