//! A large log: what it costs to read, reopen, verify, prove, and to submit all of it again.
//!
//! Every task runs in a process of its own: its memory and its start are those of the task alone.

mod appending;
mod opening;
mod proving;
mod reading;
mod syncs;
mod task;

use std::path::Path;

use anyhow::Result;

use crate::event::Shape;
use crate::machine::disk_bytes;
use crate::stats::Spread;
use crate::table::{Goal, Table};
pub(crate) use task::Task;
pub(crate) use task::{call, field};

/// Memory is bounded by the configured cache of 64 MiB: twice that, the program itself included.
const BOUND: Goal = Goal::AtMost(128.0);

/// Where the log lies, and how large it gets.
pub(crate) struct Large<'a> {
    /// A folder on the disk that is measured.
    pub(crate) folder: &'a Path,
    /// Events of the short shape.
    pub(crate) events: u64,
    /// How often what varies is measured.
    pub(crate) times: u32,
}

impl Large<'_> {
    /// Measures everything.
    pub(crate) fn measure(&self, table: &mut Table) -> Result<()> {
        let store = self.folder.join("large");
        let plain = self.folder.join("large.jsonl");
        let events = self.events;
        eprintln!("loading {events} events");
        table.section(&format!("A log of {events} events"));
        self.load(&store, Shape::Short, events, table)?;
        eprintln!("opening, reading, proving, verifying");
        self.open(&store, table)?;
        self.read(&store, &plain, table)?;
        self.verify(&store, &plain, table)?;
        self.prove(&store, table)?;
        eprintln!("killing");
        self.kill(&store, table)?;
        eprintln!("submitting all of it again");
        self.resubmit(&store, table)?;
        syncs::measure(&store, table)?;
        std::fs::remove_dir_all(&store)?;
        std::fs::remove_file(&plain)?;
        let (store, events) = (self.folder.join("campaign"), events * 2 / 5);
        eprintln!("loading {events} events of a campaign's shape");
        table.section(&format!("A log of {events} events of a campaign's shape"));
        self.load(&store, Shape::Campaign, events, table)?;
        Ok(std::fs::remove_dir_all(&store)?)
    }

    fn load(&self, store: &Path, shape: Shape, events: u64, table: &mut Table) -> Result<()> {
        let done = call(&Task::Load { store: store.to_owned(), events, shape })?;
        let leaf = field(&done, "leaf_bytes")? / events as f64;
        let rate = |name| Ok::<_, anyhow::Error>(events as f64 / field(&done, name)?);
        table.one("mean size of a leaf", leaf, "bytes");
        table.one("load, acknowledged", rate("acknowledged_s")?, "ev/s");
        table.one("load, settled", rate("settled_s")?, "ev/s").note(
            "appends alone are on the clock; the background also works while events are made",
        );
        table.one("load, closed: everything sealed", rate("closed_s")?, "ev/s");
        let memory = table.one("memory after load", field(&done, "memory_mib")?, "MiB");
        memory.goal(BOUND).note(format!("peak {:.0} MiB, cache 64 MiB", field(&done, "peak_mib")?));
        let log = store.join("log");
        let each = |bytes: u64| bytes as f64 / events as f64;
        let total = each(disk_bytes(&log)?);
        let line = table.one("disk of the whole log folder, per event", total, "bytes");
        line.goal(Goal::AtMost(300.0)).note(format!("{:.2} of the leaf", total / leaf));
        let (bytes, sealed) = sealed_segments(&log.join("segments"))?;
        if sealed > 0 {
            let each = bytes as f64 / sealed as f64;
            let line = table.one("disk of sealed segments, per event", each, "bytes");
            line.note(format!("{:.2} of the leaf", each / leaf));
        }
        for part in ["segments", "index"] {
            let bytes = disk_bytes(&log.join(part))?;
            table.one(format!("  of which {part}"), each(bytes), "bytes");
        }
        Ok(())
    }

    fn open(&self, store: &Path, table: &mut Table) -> Result<()> {
        let took = (0..self.times).map(|_| self.seconds_to_open(store));
        let took = Spread::of(took.collect::<Result<Vec<_>>>()?);
        table.add("reopen after a clean stop", took, "s").goal(Goal::AtMost(0.5));
        Ok(())
    }

    fn seconds_to_open(&self, store: &Path) -> Result<f64> {
        field(&call(&Task::Open { store: store.to_owned() })?, "seconds")
    }

    fn kill(&self, store: &Path, table: &mut Table) -> Result<()> {
        let mut took = Vec::new();
        for time in 0..self.times {
            let survived = opening::append_and_kill(store, time)?;
            took.push(self.seconds_to_open(store)?);
            survived.check(store)?;
        }
        let line = table.add("reopen after kill -9 while appending", Spread::of(took), "s");
        line.goal(Goal::AtMost(1.0)).note("every acknowledged event was there");
        Ok(())
    }

    fn read(&self, store: &Path, plain: &Path, table: &mut Table) -> Result<()> {
        let (store, plain) = (store.to_owned(), plain.to_owned());
        let done = call(&Task::Read { store, plain, times: self.times })?;
        let ratio: Vec<f64> = serde_json::from_value(done["ratios"].clone())?;
        let rate = format!("{:.0} ev/s", field(&done, "rate")?);
        let line =
            table.add("scan and decode / the same from a plain file", Spread::of(ratio), "x");
        line.goal(Goal::AtLeast(0.7)).note(rate);
        let memory = table.one("memory after the scan", field(&done, "memory_mib")?, "MiB");
        memory.goal(BOUND).note(format!("{:.0} MiB before it", field(&done, "before_mib")?));
        Ok(())
    }

    fn verify(&self, store: &Path, plain: &Path, table: &mut Table) -> Result<()> {
        let (store, plain) = (store.to_owned(), plain.to_owned());
        let done = call(&Task::Verify { store, plain, times: self.times })?;
        let ratios =
            |name: &str| Ok::<Vec<f64>, anyhow::Error>(serde_json::from_value(done[name].clone())?);
        let log = Spread::of(ratios("log")?);
        let line = table.add("verify the log / plain SHA-256, same bytes", log, "x");
        let plain = field(&done, "plain_mb_s")?;
        line.goal(Goal::AtLeast(0.7)).note(format!("plain SHA-256: {plain:.0} MB/s on one core"));
        let bundle = Spread::of(ratios("bundle")?);
        let line = table.add("verify an export / plain SHA-256, same bytes", bundle, "x");
        line.goal(Goal::AtLeast(0.7)).note("by an outsider, from the exported file alone");
        Ok(())
    }

    fn prove(&self, store: &Path, table: &mut Table) -> Result<()> {
        let done = call(&Task::Prove { store: store.to_owned(), proofs: 10_000 })?;
        table.one("inclusion proof, p50", field(&done, "p50_us")?, "µs");
        let line = table.one("inclusion proof, p99", field(&done, "p99_us")?, "µs");
        line.goal(Goal::AtMost(100.0)).note("10 000 events at random, each proof verified");
        table.one("its verification, p99", field(&done, "verify_p99_us")?, "µs");
        Ok(())
    }

    fn resubmit(&self, store: &Path, table: &mut Table) -> Result<()> {
        let done = call(&Task::Resubmit { store: store.to_owned(), events: self.events })?;
        let line =
            table.one("duplicates after submitting all again", field(&done, "added")?, "events");
        line.goal(Goal::AtMost(0.0));
        let wrong = table.one("  answered with another event", field(&done, "wrong")?, "events");
        wrong.goal(Goal::AtMost(0.0));
        let rate = self.events as f64 / field(&done, "seconds")?;
        table.one("  speed of submitting again", rate, "ev/s");
        Ok(())
    }
}

/// Bytes of the sealed segments, and how many events they hold: all before the first unsealed one.
fn sealed_segments(folder: &Path) -> Result<(u64, u64)> {
    let (mut bytes, mut sealed) = (0, u64::MAX);
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".jsonl.zst") {
            bytes += disk_bytes(&path)?;
        } else if let Some(first) = name.strip_suffix(".log") {
            sealed = sealed.min(first.parse()?);
        }
    }
    Ok((bytes, if sealed == u64::MAX { 0 } else { sealed }))
}
