//! The roof: one binary that wires the rooms together. It holds no rule and no page.

mod args;
mod clock;
mod commands;
mod declaring;
mod exit;
mod journal;
mod logbook;
mod logging;
mod opening;
mod output;
mod policies;
mod progress;
mod quoting;
mod recorder;
mod remote;
mod settings;
mod trust;

use std::process::ExitCode;

use clap::Parser as _;

/// Reading a log makes a million events on some threads and drops them on another, which glibc's allocator
/// takes as long for as for all else together.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = args::Args::parse();
    logging::begin(&args);
    match commands::execute(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.tell(),
    }
}
