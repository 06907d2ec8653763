//! The profile: what the person may change, and what is only shown.

use crate::{
    components::{Page, effect, live},
    config::AttributeField,
    i18n::Msg,
    pages::{
        attributes::{attribute_fields, label_of},
        profile::{DetailsForm, StaleNotice, attribute_text, has_picture, of_user, picture, who},
    },
    routes::AccountPlace,
    state::SettingsHandle,
};
use leptos::prelude::*;

/// The section.
#[component]
pub fn Details() -> impl IntoView {
    // They have a section of their own, because a new one has to be confirmed.
    let is_contact = |name: &str| matches!(name, "email" | "phone_number");
    let fields = attribute_fields(|field| field.editable);
    let fields: Vec<_> = fields.into_iter().filter(|(field, _)| !is_contact(field.name.as_str())).collect();
    let facts: Vec<_> = SettingsHandle::with(|settings| {
        let shown = settings.attributes.iter().filter(|field| !field.editable && !is_contact(field.name.as_str()));
        shown.cloned().collect()
    });
    let (has_fields, has_facts) = (!fields.is_empty(), !facts.is_empty());
    let photo = fields.iter().find(|(field, _)| field.name == picture()).map(|(_, state)| *state);
    let address = RwSignal::new(String::new());
    let show = move |text: String| {
        if address.with_untracked(|before| *before != text) {
            address.set(text);
        }
    };
    // What is typed is shown when the person has left the field: half an address is somebody else's.
    let changed = move || {
        if let Some(photo) = photo {
            show(photo.value().trim().to_owned());
        }
    };
    let stored = move || of_user(|user| user.profile.get(&picture()).unwrap_or_default().to_owned());
    let listed = has_picture();
    effect(move || {
        let stored = stored();
        let untouched = photo.is_none_or(|photo| photo.live() == stored);
        if listed && untouched {
            show(stored);
        }
    });
    view! {
        <Page title=Msg::DETAILS_TITLE lead=Msg::DETAILS_LEAD.text() centre=true>
            <StaleNotice />
            <section class="panel" aria-labelledby="details-title" on:change=move |_| changed()>
                <h2 class="panel__title" id="details-title">{Msg::PROFILE_TITLE.text()}</h2>
                {who(Box::new(move || Some(address.get())))}
                {has_fields.then(|| view! { <DetailsForm fields=fields /> })}
                {(!has_fields && !has_facts).then(|| {
                    view! {
                        <div class="empty">
                            <p>{Msg::DETAILS_EMPTY.text()}</p>
                            <a class="button" href=AccountPlace::Contact.path()>{Msg::CONTACT_TITLE.text()}</a>
                        </div>
                    }
                })}
            </section>
            {has_facts.then(|| {
                view! {
                    <section class="panel" aria-labelledby="facts-title">
                        <h2 class="panel__title" id="facts-title">{Msg::DETAILS_FACTS.text()}</h2>
                        <p class="panel__lead">{Msg::DETAILS_FACTS_LEAD.text()}</p>
                        {live(move || {
                            let fact = |field: &AttributeField| {
                                let text = of_user(|user| {
                                    user.profile.get(&field.name).map(|value| attribute_text(field, value))
                                });
                                let text = text.filter(|text| !text.is_empty());
                                let text = text.unwrap_or_else(|| Msg::DETAILS_NOTHING.text().to_owned());
                                view! {
                                    <dt>{label_of(field)}</dt>
                                    <dd>{text}</dd>
                                }
                            };
                            view! { <dl class="facts">{facts.iter().map(fact).collect_view()}</dl> }
                        })}
                    </section>
                }
            })}
        </Page>
    }
}
