//! `portolan log`: what the log holds, and whether all of it can be read.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Recorded;
use domain::ids::Sha256Digest;
use serde::Serialize;
use store::{Blobs, Direction, Snapshot};

use super::{print, print_bytes, print_json};
use crate::args::{self, Args};
use crate::exit::Exit;
use crate::opening;

#[derive(Serialize)]
struct Stat {
    events: u64,
    campaigns: usize,
    evidence: usize,
    evidence_bytes: u64,
    kinds: BTreeMap<&'static str, u64>,
    first_recorded: Option<String>,
    last_recorded: Option<String>,
}

#[derive(Serialize)]
struct Verified {
    events: u64,
    evidence: usize,
    problems: Vec<String>,
}

pub(super) fn execute(args: &Args, command: &args::Log) -> Result<(), Exit> {
    let (log, blobs) = (Snapshot::take(&args.store)?, opening::evidence(args)?);
    match command {
        args::Log::Show { from } => show(&log, *from),
        args::Log::Stat => stat(args, &log),
        args::Log::Verify => verify(args, &log, &blobs),
        args::Log::Evidence { sha256 } => evidence(&log, &blobs, sha256),
    }
}

fn show(log: &Snapshot, from: u64) -> Result<(), Exit> {
    for recorded in log.read(from, Direction::Forward) {
        let line = serde_json::to_string(&recorded?).map_err(|error| Exit::Lab(error.into()))?;
        print(&format!("{line}\n"))?;
    }
    Ok(())
}

fn stat(args: &Args, log: &Snapshot) -> Result<(), Exit> {
    let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut evidence = BTreeMap::new();
    let (mut first, mut last) = (None, None);
    for recorded in log.read(0, Direction::Forward) {
        let recorded = recorded?;
        *kinds.entry(recorded.event.name()).or_default() += 1;
        evidence.extend(named(&recorded));
        first = first.or(Some(recorded.at.to_string()));
        last = Some(recorded.at.to_string());
    }
    let stat = Stat {
        events: log.end(),
        campaigns: kinds.get("CampaignStarted").copied().unwrap_or(0) as usize,
        evidence: evidence.len(),
        evidence_bytes: evidence.values().sum(),
        kinds,
        first_recorded: first,
        last_recorded: last,
    };
    if args.json {
        return print_json(&stat);
    }
    print(&format!("events     {}\n", stat.events))?;
    for (kind, count) in &stat.kinds {
        print(&format!("  {kind:<18} {count}\n"))?;
    }
    print(&format!("evidence   {} pieces, {} bytes\n", stat.evidence, stat.evidence_bytes))?;
    match (&stat.first_recorded, &stat.last_recorded) {
        (Some(first), Some(last)) => print(&format!("recorded   {first} to {last}\n")),
        _ => Ok(()),
    }
}

fn verify(args: &Args, log: &Snapshot, blobs: &Blobs) -> Result<(), Exit> {
    let mut problems: Vec<String> = log.damage()?.into_iter().collect();
    let mut evidence = BTreeMap::new();
    let mut events = 0;
    for recorded in log.read(0, Direction::Forward) {
        match recorded {
            Ok(recorded) => {
                events += 1;
                evidence.extend(named(&recorded));
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    for digest in evidence.keys() {
        if let Err(error) = blobs.get(*digest) {
            problems.push(error.to_string());
        }
    }
    let verified = Verified { events, evidence: evidence.len(), problems };
    if args.json {
        print_json(&verified)?;
    } else {
        let (events, pieces) = (verified.events, verified.evidence);
        print(&format!("read {events} events and {pieces} pieces of evidence\n"))?;
        verified.problems.iter().try_for_each(|it| print(&format!("problem: {it}\n")))?;
    }
    match verified.problems.len() {
        0 => Ok(()),
        count => Err(Exit::lab(format!("{count} problems in the store"))),
    }
}

/// Fewest digits by which a piece of evidence may be named.
const FEWEST_DIGITS: usize = 8;

fn evidence(log: &Snapshot, blobs: &Blobs, wanted: &str) -> Result<(), Exit> {
    let wanted = wanted.trim_end_matches('…').to_ascii_lowercase();
    if wanted.len() < FEWEST_DIGITS || !wanted.bytes().all(|it| it.is_ascii_hexdigit()) {
        let words = "name evidence by its SHA-256, or at least its first 8 hexadecimal digits";
        return Err(Exit::usage(words));
    }
    let mut found: BTreeSet<Sha256Digest> = BTreeSet::new();
    for recorded in log.read(0, Direction::Forward) {
        let named = named(&recorded?).into_iter().map(|(digest, _)| digest);
        found.extend(named.filter(|it| it.to_string().starts_with(&wanted)));
    }
    match (found.pop_first(), found.pop_first()) {
        (Some(digest), None) => print_bytes(&blobs.get(digest)?),
        (None, _) => Err(Exit::usage(format!("no event names evidence {wanted}"))),
        (Some(one), Some(two)) => {
            Err(Exit::usage(format!("{wanted} is ambiguous: {one} and {two}, for example")))
        }
    }
}

/// The evidence an event names, with its size.
fn named(recorded: &Recorded) -> Vec<(Sha256Digest, u64)> {
    recorded.event.evidence().iter().map(|it| (it.sha256, it.bytes)).collect()
}
