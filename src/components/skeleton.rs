//! Stands where something is coming, as large as what comes.

use crate::i18n::Msg;
use leptos::prelude::*;

/// Stands where a page is coming.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! {
        <div class="card skeleton" role="status">
            <span class="visually-hidden">{Msg::LOADING.text()}</span>
            <span class="skeleton__line skeleton__line--title"></span>
            <span class="skeleton__line"></span>
            <span class="skeleton__line"></span>
            <span class="skeleton__line skeleton__line--button"></span>
        </div>
    }
}

/// Stands where a list (`.rows`) is coming.
#[component]
pub fn SkeletonRows(
    /// How many rows are likely.
    #[prop(default = 3)]
    rows: u8,
) -> impl IntoView {
    let row = |_| {
        view! {
            <span class="skeleton__row">
                <span class="skeleton__line skeleton__line--short"></span>
                <span class="skeleton__line skeleton__line--thin"></span>
            </span>
        }
    };
    view! {
        <div class="skeleton skeleton--rows" role="status">
            <span class="visually-hidden">{Msg::LOADING.text()}</span>
            {(0..rows).map(row).collect_view()}
        </div>
    }
}

/// Stands where a whole section (`.panel`) is coming.
#[component]
pub fn SkeletonPanel() -> impl IntoView {
    view! {
        <div class="panel skeleton skeleton--panel" role="status">
            <span class="visually-hidden">{Msg::LOADING.text()}</span>
            <span class="skeleton__line skeleton__line--title"></span>
            <span class="skeleton__line"></span>
            <span class="skeleton__line skeleton__line--short"></span>
        </div>
    }
}
