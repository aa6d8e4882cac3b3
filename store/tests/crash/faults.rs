//! System calls that fail: whatever the disk refuses, nothing is acknowledged that is not safe, the
//! process says what happened, and what was acknowledged is there afterwards.
//!
//! strace makes the calls fail. It counts the calls of each thread by themselves.

use tempfile::TempDir;

use crate::check;
use crate::images::{Tape, cut_power, keep};
use crate::recorder::Ended;
use crate::session::Studio;
use crate::trace::Act;
use crate::tree::Naming;

/// A call, the error it fails with, and which of them fail.
#[derive(Debug, Clone, Copy)]
struct Fault {
    call: &'static str,
    error: &'static str,
    /// `3`: the third; `3+`: the third and all later ones.
    when: &'static str,
}

const WORDS: [&str; 3] = ["decisions=60", "segment=8192", "checkpoint=15"];

/// A store with something in it meets a fault in its second session.
fn session_with(fault: Fault) -> (Ended, Tape, TempDir) {
    let mut studio = Studio::new().session(&["decisions=10", "segment=2048", "end=abort"]);
    let Fault { call, error, when } = fault;
    let inject = format!("inject={call}:error={error}:when={when}");
    let ended = studio.run(&WORDS, &["-e".to_owned(), inject]);
    let (tape, folder) = studio.finish();
    (ended, tape, folder)
}

/// What must hold of a session that met a fault.
fn expect_honesty(fault: Fault) -> bool {
    let (ended, tape, folder) = session_with(fault);
    let said = &ended.err;
    assert!(!said.contains("panicked"), "{fault:?}: {said}");
    let told = ["os error", "error while loading"].iter().any(|it| said.contains(it));
    // Nothing can be said when nothing can be written at all.
    let mute = fault.call == "write" && fault.when.ends_with('+');
    let silent = ended.status.success() && said.is_empty();
    assert!(told || mute || silent, "{fault:?}: {}, it does not say why: {said}", ended.status);
    let failed = tape.failed_sync();
    let acks = tape.acks(usize::MAX).len();
    let before = failed.map_or(acks, |line| tape.acks(line).len());
    assert_eq!(acks, before, "{fault:?}: acknowledged after a sync of a segment had failed");
    let left = check::store(&folder.path().join("store"), &tape.acks(usize::MAX));
    assert_eq!(left, Ok(()), "{fault:?}: the store as it was left");
    let name = format!("fault {} {} {}", fault.call, fault.error, fault.when);
    let tapes = [tape];
    let table = cut_power(&tapes, 4, &check::store);
    keep(&name, &tapes, &table);
    assert!(table.findings.is_empty(), "{fault:?}\n{table}");
    !ended.injected.is_empty()
}

impl Tape {
    /// The first line on which the sync of a segment failed.
    fn failed_sync(&self) -> Option<usize> {
        let steps = &self.recording.steps;
        let segment = |act: &Act| match act {
            Act::Name(Naming::Put(place, node)) if place.name.ends_with(".log") => Some(*node),
            Act::Name(_) | Act::Data(..) | Act::Sync(_) | Act::SyncFailed(_) | Act::Said(_) => None,
        };
        let segments: Vec<_> = steps.iter().filter_map(|step| segment(&step.act)).collect();
        let failed = |act: &Act| matches!(act, Act::SyncFailed(node) if segments.contains(node));
        steps.iter().find(|step| failed(&step.act)).map(|step| step.ended)
    }
}

fn sweep(call: &'static str, error: &'static str, whens: &[&'static str]) {
    let met = whens.iter().filter(|when| expect_honesty(Fault { call, error, when })).count();
    println!("{call} {error}: {met} of {} faults were met", whens.len());
    assert!(met * 2 >= whens.len(), "the faults of {call} came too late to be met");
}

#[test]
fn a_failed_sync_ends_all_acknowledging() {
    sweep("fdatasync", "EIO", &["1", "2", "3", "5", "9", "20", "1+", "4+"]);
    sweep("fsync", "EIO", &["1", "2", "3", "4", "5", "1+", "2+"]);
}

#[test]
fn a_failed_write_is_told() {
    sweep("pwrite64", "ENOSPC", &["1", "2", "3", "7", "1+", "5+", "20+"]);
    sweep("pwrite64", "EIO", &["1", "2", "4", "8+"]);
    sweep("write", "ENOSPC", &["1", "2", "3", "1+"]);
    sweep("ftruncate", "EIO", &["1", "2+"]);
}

#[test]
fn a_failed_change_of_names_is_told() {
    sweep("/^rename", "EIO", &["1", "2", "1+"]);
    sweep("/^unlink", "EIO", &["1", "2", "3", "1+"]);
    sweep("/^open", "EMFILE", &["6", "9", "12", "15", "18", "21", "24", "27", "30+"]);
}
