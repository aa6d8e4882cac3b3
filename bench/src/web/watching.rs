//! Watchers of a live campaign: how long until all of them have an event, and what each costs.

use std::io::Read as _;
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::connection::{Connection, get};
use super::ingesting::next_campaign;
use super::lab::{Campaign, Says, report};
use super::serving::Serving;
use super::{Served, Web, usage};
use crate::clock::Stopwatch;
use crate::stats::{Spread, share, sorted};
use crate::table::{Goal, Table};
use crate::views::Made;

/// Who watches while events are timed, and while memory is measured: a few less than one peer may.
const WATCHERS: usize = 200;
const MANY: usize = 480;

/// Longest that an event may take, in seconds.
const PATIENCE_S: f64 = 10.0;

/// Measures both.
pub(super) fn measure(
    web: &Web<'_>,
    (serving, tokens): Served<'_>,
    table: &mut Table,
) -> Result<()> {
    let (token, campaign) = (&tokens.labs[0], next_campaign(&Made::new()?, Says::Everything)?);
    let mut lab = Connection::open(serving.address)?;
    report(&mut lab, &campaign.start(token)?)?;
    let events = if web.quick { 10 } else { 40 };
    let mut steps = campaign.steps(token, 1, events + 6)?.into_iter();
    eprintln!("{WATCHERS} watchers");
    std::thread::sleep(Duration::from_secs(1));
    let bare = usage::resident_kib(serving.pid())?;
    let mut watchers = watch(serving, &campaign, WATCHERS)?;
    let before = usage::spent(serving.pid())?;
    let (mut all, mut each) = (Vec::new(), Vec::new());
    for step in steps.by_ref().take(events) {
        let took = told(&mut watchers, || report(&mut lab, &step))?;
        all.push(took.last().copied().unwrap_or_default() * 1e3);
        each.extend(took.iter().map(|it| it * 1e3));
    }
    let cost = (usage::spent(serving.pid())? - before) * 1e6 / (events * WATCHERS) as f64;
    let each = sorted(each);
    table.section(&format!("{WATCHERS} watchers of a live campaign"));
    let line = table.add("an event has reached all of them", Spread::of(all), "ms");
    line.goal(Goal::AtMost(100.0)).note("from before it is sent to the service until read");
    let line = table.one("one of them, median", share(&each, 0.5), "ms");
    line.note(format!("p99 {:.1} ms; {cost:.1} µs CPU an event and watcher", share(&each, 0.99)));
    eprintln!("{MANY} watchers");
    watchers.extend(watch(serving, &campaign, MANY - WATCHERS)?);
    for step in steps.by_ref().take(3) {
        told(&mut watchers, || report(&mut lab, &step))?;
    }
    let more = usage::resident_kib(serving.pid())?.saturating_sub(bare);
    let kb = more as f64 * 1.024 / MANY as f64;
    let line = table.one(format!("memory of a watcher, of {MANY}"), kb, "kB");
    line.goal(Goal::AtMost(100.0)).note("of the process; the kernel's buffers are not in it");
    drop(watchers);
    // The service sees that they have left when it has something to tell them.
    for step in steps {
        report(&mut lab, &step)?;
        std::thread::sleep(Duration::from_millis(300));
    }
    Ok(())
}

/// Opens so many connections that are told of every event.
fn watch(serving: &Serving, campaign: &Campaign, watchers: usize) -> Result<Vec<TcpStream>> {
    let path = format!("/campaigns/{}/events", campaign.id);
    let request = get(&path, "Accept: text/event-stream\r\n");
    let watch = |_| {
        let stream = Connection::open(serving.address)?.follow(&request)?;
        stream.set_nonblocking(true)?;
        Ok(stream)
    };
    (0..watchers).map(watch).collect()
}

/// Has something done, and returns after how many seconds each watcher was told, the first first.
fn told(watchers: &mut [TcpStream], act: impl FnOnce() -> Result<()> + Send) -> Result<Vec<f64>> {
    // What was said before is not about this.
    std::thread::sleep(Duration::from_millis(250));
    for it in watchers.iter_mut() {
        is_told(it);
    }
    let clock = Stopwatch::start();
    std::thread::scope(|scope| {
        let acting = scope.spawn(act);
        let mut waiting: Vec<&mut TcpStream> = watchers.iter_mut().collect();
        let mut took = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            ensure!(clock.seconds() < PATIENCE_S, "{} watchers were not told", waiting.len());
            wait_for_any(&waiting)?;
            waiting.retain_mut(|it| {
                let is_told = is_told(it);
                if is_told {
                    took.push(clock.seconds());
                }
                !is_told
            });
        }
        acting.join().map_err(|_| anyhow!("the lab panicked"))??;
        Ok(took)
    })
}

fn wait_for_any(waiting: &[&mut TcpStream]) -> Result<()> {
    let mut ready: Vec<PollFd<'_>> =
        waiting.iter().map(|it| PollFd::new(&**it, PollFlags::IN)).collect();
    poll(&mut ready, Some(&Timespec { tv_sec: 1, tv_nsec: 0 }))?;
    Ok(())
}

/// Reads what has arrived: a line of data is an event, a comment only keeps the connection.
fn is_told(stream: &mut TcpStream) -> bool {
    let (mut bytes, mut found) = ([0; 16 << 10], false);
    while let Ok(read) = stream.read(&mut bytes)
        && read > 0
    {
        found |= bytes[..read].windows(5).any(|it| it == b"data:");
    }
    found
}
