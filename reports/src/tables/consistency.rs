//! Where repetitions disagree: a column for each target.

use polars::prelude::{col, len, lit};

use super::frame::{cols, pivot, pivoted, query, read_codes, rows};
use super::{Analysis, Field, Sources, Table, TablesError};

/// A row for each guest: of the routes that were repeated, how many are unstable.
pub(super) fn table(sources: &Sources) -> Result<Table, TablesError> {
    let repeated = query(&sources.routes).filter(col("is_repeated").eq(lit(1_u8)));
    let unstable = col("is_unstable").eq(lit(1_u8)).sum();
    let counted = repeated
        .group_by(cols(["guest", "target"]))
        .agg([unstable.alias("unstable"), len().alias("repeated")]);
    let platforms = sources.platforms.all();
    let wide = pivot(counted, "guest", ("target", platforms.len()), &["unstable", "repeated"])?;
    let mut targets = Vec::new();
    for target in 0..platforms.len() {
        let [unstable, repeated] = ["unstable", "repeated"].map(|it| pivoted(it, target));
        targets.push(rows(&wide, [&unstable, &repeated])?);
    }
    let mut told = Vec::new();
    for (place, guest) in read_codes(&wide, "guest")?.into_iter().enumerate() {
        let shares: Vec<[u64; 2]> =
            targets.iter().filter_map(|it| it.get(place).copied()).collect();
        let all = shares.iter().fold([0, 0], |[a, b], [part, whole]| [a + part, b + whole]);
        let guest = sources.guests.name(guest).map_or(Field::Nothing, Field::text);
        let shares = [all].into_iter().chain(shares).map(|[part, whole]| Field::share(part, whole));
        told.push([guest].into_iter().chain(shares).collect());
    }
    let columns = ["guest", "all targets"].map(str::to_owned).into_iter();
    let columns = columns.chain(platforms.iter().map(ToString::to_string)).collect();
    Ok(Table::of(Analysis::Consistency, columns, told))
}
