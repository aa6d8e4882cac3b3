//! One matrix and one difference, from projections held in memory.

use std::path::Path;

use anyhow::{Context as _, Result};
use reports::diff::{Diff, Line};
use reports::grid::Grid;
use serde_json::{Value, json};

use super::rebuild::rebuilt;
use crate::clock::processor_time;

/// Shows both many times.
pub(crate) fn show(store: &Path, times: u32) -> Result<Value> {
    let (chronicle, _) = rebuilt(store)?;
    let records = chronicle.records(&[]);
    let (first, last) = (records.first().context("no campaign")?, records.last().context("none")?);
    let (mut matrix_ms, mut diff_ms) = (Vec::new(), Vec::new());
    let mut sizes = [0; 2];
    for _ in 0..times {
        let before = processor_time();
        let record = chronicle.record(&last.id, &[]).context("the last campaign is gone")?;
        let guest = record.testbed.guests.first().map(|it| it.id.clone());
        sizes[0] = Grid::of_record(&record, guest.as_ref(), "default").page(None)?.len();
        matrix_ms.push(processor_time().saturating_sub(before).as_secs_f64() * 1000.0);
        let before = processor_time();
        let line = Line::new(&records, &first.id, &last.id).context("no line")?;
        let diff = Diff::new(&line);
        sizes[1] = diff.cells.len();
        diff_ms.push(processor_time().saturating_sub(before).as_secs_f64() * 1000.0);
    }
    let kb = sizes.map(|it| it as f64 / 1000.0);
    Ok(json!({ "matrix_ms": matrix_ms, "diff_ms": diff_ms, "matrix_kb": kb[0], "diff_kb": kb[1] }))
}
