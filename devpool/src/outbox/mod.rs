//! The outbox page at `/_devpool/`: messages, users and the fixed ids, for people. Everything on it comes from the
//! JSON addresses beside it; the page puts text in place as text, so nothing in a message can become markup.

use crate::server::App;
use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// No script, style or request but the page's own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page's addresses under `/_devpool`.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/", get(page)).route("/outbox.css", get(style)).route("/outbox.js", get(script))
}

/// The page.
pub async fn page() -> Response {
    file("text/html; charset=utf-8", include_str!("outbox.html"))
}

async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("outbox.css"))
}

async fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("outbox.js"))
}

fn file(content_type: &'static str, content: &'static str) -> Response {
    let headers =
        [(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, POLICY), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, content).into_response()
}
