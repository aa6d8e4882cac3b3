//! How routes and their tools compare. Names tools: for operators only.

use polars::prelude::{
    DataFrame, Expr, JoinArgs, JoinType, LazyFrame, QuantileMethod, col, len, lit,
};

use super::counts::{self, Counts};
use super::frame::{cols, known, numbers, query, read_codes, told};
use super::{Analysis, Field, Sources, Table, TablesError, Way};
use crate::outcomes::NONE;

const COLUMNS: [&str; 9] = [
    "route",
    "tools",
    "trials",
    "without a score",
    "SUCCESS",
    "WARNING",
    "FAILURE",
    "median",
    "cells it alone carries",
];

/// What identifies a cell.
const CELL: [&str; 4] = ["campaign", "guest", "source", "target"];

/// A row for each route with its tools, by name.
pub(super) fn table(sources: &Sources, trials: &DataFrame) -> Result<Table, TablesError> {
    let mut aggregates = counts::columns();
    aggregates.push(median());
    let counted = query(trials).group_by(cols(["way"])).agg(aggregates);
    let joined = counted
        .join(alone(query(trials)), cols(["way"]), cols(["way"]), JoinArgs::new(JoinType::Left))
        .collect()
        .map_err(told)?;
    let counts = counts::read(&joined, str::to_owned)?;
    let (medians, alone) = (numbers(&joined, "median")?, known(&joined, "alone")?);
    let figures = counts.into_iter().zip(medians).zip(alone);
    let mut rows: Vec<(&Way, Vec<Field>)> = read_codes(&joined, "way")?
        .into_iter()
        .zip(figures)
        .filter_map(|(way, ((counts, median), alone))| {
            let way = sources.ways.name(way)?;
            Some((way, row(way, &counts?, median, alone)))
        })
        .collect();
    rows.sort_by_key(|(way, _)| *way);
    let columns = COLUMNS.map(str::to_owned).into();
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    Ok(Table::of(Analysis::Converter, columns, rows))
}

/// Time of the trials that have a score: the middle one, of two the shorter.
fn median() -> Expr {
    let scored = col("duration_ms").filter(col("score").neq(lit(NONE)));
    scored.quantile(lit(0.5), QuantileMethod::Equiprobable).alias("median")
}

/// For each route the cells in which it arrives, by all its repetitions that have a score, and no
/// other route does.
fn alone(trials: LazyFrame) -> LazyFrame {
    let lowest = col("score").min().alias("lowest");
    let scored = trials.filter(col("score").neq(lit(NONE)));
    let routes = scored.group_by([cols(CELL), cols(["way"])].concat()).agg([lowest]);
    let arriving = routes.filter(col("lowest").gt(lit(0_u8)));
    let cells = arriving.group_by(cols(CELL)).agg([len().alias("ways"), col("way").first()]);
    let alone = cells.filter(col("ways").eq(lit(1_u32)));
    alone.group_by(cols(["way"])).agg([len().alias("alone")])
}

fn row(way: &Way, counts: &Counts, median: Option<u64>, alone: u64) -> Vec<Field> {
    let tools: Vec<&str> = way.tools.iter().map(|it| it.as_str()).collect();
    let mut row = vec![
        Field::text(&way.route),
        Field::text(tools.join(" + ")),
        Field::Count(counts.all),
        Field::Count(counts.all - counts.scored),
    ];
    row.extend(counts.shares());
    row.push(median.map_or(Field::Nothing, Field::Duration));
    row.push(Field::Count(alone));
    row
}
