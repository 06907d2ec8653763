//! What is linked to the account, a copy of what is known, and the end of it.

use super::{explained, rows::Outcome, step_up::StepUp};
use crate::{
    cognito::types::AttributeName,
    components::{Confirm, Field, FieldState, Form, Kind, Page, WorkButton, focus_heading, live},
    config::SignInName,
    i18n::Msg,
    pages::{
        inputs::has_left,
        problem::{Doing, Problem},
    },
    session::{
        User,
        centre::data::{self, LinkedSignIn},
    },
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// The section.
#[component]
pub fn Data() -> impl IntoView {
    view! {
        <Page title=Msg::DATA_TITLE lead=Msg::DATA_LEAD.text() centre=true>
            {linked()}
            {copy()}
            {deletion()}
        </Page>
    }
}

/// Accounts at other providers.
fn linked() -> AnyView {
    let app = AppState::get();
    let user = move || app.session.with(|session| session.user().cloned());
    let heading = NodeRef::new();
    let again = move |_| {
        (app.services.restore)();
        focus_heading(heading);
    };
    let row = move |LinkedSignIn { provider, since }: LinkedSignIn| {
        let since = match since {
            Some(at) => Msg::LINKED_SINCE.fill(&[&(app.services.date_and_time)(at)]),
            None => Msg::LINKED_YES.text().to_owned(),
        };
        view! {
            <dt>{provider}</dt>
            <dd>{since}</dd>
        }
    };
    view! {
        <section class="panel" aria-labelledby="linked">
            <h2 node_ref=heading class="panel__title" id="linked" tabindex="-1">{Msg::LINKED_TITLE.text()}</h2>
            <p class="panel__lead">{Msg::LINKED_LEAD.text()}</p>
            {live(move || {
                let User { profile, stale, .. } = user()?;
                let found = data::linked(&profile);
                Some(
                    match (found.is_empty(), stale) {
                        (false, _) => {
                            let rows: Vec<_> = found.into_iter().map(row).collect();
                            view! { <dl class="facts">{rows}</dl> }.into_any()
                        }
                        // An old ID token may not know of one.
                        (true, Some(error)) => {
                            let explained = explained(&error, Doing::OwnAccount);
                            view! {
                                <Problem problem=Box::new(move || Some(explained.clone())) />
                                <p class="actions">
                                    <button type="button" class="button" on:click=again>
                                        {Msg::TRY_AGAIN.text()}
                                    </button>
                                </p>
                            }
                                .into_any()
                        }
                        (true, None) => view! { <p>{Msg::LINKED_NONE.text()}</p> }.into_any(),
                    },
                )
            })}
        </section>
    }
    .into_any()
}

/// A copy of everything as a file.
fn copy() -> AnyView {
    let app = AppState::get();
    let working = RwSignal::new(false);
    let outcome = Outcome::new();
    let export = move || {
        working.set(true);
        outcome.clear();
        spawn_local(async move {
            let now = (app.services.now)();
            let answer = match (app.services.account)().await {
                Ok(account) => data::export(&*account, now).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(text) => {
                    (app.services.save)(&format!("account-{}.json", data::day(now)), &text);
                    outcome.good(Msg::EXPORTED);
                }
                Err(error) => outcome.bad(&error),
            }
        });
    };
    view! {
        <section class="panel" aria-labelledby="export">
            {outcome.heading("export", Msg::EXPORT_TITLE)}
            <p class="panel__lead">{Msg::EXPORT_LEAD.text()}</p>
            {outcome.view()}
            <p class="actions">
                <WorkButton
                    label=Msg::EXPORT
                    busy=Msg::EXPORTING
                    working=working
                    on_press=Callback::new(move |()| export())
                />
            </p>
        </section>
    }
    .into_any()
}

/// What people know their account by: what they sign in with if that is known, otherwise the pool's name for them.
fn name_of(user: &User, kind: SignInName) -> String {
    let attribute = |name: &str| user.profile.get(&AttributeName::new(name)).filter(|value| !value.is_empty());
    let (email, phone) = (attribute("email"), attribute("phone_number"));
    let name = match kind {
        SignInName::Email => email,
        SignInName::Phone => phone,
        SignInName::EmailOrPhone => email.or(phone),
        SignInName::UserName => None,
    };
    name.unwrap_or(user.username.as_str()).to_owned()
}

/// Whether the name was typed, or copied: where it stands in a text that is written the other way, characters around it say
/// in which direction it is read (Unicode's isolates and marks), and they are copied along.
fn is_name(typed: &str, name: &str) -> bool {
    let plain: String =
        typed.chars().filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{2066}'..='\u{2069}')).collect();
    plain.trim().eq_ignore_ascii_case(name)
}

/// The end of the account.
fn deletion() -> AnyView {
    let (app, step_up) = (AppState::get(), StepUp::get());
    let kind = app.config.with_value(|config| config.sign_in_with);
    let user_name = move || app.session.with(|session| session.user().map(|user| name_of(user, kind)));
    let name = Memo::new(move |_| user_name().unwrap_or_default());
    // What is asked here is asked of whoever it is now.
    let Some(whose) = app.session.with_untracked(|session| session.user().cloned()) else { return ().into_any() };
    let whose = StoredValue::new(whose);
    let field = FieldState::default();
    let (open, working) = (RwSignal::new(false), RwSignal::new(false));
    let outcome = Outcome::new();
    let submit = move || {
        let typed = field.value();
        let same = name.with_untracked(|name| is_name(&typed, name));
        if field.check(if same { Ok(()) } else { Err(Msg::DELETE_MISMATCH) }).is_none() {
            field.focus();
            return;
        }
        outcome.clear();
        step_up.then(move || open.set(true));
    };
    let delete = move || {
        let whose = whose.get_value();
        working.set(true);
        outcome.clear();
        spawn_local(async move {
            let answer = match app.account().await {
                Ok(account) => {
                    // In another tab somebody else may sign in before the answer is here: their session does not end.
                    let now = || {
                        let shown =
                            app.session.with_untracked(|session| session.user().map(|user| user.username.clone()));
                        (account.session_origin(), shown)
                    };
                    let before = now();
                    let answer = data::delete(&*account, whose).await;
                    if answer.is_ok() && now() == before {
                        account.deleted();
                    }
                    answer
                }
                Err(error) => Err(error),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(()) => open.set(false),
                Err(error) => outcome.bad(&error),
            }
        });
    };
    view! {
        <section class="panel panel--danger" aria-labelledby="delete">
            <h2 class="panel__title" id="delete">{Msg::DELETE_TITLE.text()}</h2>
            <p class="panel__lead">{Msg::DELETE_LEAD.text()}</p>
            {live(move || {
                let label = Msg::DELETE_CONFIRM.fill(&[&name.get()]);
                view! {
                    <Form id="delete-account" working=working on_submit=Callback::new(move |()| submit())>
                        <Field id="delete-name" label=label kind=Kind::Text("off") state=field />
                        <p>
                            <button type="submit" class="button button--danger">
                                {Msg::DELETE.text()}
                            </button>
                        </p>
                    </Form>
                }
            })}
            <Confirm
                id="delete-confirm"
                title=Msg::DELETE_ASK_TITLE
                open=open
                confirm=Msg::DELETE
                busy=Msg::DELETING
                cancel=Msg::CANCEL
                working=working
                danger=true
                on_confirm=Callback::new(move |()| step_up.then(delete))
            >
                <p>{live(move || Msg::DELETE_ASK_LEAD.fill(&[&name.get()]))}</p>
                {outcome.view()}
            </Confirm>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_copied_from_a_text_written_the_other_way_is_the_name() {
        for typed in
            ["ada@example.com", " Ada@Example.com ", "\u{2066}ada@example.com\u{2069}", "\u{200f}ada@example.com"]
        {
            assert!(is_name(typed, "ada@example.com"), "{typed:?}");
        }
        for typed in ["", "ada", "ada@example.org"] {
            assert!(!is_name(typed, "ada@example.com"), "{typed:?}");
        }
    }
}
