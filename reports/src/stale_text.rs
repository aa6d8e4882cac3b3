//! What is stale and what would mend it, for people and programs. Names routes and tools' versions:
//! for operators and auditors only.

use comfy_table::{Table, presets};
use domain::ids::BaselineName;
use domain::plan::Trial;
use serde::Serialize;

use crate::stale::{Revalidation, StaleCell};
use crate::text::printable;
use crate::units::{count, duration, instant};

/// The version of this shape. Fields are added under the same number, never renamed or removed.
pub const SCHEMA: &str = "portolan.stale/1";

/// What is stale, for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaleFile<'a> {
    /// The version of this shape.
    pub schema: &'static str,
    /// Which baseline.
    pub baseline: &'a BaselineName,
    /// Its cells.
    pub cells_total: usize,
    /// Those that are stale.
    pub stale: &'a [StaleCell],
    /// The trials that tell of them again.
    pub trials: &'a [Trial],
    /// How long those took before, one after the other, in milliseconds.
    pub alone_ms: u64,
    /// How long they are likely to take together, in milliseconds.
    pub estimate_ms: u64,
}

/// What is stale, for programs.
#[must_use]
pub fn file<'a>(baseline: &'a BaselineName, it: &'a Revalidation) -> StaleFile<'a> {
    StaleFile {
        schema: SCHEMA,
        baseline,
        cells_total: it.total(),
        stale: &it.cells,
        trials: &it.trials,
        alone_ms: it.alone_ms,
        estimate_ms: it.estimate_ms,
    }
}

/// What is stale, for a terminal.
#[must_use]
pub fn text(baseline: &BaselineName, it: &Revalidation) -> String {
    if it.cells.is_empty() {
        let cells = count(it.total(), "cell");
        return format!("Baseline {baseline}: {cells}, none of them stale.\n");
    }
    let mut lines = vec![format!(
        "Baseline {baseline}: {} of {} stale.",
        it.cells.len(),
        count(it.total(), "cell")
    )];
    lines.extend(it.causes().iter().map(|(upgrade, cells)| {
        let (subject, from, to) = (&upgrade.subject, &upgrade.from, &upgrade.to);
        format!("  {subject}: {from} → {to} ({})", count(*cells, "cell"))
    }));
    lines.push(table(it));
    lines.push(format!(
        "{} to walk, one route for each cell: about {} ({} one by one).",
        count(it.trials.len(), "trial"),
        duration(it.estimate_ms),
        duration(it.alone_ms)
    ));
    printable(&lines.join("\n")) + "\n"
}

fn table(it: &Revalidation) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(["cell", "newest evidence", "upgraded since", "route to walk"]);
    for stale in &it.cells {
        let evidence = match (&stale.evidence, stale.tried) {
            (Some(campaign), Some(tried)) => format!("{campaign}, {}", instant(tried)),
            _ => "none".to_owned(),
        };
        let upgraded: Vec<&str> = stale.upgraded.iter().map(|it| it.subject.as_str()).collect();
        let trial = it.trials.iter().find(|trial| trial.cell() == stale.cell);
        let route = trial.map(|it| it.route.to_string()).unwrap_or_default();
        table.add_row([stale.cell.to_string(), evidence, upgraded.join(", "), route]);
    }
    table.to_string()
}
