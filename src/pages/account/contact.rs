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
        problem::{Doing, Explained, Next, Place, Problem, explain, field_text},
        profile::{StaleNotice, of_user},
    },
    session::{
        Account,
        centre::contact::{self, Address, Contact},
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
    Code {
        /// The new address, if it was entered on this page.
        new: Option<String>,
        /// Whether the address in force was confirmed when the form was opened.
        confirmed: bool,
        /// Where the code was sent, if one was; and if so, where the pool says.
        sent: Option<Option<CodeDelivery>>,
    },
}

/// The section.
#[component]
pub fn Contacts() -> impl IntoView {
    let open = RwSignal::new(None::<(Contact, Task)>);
    let phone = SettingsHandle::with(|settings| settings.phone_number);
    // A number that is there can be seen and removed also where the site asks for none.
    let has_phone = Memo::new(move |_| phone || of_user(|user| Contact::Phone.of(&user.profile).is_some()));
    view! {
        <Page title=Msg::CONTACT_TITLE lead=Msg::CONTACT_LEAD.text() centre=true>
            <StaleNotice />
            <Panel contact=Contact::Email open=open />
            {live(move || has_phone.get().then(|| view! { <Panel contact=Contact::Phone open=open /> }))}
        </Page>
    }
}

/// What is said above a form.
#[derive(Clone, PartialEq)]
enum News {
    /// Something worked.
    Good(Msg),
    /// The address that stays in force.
    Kept(String),
}

/// Whether people sign in with it, and whether they may do without it as far as the configuration tells.
#[derive(Clone, Copy)]
struct Rules {
    signs_in: bool,
    /// They sign in with either.
    either: bool,
    required: bool,
}

impl Rules {
    fn of(contact: Contact) -> Self {
        let sign_in_with = AppState::get().config.with_value(|config| config.sign_in_with);
        let name = contact.attribute();
        let required = SettingsHandle::with(|settings| {
            settings.attributes.iter().any(|field| field.name == name && field.required)
        });
        let either = sign_in_with == SignInName::EmailOrPhone;
        let own = match contact {
            Contact::Email => SignInName::Email,
            Contact::Phone => SignInName::Phone,
        };
        Self { signs_in: either || sign_in_with == own, either, required }
    }

    /// Nobody removes the last thing that lets them in.
    fn removable(self, other: Option<&Address>) -> bool {
        !self.required && (!self.signs_in || (self.either && other.is_some_and(|other| other.confirmed)))
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

/// An error, without links that lead signed-in people nowhere.
fn explained(error: &Error) -> Explained {
    let explained = explain(error, Doing::OwnAccount);
    Explained { next: Next::Retry, also: None, ..explained }
}

/// Does something with the account, and then something with the answer, unless the page is gone by then.
fn work<T: 'static, F: Future<Output = Result<T, Error>>>(
    app: AppState,
    working: RwSignal<bool>,
    ask: impl FnOnce(Rc<dyn Account>) -> F + 'static,
    then: impl FnOnce(Result<T, Error>) + 'static,
) {
    working.set(true);
    spawn_local(async move {
        let answer = match (app.services.account)().await {
            Ok(account) => ask(account).await,
            Err(fault) => Err(fault.into()),
        };
        if !has_left(working) {
            then(answer);
        }
    });
}

/// One of the two.
#[component]
fn Panel(contact: Contact, open: RwSignal<Option<(Contact, Task)>>) -> impl IntoView {
    let app = AppState::get();
    let rules = Rules::of(contact);
    let heading = NodeRef::<html::H2>::new();
    let news = RwSignal::new(None::<News>);
    let problem = RwSignal::new(None::<Explained>);
    let (sending, removing) = (RwSignal::new(false), RwSignal::new(false));
    let removal = RwSignal::new(false);
    let address = Memo::new(move |_| of_user(|user| contact.of(&user.profile)));
    let others = Memo::new(move |_| of_user(|user| other(contact).of(&user.profile)));
    let task = Memo::new(move |_| {
        open.with(|open| open.as_ref().filter(|(of, _)| *of == contact).map(|(_, task)| task.clone()))
    });
    let begin = move |task: Task| {
        problem.set(None);
        news.set(None);
        open.set(Some((contact, task)));
    };
    let end = move |said: Option<News>| {
        open.set(None);
        news.set(said);
        focus_heading(heading);
    };
    // Another tab, or another device, may have finished it.
    effect(move || {
        let Some(Task::Code { new, confirmed, .. }) = task.get() else { return };
        let Some(now) = address.get().filter(|now| now.confirmed) else { return };
        let done = match new {
            Some(new) => now.text == new,
            None => !confirmed,
        };
        if done {
            end(Some(News::Good(Msg::CONTACT_CONFIRMED)));
        }
    });
    // The name to fill in next time goes with the address, wherever that was changed.
    let known = StoredValue::new(None::<String>);
    effect(move || {
        let current = app.session.with(|session| session.user().is_some_and(|user| user.stale.is_none()));
        let Some(now) = address.get().filter(|_| current && rules.signs_in).map(|now| now.text) else { return };
        let before = known.try_update_value(|known| known.replace(now.clone())).flatten();
        let remembered = app.name.get_value();
        if before.is_some_and(|before| before != now && remembered.is_some_and(|name| name.as_str() == before)) {
            spawn_local(async move {
                if let Ok(account) = (app.services.account)().await {
                    account.remember(UserName::new(now));
                }
            });
        }
    });
    let confirmed_now = move || address.with_untracked(|now| now.as_ref().is_some_and(|now| now.confirmed));
    let send = move || {
        if sending.get_untracked() {
            return;
        }
        problem.set(None);
        news.set(None);
        work(
            app,
            sending,
            move |account| async move { contact::send_code(&*account, contact).await },
            move |answer| match answer {
                Ok(sent) => begin(Task::Code { new: None, confirmed: confirmed_now(), sent: Some(sent) }),
                Err(error) => problem.set(Some(explained(&error))),
            },
        );
    };
    let remove = move || {
        problem.set(None);
        work(
            app,
            removing,
            move |account| async move { contact::remove(&*account, contact).await },
            move |answer| {
                removal.set(false);
                match answer {
                    Ok(()) => end(Some(News::Good(Msg::CONTACT_REMOVED))),
                    // Nothing was entered that could be wrong: the pool needs one.
                    Err(error) if error.kind() == Some(ErrorKind::InvalidParameter) => {
                        problem.set(Some(Explained { text: Msg::ERR_ATTRIBUTE_READ_ONLY, ..explained(&error) }));
                    }
                    Err(error) => problem.set(Some(explained(&error))),
                }
            },
        );
    };
    let step_up = StepUp::get();
    let ask_removal = move || {
        problem.set(None);
        news.set(None);
        step_up.then(Callback::new(move |()| removal.set(true)));
    };
    let (title_id, dialog_id) = match contact {
        Contact::Email => ("contact-email", "remove-email"),
        Contact::Phone => ("contact-phone", "remove-phone"),
    };
    let small = move |class: &'static str, label: Msg, press: Callback<()>| {
        view! {
            <button
                type="button"
                class=["button button--small ", class].concat()
                aria-describedby=title_id
                on:click=move |_| press.run(())
            >
                {label.text()}
            </button>
        }
    };
    let change = Callback::new(move |()| begin(Task::Change));
    let enter = Callback::new(move |()| begin(Task::Code { new: None, confirmed: confirmed_now(), sent: None }));
    let row = move |Address { text, confirmed }: Address| {
        let badge = if confirmed {
            view! { <span class="badge badge--success">{Msg::CONTACT_IS_CONFIRMED.text()}</span> }.into_any()
        } else {
            view! { <span class="badge badge--warning">{Msg::CONTACT_NOT_CONFIRMED.text()}</span> }.into_any()
        };
        view! {
            <li class="row">
                <div class="row__text">
                    <p class="row__title">{text} " " {badge}</p>
                    {rules.signs_in.then(|| view! { <p class="row__detail">{Msg::CONTACT_SIGNS_IN.text()}</p> })}
                    {(!confirmed)
                        .then(|| view! { <p class="row__detail">{Msg::CONTACT_NOT_CONFIRMED_LEAD.text()}</p> })}
                </div>
                {live(move || {
                    // What is being done is below.
                    task.with(Option::is_none)
                        .then(|| {
                            view! {
                                <div class="row__actions">
                                    {(!confirmed)
                                        .then(|| {
                                            view! {
                                                <button
                                                    type="button"
                                                    class="button button--small"
                                                    aria-describedby=title_id
                                                    aria-busy=move || sending.get().then_some("true")
                                                    aria-disabled=move || sending.get().then_some("true")
                                                    on:click=move |_| send()
                                                >
                                                    {live(move || {
                                                        if sending.get() {
                                                            Msg::SENDING_CODE.text()
                                                        } else {
                                                            Msg::CONTACT_CONFIRM.text()
                                                        }
                                                    })}
                                                </button>
                                            }
                                        })} {small("", Msg::CONTACT_CHANGE, change)}
                                    {small("button--quiet", Msg::HAVE_CODE, enter)}
                                    {live(move || {
                                        others
                                            .with(|other| rules.removable(other.as_ref()))
                                            .then(|| {
                                                small(
                                                    "button--danger",
                                                    Msg::CONTACT_REMOVE,
                                                    Callback::new(move |()| ask_removal()),
                                                )
                                            })
                                    })}
                                </div>
                            }
                        })
                })}
            </li>
        }
    };
    view! {
        <section class="panel" aria-labelledby=title_id>
            <h2 class="panel__title" id=title_id tabindex="-1" node_ref=heading>{title(contact).text()}</h2>
            {live(move || {
                news.get()
                    .map(|news| match news {
                        News::Good(text) => {
                            view! { <Alert tone=Tone::Success><p>{text.text()}</p></Alert> }.into_any()
                        }
                        News::Kept(address) => {
                            view! { <Alert tone=Tone::Info><p>{Msg::CONTACT_KEPT.fill(&[&address])}</p></Alert> }
                                .into_any()
                        }
                    })
            })}
            <Problem problem=Box::new(move || problem.get()) />
            {live(move || match address.get() {
                Some(address) => view! { <ul class="rows">{row(address)}</ul> }.into_any(),
                None => {
                    live(move || {
                        task.with(Option::is_none)
                            .then(|| {
                                view! {
                                    <div class="empty">
                                        <p>{Msg::CONTACT_NONE.text()}</p>
                                        <div class="actions">
                                            {small("", Msg::CONTACT_ADD, change)} {small("button--quiet", Msg::HAVE_CODE, enter)}
                                        </div>
                                    </div>
                                }
                            })
                    })
                        .into_any()
                }
            })}
            {live(move || match task.get()? {
                Task::Change => {
                    Some(
                        view! {
                            <Change
                                contact=contact
                                rules=rules
                                address=address
                                done=Callback::new(begin)
                                end=Callback::new(end)
                            />
                        }
                            .into_any(),
                    )
                }
                Task::Code { new, sent, .. } => {
                    Some(
                        view! {
                            <EnterCode
                                contact=contact
                                address=address
                                new=new
                                sent=sent
                                end=Callback::new(end)
                            />
                        }
                            .into_any(),
                    )
                }
            })}
            <Confirm
                id=dialog_id
                title=match contact {
                    Contact::Email => Msg::CONTACT_REMOVE_EMAIL,
                    Contact::Phone => Msg::CONTACT_REMOVE_PHONE,
                }
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
                {live(move || {
                    let last = !others.with(|other| other.as_ref().is_some_and(|other| other.confirmed));
                    last.then(|| view! { <p>{Msg::CONTACT_REMOVE_LAST.text()}</p> })
                })}
            </Confirm>
        </section>
    }
}

/// Where another address is entered.
#[component]
fn Change(
    contact: Contact,
    rules: Rules,
    address: Memo<Option<Address>>,
    done: Callback<Task>,
    end: Callback<Option<News>>,
) -> impl IntoView {
    let field = FieldState::default();
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Explained>);
    let step_up = StepUp::get();
    let app = AppState::get();
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
        let entered = new.clone();
        work(
            app,
            working,
            move |account| async move { contact::change(&*account, contact, entered).await },
            move |answer| match answer {
                Ok(sent) => {
                    let now = address.get_untracked();
                    let in_force = now.as_ref().is_some_and(|now| now.text == new);
                    // Where the pool sends no code by itself there may be none to enter.
                    if sent.is_none() && in_force {
                        end.run(Some(News::Good(Msg::SAVED)));
                    } else {
                        let confirmed = now.is_some_and(|now| now.confirmed);
                        done.run(Task::Code { new: Some(new), confirmed, sent: Some(sent) });
                    }
                }
                Err(error) if error.kind() == Some(ErrorKind::AliasExists) => {
                    field.fail(explained(&error).text);
                    field.focus();
                }
                Err(error) => problem.set(Some(explained(&error))),
            },
        );
    };
    let submit = move || {
        problem.set(None);
        let Some(new) = read() else {
            field.focus();
            return;
        };
        if address.with_untracked(|now| now.as_ref().is_some_and(|now| now.text == new)) {
            field.fail(Msg::CONTACT_SAME);
            field.focus();
            return;
        }
        step_up.then(Callback::new(move |()| update(new.clone())));
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
                <button
                    type="button"
                    class="button"
                    on:click=move |_| {
                        if !working.get_untracked() {
                            end.run(None);
                        }
                    }
                >
                    {Msg::CANCEL.text()}
                </button>
            </Form>
    }
}

/// Where the code is entered.
#[component]
fn EnterCode(
    contact: Contact,
    address: Memo<Option<Address>>,
    new: Option<String>,
    sent: Option<Option<CodeDelivery>>,
    end: Callback<Option<News>>,
) -> impl IntoView {
    let app = AppState::get();
    let code = FieldState::default();
    let (working, resending) = (RwSignal::new(false), RwSignal::new(false));
    let problem = RwSignal::new(None::<Explained>);
    let rest = RwSignal::new(0_u32);
    let was_sent = sent.is_some();
    let news = RwSignal::new(sent.map(|sent| (Msg::CODE_SENT, sent)));
    if was_sent {
        rest_a_while(app, rest);
    }
    let waits = new.clone();
    let submit = move || {
        problem.set(None);
        let Some(entered) = read_code(code) else {
            code.focus();
            return;
        };
        work(
            app,
            working,
            move |account| async move { contact::confirm(&*account, contact, entered).await },
            move |answer| match answer {
                Ok(()) => end.run(Some(News::Good(Msg::CONTACT_CONFIRMED))),
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
        work(
            app,
            resending,
            move |account| async move { contact::send_code(&*account, contact).await },
            move |answer| match answer {
                Ok(sent) => {
                    news.set(Some((Msg::NEW_CODE_SENT, sent)));
                    rest_a_while(app, rest);
                }
                Err(error) => {
                    news.set(None);
                    problem.set(Some(explained(&error)));
                }
            },
        );
    };
    let cancel = move |_| {
        let now = address.get_untracked().map(|now| now.text);
        let kept = now.filter(|now| new.as_ref().is_some_and(|new| new != now));
        end.run(kept.map(News::Kept));
    };
    code.focus_when_there();
    view! {
            {live(move || news.get().map(|(text, sent)| sent_news(text, sent.as_ref())))}
            {live(move || {
                let now = address.get().map(|now| now.text).unwrap_or_default();
                let waits = waits.as_ref().filter(|new| **new != now);
                waits.map(|new| view! { <p>{Msg::CONTACT_WAITS.fill(&[new])}</p> })
            })}
            <Problem problem=Box::new(move || problem.get()) />
            <Form id="contact-code" working=working on_submit=Callback::new(move |()| submit())>
                <CodeField state=code on_complete=Callback::new(move |()| complete()) />
                <Submit label=Msg::CONTACT_CONFIRM busy=Msg::VERIFYING working=working />
                <ResendButton rest=rest working=resending on_press=Callback::new(move |()| resend()) />
                <button type="button" class="button" on:click=cancel>{Msg::CANCEL.text()}</button>
            </Form>
            <p class="aside">{Msg::CONTACT_LATER.text()}</p>
    }
}
