//! A campaign as comparing over time needs it: a line for each cell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::aggregate::RouteVerdict;
use domain::change::CellStand;
use domain::event::{Cost, Ending, Pins};
use domain::ids::{CampaignId, RouteId};
use domain::plan::CellId;
use domain::score::Standing;
use domain::testbed::{Migration, Testbed};
use jiff::Timestamp;
use serde::Serialize;

use super::aside::Aside;
use crate::reason::Reason;

/// One campaign. What is large is shared: whoever keeps it may copy it at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignRecord {
    /// Which one.
    pub id: CampaignId,
    /// When it started; of one that another system told, when its first trial was tried.
    pub started: Timestamp,
    /// When its last event was recorded.
    pub last_recorded: Timestamp,
    /// Positions of its first and its last event in the log.
    pub positions: (u64, u64),
    /// Position of the event at which its versions were found: its start, or its last resumption.
    pub found: u64,
    /// The testbed as declared.
    pub testbed: Arc<Testbed>,
    /// The versions in force at its end.
    pub versions: Arc<Pins>,
    /// How it ended, if it did, and what it cost.
    pub ended: Option<(Ending, Cost)>,
    /// Another system told it.
    pub told: bool,
    /// Every planned cell.
    pub cells: Arc<BTreeMap<CellId, CellRecord>>,
    /// What its own page alone tells.
    pub aside: Arc<Aside>,
    /// Cells that were planned and are not told; they are not among the cells.
    pub withheld: BTreeSet<CellId>,
}

/// One cell of a campaign. Names tools: for operators and auditors only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellRecord {
    /// How it stands.
    pub stand: CellStand,
    /// Trials that were scored.
    pub scored: usize,
    /// Trials that were planned.
    pub planned: usize,
    /// What holds the best route back; of routes that tie in all but their names, the same one
    /// whatever they are called.
    pub reason: Option<Reason>,
    /// The versions that the best route was walked under: both platforms, guest, host and its tools. Of
    /// routes that tie, one that is not chosen by its name.
    pub versions: Pins,
    /// Positions of the first and the last event of the trial that decides; none if none was walked.
    pub evidence: Option<(u64, u64)>,
    /// Every route tried, in testbed order.
    pub routes: Vec<RouteRecord>,
}

/// One route of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteRecord {
    /// How it stands over its repetitions.
    pub verdict: RouteVerdict,
    /// How each of the seven steps stands in the repetition that decides; none if none was walked.
    pub steps: Vec<Standing>,
    /// What holds it back.
    pub reason: Option<Reason>,
    /// The versions that the repetition that decides was walked under.
    pub versions: Pins,
    /// Positions of the first and the last event of the repetition that decides.
    pub evidence: Option<(u64, u64)>,
}

impl CampaignRecord {
    /// The type of migration that it walks.
    #[must_use]
    pub fn migration(&self) -> Migration {
        let route = self.cells.values().flat_map(|it| &it.routes).next();
        let walked = route.map(|it| self.testbed.migration(&it.verdict.route));
        walked.unwrap_or_else(|| self.testbed.usual_migration())
    }
}

impl CellRecord {
    /// A cell for which the question makes no sense.
    pub(super) fn not_applicable() -> Self {
        let domain::aggregate::CellVerdict { standing, best, unstable, scored, planned } =
            domain::aggregate::not_applicable();
        let (carriers, unscored) = (Vec::new(), BTreeMap::new());
        Self {
            stand: CellStand { standing, unstable, limiting: None, carriers, unscored, best },
            scored,
            planned,
            reason: None,
            versions: Pins::new(),
            evidence: None,
            routes: Vec::new(),
        }
    }

    /// The route with this identifier.
    #[must_use]
    pub fn route(&self, id: &RouteId) -> Option<&RouteRecord> {
        self.routes.iter().find(|it| it.verdict.route == *id)
    }
}
