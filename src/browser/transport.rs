//! Carries requests with reqwest, which uses the browser's fetch.

use crate::{
    cognito::{
        client::{HttpRequest, HttpResponse},
        error::Fault,
    },
    session::world::Request,
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

/// Sends any other request.
pub(super) async fn fetch(client: &reqwest::Client, request: Request) -> Result<HttpResponse, Fault> {
    let Request { method, url, headers, body } = request;
    let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|_| Fault::Garbled)?;
    let builder = client.request(method, url);
    send(headers.into_iter().fold(builder, |builder, (name, value)| builder.header(name, value)), body).await
}

async fn send(builder: reqwest::RequestBuilder, body: String) -> Result<HttpResponse, Fault> {
    let fault = |error: reqwest::Error| if error.is_timeout() { Fault::TimedOut } else { Fault::Offline };
    let mut request = builder.fetch_credentials_omit().timeout(TIME_LIMIT);
    // A GET must not have one, not even an empty one.
    if !body.is_empty() {
        request = request.body(body);
    }
    let response = request.send().await.map_err(fault)?;
    let status = response.status().as_u16();
    let error_type =
        response.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = response.text().await.map_err(fault)?;
    Ok(HttpResponse { status, error_type, body })
}
