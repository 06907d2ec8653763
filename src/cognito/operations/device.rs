//! Devices that a pool remembers. A remembered device proves itself at sign-in by an SRP of its own, and
//! can stand for the second factor.

use super::*;

/// What the pool keeps of a device's password (`DeviceSecretVerifierConfigType`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeviceSecretVerifier {
    /// `g^x`, base64 of a signed big integer.
    pub password_verifier: String,
    /// Base64 of a signed big integer.
    pub salt: String,
}

operation! {
    /// `ConfirmDevice`: takes up the device that NewDeviceMetadata has named.
    ///
    /// Errors beyond the common ones: DeviceKeyExists, InvalidLambdaResponse, InvalidPassword,
    /// InvalidUserPoolConfiguration, NotAuthorized, PasswordResetRequired, UserNotConfirmed, UserNotFound,
    /// UsernameExists.
    ConfirmDevice {
        /// A valid access token.
        access_token: AccessToken,
        /// The device.
        device_key: DeviceKey,
        ;
        /// What the device will prove itself against; see
        /// [`srp::DeviceSecret`](crate::cognito::srp::DeviceSecret).
        device_secret_verifier_config: Option<DeviceSecretVerifier>,
        /// What to call it in lists.
        device_name: Option<DeviceName>,
    } -> ConfirmDeviceResponse
}

/// What ConfirmDevice answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ConfirmDeviceResponse {
    /// The pool remembers devices only when the person says so: ask, then [`UpdateDeviceStatus`].
    pub user_confirmation_necessary: bool,
}

operation! {
    /// `GetDevice`: one device.
    ///
    /// Errors beyond the common ones: InvalidUserPoolConfiguration, NotAuthorized, PasswordResetRequired,
    /// UserNotConfirmed, UserNotFound.
    GetDevice {
        /// A valid access token.
        access_token: AccessToken,
        /// Which one.
        device_key: DeviceKey,
    } -> GetDeviceResponse
}

/// What GetDevice answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetDeviceResponse {
    /// The device.
    pub device: Device,
}

/// A device (`DeviceType`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Device {
    /// Its name.
    pub device_key: DeviceKey,
    /// `device_name`, `device_status`, `last_ip_used`, …
    #[serde(default, deserialize_with = "null_as_default")]
    pub device_attributes: Vec<Attribute>,
    /// When it was confirmed.
    pub device_create_date: Option<Timestamp>,
    /// When its status changed.
    pub device_last_modified_date: Option<Timestamp>,
    /// When somebody last signed in on it.
    pub device_last_authenticated_date: Option<Timestamp>,
}

operation! {
    /// `ListDevices`: the person's devices, a page at a time.
    ///
    /// Errors beyond the common ones: InvalidUserPoolConfiguration, NotAuthorized, PasswordResetRequired,
    /// UserNotConfirmed, UserNotFound.
    ListDevices {
        /// A valid access token.
        access_token: AccessToken,
        ;
        /// Entries on a page, 0 to 60.
        limit: Option<u8>,
        /// Where this page begins.
        pagination_token: Option<PageToken>,
    } -> ListDevicesResponse
}

/// What ListDevices answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListDevicesResponse {
    /// This page.
    #[serde(deserialize_with = "null_as_default")]
    pub devices: Vec<Device>,
    /// Where the next page begins; absent on the last.
    pub pagination_token: Option<PageToken>,
}

operation! {
    /// `ForgetDevice`: the pool forgets a device; it has to pass the second factor again.
    ///
    /// Errors beyond the common ones: InvalidUserPoolConfiguration, NotAuthorized, PasswordResetRequired,
    /// UserNotConfirmed, UserNotFound.
    ForgetDevice {
        /// A valid access token.
        access_token: AccessToken,
        /// Which one.
        device_key: DeviceKey,
    } -> Nothing, empty true
}

/// Whether a device stands for the second factor (`DeviceRememberedStatusType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceRememberedStatus {
    /// It does.
    Remembered,
    /// It does not.
    NotRemembered,
}

operation! {
    /// `UpdateDeviceStatus`: the person's word on whether to remember a device.
    ///
    /// Errors beyond the common ones: InvalidUserPoolConfiguration, NotAuthorized, PasswordResetRequired,
    /// UserNotConfirmed, UserNotFound.
    UpdateDeviceStatus {
        /// A valid access token.
        access_token: AccessToken,
        /// Which one.
        device_key: DeviceKey,
        ;
        /// The person's word.
        device_remembered_status: Option<DeviceRememberedStatus>,
    } -> Nothing
}
