//! Carries requests with reqwest, which uses the browser's fetch.

use crate::cognito::{
    client::{HttpRequest, HttpResponse},
    error::Fault,
};
use std::time::Duration;

/// How long an answer may take before the request is aborted.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// Posts one request.
pub(super) async fn post(client: &reqwest::Client, request: HttpRequest<'_>) -> Result<HttpResponse, Fault> {
    let builder = client
        .post(request.url)
        .header("content-type", "application/x-amz-json-1.1")
        .header("cache-control", "no-store")
        .header("x-amz-target", request.target);
    send(builder, request.body).await
}

/// Posts a form. It has no headers that a browser would have to ask the server about before.
pub(super) async fn post_form(client: &reqwest::Client, url: &str, form: String) -> Result<HttpResponse, Fault> {
    send(client.post(url).header("content-type", "application/x-www-form-urlencoded"), form).await
}

async fn send(builder: reqwest::RequestBuilder, body: String) -> Result<HttpResponse, Fault> {
    let fault = |error: reqwest::Error| if error.is_timeout() { Fault::TimedOut } else { Fault::Offline };
    let request = builder.fetch_credentials_omit().timeout(TIME_LIMIT).body(body);
    let response = request.send().await.map_err(fault)?;
    let status = response.status().as_u16();
    let error_type =
        response.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = response.text().await.map_err(fault)?;
    Ok(HttpResponse { status, error_type, body })
}
