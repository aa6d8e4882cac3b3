//! How hard each platform is to arrive at, or to leave.

use std::cmp::Ordering;

use domain::score::Score;

use super::counts::{self, Counts};
use super::frame::{cols, ordered, query, read_codes};
use super::{Analysis, Field, Sources, Table, TablesError};

/// A row for each platform at that end of a cell, the hardest first.
pub(super) fn table(
    sources: &Sources,
    analysis: Analysis,
    end: &'static str,
) -> Result<Table, TablesError> {
    let counted = query(&sources.cells).group_by(cols([end])).agg(counts::columns());
    let counted = ordered(counted, [end])?;
    let counts = counts::read(&counted, str::to_owned)?;
    let mut rows: Vec<(u16, Counts)> = read_codes(&counted, end)?
        .into_iter()
        .zip(counts)
        .filter_map(|(platform, counts)| Some((platform, counts?)))
        .collect();
    // Stable: where two are as hard, that stands first which the testbed names first.
    rows.sort_by(|(_, a), (_, b)| harder(a, b));
    let row = |(platform, counts): (u16, Counts)| {
        let platform = sources.platforms.name(platform).map_or(Field::Nothing, Field::text);
        let [success, warning, failure] = counts.shares();
        let without = Field::Count(counts.all - counts.scored);
        vec![platform, failure, warning, success, without]
    };
    let columns = [end, "FAILURE", "WARNING", "SUCCESS", "no score"].map(str::to_owned).into();
    let rows = rows.into_iter().map(row).collect();
    Ok(Table::of(analysis, columns, rows))
}

/// The larger share of failures first, then the smaller share of successes; last what has no score.
fn harder(a: &Counts, b: &Counts) -> Ordering {
    let share = |score, x: &Counts, y: &Counts| {
        let product = |x: &Counts, y: &Counts| u128::from(x.of(score)) * u128::from(y.scored);
        product(x, y).cmp(&product(y, x))
    };
    let unscored = (a.scored == 0).cmp(&(b.scored == 0));
    let failing = || share(Score::Failure, b, a);
    let arriving = || share(Score::Success, a, b);
    unscored.then_with(failing).then_with(arriving)
}
