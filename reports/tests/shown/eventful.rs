//! The small campaign, to which much happens besides: what people declare and withdraw, and what
//! another system tells.

use std::collections::BTreeMap;

use domain::event::{
    BaselineSet, CampaignStarted, CheckWaived, Event, Outcome, Pins, Recorded, StepFinished,
    StepWithdrawn, TrialsTold, WaiverEnded, WaiverScope,
};
use domain::ids::Sha256Digest;
use domain::plan::Trial;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::testbed::Testbed;
use domain::told::{self, ToldTrial};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::fixture::{campaign_id, events, record, testbed};

/// The small campaign with declarations, withdrawals, steps that were tried again after a lab error,
/// and a campaign that another system told.
pub(crate) fn eventful(
    withdrawals: &[(usize, usize)],
    waivers: &[(usize, usize)],
    retries: &[Retry],
) -> Vec<Recorded> {
    let mut retries = retries.iter();
    let mut pending: BTreeMap<usize, Vec<Event>> = BTreeMap::new();
    let mut log = vec![told_start(), told_trials(), baseline()];
    let base: Vec<Event> = events().into_iter().map(|it| it.event).collect();
    for (place, event) in base.into_iter().enumerate() {
        for (_, delay) in withdrawals.iter().filter(|it| it.0 == place) {
            let withdrawal = withdrawal(&event, log.len() as u64);
            pending.entry(log.len() + delay).or_default().extend(withdrawal);
        }
        let named = waivers.iter().enumerate().filter(|(_, it)| it.0 == place);
        let waivers: Vec<Event> = named.map(|(name, it)| waived(name, it.1)).collect();
        let again = again(&event, log.len() as u64, &mut retries);
        log.push(event);
        log.extend(again.into_iter().chain(waivers));
        let due: Vec<usize> = pending.keys().copied().take_while(|it| *it < log.len()).collect();
        log.extend(due.into_iter().flat_map(|it| pending.remove(&it).unwrap()));
    }
    log.extend(pending.into_values().flatten());
    log.push(Event::WaiverEnded(WaiverEnded {
        waiver: "w-0".parse().unwrap(),
        reason: "renumbered".into(),
        by: "operator".into(),
    }));
    record(log)
}

/// What became of a step after a lab error.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Retry {
    /// Nobody tried it again.
    Never,
    /// It was completed, and then the attempt before was withdrawn.
    Completed,
    /// It could not be completed, and then the attempt before was withdrawn.
    NotCompleted,
    /// It was completed, and that was withdrawn.
    Withdrawn,
}

fn again<'a>(
    event: &Event,
    position: u64,
    retries: &mut impl Iterator<Item = &'a Retry>,
) -> Vec<Event> {
    let Event::StepFinished(step) = event else { return Vec::new() };
    let Outcome::LabError { reason } = &step.outcome else { return Vec::new() };
    let (outcome, withdrawn) = match retries.next().unwrap_or(&Retry::Never) {
        Retry::Never => return Vec::new(),
        Retry::Completed => (Outcome::Completed, position),
        Retry::NotCompleted => (Outcome::NotCompleted { reason: reason.clone() }, position),
        Retry::Withdrawn => (Outcome::Completed, position + 1),
    };
    let again = Event::StepFinished(StepFinished { outcome, ..step.clone() });
    let withdrawal = withdrawal(event, withdrawn);
    std::iter::once(again).chain(withdrawal).collect()
}

pub(crate) fn retries() -> impl Strategy<Value = Vec<Retry>> {
    let one = prop_oneof![
        Just(Retry::Never),
        Just(Retry::Completed),
        Just(Retry::NotCompleted),
        Just(Retry::Withdrawn)
    ];
    prop::collection::vec(one, 5)
}

/// What is no step cannot be withdrawn.
fn withdrawal(event: &Event, position: u64) -> Option<Event> {
    let Event::StepFinished(step) = event else { return None };
    Some(Event::StepWithdrawn(StepWithdrawn {
        campaign: step.campaign.clone(),
        trial: step.trial.clone(),
        step: step.step,
        position,
        reason: "the switch had failed".into(),
        by: "operator".into(),
    }))
}

const RULES: [&str; 5] = ["G.address", "G.cpu.model", "G.memory", "R.step.7", "G.clock"];

fn waived(name: usize, what: usize) -> Event {
    let one = |on: bool, id: &str| on.then(|| id.to_owned());
    let scope = WaiverScope {
        guest: one(what.is_multiple_of(2), "portable").map(|it| it.parse().unwrap()),
        source: one(what.is_multiple_of(3), "acme-like").map(|it| it.parse().unwrap()),
        target: None,
        route: one(what.is_multiple_of(5), "canary-ovf").map(|it| it.parse().unwrap()),
    };
    Event::CheckWaived(CheckWaived {
        waiver: format!("w-{name}").parse().unwrap(),
        rule: RULES[what % RULES.len()].to_owned(),
        scope,
        reason: "known".into(),
        owner: "operator".into(),
        expires: second(900),
    })
}

fn baseline() -> Event {
    Event::BaselineSet(BaselineSet {
        name: "spring".parse().unwrap(),
        campaign: campaign_id(),
        versions: Pins::new(),
        revision: 1,
        follows: None,
        reason: String::new(),
        by: "operator".into(),
    })
}

fn told_testbed() -> Testbed {
    let mut testbed = testbed();
    testbed.platforms.iter_mut().for_each(|it| it.driver = told::DRIVER.to_owned());
    testbed
}

fn told_start() -> Event {
    Event::CampaignStarted(CampaignStarted {
        campaign: "c-told".parse().unwrap(),
        testbed: told_testbed(),
        pins: [("platform:kvm".to_owned(), "CentOS 6.3".to_owned())].into(),
    })
}

fn told_trials() -> Event {
    let trial = |number: u32, standing, step| ToldTrial {
        trial: Trial {
            guest: "portable".parse().unwrap(),
            source: "acme-like".parse().unwrap(),
            target: "kvm".parse().unwrap(),
            route: ["canary-direct", "canary-other"][number as usize % 2].parse().unwrap(),
            repetition: number / 2 + 1,
        },
        standing,
        step,
        reason: "as the file says".into(),
        duration_ms: 0,
        at: second(i64::from(number) * 100 - 50),
    };
    Event::TrialsTold(TrialsTold {
        campaign: "c-told".parse().unwrap(),
        origin: "csv".into(),
        file: "2013.csv".into(),
        file_sha256: Sha256Digest::of(b"2013"),
        trials: vec![
            trial(0, Standing::Scored(Score::Failure), Some(Step::Import)),
            trial(1, Standing::Scored(Score::Failure), Some(Step::Restart)),
            trial(2, Standing::Scored(Score::Warning), None),
            trial(3, Standing::LabError, Some(Step::Export)),
        ],
    })
}

/// So many seconds after the log begins.
pub(crate) fn second(number: i64) -> Timestamp {
    let start: Timestamp = "2026-11-23T08:30:00Z".parse().unwrap();
    start + SignedDuration::from_secs(number)
}
