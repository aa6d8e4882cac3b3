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
    /// Only parts whose names hold this: labs, files, pages, watchers, readers.
    pub(crate) way: &'a str,
}

/// Half of it is reported while pages are read, when labs are not measured: steps a second.
const USUAL_RATE: f64 = 10_000.0;

impl Web<'_> {
    /// Measures everything. What cannot be measured is said in the table, and the rest goes on.
    pub(crate) fn measure(&self, table: &mut Table) -> Result<()> {
        let mut ingested = USUAL_RATE;
        self.part("labs", table, |table| {
            ingested = self.ingest(table)?;
            Ok(())
        });
        let wants_large = ["files", "pages", "watchers", "readers"].iter().any(|it| self.wants(it));
        if wants_large { self.large(ingested, table) } else { Ok(()) }
    }

    fn part(&self, name: &str, table: &mut Table, act: impl FnOnce(&mut Table) -> Result<()>) {
        if !self.wants(name) {
            return;
        }
        if let Err(error) = act(table) {
            eprintln!("{name}: {error:#}");
            table.section("What could not be measured");
            table.one(name, 0.0, "").note(format!("{error:#}"));
        }
    }

    fn wants(&self, part: &str) -> bool {
        part.contains(self.way)
    }

    /// Steps a second that labs can report, over an empty store.
    fn ingest(&self, table: &mut Table) -> Result<f64> {
        let store = self.folder.join("web-empty");
        let tokens = Tokens::grant(&store)?;
        let serving = Serving::start(self.program, &store, WORKERS)?;
        lab::bring_evidence(serving.address, &tokens.labs[0])?;
        let ingested = ingesting::measure(self, (&serving, &tokens), table);
        let ingested = ingested.with_context(|| serving.last_words())?;
        serving.stop()?;
        std::fs::remove_dir_all(&store)?;
        bounds::measure(self.folder, table)?;
        Ok(ingested)
    }

    /// What is read over a large store.
    fn large(&self, ingested: f64, table: &mut Table) -> Result<()> {
        let store = self.folder.join("web");
        let steps = if self.quick { 30_000 } else { 1_000_000 };
        eprintln!("recording {steps} steps of campaigns between twelve platforms");
        let loaded = call(&Task::ViewsLoad { store: store.clone(), steps })?;
        let events = field(&loaded, "events")?;
        let tokens = Tokens::grant(&store)?;
        eprintln!("starting the service over {events} events");
        let serving = Serving::start(self.program, &store, WORKERS)?;
        table.section(&format!("The service over {events} events"));
        let line = table.one("time to start", serving.started_s, "s");
        line.note(format!("the whole log is read: {:.0} ev/s", events / serving.started_s));
        let memory = usage::resident_kib(serving.pid())? as f64 / 1024.0;
        table.one("memory after its start", memory, "MiB");
        lab::bring_evidence(serving.address, &tokens.labs[0])?;
        let served = (&serving, &tokens);
        self.part("files", table, |table| contest::measure(self, &serving, table));
        self.part("pages", table, |table| pages::measure(self, served, table));
        self.part("watchers", table, |table| watching::measure(self, served, table));
        self.part("readers", table, |table| reading::measure(self, served, ingested, table));
        serving.stop()?;
        Ok(std::fs::remove_dir_all(&store)?)
    }
}

/// A service, and what the loads show to it.
type Served<'a> = (&'a Serving, &'a Tokens);
