//! Devices that the pool knows: which they are, whether they stand in for the second factor, and to forget them.

use super::{
    rows::{FIRST, Outcome, agent_name, empty, instead, list_of, more},
    step_up::StepUp,
};
use crate::{
    cognito::types::DeviceKey,
    components::{Confirm, Page, RowButton, live},
    i18n::Msg,
    pages::inputs::has_left,
    session::centre::{
        devices::{self, KnownDevice},
        lacks,
    },
    state::{AppState, SettingsHandle},
};
use leptos::{prelude::*, task::spawn_local};

/// What people call it.
fn name_of(device: &KnownDevice) -> String {
    device.name.clone().unwrap_or_else(|| agent_name(device.agent))
}

/// The section.
#[component]
pub fn Devices() -> impl IntoView {
    let (app, step_up) = (AppState::get(), StepUp::get());
    // The pool remembers what people agree to.
    let asks = SettingsHandle::with(|settings| settings.remember_devices);
    let outcome = Outcome::new();
    let all = RwSignal::new(false);
    let (list, again) = list_of(outcome, |account| Box::pin(async move { devices::list(&*account).await }));

    let changing = RwSignal::new(None::<DeviceKey>);
    let remember = move |device: KnownDevice| {
        let (key, remembered) = (device.key, !device.remembered);
        changing.set(Some(key.clone()));
        outcome.clear();
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => devices::remember(&*account, key.clone(), remembered).await,
                Err(fault) => Err(fault.into()),
            };
            if changing.try_set(None).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    list.update(|list| {
                        let found = list.as_mut().and_then(|list| list.as_mut().ok());
                        for device in found.into_iter().flatten().filter(|device| device.key == key) {
                            device.remembered = remembered;
                        }
                    });
                    outcome.good(if remembered { Msg::DEVICE_IS_REMEMBERED } else { Msg::DEVICE_IS_NOT_REMEMBERED });
                    outcome.focus();
                }
                Err(error) => outcome.bad(&error),
            }
        });
    };
    let asked = RwSignal::new(None::<KnownDevice>);
    let (open, working) = (RwSignal::new(false), RwSignal::new(false));
    let not_forgotten = Outcome::new();
    let forget = move || {
        let Some(key) = asked.with_untracked(|device| device.as_ref().map(|device| device.key.clone())) else { return };
        working.set(true);
        not_forgotten.clear();
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => devices::forget(&*account, key.clone()).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            match answer {
                Ok(()) => {
                    open.set(false);
                    list.update(|list| {
                        if let Some(Ok(list)) = list {
                            list.retain(|device| device.key != key);
                        }
                    });
                    outcome.good(Msg::DEVICE_FORGOTTEN);
                    outcome.focus();
                }
                Err(error) => not_forgotten.bad(&error),
            }
        });
    };
    let row = move |(number, device): (usize, KnownDevice)| {
        let id = format!("device-{number}");
        let status = if device.remembered {
            ("badge badge--success", Msg::DEVICE_REMEMBERED)
        } else {
            ("badge", Msg::DEVICE_NOT_REMEMBERED)
        };
        let switch = asks.then(|| {
            let device = device.clone();
            let label = if device.remembered { Msg::DEVICE_STOP } else { Msg::DEVICE_REMEMBER };
            let key = device.key.clone();
            let working = move || changing.with(|changing| changing.as_ref() == Some(&key));
            let press = move || {
                let changed = device.clone();
                let change = move || {
                    if changing.with_untracked(Option::is_none) {
                        remember(changed);
                    }
                };
                // To be asked more often needs no proof.
                if device.remembered { change() } else { step_up.then(change) }
            };
            view! {
                <RowButton
                    label=label
                    busy=Msg::SAVING
                    described=id.clone()
                    working=Box::new(working)
                    on_press=Callback::new(move |()| press())
                />
            }
        });
        let forgotten = device.clone();
        let ask = move || {
            not_forgotten.clear();
            asked.set(Some(forgotten.clone()));
            open.set(true);
        };
        let seen = device.signed_in_at.map(|at| Msg::DEVICE_LAST.fill(&[&(app.services.date_and_time)(at)]));
        let address = device.last_ip.as_ref().map(|ip| Msg::DEVICE_IP.fill(&[ip.as_str()]));
        view! {
            <li class="row">
                <div class="row__text" id=id.clone()>
                    <p class="row__title">
                        {name_of(&device)}
                        {device.is_this.then(|| view! { " " <span class="badge">{Msg::DEVICE_THIS.text()}</span> })}
                        " " <span class=status.0>{status.1.text()}</span>
                    </p>
                    {seen.map(|text| view! { <p class="row__detail">{text}</p> })}
                    {address.map(|text| view! { <p class="row__detail">{text}</p> })}
                </div>
                <p class="row__actions">
                    {switch}
                    <RowButton
                        label=Msg::DEVICE_FORGET
                        described=id
                        danger=true
                        on_press=Callback::new(move |()| ask())
                    />
                </p>
            </li>
        }
        .into_any()
    };
    view! {
        <Page title=Msg::DEVICES_TITLE lead=Msg::DEVICES_LEAD.text() centre=true>
            <section class="panel" aria-labelledby="devices-list">
                {outcome.heading("devices-list", Msg::DEVICES_LIST)}
                {outcome.view()}
                {live(move || match list.get() {
                    None => instead(None, again),
                    Some(Err(error)) if lacks(&error) => empty(Msg::DEVICES_OFF, Msg::DEVICES_OFF_LEAD),
                    Some(Err(error)) => instead(Some(error), again),
                    Some(Ok(list)) if list.is_empty() => empty(Msg::DEVICES_NONE, Msg::DEVICES_NONE_LEAD),
                    Some(Ok(list)) => {
                        let length = list.len();
                        let shown = if all.get() { length } else { FIRST };
                        let rows: Vec<_> = list.into_iter().take(shown).enumerate().map(row).collect();
                        view! { <ul class="rows">{rows}</ul> {more(length, all, outcome)} }.into_any()
                    }
                })}
            </section>
            <Confirm
                id="forget-device"
                title=Msg::DEVICE_FORGET_TITLE
                open=open
                confirm=Msg::DEVICE_FORGET
                busy=Msg::DEVICE_FORGETTING
                cancel=Msg::CANCEL
                working=working
                danger=true
                on_confirm=Callback::new(move |()| forget())
            >
                <p>
                    {live(move || {
                        asked.get().map(|device| Msg::DEVICE_FORGET_LEAD.fill(&[&name_of(&device)]))
                    })}
                </p>
                {not_forgotten.view()}
            </Confirm>
        </Page>
    }
}
