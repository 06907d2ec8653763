//! A question of the pool's own function.

use super::{InDialog, StepPage, above, way_back};
use crate::{
    cognito::{
        sign_in::{Input, Stage},
        types::CustomAnswer,
    },
    components::{Field, FieldState, Form, Kind, Submit},
    i18n::Msg,
    pages::{
        login::{SignIn, Tried},
        problem::Problem,
    },
};
use leptos::prelude::*;

/// The public parameter that holds the question, if the function gives one. The README says so.
const QUESTION: &str = "question";

/// The form. The question is the function's own text, the one text here that is not ours; it is shown as a quotation,
/// as text.
pub fn custom() -> AnyView {
    let sign_in = SignIn::get();
    let question = sign_in
        .with_stage(|stage| match stage {
            Stage::Custom { parameters, .. } => parameters.get(QUESTION).cloned(),
            _ => None,
        })
        .flatten();
    let lead = match (&question, sign_in.tried()) {
        (None, _) => Msg::STEP_CUSTOM_PLAIN,
        // The pool does not say whether an answer was right.
        (_, Tried::Answer) => Msg::STEP_CUSTOM_AGAIN,
        _ => Msg::STEP_CUSTOM_LEAD,
    };
    let question_id = InDialog::id("question");
    let described = question.as_ref().map(|_| question_id.clone());
    let field = FieldState::default();
    let submit = move || {
        let typed = field.value();
        match field.check(if typed.trim().is_empty() { Err(Msg::FIELD_REQUIRED) } else { Ok(CustomAnswer::new(typed)) })
        {
            Some(answer) => sign_in.send(Input::Answer(answer)),
            None => field.focus(),
        }
    };
    view! {
        <StepPage title=Msg::STEP_CUSTOM_TITLE lead=lead.text() first=field>
            <Problem problem=above(sign_in, None) />
            {question.map(|question| view! { <blockquote class="question" id=question_id>{question}</blockquote> })}
            <Form id="custom-step" working=sign_in.working on_submit=Callback::new(move |()| submit())>
                <Field
                    id=InDialog::id("answer")
                    label=Msg::ANSWER.text()
                    kind=Kind::Text("off")
                    state=field
                    described=described.unwrap_or_default()
                />
                <Submit label=Msg::CONTINUE busy=Msg::CHECKING working=sign_in.working />
            </Form>
            {way_back(sign_in)}
        </StepPage>
    }
    .into_any()
}
