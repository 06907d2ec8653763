//! `CUSTOM_AUTH`: an example of what Lambda triggers make of it. Three questions, one after the other: a sum, a code
//! that is sent, and the name of the pool. With `CHALLENGE_NAME` = `SRP_A` the password comes before them.

use super::{Next, Parameters, Refusal, code, flow, password};
use crate::pool::challenges::{Attempt, Challenge, CustomQuestion, Step};
use crate::pool::delivery::Destination;
use crate::pool::settings::Contact;
use crate::pool::state::{MessagePurpose, Proof, Subject};
use crate::pool::{POOL_NAME, Pool};
use crate::random;
use crate::wire::ApiError;
use serde_json::{Value, json};

/// How many questions there are.
const ROUNDS: u8 = 3;

/// After so many wrong answers the sign-in is over.
const MOST_WRONG: u32 = 3;

/// Begins with the password, if the client wants to, or with the first question.
pub fn begin(pool: &Pool, subject: Subject, parameters: &Parameters) -> Result<Next, ApiError> {
    let device_key = parameters.get("DEVICE_KEY");
    super::device::check(pool, &subject, device_key)?;
    let attempt = Attempt { custom: true, device_key: device_key.map(str::to_owned), ..Attempt::default() };
    if parameters.get("CHALLENGE_NAME") == Some("SRP_A") {
        return password::begin_srp(pool, subject, attempt, parameters.need("SRP_A")?);
    }
    password::before(pool, &subject)?;
    ask(pool, subject, attempt, 1, 0)
}

/// Puts one of the questions.
pub fn ask(pool: &Pool, subject: Subject, attempt: Attempt, round: u8, wrong: u32) -> Result<Next, ApiError> {
    let (kind, question, answer) = match round {
        1 => {
            let [a, b] = random::bytes().map(|byte: u8| u32::from(byte) % 20 + 1);
            ("sum", format!("What is {a} + {b}?"), Some((a + b).to_string()))
        }
        2 => send_code(pool, &subject)?,
        _ => ("word", "Which pool is this? It is called Doorward1.".to_owned(), Some(POOL_NAME.to_owned())),
    };
    let parameters: [(&str, Value); 4] = [
        ("step", json!(round.to_string())),
        ("steps", json!(ROUNDS.to_string())),
        ("kind", json!(kind)),
        ("question", json!(question)),
    ];
    Ok(Next::ask(subject, attempt, Step::Custom(CustomQuestion { round, answer, wrong }), parameters))
}

/// Sends the code of the second question.
fn send_code(pool: &Pool, subject: &Subject) -> Result<(&'static str, String, Option<String>), ApiError> {
    pool.write(|state, now| {
        let user = state.users.get(&subject.sub);
        let address = user.and_then(Destination::first_of);
        let destination = address.unwrap_or_else(|| Destination::of_nobody(&subject.name, Contact::Email));
        let code = code::send(state, subject, &destination, MessagePurpose::CustomChallenge, now)?;
        let question = format!("Enter the code that was sent to {}.", destination.masked());
        Ok(("code", question, code))
    })
}

/// The answer to `CUSTOM_CHALLENGE`. A wrong one brings a new question of the same kind.
pub fn answer(pool: &Pool, challenge: &Challenge, responses: &Parameters) -> Result<Next, Refusal> {
    let Step::Custom(question) = &challenge.step else {
        return Err(ApiError::invalid_session().into());
    };
    let given = responses.answer("ANSWER")?;
    let (subject, attempt) = (challenge.subject.clone(), challenge.attempt.clone());
    password::before(pool, &subject)?;
    let right = question.answer.as_ref().is_some_and(|answer| answer.eq_ignore_ascii_case(given.trim()));
    if !right {
        let wrong = question.wrong + 1;
        if wrong >= MOST_WRONG {
            return Err(password::failed(pool, &subject).into());
        }
        return Ok(ask(pool, subject, attempt, question.round, wrong)?);
    }
    if question.round < ROUNDS {
        return Ok(ask(pool, subject, attempt, question.round + 1, question.wrong)?);
    }
    // As in AWS's flow the questions stand for whatever the pool's owner wants, second factors included.
    let proof = Proof { multi_factor: true, ..attempt.proof };
    Ok(flow::go_on(pool, subject, Attempt { custom: false, proof, ..attempt })?)
}
