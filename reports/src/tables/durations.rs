//! How long each step takes. Tells how long tools take: for operators only.

use domain::step::Step;
use polars::prelude::{DataFrame, Expr, QuantileMethod, col, len, lit};

use super::frame::{cols, ordered, query, rows};
use super::{Analysis, Field, Table, TablesError};
use crate::outcomes::NO_DURATION;

const COLUMNS: [&str; 6] = ["step", "title", "times", "median", "p90", "longest"];

/// A row for each step that was reached.
pub(super) fn table(steps: &DataFrame) -> Result<Table, TablesError> {
    let reached = query(steps).filter(col("duration_ms").neq(lit(NO_DURATION)));
    let counted = reached.group_by(cols(["step"])).agg([
        len().alias("times"),
        share(0.5).alias("median"),
        share(0.9).alias("p90"),
        col("duration_ms").max().alias("longest"),
    ]);
    let counted = ordered(counted, ["step"])?;
    let rows = rows(&counted, ["step", "times", "median", "p90", "longest"])?;
    let row = |[step, times, durations @ ..]: [u64; 5]| {
        let title = u8::try_from(step).ok().and_then(Step::from_number).map_or("", Step::title);
        let mut row = vec![Field::Count(step), Field::text(title), Field::Count(times)];
        row.extend(durations.map(Field::Duration));
        row
    };
    let columns = COLUMNS.map(str::to_owned).into();
    let rows = rows.into_iter().map(row).collect();
    Ok(Table::of(Analysis::Duration, columns, rows))
}

/// The least duration that this share of all do not exceed (nearest rank): always one that was
/// measured.
fn share(share: f64) -> Expr {
    col("duration_ms").quantile(lit(share), QuantileMethod::Equiprobable)
}
