//! The configuration is missing or wrong: says which field, what was found and what is expected.

use crate::{components::Page, config::Problem, i18n::Msg};
use leptos::prelude::*;

/// The page.
#[component]
pub fn ConfigProblem(
    /// What is wrong.
    problem: Problem,
) -> impl IntoView {
    let file = || Msg::ConfigFile.text().to_owned();
    let (field, found, expected) = match problem {
        Problem::Missing(None) => {
            (file(), Msg::ConfigMissing.text().to_owned(), Msg::ConfigExpectFile.text().to_owned())
        }
        Problem::Missing(Some(status)) => {
            (file(), Msg::ConfigHttp.fill(&[&status.to_string()]), Msg::ConfigExpectFile.text().to_owned())
        }
        Problem::NotJson { found } => (file(), found, Msg::ConfigExpectFile.text().to_owned()),
        Problem::Field { field, found, expected } => (field.to_owned(), found.unwrap_or_default(), expected.to_owned()),
        Problem::LoopbackEndpoint { endpoint, page } => {
            ("doorward.endpoint".to_owned(), endpoint, Msg::ConfigExpectPublic.fill(&[&page]))
        }
    };
    let found = if found.is_empty() { Msg::ConfigNothing.text().to_owned() } else { found };
    view! {
        <main class="main" id="main">
            <Page
                title=Msg::ConfigTitle
                lead=Msg::ConfigLead.text()
                wide=true
            >
                <dl class="facts">
                    <dt>{Msg::ConfigField.text()}</dt>
                    <dd><code>{field}</code></dd>
                    <dt>{Msg::ConfigFound.text()}</dt>
                    <dd><code>{found}</code></dd>
                    <dt>{Msg::ConfigExpected.text()}</dt>
                    <dd>{expected}</dd>
                </dl>
            </Page>
        </main>
    }
}
