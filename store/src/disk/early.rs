//! Taking over a store of the first format: every event in sled alone, one tree by position.

use std::path::Path;

use domain::event::Recorded;

use super::guard::guarded;
use super::{DiskLog, Settings};
use crate::{Append, Blobs, EventLog as _, Expected, StoreError, schema};

/// Copies every event of a store of the first format, and its evidence, into a store that holds no
/// log yet. The old store is left as it was. Returns how many events there were.
///
/// # Errors
/// [`StoreError::NotEmpty`], or the first event or piece of evidence that cannot be read.
pub fn import_early(old: &Path, store: &Path, settings: &Settings) -> Result<u64, StoreError> {
    let early = old.join("log");
    if !early.join("db").is_file() {
        return Err(StoreError::Import(format!("{} holds no early log", old.display())));
    }
    // All of it is read before anything is made.
    let decisions = decisions(&early)?;
    let log = DiskLog::open(store, settings)?;
    if log.head() > 0 {
        return Err(StoreError::NotEmpty(store.to_owned()));
    }
    let (from, to) = (Blobs::local(&old.join("evidence"))?, Blobs::local(&store.join("evidence"))?);
    for append in decisions {
        for evidence in append.events.iter().flat_map(|event| event.evidence()) {
            to.put(&from.get(evidence.sha256)?)?;
        }
        log.append(append)?;
    }
    log.checkpoint()?;
    Ok(log.head())
}

/// The decisions of an early log, in order: events of one command stand together.
fn decisions(early: &Path) -> Result<Vec<Append>, StoreError> {
    let frames = guarded(|| {
        let engine = sled::Config::new().path(early).open()?;
        let frames = engine.open_tree("events")?.iter().values();
        Ok(frames.collect::<Result<Vec<_>, _>>()?)
    })?;
    let mut decisions: Vec<Append> = Vec::new();
    for (position, frame) in (0..).zip(&frames) {
        let Recorded { at, stream, version, command, event, .. } = schema::decode(position, frame)?;
        match decisions.last_mut() {
            Some(last) if last.command == command && last.stream == stream => {
                last.events.push(event);
            }
            _ => {
                let (expected, events) = (Expected::Exact(version), vec![event]);
                decisions.push(Append { stream, expected, command, at, events });
            }
        }
    }
    Ok(decisions)
}
