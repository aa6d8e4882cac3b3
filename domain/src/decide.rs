//! `decide`: from the state of a campaign and a command to the events it causes, or a refusal.

use std::collections::BTreeSet;

use crate::campaign::Campaign;
use crate::command::{Command, RecordStep, TakeOver};
use crate::declare::{NotDeclared, words};
use crate::event::{
    CampaignFinished, CampaignResumed, CampaignStarted, CellShown, Cost, Ending, Event, Pins,
    ScoresShown, StepFinished, StepWithdrawn, TrialsPlanned, TrialsTold, VersionChanged,
};
use crate::ids::{CampaignId, Sha256Digest};
use crate::observation::{Observation, bounded_text};
use crate::plan::Trial;
use crate::step::Step;
use crate::testbed::Testbed;
use crate::told::{self, ToldTrial};
use crate::trials::{self, TrialsProblem};

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The campaign is there already.
    #[error("campaign `{0}` has started already")]
    AlreadyStarted(CampaignId),
    /// There is no such campaign.
    #[error("there is no campaign `{0}`")]
    NotStarted(CampaignId),
    /// It has ended.
    #[error("campaign `{0}` has ended")]
    AlreadyEnded(CampaignId),
    /// The trial is not in the plan.
    #[error("the plan has no trial {0}")]
    NotPlanned(Trial),
    /// A step out of its turn.
    #[error("{found} of trial {trial} is out of order: {}",
        .expected.map_or("the trial is over".to_owned(), |step| format!("{step} comes next")))]
    OutOfOrder {
        /// Which trial.
        trial: Trial,
        /// The step recorded.
        found: Step,
        /// The step that would be in order.
        expected: Option<Step>,
    },
    /// Another version was pinned.
    #[error("{subject} is pinned to {pinned:?} in this campaign, and not to {found:?}")]
    OtherVersion {
        /// Whose version.
        subject: String,
        /// The version pinned.
        pinned: String,
        /// The version found.
        found: String,
    },
    /// What is said about it is missing or not fit to be kept.
    #[error(transparent)]
    Words(#[from] NotDeclared),
    /// Results that another system told do not fit the testbed they come with.
    #[error("{file} cannot be taken over: {problem}")]
    NotTold {
        /// The name of the file.
        file: String,
        /// What is wrong with it.
        problem: Box<TrialsProblem>,
    },
}

/// Judges a command against the state of its campaign. Pure: the same question, the same answer.
///
/// # Errors
/// A [`Refusal`] that says what is out of order.
pub fn decide(
    state: Option<&Campaign>,
    id: &CampaignId,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    if let Command::StartCampaign { testbed, pins, plan } = command {
        return match state {
            Some(_) => Err(Refusal::AlreadyStarted(id.clone())),
            None => Ok(start(id, *testbed, pins, &plan)),
        };
    }
    if let Command::TakeOver(told) = command {
        return match state {
            Some(_) => Err(Refusal::AlreadyStarted(id.clone())),
            None => take_over(id, *told),
        };
    }
    let campaign = state.ok_or_else(|| Refusal::NotStarted(id.clone()))?;
    match command {
        Command::StartCampaign { .. } | Command::TakeOver(_) => {
            Err(Refusal::AlreadyStarted(id.clone()))
        }
        Command::ResumeCampaign { pins, .. } => resume(campaign, id, &pins),
        Command::PinVersions { pins, .. } => pin(campaign, id, &pins),
        Command::RecordStep(record) => record_step(campaign, id, record).map(|event| vec![event]),
        Command::FinishCampaign { ending, cost, .. } if campaign.ended.is_none() => {
            let campaign = id.clone();
            Ok(vec![Event::CampaignFinished(CampaignFinished { campaign, ending, cost })])
        }
        Command::FinishCampaign { .. } => Err(Refusal::AlreadyEnded(id.clone())),
        Command::ShowScores { policy, policy_sha256, cells, .. } => {
            Ok(show(id, &policy, policy_sha256, &cells))
        }
        Command::WithdrawStep { trial, step, position, reason, by } => {
            let reason = words("the reason", &reason)?;
            let by = words("who withdraws it", &by)?;
            let campaign = id.clone();
            let withdrawn = StepWithdrawn { campaign, trial, step, position, reason, by };
            Ok(vec![Event::StepWithdrawn(withdrawn)])
        }
    }
}

/// Most trials named by one event, so that no event outgrows the log's frame.
const TRIALS_IN_ONE_EVENT: usize = 100;

fn start(id: &CampaignId, testbed: Testbed, pins: Pins, plan: &[Trial]) -> Vec<Event> {
    let campaign = id.clone();
    let mut events = vec![Event::CampaignStarted(CampaignStarted { campaign, testbed, pins })];
    events.extend(plan.chunks(TRIALS_IN_ONE_EVENT).map(|trials| {
        Event::TrialsPlanned(TrialsPlanned { campaign: id.clone(), trials: trials.to_vec() })
    }));
    events
}

/// A campaign that ran elsewhere: it starts, is told and ends at once.
fn take_over(id: &CampaignId, told: TakeOver) -> Result<Vec<Event>, Refusal> {
    let TakeOver { mut testbed, pins, origin, file, file_sha256, trials } = told;
    // Whatever the file says: nobody here has reached them.
    testbed.platforms.iter_mut().for_each(|it| told::DRIVER.clone_into(&mut it.driver));
    let origin = words("the form of the file", &origin)?;
    let file = words("the name of the file", &file)?;
    trials::check(&testbed, trials.iter().map(|it| &it.trial))
        .map_err(|problem| Refusal::NotTold { file: file.clone(), problem: Box::new(problem) })?;
    let campaign = || id.clone();
    let start = CampaignStarted { campaign: campaign(), testbed, pins };
    let told = |trials: Vec<ToldTrial>| {
        let (campaign, origin, file) = (campaign(), origin.clone(), file.clone());
        Event::TrialsTold(TrialsTold { campaign, origin, file, file_sha256, trials })
    };
    let (ending, cost) = (Ending::Completed, Cost::default());
    let end = CampaignFinished { campaign: campaign(), ending, cost };
    let mut events = vec![Event::CampaignStarted(start)];
    events.extend(in_events(trials).into_iter().map(told));
    events.push(Event::CampaignFinished(end));
    Ok(events)
}

/// Most bytes of results in one event, as JSON, for the same reason.
const BYTES_IN_ONE_EVENT: usize = 40 << 10;

/// Results with reasons of bounded length, in as many parts as need an event.
fn in_events(trials: Vec<ToldTrial>) -> Vec<Vec<ToldTrial>> {
    let (mut parts, mut bytes) = (Vec::<Vec<ToldTrial>>::new(), 0);
    for it in trials {
        let it = ToldTrial { reason: bounded_text(&it.reason), ..it };
        let size = serde_json::to_vec(&it).map_or(0, |it| it.len());
        match parts.last_mut() {
            Some(part) if part.len() < TRIALS_IN_ONE_EVENT && bytes + size < BYTES_IN_ONE_EVENT => {
                bytes += size;
                part.push(it);
            }
            Some(_) | None => {
                bytes = size;
                parts.push(vec![it]);
            }
        }
    }
    parts
}

/// Most cells named by one event, for the same reason.
const CELLS_IN_ONE_EVENT: usize = 100;

fn show(
    id: &CampaignId,
    policy: &str,
    policy_sha256: Sha256Digest,
    cells: &[CellShown],
) -> Vec<Event> {
    let shown = |cells: &[CellShown]| {
        Event::ScoresShown(ScoresShown {
            campaign: id.clone(),
            policy: policy.to_owned(),
            policy_sha256,
            cells: cells.to_vec(),
        })
    };
    cells.chunks(CELLS_IN_ONE_EVENT).map(shown).collect()
}

fn resume(campaign: &Campaign, id: &CampaignId, found: &Pins) -> Result<Vec<Event>, Refusal> {
    if campaign.ended == Some(Ending::Completed) {
        return Err(Refusal::AlreadyEnded(id.clone()));
    }
    let mut events = vec![Event::CampaignResumed(CampaignResumed { campaign: id.clone() })];
    let subjects: BTreeSet<&String> = campaign.pins.keys().chain(found.keys()).collect();
    for subject in subjects {
        let version = |pins: &Pins| pins.get(subject).cloned().unwrap_or_default();
        let (from, to) = (version(&campaign.pins), version(found));
        if from != to {
            let (campaign, subject) = (id.clone(), subject.clone());
            events.push(Event::VersionChanged(VersionChanged { campaign, subject, from, to }));
        }
    }
    Ok(events)
}

fn pin(campaign: &Campaign, id: &CampaignId, found: &Pins) -> Result<Vec<Event>, Refusal> {
    if campaign.ended.is_some() {
        return Err(Refusal::AlreadyEnded(id.clone()));
    }
    let mut events = Vec::new();
    for (subject, to) in found.iter().filter(|(_, it)| !it.is_empty()) {
        let (campaign_id, subject) = (id.clone(), subject.clone());
        match campaign.pins.get(&subject).filter(|it| !it.is_empty()) {
            Some(pinned) if pinned == to => {}
            Some(pinned) => {
                let (pinned, found) = (pinned.clone(), to.clone());
                return Err(Refusal::OtherVersion { subject, pinned, found });
            }
            None => events.push(Event::VersionChanged(VersionChanged {
                campaign: campaign_id,
                subject,
                from: String::new(),
                to: to.clone(),
            })),
        }
    }
    Ok(events)
}

fn record_step(campaign: &Campaign, id: &CampaignId, record: RecordStep) -> Result<Event, Refusal> {
    let RecordStep { trial, step, outcome, observations, evidence, act, duration_ms, .. } = record;
    if campaign.ended.is_some() {
        return Err(Refusal::AlreadyEnded(id.clone()));
    }
    let Some(progress) = campaign.trials.get(&trial) else {
        return Err(Refusal::NotPlanned(trial));
    };
    if progress.next_step() != Some(step) {
        return Err(Refusal::OutOfOrder { trial, found: step, expected: progress.next_step() });
    }
    let pins = pins_of(campaign, &trial);
    let campaign = id.clone();
    let outcome = outcome.bounded();
    let bounded = |it: Observation| Observation { value: it.value.bounded(), ..it };
    let observations = observations.into_iter().map(bounded).collect();
    Ok(Event::StepFinished(StepFinished {
        campaign,
        trial,
        step,
        outcome,
        observations,
        evidence,
        pins,
        act,
        duration_ms,
    }))
}

/// The versions that matter to one trial: its platforms, its guest, every tool and the host.
fn pins_of(campaign: &Campaign, trial: &Trial) -> Pins {
    let others = |subject: &str| match subject.split_once(':') {
        Some(("platform", id)) => id != trial.source.as_str() && id != trial.target.as_str(),
        Some(("guest", id)) => id.split('@').next() != Some(trial.guest.as_str()),
        _ => false,
    };
    let pins = campaign.pins.iter().filter(|(subject, _)| !others(subject));
    pins.map(|(subject, version)| (subject.clone(), version.clone())).collect()
}
