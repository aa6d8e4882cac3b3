//! System calls that fail: whatever the disk refuses, nothing is acknowledged that is not safe, the
//! process says what happened, and what was acknowledged is there afterwards.
//!
//! strace makes the calls fail. It counts the calls of each thread by themselves.

use crate::check;
use crate::images::{Table, Tape, cut_power, keep};
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
    /// Whether the store is not there yet.
    fresh: bool,
}

const WORDS: [&str; 3] = ["decisions=60", "segment=8192", "checkpoint=15"];

/// A new store, or the second session on one, meets a fault, and the store is used again after that.
/// The number is that of the line behind the fault's session.
fn session_with(fault: Fault) -> (Ended, usize, Tape) {
    let Fault { call, error, when, fresh } = fault;
    let mut studio = match fresh {
        true => Studio::new(),
        false => Studio::new().session(&["decisions=10", "segment=2048", "end=abort"]),
    };
    let inject = format!("inject={call}:error={error}:when={when}");
    let ended = studio.run(&WORDS, &["-e".to_owned(), inject]);
    let end = studio.lines();
    (ended, end, studio.session(&["decisions=10", "segment=8192"]).tape())
}

/// What must hold of a session that met a fault; whether it met one at all.
fn judge(fault: Fault) -> Result<bool, String> {
    let (ended, end, tape) = session_with(fault);
    let said = &ended.err;
    // sled panics over some errors of the system, and shows how they are made up.
    let told =
        ["os error", "message: \"", "error while loading"].iter().any(|it| said.contains(it));
    // Nothing can be said when nothing can be written at all.
    let mute = fault.call == "write" && fault.when.ends_with('+');
    let silent = ended.status.success() && said.is_empty();
    let failed = tape.failed_sync().unwrap_or(end);
    let table = power_cuts(fault, &tape);
    if said.contains("panicked") {
        Err(format!("it panicked: {said}"))
    } else if !told && !mute && !silent {
        Err(format!("{}, it does not say why: {said}", ended.status))
    } else if tape.acks(end).len() > tape.acks(failed).len() {
        Err("it acknowledged after a sync of a segment had failed".to_owned())
    } else if !table.findings.is_empty() {
        Err(format!("power cuts afterwards\n{table}"))
    } else {
        Ok(!ended.injected.is_empty())
    }
}

/// The power fails during the session with the fault, or during the next one.
fn power_cuts(fault: Fault, tape: &Tape) -> Table {
    let tapes = std::slice::from_ref(tape);
    let table = cut_power(tapes, crate::power_cuts() / 30, &check::store);
    let store = if fault.fresh { "new" } else { "old" };
    keep(&format!("fault {} {} {} {store}", fault.call, fault.error, fault.when), tapes, &table);
    table
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

/// Tries faults on a store that is there; returns what was wrong.
fn sweep(call: &'static str, error: &'static str, whens: &[&'static str]) -> Vec<String> {
    let fault = |when: &&'static str| Fault { call, error, when, fresh: false };
    try_all(&whens.iter().map(fault).collect::<Vec<_>>())
}

/// Tries faults on a store that is about to be made.
fn sweep_new(call: &'static str, error: &'static str, whens: &[&'static str]) -> Vec<String> {
    let fault = |when: &&'static str| Fault { call, error, when, fresh: true };
    try_all(&whens.iter().map(fault).collect::<Vec<_>>())
}

fn try_all(faults: &[Fault]) -> Vec<String> {
    // A fault costs three sessions: the fast run tries some.
    let some = faults.iter().step_by(if crate::is_fast() { 3 } else { 1 });
    let judged: Vec<_> = some.map(|fault| (fault, judge(*fault))).collect();
    let met = judged.iter().filter(|(_, met)| *met == Ok(true)).count();
    println!("{met} of {} faults like {:?} were met and borne", judged.len(), faults[0]);
    let tried = judged.len();
    let wrong =
        judged.into_iter().filter_map(|(fault, it)| Some(format!("{fault:?}: {}", it.err()?)));
    let mut wrong: Vec<String> = wrong.collect();
    if wrong.is_empty() && met * 3 < tried {
        wrong.push(format!("faults like {:?} came too late to be met", faults[0]));
    }
    wrong
}

fn expect_nothing(wrong: &[Vec<String>]) {
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_failed_sync_ends_all_acknowledging() {
    expect_nothing(&[
        sweep("fdatasync", "EIO", &["1", "2", "3", "5", "9", "20", "1+", "4+"]),
        sweep(
            "fsync",
            "EIO",
            &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "1+", "2+", "6+"],
        ),
    ]);
}

#[test]
fn a_failed_write_is_told() {
    expect_nothing(&[
        sweep("pwrite64", "ENOSPC", &["1", "2", "3", "7", "1+", "5+", "20+"]),
        sweep("pwrite64", "EIO", &["1", "2", "4", "8+"]),
        sweep("write", "ENOSPC", &["1", "2", "3", "1+"]),
        sweep("ftruncate", "EIO", &["1", "2+"]),
    ]);
}

#[test]
fn a_failed_change_of_names_is_told() {
    expect_nothing(&[
        sweep("/^rename", "EIO", &["1", "2", "1+"]),
        sweep("/^unlink", "EIO", &["1", "2", "3", "1+"]),
        sweep("/^open", "EMFILE", &["6", "9", "12", "15", "18", "21", "24", "27", "30+"]),
    ]);
}

#[test]
fn a_store_that_could_not_be_made_can_be_made_later() {
    expect_nothing(&[
        sweep_new("mkdir", "ENOSPC", &["1", "2", "3", "4", "5", "6", "7"]),
        sweep_new("fsync", "EIO", &["1", "2", "3", "4", "6", "8", "10", "12", "14", "5+"]),
        sweep_new("write", "ENOSPC", &["1", "2", "3", "4", "5", "6"]),
        sweep_new("/^rename", "EIO", &["1", "2", "3", "4"]),
    ]);
}
