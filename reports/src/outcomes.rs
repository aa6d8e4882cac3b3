//! The outcomes of many trials' steps as columns of small codes, so that millions are held and folded
//! fast. Names routes and tools: for operators and auditors only.

mod columns;
mod names;
mod numbers;
mod state;

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{CampaignId, ConverterId, GuestId, PlatformId, RouteId};
use domain::plan::Trial;
use domain::score::Score;
use domain::step::Step;
use domain::testbed::Route;
use domain::verdict::{self, StepVerdict};

use crate::fault::Fault;
use crate::matrix::{Judged, addresses};

use columns::{Codes, Steps, Trials, bounded};
pub(crate) use names::Names;
pub(crate) use state::State;

/// The code of a score or a fault that is none.
pub(crate) const NONE: u8 = u8::MAX;

/// The code of a duration that is none: the step was not reached.
pub(crate) const NO_DURATION: u32 = u32::MAX;

/// One step of one trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// In which campaign.
    pub campaign: &'a CampaignId,
    /// Which trial.
    pub trial: &'a Trial,
    /// Which step; each step of a trial comes once.
    pub step: Step,
    /// Its score, if it has one.
    pub score: Option<Score>,
    /// Why it is a FAILURE, if it is.
    pub fault: Option<Fault>,
    /// How long it took, in milliseconds; none when it was not reached.
    pub duration_ms: Option<u64>,
    /// The guest's addresses at the target, if they were read at this step.
    pub addresses: Option<&'a [String]>,
}

/// There are more names than codes (65,536 of a kind) or more trials (4 thousand million).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many outcomes to hold at once: choose fewer campaigns")]
pub struct Full;

/// Step outcomes as columns.
///
/// A step takes eleven bytes and knows its trial by number; what identifies a trial (campaign, guest,
/// source, target, route, repetition) stands once for all its steps. Trials, routes and cells are
/// numbered when they are added, so that every fold over them is a walk over arrays.
#[derive(Debug, Clone, Default)]
pub struct Outcomes {
    pub(crate) campaigns: Names<CampaignId>,
    pub(crate) guests: Names<GuestId>,
    pub(crate) platforms: Names<PlatformId>,
    pub(crate) routes: Names<RouteId>,
    repetitions: Names<u32>,
    pub(crate) faults: Names<Fault>,
    pub(crate) trials: Trials,
    pub(crate) steps: Steps,
    /// Trials of which addresses were read, and the number of that set of addresses.
    pub(crate) addresses: Vec<(u32, usize)>,
    address_sets: BTreeMap<BTreeSet<String>, usize>,
    /// The tools of a campaign's route.
    tools: BTreeMap<(u16, u16), Vec<ConverterId>>,
    /// The trial of the step added last: most steps follow their like.
    last: Option<(Codes, u32)>,
}

impl Outcomes {
    /// Adds one step.
    ///
    /// # Errors
    /// When there are more names or trials than codes; the step is not added then.
    pub fn push(&mut self, row: &Row<'_>) -> Result<(), Full> {
        let fault = match &row.fault {
            Some(fault) => u8::try_from(self.faults.code(fault)?).map_err(|_| Full)?,
            None => NONE,
        };
        let trial = self.trial(row.campaign, row.trial)?;
        if let Some(addresses) = row.addresses {
            self.push_addresses(trial, addresses);
        }
        self.steps.trial.push(trial);
        self.steps.step.push(row.step.number());
        self.steps.score.push(row.score.map_or(NONE, code));
        self.steps.fault.push(fault);
        self.steps.duration_ms.push(bounded(row.duration_ms));
        Ok(())
    }

    /// Adds every step of a judged campaign, and the tools of its routes.
    ///
    /// # Errors
    /// When there are more names or trials than codes.
    pub fn add(&mut self, judged: &Judged<'_>) -> Result<(), Full> {
        let (campaign, empty) = (judged.campaign, verdict::Steps::new());
        for route in &campaign.testbed.routes {
            self.declare(&campaign.id, route)?;
        }
        let trials = judged.cells().flat_map(|(_, cell)| &cell.routes).flat_map(|it| &it.trials);
        for judged in trials {
            let steps = campaign.trials.get(&judged.trial).unwrap_or(&empty);
            for verdict in &judged.verdict.steps {
                self.push(&row(&campaign.id, &judged.trial, verdict, steps))?;
            }
        }
        Ok(())
    }

    /// Notes the tools of a campaign's route.
    ///
    /// # Errors
    /// When there are more names than codes.
    pub fn declare(&mut self, campaign: &CampaignId, route: &Route) -> Result<(), Full> {
        let key = (self.campaigns.code(campaign)?, self.routes.code(&route.id)?);
        self.tools.insert(key, route.converters.clone());
        Ok(())
    }

    /// How many steps there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.steps.score.len()
    }

    /// The tools of a campaign's route, by code; empty when they were not declared.
    #[cfg(feature = "tables")]
    pub(crate) fn tools(&self, campaign: u16, route: u16) -> &[ConverterId] {
        self.tools.get(&(campaign, route)).map_or(&[], Vec::as_slice)
    }

    fn trial(&mut self, campaign: &CampaignId, trial: &Trial) -> Result<u32, Full> {
        if let Some((codes, number)) = self.last
            && self.is(codes, campaign, trial)
        {
            return Ok(number);
        }
        let codes = [
            self.campaigns.code(campaign)?,
            self.guests.code(&trial.guest)?,
            self.platforms.code(&trial.source)?,
            self.platforms.code(&trial.target)?,
            self.routes.code(&trial.route)?,
            self.repetitions.code(&trial.repetition)?,
        ];
        let number = self.trials.number(codes)?;
        self.last = Some((codes, number));
        Ok(number)
    }

    /// Whether these are the codes of a trial.
    fn is(&self, codes: Codes, campaign: &CampaignId, trial: &Trial) -> bool {
        let [of_campaign, guest, source, target, route, repetition] = codes;
        self.repetitions.name(repetition) == Some(&trial.repetition)
            && self.routes.name(route) == Some(&trial.route)
            && self.platforms.name(target) == Some(&trial.target)
            && self.platforms.name(source) == Some(&trial.source)
            && self.guests.name(guest) == Some(&trial.guest)
            && self.campaigns.name(of_campaign) == Some(campaign)
    }

    /// Sets are compared, as `aggregate::route` does: order and repetition say nothing.
    fn push_addresses(&mut self, trial: u32, addresses: &[String]) {
        let next = self.address_sets.len();
        let set = addresses.iter().cloned().collect();
        let number = *self.address_sets.entry(set).or_insert(next);
        self.addresses.push((trial, number));
    }
}

fn row<'a>(
    campaign: &'a CampaignId,
    trial: &'a Trial,
    verdict: &StepVerdict,
    steps: &'a verdict::Steps,
) -> Row<'a> {
    let is_last = verdict.step == Step::Restart;
    Row {
        campaign,
        trial,
        step: verdict.step,
        score: verdict.standing.score(),
        fault: Fault::of_step(verdict),
        duration_ms: steps.get(&verdict.step).map(|it| it.finished.duration_ms),
        addresses: if is_last { addresses(steps) } else { None },
    }
}

/// A score as its code.
pub(crate) fn code(score: Score) -> u8 {
    match score {
        Score::Failure => 0,
        Score::Warning => 1,
        Score::Success => 2,
    }
}

/// The score behind a code; none for [`NONE`].
pub(crate) fn score(code: u8) -> Option<Score> {
    match code {
        0 => Some(Score::Failure),
        1 => Some(Score::Warning),
        2 => Some(Score::Success),
        _ => None,
    }
}
