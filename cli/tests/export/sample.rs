//! A store with the small campaign that the tests of the reports tell, made without VMs through the
//! store's own doors, with a fixed key and fixed times.

use std::path::Path;

use domain::event::Recorded;
use store::{Append, DiskLog, EventLog as _, Expected, NewKey, Settings, StoreError};

/// The name of the log.
pub(crate) const ORIGIN: &str = "example.com/lab";
/// What its key is made of.
pub(crate) const SEED: [u8; 32] = [7; 32];

/// Makes the store in a folder that does not have one.
pub(crate) fn make(folder: &Path, events: Vec<Recorded>) -> Result<DiskLog, StoreError> {
    let new_key = Some(NewKey { origin: ORIGIN.to_owned(), seed: SEED });
    let log = DiskLog::open(folder, &Settings { new_key, ..Settings::default() })?;
    for recorded in events {
        append(&log, recorded)?;
    }
    log.checkpoint()?;
    Ok(log)
}

/// Adds one more event, which no checkpoint covers.
pub(crate) fn append(log: &DiskLog, recorded: Recorded) -> Result<(), StoreError> {
    let Recorded { at, stream, command, event, .. } = recorded;
    let stream = format!("campaign/{stream}");
    let appended = Append { stream, expected: Expected::Any, command, at, events: vec![event] };
    log.append(appended).map(drop)
}
