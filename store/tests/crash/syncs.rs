//! A commit costs one write and one fdatasync, counted in what the kernel saw.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::SEED;
use crate::script::Script;
use crate::session::Studio;
use crate::trace::{Act, Step};
use crate::tree::{Naming, Node};

const DECISIONS: usize = 300;

#[test]
fn a_commit_is_one_write_and_one_sync_of_the_segment() {
    let decisions = format!("decisions={DECISIONS}");
    let words = [decisions.as_str(), "segment=1000000000"];
    let steps = Studio::new().session(&words).tape().recording.steps;
    // The index and the head are synced too, at times of their own: told apart by file.
    let segments = nodes(&steps, ".log");
    let on_segments = |of: fn(&Act) -> Option<Node>| {
        let acts = steps.iter().filter_map(|step| of(&step.act));
        acts.filter(|node| segments.contains(node)).count()
    };
    let commits = commits();
    assert_eq!(on_segments(synced), commits, "syncs of the segment for {commits} commits");
    assert_eq!(on_segments(written), commits, "writes to the segment for {commits} commits");
    let others = steps.iter().filter(|step| synced(&step.act).is_some()).count() - commits;
    println!("{commits} commits: {commits} syncs of the segment, {others} of all other files");
    assert!(others < commits / 4, "{others} other syncs for {commits} commits");
    between_acknowledgements(&steps, &segments);
}

/// How many times the appender submits something.
fn commits() -> usize {
    let mut script = Script::new(SEED, 0);
    let (mut done, mut commits) = (0, 0);
    while done < DECISIONS {
        done += script.by_ref().take_while(|it| it.joined).count() + 1;
        commits += 1;
    }
    commits
}

/// Before each acknowledgement its own sync, and no commit without one.
fn between_acknowledgements(steps: &[Step], segments: &BTreeSet<Node>) {
    let mut syncs = 0;
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for step in steps {
        match &step.act {
            Act::Sync(node) if segments.contains(node) => syncs += 1,
            Act::Said(_) => *counts.entry(std::mem::take(&mut syncs)).or_default() += 1,
            Act::Data(..) | Act::Name(_) | Act::Sync(_) | Act::SyncFailed(_) => {}
        }
    }
    assert!(counts.keys().all(|syncs| *syncs <= 1), "syncs before an acknowledgement: {counts:?}");
}

fn nodes(steps: &[Step], ending: &str) -> BTreeSet<Node> {
    let made = steps.iter().filter_map(|step| match &step.act {
        Act::Name(Naming::Put(place, node)) if place.name.ends_with(ending) => Some(*node),
        Act::Name(_) | Act::Data(..) | Act::Sync(_) | Act::SyncFailed(_) | Act::Said(_) => None,
    });
    made.collect()
}

fn synced(act: &Act) -> Option<Node> {
    match act {
        Act::Sync(node) => Some(*node),
        Act::Data(..) | Act::Name(_) | Act::SyncFailed(_) | Act::Said(_) => None,
    }
}

fn written(act: &Act) -> Option<Node> {
    match act {
        Act::Data(node, _) => Some(*node),
        Act::Sync(_) | Act::Name(_) | Act::SyncFailed(_) | Act::Said(_) => None,
    }
}
