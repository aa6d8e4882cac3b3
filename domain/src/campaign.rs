//! The state of a campaign and of its trials, as far as deciding needs it.

use std::collections::BTreeMap;

use crate::event::{Ending, Event, Outcome, Pins, StepFinished};
use crate::plan::Trial;
use crate::step::Step;

/// How far a trial has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    completed: u8,
    stopped: bool,
    attempt: u32,
}

impl Progress {
    /// A trial that has come as far as somebody who knows the log says.
    #[must_use]
    pub fn told(completed: u8, stopped: bool, attempt: u32) -> Self {
        Self { completed: completed.min(Step::ALL.len() as u8), stopped, attempt }
    }

    /// The step to walk next; none when the trial is over.
    ///
    /// A step that was not completed ends the trial. A lab error leaves the step to be tried again.
    #[must_use]
    pub fn next_step(&self) -> Option<Step> {
        if self.stopped { None } else { Step::from_number(self.completed + 1) }
    }

    /// Which attempt at the next step it would be, 0 for the first.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// How many steps were completed.
    #[must_use]
    pub fn completed(&self) -> u8 {
        self.completed
    }

    fn evolve(&mut self, event: &StepFinished) {
        match event.outcome {
            Outcome::Completed => {
                self.completed = event.step.number();
                self.attempt = 0;
            }
            Outcome::NotCompleted { .. } => self.stopped = true,
            Outcome::LabError { .. } => self.attempt += 1,
        }
    }
}

/// Where a campaign stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its trials and how far each has come.
    pub trials: BTreeMap<Trial, Progress>,
    /// The versions in force.
    pub pins: Pins,
    /// How often it was resumed.
    pub resumed: u32,
    /// How it ended, if it did.
    pub ended: Option<Ending>,
}

impl Campaign {
    /// The same campaign with these trials alone: all that deciding about them needs. Trials that
    /// it does not have stay out.
    #[must_use]
    pub fn only<'a>(&self, trials: impl Iterator<Item = &'a Trial>) -> Self {
        let found = trials.filter_map(|it| self.trials.get_key_value(it));
        let trials = found.map(|(trial, progress)| (trial.clone(), progress.clone())).collect();
        Self { trials, pins: self.pins.clone(), resumed: self.resumed, ended: self.ended }
    }
}

/// Applies one event to the state before it; the state before the first event is `None`.
///
/// It cannot fail: the past is not argued with. An event without its campaign's start is ignored.
#[must_use]
pub fn evolve(state: Option<Campaign>, event: &Event) -> Option<Campaign> {
    if let Event::CampaignStarted(started) = event {
        return Some(Campaign {
            trials: BTreeMap::new(),
            pins: started.pins.clone(),
            resumed: 0,
            ended: None,
        });
    }
    let mut campaign = state?;
    match event {
        Event::CampaignStarted(_)
        | Event::ScoresShown(_)
        | Event::KeyChanged(_)
        | Event::BaselineSet(_)
        | Event::UpgradeDeclared(_)
        | Event::CheckWaived(_)
        | Event::WaiverEnded(_)
        | Event::StepWithdrawn(_)
        | Event::TrialsTold(_)
        | Event::Access(_)
        | Event::Letter(_) => {}
        Event::TrialsPlanned(planned) => {
            let fresh = planned.trials.iter().map(|it| (it.clone(), Progress::default()));
            campaign.trials.extend(fresh);
        }
        Event::CampaignResumed(_) => {
            campaign.resumed += 1;
            campaign.ended = None;
        }
        Event::VersionChanged(changed) => {
            campaign.pins.insert(changed.subject.clone(), changed.to.clone());
        }
        Event::StepFinished(finished) => {
            if let Some(progress) = campaign.trials.get_mut(&finished.trial) {
                progress.evolve(finished);
            }
        }
        Event::CampaignFinished(finished) => campaign.ended = Some(finished.ending),
    }
    Some(campaign)
}
