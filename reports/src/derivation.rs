//! How a route's score comes about: its tools, its repetitions and their seven steps. Names tools:
//! for operators and auditors only.

use domain::ids::RouteId;
use domain::score::Standing;
use domain::testbed::Payload;
use domain::told::ToldTrial;
use domain::verdict::Steps;
use serde::Serialize;

use crate::comparison::Comparison;
use crate::matrix::{Cell, Judged, RouteTried, TrialJudged};
use crate::public::PublicRoute;
use crate::step_derivation::StepDerived;
use crate::tally::as_word;
use crate::tool::Tool;
use crate::units::duration;

/// One route of the cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteDerived {
    /// Its number in reports that name no tool.
    pub number: usize,
    /// Its identifier.
    pub route: RouteId,
    /// It gives the cell its score.
    pub best: bool,
    /// What travels between the platforms.
    pub through: Option<Payload>,
    /// The tools it needs, in order.
    pub tools: Vec<Tool>,
    /// How it stands: as its lowest repetition.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// Repetitions disagree, or the address differs on each re-run.
    pub unstable: bool,
    /// Repetitions that were scored.
    pub scored: usize,
    /// Repetitions that were planned.
    pub planned: usize,
    /// Mean wall time of a repetition, in milliseconds.
    pub duration_ms: u64,
    /// The limiting step, and what about it, in words.
    pub reason: Option<String>,
    /// Each repetition.
    pub trials: Vec<TrialDerived>,
}

/// One repetition of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialDerived {
    /// 1 for the first.
    pub repetition: u32,
    /// How it stands: as its lowest step.
    #[serde(serialize_with = "as_word")]
    pub standing: Standing,
    /// What another system told about it, where nothing was observed here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// All seven steps.
    pub steps: Vec<StepDerived>,
    /// The guest's facts before and after.
    pub facts: Comparison,
}

impl RouteDerived {
    /// How a route's score comes about.
    #[must_use]
    pub fn new(
        judged: &Judged<'_>,
        cell: &Cell,
        (number, public, tried): &(usize, PublicRoute, &RouteTried),
    ) -> Self {
        let campaign = judged.campaign;
        let declared = campaign.testbed.route(&tried.verdict.route);
        let converters = declared.map(|it| it.converters.as_slice()).unwrap_or_default();
        Self {
            number: *number,
            route: tried.verdict.route.clone(),
            best: cell.verdict.best.as_ref() == Some(&tried.verdict.route),
            through: declared.map(|it| it.through),
            tools: converters.iter().map(|it| Tool::of(campaign, it)).collect(),
            standing: tried.verdict.standing,
            unstable: tried.verdict.unstable,
            scored: tried.verdict.scored,
            planned: tried.verdict.planned,
            duration_ms: tried.verdict.duration_ms,
            reason: public.reason.as_ref().map(ToString::to_string),
            trials: tried.trials.iter().map(|it| TrialDerived::new(judged, it)).collect(),
        }
    }

    /// Mean wall time of a repetition, as people read it.
    #[must_use]
    pub fn took(&self) -> String {
        duration(self.duration_ms)
    }
}

impl TrialDerived {
    /// The same verdict for the same reasons and with the same facts, step by step.
    #[must_use]
    pub fn tells_the_same(&self, other: &Self) -> bool {
        let same = |(a, b): (&StepDerived, &StepDerived)| a.tells_the_same(b);
        self.facts == other.facts
            && self.told == other.told
            && self.steps.iter().zip(&other.steps).all(same)
    }

    /// Positions of its first and its last event in the log, if it has any.
    #[must_use]
    pub fn positions(&self) -> Option<(u64, u64)> {
        let positions = || self.steps.iter().filter_map(|it| Some(it.record.as_ref()?.position));
        Some((positions().min()?, positions().max()?))
    }

    /// How this trial's score comes about.
    #[must_use]
    pub fn new(judged: &Judged<'_>, trial: &TrialJudged) -> Self {
        let empty = Steps::new();
        let steps = judged.campaign.trials.get(&trial.trial).unwrap_or(&empty);
        Self {
            repetition: trial.trial.repetition,
            standing: trial.verdict.standing,
            told: judged.campaign.told.get(&trial.trial).map(told),
            steps: trial
                .verdict
                .steps
                .iter()
                .map(|it| StepDerived::new(it, steps.get(&it.step)))
                .collect(),
            facts: Comparison::new(steps, &trial.verdict, judged.policy),
        }
    }
}

fn told(told: &ToldTrial) -> String {
    match told.reason.as_str() {
        "" => "told by another system".to_owned(),
        reason => format!("told by another system: {reason}"),
    }
}
