//! One run: a new store, its appenders in closed loops, and the clock around nothing else.

use std::sync::Barrier;

use anyhow::{Context as _, Result, anyhow, ensure};
use serde::Serialize;

use super::{Measure, Setting};
use crate::clock::{Stopwatch, processor_time, timed};
use crate::event::Entry;
use crate::machine;
use crate::peers::{Appender, Engine, Kind};
use crate::stats::{share, sorted};

/// What one run took.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Timing {
    /// Events a second until the last append was acknowledged.
    pub(crate) acknowledged: f64,
    /// Events a second until the background had caught up too.
    pub(crate) settled: f64,
    /// Median time of one append, in microseconds.
    pub(crate) p50_us: f64,
    /// Processor time of this process until everything was settled, in microseconds an event. It
    /// depends less on what else the machine does; a server's own is not in it.
    pub(crate) cpu_us: f64,
    /// Time that 99 of 100 appends do not exceed, in microseconds.
    pub(crate) p99_us: f64,
}

/// Runs one engine in a folder of its own, which is gone afterwards.
pub(super) fn run(
    kind: Kind,
    measure: Measure,
    setting: &Setting<'_>,
    entries: &[Entry],
) -> Result<Timing> {
    let entries = &entries[..measure.warm + measure.events];
    let folder = tempfile::tempdir_in(setting.folder)?;
    let engine = kind.create(folder.path(), setting.server)?;
    machine::quiet(setting.folder)?;
    let timing = append(&*engine, measure, entries).with_context(|| kind.name())?;
    let count = engine.count()?;
    ensure!(count == entries.len() as u64, "{} holds {count} events", kind.name());
    drop(engine);
    folder.close()?;
    machine::quiet(setting.folder)?;
    Ok(timing)
}

fn append(engine: &dyn Engine, measure: Measure, entries: &[Entry]) -> Result<Timing> {
    let start = Barrier::new(measure.threads + 1);
    std::thread::scope(|scope| {
        let loops: Vec<_> = shares(entries, measure)
            .into_iter()
            .map(|batches| (batches, &start))
            .map(|(batches, start)| {
                scope.spawn(move || closed_loop(engine, measure, &batches, start))
            })
            .collect();
        start.wait();
        let (clock, cpu) = (Stopwatch::start(), processor_time());
        let done: Result<Vec<_>> = loops
            .into_iter()
            .map(|it| it.join().map_err(|_| anyhow!("an appender panicked"))?)
            .collect();
        let acknowledged = clock.seconds();
        let done = done?;
        engine.settle()?;
        let settled = clock.seconds();
        let cpu = processor_time() - cpu;
        let took = sorted(done.iter().flat_map(|(_, took)| took.iter().copied()));
        let events = measure.events as f64;
        Ok(Timing {
            acknowledged: events / acknowledged,
            settled: events / settled,
            cpu_us: cpu.as_secs_f64() * 1e6 / events,
            p50_us: share(&took, 0.5) * 1e6,
            p99_us: share(&took, 0.99) * 1e6,
        })
    })
}

/// What each thread appends, batch by batch: threads have streams of their own.
fn shares(entries: &[Entry], measure: Measure) -> Vec<Vec<&[Entry]>> {
    match measure.threads {
        1 => vec![entries.chunks(measure.batch).collect()],
        threads => (0..threads)
            .map(|thread| entries.iter().skip(thread).step_by(threads))
            .map(|own| own.map(std::slice::from_ref).collect())
            .collect(),
    }
}

/// An appender, handed back so that what it holds is freed off the clock, and each append's seconds.
type Done<'a> = (Box<dyn Appender + 'a>, Vec<f64>);

fn closed_loop<'a>(
    engine: &'a dyn Engine,
    measure: Measure,
    batches: &[&[Entry]],
    start: &Barrier,
) -> Result<Done<'a>> {
    let (warm, timed_batches) = batches.split_at(measure.warm / measure.batch / measure.threads);
    let ready = engine.appender().and_then(|mut appender| {
        appender.prepare(batches);
        warm.iter().try_for_each(|batch| appender.append(batch))?;
        Ok(appender)
    });
    // Whatever happened: nobody may be left waiting at the start.
    start.wait();
    let mut appender = ready?;
    let mut took = Vec::with_capacity(timed_batches.len());
    for batch in timed_batches {
        let (result, seconds) = timed(|| appender.append(batch));
        result?;
        took.push(seconds);
    }
    Ok((appender, took))
}
