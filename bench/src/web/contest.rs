//! Pages against the same bytes as files of nginx: processor time of a request, in the same rounds.

use std::net::SocketAddr;

use anyhow::{Result, ensure};

use super::connection::{Connection, get};
use super::nginx::{Kept, Nginx};
use super::serving::Serving;
use super::wrk::Load;
use super::{WORKERS, Web, usage};
use crate::clock::Stopwatch;
use crate::machine;
use crate::stats::Spread;
use crate::table::{Goal, Table};
use crate::views::id;

/// What is asked for when a page may be compressed.
const GZIP: &str = "Accept-Encoding: gzip";

/// One page, as it is asked for.
struct Case {
    name: &'static str,
    /// Its path at the service.
    path: String,
    /// The name of its copy at nginx.
    copy: &'static str,
    field: Option<&'static str>,
    goal: f64,
}

impl Case {
    fn is_anew(&self) -> bool {
        self.copy == "anew"
    }
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Portolan,
    Nginx,
    OpenFiles,
}

/// One run.
struct Run {
    round: usize,
    case: usize,
    who: Who,
    /// Processor time of a request, in microseconds.
    cost_us: f64,
    requests_per_s: f64,
}

/// Measures all cases.
pub(super) fn measure(web: &Web<'_>, serving: &Serving, table: &mut Table) -> Result<()> {
    let (cached, anew) = paths();
    let plain = serving.page(&cached, "")?;
    let compressed = serving.page(&cached, &format!("{GZIP}\r\n"))?;
    ensure!(compressed.len() < plain.len(), "the page is not compressed");
    let made_anew = serving.page(&anew.replace("{n}", "1"), "")?;
    let copies = [
        Kept { name: "cached", plain: &plain, compressed: Some(&compressed) },
        Kept { name: "anew", plain: &made_anew, compressed: None },
    ];
    let nginx = Nginx::start(web.folder, &copies, WORKERS)?;
    let cases = [
        ("a cached matrix page", cached.clone(), "cached", None, 0.8),
        ("the same, compressed", cached, "cached", Some(GZIP), 0.8),
        ("a page that is made anew for each request", anew, "anew", None, 2.5),
    ]
    .map(|(name, path, copy, field, goal)| Case { name, path, copy, field, goal });
    let mut runs = Vec::new();
    for round in 0..web.rounds {
        eprintln!("pages against files, round {}, load {}", round + 1, machine::load());
        for (case, it) in cases.iter().enumerate() {
            let mut order = [Who::Portolan, Who::Nginx, Who::OpenFiles];
            order.rotate_left((round + case) % 3);
            for who in order {
                runs.push(run(web, (round, case, it), who, (serving, &nginx))?);
            }
        }
    }
    table.section("Processor time of a request / nginx with the same bytes as a file");
    let sizes = [plain.len(), compressed.len(), made_anew.len()];
    for (case, (it, size)) in cases.iter().zip(sizes).enumerate() {
        lines(&runs, (case, it, size), table);
    }
    Ok(())
}

/// A page that is cached, and one seen from an instant that nobody has asked for before.
fn paths() -> (String, String) {
    let matrix = format!("/campaigns/{}/matrix?guest=one", id(0));
    (matrix.clone(), format!("{matrix}&as_of=2026-12-01T00:00:00.{{n}}Z"))
}

fn run(
    web: &Web<'_>,
    (round, case, it): (usize, usize, &Case),
    who: Who,
    (serving, nginx): (&Serving, &Nginx),
) -> Result<Run> {
    let (address, pid): (SocketAddr, u32) = match who {
        Who::Portolan => (serving.address, serving.pid()),
        Who::Nginx => (nginx.address, nginx.pid()),
        Who::OpenFiles => (nginx.open_files, nginx.pid()),
    };
    let before = usage::spent(pid)?;
    let (requests, seconds) = match (who, it.is_anew()) {
        (Who::Portolan, true) => made_anew(serving, &it.path, round)?,
        (Who::Portolan, false) => asked(web, address, (&it.path, it.field))?,
        (Who::Nginx | Who::OpenFiles, _) => {
            asked(web, address, (&format!("/{}", it.copy), it.field))?
        }
    };
    let cost_us = (usage::spent(pid)? - before) * 1e6 / requests;
    Ok(Run { round, case, who, cost_us, requests_per_s: requests / seconds })
}

/// Requests that wrk had answered, and in how many seconds.
fn asked(
    web: &Web<'_>,
    address: SocketAddr,
    (path, field): (&str, Option<&'static str>),
) -> Result<(f64, f64)> {
    let seconds = if web.quick { 1 } else { 3 };
    let mut load = Load::of(path, seconds);
    load.field = field;
    let done = load.put_on(address, web.folder)?;
    ensure!(done.failed == 0, "{} requests for {path} failed", done.failed);
    Ok((done.requests, f64::from(seconds)))
}

/// The same for pages that are work: one after the other, as long as it takes to see what they cost.
fn made_anew(serving: &Serving, path: &str, round: usize) -> Result<(f64, f64)> {
    let (mut connection, clock) = (Connection::open(serving.address)?, Stopwatch::start());
    let mut requests = 0;
    while requests < 5 || clock.seconds() < 1.0 {
        // Nine digits: parts of a second.
        let number = 100_000_000 + 1_000_000 * round + requests;
        let answer = connection.ask(&get(&path.replace("{n}", &number.to_string()), ""))?;
        ensure!(answer.status == 200, "{path} is answered with {}", answer.status);
        requests += 1;
    }
    Ok((requests as f64, clock.seconds()))
}

fn lines(runs: &[Run], (case, it, size): (usize, &Case, usize), table: &mut Table) {
    let of = |who| runs.iter().filter(move |run| run.case == case && run.who == who);
    let against = |who| {
        let own = of(Who::Portolan);
        let ratio = |own: &Run| {
            let peer = of(who).find(|it| it.round == own.round)?;
            Some(own.cost_us / peer.cost_us)
        };
        Spread::of(own.filter_map(ratio))
    };
    let said = |who| {
        let cost = Spread::of(of(who).map(|run| run.cost_us)).median;
        let rate = Spread::of(of(who).map(|run| run.requests_per_s)).median;
        format!("{cost:.1} µs, {rate:.0} requests/s")
    };
    let line = table.add(it.name, against(Who::Nginx), "x");
    line.goal(Goal::AtMost(it.goal)).note(format!(
        "{:.1} kB: {}; nginx {}",
        size as f64 / 1000.0,
        said(Who::Portolan),
        said(Who::Nginx)
    ));
    let line = table.add("  against files kept open", against(Who::OpenFiles), "x");
    line.note(format!("open_file_cache: {}", said(Who::OpenFiles)));
}
