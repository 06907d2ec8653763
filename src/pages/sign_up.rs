//! Create an account.

use super::{
    attributes::{attribute_fields, draw_attributes, from_browser, is_ticked, read_attribute},
    inputs::{NameField, NameState, has_left},
    password_fields::{NewPasswordField, NewPasswordState},
    problem::{Doing, Explained, Place, Problem, explain, field_text},
    social::other_ways,
};
use crate::{
    cognito::{
        error::Error,
        operations::Attribute,
        types::{AttributeName, Password, UserName},
    },
    components::{Field, FieldState, Form, Kind, Page, Submit, TickField, live},
    config::{SignUpPassword, Terms},
    i18n::Msg,
    routes,
    session::SignedUp,
    state::{AppState, Notice, SettingsHandle, SigningUp},
};
use leptos::{prelude::*, task::spawn_local};

/// The page.
#[component]
pub fn SignUp() -> impl IntoView {
    let app = AppState::get();
    let name = NameState::new();
    let (password, confirm, agreed) = (NewPasswordState::new(), FieldState::default(), FieldState::default());
    let attributes = attribute_fields(|field| field.sign_up);
    let (terms, wants_password) = SettingsHandle::with(|settings| (settings.terms.clone(), settings.sign_up_password));
    let providers = SettingsHandle::with(|settings| {
        // Nobody could come back to this page otherwise.
        let oauth = settings.oauth.as_ref().filter(|oauth| oauth.redirect_uri.is_some());
        oauth.map(|oauth| oauth.providers.clone()).unwrap_or_default()
    });
    let asks_agreement = terms != Terms::default();
    let with_password = RwSignal::new(wants_password == SignUpPassword::Required);
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Explained>);
    let drawn = draw_attributes(&attributes, from_browser);

    let failed = move |error: Error| {
        let explained = explain(&error, Doing::SigningUp);
        match (explained.place, field_text(&error)) {
            (Place::NewPassword, Some(text)) if with_password.get_untracked() => {
                password.field().fail(text);
                password.field().focus();
            }
            _ => problem.set(Some(explained)),
        }
    };
    let submit = move || {
        problem.set(None);
        // Everything that is wrong is said at once.
        let user = name.read();
        let read = |(field, state): &(_, _)| {
            let value = read_attribute(field, *state)?;
            Some(Attribute { name: field.name.clone(), value })
        };
        let entered: Vec<_> = attributes.iter().map(read).collect();
        let secret = if with_password.get_untracked() { read_password(password, confirm) } else { Some(None) };
        let agrees = !asks_agreement || is_ticked(agreed);
        let agreement = agreed.check(if agrees { Ok(()) } else { Err(Msg::TERMS_MISSING) });
        let entered: Option<Vec<_>> = entered.into_iter().collect();
        let (Some(user), Some(entered), Some(secret), Some(())) = (user, entered, secret, agreement) else {
            let mut order = vec![name.field()];
            order.extend(attributes.iter().map(|(_, state)| *state));
            order.extend([password.field(), confirm, agreed]);
            FieldState::focus_first_error(&order);
            return;
        };
        let all = with_name(entered, app, &user);
        working.set(true);
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.sign_up(user.clone(), secret, all).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(signed_up) => {
                    let (notice, path) = match signed_up {
                        SignedUp { confirmed: true, .. } => (Notice::AccountReady, routes::LOGIN),
                        // A page that asks for a code would be a dead end.
                        SignedUp { sent: None, .. } => (Notice::AwaitsApproval, routes::LOGIN),
                        SignedUp { sent, session, .. } => {
                            app.signing_up.set_value(Some(SigningUp { user, sent, session }));
                            (Notice::CodeSent, routes::VERIFY)
                        }
                    };
                    app.notice.set_value(Some(notice));
                    app.go(path);
                }
                Err(error) => failed(error),
            }
        });
    };
    // Whoever comes back from the page for the code may want to correct the name.
    let begun = app.signing_up.with_value(|begun| begun.as_ref().map(|begun| begun.user.clone()));
    let is_optional = wants_password == SignUpPassword::Optional;
    view! {
        <Page
            title=Msg::SIGN_UP_TITLE
            lead=Msg::SIGN_UP_LEAD.text()
        >
            <Problem problem=Box::new(move || problem.get()) />
            <Form id="signup" working=working on_submit=Callback::new(move |()| submit()) on_use=app.services.prepare>
                <NameField state=name value=begun />
                {drawn}
                {live(move || {
                    if with_password.get() {
                        view! {
                            <NewPasswordField id="password" label=Msg::PASSWORD state=password />
                            <Field
                                id="confirm_password"
                                label=Msg::CONFIRM_PASSWORD.text()
                                kind=Kind::NewPassword
                                state=confirm
                            />
                        }
                            .into_any()
                    } else {
                        view! { <p class="form__aside">{Msg::WITHOUT_PASSWORD_LEAD.text()}</p> }.into_any()
                    }
                })}
                {is_optional.then(|| password_switch(with_password, [password.field(), confirm]))}
                {asks_agreement
                    .then(|| view! { <TickField id="terms" label=agreement(terms) state=agreed required=true /> })}
                <Submit label=Msg::CREATE_ACCOUNT busy=Msg::CREATING_ACCOUNT working=working />
            </Form>
            {other_ways(providers, true)}
            <p class="card__foot">
                {Msg::HAVE_ACCOUNT.text()} " " <a href=routes::LOGIN>{Msg::SIGN_IN_LINK.text()}</a>
            </p>
        </Page>
    }
}

/// A password that conforms and was entered twice; otherwise the fields say what is wrong.
#[allow(clippy::option_option)] // there is none to be had, and none is wanted
fn read_password(password: NewPasswordState, confirm: FieldState) -> Option<Option<Password>> {
    let chosen = password.read();
    let same = confirm.check(if confirm.value() == password.field().value() {
        Ok(())
    } else {
        Err(Msg::CONFIRM_PASSWORD_WRONG)
    });
    same.and(chosen).map(Some)
}

/// What is sent: what was filled in, and the address that is the name.
fn with_name(entered: Vec<Attribute>, app: AppState, user: &UserName) -> Vec<Attribute> {
    let own = app.config.with_value(|config| config.sign_in_with.attribute(user));
    let mut all: Vec<_> = entered
        .into_iter()
        .filter(|attribute| !attribute.value.is_empty() && Some(attribute.name.as_str()) != own)
        .collect();
    if let Some(own) = own {
        all.push(Attribute { name: AttributeName::new(own), value: user.as_str().to_owned() });
    }
    all
}

/// Shows and hides the fields for a password.
fn password_switch(with_password: RwSignal<bool>, fields: [FieldState; 2]) -> AnyView {
    let switch = move || {
        // What was wrong with them is no reason to look at them any more.
        fields.iter().for_each(|field| field.fill(""));
        with_password.update(|with| *with = !*with);
    };
    view! {
        <p class="form__aside">
            <button type="button" class="link" on:click=move |_| switch()>
                {live(move || {
                    if with_password.get() { Msg::WITHOUT_PASSWORD.text() } else { Msg::WITH_PASSWORD.text() }
                })}
            </button>
        </p>
    }
    .into_any()
}

/// The sentence beside the box, with links that do not take the form away.
fn agreement(terms: Terms) -> AnyView {
    let links: Vec<_> = [(terms.terms, Msg::TERMS_OF_USE), (terms.privacy, Msg::PRIVACY_POLICY)]
        .into_iter()
        .filter_map(|(href, text)| Some((href?, text)))
        .collect();
    let sentence = if links.len() == 2 { Msg::TERMS_BOTH } else { Msg::TERMS_ONE };
    let mut links = links.into_iter();
    sentence
        .text()
        .split("{}")
        .map(|words| {
            let link = links.next().map(|(href, text)| {
                view! {
                    <a href=href target="_blank" rel="noopener external">
                        {text.text()}
                        <span class="visually-hidden">" "{Msg::NEW_TAB.text()}</span>
                    </a>
                }
            });
            view! { {words} {link} }
        })
        .collect_view()
        .into_any()
}
