//! `portolan log verify`: whether everything in the store is what it should be.

use ledger::Verifier;
use serde::Serialize;
use store::{Findings, Part, Problem, Scope, Snapshot, StoreError};

use super::quiet;
use crate::args::{Args, Verify};
use crate::commands::listing::count;
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::progress::{Meter, plain};
use crate::{opening, trust};

#[derive(Serialize)]
struct Told<'a> {
    right: bool,
    origin: Option<&'a str>,
    /// How many are intact, from the first on.
    events: u64,
    /// Over them, hexadecimal.
    root: String,
    signed_events: Option<u64>,
    checkpoints: u64,
    keys: &'a [Verifier],
    /// Changes of the key that the key before has not signed.
    unproven_key_changes: &'a [u64],
    /// Whether one of the keys was named on the command line.
    trusted: bool,
    /// How many events were read; none with `--quick`.
    read: Option<u64>,
    streams: Option<u64>,
    evidence: Option<u64>,
    problems: Vec<ToldProblem<'a>>,
    more_problems: u64,
}

#[derive(Serialize)]
struct ToldProblem<'a> {
    part: &'static str,
    /// The events it is about, the first of them first.
    positions: &'a [u64],
    what: &'a str,
}

pub(super) fn execute(args: &Args, command: &Verify) -> Result<(), Exit> {
    let trusted = trust::keys(&command.trust)?;
    let log = Snapshot::take(&args.store).map_err(not_there)?;
    let evidence = if command.quick { None } else { Some(opening::evidence(args)?) };
    let scope = Scope { trusted: &trusted, events: !command.quick, evidence: evidence.as_ref() };
    let meter = Meter::new(quiet(args), "verifying", Some(log.end()));
    let found = log.verify(&scope, |done| meter.at(done));
    drop(meter);
    if args.json {
        print_json(&told(&found, command, &trusted))?;
    } else {
        print(&plain(&text(&log, &found, command, &trusted)))?;
    }
    match found.problems.len() as u64 + found.more {
        0 => Ok(()),
        problems => Err(Exit::wrong(count(problems, "problem"))),
    }
}

/// A log that is there and cannot even be looked at is not right.
fn not_there(error: StoreError) -> Exit {
    if matches!(error, StoreError::Key { .. }) { Exit::Wrong(error.into()) } else { error.into() }
}

fn told<'a>(found: &'a Findings, command: &Verify, trusted: &[Verifier]) -> Told<'a> {
    let problem = |problem: &'a Problem| ToldProblem {
        part: name(problem.part),
        positions: &problem.positions,
        what: &problem.words,
    };
    let unless_quick = |number: u64| (!command.quick).then_some(number);
    Told {
        right: found.problems.is_empty(),
        origin: found.keys.first().map(Verifier::name),
        events: found.events,
        root: found.root.to_string(),
        signed_events: found.head,
        checkpoints: found.checkpoints,
        keys: &found.keys,
        unproven_key_changes: &found.unproven,
        trusted: anchors(found).any(|key| trusted.contains(key)),
        read: unless_quick(found.read),
        streams: unless_quick(found.streams),
        evidence: unless_quick(found.evidence),
        problems: found.problems.iter().map(problem).collect(),
        more_problems: found.more,
    }
}

/// Each part on a line of its own, with what is wrong with it below.
fn text(log: &Snapshot, found: &Findings, command: &Verify, trusted: &[Verifier]) -> String {
    let mut text = String::new();
    for part in PARTS {
        let problems: Vec<&Problem> = found.problems.iter().filter(|it| it.part == part).collect();
        let skipped = command.quick && matches!(part, Part::Events | Part::Evidence);
        let mark = match (skipped, problems.is_empty()) {
            (true, _) => "- left out",
            (false, true) => "✓ right",
            (false, false) => "✗ wrong",
        };
        let what = if skipped { String::new() } else { summary(part, log, found) };
        text.push_str(format!("{mark:<10}  {:<11}  {what}", name(part)).trim_end());
        text.push('\n');
        if let (Part::Keys, Some(position)) = (part, found.unproven.last()) {
            text.push_str(&format!(
                "!           the key before event {position} has not signed the change to the next, as \
                 when it was lost:\n            whoever trusts it can trust nothing after that\n"
            ));
        }
        for problem in problems {
            text.push_str(&format!("            {}{}\n", problem.words, named_by(problem)));
        }
    }
    if found.more > 0 {
        text.push_str(&format!("and {} more problems\n", found.more));
    }
    text.push_str(&format!("\nroot {} over {}\n", found.root, count(found.events, "event")));
    text + &anchor(found, trusted)
}

const PARTS: [Part; 6] =
    [Part::Segments, Part::Head, Part::Checkpoints, Part::Keys, Part::Events, Part::Evidence];

fn name(part: Part) -> &'static str {
    match part {
        Part::Segments => "segments",
        Part::Head => "signed head",
        Part::Checkpoints => "checkpoints",
        Part::Keys => "keys",
        Part::Events => "events",
        Part::Evidence => "evidence",
    }
}

fn summary(part: Part, log: &Snapshot, found: &Findings) -> String {
    match part {
        Part::Segments => {
            let (files, events) = (log.segments_sealed().0 as u64, count(found.events, "event"));
            format!("{}, {events} intact", count(files, "file"))
        }
        Part::Head => found.head.map_or(String::new(), |size| {
            format!("{}, signed, with the root of these events", count(size, "event"))
        }),
        Part::Checkpoints => match found.checkpoints {
            0 => "none yet".to_owned(),
            kept => format!("{kept} signed, each with the root of its events"),
        },
        Part::Keys => match (found.keys.len() as u64, found.unproven.is_empty()) {
            (0 | 1, _) => "one, from the first event on".to_owned(),
            (keys, true) => format!("{keys}, each named by an event and signed by the one before"),
            (keys, false) => format!("{keys}, each named by an event"),
        },
        Part::Events => {
            let (read, streams) = (count(found.read, "event"), count(found.streams, "stream"));
            format!("{read} read, {streams} without a gap")
        }
        Part::Evidence => {
            let good = found.evidence.saturating_sub(found.evidence_bad);
            format!("{good} of {} unaltered", count(found.evidence, "piece"))
        }
    }
}

/// Most positions that are named for one problem.
const MOST_NAMED: usize = 8;

/// The events that name a piece of evidence; other problems have their position in their words.
fn named_by(problem: &Problem) -> String {
    if problem.part != Part::Evidence {
        return String::new();
    }
    let all = &problem.positions;
    let shown: Vec<String> = all.iter().take(MOST_NAMED).map(u64::to_string).collect();
    let more = match all.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let noun = if all.len() == 1 { "event" } else { "events" };
    format!("; named by {noun} {}{more}", shown.join(", "))
}

/// On whose word all of this rests.
fn anchor(found: &Findings, trusted: &[Verifier]) -> String {
    if let Some(key) = anchors(found).find(|key| trusted.contains(key)) {
        return format!("trusted by the key you named, {}\n", key.label());
    }
    let Some(anchor) = &found.anchor else { return String::new() };
    if !trusted.is_empty() {
        return format!("NOT TRUSTED by a key you named; the log's own is\n{anchor}\n");
    }
    format!(
        "No key was named, so this shows only that the store agrees with its own key.\n\
         Compare it with the one that the operator has published:\n{anchor}\n"
    )
}

/// The keys of which each one proves everything up to the end.
fn anchors(found: &Findings) -> impl Iterator<Item = &Verifier> {
    found.keys.iter().skip_while(|key| Some(*key) != found.anchor.as_ref())
}
