//! The benchmark of column work: the aggregation rule and the analyses over a million outcomes,
//! against a plain fold, polars by itself, DuckDB and pandas.
//!
//! All read the same file before the clock starts, and all must give the same rows before anything
//! is measured. Time is processor time within the process.

mod contest;
mod data;
mod frames;
mod limit;
mod own;
mod python;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::stats::Spread;
use crate::table::{Goal, Table};
use contest::Contest;
use data::Shape;
use own::Own;
use python::Python;

/// Where and with whom it is measured.
pub(crate) struct Setting<'a> {
    /// A folder for files.
    pub(crate) folder: &'a Path,
    /// A Python with the peers.
    pub(crate) python: Option<&'a PathBuf>,
    /// How many rounds.
    pub(crate) rounds: usize,
    /// Fewer outcomes.
    pub(crate) quick: bool,
}

/// Measures everything.
pub(crate) fn measure(setting: &Setting<'_>, table: &mut Table) -> Result<()> {
    for shape in Shape::ALL {
        let file = setting.folder.join("outcomes.csv");
        data::write(&file, shape, setting.quick)?;
        let own = Own::read(&file)?;
        cells(setting, shape, &file, &own, table).with_context(|| shape.name())?;
        if shape == Shape::Recorded {
            analyses(setting, &file, &own, table)?;
        }
    }
    Ok(())
}

/// The aggregation rule.
fn cells(
    setting: &Setting<'_>,
    shape: Shape,
    file: &Path,
    own: &Own,
    table: &mut Table,
) -> Result<()> {
    let mut contest = Contest::new(setting.rounds);
    contest.enter(limit::NAME, limit::Limit::new(own));
    contest.enter("portolan", own::Cells(own));
    contest.enter("polars, five u16 keys", frames::Keys::new(own)?);
    contest.enter("polars, one packed u32 key", frames::Packed::new(own)?);
    if let Some(python) = setting.python {
        contest.enter("DuckDB, enum", Python::start(python, "duckdb", file, "cells")?);
        contest
            .enter("DuckDB, enum, the whole rule", Python::start(python, "duckdb", file, "whole")?);
        contest.enter("pandas, category", Python::start(python, "pandas", file, "cells")?);
    }
    let times = contest.hold()?;
    let rows = own.outcomes.rows();
    table.section(&format!("Scores of cells, {rows} outcomes {}: processor time", shape.name()));
    times.report(table);
    let pushed = contest::alone(setting.rounds, own::Pushed(own))?;
    let line = table.add("portolan, columns made anew", Spread::of(pushed), "ms");
    line.note("once, when a campaign is read");
    table.section(&format!("Scores of cells, {rows} outcomes {}: ratios", shape.name()));
    let is_goal = shape == Shape::Recorded;
    for (a, b, most) in [
        ("portolan", limit::NAME, Some(3.0)),
        ("portolan", "DuckDB, enum", Some(0.5)),
        ("portolan", "DuckDB, enum, the whole rule", None),
        ("portolan", "pandas, category", None),
        ("polars, five u16 keys", "pandas, category", Some(1.2)),
        ("polars, one packed u32 key", "pandas, category", None),
    ] {
        let most = most.filter(|_| is_goal).map(Goal::AtMost);
        times.ratio((a, b), most, table);
    }
    Ok(())
}

/// What `portolan insights` computes of trials, from columns to the finished table.
fn analyses(setting: &Setting<'_>, file: &Path, own: &Own, table: &mut Table) -> Result<()> {
    for (task, analysis) in own::ANALYSES {
        let mut contest = Contest::new(setting.rounds);
        contest.enter("portolan", own::Analysed { own, analysis });
        if let Some(python) = setting.python {
            contest.enter("pandas, category", Python::start(python, "pandas", file, task)?);
        }
        let times = contest.hold().with_context(|| task)?;
        table.section(&format!("portolan insights --by {task}, {} outcomes", own.outcomes.rows()));
        times.report(table);
        times.ratio(("portolan", "pandas, category"), Some(Goal::AtMost(1.2)), table);
    }
    let prepared = contest::alone(setting.rounds, own::Prepared(own))?;
    table.section("portolan insights: of that, trials put together and copied for polars");
    table.add("portolan", Spread::of(prepared), "ms");
    Ok(())
}
