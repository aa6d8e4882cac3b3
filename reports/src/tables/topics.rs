//! What changes most on the way, by topic.

use polars::prelude::{col, lit};

use super::frame::{cols, known, query, read_codes, rows, told};
use super::{Analysis, Field, Sources, Table, TablesError};
use crate::outcomes::NONE;
use crate::topic::Topic;

const COLUMNS: [&str; 5] =
    ["topic", "cells", "where it is a WARNING", "where it is a FAILURE", "not observed"];

/// A row for each topic, the most frequent change first.
pub(super) fn table(sources: &Sources) -> Result<Table, TablesError> {
    let changed = || col("is_read").eq(lit(1_u8));
    let of_score = |score: u8| changed().and(col("score").eq(lit(score))).sum();
    let counted = query(&sources.changes)
        .group_by(cols(["topic"]))
        .agg([
            changed().sum().alias("changed"),
            of_score(1).alias("warning"),
            of_score(0).alias("failure"),
            changed().not().sum().alias("unread"),
        ])
        .collect()
        .map_err(told)?;
    let topics = read_codes(&counted, "topic")?.into_iter();
    let counts = rows(&counted, ["changed", "warning", "failure", "unread"])?;
    let named = |(topic, counts)| Some((*sources.topics.name(topic)?, counts));
    let mut rows: Vec<(Topic, [u64; 4])> = topics.zip(counts).filter_map(named).collect();
    rows.sort_by_key(|(topic, [changed, .., unread])| {
        (u64::MAX - changed, u64::MAX - unread, *topic)
    });
    let scored = scored(sources)?;
    let row = |(topic, [changed, warning, failure, unread]): (Topic, [u64; 4])| {
        let counts = [warning, failure, unread].map(Field::Count);
        [Field::text(topic.word()), Field::share(changed, scored)]
            .into_iter()
            .chain(counts)
            .collect()
    };
    let columns = COLUMNS.map(str::to_owned).into();
    let rows = rows.into_iter().map(row).collect();
    Ok(Table::of(Analysis::Topic, columns, rows))
}

/// How many cells have a score.
fn scored(sources: &Sources) -> Result<u64, TablesError> {
    let scored = query(&sources.cells)
        .select([col("score").neq(lit(NONE)).sum().alias("scored")])
        .collect()
        .map_err(told)?;
    Ok(known(&scored, "scored")?.into_iter().sum())
}
