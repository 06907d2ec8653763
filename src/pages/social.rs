//! The ways out to the providers of the configuration.

use crate::{
    components::{Alert, OtherWays, Tone, live},
    i18n::Msg,
    routes::{self, History},
    state::AppState,
};
use leptos::{prelude::*, task::spawn_local};

/// A button for each provider; nothing if there is none, or nobody could come back to this page. `divided` sets them apart
/// from what is above by an "or".
pub fn other_ways(divided: bool) -> Option<AnyView> {
    let app = AppState::get();
    let providers = app.config.with_value(|config| {
        let oauth = config.oauth.as_ref().filter(|oauth| oauth.redirect_uri.is_some())?;
        Some(oauth.providers.clone()).filter(|providers| !providers.is_empty())
    })?;
    let missing = RwSignal::new(false);
    let names = providers.iter().map(|provider| provider.label.clone()).collect();
    let choose = move |place: usize| {
        missing.set(false);
        let name = providers[place].name.clone();
        let next = app.query.with_value(|query| routes::next_of(query));
        spawn_local(async move {
            let opened = (app.services.account)().await;
            // Whoever has gone to another page in the meantime stays there.
            if missing.is_disposed() {
                app.leaving.set(None);
                return;
            }
            match opened.ok().and_then(|account| account.begin_social(&name, next)) {
                Some(url) => (app.services.leave)(&url, History::Push),
                None => {
                    app.leaving.set(None);
                    missing.set(true);
                }
            }
        });
    };
    Some(
        view! {
            {live(move || {
                missing.get().then(|| view! { <Alert tone=Tone::Error><p>{Msg::CHUNK_MISSING.text()}</p></Alert> })
            })}
            <OtherWays divided=divided names=names chosen=app.leaving on_choose=Callback::new(choose) />
        }
        .into_any(),
    )
}
