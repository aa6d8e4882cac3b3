//! The read side: rebuilding every projection from the log, and showing one matrix or one difference.

mod made;
mod rebuild;
mod shown;

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use crate::large::{Task, call, field};
use crate::stats::Spread;
use crate::table::{Goal, Table};

pub(crate) use made::{Made, at, id, sample};
pub(crate) use rebuild::{grow, load, rebuild};
pub(crate) use shown::show;

/// How much is measured, and where.
pub(crate) struct Views<'a> {
    /// A folder on the disk that is measured.
    pub(crate) folder: &'a Path,
    /// Step events of the log.
    pub(crate) steps: u64,
    /// How often what varies is measured.
    pub(crate) times: u32,
}

impl Views<'_> {
    /// Measures everything.
    pub(crate) fn measure(&self, table: &mut Table) -> Result<()> {
        let Self { folder, steps, times } = *self;
        let store = folder.join("views");
        eprintln!("recording {steps} steps of campaigns between twelve platforms");
        table.section(&format!("Projections of {steps} steps"));
        let loaded = call(&Task::ViewsLoad { store: store.clone(), steps })?;
        table.one("events", field(&loaded, "events")?, "events");
        table.one("mean size of a leaf", field(&loaded, "leaf_bytes")?, "bytes");
        eprintln!("rebuilding");
        let done = call(&Task::ViewsRebuild { store: store.clone(), times })?;
        let line = table.add(
            "rebuild / scan and decode alone, by processor time",
            spread(&done, "ratios")?,
            "x",
        );
        line.goal(Goal::AtLeast(0.5)).note(format!(
            "{:.0} ev/s rebuilt, {:.0} ev/s decoded",
            field(&done, "rebuilt_per_s")?,
            field(&done, "decoded_per_s")?
        ));
        let kept = table.one("memory that the projections keep", field(&done, "kept_mib")?, "MiB");
        kept.note(format!(
            "{:.0} bytes a cell of a campaign, {:.0} cells",
            field(&done, "bytes_a_cell")?,
            field(&done, "cells")?
        ));
        eprintln!("showing");
        let done = call(&Task::ViewsShow { store: store.clone(), times: times * 20 })?;
        for (name, key) in
            [("one matrix as a page", "matrix"), ("one difference as a page", "diff")]
        {
            let line = table.add(name, spread(&done, &format!("{key}_ms"))?, "ms CPU");
            line.goal(Goal::AtMost(5.0));
            let size =
                table.one(format!("  its size, {name}"), field(&done, &format!("{key}_kb"))?, "kB");
            size.goal(Goal::AtMost(60.0));
        }
        std::fs::remove_dir_all(&store)?;
        eprintln!("ten times as much");
        let (once, tenfold) = (Task::ViewsGrow { steps }, Task::ViewsGrow { steps: steps * 10 });
        let (once, tenfold) = (call(&once)?, call(&tenfold)?);
        let ratio = field(&tenfold, "seconds")? / (10.0 * field(&once, "seconds")?);
        let line = table.one("ten times the events / ten times the processor time", ratio, "x");
        line.goal(Goal::AtMost(1.1)).note(format!(
            "projections alone; they keep {:.0} and {:.0} MiB",
            field(&once, "kept_mib")?,
            field(&tenfold, "kept_mib")?
        ));
        Ok(())
    }
}

fn spread(answer: &Value, name: &str) -> Result<Spread> {
    Ok(Spread::of(serde_json::from_value::<Vec<f64>>(answer[name].clone())?))
}
