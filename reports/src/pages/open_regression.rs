//! Regressions against a baseline that are open: each stays so until its cell is again as good.

use domain::change::Change;
use domain::ids::{BaselineName, CampaignId, GuestId, PlatformId};
use domain::plan::CellId;
use domain::registry::Registry;
use domain::score::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use super::campaign_line::newest_first;
use super::links::{self, Asked};
use crate::chronicle::CampaignRecord;
use crate::diff::public::{PublicCellDiff, PublicStood};
use crate::diff::{Diff, Line};
use crate::tally::as_word;
use crate::units::count;

/// What is open against a baseline in the newest campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenRegressions {
    /// Which baseline.
    #[schema(value_type = String)]
    pub baseline: BaselineName,
    /// Its campaign.
    #[schema(value_type = String)]
    pub reference: CampaignId,
    /// The campaign that is compared with it.
    #[schema(value_type = String)]
    pub campaign: CampaignId,
    /// The cells, by name.
    pub open: Vec<OpenRegression>,
    /// How many cells of the two are neither worse nor open.
    pub others: usize,
    /// Where the comparison is told in full.
    pub href: String,
}

/// A cell with an open regression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenRegression {
    /// Whose matrix.
    #[schema(value_type = String)]
    pub guest: GuestId,
    /// Row.
    #[schema(value_type = String)]
    pub source: PlatformId,
    /// Column.
    #[schema(value_type = String)]
    pub target: PlatformId,
    /// What became of it.
    #[schema(value_type = String)]
    pub change: Change,
    /// How it stood; none where it was not planned.
    pub before: Option<StoodLine>,
    /// How it stands.
    pub after: Option<StoodLine>,
    /// The campaign since which it is open.
    #[schema(value_type = String)]
    pub since: CampaignId,
    /// Where the cell is told in full.
    pub href: String,
}

/// How a cell stands in one of two campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoodLine {
    /// The best over its routes.
    #[serde(serialize_with = "as_word")]
    #[schema(value_type = String)]
    pub standing: Standing,
    /// Repetitions disagree.
    pub unstable: bool,
    /// What holds it back.
    pub why: Option<String>,
}

impl OpenRegressions {
    /// What is open against the baseline that was set last, in the newest campaign; none without a
    /// baseline, or when nothing ran after it.
    #[must_use]
    pub fn newest(records: &[CampaignRecord], registry: &Registry) -> Option<Self> {
        let baseline = registry.last_baseline()?;
        let newest = newest_first(records).into_iter().next()?;
        let line = Line::new(records, &baseline.campaign, &newest.id)?;
        (newest.id != baseline.campaign).then(|| Self::of(&baseline.name, &Diff::new(&line)))
    }

    /// What is open in a comparison with a baseline.
    #[must_use]
    pub fn of(baseline: &BaselineName, diff: &Diff) -> Self {
        let campaign = &diff.to.campaign;
        let cells = diff.open().map(PublicCellDiff::from);
        let open: Vec<_> = cells.filter_map(|it| OpenRegression::new(campaign, &it)).collect();
        Self {
            baseline: baseline.clone(),
            reference: diff.from.campaign.clone(),
            campaign: campaign.clone(),
            others: diff.cells.len().saturating_sub(open.len()),
            open,
            href: links::diff(baseline, Some(campaign)),
        }
    }

    /// How many are open, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self.open.len() {
            0 => "No regression is open".to_owned(),
            1 => "1 regression is open".to_owned(),
            several => format!("{} are open", count(several, "regression")),
        }
    }
}

impl OpenRegression {
    fn new(campaign: &CampaignId, cell: &PublicCellDiff) -> Option<Self> {
        let CellId { guest, source, target } = cell.cell.clone();
        Some(Self {
            guest,
            source,
            target,
            change: cell.change,
            before: cell.before.as_ref().map(StoodLine::from),
            after: cell.after.as_ref().map(StoodLine::from),
            since: cell.open_since.clone()?,
            href: links::cell(campaign, &cell.cell, &Asked::default()),
        })
    }
}

impl From<&PublicStood> for StoodLine {
    fn from(stood: &PublicStood) -> Self {
        let why = stood.reason.as_ref().map(ToString::to_string);
        Self { standing: stood.standing, unstable: stood.unstable, why }
    }
}
