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

fn main() -> ExitCode {
    let args = args::Args::parse();
    logging::begin(&args);
    match commands::execute(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.tell(),
    }
}
