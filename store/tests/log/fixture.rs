//! Decisions to append, and logs to append them to.

use std::path::Path;

use domain::event::{Event, VersionChanged};
use ledger::Signer;
use store::{Append, DiskLog, Expected, MemoryLog, NewKey, Settings};
use uuid::Uuid;

/// The name of the log.
pub(crate) const ORIGIN: &str = "example.com/lab";

/// Settings small enough that a few hundred events fill several segments.
pub(crate) fn small() -> Settings {
    let new_key = Some(NewKey { origin: ORIGIN.to_owned(), seed: [7; 32] });
    Settings { segment_bytes: 16 * 1024, new_key, ..Settings::default() }
}

pub(crate) fn memory() -> MemoryLog {
    MemoryLog::new(Signer::from_seed(ORIGIN, &[7; 32]).unwrap())
}

pub(crate) fn disk(folder: &Path) -> DiskLog {
    DiskLog::open(folder, &small()).unwrap()
}

/// An event that can be told from others.
pub(crate) fn event(text: &str) -> Event {
    Event::VersionChanged(VersionChanged {
        campaign: "c".parse().unwrap(),
        subject: "platform:a".to_owned(),
        from: String::new(),
        to: text.to_owned(),
    })
}

pub(crate) fn command(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
}

/// A decision of some events; its command is named after them.
pub(crate) fn decision(stream: &str, expected: Expected, events: &[&str]) -> Append {
    Append {
        stream: stream.to_owned(),
        expected,
        command: command(&format!("{stream}/{}", events.join("/"))),
        at: "2026-11-23T06:00:00Z".parse().unwrap(),
        events: events.iter().map(|text| event(text)).collect(),
    }
}

/// What tells one of these events from the others.
pub(crate) fn text(event: &Event) -> &str {
    let Event::VersionChanged(changed) = event else { panic!("{event:?}") };
    &changed.to
}
