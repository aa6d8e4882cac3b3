//! Filling the log, and filling it again.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};
use store::{Append, DiskLog, EventLog as _};

use crate::clock::{Stopwatch, timed};
use crate::event::{Shape, entries};
use crate::machine::memory_mib;
use crate::peers::portolan::{decision, settings};

/// Events of one commit.
const BATCH: u64 = 1024;

/// Makes a log and closes it. Making the events is off the clock.
pub(super) fn load(store: &Path, events: u64, shape: Shape) -> Result<Value> {
    let log = DiskLog::open(store, &settings())?;
    let (mut acknowledged_s, mut leaf_bytes) = (0.0, 0);
    for batch in batches(events) {
        let entries = entries(batch, shape);
        leaf_bytes += entries.iter().map(|it| it.leaf.len()).sum::<usize>();
        let decisions: Vec<Append> = entries.iter().map(decision).collect();
        let (results, seconds) = timed(|| log.append_all(decisions));
        acknowledged_s += seconds;
        results.into_iter().collect::<Result<Vec<_>, _>>()?;
    }
    let clock = Stopwatch::start();
    log.settle()?;
    let settled_s = acknowledged_s + clock.seconds();
    let (memory_mib, peak_mib) = memory_mib()?;
    drop(log);
    let closed_s = acknowledged_s + clock.seconds();
    Ok(json!({
        "acknowledged_s": acknowledged_s,
        "settled_s": settled_s,
        "closed_s": closed_s,
        "leaf_bytes": leaf_bytes,
        "memory_mib": memory_mib,
        "peak_mib": peak_mib,
    }))
}

/// Submits the events that [`load`] made once more.
pub(super) fn resubmit(store: &Path, events: u64) -> Result<Value> {
    let log = DiskLog::open(store, &settings())?;
    let before = log.head();
    let (mut seconds, mut wrong) = (0.0, 0_u64);
    for batch in batches(events) {
        let first = batch.start;
        let decisions = entries(batch, Shape::Short).iter().map(decision).collect();
        let (results, took) = timed(|| log.append_all(decisions));
        seconds += took;
        for (position, result) in (first..).zip(results) {
            let recorded = result?;
            wrong += u64::from(recorded.len() != 1 || recorded[0].position != position);
        }
    }
    Ok(json!({ "seconds": seconds, "wrong": wrong, "added": log.head() - before }))
}

/// Appends single events behind what the log holds.
pub(super) fn single(store: &Path, events: u64) -> Result<Value> {
    let log = DiskLog::open(store, &settings())?;
    let head = log.head();
    for entry in entries(head..head + events, Shape::Short) {
        log.append(decision(&entry))?;
    }
    Ok(json!({ "head": log.head() }))
}

fn batches(events: u64) -> impl Iterator<Item = std::ops::Range<u64>> {
    (0..events).step_by(BATCH as usize).map(move |first| first..(first + BATCH).min(events))
}
