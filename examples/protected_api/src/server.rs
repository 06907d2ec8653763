//! The routes of this example, and what is on every answer.

use crate::caller::{Caller, Verifier};
use crate::settings::AllowedOrigin;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// For how long a browser need not ask again whether a page may call.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);

/// Everything there is, for pages of these origins. (Programs that are no browsers are kept out by the token alone.)
pub fn router(verifier: Verifier, origins: &[AllowedOrigin]) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().map(|origin| origin.header().clone())))
        .allow_methods([Method::GET])
        .allow_headers([AUTHORIZATION])
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER])
        .max_age(PREFLIGHT_MAX_AGE);
    Router::new()
        .route("/", get(who))
        .route("/health", get(health))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_so)
        .layer(cors)
        .layer(map_response(not_stored))
        .with_state(verifier)
}

/// Protected, because it takes a [`Caller`].
async fn who(caller: Caller) -> Json<Caller> {
    Json(caller)
}

async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

async fn nothing_here() -> (StatusCode, Json<Value>) {
    let body = json!({ "error": "not_found", "reason": "not_found", "message": "There is nothing here." });
    (StatusCode::NOT_FOUND, Json(body))
}

async fn not_so() -> (StatusCode, Json<Value>) {
    let name = "method_not_allowed";
    let body = json!({ "error": name, "reason": name, "message": "This can be read only: send a GET." });
    (StatusCode::METHOD_NOT_ALLOWED, Json(body))
}

/// What is said to one caller is for no cache.
async fn not_stored(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
