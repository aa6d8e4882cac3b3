//! What became of every cell since a baseline: the one implementation that terminal, page, sheet,
//! JSON, mail and exit code are made from. Names tools: for operators and auditors only, unless it
//! was made public.

mod culprits;
mod since;

use std::collections::{BTreeMap, BTreeSet};

use domain::change::{Change, independent};
use domain::event::Pins;
use domain::ids::CampaignId;
use domain::plan::CellId;
use domain::score::Standing;

use crate::chronicle::{CampaignRecord, CellRecord};
use crate::reason::Reason;

pub use culprits::{Culprits, VersionDiff, differences};
pub use since::Since;

/// Two campaigns compared, cell by cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The campaign that is the reference.
    pub from: CampaignId,
    /// The campaign that is compared with it.
    pub to: CampaignId,
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
    /// Which versions go with it, where something got worse or better.
    pub culprits: Option<Culprits>,
    /// The campaign since which a regression against the baseline is open: it stays open until the
    /// cell is again as good as in the baseline, whatever was not run meanwhile.
    pub open_since: Option<CampaignId>,
}

/// How a cell stands in one of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stood {
    /// The best over its routes.
    pub standing: Standing,
    /// Repetitions disagree.
    pub unstable: bool,
    /// How many independent routes carry it.
    pub independent: usize,
    /// What holds its best route back.
    pub reason: Option<Reason>,
}

impl Diff {
    /// Compares a campaign with a baseline. `between` are the campaigns that ran from the one to
    /// the other, in order, without either: they tell since when something is so. `others` are all
    /// further campaigns known, which tell versions that are harmless.
    #[must_use]
    pub fn new(line: &Line<'_>) -> Self {
        let (from, to) = (line.baseline, line.compared);
        let ids: BTreeSet<&CellId> = from.cells.keys().chain(to.cells.keys()).collect();
        Self {
            from: from.id.clone(),
            to: to.id.clone(),
            cells: ids.into_iter().map(|id| cell(line, id)).collect(),
            versions: differences(&from.versions, &to.versions),
        }
    }

    /// How many cells there are of each class: all twelve, and they sum to the number of cells.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Change, usize> {
        let mut counts: BTreeMap<Change, usize> =
            Change::ALL.into_iter().map(|it| (it, 0)).collect();
        for cell in &self.cells {
            *counts.entry(cell.change).or_default() += 1;
        }
        counts
    }

    /// The cells with an open regression.
    pub fn open(&self) -> impl Iterator<Item = &CellDiff> {
        self.cells.iter().filter(|it| it.open_since.is_some())
    }

    /// The cells that changed, the most pressing class first.
    #[must_use]
    pub fn changed(&self) -> Vec<&CellDiff> {
        let is_told = |it: &&CellDiff| it.change != Change::Unchanged || it.open_since.is_some();
        let mut changed: Vec<&CellDiff> = self.cells.iter().filter(is_told).collect();
        changed.sort_by_key(|it| it.change);
        changed
    }
}

/// A line of campaigns: a baseline, what ran after it, and the campaign compared.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// The reference.
    pub baseline: &'a CampaignRecord,
    /// The campaign compared.
    pub compared: &'a CampaignRecord,
    /// Campaigns between the two, in order.
    between: Vec<&'a CampaignRecord>,
    /// Every campaign.
    all: Vec<&'a CampaignRecord>,
}

impl<'a> Line<'a> {
    /// The line from a baseline to a campaign among all known; none when one of them is unknown.
    ///
    /// Campaigns are in the order in which they started; what another system told stands where its
    /// trials were tried.
    #[must_use]
    pub fn new(all: &'a [CampaignRecord], from: &CampaignId, to: &CampaignId) -> Option<Self> {
        let mut all: Vec<&CampaignRecord> = all.iter().collect();
        all.sort_by_key(|it| (it.started, it.positions));
        let place = |id: &CampaignId| all.iter().position(|it| it.id == *id);
        let (first, last) = (place(from)?, place(to)?);
        let between = all.get(first + 1..last).map(<[_]>::to_vec).unwrap_or_default();
        Some(Self { baseline: all[first], compared: all[last], between, all })
    }

    /// The campaigns after the baseline, the compared one last.
    fn after(&self) -> impl DoubleEndedIterator<Item = &'a CampaignRecord> + '_ {
        self.between.iter().copied().chain([self.compared])
    }
}

fn cell(line: &Line<'_>, id: &CellId) -> CellDiff {
    let before = line.baseline.cells.get(id);
    let after = line.compared.cells.get(id);
    let change = Change::between(before.map(|it| &it.stand), after.map(|it| &it.stand));
    let since = since::since(line, id, change);
    let culprits = since.as_ref().and_then(|since| culprits::culprits(line, id, since, change));
    CellDiff {
        cell: id.clone(),
        change,
        before: before.map(Stood::from),
        after: after.map(Stood::from),
        culprits,
        since,
        open_since: since::open_since(line, id),
    }
}

impl From<&CellRecord> for Stood {
    fn from(cell: &CellRecord) -> Self {
        Self {
            standing: cell.stand.standing,
            unstable: cell.stand.unstable,
            independent: independent(&cell.stand.carriers),
            reason: cell.reason.clone(),
        }
    }
}

/// Every version that any route of a cell was walked under.
fn versions(cell: &CellRecord) -> Pins {
    cell.routes.iter().flat_map(|it| it.versions.clone()).collect()
}
