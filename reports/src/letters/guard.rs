//! The inference guard: which public cells tell how one conversion tool did, although they name none.
//!
//! A cell is the best over its routes, and says nothing of which of them gave it. When there is only
//! one that can have given it, the cell is that tool's result. docs/decisions/0026 says what the
//! guard protects from and what not.

mod beside;
mod makers;
mod why;

use std::collections::{BTreeMap, BTreeSet};

use domain::change::{Carrier, independent};
use domain::letter::LetterRegistry;
use domain::plan::CellId;
use domain::score::{Score, Standing};
use serde::Serialize;

use crate::chronicle::{CampaignRecord, CellRecord};
use makers::Makers;
pub use why::{Revealed, Why};

/// How few conversion tools may carry a public cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Guard {
    /// A cell that fewer independent tools carry is withheld. 1 withholds nothing.
    pub fewest_tools: u32,
}

impl Default for Guard {
    fn default() -> Self {
        Self { fewest_tools: 2 }
    }
}

impl Guard {
    /// Every cell of a campaign that tells more than it should, in the order of cells.
    #[must_use]
    pub fn revealed(self, record: &CampaignRecord) -> Vec<Revealed> {
        let makers = Makers::of(&record.testbed);
        let cells = record.cells.iter();
        let why = |(id, cell): (&CellId, &CellRecord)| {
            let all = self.why(cell, &makers).into_iter();
            let id = id.clone();
            all.map(move |why| Revealed { cell: id.clone(), why }).collect::<Vec<_>>()
        };
        cells.flat_map(why).collect()
    }

    fn why(self, cell: &CellRecord, makers: &Makers<'_>) -> Vec<Why> {
        let scored = cell.routes.iter().filter(|it| it.verdict.standing.score().is_some());
        let carriers: Vec<Carrier> = scored.map(|it| makers.carrier(it)).collect();
        // An export without any tool is the platform's own, and the platform is named anyway.
        if carriers.iter().all(|it| it.tools.is_empty()) {
            return Vec::new();
        }
        let count = independent(&carriers);
        if self.is_too_few(count) {
            return vec![Why::FewTools { makers: count }];
        }
        let fails = cell.stand.standing == Standing::Scored(Score::Failure);
        fails.then_some(Why::AllFail).into_iter().chain(self.standing_out(cell, makers)).collect()
    }

    /// Routes that stand out by their number of tools.
    fn standing_out(self, cell: &CellRecord, makers: &Makers<'_>) -> Vec<Why> {
        let mut by_tools: BTreeMap<usize, Vec<Carrier>> = BTreeMap::new();
        for route in cell.routes.iter().filter(|it| it.verdict.tools > 0) {
            by_tools.entry(route.verdict.tools).or_default().push(makers.carrier(route));
        }
        let few = by_tools.into_iter().filter(|(_, it)| self.is_too_few(independent(it)));
        few.map(|(tools, _)| Why::StandsOut { tools }).collect()
    }

    fn is_too_few(self, makers: usize) -> bool {
        makers < self.fewest_tools as usize
    }
}

/// The cells of a campaign that are withheld from the public.
#[must_use]
pub fn withheld(record: &CampaignRecord, guard: Guard) -> Vec<CellId> {
    of(guard.revealed(record))
}

/// The cells of a campaign that the public is not told of, or will not be told of: those that were
/// withheld when it was published; under an embargo those that this guard would withhold, beside the
/// campaign before it that is public, if there is one; none of a campaign that is public without anybody
/// having published it.
#[must_use]
pub fn untold(
    (record, earlier): (&CampaignRecord, Option<&CampaignRecord>),
    letters: &LetterRegistry,
    guard: Guard,
) -> BTreeSet<CellId> {
    match earlier {
        // Published, or open from the start: then nothing was withheld.
        _ if !letters.is_embargoed(&record.id) => letters.withheld(&record.id),
        Some(earlier) => withheld_beside(record, earlier, guard).into_iter().collect(),
        None => withheld(record, guard).into_iter().collect(),
    }
}

/// The last campaign before this one that the public sees.
#[must_use]
pub fn earlier<'a>(
    records: &'a [CampaignRecord],
    record: &CampaignRecord,
    letters: &LetterRegistry,
) -> Option<&'a CampaignRecord> {
    let before = records.iter().filter(|it| it.started < record.started);
    before.filter(|it| !letters.is_embargoed(&it.id)).max_by_key(|it| it.started)
}

/// The cells that are withheld beside a campaign that is public already.
#[must_use]
pub fn withheld_beside(
    record: &CampaignRecord,
    earlier: &CampaignRecord,
    guard: Guard,
) -> Vec<CellId> {
    let all = guard.revealed(record).into_iter().chain(guard.revealed_beside(record, earlier));
    of(all.collect())
}

fn of(revealed: Vec<Revealed>) -> Vec<CellId> {
    let withheld = revealed.into_iter().filter(|it| it.why.withholds()).map(|it| it.cell);
    withheld.collect::<BTreeSet<_>>().into_iter().collect()
}
