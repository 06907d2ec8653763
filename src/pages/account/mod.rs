//! The account centre: everything that people can do with their own account. Each section is a file, and a chunk of its own.

pub mod contact;
pub mod data;
pub mod details;
pub mod devices;
pub mod factors;
pub mod passkeys;
pub mod password;
mod rows;
pub mod sessions;
pub mod step_up;

use crate::{
    cognito::{error::Error, types::UserName},
    components::{Page, live},
    i18n::Msg,
    pages::{
        problem::{Doing, Explained, Next, explain},
        profile::{StaleNotice, has_picture, of_user, picture, who},
    },
    routes::{self, AccountPlace},
    session::{
        User,
        centre::contact::{Address, Contact},
    },
    state::AppState,
};
use leptos::prelude::*;
use step_up::StepUp;

/// What a section is called.
const fn title(place: AccountPlace) -> Msg {
    match place {
        AccountPlace::Details => Msg::DETAILS_TITLE,
        AccountPlace::Contact => Msg::CONTACT_TITLE,
        AccountPlace::Password => Msg::PASSWORD_TITLE,
        AccountPlace::Factors => Msg::FACTORS_TITLE,
        AccountPlace::Passkeys => Msg::PASSKEYS_TITLE,
        AccountPlace::Devices => Msg::DEVICES_TITLE,
        AccountPlace::Sessions => Msg::SESSIONS_TITLE,
        AccountPlace::Data => Msg::DATA_TITLE,
    }
}

/// What a section is about.
const fn lead(place: AccountPlace) -> Msg {
    match place {
        AccountPlace::Details => Msg::DETAILS_LEAD,
        AccountPlace::Contact => Msg::CONTACT_LEAD,
        AccountPlace::Password => Msg::PASSWORD_LEAD,
        AccountPlace::Factors => Msg::FACTORS_LEAD,
        AccountPlace::Passkeys => Msg::PASSKEYS_LEAD,
        AccountPlace::Devices => Msg::DEVICES_LEAD,
        AccountPlace::Sessions => Msg::SESSIONS_LEAD,
        AccountPlace::Data => Msg::DATA_LEAD,
    }
}

/// The frame, with the section at the current path in it, and above it the question for a fresh sign-in. Both are loaded
/// when they are needed, and are about one person: when somebody else is signed in, in another tab, they are drawn anew.
pub fn account(section: fn(AccountPlace) -> AnyView, question: fn() -> AnyView) -> AnyView {
    let app = AppState::get();
    // It stays while nobody is: who signs out leaves this page. Renewals change nothing, so what was typed stays.
    let whose = Memo::new(move |before: Option<&Option<UserName>>| {
        of_user(|user| Some(user.username.clone())).or_else(|| before.cloned().flatten())
    });
    let path = app.path.get_untracked();
    let here = AccountPlace::of(&path);
    let is_overview = path.trim_end_matches('/') == routes::ACCOUNT;
    let (back, to) =
        if is_overview { (routes::AUTHENTICATED, Msg::YOUR_PAGE) } else { (routes::ACCOUNT, Msg::ACCOUNT) };
    let link = move |place: AccountPlace| {
        let current = (here == Some(place)).then_some("page");
        view! {
            <li>
                <a class="centre__link" href=place.path() aria-current=current>
                    {title(place).text()}
                </a>
            </li>
        }
    };
    view! {
        <div class="centre">
            <nav class="centre__nav" aria-label=Msg::ACCOUNT_SECTIONS.text()>
                <a class="centre__back" href=back>{to.text()}</a>
                <ul class="centre__links">{AccountPlace::ALL.iter().copied().map(link).collect_view()}</ul>
            </nav>
            {live(move || {
                // A memo that nobody has read follows nothing yet.
                whose.with(|_| ());
                let step_up = StepUp::provide();
                // Nothing that is read while it is drawn draws it again.
                let page = untrack(|| match here {
                    Some(place) => section(place),
                    None if is_overview => overview().into_any(),
                    None => super::not_found::NotFound().into_any(),
                });
                view! {
                    // Before the section's own dialogs, as it is above them.
                    {live(move || step_up.is_open().then(|| step_up::dialog(question)))}
                    {page}
                }
            })}
        </div>
    }
    .into_any()
}

/// What an error means to somebody who is signed in: without links that would lead them nowhere.
pub(super) fn explained(error: &Error, doing: Doing) -> Explained {
    Explained { next: Next::Retry, also: None, ..explain(error, doing) }
}

/// What is known of a section without asking for it.
fn state(place: AccountPlace) -> AnyView {
    if place != AccountPlace::Contact {
        return ().into_any();
    }
    let line = |address: Address| {
        let text = if address.confirmed { Msg::ACCOUNT_CONFIRMED } else { Msg::ACCOUNT_NOT_CONFIRMED };
        view! { <p class="row__detail">{text.fill(&[&address.text])}</p> }
    };
    let known = |user: &User| Contact::ALL.iter().filter_map(|contact| contact.of(&user.profile)).collect::<Vec<_>>();
    of_user(known).into_iter().map(line).collect_view().into_any()
}

/// Who is signed in, and what there is.
fn overview() -> impl IntoView {
    let row = |place: AccountPlace| {
        view! {
            <li class="row">
                <div class="row__text">
                    <p class="row__title">
                        <a href=place.path()>{title(place).text()}</a>
                    </p>
                    <p class="row__detail">{lead(place).text()}</p>
                    {live(move || state(place))}
                </div>
            </li>
        }
    };
    let has_picture = has_picture();
    view! {
        <Page title=Msg::ACCOUNT lead=Msg::ACCOUNT_LEAD.text() centre=true>
            <StaleNotice />
            <section class="panel">
                {who(Box::new(move || of_user(|user| user.profile.get(&picture()).filter(|_| has_picture).map(str::to_owned))))}
                <ul class="rows">{AccountPlace::ALL.iter().copied().map(row).collect_view()}</ul>
            </section>
        </Page>
    }
}
