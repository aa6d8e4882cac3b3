//! A campaign judged by a policy: one matrix per guest, each cell with its routes and trials.

use domain::aggregate::{self, CellVerdict, Repetition, RouteVerdict};
use domain::event::CellShown;
use domain::ids::{GuestId, PlatformId, RouteId};
use domain::observation::{Value, find};
use domain::plan::Trial;
use domain::policy::Policy;
use domain::step::Step;
use domain::testbed::Route;
use domain::verdict::{self, Steps, TrialVerdict};

use crate::history::CampaignHistory;

/// A whole campaign under one policy. Names tools: for operators and auditors only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged<'a> {
    /// The campaign.
    pub campaign: &'a CampaignHistory,
    /// The policy.
    pub policy: &'a Policy,
    /// One matrix per guest, in testbed order.
    pub matrices: Vec<Matrix>,
}

/// The cells of one guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// Whose cells.
    pub guest: GuestId,
    /// Rows and columns, in testbed order.
    pub platforms: Vec<PlatformId>,
    /// Planned cells, row by row. Source = target is never planned.
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
    /// Judges every planned trial of a campaign.
    #[must_use]
    pub fn new(campaign: &'a CampaignHistory, policy: &'a Policy) -> Self {
        let testbed = &campaign.testbed;
        let mut matrices: Vec<Matrix> = testbed
            .guests
            .iter()
            .map(|guest| Matrix {
                guest: guest.id.clone(),
                platforms: testbed.platforms.iter().map(|it| it.id.clone()).collect(),
                cells: cells(campaign, policy, &guest.id),
            })
            .collect();
        matrices.retain(|matrix| !matrix.cells.is_empty());
        Self { campaign, policy, matrices }
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
    /// The route that gives the cell its score, with its trials.
    #[must_use]
    pub fn best(&self) -> Option<&RouteTried> {
        let best: &RouteId = self.verdict.best.as_ref()?;
        self.routes.iter().find(|it| it.verdict.route == *best)
    }
}

fn cells(campaign: &CampaignHistory, policy: &Policy, guest: &GuestId) -> Vec<Cell> {
    let platforms = campaign.testbed.platforms.iter().map(|it| &it.id);
    let mut cells = Vec::new();
    for source in platforms.clone() {
        for target in platforms.clone() {
            let planned =
                |it: &&Trial| it.guest == *guest && it.source == *source && it.target == *target;
            let trials: Vec<&Trial> = campaign.plan.iter().filter(planned).collect();
            if trials.is_empty() {
                continue;
            }
            let tried = |route: &Route| route_tried(campaign, policy, route, &trials);
            let routes: Vec<RouteTried> =
                campaign.testbed.routes.iter().filter_map(tried).collect();
            let verdicts: Vec<RouteVerdict> = routes.iter().map(|it| it.verdict.clone()).collect();
            let verdict = aggregate::cell(&verdicts);
            cells.push(Cell { source: source.clone(), target: target.clone(), verdict, routes });
        }
    }
    cells
}

fn route_tried(
    campaign: &CampaignHistory,
    policy: &Policy,
    route: &Route,
    planned: &[&Trial],
) -> Option<RouteTried> {
    let empty = Steps::new();
    let mut repetitions = Vec::new();
    let mut trials = Vec::new();
    for trial in planned.iter().filter(|it| it.route == route.id) {
        let steps = campaign.trials.get(*trial).unwrap_or(&empty);
        let verdict = verdict::judge(policy, steps);
        repetitions.push(Repetition {
            standing: verdict.standing,
            addresses: addresses(steps),
            duration_ms: steps.values().map(|seen| seen.finished.duration_ms).sum(),
        });
        trials.push(TrialJudged { trial: (*trial).clone(), verdict });
    }
    if trials.is_empty() {
        return None;
    }
    let verdict = aggregate::route(&route.id, route.converters.len(), &repetitions);
    Some(RouteTried { verdict, trials })
}

fn addresses(steps: &Steps) -> Option<Vec<String>> {
    match find(&steps.get(&Step::Restart)?.finished.observations, "ip.v4") {
        Some(Value::List(addresses)) => Some(addresses.clone()),
        _ => None,
    }
}
