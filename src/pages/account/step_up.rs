//! Sensitive changes ask for a fresh sign-in when the last one is old: the question, and what waits for its answer.
//!
//! The question is put in a dialog above the section, so that nothing that was typed there is lost. The dialog is here at once
//! ([`dialog`]), and its forms come into it ([`question`]). They are those of a sign-in ([`SignIn`]); what they send goes to
//! [`Account::prove`](crate::session::Account::prove).

use crate::{
    cognito::{
        error::{Error, ErrorKind, ServiceError},
        sign_in::{Asks, Factor, Input, Way},
        types::{Password, UserName},
    },
    components::{Alert, Field, FieldState, Form, Kind, Submit, Tone, effect, live, way as button},
    i18n::Msg,
    pages::{
        inputs::{HiddenUserName, has_left},
        login::{Screen, SignIn, Tried, with_password, without_password},
        problem::Problem,
        social::leave_for,
        steps::{InDialog, StepPage, explained, way},
    },
    session::{
        Again,
        centre::{data::provider_label, step_up::is_fresh},
    },
    state::{AppState, SettingsHandle},
};
use leptos::{html, prelude::*, reactive::owner::WeakOwner, task::spawn_local};

/// In context: asks for a fresh sign-in where that is needed. One for each section that is drawn, for one person.
#[derive(Clone, Copy)]
pub struct StepUp {
    app: AppState,
    /// How old a sign-in may be, in seconds.
    limit: u64,
    /// How the person can show that it is them, while they are asked to.
    asking: RwSignal<Option<Again>>,
    /// What waits for that.
    waiting: StoredValue<Option<Box<dyn FnOnce()>>, LocalStorage>,
    /// Where changes are carried out. A row that asked for one may have been drawn anew by then.
    section: StoredValue<WeakOwner>,
    /// Whether the last sign-in is being looked at.
    looking: StoredValue<bool>,
    dialog: NodeRef<html::Dialog>,
}

impl StepUp {
    /// For the section that is being drawn.
    pub fn provide() -> Self {
        let step_up = Self {
            app: AppState::get(),
            limit: SettingsHandle::with(|settings| u64::from(settings.fresh_sign_in_minutes)) * 60,
            asking: RwSignal::new(None),
            waiting: StoredValue::new_local(None),
            section: StoredValue::new(Owner::current().unwrap_or_default().downgrade()),
            looking: StoredValue::new(false),
            dialog: NodeRef::new(),
        };
        provide_context(step_up);
        step_up
    }

    /// The one that was handed down.
    pub fn get() -> Self {
        expect_context()
    }

    /// Carries out a sensitive change: at once if the last sign-in is fresh, otherwise after a new one. If the person
    /// does not go on with that, or the section is left, nothing happens. Ask before the change is made, not after; and where
    /// that is confirmed first, before the confirmation as well, which may stand there for a long time.
    pub fn then(self, change: impl FnOnce() + 'static) {
        // The section may be gone.
        let is_idle = self.looking.try_get_value() == Some(false);
        if !is_idle || self.asking.with_untracked(Option::is_some) {
            return;
        }
        self.looking.set_value(true);
        spawn_local(async move {
            // What makes calls is here, or else the change itself says that it is not.
            let account = (self.app.services.account)().await.ok();
            // The person may have gone elsewhere in the meantime.
            if self.looking.try_set_value(false).is_some() {
                return;
            }
            match account {
                Some(account) if !is_fresh(&*account, self.limit) => {
                    // Who is signed out is on the way to the sign-in.
                    if let Some(again) = account.again() {
                        self.waiting.set_value(Some(Box::new(change)));
                        self.asking.set(Some(again));
                    }
                }
                _ => self.carry_out(change),
            }
        });
    }

    /// Whether the person is being asked.
    pub fn is_open(self) -> bool {
        self.asking.with(Option::is_some)
    }

    /// Carries out a change, if the section is still there.
    fn carry_out(self, change: impl FnOnce()) {
        if let Some(section) = self.section.try_get_value().and_then(|section| section.upgrade()) {
            section.with(change);
        }
    }

    /// The person has shown who they are.
    fn done(self) {
        let change = self.waiting.try_update_value(Option::take).flatten();
        self.close();
        if let Some(change) = change {
            self.carry_out(change);
        }
    }

    /// Ends the question. The dialog is closed before it goes, so that focus returns to what had it.
    fn close(self) {
        if let Some(dialog) = self.dialog.try_get_untracked().flatten() {
            dialog.close();
        }
        self.forget();
    }

    fn forget(self) {
        self.waiting.try_set_value(None);
        self.asking.try_set(None);
    }
}

/// The dialog that the question is put in. `question` draws the forms, or what stands there while they are loaded.
pub fn dialog(question: fn() -> AnyView) -> AnyView {
    let step_up = StepUp::get();
    provide_context(InDialog);
    effect(move || {
        if let Some(dialog) = step_up.dialog.get().filter(|dialog| !dialog.open()) {
            // Fails only for a dialog that is open or not on the page.
            drop(dialog.show_modal());
        }
    });
    view! {
        <dialog
            node_ref=step_up.dialog
            class="dialog"
            aria-label=Msg::STEP_UP_TITLE.text()
            on:close=move |_| step_up.forget()
        >
            // What is announced in here: the page behind is out of reach.
            <div class="visually-hidden" role="status" aria-atomic="false"></div>
            <div class="dialog__body">
                {question()}
                <p class="actions">
                    <button type="button" class="button" on:click=move |_| step_up.close()>
                        {Msg::CANCEL.text()}
                    </button>
                </p>
            </div>
        </dialog>
    }
    .into_any()
}

/// What is in the dialog. `other` draws the forms beyond the first one.
pub fn question(other: fn(Screen) -> AnyView) -> AnyView {
    let step_up = StepUp::get();
    match step_up.asking.get_untracked() {
        Some(Again::Here) => here(step_up).forms(first, other).into_any(),
        Some(Again::AtProvider(provider)) => at_provider(step_up.app, provider),
        None => ().into_any(),
    }
}

/// The forms of a sign-in for whoever is signed in.
fn here(step_up: StepUp) -> SignIn {
    let begun = SignIn::begin();
    let refused = |kind| Some(Error::Service(ServiceError { kind, reason: None }));
    begun.sending(Callback::new(move |input: Input| {
        let Some(now) = begun.take(&input) else { return };
        let same_question = matches!(input, Input::SendAgain);
        spawn_local(async move {
            let mut then = match (step_up.app.services.account)().await {
                Ok(account) => account.prove(now, input, step_up.limit).await,
                Err(fault) => now.with_problem(fault.into()),
            };
            // Whoever has changed their mind in the meantime has changed nothing else.
            if has_left(begun.working) {
                return;
            }
            match then.asks {
                Asks::SignedIn => return step_up.done(),
                // Pages of their own for those who are not signed in.
                Asks::Unconfirmed => then.problem = refused(ErrorKind::UserNotConfirmed),
                Asks::ResetRequired => then.problem = refused(ErrorKind::PasswordResetRequired),
                _ => {}
            }
            begun.show(then, same_question);
        });
    }))
}

/// The first form: the password where sign-ins begin with it, and what there is besides.
fn first(sign_in: SignIn, _: fn(Screen) -> AnyView) -> AnyView {
    let app = AppState::get();
    provide_context(sign_in);
    let (flow, offered) = app.config.with_value(|config| (config.flow, config.passwordless));
    let asks_password = flow.asks_password();
    let password = FieldState::default();
    // Theirs, whatever is handed in.
    let begin = move |way| sign_in.send(Input::Submit { user: UserName::new(""), way });
    let submit = move || {
        if !asks_password {
            return begin(without_password(flow));
        }
        let typed = password.value();
        match password.check(if typed.is_empty() { Err(Msg::PASSWORD_MISSING) } else { Ok(Password::new(typed)) }) {
            Some(password) => begin(with_password(flow, password)),
            None => password.focus(),
        }
    };
    // A wrong password is said where it was typed.
    let at_password = move || {
        let explained = explained(sign_in, true)?;
        let wrong = [Msg::ERR_OLD_PASSWORD, Msg::STEP_UP_REFUSED].contains(&explained.text);
        Some((explained, asks_password && wrong && sign_in.tried() == Tried::Password))
    };
    effect(move || {
        if at_password().is_some_and(|(_, here)| here) {
            password.fail(Msg::ERR_OLD_PASSWORD);
            password.focus();
        }
    });
    let above = move || at_password().filter(|(_, here)| !here).map(|(explained, _)| explained);
    let ways = [
        (offered.passkey, Msg::USE_PASSKEY, Factor::WebAuthn),
        (offered.email, Msg::EMAIL_ME_A_CODE, Factor::EmailOtp),
        (offered.sms, Msg::TEXT_ME_A_CODE, Factor::SmsOtp),
    ];
    let ways: Vec<_> = ways
        .into_iter()
        .filter(|(offered, ..)| *offered && asks_password)
        .map(|(_, label, factor)| {
            let go = move || begin(Way::Choice(Some(factor.clone())));
            view! { <li>{way(sign_in, label, go)}</li> }
        })
        .collect();
    let frame = move |content: AnyView| {
        let lead = Msg::STEP_UP_LEAD.text();
        if asks_password {
            view! { <StepPage title=Msg::STEP_UP_TITLE lead=lead first=password>{content}</StepPage> }.into_any()
        } else {
            view! { <StepPage title=Msg::STEP_UP_TITLE lead=lead>{content}</StepPage> }.into_any()
        }
    };
    frame(
        view! {
            <Problem problem=Box::new(above) />
            {live(move || {
                sign_in.problem.track();
                sign_in.started_over().then(|| view! { <p class="aside">{Msg::STARTED_OVER.text()}</p> })
            })}
            <Form id="step-up" working=sign_in.working on_submit=Callback::new(move |()| submit())>
                {asks_password
                    .then(|| {
                        view! {
                            // Password managers want to know whose password it is.
                            <HiddenUserName />
                            <Field
                                id="step-up-password"
                                label=Msg::PASSWORD.text()
                                kind=Kind::CurrentPassword
                                state=password
                            />
                        }
                    })}
                <Submit label=Msg::CONTINUE busy=Msg::CHECKING working=sign_in.working />
            </Form>
            {(!ways.is_empty())
                .then(|| {
                    view! {
                        <p class="divider"><span>{Msg::OR.text()}</span></p>
                        <ul class="choices">{ways}</ul>
                    }
                })}
        }
        .into_any(),
    )
}

/// For people who came from a provider: they sign in there again, and come back to this page.
fn at_provider(app: AppState, provider: String) -> AnyView {
    let label = provider_label(&provider).to_owned();
    let problem = RwSignal::new(None::<Msg>);
    let is_leaving = move || app.leaving.with(|leaving| !leaving.is_empty());
    let go = move |()| {
        let here = app.path.get_untracked();
        leave_for(app, &provider, problem, |account| account.begin_social_again(Some(here)));
    };
    let lead = Msg::STEP_UP_AT_PROVIDER.fill(&[&label]);
    let text = move || if is_leaving() { Msg::OPENING } else { Msg::CONTINUE_WITH }.fill(&[&label]);
    view! {
        <StepPage title=Msg::STEP_UP_TITLE lead=lead>
            {live(move || problem.get().map(|text| view! { <Alert tone=Tone::Error><p>{text.text()}</p></Alert> }))}
            {button(Box::new(text), Box::new(is_leaving), Callback::new(go))}
        </StepPage>
    }
    .into_any()
}
