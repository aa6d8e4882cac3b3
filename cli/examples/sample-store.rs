//! Makes a store with a small campaign, without VMs: `cargo run -p portolan-cli --example sample-store
//! FOLDER`. It also writes the policy that the campaign was made for, beside the store.

#![expect(clippy::unwrap_used, reason = "what it shares with tests may end where it fails")]

use std::path::PathBuf;

use clap::Parser;

// What the tests of `portolan export` work on.
#[path = "../../reports/tests/shown/fixture.rs"]
#[expect(dead_code, reason = "its views are of use in the room of the reports only")]
mod fixture;
#[path = "../tests/export/sample.rs"]
mod sample;
#[path = "../../reports/tests/shown/tale.rs"]
mod tale;

/// Makes a store with a small campaign, without VMs.
#[derive(Parser)]
struct Args {
    /// The folder of the store; made anew
    folder: PathBuf,
}

fn main() {
    let Args { folder } = Args::parse();
    sample::make(&folder, fixture::events()).unwrap();
    let policy = include_str!("../../reports/tests/shown/policy.toml");
    std::fs::write(format!("{}.policy.toml", folder.display()), policy).unwrap();
}
