//! Changing the key: the log itself says from where on another key signs.
//!
//! The new key is put aside first, with the present key's word for it; then the change is recorded;
//! then both keys sign the tree that ends with that event; then the new one takes the place of the
//! old. A process that is killed in between finishes, or forgets, the change when the log is opened
//! again. Where the present key is lost, the new one is put in place first, and vouches for itself.

use std::path::Path;

use domain::event::{Event, KeyChanged, Recorded};
use jiff::Timestamp;
use ledger::Signer;
use uuid::Uuid;

use super::keys::Change;
use super::opening::{self, Purpose};
use super::{DiskLog, NewKey, Settings, checkpoints};
use crate::{Append, Direction, EventLog as _, Expected, LOG_STREAM, StoreError};

impl DiskLog {
    /// Opens a log and changes its key, also where the present one is lost; the present one is
    /// removed. The name of the log stays.
    ///
    /// # Errors
    /// [`StoreError::KnownKey`] for a key the log has had; otherwise as [`DiskLog::open`] and
    /// [`crate::EventLog::append`].
    pub fn change_key(
        store: &Path,
        settings: &Settings,
        seed: &[u8; 32],
        at: Timestamp,
    ) -> Result<(Self, Recorded), StoreError> {
        let log = Self::open_for(store, settings, Purpose::Keygen)?;
        let known = log.verifiers();
        let (Some(origin), Some(present)) = (log.origin(), known.last()) else {
            return Err(StoreError::NoKey(log.shared.layout.keys()));
        };
        let key = NewKey { origin, seed: *seed };
        let next = || opening::signer(&log.shared.layout, &key);
        if known.contains(next()?.verifier()) {
            return Err(StoreError::KnownKey);
        }
        let to = next()?.verifier().to_string();
        let change = Change { from: present.to_string(), to, at };
        let mut keys = log.shared.keys();
        if keys.signer.is_some() {
            keys.stage(&next()?)?;
        } else {
            keys.replace_lost(next()?, &change)?;
        }
        drop(keys);
        let recorded = record(&log, change)?;
        finish(&log, recorded.position, next()?)?;
        Ok((log, recorded))
    }
}

/// Records a change; the same one is never recorded twice.
fn record(log: &DiskLog, Change { from, to, at }: Change) -> Result<Recorded, StoreError> {
    let append = Append {
        stream: LOG_STREAM.to_owned(),
        expected: Expected::Any,
        command: Uuid::new_v5(&Uuid::NAMESPACE_URL, to.as_bytes()),
        at,
        events: vec![Event::KeyChanged(KeyChanged { from, to })],
    };
    let mut answers = log.record_all(vec![append], |_| Ok(()));
    answers.pop().unwrap_or(Err(StoreError::Broken))?.pop().ok_or(StoreError::Broken)
}

/// Finishes a change of the key that a killed process began, or forgets it if it was not recorded.
pub(super) fn finish_interrupted(log: &DiskLog) -> Result<(), StoreError> {
    // Not within the condition: the keys are needed again below.
    let unrecorded = log.shared.keys().unrecorded()?;
    if let Some(change) = unrecorded {
        record(log, change)?;
        log.checkpoint()?;
        return log.shared.keys().unstage();
    }
    let staged = log.shared.keys().staged()?;
    let Some(signer) = staged else { return log.shared.keys().unstage() };
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
    // The head must bear the signature of whichever key is in force when a process is killed here.
    let head = shared.sign(&origin, size.max(keys.signed), &signers)?;
    checkpoints::put_head(&shared.layout, &head)?;
    keys.install(new)
}
