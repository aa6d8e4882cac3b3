//! Power cuts: at any moment of an appender's life, of its next start, of the start after a power
//! cut, and of the start of a new store, with kills in between.

use crate::check;
use crate::images::{Tape, cut_power, keep};
use crate::rng::Rng;
use crate::session::Studio;

/// Several lives of a store.
fn lives() -> Vec<Tape> {
    let small = "segment=16384";
    let alone = Studio::new()
        .session(&["decisions=80", small, "checkpoint=25"])
        .session(&["decisions=40", small, "end=abort"])
        .session(&["decisions=30", small]);
    let together = Studio::new()
        .session(&["writers=4", "decisions=40", small, "end=abort"])
        .session(&["writers=5", "decisions=20", small, "checkpoint=10", "end=abort"])
        .session(&["writers=3", "decisions=15", small]);
    let tiny = Studio::new()
        .session(&["decisions=60", "segment=1024", "end=abort"])
        .session(&["decisions=40", "segment=1024"]);
    let one_segment = Studio::new()
        .session(&["decisions=60", "segment=10000000", "end=abort"])
        .session(&["writers=2", "decisions=30", "segment=10000000"]);
    [alone, together, tiny, one_segment].map(Studio::tape).into()
}

/// Stores whose first or second life was killed just before some call, from their creation on.
fn killed_at_the_start() -> Vec<Tape> {
    let words = ["decisions=12", "segment=4096", "checkpoint=5"];
    let first = |(call, when): (&str, usize)| Studio::new().killed(&words, call, when);
    let second = |(call, when): (&str, usize)| {
        Studio::new()
            .session(&["decisions=9", "segment=2048", "end=abort"])
            .killed(&words, call, when)
    };
    let each = |call: &'static str, whens: std::ops::Range<usize>| whens.map(move |it| (call, it));
    let firsts = each("mkdir", 1..7).chain(each("fsync", 1..17)).chain(each("rename", 1..5));
    let seconds = each("fsync", 1..5).chain(each("unlink", 1..5)).chain(each("fdatasync", 1..4));
    let studios = firsts.map(first).chain(seconds.map(second));
    // A recording is costly: the fast run makes a few.
    studios
        .step_by(if crate::is_fast() { 7 } else { 1 })
        .map(|studio| studio.session(&words).tape())
        .collect()
}

/// What a start makes of a disk after a power cut, so that the power can fail then too. Every other
/// one is killed first.
fn after_power_cuts(tapes: &[Tape]) -> Vec<Tape> {
    let words = ["decisions=25", "segment=8192", "writers=2"];
    let again = |(at, tape): (usize, &Tape)| {
        let (disk, acks, _) = tape.cut(&mut Rng::new(&[77, at as u64]));
        let studio = Studio::on(&disk, acks);
        let call = ["fsync", "pwrite64", "ftruncate", "fdatasync"][at / 2 % 4];
        let studio =
            if at % 2 == 0 { studio } else { studio.perhaps_killed(&words, call, 1 + at / 8) };
        studio.session(&words).tape()
    };
    let count = if crate::is_fast() { 4 } else { 16 };
    tapes.iter().cycle().take(count).enumerate().map(again).collect()
}

fn expect_nothing(name: &str, tapes: &[Tape], images: usize) {
    let table = cut_power(tapes, images, &check::store);
    println!("{name}, {} recordings\n{table}", tapes.len());
    keep(name, tapes, &table);
    assert!(table.findings.is_empty(), "{name}\n{table}");
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    expect_nothing("power cut", &lives(), crate::power_cuts() / 2);
}

#[test]
fn a_second_power_cut_during_the_start_after_the_first_loses_nothing() {
    let tapes = after_power_cuts(&lives());
    expect_nothing("second power cut", &tapes, crate::power_cuts() / 4);
}

#[test]
fn a_power_cut_after_a_start_that_was_killed_loses_nothing() {
    expect_nothing("power cut after kill", &killed_at_the_start(), crate::power_cuts() / 4);
}
