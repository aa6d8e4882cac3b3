//! What makes cells and trials fail: a column for each target.

use polars::prelude::{DataFrame, col, len, lit};

use super::frame::{cols, known, pivot, pivoted, query, read_codes};
use super::{Analysis, Field, Sources, Table, TablesError};

/// A row for each class of fault, the most frequent first.
pub(super) fn table(sources: &Sources) -> Result<Table, TablesError> {
    let mut rows = Vec::new();
    for (of, frame) in sources.scored() {
        rows.extend(rows_of(sources, of, frame)?);
    }
    let columns = ["cause", "of", "all targets"].map(str::to_owned);
    let targets = sources.platforms.all().iter().map(ToString::to_string);
    let columns = columns.into_iter().chain(targets).collect();
    Ok(Table::of(Analysis::Cause, columns, rows))
}

fn rows_of(sources: &Sources, of: &str, frame: &DataFrame) -> Result<Vec<Vec<Field>>, TablesError> {
    let failing = query(frame).filter(col("score").eq(lit(0_u8)));
    let counted = failing.group_by(cols(["fault", "target"])).agg([len().alias("count")]);
    let targets = sources.platforms.all().len();
    let wide = pivot(counted, "fault", ("target", targets), &["count"])?;
    let faults = read_codes(&wide, "fault")?;
    let targets: Vec<Vec<u64>> = (0..targets)
        .map(|target| known(&wide, &pivoted("count", target)))
        .collect::<Result<_, _>>()?;
    let mut rows: Vec<(u64, &str, Vec<u64>)> = Vec::new();
    for (place, fault) in faults.into_iter().enumerate() {
        let counts: Vec<u64> = targets.iter().filter_map(|it| it.get(place).copied()).collect();
        let words = sources.faults.name(fault).map_or("not told", |it| it.words());
        rows.push((counts.iter().sum(), words, counts));
    }
    rows.sort_by(|(a, x, _), (b, y, _)| b.cmp(a).then_with(|| x.cmp(y)));
    let row = |(all, words, counts): (u64, &str, Vec<u64>)| {
        let counts = [all].into_iter().chain(counts).map(Field::Count);
        [Field::text(words), Field::text(of)].into_iter().chain(counts).collect()
    };
    Ok(rows.into_iter().map(row).collect())
}
