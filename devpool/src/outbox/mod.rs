//! The outbox page at `/_devpool/`: messages, users, settings, the clock and faults, for people. Everything on it comes
//! from the JSON addresses beside it; the page puts text in place as text, so nothing in a message can become markup.

use crate::server::App;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// No script, style or request but the page's own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The modules of the page's script, which import each other by these names.
const MODULES: [(&str, &str); 9] = [
    ("api.js", include_str!("api.js")),
    ("dom.js", include_str!("dom.js")),
    ("messages.js", include_str!("messages.js")),
    ("requests.js", include_str!("requests.js")),
    ("settings.js", include_str!("settings.js")),
    ("switches.js", include_str!("switches.js")),
    ("time.js", include_str!("time.js")),
    ("trouble.js", include_str!("trouble.js")),
    ("users.js", include_str!("users.js")),
];

/// The page's addresses under `/_devpool`.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(page))
        .route("/outbox.css", get(style))
        .route("/outbox.js", get(script))
        .route("/outbox/{module}", get(module))
}

/// The page.
pub async fn page() -> Response {
    file("text/html; charset=utf-8", include_str!("outbox.html"))
}

async fn style() -> Response {
    file("text/css; charset=utf-8", concat!(include_str!("../theme.css"), include_str!("outbox.css")))
}

async fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("outbox.js"))
}

async fn module(Path(name): Path<String>) -> Response {
    match MODULES.iter().find(|(module, _)| *module == name) {
        Some((_, content)) => file("text/javascript; charset=utf-8", content),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn file(content_type: &'static str, content: &'static str) -> Response {
    let headers =
        [(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, POLICY), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, content).into_response()
}
