//! Email address and phone number: what there is, whether it is confirmed, and how to change it.

use super::step_up::StepUp;
use crate::{
    cognito::{
        error::{Error, ErrorKind},
        operations::CodeDelivery,
        types::{PhoneNumber, UserName},
    },
    components::{Alert, Confirm, Field, FieldState, Form, Kind, Page, Submit, Tone, effect, focus_heading, live},
    config::SignInName,
    i18n::Msg,
    pages::{
        inputs::{CodeField, ResendButton, has_left, read_code, read_email, rest_a_while, sent_news},
        problem::{Doing, Explained, Place, Problem, field_text},
        profile::{StaleNotice, of_user},
    },
    session::{
        Account,
        centre::contact::{self, Address, Contact, Standing},
    },
    state::{AppState, SettingsHandle},
};
use leptos::{html, prelude::*, task::spawn_local};
use std::rc::Rc;

/// The form that is open. One at a time: each is about one thing, and there is one field for a code on the page.
#[derive(Debug, Clone, PartialEq)]
enum Task {
    /// Another address is entered.
    Change,
    /// The code for an address is entered.
    Code(Waiting),
}

/// An address that waits for its code.
#[derive(Debug, Clone, PartialEq, Default)]
struct Waiting {
    /// The new address, if it was entered on this page.
    new: Option<String>,
    /// The address that was in force before.
    before: Option<Address>,
    /// Where the code was sent, if one was; and if so, where the pool says.
    sent: Option<Option<CodeDelivery>>,
    /// What went wrong on the way here.
    problem: Option<Explained>,
}

impl Waiting {
    /// Whether that is over. Another tab, or another device, may have finished it.
    fn is_over(&self, now: &Address) -> bool {
        now.confirmed && self.new.as_ref().map_or_else(|| self.before.as_ref() != Some(now), |new| *new == now.text)
    }

    /// The address that is in force while the new one waits.
    fn kept(&self, now: &Address) -> Option<String> {
        self.new.as_ref().filter(|new| **new != now.text).map(|_| now.text.clone())
    }

    /// The address to go back to, if the new one is in force already and may be spelled wrong.
    fn way_back(&self, now: &Address) -> Option<String> {
        let in_force = !now.confirmed && self.new.as_ref() == Some(&now.text);
        let before = self.before.as_ref().filter(|before| in_force && before.text != now.text)?;
        Some(before.text.clone())
    }
}

/// The section.
#[component]
pub fn Contacts() -> impl IntoView {
    let desk = Desk { app: AppState::get(), open: RwSignal::new(None), awaited: RwSignal::new(0) };
    let phone = SettingsHandle::with(|settings| settings.phone_number);
    // A number that is there can be seen and removed also where the site asks for none. What an old ID token lacks may
    // still be there.
    let has_phone = Memo::new(move |before: Option<&bool>| {
        let had = before.copied().unwrap_or_default();
        phone || of_user(|user| Contact::Phone.of(&user.profile).is_some() || (had && user.stale.is_some()))
    });
    view! {
        <Page title=Msg::CONTACT_TITLE lead=Msg::CONTACT_LEAD.text() centre=true>
            <StaleNotice />
            <Panel contact=Contact::Email desk=desk />
            {live(move || has_phone.get().then(|| view! { <Panel contact=Contact::Phone desk=desk /> }))}
        </Page>
    }
}

/// What is said above a form.
#[derive(Clone, PartialEq)]
enum News {
    /// Something worked.
    Good(Msg),
    /// The address that stays in force, because the person left it at that.
    Kept(String),
    /// The address that stays, and why it cannot be removed.
    Stays(String, &'static [Msg]),
}

impl News {
    fn view(self) -> AnyView {
        let (tone, first, why): (_, _, &[Msg]) = match self {
            Self::Good(text) => (Tone::Success, text.text().to_owned(), &[]),
            Self::Kept(address) => (Tone::Info, Msg::CONTACT_KEPT.fill(&[&address]), &[]),
            Self::Stays(address, why) => (Tone::Error, Msg::CONTACT_KEPT.fill(&[&address]), why),
        };
        let why = why.iter().map(|text| text.text()).collect::<Vec<_>>().join(" ");
        view! {
            <Alert tone=tone>
                <p>{first}</p>
                {(!why.is_empty()).then(|| view! { <p>{why}</p> })}
            </Alert>
        }
        .into_any()
    }
}

/// What an address is for, and whether people may do without it, as far as the configuration tells.
#[derive(Debug, Clone, Copy, Default)]
struct Rules {
    signs_in: bool,
    /// They sign in with either.
    either: bool,
    required: bool,
    /// They can begin a sign-in by something else than a password.
    choice: bool,
    /// Everybody needs a second factor.
    second_step: bool,
}

impl Rules {
    fn of(contact: Contact) -> Self {
        let (sign_in_with, choice) =
            AppState::get().config.with_value(|config| (config.sign_in_with, config.has_choice()));
        let name = contact.attribute();
        let (required, second_step) = SettingsHandle::with(|settings| {
            let required = settings.attributes.iter().any(|field| field.name == name && field.required);
            (required, settings.mfa.required)
        });
        let either = sign_in_with == SignInName::EmailOrPhone;
        let own = match contact {
            Contact::Email => SignInName::Email,
            Contact::Phone => SignInName::Phone,
        };
        Self { signs_in: either || sign_in_with == own, either, required, choice, second_step }
    }

    /// Nobody removes the last name that lets them in.
    fn removable(self, other: Option<&Address>) -> bool {
        !self.required && (!self.signs_in || (self.either && other.is_some_and(|other| other.confirmed)))
    }

    /// Why the address that the person saw is not removed, now that the pool has been asked. Nothing can be said where
    /// it is another one by now.
    fn keeps(self, contact: Contact, seen: &Address, now: &Standing) -> Option<&'static [Msg]> {
        if contact.of(&now.profile)?.text != seen.text {
            return Some(&[]);
        }
        if !self.removable(other(contact).of(&now.profile).as_ref()) {
            return Some(&[Msg::CONTACT_SIGNS_IN, Msg::CONTACT_REMOVE_LAST]);
        }
        if now.is_last_way(contact) {
            return Some(&[Msg::CONTACT_SIGNS_IN, Msg::PASSWORD_NONE]);
        }
        (self.second_step && now.is_last_factor(contact)).then_some(&[Msg::FACTOR_REQUIRED])
    }
}

const fn other(contact: Contact) -> Contact {
    match contact {
        Contact::Email => Contact::Phone,
        Contact::Phone => Contact::Email,
    }
}

const fn title(contact: Contact) -> Msg {
    match contact {
        Contact::Email => Msg::EMAIL,
        Contact::Phone => Msg::PHONE,
    }
}

const fn title_id(contact: Contact) -> &'static str {
    match contact {
        Contact::Email => "contact-email",
        Contact::Phone => "contact-phone",
    }
}

fn explained(error: &Error) -> Explained {
    super::explained(error, Doing::OwnAccount)
}

/// What the two panels share.
#[derive(Clone, Copy)]
struct Desk {
    app: AppState,
    open: RwSignal<Option<(Contact, Task)>>,
    /// How many answers are awaited. Until they are here no form is opened or left: what is typed in it would be lost,
    /// and nobody would be told the answer.
    awaited: RwSignal<u32>,
}

impl Desk {
    fn is_busy(self) -> bool {
        self.awaited.get() > 0
    }

    /// The same, not tracked.
    fn is_busy_now(self) -> bool {
        self.awaited.get_untracked() > 0
    }

    /// Does something with the account, and then something with the answer, unless what asked for it is gone by then.
    fn work<T: 'static, F: Future<Output = Result<T, Error>>>(
        self,
        working: RwSignal<bool>,
        ask: impl FnOnce(Rc<dyn Account>) -> F + 'static,
        then: impl FnOnce(Result<T, Error>) + 'static,
    ) {
        // A fresh sign-in may have come before, and the form be gone.
        if working.try_set(true).is_some() {
            return;
        }
        self.awaited.update(|awaited| *awaited = awaited.saturating_add(1));
        spawn_local(async move {
            let answer = match self.app.account().await {
                Ok(account) => ask(account).await,
                Err(error) => Err(error),
            };
            // The page may be gone by then.
            let _ = self.awaited.try_update(|awaited| *awaited = awaited.saturating_sub(1));
            if !has_left(working) {
                then(answer);
            }
        });
    }
}

/// One of the two, with what is known and said about it.
#[derive(Clone, Copy)]
struct Side {
    desk: Desk,
    contact: Contact,
    rules: Rules,
    heading: NodeRef<html::H2>,
    news: RwSignal<Option<News>>,
    problem: RwSignal<Option<Explained>>,
    /// The address that is shown.
    address: Memo<Option<Address>>,
    /// The address that the pool says is in force; `None` also if all there is is an ID token, which may be old.
    in_force: Memo<Option<Address>>,
}

impl Side {
    fn new(contact: Contact, desk: Desk) -> Self {
        Self {
            desk,
            contact,
            rules: Rules::of(contact),
            heading: NodeRef::new(),
            news: RwSignal::new(None),
            problem: RwSignal::new(None),
            address: Memo::new(move |_| of_user(|user| contact.of(&user.profile))),
            in_force: Memo::new(move |_| of_user(|user| contact.of(&user.profile).filter(|_| user.stale.is_none()))),
        }
    }

    fn clear(self) {
        self.problem.set(None);
        self.news.set(None);
    }

    /// Opens a form.
    fn begin(self, task: Task) {
        self.clear();
        self.desk.open.set(Some((self.contact, task)));
    }

    /// Opens a form because the person asks for it.
    fn press(self, task: Task) {
        if !self.desk.is_busy_now() {
            self.begin(task);
        }
    }

    /// Closes the form, if it is of this panel.
    fn close(self) {
        let own = self.desk.open.with_untracked(|open| open.as_ref().is_some_and(|(of, _)| *of == self.contact));
        if own {
            self.desk.open.set(None);
        }
    }

    /// The same, and says something.
    fn end(self, said: Option<News>) {
        self.close();
        self.news.set(said);
        focus_heading(self.heading);
    }

    /// The task that the form of this panel is about.
    fn task(self) -> Memo<Option<Task>> {
        Memo::new(move |_| {
            let own = |(of, task): &(Contact, Task)| (*of == self.contact).then(|| task.clone());
            self.desk.open.with(|open| open.as_ref().and_then(own))
        })
    }

    /// Enters a code that is there already.
    fn enter(self) {
        self.press(Task::Code(Waiting { before: self.address.get_untracked(), ..Waiting::default() }));
    }

    /// Sends a code.
    fn send(self, sending: RwSignal<bool>) {
        if self.desk.is_busy_now() {
            return;
        }
        self.clear();
        // The form for the code will take its place. Now, not when somebody types there.
        self.desk.open.set(None);
        let contact = self.contact;
        self.desk.work(
            sending,
            move |account| async move { contact::send_code(&*account, contact).await },
            move |answer| match answer {
                Ok(_) if self.desk.open.with_untracked(Option::is_some) => {
                    self.news.set(Some(News::Good(Msg::CODE_SENT)));
                }
                Ok(sent) => {
                    let before = self.address.get_untracked();
                    self.begin(Task::Code(Waiting { before, sent: Some(sent), ..Waiting::default() }));
                }
                Err(error) => self.problem.set(Some(explained(&error))),
            },
        );
    }

    /// Asks for another address in the place of `before`.
    fn put(self, new: String, before: Option<Address>, working: RwSignal<bool>, refused: impl FnOnce(Error) + 'static) {
        let (contact, asked) = (self.contact, new.clone());
        self.desk.work(
            working,
            move |account| async move { contact::change(&*account, contact, asked).await },
            move |answer| match after(self.in_force.get_untracked().as_ref(), new, before, answer) {
                Ok(Some(waiting)) => self.begin(Task::Code(waiting)),
                Ok(None) => self.end(Some(News::Good(Msg::SAVED))),
                Err(error) => refused(error),
            },
        );
    }

    /// Removes the address, if the person can do without it.
    fn remove(self, removing: RwSignal<bool>, removal: RwSignal<bool>) {
        self.problem.set(None);
        let Some(seen) = self.address.get_untracked() else { return removal.set(false) };
        let Self { contact, rules, .. } = self;
        self.desk.work(
            removing,
            move |account| async move { remove(&*account, contact, rules, &seen).await },
            move |answer| {
                removal.set(false);
                match answer {
                    Ok(None) => self.end(Some(News::Good(Msg::CONTACT_REMOVED))),
                    Ok(stays) => self.news.set(stays),
                    // Nothing was entered that could be wrong: the pool needs one.
                    Err(error) if error.kind() == Some(ErrorKind::InvalidParameter) => {
                        let text = Msg::ERR_ATTRIBUTE_READ_ONLY;
                        self.problem.set(Some(Explained { text, ..explained(&error) }));
                    }
                    Err(error) => self.problem.set(Some(explained(&error))),
                }
            },
        );
    }
}

/// What is to be done after another address was asked for: to enter its code, nothing, or to correct what was refused.
/// `now` is what the pool says is in force.
fn after(
    now: Option<&Address>,
    new: String,
    before: Option<Address>,
    answer: Result<Option<CodeDelivery>, Error>,
) -> Result<Option<Waiting>, Error> {
    let in_force = now.is_some_and(|now| now.text == new);
    let (sent, problem) = match answer {
        // Where the pool sends no code by itself there may be none to enter.
        Ok(None) if in_force => return Ok(None),
        Ok(sent) => (sent.map(Some), None),
        // Written all the same: the answer was lost, or no code could be sent.
        Err(error) if in_force => (None, Some(explained(&error))),
        Err(error) => return Err(error),
    };
    Ok(Some(Waiting { new: Some(new), before, sent, problem }))
}

/// Removes an address, unless the person would be locked out: what the page shows may be old. Says what stays then.
async fn remove(account: &dyn Account, contact: Contact, rules: Rules, seen: &Address) -> Result<Option<News>, Error> {
    let now = contact::standing(account, rules.choice).await?;
    let Some(why) = rules.keeps(contact, seen, &now) else {
        return contact::remove(account, contact).await.map(|()| None);
    };
    // The page shows what it is refused for.
    let _ = account.reload().await;
    Ok(contact.of(&now.profile).map(|now| News::Stays(now.text, why)))
}

/// One of the two.
#[component]
fn Panel(contact: Contact, desk: Desk) -> impl IntoView {
    let side = Side::new(contact, desk);
    let task = side.task();
    let Side { news, problem, address, in_force, .. } = side;
    effect(move || {
        let Some(Task::Code(waiting)) = task.get() else { return };
        if in_force.get().is_some_and(|now| waiting.is_over(&now)) {
            side.end(Some(News::Good(Msg::CONTACT_CONFIRMED)));
        }
    });
    if side.rules.signs_in {
        remember(side);
    }
    let (sending, removal) = (RwSignal::new(false), RwSignal::new(false));
    let heading = side.heading;
    view! {
        <section class="panel" aria-labelledby=title_id(contact)>
            <h2 class="panel__title" id=title_id(contact) tabindex="-1" node_ref=heading>{title(contact).text()}</h2>
            {live(move || news.get().map(News::view))}
            <Problem problem=Box::new(move || problem.get()) />
            {live(move || match address.get() {
                Some(address) => row(side, task, (sending, removal), address),
                None => nothing(side, task),
            })}
            {live(move || match task.get()? {
                Task::Change => Some(view! { <Change side=side /> }.into_any()),
                Task::Code(waiting) => Some(view! { <EnterCode side=side waiting=waiting /> }.into_any()),
            })}
            {ask_removal(side, removal)}
        </section>
    }
}

/// The name to fill in next time goes with the address, wherever that was changed.
fn remember(side: Side) {
    let app = side.desk.app;
    let known = StoredValue::new(None::<String>);
    effect(move || {
        let Some(now) = side.in_force.get().map(|now| now.text) else { return };
        let before = known.try_update_value(|known| known.replace(now.clone())).flatten();
        let remembered = app.name.get_value();
        if before.is_some_and(|before| before != now && remembered.is_some_and(|name| name.as_str() == before)) {
            spawn_local(async move {
                if let Ok(account) = app.account().await {
                    account.remember(UserName::new(now));
                }
            });
        }
    });
}

/// A button that says what it is doing. While an answer is awaited anywhere on the page it is off.
fn worker(
    side: Side,
    class: &'static str,
    (label, busy): (Msg, Msg),
    working: RwSignal<bool>,
    press: impl Fn() + 'static,
) -> AnyView {
    let desk = side.desk;
    view! {
        <button
            type="button"
            class=class
            aria-describedby=title_id(side.contact)
            aria-busy=move || working.get().then_some("true")
            aria-disabled=move || desk.is_busy().then_some("true")
            on:click=move |_| press()
        >
            {live(move || if working.get() { busy.text() } else { label.text() })}
        </button>
    }
    .into_any()
}

/// A small button that opens something.
fn small(side: Side, class: &'static str, label: Msg, press: impl Fn() + 'static) -> AnyView {
    worker(side, class, (label, label), RwSignal::new(false), press)
}

/// Leaves a form.
fn cancel(desk: Desk, press: impl Fn() + 'static) -> AnyView {
    let press = move |_| {
        if !desk.is_busy_now() {
            press();
        }
    };
    view! {
        <button type="button" class="button" aria-disabled=move || desk.is_busy().then_some("true") on:click=press>
            {Msg::CANCEL.text()}
        </button>
    }
    .into_any()
}

/// What stands where there is no address.
fn nothing(side: Side, task: Memo<Option<Task>>) -> AnyView {
    let content = move || {
        view! {
            <div class="empty">
                <p>{Msg::CONTACT_NONE.text()}</p>
                <div class="actions">
                    {small(side, "button button--small", Msg::CONTACT_ADD, move || side.press(Task::Change))}
                    {small(side, "button button--small button--quiet", Msg::HAVE_CODE, move || side.enter())}
                </div>
            </div>
        }
    };
    live(move || task.with(Option::is_none).then(content)).into_any()
}

/// The address, and what can be done about it.
fn row(
    side: Side,
    task: Memo<Option<Task>>,
    (sending, removal): (RwSignal<bool>, RwSignal<bool>),
    address: Address,
) -> AnyView {
    let Address { text, confirmed } = address;
    let badge = if confirmed {
        view! { <span class="badge badge--success">{Msg::CONTACT_IS_CONFIRMED.text()}</span> }.into_any()
    } else {
        view! { <span class="badge badge--warning">{Msg::CONTACT_NOT_CONFIRMED.text()}</span> }.into_any()
    };
    view! {
        <ul class="rows">
            <li class="row">
                <div class="row__text">
                    <p class="row__title">{text} " " {badge}</p>
                    {side.rules.signs_in.then(|| view! { <p class="row__detail">{Msg::CONTACT_SIGNS_IN.text()}</p> })}
                    {(!confirmed)
                        .then(|| view! { <p class="row__detail">{Msg::CONTACT_NOT_CONFIRMED_LEAD.text()}</p> })}
                </div>
                // What is being done is below.
                {live(move || task.with(Option::is_none).then(|| actions(side, (sending, removal), confirmed)))}
            </li>
        </ul>
    }
    .into_any()
}

/// The buttons of the row.
fn actions(side: Side, (sending, removal): (RwSignal<bool>, RwSignal<bool>), confirmed: bool) -> AnyView {
    let labels = (Msg::CONTACT_CONFIRM, Msg::SENDING_CODE);
    let (rules, contact) = (side.rules, side.contact);
    let step_up = StepUp::get();
    let ask_removal = move || {
        if side.desk.is_busy_now() {
            return;
        }
        side.clear();
        step_up.then(move || {
            // Something may have been pressed meanwhile.
            if !side.desk.is_busy_now() {
                removal.set(true);
            }
        });
    };
    let removable = Memo::new(move |_| of_user(|user| rules.removable(other(contact).of(&user.profile).as_ref())));
    view! {
        <div class="row__actions">
            {(!confirmed)
                .then(|| worker(side, "button button--small", labels, sending, move || side.send(sending)))}
            {small(side, "button button--small", Msg::CONTACT_CHANGE, move || side.press(Task::Change))}
            {small(side, "button button--small button--quiet", Msg::HAVE_CODE, move || side.enter())}
            {live(move || {
                let class = "button button--small button--danger";
                removable.get().then(|| small(side, class, Msg::CONTACT_REMOVE, ask_removal))
            })}
        </div>
    }
    .into_any()
}

/// Asks before the address is removed.
fn ask_removal(side: Side, removal: RwSignal<bool>) -> AnyView {
    let Side { contact, address, .. } = side;
    let (id, title) = match contact {
        Contact::Email => ("remove-email", Msg::CONTACT_REMOVE_EMAIL),
        Contact::Phone => ("remove-phone", Msg::CONTACT_REMOVE_PHONE),
    };
    let removing = RwSignal::new(false);
    let step_up = StepUp::get();
    // The question may have been open for long.
    let remove = move || step_up.then(move || side.remove(removing, removal));
    let is_last =
        Memo::new(move |_| of_user(|user| other(contact).of(&user.profile).is_none_or(|other| !other.confirmed)));
    view! {
        <Confirm
            id=id
            title=title
            open=removal
            confirm=Msg::CONTACT_REMOVE
            busy=Msg::CONTACT_REMOVING
            cancel=Msg::CANCEL
            working=removing
            danger=true
            on_confirm=Callback::new(move |()| remove())
        >
            <p>{live(move || address.get().map(|address| address.text))}</p>
            <p>{Msg::CONTACT_REMOVE_LEAD.text()}</p>
            {live(move || is_last.get().then(|| view! { <p>{Msg::CONTACT_REMOVE_LAST.text()}</p> }))}
        </Confirm>
    }
    .into_any()
}

/// Where another address is entered.
#[component]
fn Change(side: Side) -> impl IntoView {
    let field = FieldState::default();
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Explained>);
    let step_up = StepUp::get();
    let Side { contact, rules, desk, .. } = side;
    let read = move || match contact {
        Contact::Email => read_email(field).map(|email| email.as_str().to_owned()),
        Contact::Phone => {
            let text = field.value();
            let number = match text.trim() {
                "" => Err(Msg::PHONE_MISSING),
                text => PhoneNumber::parse(text).ok_or(Msg::PHONE_WRONG),
            };
            field.check(number).map(|number| number.as_str().to_owned())
        }
    };
    let update = move |new: String| {
        side.put(new, side.in_force.get_untracked(), working, move |error| {
            if error.kind() == Some(ErrorKind::AliasExists) {
                field.fail(explained(&error).text);
                field.focus();
            } else {
                problem.set(Some(explained(&error)));
            }
        });
    };
    let submit = move || {
        problem.set(None);
        let Some(new) = read() else {
            field.focus();
            return;
        };
        if side.address.with_untracked(|now| now.as_ref().is_some_and(|now| now.text == new)) {
            field.fail(Msg::CONTACT_SAME);
            field.focus();
            return;
        }
        step_up.then(move || update(new));
    };
    field.focus_when_there();
    let (label, kind, hint) = match contact {
        Contact::Email => (Msg::CONTACT_NEW_EMAIL, Kind::Text("email"), ""),
        Contact::Phone => (Msg::CONTACT_NEW_PHONE, Kind::Text("tel"), Msg::PHONE_HINT.text()),
    };
    view! {
        <Problem problem=Box::new(move || problem.get()) />
        <Form id="contact" working=working on_submit=Callback::new(move |()| submit())>
            {rules.signs_in.then(|| view! { <p>{Msg::CONTACT_SIGNS_IN_CHANGE.text()}</p> })}
            <Field id="new_contact" label=label.text() kind=kind state=field hint=hint />
            <Submit label=Msg::CONTINUE busy=Msg::CONTINUING working=working />
            {cancel(desk, move || side.end(None))}
        </Form>
    }
}

/// Where the code is entered.
#[component]
fn EnterCode(side: Side, waiting: Waiting) -> impl IntoView {
    let Side { contact, desk, in_force, .. } = side;
    let code = FieldState::default();
    let (working, resending) = (RwSignal::new(false), RwSignal::new(false));
    // Here, because the button goes as soon as the address is back, before that is told.
    let undoing = RwSignal::new(false);
    let problem = RwSignal::new(waiting.problem.clone());
    let rest = RwSignal::new(0_u32);
    if waiting.sent.is_some() {
        rest_a_while(desk.app, rest);
    }
    let news = RwSignal::new(waiting.sent.clone().map(|sent| (Msg::CODE_SENT, sent)));
    let waiting = StoredValue::new(waiting);
    let submit = move || {
        problem.set(None);
        let Some(entered) = read_code(code) else {
            code.focus();
            return;
        };
        desk.work(
            working,
            move |account| async move { contact::confirm(&*account, contact, entered).await },
            move |answer| match answer {
                Ok(()) => side.end(Some(News::Good(Msg::CONTACT_CONFIRMED))),
                Err(error) => match (explained(&error).place, field_text(&error)) {
                    (Place::Code, Some(text)) => {
                        code.fail(text);
                        code.focus();
                    }
                    _ => problem.set(Some(explained(&error))),
                },
            },
        );
    };
    let complete = move || {
        if !working.get_untracked() {
            submit();
        }
    };
    let resend = move || {
        problem.set(None);
        desk.work(
            resending,
            move |account| async move { contact::send_code(&*account, contact).await },
            move |answer| match answer {
                Ok(sent) => {
                    news.set(Some((Msg::NEW_CODE_SENT, sent)));
                    rest_a_while(desk.app, rest);
                }
                Err(error) => {
                    news.set(None);
                    problem.set(Some(explained(&error)));
                }
            },
        );
    };
    let leave = move || {
        let kept = in_force.get_untracked().and_then(|now| waiting.with_value(|waiting| waiting.kept(&now)));
        side.end(kept.map(News::Kept));
    };
    let waits = Memo::new(move |_| {
        let now = in_force.get()?;
        waiting.with_value(|waiting| waiting.kept(&now).and(waiting.new.clone()))
    });
    let way_back = Memo::new(move |_| waiting.with_value(|waiting| waiting.way_back(&in_force.get()?)));
    code.focus_when_there();
    view! {
        {live(move || news.get().map(|(text, sent)| sent_news(text, sent.as_ref())))}
        {live(move || waits.get().map(|new| view! { <p>{Msg::CONTACT_WAITS.fill(&[&new])}</p> }))}
        <Problem problem=Box::new(move || problem.get()) />
        <Form id="contact-code" working=working on_submit=Callback::new(move |()| submit())>
            <CodeField state=code on_complete=Callback::new(move |()| complete()) />
            <Submit label=Msg::CONTACT_CONFIRM busy=Msg::VERIFYING working=working />
            <ResendButton rest=rest working=resending on_press=Callback::new(move |()| resend()) />
            {live(move || way_back.get().map(|before| undo(side, before, undoing, problem)))}
            {cancel(desk, leave)}
        </Form>
        <p class="aside">{Msg::CONTACT_LATER.text()}</p>
    }
}

/// Puts the address back that was in force before.
fn undo(side: Side, before: String, working: RwSignal<bool>, problem: RwSignal<Option<Explained>>) -> AnyView {
    let step_up = StepUp::get();
    let put_back = move |before: String| {
        problem.set(None);
        side.put(before, None, working, move |error| problem.set(Some(explained(&error))));
    };
    let press = move || {
        let before = before.clone();
        if !side.desk.is_busy_now() {
            step_up.then(move || put_back(before));
        }
    };
    worker(side, "button", (Msg::CONTACT_UNDO, Msg::SAVING), working, press)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cognito::{
            error::{Fault, ServiceError},
            operations::{Attribute, AuthFactor},
            types::AttributeName,
        },
        session::{
            Profile,
            centre::factors::{Factor, Factors},
        },
    };

    fn address(text: &str, confirmed: bool) -> Address {
        Address { text: text.to_owned(), confirmed }
    }

    /// A person with these addresses, each confirmed or not.
    fn person(email: Option<(&str, bool)>, phone: Option<(&str, bool)>) -> Standing {
        let pair = |name: &str, flag: &str, address: Option<(&str, bool)>| {
            let attribute = |name: &str, value: String| Attribute { name: AttributeName::new(name), value };
            address.map(|(text, confirmed)| [attribute(name, text.to_owned()), attribute(flag, confirmed.to_string())])
        };
        let both = [pair("email", "email_verified", email), pair("phone_number", "phone_number_verified", phone)];
        let profile = Profile::from_attributes(both.into_iter().flatten().flatten().collect());
        Standing { profile, ..Standing::default() }
    }

    const EMAIL: Option<(&str, bool)> = Some(("a@b.test", true));
    const PHONE: Option<(&str, bool)> = Some(("+442079460123", true));

    #[test]
    fn nobody_removes_the_last_name_that_they_sign_in_with() {
        let rules = Rules { signs_in: true, either: true, ..Rules::default() };
        let seen = address("a@b.test", true);
        let keeps = |now: &Standing| rules.keeps(Contact::Email, &seen, now);
        assert_eq!(keeps(&person(EMAIL, PHONE)), None);
        let why: Option<&[Msg]> = Some(&[Msg::CONTACT_SIGNS_IN, Msg::CONTACT_REMOVE_LAST]);
        assert_eq!(keeps(&person(EMAIL, None)), why, "removed on another device");
        assert_eq!(keeps(&person(EMAIL, Some(("+442079460123", false)))), why, "not confirmed");
        assert_eq!(keeps(&person(Some(("c@d.test", true)), PHONE)), Some(&[][..]), "changed on another device");
        assert_eq!(keeps(&person(None, None)), None, "gone already");
        let only = Rules { signs_in: true, ..Rules::default() };
        assert_eq!(only.keeps(Contact::Email, &seen, &person(EMAIL, PHONE)), why);
        assert_eq!(Rules::default().keeps(Contact::Email, &seen, &person(EMAIL, None)), None, "they have a user name");
    }

    #[test]
    fn nobody_removes_the_only_way_in_or_the_only_second_step() {
        let seen = address("a@b.test", true);
        let keeps = |second_step, ways: &[AuthFactor], on: &[Factor]| {
            let factors = Factors { on: on.to_vec(), preferred: None };
            let now = Standing { ways: ways.to_vec(), factors, ..person(EMAIL, PHONE) };
            Rules { second_step, ..Rules::default() }.keeps(Contact::Email, &seen, &now)
        };
        let no_password: Option<&[Msg]> = Some(&[Msg::CONTACT_SIGNS_IN, Msg::PASSWORD_NONE]);
        assert_eq!(keeps(false, &[AuthFactor::EmailOtp], &[]), no_password);
        assert_eq!(keeps(false, &[AuthFactor::EmailOtp, AuthFactor::Password], &[]), None);
        assert_eq!(keeps(true, &[], &[Factor::Email]), Some(&[Msg::FACTOR_REQUIRED][..]));
        assert_eq!(keeps(true, &[], &[Factor::Email, Factor::App]), None);
        assert_eq!(keeps(true, &[], &[Factor::Sms]), None);
        assert_eq!(keeps(false, &[], &[Factor::Email]), None, "nobody needs one");
    }

    #[test]
    fn after_a_change_the_code_is_asked_for_wherever_the_address_may_be_in_force() {
        let old = || Some(address("a@b.test", true));
        let new = address("c@d.test", false);
        let sent = CodeDelivery { destination: None, delivery_medium: None, attribute_name: None };
        let after = |now: Option<&Address>, answer| after(now, new.text.clone(), old(), answer);
        let lost = || Err(Error::from(Fault::TimedOut));
        let waiting = |sent, problem| Waiting { new: Some(new.text.clone()), before: old(), sent, problem };
        assert_eq!(after(Some(&new), Ok(Some(sent.clone()))).ok(), Some(Some(waiting(Some(Some(sent.clone())), None))));
        assert_eq!(after(old().as_ref(), Ok(None)).ok(), Some(Some(waiting(None, None))), "waits, no code was sent");
        assert_eq!(after(None, Ok(Some(sent.clone()))).ok(), Some(Some(waiting(Some(Some(sent)), None))), "not known");
        assert_eq!(after(Some(&new), Ok(None)).ok(), Some(None), "in force, and nothing to enter");
        let undelivered = Error::Service(ServiceError { kind: ErrorKind::CodeDeliveryFailure, reason: None });
        let problem = Some(explained(&undelivered));
        assert_eq!(
            after(Some(&new), Err(undelivered)).ok(),
            Some(Some(waiting(None, problem))),
            "written all the same"
        );
        assert!(after(old().as_ref(), lost()).is_err(), "nothing is known to be written");
        assert!(after(None, lost()).is_err());
    }

    #[test]
    fn what_is_in_force_decides_what_is_said_of_an_address_that_waits() {
        let old = address("a@b.test", true);
        let waiting = Waiting { new: Some("c@d.test".to_owned()), before: Some(old.clone()), ..Waiting::default() };
        assert_eq!(
            (waiting.kept(&old), waiting.way_back(&old), waiting.is_over(&old)),
            (Some(old.text.clone()), None, false)
        );
        let new = address("c@d.test", false);
        assert_eq!(
            (waiting.kept(&new), waiting.way_back(&new), waiting.is_over(&new)),
            (None, Some(old.text.clone()), false)
        );
        let done = address("c@d.test", true);
        assert_eq!((waiting.kept(&done), waiting.way_back(&done), waiting.is_over(&done)), (None, None, true));
        let put_back = Waiting { before: None, ..waiting };
        assert_eq!(put_back.way_back(&new), None, "nobody goes back twice");
        // A code was there already: which address it is for, nobody knows.
        let entered = Waiting { before: Some(old.clone()), ..Waiting::default() };
        assert_eq!((entered.kept(&old), entered.way_back(&new), entered.is_over(&old)), (None, None, false));
        assert!(entered.is_over(&done), "on another device");
        assert!(Waiting { before: Some(address("a@b.test", false)), ..Waiting::default() }.is_over(&old));
    }
}
