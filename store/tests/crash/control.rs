//! Controls: the harness must be able to fail. sled alone, and the log with a sync left out, lose
//! what they acknowledged.

use std::path::Path;

use domain::event::Event;
use domain::ids::Sha256Digest;

use crate::check;
use crate::images::{Finding, Table, cut_power};
use crate::script::Ack;
use crate::session::Studio;
use crate::trace::Act;
use crate::tree::Node;

/// sled's `flush` starts writing and waits for it, and does not tell the disk to keep it.
#[test]
fn sled_alone_loses_what_it_acknowledged() {
    let tape = Studio::new().session(&["engine=sled", "decisions=100"]).tape();
    let table = cut_power(&[tape], 40, &look_at_sled);
    println!("sled alone\n{table}");
    assert!(table.findings.len() > 20 && table.lost() > 5, "{table}");
}

fn look_at_sled(store: &Path, acks: &[Ack]) -> Result<(), Finding> {
    let unreadable = |error: sled::Error| Finding::Unreadable(error.to_string());
    let engine = sled::Config::new().path(store).open().map_err(unreadable)?;
    for ack in acks {
        let found = engine.get(ack.first.to_be_bytes()).map_err(unreadable)?;
        let same = found.is_some_and(|found| Sha256Digest::of(&found) == ack.leaves);
        if !same {
            return Err(Finding::Lost(format!("event {}", ack.first)));
        }
    }
    let events = engine.iter().map(|it| it.map(|(_, value)| serde_json::from_slice(&value)));
    let _: Vec<Vec<Event>> = events.flatten().flatten().collect();
    Ok(())
}

/// The log's own recording, with some of its syncs taken out.
fn without(syncs: impl Fn(Node) -> bool) -> Table {
    let words = ["decisions=60", "segment=16384", "checkpoint=20"];
    let mut tape = Studio::new().session(&words).session(&words).tape();
    tape.recording.steps.retain(|step| !matches!(step.act, Act::Sync(node) if syncs(node)));
    cut_power(&[tape], 40, &check::store)
}

#[test]
fn the_log_loses_events_when_its_files_are_not_synced() {
    let table = without(|node| !node.folder);
    println!("without the syncs of files\n{table}");
    assert!(table.findings.len() > 20, "{table}");
}

#[test]
fn the_log_loses_events_when_its_folders_are_not_synced() {
    let table = without(|node| node.folder);
    println!("without the syncs of folders\n{table}");
    assert!(table.findings.len() > 5, "{table}");
}
