//! The ways out to the providers of the configuration.

use crate::{
    components::{Alert, Tone, live, way},
    config::Provider,
    i18n::Msg,
    routes::History,
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// A button for each of these providers; nothing if there is none. `divided` sets them apart from what is above by an
/// "or".
pub fn other_ways(providers: Vec<Provider>, divided: bool) -> Option<AnyView> {
    if providers.is_empty() {
        return None;
    }
    let app = AppState::get();
    let missing = RwSignal::new(false);
    let choose = move |provider: &str| {
        missing.set(false);
        let name = provider.to_owned();
        app.leaving.set(name.clone());
        let next = app.next();
        spawn_local(async move {
            let opened = (app.services.account)().await;
            let here = !missing.is_disposed();
            // Whoever has gone to another page in the meantime stays there.
            let url = opened.ok().filter(|_| here).and_then(|account| account.begin_social(&name, next));
            match url {
                Some(url) => (app.services.leave)(&url, History::Push),
                None => {
                    app.leaving.set(String::new());
                    missing.try_set(true);
                }
            }
        });
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
                missing.get().then(|| view! { <Alert tone=Tone::Error><p>{Msg::CHUNK_MISSING.text()}</p></Alert> })
            })}
            {divided.then(|| view! { <p class="divider"><span>{Msg::OR.text()}</span></p> })}
            {providers.into_iter().map(button).collect::<Vec<AnyView>>()}
        }
        .into_any(),
    )
}
