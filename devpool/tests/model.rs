//! The first guard: the check of requests against AWS's model, held against the model itself.

mod common;

use common::shapes::{Operation, operations};
use devpool::model::Service;
use devpool::wire::ApiError;
use serde_json::{Value, json};

fn check(operation: &Operation, request: &Value) -> Result<(), ApiError> {
    let (service, _, model) = Service::find(&operation.target).unwrap();
    service.check_request(model, request)
}

#[test]
fn what_conforms_passes() {
    for operation in operations() {
        for request in [operation.full(), operation.minimal()] {
            check(&operation, &request).unwrap_or_else(|error| panic!("{}: {error}: {request}", operation.name));
        }
        let mut more = operation.full();
        more["SomethingNew"] = json!([{ "of": "later" }]);
        check(&operation, &more).unwrap_or_else(|error| panic!("{}: {error}", operation.name));
    }
}

#[test]
fn whatever_breaks_a_constraint_is_refused_by_its_name() {
    let (mut constraints, mut types) = (0, 0);
    for operation in operations() {
        for spoilt in operation.spoilt() {
            let request = &spoilt.request;
            let Err(error) = check(&operation, request) else {
                panic!("{} lets pass: {:?}: {request:.200}", operation.name, spoilt.message);
            };
            match spoilt.message {
                Some(message) => {
                    assert_eq!(error.name(), "InvalidParameterException", "{}", operation.name);
                    assert_eq!(error.message(), message, "{}", operation.name);
                    constraints += 1;
                }
                None => {
                    assert_eq!(error.name(), "SerializationException", "{}: {request:.200}", operation.name);
                    types += 1;
                }
            }
            assert_eq!(error.status(), 400);
        }
    }
    // So that an empty list of requests cannot pass for a success.
    assert!(constraints > 200 && types > 500, "{constraints} constraints, {types} types");
}
