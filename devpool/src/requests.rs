//! A log of what was called lately, for tests to look at. It never holds passwords, codes or tokens.

use crate::clock::Timestamp;
use crate::faults::FaultKind;
use crate::pool::state::IsoTime;
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;

/// More calls than this are not kept; the oldest go.
const MOST: usize = 1000;

/// One call.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// Counts up from 1.
    pub id: u64,
    /// Name of the operation, as the caller wrote it.
    pub operation: String,
    /// `AuthFlow` of an `InitiateAuth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_flow: Option<String>,
    /// `ChallengeName` of a `RespondToAuthChallenge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// When it came in, by the pool's clock.
    pub at: IsoTime,
    /// HTTP status; `null` while there is no answer yet, and if there never was one.
    pub status: Option<u16>,
    /// Exception name, if it ended in one that was not a fault's.
    pub error: Option<String>,
    /// Kinds of the faults that struck it.
    pub faults: Vec<String>,
    /// How long it took by the wall clock, in milliseconds; `null` while there is no answer yet.
    pub took_ms: Option<u64>,
}

impl Record {
    /// A call that has just come in.
    pub fn new(operation: &str, request: Option<&Value>, now: Timestamp) -> Self {
        // Only names that AWS itself defines are taken out of the request, and cut short in case they are not.
        let member = |name: &str| {
            let text = request?.get(name)?.as_str()?;
            let is_name = text.len() <= 40 && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
            is_name.then(|| text.to_owned())
        };
        Self {
            id: 0,
            operation: operation.chars().take(80).collect(),
            auth_flow: member("AuthFlow"),
            challenge: member("ChallengeName"),
            at: now.into(),
            status: None,
            error: None,
            faults: Vec::new(),
            took_ms: None,
        }
    }
}

/// The latest calls.
#[derive(Debug, Default)]
pub struct RequestLog {
    records: VecDeque<Record>,
    issued: u64,
}

impl RequestLog {
    /// Notes a call and gives it a number.
    pub fn begin(&mut self, record: Record) -> u64 {
        if self.records.len() >= MOST {
            self.records.pop_front();
        }
        self.issued += 1;
        self.records.push_back(Record { id: self.issued, ..record });
        self.issued
    }

    fn find(&mut self, id: u64) -> Option<&mut Record> {
        self.records.iter_mut().rev().find(|record| record.id == id)
    }

    /// Notes that a fault strikes a call.
    pub fn fault(&mut self, id: u64, fault: &FaultKind) {
        let kind = serde_json::to_value(fault).ok();
        let kind = kind.as_ref().and_then(|value| value["kind"].as_str());
        if let (Some(record), Some(kind)) = (self.find(id), kind) {
            record.faults.push(kind.to_owned());
        }
    }

    /// Notes how a call ended.
    pub fn end(&mut self, id: u64, status: Option<u16>, error: Option<&str>, took: Duration) {
        if let Some(record) = self.find(id) {
            record.status = status;
            record.error = error.map(str::to_owned);
            record.took_ms = u64::try_from(took.as_millis()).ok();
        }
    }

    /// The calls, newest first.
    pub fn list(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().rev()
    }

    /// Forgets all calls.
    pub fn clear(&mut self) {
        self.records.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn holds_the_latest_and_no_secrets() {
        let mut log = RequestLog::default();
        let request = json!({ "AuthFlow": "hunter2 is my password", "ChallengeName": "SMS_MFA" });
        for _ in 0..MOST + 1 {
            let record = Record::new("InitiateAuth", Some(&request), Timestamp::from_millis(0));
            let id = log.begin(record);
            log.fault(id, &FaultKind::Delay { ms: 1 });
            log.end(id, Some(200), None, Duration::from_millis(3));
        }
        assert_eq!(log.list().count(), MOST);
        let newest = log.list().next().unwrap();
        assert_eq!(newest.id, MOST as u64 + 1);
        assert_eq!(newest.auth_flow, None);
        assert_eq!(newest.challenge.as_deref(), Some("SMS_MFA"));
        assert_eq!(newest.faults, ["delay"]);
        log.clear();
        assert_eq!(log.list().count(), 0);
    }
}
