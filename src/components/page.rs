//! The frame of one page inside the app: its heading, title and focus.

use super::{FieldState, effect, live};
use crate::i18n::Msg;
use leptos::{html, prelude::*};

/// In context: whether a page has been shown already. The first page leaves focus where the browser
/// put it; later ones move it to their heading, which also announces them.
#[derive(Clone, Copy, Default)]
pub struct Arrived(StoredValue<bool>);

/// A page: sets the document's title, shows the heading, and moves focus to it after a change of
/// route.
#[component]
pub fn Page(
    /// The heading; the document's title is made from it.
    #[prop(into)]
    title: Title,
    /// One sentence below the heading.
    #[prop(optional, into)]
    lead: String,
    /// The field that the page is about: it gets focus in place of the heading.
    #[prop(optional)]
    first: Option<FieldState>,
    /// A page with more room than a form needs.
    #[prop(optional)]
    wide: bool,
    /// A section of the account centre: without a card of its own.
    #[prop(optional)]
    centre: bool,
    /// The rest.
    children: Children,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    let site = use_context::<SiteName>();
    let arrived = use_context::<Arrived>();
    let Title(title) = title;
    effect(move || {
        let mut text = title.get();
        if let Some(SiteName(name)) = site {
            text.push_str(" · ");
            name.with_value(|name| text.push_str(name));
        }
        document().set_title(&text);
    });
    effect(move || {
        let Some(heading) = heading.get() else { return };
        if let Some(Arrived(before)) = arrived {
            if before.get_value() {
                match first {
                    Some(field) => field.focus(),
                    // Focus that cannot be moved is no reason to fail.
                    None => drop(heading.focus()),
                }
            }
            before.set_value(true);
        }
    });
    let (class, title_class, lead_class) = match (centre, wide) {
        (true, _) => ("centre__main", "centre__title", "centre__lead"),
        (false, true) => ("card card--wide", "card__title", "card__lead"),
        (false, false) => ("card", "card__title", "card__lead"),
    };
    view! {
        <div class=class>
            <h1 node_ref=heading class=title_class tabindex="-1">
                {live(move || title.get())}
            </h1>
            {(!lead.is_empty()).then(|| view! { <p class=lead_class id="lead">{lead}</p> })}
            {children()}
        </div>
    }
}

/// A heading that may change while the page is shown.
#[derive(Clone, Copy)]
pub struct Title(RwSignal<String>);

impl From<Msg> for Title {
    fn from(text: Msg) -> Self {
        Self(RwSignal::new(text.text().to_owned()))
    }
}

impl From<RwSignal<String>> for Title {
    fn from(text: RwSignal<String>) -> Self {
        Self(text)
    }
}

/// In context: what the site calls itself.
#[derive(Clone, Copy)]
pub struct SiteName(pub StoredValue<String>);
