//! What a team is told, as CloudEvents 1.0 spell it.

use jiff::Timestamp;
use serde::Serialize;

/// Something that a team is told of: the required attributes of a CloudEvent, and its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The same for every attempt, so that a second copy is known as one.
    pub id: String,
    /// Who tells it, as a URI reference.
    pub source: String,
    /// What happened, as in `org.example.campaign.finished`.
    pub kind: String,
    /// To what it happened.
    pub subject: Option<String>,
    /// When it happened.
    pub time: Timestamp,
    /// What there is to know.
    pub data: serde_json::Value,
}

/// A notice as CloudEvents 1.0 spell it.
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    time: Timestamp,
    datacontenttype: &'static str,
    data: &'a serde_json::Value,
}

impl Notice {
    /// What is sent, byte for byte the same each time.
    pub fn body(&self) -> String {
        let event = CloudEvent {
            specversion: "1.0",
            id: &self.id,
            source: &self.source,
            kind: &self.kind,
            subject: self.subject.as_deref(),
            time: self.time,
            datacontenttype: "application/json",
            data: &self.data,
        };
        // Strings, a time and JSON: nothing that JSON cannot say.
        serde_json::to_string(&event).unwrap_or_default()
    }
}
