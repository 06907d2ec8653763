//! Trouble on demand: rules that make the next calls of an operation go wrong, and user names that do it by hand.

use crate::model::Service;
use crate::sts;
use crate::wire::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a rule can name beside the operations of AWS's API: the OAuth 2.0 endpoints and the pages before them.
pub const OAUTH_OPERATIONS: [&str; 7] =
    ["OAuthAuthorize", "OAuthLogin", "OAuthIdpResponse", "OAuthToken", "OAuthUserInfo", "OAuthRevoke", "Logout"];

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// An AWS error.
    Error {
        /// Exception name.
        name: String,
        /// Its text.
        #[serde(default)]
        message: String,
        /// HTTP status; 400, or 500 for `InternalErrorException`, if none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// Any HTTP status with any body, such as a gateway's.
    Status {
        /// HTTP status, 200 to 599.
        status: u16,
        /// The body.
        #[serde(default)]
        body: String,
        /// Its content type.
        #[serde(default = "html")]
        content_type: String,
    },
    /// The true answer, but late.
    Delay {
        /// How late, in milliseconds; at most ten minutes.
        ms: u64,
    },
    /// The connection ends without an answer.
    Drop,
    /// 200 with JSON that stops in the middle.
    Garbage,
    /// 200 with nothing.
    Empty,
    /// No answer until the client gives up.
    Hang,
}

fn html() -> String {
    "text/html".to_owned()
}

fn once() -> Option<u32> {
    Some(1)
}

fn always() -> f64 {
    1.0
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Number of the rule; given by the dev pool.
    #[serde(default, skip_deserializing)]
    pub id: u64,
    /// Name of an operation, or `*` for all.
    pub operation: String,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How many calls are still to go wrong; `null` for all until the rule is removed. One, if not given.
    #[serde(default = "once")]
    pub count: Option<u32>,
    /// How likely a call is to be hit, from 0 to 1. Certain, if not given.
    #[serde(default = "always")]
    pub probability: f64,
}

impl Fault {
    /// Reads a rule.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn from_json(value: Value) -> Result<Self, String> {
        const MEMBERS: [&str; 10] =
            ["operation", "kind", "count", "probability", "name", "message", "status", "body", "content_type", "ms"];
        if let Some(members) = value.as_object()
            && let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str()))
        {
            return Err(format!("a fault has no member {unknown:?}"));
        }
        let fault: Self = serde_json::from_value(value).map_err(|error| error.to_string())?;
        let known = fault.operation == "*"
            || OAUTH_OPERATIONS.contains(&fault.operation.as_str())
            || fault.operation == sts::GET_CALLER_IDENTITY
            || [Service::UserPools, Service::IdentityPools]
                .into_iter()
                .any(|service| service.operations().any(|name| name == fault.operation));
        if !known {
            return Err(format!("there is no operation {:?}", fault.operation));
        }
        if fault.count == Some(0) {
            return Err("count must be at least 1, or null for all calls".to_owned());
        }
        if !(0.0..=1.0).contains(&fault.probability) {
            return Err("probability must be from 0 to 1".to_owned());
        }
        let status = match &fault.kind {
            // The errors of OAuth 2.0 have underscores in their names.
            FaultKind::Error { name, .. }
                if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') =>
            {
                return Err("name must be that of an exception".to_owned());
            }
            FaultKind::Error { status, .. } => *status,
            FaultKind::Status { status, content_type, .. } => {
                if axum::http::HeaderValue::from_str(content_type).is_err() {
                    return Err("content_type cannot be a header".to_owned());
                }
                Some(*status)
            }
            FaultKind::Delay { ms } if *ms > 600_000 => {
                return Err("ms must be at most 600000, which is ten minutes".to_owned());
            }
            _ => None,
        };
        if status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err("status must be from 200 to 599".to_owned());
        }
        Ok(fault)
    }
}

/// The rules in force.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Vec<Fault>,
    issued: u64,
}

impl Faults {
    /// Adds a rule and gives it a number.
    pub fn add(&mut self, mut fault: Fault) -> Fault {
        self.issued += 1;
        fault.id = self.issued;
        self.rules.push(fault.clone());
        fault
    }

    /// The rules, oldest first.
    pub fn list(&self) -> &[Fault] {
        &self.rules
    }

    /// Removes all rules.
    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// Removes one rule; `false` if there is none with this number.
    pub fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.id != id);
        self.rules.len() < before
    }

    /// What goes wrong with this call: every delay that applies, and then the first of the others. `chance` gives
    /// numbers from 0 up to, but not including, 1.
    pub fn strike(&mut self, operation: &str, mut chance: impl FnMut() -> f64) -> Vec<FaultKind> {
        let mut struck = Vec::new();
        for rule in &mut self.rules {
            let applies = rule.operation == "*" || rule.operation == operation;
            if !applies || chance() >= rule.probability {
                continue;
            }
            if let Some(count) = &mut rule.count {
                *count -= 1;
            }
            struck.push(rule.kind.clone());
            if !matches!(rule.kind, FaultKind::Delay { .. }) {
                break;
            }
        }
        self.rules.retain(|rule| rule.count != Some(0));
        struck
    }
}

/// A number from 0 up to, but not including, 1.
pub fn chance() -> f64 {
    let number = u32::from_be_bytes(crate::random::bytes());
    f64::from(number) / (f64::from(u32::MAX) + 1.0)
}

/// A user name that makes trouble.
#[derive(Clone, Debug)]
pub struct Sentinel {
    /// The name; letter case does not matter.
    pub username: &'static str,
    /// What to expect, for the outbox page.
    pub effect: &'static str,
    kind: fn() -> FaultKind,
}

fn error(name: &str, message: &str) -> FaultKind {
    FaultKind::Error { name: name.to_owned(), message: message.to_owned(), status: None }
}

fn gateway(status: u16, text: &str) -> FaultKind {
    FaultKind::Status {
        status,
        body: format!("<html><head><title>{status} {text}</title></head><body><h1>{status} {text}</h1></body></html>"),
        content_type: html(),
    }
}

/// All sentinel user names.
pub const SENTINELS: [Sentinel; 14] = [
    Sentinel {
        username: "throttled@fault.test",
        effect: "TooManyRequestsException",
        kind: || error("TooManyRequestsException", "Rate exceeded"),
    },
    Sentinel {
        username: "limit@fault.test",
        effect: "LimitExceededException",
        kind: || error("LimitExceededException", "Attempt limit exceeded, please try after some time."),
    },
    Sentinel {
        username: "lambda@fault.test",
        effect: "UserLambdaValidationException",
        kind: || {
            error("UserLambdaValidationException", "PreSignUp failed with error This address is not welcome here.")
        },
    },
    Sentinel {
        username: "broken-lambda@fault.test",
        effect: "UnexpectedLambdaException",
        kind: || error("UnexpectedLambdaException", "PreSignUp invocation failed."),
    },
    Sentinel {
        username: "undelivered@fault.test",
        effect: "CodeDeliveryFailureException",
        kind: || error("CodeDeliveryFailureException", "Unable to deliver message."),
    },
    Sentinel {
        username: "forbidden@fault.test",
        effect: "ForbiddenException",
        kind: || error("ForbiddenException", "Request not allowed due to WAF block."),
    },
    Sentinel {
        username: "waf@fault.test",
        effect: "a firewall's 403 page in HTML",
        kind: || gateway(403, "Forbidden"),
    },
    Sentinel {
        username: "down@fault.test",
        effect: "HTTP 500, InternalErrorException",
        kind: || error("InternalErrorException", "Something went wrong"),
    },
    Sentinel {
        username: "gateway@fault.test",
        effect: "a gateway's 503 page in HTML",
        kind: || gateway(503, "Service Unavailable"),
    },
    Sentinel { username: "garbage@fault.test", effect: "JSON that stops in the middle", kind: || FaultKind::Garbage },
    Sentinel { username: "empty@fault.test", effect: "200 with an empty body", kind: || FaultKind::Empty },
    Sentinel { username: "drop@fault.test", effect: "the connection is cut", kind: || FaultKind::Drop },
    Sentinel { username: "hang@fault.test", effect: "no answer until the client gives up", kind: || FaultKind::Hang },
    Sentinel {
        username: "slow@fault.test",
        effect: "the true answer after five seconds",
        kind: || FaultKind::Delay { ms: 5000 },
    },
];

/// What a request's user name, if it is a sentinel, makes go wrong.
pub fn sentinel(request: &Value) -> Option<FaultKind> {
    let name =
        [&request["Username"], &request["AuthParameters"]["USERNAME"], &request["ChallengeResponses"]["USERNAME"]]
            .into_iter()
            .find_map(Value::as_str)?;
    SENTINELS.iter().find(|sentinel| sentinel.username.eq_ignore_ascii_case(name)).map(|sentinel| (sentinel.kind)())
}

/// The error a fault of that kind stands for.
pub fn as_error(name: String, message: String, status: Option<u16>) -> ApiError {
    let error = ApiError::new(name, message);
    match status {
        Some(status) => error.with_status(status),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fault(value: Value) -> Fault {
        Fault::from_json(value).unwrap()
    }

    #[test]
    fn a_rule_strikes_as_often_as_it_says() {
        let mut faults = Faults::default();
        faults.add(fault(json!({ "operation": "SignUp", "kind": "drop", "count": 2 })));
        assert_eq!(faults.strike("GetUser", || 0.0), []);
        assert_eq!(faults.strike("SignUp", || 0.0), [FaultKind::Drop]);
        assert_eq!(faults.strike("SignUp", || 0.0), [FaultKind::Drop]);
        assert_eq!(faults.strike("SignUp", || 0.0), []);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn a_rule_without_end_stays() {
        let mut faults = Faults::default();
        let id = faults.add(fault(json!({ "operation": "*", "kind": "empty", "count": null }))).id;
        for _ in 0..10 {
            assert_eq!(faults.strike("GetUser", || 0.0), [FaultKind::Empty]);
        }
        assert!(faults.remove(id));
        assert!(!faults.remove(id));
    }

    #[test]
    fn delays_come_before_another_fault() {
        let mut faults = Faults::default();
        faults.add(fault(json!({ "operation": "*", "kind": "delay", "ms": 1 })));
        faults.add(fault(json!({ "operation": "*", "kind": "garbage" })));
        faults.add(fault(json!({ "operation": "*", "kind": "empty" })));
        assert_eq!(faults.strike("GetUser", || 0.0), [FaultKind::Delay { ms: 1 }, FaultKind::Garbage]);
        assert_eq!(faults.strike("GetUser", || 0.0), [FaultKind::Empty]);
    }

    #[test]
    fn probability_decides() {
        let mut faults = Faults::default();
        let rule = json!({ "operation": "*", "kind": "drop", "probability": 0.5 });
        faults.add(fault(rule));
        assert_eq!(faults.strike("GetUser", || 0.5), []);
        assert_eq!(faults.strike("GetUser", || 0.49), [FaultKind::Drop]);
        assert!((0..1000).all(|_| (0.0..1.0).contains(&chance())));
    }

    #[test]
    fn wrong_rules_are_refused() {
        for wrong in [
            json!({}),
            json!([]),
            json!({ "operation": "Nonsense", "kind": "drop" }),
            json!({ "operation": "*", "kind": "nonsense" }),
            json!({ "operation": "*", "kind": "drop", "cuont": 1 }),
            json!({ "operation": "*", "kind": "drop", "count": 0 }),
            json!({ "operation": "*", "kind": "drop", "probability": 2 }),
            json!({ "operation": "*", "kind": "error" }),
            json!({ "operation": "*", "kind": "error", "name": "a b" }),
            json!({ "operation": "*", "kind": "status", "status": 100 }),
            json!({ "operation": "*", "kind": "status", "status": 503, "content_type": "a\nb" }),
            json!({ "operation": "*", "kind": "delay", "ms": 600_001 }),
        ] {
            assert!(Fault::from_json(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sentinels_are_found_wherever_the_name_is() {
        for request in [
            json!({ "Username": "DROP@fault.test" }),
            json!({ "AuthParameters": { "USERNAME": "drop@fault.test" } }),
            json!({ "ChallengeResponses": { "USERNAME": "drop@fault.test" } }),
        ] {
            assert_eq!(sentinel(&request), Some(FaultKind::Drop));
        }
        assert_eq!(sentinel(&json!({ "Username": "ann@example.com" })), None);
        assert_eq!(sentinel(&json!({ "Username": 1 })), None);
    }
}
