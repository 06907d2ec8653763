//! Devices that the pool remembers. No public operation gives one another name: ConfirmDevice does so once, when the device
//! is new, and answers DeviceKeyExists after that.

use super::{
    MOST_PAGES,
    agent::{Agent, own_name},
    authorised,
};
use crate::{
    cognito::{
        error::{Error, ErrorKind},
        operations::{Device, DeviceRememberedStatus, ForgetDevice, GetDevice, ListDevices, UpdateDeviceStatus},
        types::{DeviceKey, IpAddress},
    },
    session::Account,
};

/// Entries of a page, the most that the pool gives.
const PAGE: u8 = 60;

/// A device as people know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDevice {
    /// Its name at the pool.
    pub key: DeviceKey,
    /// What somebody called it.
    pub name: Option<String>,
    /// What it is.
    pub agent: Agent,
    /// When somebody last signed in on it, seconds since 1970.
    pub signed_in_at: Option<u64>,
    /// Where it was then.
    pub last_ip: Option<IpAddress>,
    /// It stands in for the second factor.
    pub remembered: bool,
    /// It is this browser.
    pub is_this: bool,
}

impl KnownDevice {
    fn of(device: Device, this: Option<&DeviceKey>) -> Self {
        let attribute = |name: &str| {
            let found = device.device_attributes.iter().find(|attribute| attribute.name.as_str() == name);
            found.map(|attribute| attribute.value.as_str()).filter(|value| !value.is_empty())
        };
        let called = attribute("device_name").unwrap_or_default();
        Self {
            name: own_name(called).map(str::to_owned),
            agent: Agent::read(called),
            signed_in_at: device.device_last_authenticated_date.map(|at| at.seconds()),
            last_ip: attribute("last_ip_used").map(IpAddress::new),
            remembered: attribute("dev:device_remembered_status") != Some("not_remembered"),
            is_this: this == Some(&device.device_key),
            key: device.device_key,
        }
    }
}

/// All of them, this browser first, then the last used. A pool that asks people first lists those that it remembers only;
/// this browser is there even if it is not remembered.
///
/// # Errors
/// InvalidUserPoolConfiguration if the pool remembers no devices; otherwise as [`authorised`].
pub async fn list(account: &dyn Account) -> Result<Vec<KnownDevice>, Error> {
    let this = account.this_device();
    let mut found = Vec::new();
    let mut from = None;
    for _ in 0..MOST_PAGES {
        let page = from.clone();
        let make = move |access_token| {
            let mut list = ListDevices::new(access_token);
            list.limit = Some(PAGE);
            list.pagination_token = page.clone();
            list
        };
        let answer = authorised(account, make).await?;
        found.extend(answer.devices.into_iter().map(|device| KnownDevice::of(device, this.as_ref())));
        if answer.pagination_token.is_none() || answer.pagination_token == from {
            break;
        }
        from = answer.pagination_token;
    }
    if let Some(key) = this.filter(|_| !found.iter().any(|device| device.is_this)) {
        let asked = key.clone();
        // The pool may have forgotten it, which is told at the next sign-in.
        if let Ok(answer) = authorised(account, move |access_token| GetDevice::new(access_token, asked.clone())).await {
            found.push(KnownDevice::of(answer.device, Some(&key)));
        }
    }
    found.sort_by_key(|device| (!device.is_this, std::cmp::Reverse(device.signed_in_at)));
    Ok(found)
}

/// Has a device stand in for the second factor, or not any more. Only where the pool asks people.
///
/// # Errors
/// ResourceNotFound if the pool has forgotten it meanwhile; otherwise as [`authorised`].
pub async fn remember(account: &dyn Account, key: DeviceKey, remembered: bool) -> Result<(), Error> {
    let status = if remembered { DeviceRememberedStatus::Remembered } else { DeviceRememberedStatus::NotRemembered };
    let make = move |access_token| {
        let mut update = UpdateDeviceStatus::new(access_token, key.clone());
        update.device_remembered_status = Some(status);
        update
    };
    authorised(account, make).await.map(drop)
}

/// Has the pool forget a device: whoever signs in on it next is asked for everything again. Sessions go on.
///
/// # Errors
/// As [`authorised`]. A device that is not there any more is forgotten.
pub async fn forget(account: &dyn Account, key: DeviceKey) -> Result<(), Error> {
    let asked = key.clone();
    match authorised(account, move |access_token| ForgetDevice::new(access_token, asked.clone())).await {
        Ok(_) => {}
        Err(error) if error.kind() == Some(ErrorKind::ResourceNotFound) => {}
        Err(error) => return Err(error),
    }
    if account.this_device() == Some(key) {
        account.forget_this_device();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn known(attributes: &[(&str, &str)], this: Option<&str>) -> KnownDevice {
        let attributes: Vec<_> = attributes.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        let device = json!({"DeviceKey": "us-east-1_1", "DeviceAttributes": attributes,
            "DeviceLastAuthenticatedDate": 1_700_000_000.5});
        KnownDevice::of(serde_json::from_value(device).unwrap(), this.map(DeviceKey::new).as_ref())
    }

    #[test]
    fn a_device_says_what_it_is_as_far_as_the_pool_knows() {
        let full = known(
            &[
                ("device_name", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
                ("last_ip_used", "192.0.2.1"),
                ("dev:device_remembered_status", "not_remembered"),
            ],
            Some("us-east-1_1"),
        );
        assert_eq!((full.name, full.agent.browser, full.agent.system), (None, Some("Firefox"), Some("Linux")));
        assert_eq!(full.last_ip.unwrap().as_str(), "192.0.2.1");
        assert_eq!((full.remembered, full.is_this, full.signed_in_at), (false, true, Some(1_700_000_000)));
        let bare = known(&[("last_ip_used", "")], Some("us-east-1_2"));
        assert!(bare.agent.is_unknown() && bare.name.is_none() && bare.last_ip.is_none());
        assert!(bare.remembered, "AWS lists those that are remembered, and does not say so of each");
        assert!(!bare.is_this);
        assert_eq!(known(&[("device_name", "Ada's phone")], None).name.as_deref(), Some("Ada's phone"));
    }
}
