//! What each page costs over a large log: asked for again, and for the first time.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::access::Tokens;
use super::connection::{Connection, get};
use super::ingesting::next_campaign;
use super::lab::{Says, report};
use super::serving::Serving;
use super::usage::Threads;
use super::{Served, Web};
use crate::stats::Spread;
use crate::table::{Goal, Table};
use crate::views::{Made, at, id};

/// One page.
struct Page {
    name: &'static str,
    /// Its path; `{c}` stands for a campaign, `{t}` for an instant, `{p}` for a platform.
    path: &'static str,
}

const PAGES: [Page; 11] = [
    Page { name: "overview", path: "/" },
    Page { name: "list of campaigns", path: "/campaigns" },
    Page { name: "matrix", path: "/campaigns/{c}/matrix?guest=one" },
    Page { name: "matrices of all guests", path: "/campaigns/{c}/matrix" },
    Page { name: "matrix, filtered", path: "/campaigns/c-000000/matrix?guest=one&source=p{p}" },
    Page { name: "cell", path: "/campaigns/{c}/cells/p01/p02/one" },
    Page { name: "campaign", path: "/campaigns/{c}" },
    Page { name: "history", path: "/history?at={t}" },
    Page { name: "difference", path: "/diff?baseline=base&campaign={c}" },
    Page { name: "feed", path: "/feed.atom" },
    Page { name: "badge", path: "/badges/one.svg" },
];

/// Longest that a page may keep a processor, in milliseconds.
const GOAL: Goal = Goal::AtMost(5.0);

/// Platforms of a campaign.
const PLATFORMS: u64 = 12;

/// Longest that a page stands although a step was reported.
const LULL: Duration = Duration::from_millis(1_050);

/// Requests of a pass for what was asked before.
const AGAIN: u32 = 100;

/// Measures every page.
pub(super) fn measure(
    web: &Web<'_>,
    (serving, tokens): Served<'_>,
    table: &mut Table,
) -> Result<()> {
    let mut lab = Lab::start(serving, tokens)?;
    // What others had asked for, and the new campaign, is made by then.
    std::thread::sleep(Duration::from_secs(2));
    for page in PAGES {
        eprintln!("{}", page.name);
        table.section("Processor time of a page: asked for again, and for the first time");
        let size = serving.page(&page.path(0), "")?.len() as f64 / 1000.0;
        let again = again(serving, &page.path(0), web.rounds)?;
        let line = table.add(format!("{}, again", page.name), Spread::of(again), "ms");
        line.goal(GOAL).note(format!("{size:.1} kB"));
        let times = if web.quick { 3 } else { 20 };
        let times = if page.path.contains("{p}") { times.min(PLATFORMS - 1) } else { times };
        let first = first(serving, &page, (&mut lab, times))?;
        let line = table.add(format!("{}, first time", page.name), Spread::of(first), "ms");
        line.goal(GOAL).note(page.why_first());
    }
    Ok(())
}

impl Page {
    /// One of the pages of this kind: of another campaign, or another instant.
    fn path(&self, number: u64) -> String {
        let instant = at(number * 5_000 + 1_000).to_string();
        let path = self.path.replace("{c}", id(number).as_str()).replace("{t}", &instant);
        path.replace("{p}", &format!("{:02}", number % PLATFORMS))
    }

    fn has_many(&self) -> bool {
        self.path.contains('{')
    }

    fn why_first(&self) -> &'static str {
        match self.path {
            path if path.contains("{c}") => "each of another campaign, which was not read before",
            path if path.contains("{p}") => {
                "each another filter of a campaign that was read before"
            }
            path if path.contains("{t}") => "each another instant",
            _ => "a step was recorded before each",
        }
    }
}

/// Milliseconds a request, of each pass.
fn again(serving: &Serving, path: &str, passes: usize) -> Result<Vec<f64>> {
    let (mut connection, request) = (Connection::open(serving.address)?, get(path, ""));
    let mut pass = |requests: u32| -> Result<f64> {
        let before = Threads::of(serving.pid())?;
        for _ in 0..requests {
            let answer = connection.ask(&request)?;
            ensure!(answer.status == 200, "{path} is answered with {}", answer.status);
        }
        rest();
        Ok(Threads::of(serving.pid())?.since(&before) / f64::from(requests))
    };
    pass(2)?;
    (0..passes).map(|_| pass(AGAIN)).collect()
}

/// Milliseconds of each request that is the first of its kind.
fn first(serving: &Serving, page: &Page, (lab, times): (&mut Lab, u64)) -> Result<Vec<f64>> {
    let mut connection = Connection::open(serving.address)?;
    let mut cost = |number: u64| -> Result<f64> {
        if !page.has_many() {
            lab.report_a_step()?;
            // While labs report, a page may stand for as long as this: here it is to be made.
            std::thread::sleep(LULL);
        }
        rest();
        let (path, before) = (page.path(number), Threads::of(serving.pid())?);
        let answer = connection.ask(&get(&path, ""))?;
        ensure!(answer.status == 200, "{path} is answered with {}", answer.status);
        rest();
        Ok(Threads::of(serving.pid())?.since(&before))
    };
    (1..=times).map(&mut cost).collect()
}

/// Until the service has done what is left to do behind an answer.
fn rest() {
    std::thread::sleep(Duration::from_millis(40));
}

/// A lab that reports a step when it is told to, so that pages are out of date.
struct Lab {
    connection: Connection,
    steps: std::vec::IntoIter<Vec<u8>>,
}

impl Lab {
    fn start(serving: &Serving, tokens: &Tokens) -> Result<Self> {
        let (token, mut connection) = (&tokens.labs[0], Connection::open(serving.address)?);
        let campaign = next_campaign(&Made::new()?, Says::Everything)?;
        report(&mut connection, &campaign.start(token)?)?;
        Ok(Self { connection, steps: campaign.steps(token, 1, 200)?.into_iter() })
    }

    fn report_a_step(&mut self) -> Result<()> {
        let step = self.steps.next().unwrap_or_default();
        ensure!(!step.is_empty(), "all steps are reported");
        report(&mut self.connection, &step)
    }
}
