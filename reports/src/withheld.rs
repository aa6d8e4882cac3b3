//! Cells that were planned and are not told: a result that only one conversion tool can have given is
//! that tool's result. What is withheld leaves no trace: no score, no reason, no count, no time.
//!
//! *Withheld* is not a standing. Standings are in events, and what was observed stays as it was.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::event::Cost;
use domain::ids::{GuestId, PlatformId};
use domain::letter::LetterRegistry;
use domain::plan::CellId;

use crate::chronicle::CampaignRecord;
use crate::history::CampaignHistory;
use crate::public::{PublicCell, PublicView};
use crate::setting::{Course, Work};

/// The word shown everywhere.
pub const WORD: &str = "withheld";

/// The word with a sign that reads without colour.
pub const SIGNED: &str = "□ withheld";

impl PublicView {
    /// The same view without these cells. Totals over all trials (the last event, the cost, the
    /// amount of work) go with them, since what is left of a total tells what was taken from it.
    #[must_use]
    pub fn without(mut self, cells: &BTreeSet<CellId>) -> Self {
        for matrix in &mut self.matrices {
            let guest = &matrix.guest;
            let is_told =
                |it: &PublicCell| it.planned == 0 || !has(cells, (guest, &it.source, &it.target));
            let (told, withheld) = matrix.cells.drain(..).partition(is_told);
            let withheld: Vec<PublicCell> = withheld;
            self.withheld.extend(withheld.into_iter().map(|it| it.into_id(guest)));
            matrix.cells = told;
        }
        self.without_totals()
    }

    /// The same view; where cells are withheld, without what all cells together come to.
    pub(crate) fn without_totals(mut self) -> Self {
        if !self.withheld.is_empty() {
            self.course = self.course.without_end();
            (self.work, self.withdrawn) = (Work::default(), 0);
            self.viewpoint.known_at = None;
        }
        self
    }

    /// Whether this cell was planned and is not told.
    #[must_use]
    pub fn withholds(&self, guest: &GuestId, source: &PlatformId, target: &PlatformId) -> bool {
        has(&self.withheld, (guest, source, target))
    }
}

impl PublicCell {
    fn into_id(self, guest: &GuestId) -> CellId {
        CellId { guest: guest.clone(), source: self.source, target: self.target }
    }
}

impl CampaignRecord {
    /// The same record without these cells, and without what all cells together come to.
    #[must_use]
    pub fn without(mut self, cells: &BTreeSet<CellId>) -> Self {
        let planned = self.cells.iter().filter(|(id, it)| it.planned > 0 && cells.contains(id));
        let planned: BTreeSet<CellId> = planned.map(|(id, _)| id.clone()).collect();
        if !planned.is_empty() {
            Arc::make_mut(&mut self.cells).retain(|id, _| !planned.contains(id));
            self.aside = Arc::new(self.aside.without_totals());
        }
        self.withheld.extend(planned);
        if !self.withheld.is_empty() {
            self.last_recorded = self.started;
            self.positions.1 = self.positions.0;
            self.ended = self.ended.map(|(ending, _)| (ending, Cost::default()));
        }
        self
    }
}

impl CampaignHistory {
    /// The same history without the trials of these cells: whatever is made from it holds no trace
    /// of them.
    #[must_use]
    pub fn without(mut self, cells: &BTreeSet<CellId>) -> Self {
        let planned: BTreeSet<CellId> =
            self.plan.iter().map(|it| it.cell()).filter(|it| cells.contains(it)).collect();
        self.plan.retain(|it| !planned.contains(&it.cell()));
        self.trials.retain(|it, _| !planned.contains(&it.cell()));
        self.told.retain(|it, _| !planned.contains(&it.cell()));
        self.withdrawn.retain(|it| !planned.contains(&it.trial.cell()));
        self.withheld.extend(planned);
        if !self.withheld.is_empty() {
            self.last_recorded = self.started;
            self.last_position = self.first_position;
            self.ended = self.ended.map(|(ending, _)| (ending, Cost::default()));
        }
        self
    }
}

impl Course {
    /// The same course without when it ended and what it cost.
    #[must_use]
    pub(crate) fn without_end(self) -> Self {
        Self { last_recorded: self.started, last_position: self.first_position, cost: None, ..self }
    }
}

/// Whether a cell is among these.
pub(crate) fn has(
    cells: &BTreeSet<CellId>,
    (guest, source, target): (&GuestId, &PlatformId, &PlatformId),
) -> bool {
    cells.iter().any(|it| it.guest == *guest && it.source == *source && it.target == *target)
}

/// The campaigns that are under no embargo, as the public may see them. Of a cell that one of them
/// withholds none tells: what a comparison said of it would be of the one that is known.
#[must_use]
pub fn published(records: &[CampaignRecord], letters: &LetterRegistry) -> Vec<CampaignRecord> {
    let open = records.iter().filter(|it| !letters.is_embargoed(&it.id));
    let open: Vec<CampaignRecord> = open.cloned().collect();
    let withheld: BTreeSet<CellId> = open.iter().flat_map(|it| letters.withheld(&it.id)).collect();
    if withheld.is_empty() { open } else { everywhere(&open, &withheld) }
}

/// The same records, each without these cells: a comparison of two campaigns tells nothing of a cell
/// that one of them withholds.
#[must_use]
pub fn everywhere(records: &[CampaignRecord], cells: &BTreeSet<CellId>) -> Vec<CampaignRecord> {
    records.iter().map(|it| it.clone().without(cells)).collect()
}
