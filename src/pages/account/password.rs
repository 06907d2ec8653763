//! A new password, in place of the current one or of none.

use super::{explained, step_up::StepUp};
use crate::{
    cognito::{
        error::{Error, ErrorKind, Reason},
        operations::CodeDelivery,
        types::Password,
    },
    components::{
        Alert, Field, FieldState, Form, Kind, Page, SkeletonPanel, SkeletonRows, Submit, Tone, WorkButton, effect,
        focus_heading, live,
    },
    i18n::{Msg, Plural},
    pages::{
        forgot_password::ResetForm,
        inputs::{HiddenUserName, has_left, sent_news},
        password_fields::{NewPasswordField, NewPasswordState},
        problem::{Doing, Explained, Place, Problem, field_text},
        profile::own_name,
    },
    routes,
    session::{
        SignOut,
        centre::{
            data::provider_label,
            password,
            sessions::{self, OpenSession},
        },
    },
    state::AppState,
};
use leptos::{html, prelude::*, task::spawn_local};

/// What the page shows.
#[derive(Clone, PartialEq)]
enum Screen {
    /// It asks the pool whether there is a password.
    Coming,
    /// The form; whether the person has a password, if that is known.
    Form(Option<bool>),
    /// The person signs in with this provider, and has none here.
    Provider(String),
    /// The current password is forgotten; where a code was sent, if the pool said so.
    Forgotten(Option<CodeDelivery>),
    /// The new password is set.
    Done,
}

/// The section.
#[component]
pub fn ChangePassword() -> impl IntoView {
    let app = AppState::get();
    let screen = RwSignal::new(Screen::Coming);
    spawn_local(async move {
        // If that cannot be found out the form is there all the same, and asks for a password.
        let known = match (app.services.account)().await {
            Ok(account) => password::has_password(&*account).await.ok().flatten(),
            Err(_) => None,
        };
        let provider = app.session.try_with_untracked(|session| {
            let user = session.user()?;
            password::made_by_provider(&user.username, &user.profile)
        });
        // Nothing is here any more if the page is gone.
        let _ = screen.try_set(match provider.flatten().filter(|_| known != Some(true)) {
            Some(provider) => Screen::Provider(provider),
            None => Screen::Form(known),
        });
    });
    view! {
        <Page title=Msg::PASSWORD_TITLE lead=Msg::PASSWORD_LEAD.text() centre=true>
            {live(move || match screen.get() {
                Screen::Coming => SkeletonPanel().into_any(),
                Screen::Form(known) => view! { <Change known=known screen=screen /> }.into_any(),
                Screen::Provider(provider) => {
                    let provider = provider_label(&provider);
                    view! {
                        <section class="panel" aria-labelledby="password-provider">
                            <h2 class="panel__title" id="password-provider">
                                {Msg::PASSWORD_PROVIDER_TITLE.fill(&[provider])}
                            </h2>
                            <p>{Msg::PASSWORD_PROVIDER.fill(&[provider])}</p>
                        </section>
                    }
                        .into_any()
                }
                Screen::Forgotten(sent) => view! { <Forgotten sent=sent screen=screen /> }.into_any(),
                Screen::Done => Done().into_any(),
            })}
        </Page>
    }
}

/// The form.
#[component]
fn Change(known: Option<bool>, screen: RwSignal<Screen>) -> impl IntoView {
    let app = AppState::get();
    let (current, new) = (FieldState::default(), NewPasswordState::new());
    let (working, asking) = (RwSignal::new(false), RwSignal::new(false));
    let problem = RwSignal::new(None::<Explained>);
    // Only who has none is let off; if it is not known, the person says so.
    let has_one = RwSignal::new(known != Some(false));
    // A field that comes later is what is to be filled in next.
    let later = StoredValue::new(false);
    let step_up = StepUp::get();
    let failed = move |error: Error| {
        let explained = explained(&error, Doing::OwnAccount);
        let asked = has_one.get_untracked();
        let is_wrong = error.reason() == Some(Reason::WrongPassword);
        if is_wrong || (!asked && error.kind() == Some(ErrorKind::InvalidParameter)) {
            current.fail(if asked { explained.text } else { Msg::PASSWORD_NEEDED });
            if asked {
                current.focus();
            } else {
                has_one.set(true);
            }
        } else if let Some(text) = field_text(&error).filter(|_| explained.place == Place::NewPassword) {
            new.field().fail(text);
            new.field().focus();
        } else {
            problem.set(Some(explained));
        }
    };
    let change = move |before: Option<Password>, chosen: Password| {
        working.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => password::change(&*account, before, chosen).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(()) => screen.set(Screen::Done),
                Err(error) => failed(error),
            }
        });
    };
    let submit = move || {
        problem.set(None);
        let asked = has_one.get_untracked();
        let text = current.value();
        let before = current.check(match text.as_str() {
            "" if asked => Err(Msg::CURRENT_PASSWORD_MISSING),
            _ => Ok(asked.then(|| Password::new(text))),
        });
        let chosen = new.read();
        let same = before.as_ref().is_some_and(|before| before.is_some() && *before == chosen);
        if same {
            new.field().fail(Msg::PASSWORD_SAME);
        }
        let (Some(before), Some(chosen), false) = (before, chosen, same) else {
            FieldState::focus_first_error(&[current, new.field()]);
            return;
        };
        if before.is_some() {
            // Whoever knows the password has just shown who they are.
            change(before, chosen);
        } else {
            step_up.then(move || change(None, chosen));
        }
    };
    let forgotten = move || {
        problem.set(None);
        let Some(user) = app.session.with_untracked(|session| session.user().map(|user| user.username.clone())) else {
            return;
        };
        asking.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.forgot_password(user).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(asking) {
                return;
            }
            match answer {
                Ok(sent) => screen.set(Screen::Forgotten(sent)),
                Err(error) => problem.set(Some(explained(&error, Doing::AskingReset))),
            }
        });
    };
    let switch = move |_| {
        has_one.update(|has_one| *has_one = !*has_one);
        problem.set(None);
        current.fill("");
    };
    view! {
        <section class="panel" aria-labelledby="password-title">
            <h2 class="panel__title" id="password-title">
                {live(move || if has_one.get() { Msg::PASSWORD_CHANGE.text() } else { Msg::PASSWORD_SET.text() })}
            </h2>
            <Problem problem=Box::new(move || problem.get()) />
            <Form id="password" working=working on_submit=Callback::new(move |()| submit())>
                <HiddenUserName name=own_name() />
                {live(move || {
                    if has_one.get() {
                        if later.get_value() {
                            current.focus_when_there();
                        }
                        view! {
                            <Field
                                id="current_password"
                                label=Msg::CURRENT_PASSWORD.text()
                                kind=Kind::CurrentPassword
                                state=current
                            />
                        }
                            .into_any()
                    } else {
                        later.set_value(true);
                        view! { <p>{Msg::PASSWORD_NONE.text()}</p> }.into_any()
                    }
                })}
                <NewPasswordField id="new_password" label=Msg::NEW_PASSWORD state=new />
                {live(move || {
                    if has_one.get() {
                        view! { <Submit label=Msg::PASSWORD_CHANGE busy=Msg::PASSWORD_CHANGING working=working /> }
                    } else {
                        view! { <Submit label=Msg::PASSWORD_SET busy=Msg::SETTING_PASSWORD working=working /> }
                    }
                })}
                {live(move || {
                    has_one
                        .get()
                        .then(|| {
                            view! {
                                <WorkButton
                                    label=Msg::PASSWORD_FORGOTTEN
                                    busy=Msg::SENDING_CODE
                                    working=asking
                                    on_press=Callback::new(move |()| forgotten())
                                />
                            }
                        })
                })}
            </Form>
            // Who has one for certain is asked nothing.
            {(known != Some(true))
                .then(|| {
                    view! {
                        <p>
                            <button type="button" class="link" on:click=switch>
                                {live(move || {
                                    if has_one.get() {
                                        Msg::PASSWORD_I_HAVE_NONE.text()
                                    } else {
                                        Msg::PASSWORD_I_HAVE_ONE.text()
                                    }
                                })}
                            </button>
                        </p>
                    }
                })}
        </section>
    }
}

/// A heading that takes focus, because what had it is gone.
fn heading(id: &'static str, text: Msg, node: NodeRef<html::H2>) -> impl IntoView {
    effect(move || {
        if let Some(node) = node.get() {
            // Focus that cannot be moved is no reason to fail.
            drop(node.focus());
        }
    });
    view! { <h2 class="panel__title" id=id tabindex="-1" node_ref=node>{text.text()}</h2> }
}

/// A code instead of the current password.
#[component]
fn Forgotten(sent: Option<CodeDelivery>, screen: RwSignal<Screen>) -> impl IntoView {
    let app = AppState::get();
    let user = app.session.with_untracked(|session| session.user().map(|user| user.username.clone()));
    let name = own_name();
    view! {
        <section class="panel" aria-labelledby="forgotten-title">
            {heading("forgotten-title", Msg::FORGOT_TITLE, NodeRef::new())}
            {sent_news(Msg::CODE_SENT, sent.as_ref())}
            <ResetForm
                user=user.unwrap_or_else(|| name.clone())
                name=name
                explain=explained
                done=Callback::new(move |()| screen.set(Screen::Done))
            />
            <p>
                <button type="button" class="link" on:click=move |_| screen.set(Screen::Form(Some(true)))>
                    {Msg::PASSWORD_I_KNOW.text()}
                </button>
            </p>
        </section>
    }
}

/// What is known of the person's other sessions.
#[derive(Clone, PartialEq)]
enum Others {
    Coming,
    /// These.
    Some(Vec<OpenSession>),
    /// This pool keeps no list: they end together with this one, or not at all.
    Unknown,
    /// They have just been ended.
    Ended,
}

/// What is left to do.
#[component]
fn Done() -> impl IntoView {
    let app = AppState::get();
    let others = RwSignal::new(Others::Coming);
    let title = NodeRef::<html::H2>::new();
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Explained>);
    let look = move || {
        problem.set(None);
        working.set(true);
        spawn_local(async move {
            let found = match (app.services.account)().await {
                Ok(account) => password::other_sessions(&*account).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match found {
                Ok(found) => others.set(found.map_or(Others::Unknown, Others::Some)),
                Err(error) => problem.set(Some(explained(&error, Doing::OwnAccount))),
            }
        });
    };
    look();
    // What was pressed is gone.
    let again = move || {
        look();
        focus_heading(title);
    };
    let end = move |open: Vec<OpenSession>| {
        problem.set(None);
        working.set(true);
        spawn_local(async move {
            let failure = match (app.services.account)().await {
                Ok(account) => sessions::end_all(&*account, &open).await.1,
                Err(fault) => Some(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match failure {
                None => {
                    others.set(Others::Ended);
                    // The button is gone.
                    focus_heading(title);
                }
                Some(error) => problem.set(Some(explained(&error, Doing::OwnAccount))),
            }
        });
    };
    let everywhere = move |_| {
        app.sign_out.set_value(SignOut::Everywhere);
        app.go(routes::SIGN_OUT);
    };
    view! {
        <Alert tone=Tone::Success>
            <p>{Msg::PASSWORD_CHANGED.text()}</p>
        </Alert>
        <section class="panel" aria-labelledby="elsewhere-title">
            {heading("elsewhere-title", Msg::PASSWORD_ELSEWHERE, title)}
            <Problem problem=Box::new(move || problem.get()) />
            {live(move || match others.get() {
                Others::Coming if problem.with(Option::is_some) => {
                    view! {
                        <p class="actions">
                            <button type="button" class="button" on:click=move |_| again()>
                                {Msg::TRY_AGAIN.text()}
                            </button>
                        </p>
                    }
                        .into_any()
                }
                Others::Coming => view! { <SkeletonRows rows=1 /> }.into_any(),
                Others::Some(sessions) if sessions.is_empty() => {
                    view! { <p>{Msg::PASSWORD_NO_OTHERS.text()}</p> }.into_any()
                }
                Others::Some(sessions) => {
                    let count = u64::try_from(sessions.len()).unwrap_or_default();
                    let end = Callback::new(move |()| end(sessions.clone()));
                    view! {
                        <p>{Plural::PASSWORD_OTHERS.fill(count, &[])}</p>
                        <p class="actions">
                            <WorkButton
                                label=Msg::PASSWORD_END_OTHERS
                                busy=Msg::SIGNING_OUT
                                working=working
                                on_press=end
                            />
                        </p>
                    }
                        .into_any()
                }
                Others::Unknown => {
                    view! {
                        <p>{Msg::PASSWORD_EVERYWHERE.text()}</p>
                        <p class="actions">
                            <button type="button" class="button" on:click=everywhere>
                                {Msg::SIGN_OUT_EVERYWHERE.text()}
                            </button>
                        </p>
                    }
                        .into_any()
                }
                Others::Ended => {
                    view! {
                        <Alert tone=Tone::Success>
                            <p>{Msg::PASSWORD_OTHERS_ENDED.text()}</p>
                        </Alert>
                    }
                        .into_any()
                }
            })}
        </section>
    }
}
