//! Rebuilding every projection, held against a scan that decodes the same log and keeps nothing.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use reports::chronicle::Chronicle;
use reports::viewpoint::Viewpoint;
use serde_json::{Value, json};
use store::{Append, Direction, DiskLog, EventLog as _, Expected, Snapshot};
use uuid::Uuid;

use super::made::{Made, at};
use crate::clock::processor_time;
use crate::machine::memory_mib;
use crate::peers::portolan::settings;

/// The policy that is compiled into the program.
pub(super) fn policy() -> Result<domain::policy::Policy> {
    Ok(toml::from_str(include_str!("../../../domain/policy/default.toml"))?)
}

/// Records campaigns of so many steps.
pub(crate) fn load(store: &Path, steps: u64) -> Result<Value> {
    let (log, made) = (DiskLog::open(store, &settings())?, Made::new()?);
    let (mut position, mut bytes) = (0, 0);
    for number in 0..steps.div_ceil(made.steps_each()).max(1) {
        let stream = format!("campaign/{}", super::made::id(number));
        let mut version = 0;
        let events: Vec<_> = made.campaign(number).collect();
        for events in events.chunks(128) {
            let events = events.to_vec();
            let command = Uuid::from_u128(u128::from(position) + 1);
            let expected = Expected::Exact(version);
            version += events.len() as u64;
            let (stream, when) = (stream.clone(), at(position));
            position += events.len() as u64;
            log.append(Append { stream, expected, command, at: when, events })?;
        }
    }
    log.settle()?;
    for leaf in log.leaves(0).take(20_000) {
        bytes += leaf?.1.len();
    }
    let leaf_bytes = bytes as f64 / log.head().min(20_000) as f64;
    Ok(json!({ "events": log.head(), "leaf_bytes": leaf_bytes }))
}

/// Scans and rebuilds in turn; each ratio is of a rebuild and the scans around it.
pub(crate) fn rebuild(store: &Path, times: u32) -> Result<Value> {
    let (before_mib, _) = memory_mib()?;
    let mut before = scanned(store)?;
    let (mut ratios, mut fastest, mut least) = (Vec::new(), f64::MAX, f64::MAX);
    let mut kept = None;
    for _ in 0..times {
        drop(kept.take());
        let (chronicle, own) = rebuilt(store)?;
        kept = Some(chronicle);
        let after = scanned(store)?;
        ratios.push(f64::midpoint(before, after) / own);
        (before, fastest, least) = (after, fastest.min(own), least.min(before));
    }
    let chronicle = kept.unwrap_or(rebuilt(store)?.0);
    let (events, _) = chronicle.head().unwrap_or_default();
    let (now_mib, _) = memory_mib()?;
    let cells: usize = chronicle.records(&[]).iter().map(|it| it.cells.len()).sum();
    let kept_mib = now_mib - before_mib;
    Ok(json!({
        "ratios": ratios,
        "rebuilt_per_s": events as f64 / fastest,
        "decoded_per_s": events as f64 / least,
        "kept_mib": kept_mib,
        "cells": cells,
        "bytes_a_cell": kept_mib * 1024.0 * 1024.0 / cells as f64,
    }))
}

/// Projects made-up events without a store; making them is taken off.
pub(crate) fn grow(steps: u64) -> Result<Value> {
    let made = Made::new()?;
    let (before_mib, _) = memory_mib()?;
    let mut chronicle = Chronicle::new(policy()?, Viewpoint::default());
    let mut spent = Duration::ZERO;
    for recorded in made.recorded(steps) {
        let before = processor_time();
        chronicle.project(recorded);
        spent += processor_time().saturating_sub(before);
    }
    let (now_mib, _) = memory_mib()?;
    black_box(&chronicle);
    Ok(json!({ "seconds": spent.as_secs_f64(), "kept_mib": now_mib - before_mib }))
}

fn scanned(store: &Path) -> Result<f64> {
    let (snapshot, before, mut count) = (Snapshot::take(store)?, processor_time(), 0_u64);
    for recorded in snapshot.read(0, Direction::Forward) {
        black_box(recorded?);
        count += 1;
    }
    ensure!(count > 0, "the log is empty");
    Ok((processor_time().saturating_sub(before)).as_secs_f64())
}

/// The chronicle of a log, and the processor time it took.
pub(super) fn rebuilt(store: &Path) -> Result<(Chronicle, f64)> {
    let (snapshot, before) = (Snapshot::take(store)?, processor_time());
    let mut chronicle = Chronicle::new(policy()?, Viewpoint::default());
    for recorded in snapshot.read(0, Direction::Forward) {
        chronicle.project(recorded?);
    }
    ensure!(chronicle.unplaced() == 0, "events had no place");
    Ok((chronicle, processor_time().saturating_sub(before).as_secs_f64()))
}
