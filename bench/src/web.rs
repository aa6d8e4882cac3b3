//! The service, over loopback: pages against the same bytes as files of nginx, watchers of a live
//! campaign, steps that labs report, and pages that are read meanwhile.

mod access;
mod bounds;
mod connection;
mod contest;
mod ingesting;
mod lab;
mod nginx;
mod pages;
mod reading;
mod serving;
mod usage;
mod watching;
mod wrk;

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::large::{Task, call, field};
use crate::table::Table;
use access::Tokens;
use serving::Serving;

/// Threads that answer requests, of the service and of nginx alike.
const WORKERS: u16 = 2;

/// Loads the service, and where.
pub(crate) struct Web<'a> {
    /// A folder on the disk that is measured.
    pub(crate) folder: &'a Path,
    /// The program that serves.
    pub(crate) program: &'a Path,
    /// How often what varies is measured.
    pub(crate) rounds: usize,
    /// Whether less of everything is measured.
    pub(crate) quick: bool,
}

impl Web<'_> {
    /// Measures everything.
    pub(crate) fn measure(&self, table: &mut Table) -> Result<()> {
        let ingested = self.ingest(table)?;
        let store = self.folder.join("web");
        let steps = if self.quick { 30_000 } else { 1_000_000 };
        eprintln!("recording {steps} steps of campaigns between twelve platforms");
        let events =
            field(&call(&Task::ViewsLoad { store: store.clone(), steps })?, "events")? as u64;
        let tokens = Tokens::grant(&store)?;
        eprintln!("starting the service over {events} events");
        let serving = Serving::start(self.program, &store, WORKERS)?;
        table.section(&format!("The service over {events} events"));
        table.one("time to start", serving.started_s, "s").note("the whole log is read");
        let memory = usage::resident_kib(serving.pid())? as f64 / 1024.0;
        table.one("memory after its start", memory, "MiB");
        contest::measure(self, &serving, table)?;
        pages::measure(self, (&serving, &tokens), table)?;
        watching::measure(self, (&serving, &tokens), table)?;
        reading::measure(self, (&serving, &tokens), ingested, table)?;
        serving.stop()?;
        Ok(std::fs::remove_dir_all(&store)?)
    }

    /// Steps a second that labs can report, over an empty store.
    fn ingest(&self, table: &mut Table) -> Result<f64> {
        let store = self.folder.join("web-empty");
        let tokens = Tokens::grant(&store)?;
        let serving = Serving::start(self.program, &store, WORKERS)?;
        let ingested = ingesting::measure(self, (&serving, &tokens), table);
        let ingested = ingested.with_context(|| serving.last_words())?;
        serving.stop()?;
        std::fs::remove_dir_all(&store)?;
        bounds::measure(self.folder, table)?;
        Ok(ingested)
    }
}
