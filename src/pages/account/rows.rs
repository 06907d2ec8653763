//! What the lists of devices and sessions have in common.

use super::explained;
use crate::{
    cognito::error::Error,
    components::{Alert, SkeletonRows, Tone, focus_heading, live},
    i18n::Msg,
    pages::problem::{Doing, Explained, Problem},
    session::{Account, Local, centre::agent::Agent},
    state::AppState,
};
use leptos::{html, prelude::*, task::spawn_local};
use std::rc::Rc;

/// So many rows are shown at first.
pub(super) const FIRST: usize = 20;

/// What people call a browser or an app.
pub(super) fn agent_name(agent: Agent) -> String {
    match agent {
        Agent { browser: Some(browser), system: Some(system) } => Msg::DEVICE_ON.fill(&[browser, system]),
        Agent { browser: Some(one), system: None } | Agent { browser: None, system: Some(one) } => one.to_owned(),
        Agent { browser: None, system: None } => Msg::DEVICE_UNKNOWN.text().to_owned(),
    }
}

/// What a panel says that did what was asked of it, or not.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    news: RwSignal<Option<(Tone, Msg)>>,
    problem: RwSignal<Option<Explained>>,
    heading: NodeRef<html::H2>,
}

impl Outcome {
    pub fn new() -> Self {
        Self { news: RwSignal::new(None), problem: RwSignal::new(None), heading: NodeRef::new() }
    }

    /// Nothing has been asked for yet.
    pub fn clear(self) {
        self.news.set(None);
        self.problem.set(None);
    }

    /// It worked.
    pub fn good(self, news: Msg) {
        self.problem.set(None);
        self.news.set(Some((Tone::Success, news)));
    }

    /// Nothing has happened, and that is all right.
    pub fn quiet(self, news: Msg) {
        self.problem.set(None);
        self.news.set(Some((Tone::Info, news)));
    }

    /// It did not.
    pub fn bad(self, error: &Error) {
        self.explained(explained(error, Doing::OwnAccount));
    }

    /// The same, with what it means here.
    pub fn explained(self, problem: Explained) {
        self.news.set(None);
        self.problem.set(Some(problem));
    }

    /// Some of it worked.
    pub fn partly(self, news: Msg, error: &Error) {
        self.bad(error);
        self.news.set(Some((Tone::Info, news)));
    }

    /// Moves focus to the panel's heading, once what was pressed is gone.
    pub fn focus(self) {
        focus_heading(self.heading);
    }

    /// The panel's heading.
    pub fn heading(self, id: &'static str, title: Msg) -> AnyView {
        view! { <h2 node_ref=self.heading class="panel__title" id=id tabindex="-1">{title.text()}</h2> }.into_any()
    }

    /// What is said.
    pub fn view(self) -> AnyView {
        view! {
            {live(move || {
                self.news.get().map(|(tone, text)| view! { <Alert tone=tone><p>{text.text()}</p></Alert> })
            })}
            <Problem problem=Box::new(move || self.problem.get()) />
        }
        .into_any()
    }
}

/// What stands in a panel whose list is coming, or has not come.
pub(super) fn instead(failure: Option<Error>, again: Callback<()>) -> AnyView {
    match failure {
        None => view! { <SkeletonRows /> }.into_any(),
        Some(error) => not_loaded(explained(&error, Doing::OwnAccount), again),
    }
}

/// What stands in a panel whose list has not come.
pub(super) fn not_loaded(problem: Explained, again: Callback<()>) -> AnyView {
    view! {
        <Problem problem=Box::new(move || Some(problem.clone())) />
        <p class="actions">
            <button type="button" class="button" on:click=move |_| again.run(())>{Msg::TRY_AGAIN.text()}</button>
        </p>
    }
    .into_any()
}

/// What stands where a list has nothing in it.
pub(super) fn empty(title: Msg, text: Msg) -> AnyView {
    view! {
        <div class="empty">
            <p class="empty__title">{title.text()}</p>
            <p>{text.text()}</p>
        </div>
    }
    .into_any()
}

/// Shows the rest of a list that is longer than [`FIRST`].
pub(super) fn more(length: usize, all: RwSignal<bool>, outcome: Outcome) -> Option<AnyView> {
    let show = move |_| {
        all.set(true);
        outcome.focus();
    };
    (length > FIRST && !all.get()).then(|| {
        view! {
            <p class="actions">
                <button type="button" class="button" on:click=show>
                    {Msg::SHOW_MORE.fill(&[&(length - FIRST).to_string()])}
                </button>
            </p>
        }
        .into_any()
    })
}

/// A list that is coming (`None`), has come, or has not.
pub(super) type List<T> = RwSignal<Option<Result<Vec<T>, Error>>>;
/// Asks the pool for a list.
pub(super) type Ask<T> = fn(Rc<dyn Account>) -> Local<'static, Result<Vec<T>, Error>>;

/// A list of the person's, and what loads it again after it did not come.
pub(super) fn list_of<T: Send + Sync + 'static>(outcome: Outcome, ask: Ask<T>) -> (List<T>, Callback<()>) {
    let app = AppState::get();
    let list = RwSignal::new(None);
    let load = move || {
        list.set(None);
        spawn_local(async move {
            let found = match app.account().await {
                Ok(account) => ask(account).await,
                Err(error) => Err(error),
            };
            // The page may be gone by then.
            let _ = list.try_set(Some(found));
        });
    };
    load();
    let again = Callback::new(move |()| {
        load();
        outcome.focus();
    });
    (list, again)
}
