//! The audit: what the log has signed, who signed it, and how anybody can check that.

use askama::Template;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::frame::Frame;
use super::links;
use crate::units;

/// Checkpoints that a page shows.
pub const MOST_CHECKPOINTS: usize = 50;

/// What the log has signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Audit {
    /// The name under which the log signs, the same for all its life.
    pub origin: String,
    /// Events that are recorded.
    pub events: u64,
    /// What was signed last; none before anything was.
    pub head: Option<Signed>,
    /// Checkpoints that are kept for ever, the newest first; at most [`MOST_CHECKPOINTS`].
    pub checkpoints: Vec<Signed>,
    /// Older checkpoints that are not listed.
    pub older: usize,
    /// The public keys that the log has signed with, the oldest first: `NAME+ID+BASE64`.
    pub keys: Vec<String>,
    /// The newest campaign, whose bundle can be downloaded and verified; none before the first.
    pub campaign: Option<String>,
    /// How this service is called: the beginning of the addresses in commands, without a `/` at
    /// its end.
    pub service: String,
}

/// A number of events and their root, signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Signed {
    /// How many events, from the first on.
    pub size: u64,
    /// The RFC 6962 root over them, in hexadecimal.
    pub root: String,
    /// When the last of them was recorded; none for a log without events.
    #[schema(value_type = Option<String>)]
    pub up_to: Option<Timestamp>,
    /// Name and id of each key that has signed.
    pub signers: Vec<String>,
    /// The signed note (C2SP checkpoint), as it is downloaded.
    pub note: String,
}

#[derive(Template)]
#[template(path = "pages/audit.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Audit,
}

impl Audit {
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
        "Audit".to_owned()
    }

    /// The event that examples speak of: the last that is signed.
    #[must_use]
    pub fn example(&self) -> Option<u64> {
        self.head.as_ref().and_then(|it| it.size.checked_sub(1))
    }
}

impl Signed {
    /// How much it covers.
    #[must_use]
    pub fn words(&self) -> String {
        units::count(usize::try_from(self.size).unwrap_or(usize::MAX), "event")
    }

    /// Where the proof can be downloaded that nothing before it was altered since.
    #[must_use]
    pub fn since(&self) -> String {
        links::consistency(self.size)
    }
}
