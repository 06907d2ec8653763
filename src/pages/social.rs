//! The ways out to the providers of the configuration.

use crate::{
    components::{Alert, Tone, live, way},
    config::Provider,
    i18n::Msg,
    routes::History,
    session::Account,
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// After this long the browser has left, or will not.
const STUCK: Duration = Duration::from_secs(10);

/// Sends the browser to a provider: to the address that `begin` gives, if it can be begun. What keeps it from that goes into
/// `problem`; whoever has gone to another page in the meantime stays there.
pub fn leave_for(
    app: AppState,
    provider: &str,
    problem: RwSignal<Option<Msg>>,
    begin: impl FnOnce(&dyn Account) -> Option<String> + 'static,
) {
    problem.set(None);
    app.leaving.set(provider.to_owned());
    spawn_local(async move {
        let opened = (app.services.account)().await;
        if problem.is_disposed() {
            app.leaving.set(String::new());
            return;
        }
        let url = match opened {
            Ok(account) => begin(&*account).ok_or(Msg::SOCIAL_NO_STORAGE),
            Err(_) => Err(Msg::CHUNK_MISSING),
        };
        match url {
            Ok(url) => {
                (app.services.leave)(&url, History::Push);
                // Nothing tells a page that the person has stopped the browser from leaving.
                set_timeout(move || drop(app.leaving.try_set(String::new())), STUCK);
            }
            Err(text) => {
                app.leaving.set(String::new());
                problem.set(Some(text));
            }
        }
    });
}

/// A button for each of these providers; nothing if there is none. `divided` sets them apart from what is above by an
/// "or".
pub fn other_ways(providers: Vec<Provider>, divided: bool) -> Option<AnyView> {
    if providers.is_empty() {
        return None;
    }
    let app = AppState::get();
    let problem = RwSignal::new(None::<Msg>);
    let choose = move |provider: &str| {
        let (name, next) = (provider.to_owned(), app.next());
        leave_for(app, provider, problem, move |account| account.begin_social(&name, next));
    };
    let button = |provider: Provider| {
        let Provider { name, label } = provider;
        let is_chosen = {
            let name = name.clone();
            move || app.leaving.with(|leaving| *leaving == name)
        };
        let text = {
            let is_chosen = is_chosen.clone();
            move || if is_chosen() { Msg::OPENING } else { Msg::CONTINUE_WITH }.fill(&[&label])
        };
        // They lead away from this page, so that one is enough.
        let press = move |()| {
            if app.leaving.with_untracked(String::is_empty) {
                choose(&name);
            }
        };
        way(Box::new(text), Box::new(is_chosen), Callback::new(press))
    };
    Some(
        view! {
            {live(move || {
                problem.get().map(|text| view! { <Alert tone=Tone::Error><p>{text.text()}</p></Alert> })
            })}
            {divided.then(|| view! { <p class="divider"><span>{Msg::OR.text()}</span></p> })}
            {providers.into_iter().map(button).collect::<Vec<AnyView>>()}
        }
        .into_any(),
    )
}
