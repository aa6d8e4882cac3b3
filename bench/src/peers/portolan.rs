//! The product, through its public trait: typed events in, acknowledged when safe on disk.

use std::collections::VecDeque;
use std::path::Path;

use anyhow::{Context as _, Result};
use domain::event::Recorded;
use store::{Append, DiskLog, EventLog as _, Expected, NewKey, Settings, StoreError};

use super::{Appender, Engine};
use crate::event::{Entry, stream_name};
use crate::machine::CACHE_BYTES;

/// How the product keeps its log, with a key that is nobody's secret.
pub(crate) fn settings() -> Settings {
    let key = NewKey { origin: "portolan.example/bench".to_owned(), seed: [7; 32] };
    Settings { cache_bytes: CACHE_BYTES, new_key: Some(key), ..Settings::default() }
}

/// An event as a decision: one event, made on exactly this version of its stream.
pub(crate) fn decision(entry: &Entry) -> Append {
    Append {
        stream: stream_name(entry.stream),
        expected: Expected::Exact(entry.version),
        command: entry.command,
        at: entry.at,
        events: vec![entry.event.clone()],
    }
}

pub(crate) struct Portolan(DiskLog);

impl Portolan {
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        Ok(Self(DiskLog::open(&folder.join("portolan"), &settings())?))
    }
}

impl Engine for Portolan {
    fn appender(&self) -> Result<Box<dyn Appender + '_>> {
        Ok(Box::new(Writer { log: &self.0, prepared: VecDeque::new(), recorded: Vec::new() }))
    }

    fn settle(&self) -> Result<()> {
        self.0.settle()?;
        Ok(())
    }

    fn count(&self) -> Result<u64> {
        Ok(self.0.head())
    }
}

struct Writer<'a> {
    log: &'a DiskLog,
    prepared: VecDeque<Vec<Append>>,
    /// Freed after the clock has stopped, as everybody's events are.
    recorded: Vec<Vec<Result<Vec<Recorded>, StoreError>>>,
}

impl Appender for Writer<'_> {
    fn prepare(&mut self, batches: &[&[Entry]]) {
        self.recorded.reserve(batches.len());
        self.prepared = batches.iter().map(|it| it.iter().map(decision).collect()).collect();
    }

    fn append(&mut self, _batch: &[Entry]) -> Result<()> {
        let decisions = self.prepared.pop_front().context("nothing was prepared")?;
        let results = self.log.append_all(decisions);
        if results.iter().any(Result::is_err) {
            results.into_iter().collect::<Result<Vec<_>, _>>()?;
            return Ok(());
        }
        self.recorded.push(results);
        Ok(())
    }
}
