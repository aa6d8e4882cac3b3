//! The page of one event: where it stands in the log, and the proof that it does. The event itself
//! names tools and is for operators and auditors only.

use askama::Template;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::audit::Signed;
use super::frame::Frame;
use super::links;

/// One event of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditEvent {
    /// Its place in the log, from 0.
    pub position: u64,
    /// Events that are recorded.
    pub events: u64,
    /// When it was recorded.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// What kind of event it is.
    pub kind: String,
    /// Its hash as a leaf of the tree (RFC 6962), in hexadecimal.
    pub leaf: String,
    /// The proof that it is in the log; none as long as nothing that covers it was signed.
    pub proof: Option<Proof>,
    /// What it says; none for whoever may not know.
    pub told: Option<Told>,
    /// How this service is called, without a `/` at its end.
    pub service: String,
}

/// The way from a leaf to a signed root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Proof {
    /// What was signed.
    pub signed: Signed,
    /// The siblings on the way up, in hexadecimal.
    pub hashes: Vec<String>,
    /// The proof as it is downloaded, with the hash in the place of the event
    /// (<https://c2sp.org/tlog-proof>).
    pub text: String,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Told {
    /// The stream it belongs to.
    pub stream: String,
    /// Its place in that stream, from 0.
    pub version: u64,
    /// The command that caused it.
    pub command: String,
    /// Its body as JSON, in lines that people can read.
    pub body: String,
}

#[derive(Template)]
#[template(path = "pages/audit_event.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a AuditEvent,
}

impl AuditEvent {
    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        Page { frame, view: self }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        format!("Event {}", self.position)
    }

    /// The event before.
    #[must_use]
    pub fn previous(&self) -> Option<String> {
        self.position.checked_sub(1).map(links::event)
    }

    /// The event after.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        Some(self.position + 1).filter(|it| *it < self.events).map(links::event)
    }

    /// The last position there is.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.events.saturating_sub(1)
    }

    /// Where its proof can be downloaded: with the event for whoever may know it.
    #[must_use]
    pub fn download(&self) -> String {
        links::proof(self.position)
    }
}
