//! How one cell stood, campaign by campaign.

use domain::event::Pins;
use domain::ids::CampaignId;
use domain::plan::CellId;
use domain::score::Standing;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::campaign_line::newest_first;
use super::links::{self, Asked};
use crate::chronicle::{CampaignRecord, CellRecord};
use crate::diff::differences;
use crate::redaction::is_told;
use crate::tally::as_optional_word;

/// How a cell stood in one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CellThen {
    /// Which campaign.
    #[schema(value_type = String)]
    pub campaign: CampaignId,
    /// When it started.
    #[schema(value_type = String)]
    pub started: Timestamp,
    /// How it stood; none where it was not planned.
    #[serde(serialize_with = "as_optional_word")]
    #[schema(value_type = Option<String>)]
    pub standing: Option<Standing>,
    /// Repetitions of the best route disagreed.
    pub unstable: bool,
    /// Trials that were scored.
    pub scored: usize,
    /// Trials that were planned.
    pub planned: usize,
    /// What held it back.
    pub why: Option<String>,
    /// Versions of its platforms, its guest and the lab's machine that were others in the campaign
    /// before, in words. Those of conversion tools are not told.
    pub changed: Vec<String>,
    /// It is the campaign that is shown.
    pub shown: bool,
    /// Where it is told in full.
    pub href: String,
}

impl CellThen {
    /// How a cell stood in every campaign, the newest first.
    #[must_use]
    pub fn all(records: &[CampaignRecord], id: &CellId, shown: &CampaignId) -> Vec<Self> {
        let all = newest_first(records);
        let before = all.iter().skip(1).map(|it| Some(*it)).chain([None]);
        let then = |(record, before): (&&CampaignRecord, Option<&CampaignRecord>)| {
            let changed = before.map(|it| changed(it, record, id)).unwrap_or_default();
            Self { changed, shown: record.id == *shown, ..Self::bare(record, id) }
        };
        all.iter().zip(before).map(then).collect()
    }

    fn bare(record: &CampaignRecord, id: &CellId) -> Self {
        let cell: Option<&CellRecord> = record.cells.get(id);
        Self {
            campaign: record.id.clone(),
            started: record.started,
            standing: cell.map(|it| it.stand.standing),
            unstable: cell.is_some_and(|it| it.stand.unstable),
            scored: cell.map_or(0, |it| it.scored),
            planned: cell.map_or(0, |it| it.planned),
            why: cell.and_then(|it| it.reason.as_ref()).map(ToString::to_string),
            changed: Vec::new(),
            shown: false,
            href: links::cell(&record.id, id, &Asked::default()),
        }
    }
}

/// What anyone may see of the versions that a cell has to do with.
fn changed(before: &CampaignRecord, record: &CampaignRecord, id: &CellId) -> Vec<String> {
    let CellId { guest, source, target } = id;
    let subjects =
        [format!("platform:{source}"), format!("platform:{target}"), format!("guest:{guest}")];
    let concerns = |subject: &str| {
        let whole = subject.split('@').next().unwrap_or(subject);
        is_told(subject) && (subject.starts_with("host:") || subjects.iter().any(|it| it == whole))
    };
    let own = |pins: &Pins| -> Pins {
        let own = pins.iter().filter(|(subject, _)| concerns(subject));
        own.map(|(subject, version)| (subject.clone(), version.clone())).collect()
    };
    let found = differences(&own(&before.versions), &own(&record.versions));
    found.iter().map(ToString::to_string).collect()
}
