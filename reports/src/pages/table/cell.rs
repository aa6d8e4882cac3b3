//! One cell of a matrix as pages show it.

use askama::Template;
use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::plan::CellId;
use domain::score::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use super::Marks;
use crate::chronicle::CellRecord;
use crate::pages::links;
use crate::public::PublicCell;
use crate::tally::{as_optional_word, as_word};

/// A cell as far as a matrix shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableCell {
    /// Whose matrix.
    #[schema(value_type = String)]
    pub guest: GuestId,
    /// Row.
    #[schema(value_type = String)]
    pub source: PlatformId,
    /// Column.
    #[schema(value_type = String)]
    pub target: PlatformId,
    /// How it stands.
    #[serde(serialize_with = "as_word")]
    #[schema(value_type = String)]
    pub standing: Standing,
    /// How it stands raw, where that is another standing.
    #[serde(serialize_with = "as_optional_word")]
    #[schema(value_type = Option<String>)]
    pub raw: Option<Standing>,
    /// Repetitions of the best route disagree.
    pub unstable: bool,
    /// Versions that it rests on are no longer there.
    pub stale: bool,
    /// Trials that were scored.
    pub scored: usize,
    /// Trials that were planned.
    pub planned: usize,
    /// What holds it back.
    pub why: Option<String>,
    /// Where it is told in full.
    pub href: String,
}

/// One place of a matrix alone, as it is swapped while a campaign runs.
#[derive(Template)]
#[template(path = "pages/place.html")]
struct Place<'a> {
    cell: &'a TableCell,
}

impl TableCell {
    /// A cell that a chronicle keeps.
    #[must_use]
    pub fn of_record(
        campaign: &CampaignId,
        (id, cell): (&CellId, &CellRecord),
        marks: &Marks<'_>,
    ) -> Self {
        Self {
            unstable: cell.stand.unstable,
            scored: cell.scored,
            planned: cell.planned,
            why: cell.reason.as_ref().map(|it| it.why.to_string()),
            ..Self::bare(campaign, (id, cell.stand.standing), marks)
        }
    }

    /// A cell as anyone may see it.
    #[must_use]
    pub fn of_view(
        campaign: &CampaignId,
        (id, cell): (&CellId, &PublicCell),
        marks: &Marks<'_>,
    ) -> Self {
        Self {
            raw: cell.differing_raw(),
            unstable: cell.unstable,
            scored: cell.scored,
            planned: cell.planned,
            why: cell.reason.as_ref().map(|it| it.why.to_string()),
            ..Self::bare(campaign, (id, cell.standing), marks)
        }
    }

    fn bare(campaign: &CampaignId, (id, standing): (&CellId, Standing), marks: &Marks<'_>) -> Self {
        let CellId { guest, source, target } = id.clone();
        Self {
            guest,
            source,
            target,
            standing,
            raw: None,
            unstable: false,
            stale: marks.stale.contains(id),
            scored: 0,
            planned: 0,
            why: None,
            href: links::cell(campaign, id, marks.asked),
        }
    }

    /// The `<td>` of the cell, as the matrix has it: what a page that is watched swaps.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self) -> Result<String, askama::Error> {
        Place { cell: self }.render()
    }

    /// Its place in a page. `:` is in no identifier, so no two cells share one.
    #[must_use]
    pub fn anchor(&self) -> String {
        format!("cell:{}:{}:{}", self.guest, self.source, self.target)
    }

    /// All of it in a sentence, for those who do not see the matrix.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { guest, source, target, standing, .. } = self;
        let unstable = if self.unstable { ", unstable" } else { "" };
        let stale = if self.stale { ", stale" } else { "" };
        format!("{source} → {target} for {guest}: {standing}{unstable}{stale}")
    }
}
