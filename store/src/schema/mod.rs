//! The stored form of an event: one line of JSON, the leaf of the log's tree.
//!
//! A leaf is written once and hashed as it stands, so its spelling never changes. Every older shape
//! is lifted to the newest one when it is read; nothing outside this folder knows that there were
//! others.
//!
//! To change the shape of any event, or to add one:
//! 1. raise [`Schema::NEWEST`] and say in its changelog what changed;
//! 2. add a module named by what changed, with an `upcast` from the shape before, to [`STEPS`];
//! 3. add the samples and run `cargo test -p portolan-store -- --ignored write_new_golden_files`;
//! 4. keep every golden file that is there: a leaf written long ago looks like that for ever.

mod access;
mod declarations;
mod encode;
mod envelope;
mod event;
mod letters;
mod probes;
mod reading;
mod type_inside_event;

use domain::event::Recorded;

use crate::StoreError;

pub use encode::{encode, encode_into};
pub use envelope::Envelope;

/// Version of the stored form of an event.
///
/// - 1: the earlier store: `Recorded` as JSON, its position inside, the event's type inside the
///   event; a line with the SHA-256 of that JSON in front. Seven types of event.
/// - 2: the leaf: `{"schema":2,"type":…,"at":…,"stream":…,"version":…,"command":…,"event":{…}}`. The
///   type stands beside the event. The position is not in it: it is the leaf's index in the tree.
///   `KeyChanged` is new.
/// - 3: six types are new: `BaselineSet`, `UpgradeDeclared`, `CheckWaived`, `WaiverEnded`,
///   `StepWithdrawn`, `TrialsTold`. The others look as in 2.
/// - 4: five types are new, all about access: `AccessGranted`, `AccessRevoked`, `SignedIn`,
///   `Disclosed`, `Answered`. The others look as in 3.
/// - 5: nine types are new, all about letters and publication: `EmbargoSet`, `LetterPrepared`,
///   `LetterPreviewed`, `LetterSent`, `LetterFailed`, `LetterReported`, `LetterAcknowledged`,
///   `DisputeSettled`, `CampaignPublished`. `Answered` says besides which cell it is about, whether
///   it disputes, and whether it may be published; in 4 it never did, and is read as neither. The
///   others look as in 4.
/// - 6: the testbed of a campaign says besides what becomes of the source (`mode`), what applications
///   are asked (`probe`), and knows three more things that travel on a route. What was not said in 5 is
///   read as moved and as not asked. The others look as in 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Schema(u32);

impl Schema {
    /// The one that is written.
    pub const NEWEST: Schema = Schema(6);

    /// From this one on only types were added: an older leaf is read as it stands.
    const SAME_SHAPE_SINCE: Schema = Schema(2);

    /// The number as it stands in a leaf.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// Lifts a leaf by one version; says what is missing when it cannot.
type Upcast = fn(serde_json::Value) -> Result<serde_json::Value, String>;

/// The way from each version to the next, version 1 first.
const STEPS: [Upcast; Schema::NEWEST.0 as usize - 1] = [
    type_inside_event::upcast,
    declarations::upcast,
    access::upcast,
    letters::upcast,
    probes::upcast,
];

/// The event in this leaf, which stands at this position.
///
/// # Errors
/// [`StoreError::NewerEvent`] when a newer version wrote it, [`StoreError::Damaged`] when it is none.
pub fn decode(position: u64, leaf: &[u8]) -> Result<Recorded, StoreError> {
    Envelope::parse(position, leaf)?.open()
}

#[cfg(test)]
mod tests;
