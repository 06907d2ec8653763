//! Passkeys: making, listing and removing them.

use super::{
    rows::{Outcome, empty, not_loaded},
    step_up::StepUp,
};
use crate::{
    cognito::{
        error::Error,
        operations::{AuthFactor, WebAuthnCredential},
        types::PageToken,
    },
    components::{Alert, Confirm, Page, RowButton, SkeletonRows, Tone, WorkButton, live},
    config::{Flow, Mfa},
    i18n::Msg,
    pages::{
        inputs::has_left,
        problem::{Doing, Explained, Next, Place as At, Problem},
        steps::stop_with_form,
    },
    routes::AccountPlace,
    session::{
        Mediation, PasskeyFault,
        centre::{
            factors::{self, Factors},
            passkeys::{self as centre, MOST, NotMade, Place},
        },
    },
    state::{AppState, SettingsHandle},
};
use leptos::{prelude::*, task::spawn_local};

/// The section.
#[component]
pub fn Passkeys() -> impl IntoView {
    let app = AppState::get();
    // Where people choose after their name, the pool offers them by itself.
    let offered = app.config.with_value(|config| config.passwordless.passkey || config.flow == Flow::Choice);
    view! {
        <Page title=Msg::PASSKEYS_TITLE lead=if offered { Msg::PASSKEYS_LEAD.text() } else { "" } centre=true>
            {if offered { list(app) } else { nothing_offered() }}
        </Page>
    }
}

fn nothing_offered() -> AnyView {
    view! {
        <section class="panel" aria-labelledby="passkeys-none">
            <h2 class="panel__title" id="passkeys-none">{Msg::PASSKEYS_NOT_OFFERED_TITLE.text()}</h2>
            <p>{Msg::PASSKEYS_NOT_OFFERED.text()}</p>
        </section>
    }
    .into_any()
}

/// What the person has, as far as it has been fetched.
#[derive(Debug, Clone)]
struct Found {
    passkeys: Vec<WebAuthnCredential>,
    /// Where the rest of the list begins.
    more: Option<PageToken>,
    /// What else they can begin a sign-in with, and their second factors; `None` if the pool does not say.
    standing: Option<(Vec<AuthFactor>, Factors)>,
}

impl Found {
    /// What is left to sign in with once one of them is removed.
    fn left(&self) -> Left {
        if self.passkeys.len() > 1 || self.more.is_some() {
            return Left::Others;
        }
        match &self.standing {
            Some((ways, _)) if ways.iter().any(|way| *way != AuthFactor::WebAuthn) => Left::Others,
            Some((ways, _)) if !ways.is_empty() => Left::Nothing,
            _ => Left::Unknown,
        }
    }

    /// Whether passkeys cannot be used, because a second factor is on that they do not stand for.
    fn is_shut_out(&self, mfa: Mfa) -> bool {
        self.standing.as_ref().is_some_and(|(_, now)| {
            let stands_for_both = mfa.passkey && now.on.contains(&factors::Factor::Passkey);
            !stands_for_both && !now.codes().is_empty()
        })
    }
}

/// What is left to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Other passkeys, a password, codes.
    Others,
    Nothing,
    /// No other passkey; the rest is not known.
    Unknown,
}

/// What the section holds while it is shown.
#[derive(Clone, Copy)]
struct Section {
    app: AppState,
    step_up: StepUp,
    /// `None` while it is coming.
    found: RwSignal<Option<Result<Found, Error>>>,
    outcome: Outcome,
    /// The browser makes passkeys.
    supported: RwSignal<bool>,
    /// Which one is to be removed, and whether the dialog asks.
    removing: RwSignal<Option<WebAuthnCredential>>,
    asking: RwSignal<bool>,
    not_removed: RwSignal<Option<Explained>>,
}

fn explained(error: &Error) -> Explained {
    super::explained(error, Doing::ChangingPasskeys)
}

impl Section {
    /// Asks the pool, from the beginning of the list.
    async fn load(self) {
        let found = self.ask().await;
        // The page may be gone by then.
        self.found.try_set(Some(found));
    }

    async fn ask(self) -> Result<Found, Error> {
        let account = self.app.account().await?;
        self.supported.try_set(account.passkeys_supported());
        let (passkeys, more) = centre::passkeys(&*account, None).await?;
        let standing = factors::standing(&*account).await.ok();
        Ok(Found { passkeys, more, standing })
    }

    /// The next page of the list.
    async fn load_more(self, working: RwSignal<bool>) {
        let from = self.found.with_untracked(|found| found.as_ref()?.as_ref().ok()?.more.clone());
        let answer = match self.app.account().await {
            Ok(account) => centre::passkeys(&*account, from).await,
            Err(error) => Err(error),
        };
        if has_left(working) {
            return;
        }
        match answer {
            Ok((passkeys, more)) => {
                self.found.update(|found| {
                    if let Some(Ok(found)) = found {
                        found.passkeys.extend(passkeys);
                        found.more = more;
                    }
                });
                // What was pressed is gone.
                self.outcome.focus();
            }
            Err(error) => self.outcome.explained(explained(&error)),
        }
    }

    /// Has the browser make one.
    fn create(self, working: RwSignal<bool>) {
        self.step_up.then(move || {
            self.outcome.clear();
            working.set(true);
            spawn_local(async move {
                let made = match self.app.account().await {
                    Ok(account) => centre::make(&*account).await,
                    Err(error) => Err(NotMade::Pool(error)),
                };
                if has_left(working) {
                    return;
                }
                if made.is_ok() {
                    self.load().await;
                }
                // The page may be gone by then.
                if !self.asking.is_disposed() {
                    self.say(made);
                }
            });
        });
    }

    /// Says what came of making one.
    fn say(self, made: Result<(), NotMade>) {
        match made {
            Ok(()) => self.outcome.good(Msg::PASSKEYS_CREATED),
            Err(NotMade::Pool(error)) => self.outcome.explained(explained(&error)),
            Err(NotMade::Browser(fault)) => match not_made(fault) {
                (Tone::Error, text) => {
                    self.outcome.explained(Explained { text, place: At::Form, next: Next::Retry, also: None });
                }
                (_, text) => self.outcome.quiet(text),
            },
        }
    }
}

/// What it means that the browser made none.
fn not_made(fault: PasskeyFault) -> (Tone, Msg) {
    match fault {
        // Closing the dialog is no error.
        PasskeyFault::Cancelled => (Tone::Info, Msg::PASSKEYS_CANCELLED),
        PasskeyFault::Exists => (Tone::Info, Msg::PASSKEYS_EXIST),
        PasskeyFault::Unsupported => (Tone::Error, Msg::PASSKEYS_NO_BROWSER),
        PasskeyFault::OtherAddress => (Tone::Error, Msg::ERR_PASSKEY_ORIGIN),
        PasskeyFault::Failed => (Tone::Error, Msg::PASSKEYS_FAILED),
    }
}

fn list(app: AppState) -> AnyView {
    let section = Section {
        app,
        step_up: StepUp::get(),
        found: RwSignal::new(None),
        outcome: Outcome::new(),
        supported: RwSignal::new(true),
        removing: RwSignal::new(None),
        asking: RwSignal::new(false),
        not_removed: RwSignal::new(None),
    };
    spawn_local(section.load());
    stop_with_form(app, Mediation::Dialog);
    let Section { found, outcome, .. } = section;
    let again = Callback::new(move |()| {
        found.set(None);
        spawn_local(section.load());
        outcome.focus();
    });
    view! {
        {outcome.view()}
        <section class="panel" aria-labelledby="passkeys-list">
            {outcome.heading("passkeys-list", Msg::PASSKEYS_LIST_TITLE)}
            {live(move || match found.get() {
                None => view! { <SkeletonRows rows=2 /> }.into_any(),
                Some(Err(error)) => not_loaded(explained(&error), again),
                Some(Ok(found)) => rows(section, found),
            })}
            {create(section)}
        </section>
        {removal(section)}
    }
    .into_any()
}

/// What makes a new one. It stays where it is while the list changes, so that focus does.
fn create(section: Section) -> AnyView {
    let Section { found, supported, .. } = section;
    let working = RwSignal::new(false);
    let why_not = move || {
        let many = found.with(|found| matches!(found, Some(Ok(found)) if found.passkeys.len() >= MOST));
        match (supported.get(), many) {
            (false, _) => Some(Msg::PASSKEYS_NO_BROWSER),
            (true, true) => Some(Msg::PASSKEYS_MOST),
            (true, false) => None,
        }
    };
    let why_not = Memo::new(move |_| why_not());
    let is_here = Memo::new(move |_| found.with(|found| matches!(found, Some(Ok(_)))));
    live(move || {
        if !is_here.get() {
            return ().into_any();
        }
        match why_not.get() {
            Some(why_not) => view! { <p>{why_not.text()}</p> }.into_any(),
            None => view! {
                <p class="actions">
                    <WorkButton
                        label=Msg::PASSKEYS_CREATE
                        busy=Msg::WAITING_FOR_PASSKEY
                        working=working
                        primary=true
                        on_press=Callback::new(move |()| section.create(working))
                    />
                </p>
            }
            .into_any(),
        }
    })
    .into_any()
}

fn title(passkey: &WebAuthnCredential) -> String {
    let name = passkey.friendly_credential_name.trim();
    if name.is_empty() { Msg::PASSKEY.text().to_owned() } else { name.to_owned() }
}

/// Where it lives, and since when.
fn details(app: AppState, passkey: &WebAuthnCredential) -> (Option<Msg>, String) {
    let place = match Place::of(passkey) {
        Place::Device => Some(Msg::PASSKEY_DEVICE),
        Place::Phone => Some(Msg::PASSKEY_PHONE),
        Place::SecurityKey => Some(Msg::PASSKEY_SECURITY_KEY),
        Place::Unknown => None,
    };
    (place, Msg::PASSKEY_CREATED.fill(&[&(app.services.date_and_time)(passkey.created_at.seconds())]))
}

fn rows(section: Section, found: Found) -> AnyView {
    let mfa = SettingsHandle::with(|settings| settings.mfa);
    let shut_out = found.is_shut_out(mfa);
    let has_more = found.more.is_some();
    let row = |passkey: WebAuthnCredential| {
        let name = title(&passkey);
        let (place, created) = details(section.app, &passkey);
        // Several can have the same name; the date tells them apart.
        let about = [name.as_str(), ", ", &created].concat();
        let ask = move || {
            let passkey = passkey.clone();
            section.step_up.then(move || {
                section.outcome.clear();
                section.not_removed.set(None);
                section.removing.set(Some(passkey));
                section.asking.set(true);
            });
        };
        view! {
            <li class="row">
                <div class="row__text">
                    <p class="row__title">{name}</p>
                    {place.map(|place| view! { <p class="row__detail">{place.text()}</p> })}
                    <p class="row__detail">{created}</p>
                </div>
                <p class="row__actions">
                    <RowButton
                        label=Msg::FACTOR_REMOVE
                        about=about
                        danger=true
                        on_press=Callback::new(move |()| ask())
                    />
                </p>
            </li>
        }
    };
    let working = RwSignal::new(false);
    let more = move || {
        working.set(true);
        spawn_local(section.load_more(working));
    };
    view! {
        {shut_out.then(|| view! { <Alert tone=Tone::Info><p>{Msg::PASSKEYS_SECOND_STEP.text()}</p></Alert> })}
        {if found.passkeys.is_empty() {
            empty(Msg::PASSKEYS_EMPTY_TITLE, Msg::PASSKEYS_EMPTY)
        } else {
            view! { <ul class="rows">{found.passkeys.into_iter().map(row).collect_view()}</ul> }.into_any()
        }}
        {has_more
            .then(|| {
                view! {
                    <p class="actions">
                        <WorkButton
                            label=Msg::PASSKEYS_MORE
                            busy=Msg::LOADING
                            working=working
                            on_press=Callback::new(move |()| more())
                        />
                    </p>
                }
            })}
    }
    .into_any()
}

/// Asks before one is removed.
fn removal(section: Section) -> AnyView {
    let Section { app, step_up, removing, asking, not_removed, found, .. } = section;
    let working = RwSignal::new(false);
    let remove = move || {
        let Some(passkey) = removing.get_untracked() else { return };
        not_removed.set(None);
        working.set(true);
        spawn_local(async move {
            let answer = match app.account().await {
                Ok(account) => centre::forget(&*account, passkey.credential_id).await,
                Err(error) => Err(error),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(()) => {
                    asking.set(false);
                    section.load().await;
                    // The page may be gone by then.
                    if !asking.is_disposed() {
                        section.outcome.good(Msg::PASSKEYS_REMOVED);
                        // What was pressed is gone.
                        section.outcome.focus();
                    }
                }
                Err(error) => not_removed.set(Some(explained(&error))),
            }
        });
    };
    let left = move || found.with(|found| found.as_ref()?.as_ref().ok().map(Found::left));
    view! {
        <Confirm
            id="remove-passkey"
            title=Msg::PASSKEY_REMOVE_TITLE
            open=asking
            confirm=Msg::FACTOR_REMOVE
            busy=Msg::FACTOR_REMOVING
            cancel=Msg::FACTOR_KEEP
            working=working
            danger=true
            on_confirm=Callback::new(move |()| step_up.then(remove))
        >
            {live(move || {
                let passkey = removing.get()?;
                let (_, created) = details(app, &passkey);
                Some(view! { <p><strong>{title(&passkey)}</strong> " · " {created}</p> })
            })}
            {live(move || match left() {
                Some(Left::Nothing) => {
                    view! {
                        <p>
                            {Msg::PASSKEY_REMOVE_LAST.text()} " "
                            <a href=AccountPlace::Password.path()>{Msg::PASSWORD_TITLE.text()}</a>
                        </p>
                    }
                        .into_any()
                }
                left => {
                    let unknown = left == Some(Left::Unknown);
                    view! {
                        {unknown.then(|| view! { <p>{Msg::PASSKEY_REMOVE_ONLY.text()}</p> })}
                        <p>{Msg::PASSKEY_REMOVE_TEXT.text()}</p>
                    }
                        .into_any()
                }
            })}
            <Problem problem=Box::new(move || not_removed.get()) />
        </Confirm>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use factors::Factor;
    use serde_json::json;

    fn passkeys(count: usize) -> Vec<WebAuthnCredential> {
        let passkey =
            json!({"CredentialId": "c", "FriendlyCredentialName": " ", "RelyingPartyId": "x.test", "CreatedAt": 1});
        vec![serde_json::from_value(passkey).unwrap(); count]
    }

    #[test]
    fn what_is_left_without_a_passkey_is_known() {
        use AuthFactor::{EmailOtp, Password, WebAuthn};
        let left = |count, more: bool, ways: Option<&[AuthFactor]>| {
            let more = more.then(|| PageToken::new("t"));
            let standing = ways.map(|ways| (ways.to_vec(), Factors::default()));
            Found { passkeys: passkeys(count), more, standing }.left()
        };
        assert_eq!(left(1, false, Some(&[WebAuthn])), Left::Nothing);
        for unknown in [None, Some(&[][..])] {
            assert_eq!(left(1, false, unknown), Left::Unknown);
        }
        for other in [Password, EmailOtp] {
            assert_eq!(left(1, false, Some(&[WebAuthn, other])), Left::Others);
        }
        assert_eq!((left(2, false, Some(&[WebAuthn])), left(1, true, None)), (Left::Others, Left::Others));
    }

    #[test]
    fn a_second_factor_shuts_passkeys_out_unless_they_stand_for_both() {
        let shut_out = |on: &[Factor], passkey| {
            let standing = Some((Vec::new(), Factors { on: on.to_vec(), preferred: None }));
            let found = Found { passkeys: Vec::new(), more: None, standing };
            found.is_shut_out(Mfa { app: true, passkey, ..Mfa::default() })
        };
        assert!(!shut_out(&[], false) && shut_out(&[Factor::App], false) && shut_out(&[Factor::App], true));
        assert!(!shut_out(&[Factor::App, Factor::Passkey], true));
    }

    #[test]
    fn a_passkey_without_a_name_has_one() {
        assert_eq!(title(&passkeys(1)[0]), Msg::PASSKEY.text());
    }
}
