//! The first view of the static routes as HTML, made at build time from the same components.

use super::{App, brand::wear};
use crate::{
    cognito::error::Fault,
    config::Config,
    i18n::{self, Msg},
    routes,
    session::Session,
    state::{AppState, Services},
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};
use std::cell::RefCell;

/// `{"routes": {path: {"title", "html"}}, "languages": {tag: {path: …}}, "change_password": path,
/// "brand": css}` for
/// [`routes::PRERENDERED`] and [`routes::CHANGE_PASSWORD`]. `languages` is what tools/languages.mjs reads.
///
/// `/` carries only the frame and a sign of progress: hosts answer every deep link with it.
pub fn prerender(config: &Config, languages: &Map<String, Value>) -> Value {
    let draw = |tag: &str| -> Value {
        routes::PRERENDERED.iter().map(|path| ((*path).to_owned(), page(path, tag, config))).collect()
    };
    let mut translated = Map::new();
    for (tag, language) in languages.iter().filter(|(tag, _)| *tag != "en") {
        let texts = |key: &str| -> Vec<String> {
            let list = language[key].as_array().into_iter().flatten();
            list.map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
        };
        PLURALS.set(texts("plurals"));
        i18n::speak(texts("texts"), Some(category));
        translated.insert(tag.clone(), draw(tag));
    }
    i18n::speak(Vec::new(), None);
    let brand = config.brand::<Value>().ok().and_then(|brand| brand.css());
    let change_password = routes::CHANGE_PASSWORD;
    json!({ "routes": draw("en"), "languages": translated, "change_password": change_password, "brand": brand })
}

thread_local! {
    /// The plural category of each number, in the language that is being drawn.
    static PLURALS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn category(count: u64) -> String {
    let index = usize::try_from(count).unwrap_or(usize::MAX);
    PLURALS.with_borrow(|categories| categories.get(index).cloned()).unwrap_or_default()
}

fn page(path: &str, language: &str, config: &Config) -> Value {
    let title = match path {
        routes::SIGN_UP => Some(Msg::SIGN_UP_TITLE),
        routes::VERIFY => Some(Msg::VERIFY_TITLE),
        routes::LOGIN => Some(Msg::LOGIN_TITLE),
        routes::FORGOT_PASSWORD => Some(Msg::FORGOT_TITLE),
        _ => None,
    };
    // While a session is being restored, a guarded page is drawn as the frame with a skeleton.
    let (drawn, session) = match title {
        Some(_) => (path, Session::SignedOut),
        None => (routes::AUTHENTICATED, Session::Restoring),
    };
    let (name, html) = Owner::new().with(|| {
        let place = (drawn.to_owned(), language.to_owned());
        let state = AppState::new(config.clone(), session, None, place, services());
        if let Ok(brand) = config.brand::<Value>() {
            wear(state, brand);
        }
        (state.config.with_value(|config| config.name.clone()), view! { <App state=state /> }.to_html())
    });
    let title = title.map_or_else(|| name.clone(), |title| format!("{} · {name}", title.text()));
    json!({ "title": title, "html": html })
}

/// Nothing of the outside world exists at build time.
fn services() -> Services {
    Services {
        account: || Box::pin(async { Err(Fault::ChunkMissing) }),
        prepare: || {},
        go: |_, _| {},
        leave: |_, _| {},
        restore: || {},
        now: || 0,
        copy: |_| Box::pin(async { false }),
        save: |_, _| {},
        time_of_day: |_| String::new(),
        date_and_time: |_| String::new(),
        every_second: drop,
        locale: String::new,
        time_zone: String::new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_static_routes_carry_their_forms() {
        let config = crate::config::parse::<Value>(include_str!("../../public/config.json"), "localhost").unwrap();
        let texts: Vec<Value> = (0..1000).map(|number| json!(number.to_string())).collect();
        let other = json!({ "xx": { "texts": texts, "plurals": [] } });
        let pages = prerender(&config, other.as_object().unwrap());
        let html = |path: &str| pages["routes"][path]["html"].as_str().unwrap().to_owned();
        for (path, id) in [
            (routes::LOGIN, "login"),
            (routes::SIGN_UP, "signup"),
            (routes::VERIFY, "verify"),
            (routes::FORGOT_PASSWORD, "forgot"),
        ] {
            let html = html(path);
            assert!(html.contains(&format!("<form id=\"{id}\"")), "{path}: {html}");
            assert!(html.contains("method=\"post\""), "a form without its app must not be sent as a GET");
            for inline in ["style=", "<style", "<script", "javascript:", "onclick", "onsubmit"] {
                assert!(!html.contains(inline), "{path} has {inline}");
            }
        }
        assert!(html(routes::SIGN_UP).contains("Agent name"), "the configured attribute is asked for");
        assert!(!html(routes::HOME).contains("<form"), "deep links get the frame only");
        assert!(html(routes::HOME).contains("skeleton"));
        assert_eq!(pages["routes"][routes::LOGIN]["title"], "Sign in · Doorward");
        let foreign = pages["languages"]["xx"][routes::LOGIN]["html"].as_str().unwrap();
        assert!(foreign.contains("<form id=\"login\"") && !foreign.contains("Sign in"), "{foreign}");
    }
}
