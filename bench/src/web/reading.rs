//! Pages that are read while labs report at half their limit, against pages that are read alone; and the same
//! bytes as files of nginx meanwhile, since two busy processors make everybody wait.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};

use super::access::LABS;
use super::connection::{Connection, get};
use super::ingesting::next_campaign;
use super::lab::{Says, report};
use super::nginx::{Kept, Nginx};
use super::serving::Serving;
use super::wrk::Load;
use super::{Served, WORKERS, Web};
use crate::clock::{Stopwatch, timed};
use crate::machine;
use crate::stats::{Spread, share, sorted};
use crate::table::{Goal, Table};
use crate::views::{Made, id};

/// Steps in a request of a lab.
const BATCH: usize = 64;

/// Requests a second of readers that do not wait for each other.
const PACE: u32 = 200;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Requests at a steady pace, as people send them.
    Paced,
    /// wrk: four connections, each asks again as soon as it is answered.
    Wrk,
}

/// Who is read from.
#[derive(Debug, Clone)]
struct Source {
    is_peer: bool,
    address: SocketAddr,
    paths: Vec<String>,
}

/// The 99th of 100 readers, in microseconds.
struct Run {
    reader: Reader,
    is_peer: bool,
    idle_us: f64,
    busy_us: f64,
    /// Steps a second that were reported meanwhile.
    reported: f64,
}

/// Measures both readers, at the service and at nginx.
pub(super) fn measure(
    web: &Web<'_>,
    (serving, tokens): Served<'_>,
    ingested: f64,
    table: &mut Table,
) -> Result<()> {
    let made = Made::new()?;
    let (_nginx, mut sources) = sources(web, serving)?;
    let mut runs = Vec::new();
    for round in 0..web.rounds.min(5) {
        eprintln!("pages while labs report, round {}, load {}", round + 1, machine::load());
        let mut readers = [Reader::Paced, Reader::Wrk];
        readers.rotate_left(round % 2);
        sources.rotate_left(1);
        for (reader, source) in
            readers.iter().flat_map(|it| sources.iter().map(move |at| (*it, at)))
        {
            let idle_us = reader.read(web, source)?;
            let labs = Labs::prepare(&made, (serving, tokens), (ingested / 2.0, web.seconds()))?;
            let (busy_us, reported) = labs.report_during(|| reader.read(web, source))?;
            runs.push(Run { reader, is_peer: source.is_peer, idle_us, busy_us, reported });
            std::thread::sleep(Duration::from_millis(500));
        }
    }
    lines(&runs, table);
    Ok(())
}

/// The pages of the service, and their bytes as files of nginx.
fn sources(web: &Web<'_>, serving: &Serving) -> Result<(Nginx, Vec<Source>)> {
    let mut pages = Vec::new();
    for (place, path) in paths().iter().enumerate() {
        pages.push((format!("read-{place}"), serving.page(path, "")?));
    }
    let kept: Vec<Kept<'_>> =
        pages.iter().map(|(name, plain)| Kept { name, plain, compressed: None }).collect();
    let nginx = Nginx::start(web.folder, &kept, WORKERS)?;
    let files = pages.iter().map(|(name, _)| format!("/{name}")).collect();
    let own = Source { is_peer: false, address: serving.address, paths: paths() };
    let peer = Source { is_peer: true, address: nginx.address, paths: files };
    Ok((nginx, vec![own, peer]))
}

fn lines(runs: &[Run], table: &mut Table) {
    table.section("Pages that are read while labs report at half their limit");
    for (reader, name) in [
        (Reader::Paced, format!("p99 busy / idle, {PACE} requests a second")),
        (Reader::Wrk, "p99 busy / idle, wrk as fast as it can".to_owned()),
    ] {
        for is_peer in [false, true] {
            let of = |figure: fn(&Run) -> f64| {
                let runs = runs.iter().filter(|it| (it.reader, it.is_peer) == (reader, is_peer));
                Spread::of(runs.map(figure))
            };
            let name = if is_peer { "  nginx meanwhile, the same bytes as files" } else { &name };
            let line = table.add(name, of(|it| it.busy_us / it.idle_us), "x");
            line.note(format!(
                "p99 {:.2} ms idle, {:.2} ms busy at {:.0} steps/s",
                of(|it| it.idle_us).median / 1e3,
                of(|it| it.busy_us).median / 1e3,
                of(|it| it.reported).median
            ));
            if !is_peer {
                line.goal(Goal::AtMost(3.0));
            }
        }
    }
}

impl Web<'_> {
    /// How long one reader reads.
    fn seconds(&self) -> u16 {
        if self.quick { 2 } else { 5 }
    }
}

/// What people look at: the overview changes with every step, the rest does not.
fn paths() -> Vec<String> {
    let campaign = id(0);
    vec![
        "/".to_owned(),
        format!("/campaigns/{campaign}/matrix?guest=one"),
        format!("/campaigns/{campaign}/cells/p01/p02/one"),
        format!("/campaigns/{campaign}"),
    ]
}

impl Reader {
    fn read(self, web: &Web<'_>, source: &Source) -> Result<f64> {
        match self {
            Reader::Paced => paced(source, web.seconds()),
            Reader::Wrk => {
                let mut load = Load::of("/", web.seconds());
                (load.paths, load.threads, load.connections) = (source.paths.clone(), 1, 4);
                let done = load.put_on(source.address, web.folder)?;
                ensure!(done.failed == 0, "{} pages failed", done.failed);
                Ok(done.p99_us)
            }
        }
    }
}

/// Requests at their times; an answer that is late makes those behind it late too, and they say so.
fn paced(source: &Source, seconds: u16) -> Result<f64> {
    let mut connection = Connection::open(source.address)?;
    let requests: Vec<Vec<u8>> = source.paths.iter().map(|it| get(it, "")).collect();
    let (clock, mut took) = (Stopwatch::start(), Vec::new());
    for (place, request) in (0..u32::from(seconds) * PACE).zip(requests.iter().cycle()) {
        let due = Duration::from_secs(1) * place / PACE;
        std::thread::sleep(due.saturating_sub(clock.elapsed()));
        let answer = connection.ask(request)?;
        ensure!(answer.status == 200, "a page is answered with {}", answer.status);
        took.push((clock.elapsed() - due).as_secs_f64() * 1e6);
    }
    Ok(share(&sorted(took), 0.99))
}

/// Labs that report at a given pace.
struct Labs {
    /// A connection and its requests, of each.
    each: Vec<(Connection, Vec<Vec<u8>>)>,
    /// Seconds from one request of a lab to its next.
    pace_s: f64,
}

impl Labs {
    /// Prepares enough for so many steps a second.
    fn prepare(
        made: &Made,
        (serving, tokens): Served<'_>,
        (steps_per_s, seconds): (f64, u16),
    ) -> Result<Self> {
        let pace_s = (BATCH * LABS) as f64 / steps_per_s;
        // Some seconds more: readers take a while to begin and to end.
        let wanted = (f64::from(seconds + 2) / pace_s).ceil() as usize;
        let mut each = Vec::new();
        for token in &tokens.labs {
            let (mut connection, mut requests) =
                (Connection::open(serving.address)?, Vec::<Vec<u8>>::new());
            while requests.len() < wanted {
                let campaign = next_campaign(made, Says::Everything)?;
                report(&mut connection, &campaign.start(token)?)?;
                let whole = campaign.len() / BATCH * BATCH;
                let steps = whole.min((wanted - requests.len()) * BATCH);
                requests.extend(campaign.steps(token, BATCH, steps)?);
            }
            each.push((connection, requests));
        }
        Ok(Self { each, pace_s })
    }

    /// Reports while something is done; returns what that says, and the steps reported in a second.
    fn report_during(self, act: impl FnOnce() -> Result<f64>) -> Result<(f64, f64)> {
        let (over, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
        let (pace_s, labs) = (self.pace_s, self.each.len());
        std::thread::scope(|scope| {
            let (over, sent) = (&over, &sent);
            let labs: Vec<_> = (0..)
                .zip(self.each)
                .map(|(lab, (mut connection, requests))| {
                    let from_s = pace_s * f64::from(lab) / labs as f64;
                    scope.spawn(move || -> Result<()> {
                        let clock = Stopwatch::start();
                        for (place, request) in requests.iter().enumerate() {
                            let wait_s = from_s + pace_s * place as f64 - clock.seconds();
                            std::thread::sleep(Duration::from_secs_f64(wait_s.max(0.0)));
                            if over.load(Ordering::Relaxed) {
                                return Ok(());
                            }
                            report(&mut connection, request)?;
                            sent.fetch_add(BATCH, Ordering::Relaxed);
                        }
                        Ok(())
                    })
                })
                .collect();
            std::thread::sleep(Duration::from_millis(500));
            let before = sent.load(Ordering::Relaxed);
            let (done, seconds) = timed(act);
            let reported = (sent.load(Ordering::Relaxed) - before) as f64 / seconds;
            over.store(true, Ordering::Relaxed);
            labs.into_iter()
                .try_for_each(|it| it.join().map_err(|_| anyhow!("a lab panicked"))?)?;
            Ok((done?, reported))
        })
    }
}
