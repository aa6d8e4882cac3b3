//! `portolan log stat`: what is in the log, who signs it, and what it takes on disk.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ledger::{Checkpoint, Verifier};
use serde::Serialize;
use store::{Snapshot, Space, Stat, space};

use super::quiet;
use crate::args::Args;
use crate::commands::listing::{Listing, bytes, count};
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::progress::Meter;

#[derive(Serialize)]
struct Told {
    origin: String,
    events: u64,
    /// Hexadecimal.
    root: String,
    /// As in checkpoints.
    root_base64: String,
    streams: u64,
    campaigns: u64,
    kinds: BTreeMap<&'static str, u64>,
    unread: u64,
    first_recorded: Option<Timestamp>,
    last_recorded: Option<Timestamp>,
    evidence: u64,
    evidence_bytes: u64,
    key: String,
    earlier_keys: Vec<String>,
    signed_events: Option<u64>,
    checkpoints: usize,
    newest_checkpoint: Option<Newest>,
    segments: usize,
    segments_sealed: usize,
    bytes_on_disk: OnDisk,
    bytes_per_event: Option<f64>,
    damage: Option<String>,
}

#[derive(Serialize)]
struct Newest {
    events: u64,
    /// When the last event that it covers was recorded.
    up_to: Option<Timestamp>,
}

#[derive(Serialize)]
struct OnDisk {
    log: u64,
    index: u64,
    /// None when it is kept elsewhere.
    evidence: Option<u64>,
}

pub(super) fn execute(args: &Args) -> Result<(), Exit> {
    let log = Snapshot::take(&args.store)?;
    let told = told(args, &log)?;
    if args.json {
        print_json(&told)?
    } else {
        print(&listing(&told))?
    }
    told.damage.map_or(Ok(()), |damage| Err(Exit::wrong(damage)))
}

fn told(args: &Args, log: &Snapshot) -> Result<Told, Exit> {
    let meter = Meter::new(quiet(args), "counting", Some(log.end()));
    let Stat { events, root, streams, kinds, unread, evidence, evidence_bytes, first, last } =
        log.stat(|done| meter.at(done))?;
    let signed: Option<Checkpoint> = log.head().ok().map(|(_, head)| head);
    let checkpoints = log.checkpoints();
    // What is wrong with a signature is told, and everything else all the same.
    let unsigned = checkpoints.as_ref().err().map(ToString::to_string);
    let damage = log.damage().unwrap_or_else(|error| Some(error.to_string())).or(unsigned);
    let checkpoints = checkpoints.unwrap_or_default();
    let newest = checkpoints.last().map(|(_, newest)| newest.size());
    let newest = newest.map(|events| Newest { events, up_to: up_to(log, events) });
    let (segments, segments_sealed) = log.segments_sealed();
    let Space { log: log_bytes, index } = log.space();
    let local = args.evidence.is_none().then(|| space(&args.store.join("evidence")));
    let keys: Vec<String> = log.verifiers().iter().map(Verifier::to_string).collect();
    let (key, earlier_keys) = keys
        .split_last()
        .map_or_else(Default::default, |(last, before)| (last.clone(), before.to_vec()));
    Ok(Told {
        origin: log.verifiers().first().map(|key| key.name().to_owned()).unwrap_or_default(),
        events,
        root: root.to_string(),
        root_base64: root.to_base64(),
        streams,
        campaigns: kinds.get("CampaignStarted").copied().unwrap_or(0),
        kinds,
        unread,
        first_recorded: first,
        last_recorded: last,
        evidence,
        evidence_bytes,
        key,
        earlier_keys,
        signed_events: signed.map(|head| head.size()),
        checkpoints: checkpoints.len(),
        newest_checkpoint: newest,
        segments,
        segments_sealed,
        bytes_on_disk: OnDisk { log: log_bytes, index, evidence: local },
        bytes_per_event: (events > 0).then(|| tenths(log_bytes, events)),
        damage,
    })
}

fn up_to(log: &Snapshot, size: u64) -> Option<Timestamp> {
    log.recorded_at(size).ok().flatten()
}

/// A ratio to one digit behind the point.
fn tenths(bytes: u64, events: u64) -> f64 {
    (bytes as f64 / events as f64 * 10.0).round() / 10.0
}

fn listing(told: &Told) -> String {
    let mut list = Listing::new(11);
    list.row("log", &told.origin);
    list.row("events", told.events);
    list.row("root", format!("{}\n{} in base64", told.root, told.root_base64));
    if let (Some(first), Some(last)) = (&told.first_recorded, &told.last_recorded) {
        list.row("recorded", format!("{first} to {last}"));
    }
    list.row("campaigns", told.campaigns).row("streams", told.streams);
    let kind = |(name, count): (&&str, &u64)| format!("{name:<16} {count:>8}");
    if !told.kinds.is_empty() {
        list.row("kinds", told.kinds.iter().map(kind).collect::<Vec<_>>().join("\n"));
    }
    if told.unread > 0 {
        list.row("not read", format!("{}: a newer portolan wrote them", told.unread));
    }
    let (pieces, size) = (count(told.evidence, "piece"), bytes(told.evidence_bytes));
    list.row("evidence", format!("{pieces}, {size} before compression"));
    list.row("key", &told.key);
    if let Some(first) = told.earlier_keys.first() {
        let earlier = count(told.earlier_keys.len() as u64, "earlier key");
        list.row("", format!("{earlier}, the first\n{first}"));
    }
    list.row(
        "signed",
        told.signed_events.map_or("nothing that can be relied on".to_owned(), |it| {
            format!("{it} of {} events", told.events)
        }),
    );
    list.row("checkpoints", checkpoints(told));
    let (segments, sealed) = (count(told.segments as u64, "file"), told.segments_sealed);
    list.row("segments", format!("{segments}, {sealed} of them sealed"));
    list.row("on disk", on_disk(told));
    if let Some(damage) = &told.damage {
        list.row("✗ damaged", damage);
    }
    list.text().to_owned()
}

fn checkpoints(told: &Told) -> String {
    match &told.newest_checkpoint {
        None => "none yet".to_owned(),
        Some(Newest { events, up_to }) => {
            let up_to = up_to.map(|at| format!(", up to {at}")).unwrap_or_default();
            format!("{}, the newest over {}{up_to}", told.checkpoints, count(*events, "event"))
        }
    }
}

fn on_disk(told: &Told) -> String {
    let OnDisk { log, index, evidence } = &told.bytes_on_disk;
    let each = told.bytes_per_event.map(|it| format!(" ({it} per event)")).unwrap_or_default();
    let evidence =
        evidence.map_or("evidence elsewhere".to_owned(), |it| format!("evidence {}", bytes(it)));
    format!("log {}{each}, index {}, {evidence}", bytes(*log), bytes(*index))
}
