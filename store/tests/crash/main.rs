//! What the log promises, put to the test by power cuts, kills, failing and full disks and flipped
//! bits.
//!
//! The product has no seam for any of this: the program `appender` runs as it is under strace, which
//! writes down every system call, and can make one fail. From the record a model of a disk is made
//! (`disk.rs`), from that the disks that a power cut may leave (`images.rs`), and each is opened and
//! looked at (`check.rs`). Everything is chosen by seeds. A disk on which the store failed is kept in
//! the target folder, with what led to it.
//!
//! The full run (`--profile full`) tries a thousand of everything. So do, of the one or the other,
//! `PORTOLAN_POWER_CUTS=1000` and `PORTOLAN_DAMAGES=1000`.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod rng;
mod script;

mod trace;
mod tree;

mod recorder;
mod session;

mod disk;
mod images;
mod panics;

mod check;

mod control;
mod damage;
mod faults;
mod full_disk;
mod interleaving;
mod kill;
mod power;
mod syncs;

/// How many power cuts: a thousand in the full run, a few in the fast one.
fn power_cuts() -> usize {
    many("PORTOLAN_POWER_CUTS", 60)
}

/// Whether this is the fast run, which tries less of everything.
fn is_fast() -> bool {
    power_cuts() < 500
}

/// How many damaged stores.
fn damages() -> usize {
    many("PORTOLAN_DAMAGES", 50)
}

#[expect(clippy::disallowed_methods, reason = "the settings of the tests, read at their root")]
fn many(asked: &str, fast: usize) -> usize {
    let full = std::env::var("NEXTEST_PROFILE").is_ok_and(|profile| profile == "full");
    let asked = std::env::var(asked).ok().and_then(|it| it.parse().ok());
    asked.unwrap_or(if full { 1000 } else { fast })
}
