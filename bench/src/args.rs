//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Measures the event log against a raw file and against other stores, and prints ratios.
#[derive(Debug, Parser)]
#[command(name = "portolan-bench")]
pub(crate) struct Args {
    /// Less of everything: 100,000 events, 3 rounds, for trying out.
    #[arg(long)]
    pub(crate) quick: bool,
    /// A folder on the disk to be measured. Everything made there is removed.
    #[arg(long, default_value = "/tmp")]
    pub(crate) dir: PathBuf,
    /// Write the same figures, and every sample, to this file.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// How many rounds; 9 of appends, 11 of tables, 7 of web and letters, or 3 when quick.
    #[arg(long)]
    pub(crate) rounds: Option<usize>,
    /// A Python with duckdb and pandas, to compare tables with.
    #[arg(long)]
    pub(crate) python: Option<PathBuf>,
    /// The program, to measure its service or its letters.
    #[arg(long)]
    pub(crate) portolan: Option<PathBuf>,
    /// Measure only this part; tables, web and letters are measured only when they are
    /// asked for.
    #[arg(long)]
    pub(crate) only: Option<Part>,
    /// Append with these engines only, by name or its beginning, such as `portolan` or `redb`.
    #[arg(long)]
    pub(crate) engine: Vec<String>,
    /// Append only in the ways whose names hold this, such as `1024` or `appenders`; of the service
    /// only labs, files, pages, watchers or readers.
    #[arg(long, default_value = "")]
    pub(crate) way: String,
    /// One task of the large log, as JSON: the benchmark starts itself with it.
    #[arg(long, hide = true)]
    pub(crate) task: Option<String>,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Appends against the raw file and the peers.
    Append,
    /// What a large log costs to read, reopen, verify, prove and submit again.
    Large,
    /// What the read side costs: rebuilding projections, showing matrices and differences.
    Views,
    /// Scores of cells and analyses over a million outcomes.
    Tables,
    /// The service: pages against nginx, watchers, reports of labs.
    Web,
    /// A thousand letters in one run, against lettre alone.
    Letters,
}
