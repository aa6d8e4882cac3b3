//! A campaign judged by a policy: one matrix per guest, each cell with its routes and trials.

use std::collections::BTreeMap;

use domain::aggregate::{self, CellVerdict, Repetition, RouteVerdict};
use domain::event::{CellShown, CheckWaived};
use domain::ids::{GuestId, PlatformId, RouteId};
use domain::observation::{Value, find};
use domain::plan::{CellId, Trial};
use domain::policy::Policy;
use domain::score::Standing;
use domain::step::Step;
use domain::testbed::{Guest, Route};
use domain::verdict::{self, Steps, TrialVerdict};

use crate::history::CampaignHistory;

/// A whole campaign under one policy. Names tools: for operators and auditors only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged<'a> {
    /// The campaign.
    pub campaign: &'a CampaignHistory,
    /// The policy.
    pub policy: &'a Policy,
    /// The waivers in force.
    pub waivers: Vec<&'a CheckWaived>,
    /// One matrix per guest, in testbed order.
    pub matrices: Vec<Matrix>,
    /// How each cell stands under the raw policy and without waivers; none when nothing was relaxed.
    pub raw: Option<BTreeMap<CellId, Standing>>,
}

/// By what a campaign is judged.
#[derive(Debug, Clone, Copy)]
pub struct Lens<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// The waivers in force.
    pub waivers: &'a [&'a CheckWaived],
    /// The policy whose scores are called raw.
    pub raw: &'a Policy,
}

/// The cells of one guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// Whose cells.
    pub guest: GuestId,
    /// Rows and columns, in testbed order.
    pub platforms: Vec<PlatformId>,
    /// Planned cells and those that are not applicable, row by row. Source = target is neither.
    pub cells: Vec<Cell>,
}

/// Source × target for one guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Row.
    pub source: PlatformId,
    /// Column.
    pub target: PlatformId,
    /// How it stands: the best over its routes.
    pub verdict: CellVerdict,
    /// Every route tried.
    pub routes: Vec<RouteTried>,
}

/// One route of a cell with its repetitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteTried {
    /// How it stands over its repetitions.
    pub verdict: RouteVerdict,
    /// Each repetition.
    pub trials: Vec<TrialJudged>,
}

/// One trial with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialJudged {
    /// Who it is.
    pub trial: Trial,
    /// How it stands, step by step.
    pub verdict: TrialVerdict,
}

impl<'a> Judged<'a> {
    /// Judges every planned trial of a campaign by a policy alone.
    #[must_use]
    pub fn new(campaign: &'a CampaignHistory, policy: &'a Policy) -> Self {
        Self::through(campaign, &Lens { policy, waivers: &[], raw: policy })
    }

    /// Judges every planned trial of a campaign, and its cells by the raw policy as well where that
    /// is another or something is waived.
    #[must_use]
    pub fn through(campaign: &'a CampaignHistory, lens: &Lens<'a>) -> Self {
        let judged = Self::by(campaign, lens);
        if lens.waivers.is_empty() && lens.policy.digest() == lens.raw.digest() {
            return judged;
        }
        let raw = Self::by(campaign, &Lens { policy: lens.raw, waivers: &[], raw: lens.raw });
        let raw = raw.cells().map(|(guest, cell)| (cell.id(guest), cell.verdict.standing));
        Self { raw: Some(raw.collect()), ..judged }
    }

    fn by(campaign: &'a CampaignHistory, lens: &Lens<'a>) -> Self {
        let (testbed, planned) = (&campaign.testbed, planned(campaign));
        let matrix = |guest: &Guest| Matrix {
            guest: guest.id.clone(),
            platforms: testbed.platforms.iter().map(|it| it.id.clone()).collect(),
            cells: cells(campaign, lens, &guest.id, &planned),
        };
        let mut matrices: Vec<Matrix> = testbed.guests.iter().map(matrix).collect();
        let withholds = |guest: &GuestId| campaign.withheld.iter().any(|it| it.guest == *guest);
        matrices.retain(|it| !it.cells.is_empty() || withholds(&it.guest));
        Self { campaign, policy: lens.policy, waivers: lens.waivers.to_vec(), matrices, raw: None }
    }

    /// How a cell stands under the raw policy and without waivers; none when nothing was relaxed.
    #[must_use]
    pub fn raw_of(&self, guest: &GuestId, cell: &Cell) -> Option<Standing> {
        self.raw.as_ref()?.get(&cell.id(guest)).copied()
    }

    /// All cells with their guest.
    pub fn cells(&self) -> impl Iterator<Item = (&GuestId, &Cell)> {
        self.matrices.iter().flat_map(|it| it.cells.iter().map(|cell| (&it.guest, cell)))
    }

    /// What is shown, as the log keeps it.
    #[must_use]
    pub fn shown(&self) -> Vec<CellShown> {
        let shown = |(guest, cell): (&GuestId, &Cell)| CellShown {
            guest: guest.clone(),
            source: cell.source.clone(),
            target: cell.target.clone(),
            standing: cell.verdict.standing,
            route: cell.verdict.best.clone(),
        };
        self.cells().map(shown).collect()
    }
}

impl Matrix {
    /// The cell of a row and a column, if it was planned.
    #[must_use]
    pub fn cell(&self, source: &PlatformId, target: &PlatformId) -> Option<&Cell> {
        self.cells.iter().find(|it| it.source == *source && it.target == *target)
    }
}

impl Cell {
    /// A cell for which the question makes no sense.
    fn not_applicable(id: CellId) -> Self {
        let verdict = aggregate::not_applicable();
        Self { source: id.source, target: id.target, verdict, routes: Vec::new() }
    }

    /// Which cell it is, in the matrix of this guest.
    #[must_use]
    pub fn id(&self, guest: &GuestId) -> CellId {
        let (source, target) = (self.source.clone(), self.target.clone());
        CellId { guest: guest.clone(), source, target }
    }

    /// The route that gives the cell its score, with its trials.
    #[must_use]
    pub fn best(&self) -> Option<&RouteTried> {
        let best: &RouteId = self.verdict.best.as_ref()?;
        self.routes.iter().find(|it| it.verdict.route == *best)
    }
}

/// The planned trials of each cell, in plan order.
type Planned<'a> = BTreeMap<CellId, Vec<&'a Trial>>;

fn planned(campaign: &CampaignHistory) -> Planned<'_> {
    let mut cells = Planned::new();
    for trial in &campaign.plan {
        cells.entry(trial.cell()).or_default().push(trial);
    }
    cells
}

fn cells(
    campaign: &CampaignHistory,
    lens: &Lens<'_>,
    guest: &GuestId,
    planned: &Planned<'_>,
) -> Vec<Cell> {
    let apart = campaign.not_applicable();
    let platforms = || campaign.testbed.platforms.iter().map(|it| &it.id);
    let places = platforms().flat_map(|source| platforms().map(move |target| (source, target)));
    let cell = |(source, target): (&PlatformId, &PlatformId)| {
        let (guest, source, target) = (guest.clone(), source.clone(), target.clone());
        let id = CellId { guest, source, target };
        if apart.contains(&id) {
            return Some(Cell::not_applicable(id));
        }
        let trials = planned.get(&id)?;
        let routes = campaign.testbed.routes.iter();
        let routes: Vec<RouteTried> =
            routes.filter_map(|route| route_tried(campaign, lens, route, trials)).collect();
        let verdicts: Vec<RouteVerdict> = routes.iter().map(|it| it.verdict.clone()).collect();
        let verdict = aggregate::cell(&verdicts);
        Some(Cell { source: id.source, target: id.target, verdict, routes })
    };
    places.filter_map(cell).collect()
}

fn route_tried(
    campaign: &CampaignHistory,
    lens: &Lens<'_>,
    route: &Route,
    planned: &[&Trial],
) -> Option<RouteTried> {
    let empty = Steps::new();
    let mut repetitions = Vec::new();
    let mut trials = Vec::new();
    for trial in planned.iter().filter(|it| it.route == route.id) {
        let steps = campaign.trials.get(*trial).unwrap_or(&empty);
        let (verdict, duration_ms) = match campaign.told.get(*trial) {
            Some(told) => (verdict::told(told), told.duration_ms),
            None => {
                let migration = route.through.migration();
                let verdict = verdict::judge(lens.policy, migration, steps);
                let verdict = verdict.waived(lens.waivers, trial);
                let durations = steps.values().map(|seen| seen.finished.duration_ms);
                (verdict, durations.fold(0, u64::saturating_add))
            }
        };
        let standing = verdict.standing;
        let addresses = addresses(steps).filter(|_| verdict.is_scored(Step::Restart));
        let addresses = addresses.map(<[String]>::to_vec);
        repetitions.push(Repetition { standing, addresses, duration_ms });
        trials.push(TrialJudged { trial: (*trial).clone(), verdict });
    }
    if trials.is_empty() {
        return None;
    }
    let verdict = aggregate::route(&route.id, route.converters.len(), &repetitions);
    Some(RouteTried { verdict, trials })
}

/// The guest's addresses at the target, if they were read.
pub(crate) fn addresses(steps: &Steps) -> Option<&[String]> {
    match find(&steps.get(&Step::Restart)?.finished.observations, "ip.v4") {
        Some(Value::List(addresses)) => Some(addresses),
        _ => None,
    }
}
