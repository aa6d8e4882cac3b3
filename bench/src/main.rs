//! The benchmark of the event log: ratios to a raw file and to other stores, measured side by side.
//! And of column work: ratios to a plain fold, DuckDB and pandas.
//!
//! And of the service: ratios to the same bytes as files of nginx, and what labs and watchers get.
//! And of letters: a thousand in one run, held against lettre alone.
//!
//! Read in this order: the events, the peers, the rounds of appends, the large log, the column work,
//! the service, the letters, the table.

mod event;

mod peers;

mod parts;
mod rounds;

mod large;
mod views;

#[cfg(feature = "tables")]
mod tables;

mod web;

mod letters;

mod args;
mod clock;
mod machine;
mod stats;
mod table;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::Parser as _;
use serde_json::json;

use args::{Args, Part};
use large::Large;
use letters::Letters;
use peers::Cluster;
use rounds::{Sample, Setting};
use table::Table;
use views::Views;
use web::Web;

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(task) = &args.task {
        let task: large::Task = serde_json::from_str(task)?;
        println!("{}", task.run()?);
        return Ok(());
    }
    let scratch =
        tempfile::Builder::new().prefix("portolan-bench-").tempdir_in(args.dir.canonicalize()?)?;
    // PostgreSQL runs as a user of its own and has to get through.
    std::fs::set_permissions(scratch.path(), std::fs::Permissions::from_mode(0o711))?;
    let before = machine::load();
    let mut table = Table::default();
    let mut samples = Vec::new();
    let is_wanted = |part| args.only.is_none_or(|only| only == part);
    if args.only == Some(Part::Tables) {
        column_work(&args, scratch.path(), &mut table)?;
    }
    if args.only == Some(Part::Web) {
        service(&args, scratch.path(), &mut table)?;
    }
    if args.only == Some(Part::Letters) {
        letters(&args, scratch.path(), &mut table)?;
    }
    if is_wanted(Part::Append) {
        samples = appends(&args, scratch.path())?;
        rounds::report(&samples, args.quick, &mut table);
        parts::measure(&mut table)?;
    }
    if is_wanted(Part::Large) {
        let (events, times) = if args.quick { (100_000, 3) } else { (1_000_000, 5) };
        Large { folder: scratch.path(), events, times }.measure(&mut table)?;
    }
    if is_wanted(Part::Views) {
        let (steps, times) = if args.quick { (100_000, 3) } else { (1_000_000, 5) };
        Views { folder: scratch.path(), steps, times }.measure(&mut table)?;
    }
    let load = format!("before: {before}; after: {}", machine::load());
    let (met, goals) = table.met();
    println!("{table}\ngoals met: {met} of {goals}\nmachine load {load}");
    if let Some(file) = &args.json {
        let all = json!({ "quick": args.quick, "load": load, "table": table, "samples": samples });
        let written = std::fs::write(file, serde_json::to_vec_pretty(&all)?);
        written.with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(scratch.close()?)
}

#[cfg(feature = "tables")]
fn column_work(args: &Args, folder: &Path, table: &mut Table) -> Result<()> {
    let rounds = args.rounds.unwrap_or(if args.quick { 3 } else { 11 });
    let python = args.python.as_ref();
    tables::measure(&tables::Setting { folder, python, rounds, quick: args.quick }, table)
}

#[cfg(not(feature = "tables"))]
fn column_work(args: &Args, _: &Path, _: &mut Table) -> Result<()> {
    anyhow::ensure!(args.python.is_some(), "--python is for tables");
    anyhow::bail!("built without tables: lab/bench-tables.sh builds with them")
}

fn service(args: &Args, folder: &Path, table: &mut Table) -> Result<()> {
    let program = args.portolan.as_deref();
    let program =
        program.context("--portolan says which program: lab/bench-service.sh builds it")?;
    let rounds = args.rounds.unwrap_or(if args.quick { 3 } else { 7 });
    Web { folder, program, rounds, quick: args.quick, way: &args.way }.measure(table)
}

fn letters(args: &Args, folder: &Path, table: &mut Table) -> Result<()> {
    let program = args.portolan.as_deref();
    let program =
        program.context("--portolan says which program: lab/bench-letters.sh builds it")?;
    let rounds = args.rounds.unwrap_or(if args.quick { 3 } else { 7 });
    Letters { folder, program, rounds, quick: args.quick }.measure(table)
}

fn appends(args: &Args, folder: &Path) -> Result<Vec<Sample>> {
    let cluster = Cluster::start(&folder.join("pg"));
    if let Err(why) = &cluster {
        eprintln!("without PostgreSQL: {why:#}");
    }
    let server = cluster.as_ref().ok().map(Cluster::server);
    let rounds = args.rounds.unwrap_or(if args.quick { 3 } else { 9 });
    rounds::measure(&Setting {
        folder,
        server,
        rounds,
        quick: args.quick,
        engines: &args.engine,
        way: &args.way,
    })
}
