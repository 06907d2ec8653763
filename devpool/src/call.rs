//! From the headers and the body of a call to its answer, without HTTP around it: [`crate::server`] takes these steps
//! one by one, the fuzz target and the tests of malformed requests take them at once with [`handle`].

use crate::model::{self, Service};
use crate::operations::{self, Operation, Peer};
use crate::pool::Pool;
use crate::wire::ApiError;
use serde_json::Value;

/// The content type of both services.
pub const AMZ_JSON: &str = "application/x-amz-json-1.1";

/// Finds the operation that `target` (the header `X-Amz-Target`) names, and checks the request against the model.
///
/// # Errors
/// `UnsupportedMediaTypeException` (415), `UnknownOperationException`, `OperationNotEnabledException`, and those of
/// [`Service::check_request`].
pub fn route(pool: &Pool, target: &str, content_type: &str, request: &Value) -> Result<Operation, ApiError> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(AMZ_JSON) {
        return Err(ApiError::new("UnsupportedMediaTypeException", format!("The content type must be {AMZ_JSON}."))
            .with_status(415));
    }
    let Some((service, name, model)) = Service::find(target) else {
        return Err(ApiError::new(
            "UnknownOperationException",
            "X-Amz-Target names no operation that a public client may call.",
        ));
    };
    let Some(operation) = operations::find(service, name) else {
        return Err(ApiError::new("UnknownOperationException", format!("The dev pool does not have {name} yet.")));
    };
    service.check_request(model, request)?;
    if pool.read(|state| state.settings.features.disabled_operations.iter().any(|disabled| disabled == name)) {
        return Err(ApiError::operation_not_enabled());
    }
    Ok(operation)
}

/// Reads, checks and carries out one call. `Null` is an answer without a body.
///
/// # Errors
/// Those of [`model::request_object`], of [`route`] and of the operation.
pub fn handle(pool: &Pool, peer: &Peer, target: &str, content_type: &str, body: &[u8]) -> Result<Value, ApiError> {
    let request = model::request_object(body)?;
    route(pool, target, content_type, &request)?(pool, peer, request)
}
