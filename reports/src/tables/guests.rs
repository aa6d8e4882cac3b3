//! How well each guest travels: a column for each campaign.

use domain::score::Score;
use polars::prelude::DataFrame;

use super::counts::{self, Counts, SCORES};
use super::frame::{cols, pivot, pivoted, query, read_codes};
use super::{Analysis, Field, Sources, Table, TablesError};

/// A row for each guest and score, and one for what has none.
pub(super) fn table(sources: &Sources) -> Result<Table, TablesError> {
    let mut rows = Vec::new();
    for (of, frame) in sources.scored() {
        rows.extend(rows_of(sources, of, frame)?);
    }
    let columns = ["guest", "of", "score"].map(str::to_owned);
    let campaigns = sources.campaigns.all().iter().map(ToString::to_string);
    let columns = columns.into_iter().chain(campaigns).collect();
    Ok(Table::of(Analysis::Guest, columns, rows))
}

fn rows_of(sources: &Sources, of: &str, frame: &DataFrame) -> Result<Vec<Vec<Field>>, TablesError> {
    let counted = query(frame).group_by(cols(["guest", "campaign"])).agg(counts::columns());
    let campaigns = sources.campaigns.all().len();
    let wide = pivot(counted, "guest", ("campaign", campaigns), &counts::COLUMNS)?;
    let guests = read_codes(&wide, "guest")?;
    let campaigns: Vec<Vec<Option<Counts>>> = (0..campaigns)
        .map(|campaign| counts::read(&wide, |count| pivoted(count, campaign)))
        .collect::<Result<_, _>>()?;
    let mut rows = Vec::new();
    for (place, guest) in guests.into_iter().enumerate() {
        let counts: Vec<Option<Counts>> =
            campaigns.iter().map(|it| it.get(place).copied().flatten()).collect();
        let guest = sources.guests.name(guest).map_or(Field::Nothing, Field::text);
        let row = |score: Field, field: &dyn Fn(&Counts) -> Field| {
            let fields = counts.iter().map(|it| it.as_ref().map_or(Field::Nothing, field));
            [guest.clone(), Field::text(of), score].into_iter().chain(fields).collect()
        };
        let scored = |score: Score| row(Field::Score(score), &|it| it.share(score));
        rows.extend(SCORES.map(scored));
        let without = |it: &Counts| Field::share(it.all - it.scored, it.all);
        rows.push(row(Field::text("no score, of all"), &without));
    }
    Ok(rows)
}
