//! Appends in rounds: every engine between two runs of the raw file, in another order each round.

mod run;
mod verdict;

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use crate::event::{Entry, Shape, entries};
use crate::machine;
use crate::peers::{Kind, Server};
use run::{Timing, run};
pub(crate) use verdict::report;

/// How something is appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Measure {
    /// Events in one commit.
    pub(crate) batch: usize,
    /// Threads that append, each to a stream of its own.
    pub(crate) threads: usize,
    /// Events on the clock.
    pub(crate) events: usize,
    /// Events before it: everything is open, allocated and warm.
    pub(crate) warm: usize,
}

impl Measure {
    /// The four that have goals; a quick run appends less.
    pub(crate) fn all(quick: bool) -> [Measure; 4] {
        let scale = if quick { 1 } else { 3 };
        [
            Measure { batch: 1024, threads: 1, events: scale * 16 * 1024, warm: 2 * 1024 },
            Measure { batch: 64, threads: 1, events: scale * 64 * 64, warm: 4 * 64 },
            Measure { batch: 1, threads: 1, events: scale * 320, warm: 16 },
            Measure { batch: 1, threads: 16, events: scale * 1280, warm: 64 },
        ]
    }

    /// What the raw file does to be compared with: one thread, and never more events than needed.
    fn raw(self) -> Measure {
        match self.threads {
            1 => self,
            _ => Measure { threads: 1, events: self.events / 4, warm: 16, ..self },
        }
    }

    fn peers(self) -> &'static [Kind] {
        use Kind::*;
        match self.threads {
            1 => &[Portolan, Fjall, Redb, Sqlite, PgInsert, PgCopy],
            _ => &[
                Portolan,
                Fjall,
                Redb,
                Sqlite,
                PgConnections,
                FjallQueue,
                RedbQueue,
                SqliteQueue,
                PgQueue,
            ],
        }
    }

    /// Its name in tables.
    pub(crate) fn name(self) -> String {
        match (self.threads, self.batch) {
            (1, 1) => "single event".to_owned(),
            (1, batch) => format!("batch of {batch}"),
            (threads, _) => format!("{threads} appenders of single events"),
        }
    }
}

/// One run of one engine, and the raw file before and after it.
#[derive(Debug, Serialize)]
pub(crate) struct Sample {
    pub(crate) measure: Measure,
    pub(crate) round: usize,
    #[serde(serialize_with = "by_name")]
    pub(crate) kind: Kind,
    pub(crate) timing: Timing,
    /// Events a second.
    pub(crate) raw_before: f64,
    /// Events a second.
    pub(crate) raw_after: f64,
}

fn by_name<S: serde::Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}

impl Sample {
    /// The raw file's speed: the same events in the mean of both times.
    fn raw(&self) -> f64 {
        2.0 / (1.0 / self.raw_before + 1.0 / self.raw_after)
    }

    /// Ratio to the raw file once every append is acknowledged.
    pub(crate) fn acknowledged(&self) -> f64 {
        self.timing.acknowledged / self.raw()
    }

    /// Ratio to the raw file once the background has caught up too.
    pub(crate) fn settled(&self) -> f64 {
        self.timing.settled / self.raw()
    }
}

/// Where and with whom it is measured.
pub(crate) struct Setting<'a> {
    /// A folder on the disk that is measured.
    pub(crate) folder: &'a Path,
    /// PostgreSQL, when it runs.
    pub(crate) server: Option<&'a Server>,
    /// How many rounds.
    pub(crate) rounds: usize,
    /// Whether each appends less.
    pub(crate) quick: bool,
    /// Only engines whose names begin so; all when empty.
    pub(crate) engines: &'a [String],
    /// Only measures whose names hold this.
    pub(crate) way: &'a str,
}

impl Setting<'_> {
    fn wants(&self, kind: Kind) -> bool {
        let name = kind.name().to_lowercase();
        let named = self.engines.iter().any(|it| name.starts_with(&it.to_lowercase()));
        (named || self.engines.is_empty()) && (self.server.is_some() || !kind.needs_server())
    }
}

/// All rounds of all measures.
pub(crate) fn measure(setting: &Setting<'_>) -> Result<Vec<Sample>> {
    let measures = Measure::all(setting.quick);
    let most = measures.iter().map(|it| it.events + it.warm).max().unwrap_or(0);
    let entries = entries(0..most as u64, Shape::Short);
    let mut samples = Vec::new();
    for round in 0..setting.rounds {
        eprintln!("round {} of {}, load {}", round + 1, setting.rounds, machine::load());
        for measure in measures.into_iter().filter(|it| it.name().contains(setting.way)) {
            samples.extend(one_round(setting, measure, round, &entries)?);
        }
    }
    Ok(samples)
}

fn one_round(
    setting: &Setting<'_>,
    measure: Measure,
    round: usize,
    entries: &[Entry],
) -> Result<Vec<Sample>> {
    let mut order: Vec<Kind> = measure.peers().to_vec();
    order.retain(|kind| setting.wants(*kind));
    let turn = round % order.len().max(1);
    order.rotate_left(turn);
    let raw = || run(Kind::Raw, measure.raw(), setting, entries).map(|it| it.acknowledged);
    let mut raw_before = raw()?;
    let mut samples = Vec::new();
    for kind in order {
        let timing = run(kind, measure, setting, entries)?;
        let raw_after = raw()?;
        samples.push(Sample { measure, round, kind, timing, raw_before, raw_after });
        raw_before = raw_after;
    }
    Ok(samples)
}
