//! Changing the key: the log itself says from where on another key signs.
//!
//! The new key is put aside first, then the change is recorded, then both keys sign the tree that
//! ends with that event, then the new one takes the place of the old. A process that is killed in
//! between finishes, or forgets, the change when the log is opened again.

use std::path::Path;

use domain::event::{Event, KeyChanged, Recorded};
use jiff::Timestamp;
use ledger::Signer;
use uuid::Uuid;

use super::opening::{self, Purpose};
use super::{DiskLog, NewKey, Settings, checkpoints};
use crate::{Append, Direction, EventLog as _, Expected, StoreError};

/// The stream of what concerns the log itself.
pub const LOG_STREAM: &str = "log";

impl DiskLog {
    /// Opens a log and changes its key, also where the present one is lost; the secret of the
    /// present one is destroyed. The name of the log stays.
    ///
    /// # Errors
    /// As [`DiskLog::open`] and [`crate::EventLog::append`].
    pub fn change_key(
        store: &Path,
        settings: &Settings,
        seed: &[u8; 32],
        at: Timestamp,
    ) -> Result<(Self, Recorded), StoreError> {
        let log = Self::open_for(store, settings, Purpose::Keygen)?;
        let origin = log.origin().ok_or_else(|| StoreError::NoKey(log.shared.layout.keys()))?;
        let key = NewKey { origin, seed: *seed };
        let signer = opening::signer(&log.shared.layout, &key)?;
        log.shared.keys().stage(&signer)?;
        let known = log.verifiers();
        let event = Event::KeyChanged(KeyChanged {
            from: known.last().map(ToString::to_string).unwrap_or_default(),
            to: signer.verifier().to_string(),
        });
        // The same key is never changed to twice.
        let name = signer.verifier().to_string();
        let append = Append {
            stream: LOG_STREAM.to_owned(),
            expected: Expected::Any,
            command: Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()),
            at,
            events: vec![event],
        };
        // Where the present key is lost, nothing can be signed before the new one is in place.
        if log.shared.keys().signer.is_none() {
            log.shared.keys().install(opening::signer(&log.shared.layout, &key)?)?;
        }
        let recorded = log.append(append)?.pop().ok_or(StoreError::Broken)?;
        finish(&log, recorded.position, signer)?;
        Ok((log, recorded))
    }
}

/// Finishes a change of the key that a killed process began, or forgets it if it was not recorded.
pub(super) fn finish_interrupted(log: &DiskLog) -> Result<(), StoreError> {
    let Some(signer) = log.shared.keys().staged()? else { return Ok(()) };
    let last = log.read_stream(LOG_STREAM, u64::MAX, Direction::Backward).next().transpose()?;
    let name = signer.verifier().to_string();
    match last {
        Some(Recorded { position, event: Event::KeyChanged(changed), .. })
            if changed.to == name =>
        {
            finish(log, position, signer)
        }
        _ => log.shared.keys().unstage(),
    }
}

/// Lets both keys sign the tree that ends with the change; from then on the new one signs.
fn finish(log: &DiskLog, position: u64, new: Signer) -> Result<(), StoreError> {
    let size = position + 1;
    let shared = &log.shared;
    shared.pace.settle(size)?;
    let mut keys = shared.keys();
    let old = keys.signer.as_ref().filter(|old| old.verifier() != new.verifier());
    let signers: Vec<&Signer> = old.into_iter().chain([&new]).collect();
    let origin = new.verifier().name().to_owned();
    let note = shared.sign(&origin, size, &signers)?;
    checkpoints::keep(&shared.layout, size, &note)?;
    keys.install(new)
}
