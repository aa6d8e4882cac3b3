//! A driver that does as the script says, and a desk that keeps the domain's rules in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::campaign::{Campaign, Progress, evolve};
use domain::command::{Command, RecordStep};
use domain::decide::decide;
use domain::event::{Event, Outcome, Pins};
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::step::Step;
use domain::testbed::Testbed;
use runner::{Driver, Recorder, StepReport};
use tokio_util::sync::CancellationToken;

/// The small testbed of the lab, so that scripts and real runs speak of the same trials.
pub(crate) fn testbed() -> Testbed {
    toml::from_str::<Testbed>(include_str!("../../lab/testbeds/small.toml"))
        .unwrap()
        .validate()
        .unwrap()
}

#[derive(Clone, Default)]
pub(crate) struct Scripted(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    failures: BTreeMap<(Trial, Step), (Outcome, usize)>,
    hang: Option<(Step, CancellationToken)>,
    panic: Option<(Trial, Step)>,
    performed: BTreeMap<(Trial, Step), usize>,
    released: usize,
}

impl Scripted {
    /// Ends this step of this trial with this outcome, so many times.
    pub(crate) fn fail(self, trial: &Trial, step: Step, outcome: Outcome, times: usize) -> Self {
        self.0.lock().unwrap().failures.insert((trial.clone(), step), (outcome, times));
        self
    }

    /// Cancels the run at this step and never comes back from it.
    pub(crate) fn hang_at(self, step: Step, cancel: CancellationToken) -> Self {
        self.0.lock().unwrap().hang = Some((step, cancel));
        self
    }

    /// Panics at this step of this trial.
    pub(crate) fn panic_at(self, trial: &Trial, step: Step) -> Self {
        self.0.lock().unwrap().panic = Some((trial.clone(), step));
        self
    }

    pub(crate) fn performed(&self, trial: &Trial, step: Step) -> usize {
        let script = self.0.lock().unwrap();
        script.performed.get(&(trial.clone(), step)).copied().unwrap_or(0)
    }

    pub(crate) fn released(&self) -> usize {
        self.0.lock().unwrap().released
    }
}

impl Driver for Scripted {
    async fn perform(&self, trial: &Trial, step: Step) -> StepReport {
        let panics = self.0.lock().unwrap().panic == Some((trial.clone(), step));
        assert!(!panics, "scripted");
        let (outcome, hang) = {
            let mut script = self.0.lock().unwrap();
            let place = (trial.clone(), step);
            *script.performed.entry(place.clone()).or_default() += 1;
            let outcome = match script.failures.get_mut(&place) {
                Some((outcome, times @ 1..)) => {
                    *times -= 1;
                    outcome.clone()
                }
                _ => Outcome::Completed,
            };
            (outcome, script.hang.clone().filter(|(at, _)| *at == step))
        };
        if let Some((_, cancel)) = hang {
            cancel.cancel();
            std::future::pending::<()>().await;
        }
        StepReport {
            outcome,
            observations: Vec::new(),
            proofs: Vec::new(),
            act: step.number().to_string(),
            duration_ms: 1,
        }
    }

    async fn release(&self, _: &Trial) {
        self.0.lock().unwrap().released += 1;
    }
}

/// A desk without a disk: the domain decides, a list remembers.
pub(crate) struct Desk {
    plan: Vec<Trial>,
    kept: Mutex<Kept>,
}

struct Kept {
    campaign: Campaign,
    events: Vec<Event>,
    room: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("the desk is full")]
pub(crate) struct Refused;

impl Desk {
    pub(crate) fn new(plan: Vec<Trial>) -> Self {
        let testbed = Box::new(testbed());
        let start = Command::StartCampaign { testbed, pins: Pins::new(), plan: plan.clone() };
        let events = decide(None, &id(), start).unwrap();
        let campaign = events.iter().fold(None, evolve).unwrap();
        Self { plan, kept: Mutex::new(Kept { campaign, events, room: usize::MAX }) }
    }

    pub(crate) fn refuse_after(&self, count: usize) {
        self.kept.lock().unwrap().room = count;
    }

    pub(crate) fn planned(&self) -> usize {
        self.plan.len()
    }

    pub(crate) fn trials(&self) -> &[Trial] {
        &self.plan
    }

    pub(crate) fn unfinished(&self) -> Vec<(Trial, Progress)> {
        let kept = self.kept.lock().unwrap();
        let stand = |trial: &Trial| (trial.clone(), kept.campaign.trials[trial].clone());
        let all = self.plan.iter().map(stand);
        all.filter(|(_, progress)| progress.next_step().is_some()).collect()
    }

    /// The steps recorded of each trial, in order.
    pub(crate) fn recorded(&self) -> BTreeMap<Trial, Vec<Step>> {
        let mut steps: BTreeMap<Trial, Vec<Step>> = BTreeMap::new();
        for event in &self.kept.lock().unwrap().events {
            if let Event::StepFinished(it) = event {
                steps.entry(it.trial.clone()).or_default().push(it.step);
            }
        }
        steps
    }
}

fn id() -> CampaignId {
    "scripted".parse().unwrap()
}

impl Recorder for Desk {
    type Error = Refused;

    async fn record(
        &self,
        trial: &Trial,
        step: Step,
        report: StepReport,
    ) -> Result<Progress, Refused> {
        let mut kept = self.kept.lock().unwrap();
        if kept.room == 0 {
            return Err(Refused);
        }
        kept.room -= 1;
        let record = RecordStep {
            trial: trial.clone(),
            step,
            attempt: kept.campaign.trials[trial].attempt(),
            outcome: report.outcome,
            observations: report.observations,
            evidence: Vec::new(),
            act: report.act,
            duration_ms: report.duration_ms,
        };
        let command = Command::RecordStep(record);
        let events = decide(Some(&kept.campaign), &id(), command).expect("in order");
        for event in events {
            kept.campaign = evolve(Some(kept.campaign.clone()), &event).unwrap();
            kept.events.push(event);
        }
        Ok(kept.campaign.trials[trial].clone())
    }
}
