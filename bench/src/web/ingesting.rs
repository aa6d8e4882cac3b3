//! Labs report steps, each a campaign of its own, in closed loops: how many are safe on disk in a
//! second, and what a step costs the service.

use std::net::SocketAddr;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::access::LABS;
use super::connection::Connection;
use super::lab::{Campaign, Says, report};
use super::{Served, Web, usage};
use crate::clock::{Stopwatch, processor_time, timed};
use crate::machine;
use crate::stats::{Spread, share, sorted};
use crate::table::{Goal, Table};
use crate::views::Made;

/// What SQUAD needs for a step, in microseconds of processor time: measured beside the same steps,
/// SQUAD 1.98 with SQLite and one worker.
const SQUAD_US: f64 = 4240.0;

/// Durable steps in a second.
const GOAL: f64 = 20_000.0;

/// How labs report.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Measure {
    /// Steps in a request.
    batch: usize,
    /// Steps of each lab.
    steps: usize,
    says: Says,
}

/// One run of it.
struct Run {
    measure: Measure,
    /// Acknowledged steps a second, of all labs.
    steps_per_s: f64,
    /// Processor time of the service, in microseconds a step.
    server_us: f64,
    /// The same of all labs together.
    clients_us: f64,
    /// Bytes of a step in a request.
    bytes: f64,
    /// Time of one request, in milliseconds.
    p50_ms: f64,
    p99_ms: f64,
}

/// Campaigns that were given away: no two labs report the same.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// A campaign that nobody has reported yet.
pub(super) fn next_campaign(made: &Made, says: Says) -> Result<Campaign> {
    Campaign::new(made, NUMBERS.fetch_add(1, Ordering::Relaxed), says)
}

fn measures(quick: bool) -> Vec<Measure> {
    let scale = if quick { 1 } else { 3 };
    let of = |says| {
        [
            Measure { batch: 1024, steps: scale * 2048, says },
            Measure { batch: 64, steps: scale * 1024, says },
            Measure { batch: 1, steps: scale * 128, says },
        ]
    };
    [of(Says::Everything), of(Says::Little)].concat()
}

/// Measures all ways, and returns how many whole steps a second there are in batches of 64.
pub(super) fn measure(
    web: &Web<'_>,
    (serving, tokens): Served<'_>,
    table: &mut Table,
) -> Result<f64> {
    let made = Made::new()?;
    let (mut runs, measures) = (Vec::new(), measures(web.quick));
    for round in 0..web.rounds.min(5) {
        eprintln!("labs report, round {}, load {}", round + 1, machine::load());
        let mut order = measures.clone();
        order.rotate_left(round % measures.len());
        for measure in order {
            machine::quiet(web.folder)?;
            runs.push(run(&made, measure, (serving, tokens))?);
        }
    }
    for measure in measures {
        lines(&runs, measure, table);
    }
    let whole = |it: &&Run| it.measure.batch == 64 && it.measure.says == Says::Everything;
    Ok(Spread::of(runs.iter().filter(whole).map(|it| it.steps_per_s)).median)
}

fn lines(runs: &[Run], measure: Measure, table: &mut Table) {
    let runs: Vec<&Run> = runs.iter().filter(|it| it.measure == measure).collect();
    let of = |figure: fn(&Run) -> f64| Spread::of(runs.iter().map(|it| figure(it)));
    let Measure { batch, .. } = measure;
    let bytes = of(|it| it.bytes).median;
    table.section(&format!(
        "{LABS} labs report over HTTP, {batch} steps of {bytes:.0} bytes in a request"
    ));
    let line = table.add("steps safe on disk", of(|it| it.steps_per_s), "ev/s");
    line.note(format!(
        "a request takes {:.1} ms, p99 {:.1} ms; labs cost {:.1} µs CPU a step",
        of(|it| it.p50_ms).median,
        of(|it| it.p99_ms).median,
        of(|it| it.clients_us).median
    ));
    if batch > 1 {
        line.goal(Goal::AtLeast(GOAL));
    }
    let times = Spread::of(runs.iter().map(|it| SQUAD_US / it.server_us));
    let line = table.add("SQUAD's processor time / the service's", times, "times");
    line.note(format!("{:.1} µs CPU a step", of(|it| it.server_us).median));
    if batch > 1 {
        line.goal(Goal::AtLeast(50.0));
    }
}

fn run(made: &Made, measure: Measure, (serving, tokens): Served<'_>) -> Result<Run> {
    let mut prepared = Vec::new();
    for token in &tokens.labs {
        prepared.push(prepare(made, measure, (serving.address, token))?);
    }
    let sent: usize = prepared.iter().flat_map(|(_, requests)| requests).map(Vec::len).sum();
    let steps = (measure.steps * LABS) as f64;
    settle();
    let (start, server, own) =
        (Barrier::new(LABS + 1), usage::spent(serving.pid())?, processor_time());
    let (took, seconds) = std::thread::scope(|scope| {
        let start = &start;
        let labs: Vec<_> = prepared
            .into_iter()
            .map(|(connection, requests)| {
                scope.spawn(move || closed_loop(connection, &requests, start))
            })
            .collect();
        start.wait();
        let clock = Stopwatch::start();
        let done: Result<Vec<Vec<f64>>> =
            labs.into_iter().map(|it| it.join().map_err(|_| anyhow!("a lab panicked"))?).collect();
        Ok::<_, anyhow::Error>((sorted(done?.concat()), clock.seconds()))
    })?;
    let clients = processor_time() - own;
    settle();
    Ok(Run {
        measure,
        steps_per_s: steps / seconds,
        server_us: (usage::spent(serving.pid())? - server) * 1e6 / steps,
        clients_us: clients.as_secs_f64() * 1e6 / steps,
        bytes: sent as f64 / steps,
        p50_ms: share(&took, 0.5) * 1e3,
        p99_ms: share(&took, 0.99) * 1e3,
    })
}

/// What was reported is still folded into the pages: that belongs to who reported it.
fn settle() {
    std::thread::sleep(Duration::from_millis(300));
}

/// A campaign that has begun, and the requests with its steps.
fn prepare(
    made: &Made,
    measure: Measure,
    (address, token): (SocketAddr, &str),
) -> Result<(Connection, Vec<Vec<u8>>)> {
    let campaign = next_campaign(made, measure.says)?;
    let mut connection = Connection::open(address)?;
    report(&mut connection, &campaign.start(token)?)?;
    Ok((connection, campaign.steps(token, measure.batch, measure.steps)?))
}

fn closed_loop(
    mut connection: Connection,
    requests: &[Vec<u8>],
    start: &Barrier,
) -> Result<Vec<f64>> {
    start.wait();
    let mut took = Vec::with_capacity(requests.len());
    for request in requests {
        let (result, seconds) = timed(|| report(&mut connection, request));
        result?;
        took.push(seconds);
    }
    Ok(took)
}
