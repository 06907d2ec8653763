//! The configuration is missing or wrong: says which field, what was found and what is expected.

use crate::{components::Page, config::Problem, i18n::Msg};
use leptos::prelude::*;

/// The page.
#[component]
pub fn ConfigProblem(
    /// What is wrong.
    problem: Problem,
) -> impl IntoView {
    view! {
        <main class="main" id="main">
            <ConfigFacts problem=problem />
        </main>
    }
}

/// The same inside the app's frame.
#[component]
pub fn ConfigFacts(
    /// What is wrong.
    problem: Problem,
) -> impl IntoView {
    let file = || Msg::CONFIG_FILE.text().to_owned();
    let (field, found, expected) = match problem {
        Problem::Missing(None) => {
            (file(), Msg::CONFIG_MISSING.text().to_owned(), Msg::CONFIG_EXPECT_FILE.text().to_owned())
        }
        Problem::Missing(Some(status)) => {
            (file(), Msg::CONFIG_HTTP.fill(&[&status.to_string()]), Msg::CONFIG_EXPECT_FILE.text().to_owned())
        }
        Problem::NotJson { found } => (file(), found, Msg::CONFIG_EXPECT_FILE.text().to_owned()),
        Problem::Field { field, found, expected } => (field.to_owned(), found.unwrap_or_default(), expected.to_owned()),
        Problem::LoopbackEndpoint { endpoint, page } => {
            ("doorward.endpoint".to_owned(), endpoint, Msg::CONFIG_EXPECT_PUBLIC.fill(&[&page]))
        }
    };
    let found = if found.is_empty() { Msg::CONFIG_NOTHING.text().to_owned() } else { found };
    view! {
        <Page
            title=Msg::CONFIG_TITLE
            lead=Msg::CONFIG_LEAD.text()
            wide=true
        >
            <dl class="facts">
                <dt>{Msg::CONFIG_FIELD.text()}</dt>
                <dd><code>{field}</code></dd>
                <dt>{Msg::CONFIG_FOUND.text()}</dt>
                <dd><code>{found}</code></dd>
                <dt>{Msg::CONFIG_EXPECTED.text()}</dt>
                <dd>{expected}</dd>
            </dl>
            // The file is read anew only when the browser loads the page, not the app.
            <p class="actions"><a class="button button--primary" href="" rel="external">{Msg::TRY_AGAIN.text()}</a></p>
        </Page>
    }
}
