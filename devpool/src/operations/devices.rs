//! ConfirmDevice, GetDevice, ListDevices, ForgetDevice, UpdateDeviceStatus.

use super::{Page, Peer, parse};
use crate::pool::Pool;
use crate::pool::settings::DeviceMode;
use crate::pool::state::State;
use crate::pool::user::Device;
use crate::srp::Verifier;
use crate::wire::{ApiError, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

/// A user cannot have more.
const MOST: usize = 60;

/// Devices are there only in pools that remember some.
fn check_remembered(state: &State) -> Result<(), ApiError> {
    if state.settings.devices.mode == DeviceMode::Off {
        return Err(ApiError::new(
            "InvalidUserPoolConfigurationException",
            "The user pool is not configured to remember devices.",
        ));
    }
    Ok(())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmRequest {
    access_token: Secret,
    device_key: String,
    device_name: Option<String>,
    device_secret_verifier_config: Option<VerifierConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VerifierConfig {
    password_verifier: Secret,
    salt: Secret,
}

/// `ConfirmDevice`: keeps what proves the device's password. Where people are asked first, the device is remembered
/// only after `UpdateDeviceStatus`, and the answer says so.
pub fn confirm_device(pool: &Pool, peer: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: ConfirmRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let verifier = request
        .device_secret_verifier_config
        .ok_or_else(|| ApiError::invalid_parameter("Device verifier config not provided."))?;
    let bytes = |secret: &Secret| STANDARD.decode(secret.reveal()).ok();
    let verifier = bytes(&verifier.salt)
        .zip(bytes(&verifier.password_verifier))
        .and_then(|(salt, v)| Verifier::from_client(&salt, &v))
        .ok_or_else(|| ApiError::invalid_parameter("Device verifier config is not valid."))?;
    pool.write(|state, now| {
        check_remembered(state)?;
        let ask = state.settings.devices.mode == DeviceMode::OptIn;
        let user = state.user_mut(&caller.sub)?;
        let confirmed = user.devices.values().filter(|device| device.verifier.is_some()).count();
        let device = user.devices.get_mut(&request.device_key).ok_or_else(ApiError::device_not_found)?;
        if device.verifier.is_some() {
            return Err(ApiError::new("DeviceKeyExistsException", "Device key already exists."));
        }
        if confirmed >= MOST {
            return Err(ApiError::invalid_parameter("The user has too many devices."));
        }
        device.verifier = Some(verifier);
        device.name = request.device_name.or_else(|| Some(super::sessions::device_type(&peer.user_agent)));
        device.remembered = !ask;
        device.modified = now;
        Ok(json!({ "UserConfirmationNecessary": ask }))
    })
}

fn device_json(key: &str, device: &Device) -> Value {
    let attribute = |name: &str, value: &str| json!({ "Name": name, "Value": value });
    let status = if device.remembered { "remembered" } else { "not_remembered" };
    let attributes = [
        attribute("device_status", "valid"),
        attribute("device_name", device.name.as_deref().unwrap_or("unknown")),
        attribute("dev:device_remembered_status", status),
        // Nothing but loopback reaches this pool.
        attribute("last_ip_used", "127.0.0.1"),
    ];
    json!({
        "DeviceKey": key,
        "DeviceAttributes": attributes,
        "DeviceCreateDate": device.created.fractional_seconds(),
        "DeviceLastModifiedDate": device.modified.fractional_seconds(),
        "DeviceLastAuthenticatedDate": device.last_authenticated.fractional_seconds(),
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeviceRequest {
    access_token: Option<Secret>,
    device_key: String,
    #[serde(default)]
    device_remembered_status: Option<String>,
}

impl DeviceRequest {
    fn caller(&self, pool: &Pool) -> Result<String, ApiError> {
        let token = self.access_token.as_ref().ok_or_else(|| ApiError::invalid_parameter("AccessToken is missing."))?;
        Ok(pool.caller(token.reveal())?.sub)
    }
}

/// A confirmed device of a user.
fn find<'a>(state: &'a State, sub: &str, key: &str) -> Result<&'a Device, ApiError> {
    check_remembered(state)?;
    let user = state.user(sub)?;
    user.devices.get(key).filter(|device| device.verifier.is_some()).ok_or_else(ApiError::device_not_found)
}

/// `GetDevice`.
pub fn get_device(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: DeviceRequest = parse(request)?;
    let sub = request.caller(pool)?;
    pool.read(|state| {
        let device = find(state, &sub, &request.device_key)?;
        Ok(json!({ "Device": device_json(&request.device_key, device) }))
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListRequest {
    access_token: Secret,
    limit: Option<usize>,
    pagination_token: Option<String>,
}

/// `ListDevices`: those that are confirmed and remembered, the last used first. One that its user was asked about and did
/// not agree to is not in it.
pub fn list_devices(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: ListRequest = parse(request)?;
    let caller = pool.caller(request.access_token.reveal())?;
    let page = Page::new(request.limit, MOST, request.pagination_token.as_deref())?;
    pool.read(|state| {
        check_remembered(state)?;
        let user = state.user(&caller.sub)?;
        let is_listed = |device: &Device| device.verifier.is_some() && device.remembered;
        let mut devices: Vec<_> = user.devices.iter().filter(|(_, device)| is_listed(device)).collect();
        devices.sort_by_key(|(key, device)| (std::cmp::Reverse(device.last_authenticated), (*key).clone()));
        let (devices, next) = page.cut(devices);
        let list: Vec<Value> = devices.iter().map(|(key, device)| device_json(key, device)).collect();
        let mut answer = json!({ "Devices": list });
        if let Some(next) = next {
            answer["PaginationToken"] = json!(next);
        }
        Ok(answer)
    })
}

/// `ForgetDevice`: who signs in from it next is asked for everything again.
pub fn forget_device(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: DeviceRequest = parse(request)?;
    let sub = request.caller(pool)?;
    pool.write(|state, now| {
        find(state, &sub, &request.device_key)?;
        let user = state.user_mut(&sub)?;
        user.devices.remove(&request.device_key);
        user.modified = now;
        Ok(Value::Null)
    })
}

/// `UpdateDeviceStatus`: whether a device is remembered.
pub fn update_device_status(pool: &Pool, _: &Peer, request: Value) -> Result<Value, ApiError> {
    let request: DeviceRequest = parse(request)?;
    let sub = request.caller(pool)?;
    pool.write(|state, now| {
        find(state, &sub, &request.device_key)?;
        let user = state.user_mut(&sub)?;
        let device = user.devices.get_mut(&request.device_key).ok_or_else(ApiError::device_not_found)?;
        if let Some(status) = &request.device_remembered_status {
            device.remembered = status == "remembered";
        }
        device.modified = now;
        Ok(json!({}))
    })
}
