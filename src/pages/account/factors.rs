//! Second factors: which are on, adding and removing them, and which one is asked for.

use super::{
    explained,
    rows::{Outcome, empty, instead},
    step_up::StepUp,
};
use crate::{
    cognito::{
        error::Error,
        operations::AuthFactor,
        types::{AttributeName, DeviceName, TotpCode, TotpSecret},
    },
    components::{Confirm, FieldState, Form, Page, RowButton, Select, Submit, WorkButton, effect, live},
    config::Mfa,
    i18n::Msg,
    pages::{
        inputs::has_left,
        problem::{Doing, Explained, Place, Problem},
        totp::{TotpForm, totp_fields, totp_key},
    },
    routes::AccountPlace,
    session::centre::factors::{self as centre, Factor, Factors as Found},
    state::{AppState, SettingsHandle},
};
use leptos::{html, prelude::*, task::spawn_local};

/// The section.
#[component]
pub fn Factors() -> impl IntoView {
    let mfa = SettingsHandle::with(|settings| settings.mfa);
    view! {
        <Page title=Msg::FACTORS_TITLE lead=if mfa.is_offered() { Msg::FACTORS_LEAD.text() } else { "" } centre=true>
            {if mfa.is_offered() { offered(mfa) } else { nothing_offered() }}
        </Page>
    }
}

/// The pool asks nobody for a second factor.
fn nothing_offered() -> AnyView {
    let passkey = AppState::get().config.with_value(|config| config.passwordless.passkey);
    view! {
        <section class="panel" aria-labelledby="factors-none">
            <h2 class="panel__title" id="factors-none">{Msg::FACTORS_NONE_TITLE.text()}</h2>
            <p>{if passkey { Msg::FACTORS_NONE_PASSKEY.text() } else { Msg::FACTORS_NONE.text() }}</p>
            <p>
                {if passkey {
                    section_link(AccountPlace::Passkeys, Msg::PASSKEYS_TITLE)
                } else {
                    section_link(AccountPlace::Password, Msg::PASSWORD_TITLE)
                }}
            </p>
        </section>
    }
    .into_any()
}

fn section_link(place: AccountPlace, title: Msg) -> AnyView {
    view! { <a href=place.path()>{title.text()}</a> }.into_any()
}

/// What is known about the person.
#[derive(Debug, Clone)]
struct Person {
    factors: Found,
    /// What they can begin a sign-in with; `None` where everybody has a password, or the pool does not say.
    ways: Option<Vec<AuthFactor>>,
}

impl Person {
    /// A second factor comes after a password. People who have none would lock themselves out.
    fn lacks_password(&self) -> bool {
        self.ways.as_ref().is_some_and(|ways| !ways.is_empty() && !ways.contains(&AuthFactor::Password))
    }

    fn has_passkey(&self) -> bool {
        self.ways.as_ref().is_some_and(|ways| ways.contains(&AuthFactor::WebAuthn))
    }

    /// Whether a factor cannot be removed, because everybody needs one and there is no other. A passkey always can.
    fn has_to_stay(&self, mfa: Mfa, factor: Factor) -> bool {
        mfa.required && factor != Factor::Passkey && self.factors.codes().len() == 1
    }
}

/// What the section holds while it is shown.
#[derive(Clone, Copy)]
struct Section {
    app: AppState,
    step_up: StepUp,
    mfa: Mfa,
    /// `None` while it is coming.
    person: RwSignal<Option<Result<Person, Error>>>,
    outcome: Outcome,
    /// Which ones are being added, in the order of [`Factor::ALL`]. Not of their rows, which may be drawn anew meanwhile.
    adding: [RwSignal<bool>; Factor::ALL.len()],
    /// The secret of the app that is being set up.
    secret: RwSignal<Option<TotpSecret>>,
    /// Which one is to be removed, and whether the dialog asks.
    removing: RwSignal<Option<Factor>>,
    asking: RwSignal<bool>,
    not_removed: RwSignal<Option<Explained>>,
}

fn offered(mfa: Mfa) -> AnyView {
    let section = Section {
        app: AppState::get(),
        step_up: StepUp::get(),
        mfa,
        person: RwSignal::new(None),
        outcome: Outcome::new(),
        adding: Factor::ALL.map(|_| RwSignal::new(false)),
        secret: RwSignal::new(None),
        removing: RwSignal::new(None),
        asking: RwSignal::new(false),
        not_removed: RwSignal::new(None),
    };
    spawn_local(section.load());
    let Section { person, outcome, secret, .. } = section;
    let again = Callback::new(move |()| {
        person.set(None);
        spawn_local(section.load());
        outcome.focus();
    });
    view! {
        {outcome.view()}
        <section class="panel" aria-labelledby="factors-on">
            {outcome.heading("factors-on", Msg::FACTORS_ON_TITLE)}
            {live(move || match person.get() {
                None => instead(None, again),
                Some(Err(error)) => instead(Some(error), again),
                Some(Ok(person)) => those_on(section, &person),
            })}
        </section>
        // What is above it has its height by then.
        {live(move || {
            let person = person.get()?.ok()?;
            let shown = person.clone();
            Some(
                view! {
                    {live(move || match secret.get() {
                        Some(secret) => set_up_app(section, &secret),
                        None => those_off(section, &shown),
                    })}
                    {preference(section, &person)}
                    {if_lost(mfa)}
                },
            )
        })}
        {removal(section)}
    }
    .into_any()
}

impl Section {
    /// Asks the pool.
    async fn load(self) {
        let found = self.ask().await;
        // The page may be gone by then.
        self.person.try_set(Some(found));
    }

    async fn ask(self) -> Result<Person, Error> {
        let account = self.app.account().await?;
        let factors = centre::factors(&*account).await?;
        // Elsewhere everybody has a password, and a pool of an older plan may not know the question.
        let asks = self.app.config.try_with_value(|config| config.has_choice()).unwrap_or_default();
        let standing = if asks { centre::standing(&*account).await.ok() } else { None };
        Ok(Person { factors, ways: standing.map(|(ways, _)| ways) })
    }

    /// Whether a factor is being added.
    fn adding(self, factor: Factor) -> RwSignal<bool> {
        let [app, passkey, email, sms] = self.adding;
        match factor {
            Factor::App => app,
            Factor::Passkey => passkey,
            Factor::Email => email,
            Factor::Sms => sms,
        }
    }

    /// A new secret for an authenticator app.
    fn set_up(self) {
        self.step_up.then(move || {
            let working = self.adding(Factor::App);
            self.outcome.clear();
            working.set(true);
            spawn_local(async move {
                let made = match self.app.account().await {
                    Ok(account) => centre::new_app(&*account).await,
                    Err(error) => Err(error),
                };
                if has_left(working) {
                    return;
                }
                match made {
                    Ok(secret) => self.secret.set(Some(secret)),
                    Err(error) => self.failed(&error),
                }
            });
        });
    }

    /// Switches on what needs no setting up.
    fn switch_on(self, factor: Factor) {
        self.step_up.then(move || {
            let working = self.adding(factor);
            self.outcome.clear();
            working.set(true);
            spawn_local(async move {
                let answer = match self.app.account().await {
                    Ok(account) => centre::switch(&*account, factor, true).await,
                    Err(error) => Err(error),
                };
                if has_left(working) {
                    return;
                }
                match answer {
                    Ok(()) => self.done(Msg::FACTOR_ADDED).await,
                    Err(error) => self.failed(&error),
                }
            });
        });
    }

    fn failed(self, error: &Error) {
        self.outcome.explained(explained(error, Doing::ChangingFactors));
    }

    /// Says what was done, and shows how it stands now. What was pressed is gone, so focus goes to the list.
    async fn done(self, text: Msg) {
        self.load().await;
        // The page may be gone by then.
        if self.secret.try_set(None).is_none() {
            self.outcome.good(text);
            self.outcome.focus();
        }
    }
}

const fn name(factor: Factor) -> Msg {
    match factor {
        Factor::App => Msg::FACTOR_APP,
        Factor::Sms => Msg::FACTOR_SMS,
        Factor::Email => Msg::FACTOR_EMAIL,
        Factor::Passkey => Msg::FACTOR_PASSKEY,
    }
}

/// The address that codes go to, as far as it is known, and whether the person has confirmed it. Follows the session: it may
/// be changed in another tab.
fn address(app: AppState, factor: Factor) -> Option<(String, bool)> {
    let (attribute, confirmed) = match factor {
        Factor::Sms => ("phone_number", "phone_number_verified"),
        Factor::Email => ("email", "email_verified"),
        Factor::App | Factor::Passkey => return None,
    };
    app.session.with(|session| {
        let profile = &session.user()?.profile;
        let value = |name| profile.get(&AttributeName::new(name));
        Some((value(attribute)?.to_owned(), value(confirmed) == Some("true")))
    })
}

fn detail(app: AppState, factor: Factor) -> String {
    match factor {
        Factor::App => Msg::FACTOR_APP_DETAIL.text().to_owned(),
        Factor::Passkey => Msg::FACTOR_PASSKEY_DETAIL.text().to_owned(),
        Factor::Sms | Factor::Email => {
            address(app, factor).map(|(address, _)| Msg::FACTOR_ADDRESS.fill(&[&address])).unwrap_or_default()
        }
    }
}

/// Those that are on.
fn those_on(section: Section, person: &Person) -> AnyView {
    let Found { on, preferred } = &person.factors;
    let mfa = section.mfa;
    let row = |factor: Factor| {
        let stays = person.has_to_stay(mfa, factor);
        view! {
            <li class="row">
                <div class="row__text">
                    <p class="row__title">
                        {name(factor).text()} " " <span class="badge badge--success">{Msg::FACTOR_ON.text()}</span>
                        {(*preferred == Some(factor))
                            .then(|| view! { " " <span class="badge">{Msg::FACTOR_PREFERRED.text()}</span> })}
                    </p>
                    <p class="row__detail">{live(move || detail(section.app, factor))}</p>
                    {stays.then(|| view! { <p class="row__detail">{Msg::FACTOR_REQUIRED.text()}</p> })}
                </div>
                <p class="row__actions">
                    {(factor == Factor::App && mfa.app)
                        .then(|| {
                            view! {
                                <RowButton
                                    label=Msg::FACTOR_SET_UP_ANEW
                                    about=name(factor).text()
                                    working=Box::new(move || section.adding(factor).get())
                                    on_press=Callback::new(move |()| section.set_up())
                                />
                            }
                        })}
                    {(!stays)
                        .then(|| {
                            view! {
                                <RowButton
                                    label=Msg::FACTOR_REMOVE
                                    about=name(factor).text()
                                    danger=true
                                    on_press=Callback::new(move |()| ask_to_remove(section, factor))
                                />
                            }
                        })}
                </p>
            </li>
        }
    };
    let nothing = || {
        let text = if mfa.required { Msg::FACTORS_EMPTY_REQUIRED } else { Msg::FACTORS_EMPTY };
        empty(Msg::FACTORS_EMPTY_TITLE, text)
    };
    if on.is_empty() {
        return nothing();
    }
    view! { <ul class="rows">{on.iter().copied().map(row).collect_view()}</ul> }.into_any()
}

/// What can be added, and what that needs.
fn those_off(section: Section, person: &Person) -> AnyView {
    let Mfa { app, sms, email, passkey, .. } = section.mfa;
    let offers = |factor: &Factor| match factor {
        Factor::App => app,
        Factor::Sms => sms,
        Factor::Email => email,
        Factor::Passkey => passkey,
    };
    let off: Vec<_> =
        Factor::ALL.into_iter().filter(offers).filter(|factor| !person.factors.on.contains(factor)).collect();
    if off.is_empty() {
        return ().into_any();
    }
    let row = |factor: Factor| {
        let person = person.clone();
        // The session changes with every renewal; this only when it has to, because it has a button that may have focus.
        let needs = Memo::new(move |_| (missing(section.app, &person, factor), detail(section.app, factor)));
        view! {
            <li class="row">
                {live(move || {
                    let (missing, detail) = needs.get();
                    let text = missing.map_or(detail, |(needs, _)| needs.text().to_owned());
                    let link = missing.and_then(|(_, way)| way);
                    view! {
                        <div class="row__text">
                            <p class="row__title">{name(factor).text()}</p>
                            <p class="row__detail">
                                {text} {link.map(|(place, title)| view! { " " {section_link(place, title)} })}
                            </p>
                        </div>
                        {missing.is_none().then(|| add_button(section, factor))}
                    }
                })}
            </li>
        }
    };
    let lacks_password = person.lacks_password();
    view! {
        <section class="panel" aria-labelledby="factors-off">
            <h2 class="panel__title" id="factors-off">{Msg::FACTORS_ADD_TITLE.text()}</h2>
            {if lacks_password {
                view! {
                    <p>{Msg::FACTORS_NEED_PASSWORD.text()} " " {section_link(AccountPlace::Password, Msg::PASSWORD_TITLE)}</p>
                }
                    .into_any()
            } else {
                view! { <ul class="rows">{off.into_iter().map(row).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
    .into_any()
}

/// What somebody lacks for a factor, and where they get it.
fn missing(app: AppState, person: &Person, factor: Factor) -> Option<(Msg, Option<(AccountPlace, Msg)>)> {
    let confirmed = || address(app, factor).is_some_and(|(_, confirmed)| confirmed);
    let contact = Some((AccountPlace::Contact, Msg::CONTACT_TITLE));
    match factor {
        Factor::Sms if !confirmed() => Some((Msg::FACTOR_NEEDS_PHONE, contact)),
        Factor::Email if !confirmed() => Some((Msg::FACTOR_NEEDS_EMAIL, contact)),
        Factor::Passkey if !person.has_passkey() => {
            Some((Msg::FACTOR_NEEDS_PASSKEY, Some((AccountPlace::Passkeys, Msg::PASSKEYS_TITLE))))
        }
        Factor::Passkey if person.factors.codes().is_empty() => Some((Msg::FACTOR_NEEDS_CODES, None)),
        Factor::App | Factor::Sms | Factor::Email | Factor::Passkey => None,
    }
}

fn add_button(section: Section, factor: Factor) -> AnyView {
    let label = if factor == Factor::App { Msg::FACTOR_SET_UP } else { Msg::FACTOR_SWITCH_ON };
    let press = move || match factor {
        Factor::App => section.set_up(),
        _ => section.switch_on(factor),
    };
    view! {
        <p class="row__actions">
            <RowButton
                label=label
                about=name(factor).text()
                working=Box::new(move || section.adding(factor).get())
                on_press=Callback::new(move |()| press())
            />
        </p>
    }
    .into_any()
}

/// An authenticator app gets its key, and shows with a first code that it has it.
fn set_up_app(section: Section, secret: &TotpSecret) -> AnyView {
    let Section { app, .. } = section;
    let account = app.session.with_untracked(|session| {
        let user = session.user();
        user.map(|user| user.profile.email().unwrap_or(user.username.as_str()).to_owned()).unwrap_or_default()
    });
    let is_on = section.person.with_untracked(
        |person| matches!(person, Some(Ok(Person { factors, .. })) if factors.on.contains(&Factor::App)),
    );
    let typed = TotpForm::default();
    let (working, anew) = (RwSignal::new(false), section.adding(Factor::App));
    let problem = RwSignal::new(None::<Explained>);
    // The app is proven, but not on yet: the next attempt begins there.
    let proven = StoredValue::new(false);
    let heading = NodeRef::<html::H2>::new();
    effect(move || {
        if let Some(heading) = heading.get() {
            // Focus that cannot be moved is no reason to fail.
            drop(heading.focus());
        }
    });
    let send = move |entered: Option<(TotpCode, Option<DeviceName>)>| {
        // The panel may be gone once the person has shown who they are.
        if working.try_set(true).is_some() {
            return;
        }
        problem.set(None);
        spawn_local(async move {
            let answer = async {
                let account = app.account().await?;
                if let Some((code, name)) = entered {
                    centre::confirm_app(&*account, code, name).await?;
                    proven.try_set_value(true);
                }
                // One that is on stays as it is, and preferred if it was.
                if is_on { Ok(()) } else { centre::switch(&*account, Factor::App, true).await }
            };
            let answer = answer.await;
            if has_left(working) {
                return;
            }
            let Err(error) = answer else {
                return section.done(if is_on { Msg::FACTOR_APP_CHANGED } else { Msg::FACTOR_ADDED }).await;
            };
            let doing = if proven.get_value() { Doing::ChangingFactors } else { Doing::SettingUpTotp };
            let explained = explained(&error, doing);
            if explained.place == Place::Code {
                typed.code.fail(explained.text);
                typed.code.focus();
            } else {
                problem.set(Some(explained));
            }
        });
    };
    // The key may have stood there for a long time.
    let submit = move || {
        let proven = proven.get_value();
        let entered = if proven { None } else { typed.read() };
        if proven || entered.is_some() {
            section.step_up.then(move || send(entered));
        }
    };
    let is_over = move || problem.get().is_some_and(|problem| problem.text == Msg::ERR_TOTP_SET_UP_OVER);
    let leave = move |_| {
        section.secret.set(None);
        section.outcome.focus();
    };
    view! {
        <section class="panel" aria-labelledby="factor-set-up">
            <h2 node_ref=heading class="panel__title" id="factor-set-up" tabindex="-1">{Msg::SCAN_TITLE.text()}</h2>
            <p class="panel__lead">{Msg::SCAN_LEAD.text()}</p>
            <Problem problem=Box::new(move || problem.get()) />
            {live(move || {
                is_over()
                    .then(|| {
                        view! {
                            <p class="actions">
                                <WorkButton
                                    label=Msg::FACTOR_NEW_KEY
                                    busy=Msg::CONTINUING
                                    working=anew
                                    on_press=Callback::new(move |()| section.set_up())
                                />
                            </p>
                        }
                    })
            })}
            {totp_key(app, &account, secret)}
            <p class="aside">{Msg::SCAN_ANEW.text()}</p>
            <Form id="scan" working=working on_submit=Callback::new(move |()| submit())>
                {totp_fields(typed)}
                <div class="actions">
                    <Submit label=Msg::CONTINUE busy=Msg::CHECKING working=working />
                    <button type="button" class="button" on:click=leave>{Msg::CANCEL.text()}</button>
                </div>
            </Form>
        </section>
    }
    .into_any()
}

/// Who has several kinds of codes can settle on one.
fn preference(section: Section, person: &Person) -> AnyView {
    let factors = person.factors.clone();
    let codes = factors.codes();
    if codes.len() < 2 {
        return ().into_any();
    }
    // The values of the list; nothing is chosen there by nothing.
    let value = |factor: Factor| name(factor).text().to_owned();
    let mut options = vec![(String::new(), Msg::FACTORS_ASK_EACH.text().to_owned())];
    options.extend(codes.iter().map(|factor| (value(*factor), name(*factor).text().to_owned())));
    let chosen = factors.preferred.map(value).unwrap_or_default();
    let (list, working) = (FieldState::default(), RwSignal::new(false));
    let submit = move || {
        let chosen = list.value();
        let wanted = codes.iter().copied().find(|factor| value(*factor) == chosen);
        section.outcome.clear();
        if wanted == factors.preferred {
            section.outcome.quiet(Msg::NOTHING_CHANGED);
            return;
        }
        let factors = factors.clone();
        working.set(true);
        spawn_local(async move {
            let answer = match section.app.account().await {
                Ok(account) => centre::prefer(&*account, &factors, wanted).await,
                Err(error) => Err(error),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(()) => section.done(Msg::SAVED).await,
                Err(error) => section.failed(&error),
            }
        });
    };
    view! {
        <section class="panel" aria-labelledby="factors-ask">
            <h2 class="panel__title" id="factors-ask">{Msg::FACTORS_ASK_TITLE.text()}</h2>
            // Longer than the one line that a field keeps for its hint.
            <p class="panel__lead">{Msg::FACTORS_ASK_HINT.text()}</p>
            <Form id="preferred-factor" working=working on_submit=Callback::new(move |()| submit())>
                <Select
                    id="preferred"
                    label=Msg::FACTORS_ASK.text()
                    options=options
                    state=list
                    value=chosen
                />
                <Submit label=Msg::SAVE busy=Msg::SAVING working=working />
            </Form>
        </section>
    }
    .into_any()
}

/// What really helps whoever loses a device.
fn if_lost(mfa: Mfa) -> AnyView {
    let helps = [
        Some(Msg::FACTORS_LOST_OTHER),
        mfa.passkey.then_some(Msg::FACTORS_LOST_PASSKEY),
        Some(Msg::FACTORS_LOST_SUPPORT),
    ];
    view! {
        <section class="panel" aria-labelledby="factors-lost">
            <h2 class="panel__title" id="factors-lost">{Msg::FACTORS_LOST_TITLE.text()}</h2>
            <p>{Msg::FACTORS_LOST.text()}</p>
            <ul>{helps.into_iter().flatten().map(|text| view! { <li>{text.text()}</li> }).collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn ask_to_remove(section: Section, factor: Factor) {
    section.step_up.then(move || {
        section.outcome.clear();
        section.not_removed.set(None);
        section.removing.set(Some(factor));
        section.asking.set(true);
    });
}

/// Asks before a factor is removed.
fn removal(section: Section) -> AnyView {
    let Section { app, step_up, removing, asking, not_removed, .. } = section;
    let working = RwSignal::new(false);
    let remove = move || {
        let Some(factor) = removing.get_untracked() else { return };
        not_removed.set(None);
        working.set(true);
        spawn_local(async move {
            let answer = match app.account().await {
                Ok(account) => centre::switch(&*account, factor, false).await,
                Err(error) => Err(error),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(()) => {
                    asking.set(false);
                    section.done(Msg::FACTOR_REMOVED).await;
                }
                Err(error) => not_removed.set(Some(explained(&error, Doing::ChangingFactors))),
            }
        });
    };
    let is_last = move |factor| {
        section.person.with(|person| {
            matches!(person, Some(Ok(Person { factors, .. })) if factor != Factor::Passkey && factors.codes().len() == 1)
        })
    };
    view! {
        <Confirm
            id="remove-factor"
            title=Msg::FACTOR_REMOVE_TITLE
            open=asking
            confirm=Msg::FACTOR_REMOVE
            busy=Msg::FACTOR_REMOVING
            cancel=Msg::FACTOR_KEEP
            working=working
            danger=true
            on_confirm=Callback::new(move |()| step_up.then(remove))
        >
            {live(move || {
                let factor = removing.get()?;
                let text = if is_last(factor) { Msg::FACTOR_REMOVE_LAST } else { Msg::FACTOR_REMOVE_ONE };
                Some(
                    view! {
                        <p><strong>{name(factor).text()}</strong></p>
                        <p>{text.text()}</p>
                        {(factor == Factor::App).then(|| view! { <p>{Msg::FACTOR_REMOVE_APP.text()}</p> })}
                    },
                )
            })}
            <Problem problem=Box::new(move || not_removed.get()) />
        </Confirm>
    }
    .into_any()
}
