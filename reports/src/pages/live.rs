//! A campaign as it runs. The page is whole without a script; with one, cells are swapped as they
//! change.

use askama::Template;
use domain::ids::{CampaignId, GuestId, PlatformId};
use serde::Serialize;
use utoipa::ToSchema;

use super::campaign_line::CampaignLine;
use super::frame::Frame;
use super::table::{Marks, MatrixTable, TableCell};
use crate::chronicle::CampaignRecord;
use crate::units::count;

/// A campaign as it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LivePage)]
pub struct Live {
    /// The campaign.
    pub campaign: CampaignLine,
    /// How far it has come.
    pub progress: Progress,
    /// Its matrices.
    pub matrices: Vec<MatrixTable>,
    /// The position of the log up to which it is shown.
    pub position: u64,
}

/// How far a campaign has come: the data of an event `progress`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CampaignProgress)]
pub struct Progress {
    /// Trials that were scored.
    pub done: usize,
    /// Trials that were planned.
    pub planned: usize,
    /// Both in words.
    pub text: String,
}

/// A cell that changed: the data of an event `cell`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CellChanged {
    /// Whose matrix.
    #[schema(value_type = String)]
    pub guest: GuestId,
    /// Row.
    #[schema(value_type = String)]
    pub source: PlatformId,
    /// Column.
    #[schema(value_type = String)]
    pub target: PlatformId,
    /// The `<td>` to put in its place.
    pub html: String,
    /// How it stands, in words.
    pub text: String,
}

#[derive(Template)]
#[template(path = "pages/live.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Live,
}

impl Live {
    /// A campaign as it stands now.
    #[must_use]
    pub fn new(record: &CampaignRecord, marks: &Marks<'_>) -> Self {
        Self {
            campaign: CampaignLine::from(record),
            progress: Progress::from(record),
            matrices: MatrixTable::of_record(record, marks),
            position: record.positions.1,
        }
    }

    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        Page { frame, view: self }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        format!("Campaign {} as it runs", self.campaign.campaign)
    }

    /// Where what happens is told as it happens.
    #[must_use]
    pub fn events_href(&self) -> String {
        format!("{}?after={}", events(&self.campaign.campaign), self.position)
    }
}

impl CellChanged {
    /// What is sent when a cell changes.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn new(cell: &TableCell) -> Result<Self, askama::Error> {
        Ok(Self {
            guest: cell.guest.clone(),
            source: cell.source.clone(),
            target: cell.target.clone(),
            html: cell.html()?,
            text: cell.words(),
        })
    }
}

impl From<&CampaignRecord> for Progress {
    fn from(record: &CampaignRecord) -> Self {
        let line = CampaignLine::from(record);
        let (done, planned) = (line.scored, line.planned);
        Self { done, planned, text: format!("{done} of {} scored", count(planned, "trial")) }
    }
}

/// Where a campaign's events are sent as they happen.
#[must_use]
pub fn events(campaign: &CampaignId) -> String {
    format!("/campaigns/{campaign}/events")
}
