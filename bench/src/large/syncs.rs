//! How many syncs one commit takes, as the kernel is asked for them: counted by strace.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::task::Task;
use crate::table::{Goal, Table};

/// Single events appended while strace counts.
const EVENTS: u64 = 200;

/// Adds the figure, or why there is none.
pub(super) fn measure(store: &Path, table: &mut Table) -> Result<()> {
    let trace = store.with_extension("strace");
    match count(store, &trace) {
        Ok(syncs) => {
            let each = syncs as f64 / EVENTS as f64;
            let line = table.one("fdatasync of a segment, per single append", each, "calls");
            line.goal(Goal::AtMost(1.0)).note("counted by strace");
        }
        Err(why) => eprintln!("syncs are not counted: {why:#}"),
    }
    Ok(())
}

fn count(store: &Path, trace: &Path) -> Result<usize> {
    let task = Task::Single { store: store.to_owned(), events: EVENTS };
    let traced = Command::new("strace")
        .args(["-f", "-y", "-qq", "-e", "trace=fsync,fdatasync,sync_file_range,sync", "-o"])
        .arg(trace)
        .args(task.arguments()?)
        .output()?;
    ensure!(traced.status.success(), "{}", String::from_utf8_lossy(&traced.stderr));
    let calls = std::fs::read_to_string(trace)?;
    std::fs::remove_file(trace)?;
    // A call that strace saw interrupted by another thread's stands on two lines: count its begin.
    let begins =
        calls.lines().filter(|line| line.contains("fdatasync(") && !line.contains("resumed>"));
    Ok(begins.filter(|line| line.contains(".log>")).count())
}
