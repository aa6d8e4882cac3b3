//! The inference guard: which public cells tell how one conversion tool did, although they name none.
//!
//! A cell is the best over its routes, and says nothing of which of them gave it. When there is only
//! one that can have given it, the cell is that tool's result. docs/decisions/0026 says what the
//! guard protects from and what not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::change::{Carrier, independent};
use domain::ids::{ConverterId, VendorId};
use domain::letter::LetterRegistry;
use domain::plan::CellId;
use domain::score::{Score, Standing};
use domain::testbed::Testbed;
use serde::Serialize;

use crate::chronicle::{CampaignRecord, CellRecord, RouteRecord};

/// How few conversion tools may carry a public cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Guard {
    /// A cell that fewer independent tools carry is withheld. 1 withholds nothing.
    pub fewest_tools: u32,
}

/// A cell that tells more than the state of the art.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Revealed {
    /// Which cell.
    pub cell: CellId,
    /// What an outsider could infer.
    pub why: Why,
}

/// What an outsider could infer of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Why {
    /// Every route with a score needs the same tool, or tools of the same maker.
    FewTools {
        /// How many makers could have given the score, each without the others.
        makers: usize,
    },
    /// Between two published campaigns, so few makers' tools changed that what became of the cell
    /// is told of theirs.
    FewChanged {
        /// How many makers' tools have other versions than before.
        makers: usize,
    },
    /// Every tool that was tried fails: whoever knows which were tried knows it of each.
    AllFail,
    /// Among the lines of its routes one stands out by its number of tools, so that few makers can
    /// be meant; see [`crate::public::PublicView::without_routes`].
    StandsOut {
        /// How many tools the routes need that stand out.
        tools: usize,
    },
}

impl Default for Guard {
    fn default() -> Self {
        Self { fewest_tools: 2 }
    }
}

impl Why {
    /// Whether the cell is withheld for it; what is not is for the operator to know.
    #[must_use]
    pub fn withholds(self) -> bool {
        match self {
            Why::FewTools { .. } | Why::FewChanged { .. } => true,
            Why::AllFail | Why::StandsOut { .. } => false,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::FewTools { makers: 1 } => {
                f.write_str("only one maker's tools have a score here: the cell would be theirs")
            }
            Why::FewTools { makers } => {
                write!(f, "only {makers} makers' tools, independent of each other, have a score here")
            }
            Why::FewChanged { makers: 1 } => f.write_str(
                "only one maker's tools changed since the last publication: what became of the cell \
                 would be told of them",
            ),
            Why::FewChanged { makers } => {
                write!(f, "only {makers} makers' tools changed since the last publication")
            }
            Why::AllFail => f.write_str(
                "every tool tried here fails; whoever knows which were tried knows it of each",
            ),
            Why::StandsOut { tools } => write!(
                f,
                "of the routes listed, those with {tools} tool{} stand out: few makers can be meant",
                if *tools == 1 { "" } else { "s" }
            ),
        }
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

    /// What a campaign tells beside one that is public already: when the tools of too few makers have
    /// other versions, every cell with one of their tools, whether it changed or not. That a cell is
    /// withheld must not tell that it changed.
    #[must_use]
    pub fn revealed_beside(
        self,
        record: &CampaignRecord,
        earlier: &CampaignRecord,
    ) -> Vec<Revealed> {
        let changed = changed(record, earlier);
        let makers_of = |it: &CampaignRecord| Makers::of(&it.testbed).of_tools(&changed);
        let makers: BTreeSet<VendorId> =
            makers_of(record).into_iter().chain(makers_of(earlier)).collect();
        if makers.is_empty() || !self.is_too_few(makers.len()) {
            return Vec::new();
        }
        let is_touched = |(id, cell): &(&CellId, &CellRecord)| {
            let before = earlier.cells.get(*id);
            let here = with_any(&record.testbed, cell, &changed);
            before.is_some_and(|it| here || with_any(&earlier.testbed, it, &changed))
        };
        let why = Why::FewChanged { makers: makers.len() };
        let touched = record.cells.iter().filter(is_touched);
        touched.map(|(id, _)| Revealed { cell: id.clone(), why }).collect()
    }
}

/// The cells of a campaign that are withheld from the public.
#[must_use]
pub fn withheld(record: &CampaignRecord, guard: Guard) -> Vec<CellId> {
    of(guard.revealed(record))
}

/// The cells whose routes are not listed one by one, since one of them would stand out.
#[must_use]
pub fn coarsened(record: &CampaignRecord, guard: Guard) -> Vec<CellId> {
    let all = guard.revealed(record).into_iter();
    let standing_out = all.filter(|it| matches!(it.why, Why::StandsOut { .. }));
    standing_out.map(|it| it.cell).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The cells of a campaign that the public is not told of, or will not be told of: those that were
/// withheld when it was published; under an embargo those that this guard would withhold, beside the
/// campaign before it that is public, if there is one; none of a campaign that is public without anybody having published it.
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

/// Tools whose version is another than before, and those that only one of the two has.
fn changed(record: &CampaignRecord, earlier: &CampaignRecord) -> BTreeSet<ConverterId> {
    let version = |of: &CampaignRecord, id: &ConverterId| {
        let is_there = of.testbed.converters.iter().any(|it| it.id == *id);
        is_there.then(|| of.versions.get(&format!("converter:{id}")).cloned())
    };
    let tools = record.testbed.converters.iter().chain(&earlier.testbed.converters);
    let differs = |it: &&ConverterId| version(record, it) != version(earlier, it);
    tools.map(|it| &it.id).filter(differs).cloned().collect()
}

/// Whether a route of the cell with a score needs one of these tools.
fn with_any(testbed: &Testbed, cell: &CellRecord, tools: &BTreeSet<ConverterId>) -> bool {
    let scored = cell.routes.iter().filter(|it| it.verdict.standing.score().is_some());
    let mut routes = scored.filter_map(|it| testbed.route(&it.verdict.route));
    routes.any(|it| it.converters.iter().any(|it| tools.contains(it)))
}

/// Whose each tool is.
struct Makers<'a> {
    testbed: &'a Testbed,
    of: BTreeMap<&'a ConverterId, &'a VendorId>,
}

impl<'a> Makers<'a> {
    fn of(testbed: &'a Testbed) -> Self {
        let of = testbed.converters.iter().map(|it| (&it.id, &it.vendor)).collect();
        Self { testbed, of }
    }

    fn of_tools(&self, tools: &BTreeSet<ConverterId>) -> BTreeSet<VendorId> {
        tools.iter().filter_map(|it| self.of.get(it)).map(|it| (*it).clone()).collect()
    }

    /// A route with one of its makers' tools in place of each tool: two tools of one maker are not
    /// independent of each other.
    fn carrier(&self, route: &RouteRecord) -> Carrier {
        let tools = self.testbed.route(&route.verdict.route).map(|it| it.converters.as_slice());
        let first_of = |tool: &ConverterId| {
            let maker = self.of.get(tool)?;
            self.of.iter().find(|(_, it)| it == &maker).map(|(id, _)| (*id).clone())
        };
        let stand_ins = tools.unwrap_or_default().iter();
        let stand_ins: BTreeSet<ConverterId> =
            stand_ins.map(|it| first_of(it).unwrap_or_else(|| it.clone())).collect();
        Carrier {
            route: route.verdict.route.clone(),
            tools: stand_ins.into_iter().collect(),
            best: false,
        }
    }
}
