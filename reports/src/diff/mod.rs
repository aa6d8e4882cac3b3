//! What became of every cell since a baseline: the one implementation that terminal, page, sheet,
//! JSON, mail and exit code are made from.
//!
//! Read in this order: the line of campaigns, since when, what goes with it, the gate; then what
//! anyone may see of it, what a reader is shown, and one module for each way of showing it.

mod bar;
mod culprits;
mod gate;
mod line;
mod side;
mod since;

pub mod public;
pub mod shown;
pub mod words;

pub mod csv;
pub mod file;
pub mod html;
pub mod json;
pub mod text;

use std::collections::BTreeMap;

use domain::change::Change;
use domain::ids::{CampaignId, GuestId};
use domain::plan::CellId;

use self::line::Row;

pub use culprits::{Culprits, VersionDiff, differences};
pub use gate::FailOn;
pub use line::Line;
pub use side::{Scene, Side, Stood};
pub use since::Since;

/// Two campaigns compared, cell by cell. Names tools: for operators and auditors only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The campaign that is the reference.
    pub from: Side,
    /// The campaign that is compared with it.
    pub to: Side,
    /// What both took place in.
    pub scene: Scene,
    /// Every cell that either planned.
    pub cells: Vec<CellDiff>,
    /// Versions that differ between the two, of everything in their testbeds.
    pub versions: Vec<VersionDiff>,
}

/// What became of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellDiff {
    /// Which cell.
    pub cell: CellId,
    /// What became of it.
    pub change: Change,
    /// How it stood; none where it was not planned.
    pub before: Option<Stood>,
    /// How it stands.
    pub after: Option<Stood>,
    /// Since when it is so, where something changed.
    pub since: Option<Since>,
    /// Which versions go with it, where something got worse, better or other.
    pub culprits: Option<Culprits>,
    /// The campaign since which a regression against the baseline is open: it stays open until the
    /// cell is again as good as in the baseline, whatever was not run meanwhile.
    pub open_since: Option<CampaignId>,
}

impl Diff {
    /// Compares the two ends of a line.
    #[must_use]
    pub fn new(line: &Line<'_>) -> Self {
        let (from, to) = (line.baseline, line.compared);
        Self {
            from: Side::from(from),
            to: Side::from(to),
            scene: Scene::of(from, to),
            cells: line.rows().iter().map(CellDiff::of).collect(),
            versions: differences(&from.versions, &to.versions),
        }
    }

    /// The same comparison, of one guest's cells alone.
    #[must_use]
    pub fn of_guest(mut self, guest: &GuestId) -> Self {
        self.cells.retain(|it| it.cell.guest == *guest);
        self
    }

    /// How many cells there are of each class: all twelve, and they sum to the number of cells.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Change, usize> {
        counts(self.cells.iter().map(|it| it.change))
    }

    /// The cells with an open regression.
    pub fn open(&self) -> impl Iterator<Item = &CellDiff> {
        self.cells.iter().filter(|it| it.open_since.is_some())
    }
}

impl CellDiff {
    fn of(row: &Row<'_, '_>) -> Self {
        let stood = |place: usize| row.cell(place).map(Stood::from);
        let change = row.change(row.last());
        let span = since::since(row, change);
        Self {
            cell: row.id.clone(),
            change,
            before: stood(row.first()),
            after: stood(row.last()),
            since: span.map(|it| it.told(row)),
            culprits: span.and_then(|it| culprits::culprits(row, it, change)),
            open_since: since::open_since(row),
        }
    }
}

/// How often each class occurs: all twelve, zeroes too.
fn counts(changes: impl Iterator<Item = Change>) -> BTreeMap<Change, usize> {
    let mut counts: BTreeMap<Change, usize> = Change::ALL.into_iter().map(|it| (it, 0)).collect();
    for change in changes {
        *counts.entry(change).or_default() += 1;
    }
    counts
}
