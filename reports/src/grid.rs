//! One or more matrices as a page that is small and quickly made, from projections in memory. It
//! names no tool.

use std::collections::BTreeSet;

use askama::Template;
use domain::ids::{CampaignId, GuestId, PlatformId};
use domain::plan::CellId;
use domain::score::Standing;
use jiff::Timestamp;

use crate::chronicle::{CampaignRecord, CellRecord};
use crate::notice;
use crate::public::{PublicCell, PublicView};
use crate::receipt::Receipt;
use crate::tally::{ALL, Tally};
use crate::units::{count, instant};
use crate::withheld::has;

/// The page of a campaign's matrices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    campaign: CampaignId,
    testbed: String,
    started: Timestamp,
    policy: String,
    guests: Vec<GuestGrid>,
    notices: Vec<String>,
}

/// The matrix of one guest.
#[derive(Debug, Clone, PartialEq, Eq)]
struct GuestGrid {
    guest: GuestId,
    name: String,
    tally: Tally,
    platforms: Vec<PlatformId>,
    rows: Vec<(PlatformId, Vec<Slot>)>,
}

/// A place in the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Slot {
    Same,
    NotPlanned,
    Withheld,
    Planned(GridCell),
}

/// A cell as far as the grid shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct GridCell {
    standing: Standing,
    raw: Option<Standing>,
    unstable: bool,
    scored: usize,
    planned: usize,
    why: Option<String>,
}

#[derive(Template)]
#[template(path = "matrix.html")]
struct Page<'a> {
    grid: &'a Grid,
    receipt: Option<&'a Receipt>,
    started: String,
    legend: [Standing; 7],
}

impl Grid {
    /// The matrices of a campaign that a chronicle keeps, of one guest or of all.
    #[must_use]
    pub fn of_record(record: &CampaignRecord, guest: Option<&GuestId>, policy: &str) -> Self {
        let platforms: Vec<PlatformId> =
            record.testbed.platforms.iter().map(|it| it.id.clone()).collect();
        let wanted = record.testbed.guests.iter().filter(|it| guest.is_none_or(|id| *id == it.id));
        let guests = wanted.map(|guest| {
            let cell = |source: &PlatformId, target: &PlatformId| {
                let (guest, source, target) = (guest.id.clone(), source.clone(), target.clone());
                record.cells.get(&CellId { guest, source, target }).map(GridCell::from)
            };
            let named = (guest.id.clone(), guest.name.clone());
            GuestGrid::new(named, &platforms, cell, &record.withheld)
        });
        Self {
            campaign: record.id.clone(),
            testbed: record.testbed.name.clone(),
            started: record.started,
            policy: policy.to_owned(),
            guests: guests.filter(GuestGrid::is_planned).collect(),
            notices: notice::of_record(record),
        }
    }

    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn page(&self, receipt: Option<&Receipt>) -> Result<String, askama::Error> {
        let started = instant(self.started);
        Page { grid: self, receipt, started, legend: ALL }.render()
    }
}

impl From<&PublicView> for Grid {
    fn from(view: &PublicView) -> Self {
        let guest = |matrix: &crate::public::PublicMatrix| {
            let cell = |source: &PlatformId, target: &PlatformId| {
                matrix.cell(source, target).map(GridCell::from)
            };
            let name = view.guest_name(&matrix.guest).to_owned();
            let named = (matrix.guest.clone(), name);
            GuestGrid::new(named, &matrix.platforms, cell, &view.withheld)
        };
        Self {
            campaign: view.campaign.clone(),
            testbed: view.testbed.clone(),
            started: view.course.started,
            policy: view.policy.clone(),
            guests: view.matrices.iter().map(guest).collect(),
            notices: notice::all(view),
        }
    }
}

impl GuestGrid {
    fn new(
        (guest, name): (GuestId, String),
        platforms: &[PlatformId],
        cell: impl Fn(&PlatformId, &PlatformId) -> Option<GridCell>,
        withheld: &BTreeSet<CellId>,
    ) -> Self {
        let slot = |source: &PlatformId, target: &PlatformId| match cell(source, target) {
            Some(cell) => Slot::Planned(cell),
            None if source == target => Slot::Same,
            None if has(withheld, (&guest, source, target)) => Slot::Withheld,
            None => Slot::NotPlanned,
        };
        let row = |source: &PlatformId| {
            (source.clone(), platforms.iter().map(|target| slot(source, target)).collect())
        };
        let rows: Vec<(PlatformId, Vec<Slot>)> = platforms.iter().map(row).collect();
        let slots = rows.iter().flat_map(|(_, slots)| slots);
        let tally = slots.filter_map(|it| match it {
            Slot::Planned(cell) => Some(cell.standing),
            Slot::Same | Slot::NotPlanned | Slot::Withheld => None,
        });
        Self { guest, name, tally: tally.collect(), platforms: platforms.to_vec(), rows }
    }

    fn is_planned(&self) -> bool {
        let mut slots = self.rows.iter().flat_map(|(_, slots)| slots);
        slots.any(|it| matches!(it, Slot::Planned(_) | Slot::Withheld))
    }

    fn summary(&self) -> String {
        format!("{}: {}", count(self.tally.total(), "cell"), self.tally)
    }
}

impl From<&PublicCell> for GridCell {
    fn from(cell: &PublicCell) -> Self {
        Self {
            standing: cell.standing,
            raw: cell.differing_raw(),
            unstable: cell.unstable,
            scored: cell.scored,
            planned: cell.planned,
            why: cell.reason.as_ref().map(|it| it.why.to_string()),
        }
    }
}

impl From<&CellRecord> for GridCell {
    fn from(cell: &CellRecord) -> Self {
        Self {
            standing: cell.stand.standing,
            raw: None,
            unstable: cell.stand.unstable,
            scored: cell.scored,
            planned: cell.planned,
            why: cell.reason.as_ref().map(|it| it.why.to_string()),
        }
    }
}
