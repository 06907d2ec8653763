//! Calls a server that trusts this pool, and shows its answer: an example to build on.

use super::{
    inputs::has_left,
    problem::{Doing, explain},
};
use crate::{
    cognito::error::{Error, Fault},
    components::{Alert, Page, Tone, WorkButton, live},
    i18n::Msg,
    session::{ApiAnswer, ApiRequest},
    state::{AppState, SettingsHandle},
};
use leptos::{prelude::*, task::spawn_local};

/// What an answer means that is no success.
const fn problem_of(status: u16) -> Option<Msg> {
    match status {
        200..300 => None,
        401 => Some(Msg::API_REFUSED),
        403 => Some(Msg::API_FORBIDDEN),
        _ => Some(Msg::API_TROUBLE),
    }
}

/// JSON with a line for each member, as far as it is JSON. Only white space between its parts is changed, so that what a
/// server answered can be read and compared.
fn laid_out(body: &str) -> String {
    if !body.trim_start().starts_with(['{', '[']) {
        return body.to_owned();
    }
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0_usize, false, false);
    let mut rest = body.trim().chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(c) = rest.next() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            ' ' | '\t' | '\r' | '\n' => {}
            '{' | '[' => {
                out.push(c);
                while rest.next_if(|c| c.is_ascii_whitespace()).is_some() {}
                if let Some(end) = rest.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => {
                quoted = c == '"';
                out.push(c);
            }
        }
    }
    out
}

/// The page. Only shown while somebody is signed in.
#[component]
pub fn ProtectedApi() -> impl IntoView {
    let app = AppState::get();
    let Some(url) = SettingsHandle::with(|settings| settings.protected_api.clone()) else {
        return view! {
            <Page title=Msg::API_TITLE>
                <Alert tone=Tone::Info><p>{Msg::API_NONE.text()}</p></Alert>
            </Page>
        }
        .into_any();
    };
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Msg>);
    let shown = RwSignal::new(None::<ApiAnswer>);
    let call = move || {
        problem.set(None);
        working.set(true);
        let request = ApiRequest { method: "GET", url: url.clone(), body: None };
        spawn_local(async move {
            let answer = match (app.services.account)().await {
                Ok(account) => account.call_api(request).await,
                Err(fault) => Err(fault.into()),
            };
            if has_left(working) {
                return;
            }
            problem.set(match &answer {
                Ok(answer) => problem_of(answer.status),
                // That is about this server, not about the sign-in service.
                Err(Error::Fault(Fault::Offline | Fault::TimedOut)) => Some(Msg::API_OFFLINE),
                Err(error) => Some(explain(error, Doing::OwnAccount).text),
            });
            shown.set(answer.ok());
        });
    };
    view! {
        <Page title=Msg::API_TITLE lead=Msg::API_LEAD.text() wide=true>
            {live(move || problem.get().map(|text| view! { <Alert tone=Tone::Error><p>{text.text()}</p></Alert> }))}
            <p class="actions">
                <WorkButton
                    label=Msg::API_CALL
                    busy=Msg::API_CALLING
                    working=working
                    on_press=Callback::new(move |()| call())
                />
            </p>
            <div role="status">
                {live(move || {
                    shown
                        .get()
                        .map(|ApiAnswer { status, body }| {
                            view! {
                                <section class="section" aria-labelledby="answer">
                                    <h2 class="section__title" id="answer">{Msg::API_ANSWER.text()}</h2>
                                    <p class="section__lead">{Msg::API_STATUS.fill(&[&status.to_string()])}</p>
                                    // Text of a server: shown as nothing but text.
                                    <pre class="object" tabindex="0" aria-labelledby="answer">{laid_out(&body)}</pre>
                                </section>
                            }
                        })
                })}
            </div>
        </Page>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[test]
    fn an_answer_has_a_line_for_each_member() {
        let body = r#"{"a":1,"b":{"c":[1, "x, {y}: \"z\\"],"d":{},"e":[ ]}}"#;
        let expected = [
            "{",
            r#"  "a": 1,"#,
            r#"  "b": {"#,
            r#"    "c": ["#,
            "      1,",
            r#"      "x, {y}: \"z\\""#,
            "    ],",
            r#"    "d": {},"#,
            r#"    "e": []"#,
            "  }",
            "}",
        ];
        let laid = laid_out(body);
        assert_eq!(laid, expected.join("\n"));
        assert_eq!(laid_out(&laid), laid, "once is enough");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        assert_eq!(value(&laid), value(body));
    }

    #[test]
    fn what_is_no_json_stays_as_it_is() {
        for text in ["", "plain: text, {}", "<p>page</p>", "\"a\"", "12"] {
            assert_eq!(laid_out(text), text);
        }
        // Broken JSON is laid out as far as it goes, and loses nothing.
        for text in ["{\"a", "]}", "[1,,", "{\"a\":\"\\"] {
            let dense = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(dense(&laid_out(text)), dense(text));
        }
    }
}
