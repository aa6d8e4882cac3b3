//! Leases, checked against a second, plain account of who has what; and the terms they are given on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::campaign::{Campaign, evolve};
use domain::command::Command;
use domain::decide::{Refusal, decide};
use domain::event::{Ending, Event, Outcome, Pins};
use domain::ids::{AccountId, CampaignId, LeaseId};
use domain::lease::{Bounds, Leases, NotAdmitted, NotLeased, NotOffered, Offer, Taken, Wanted};
use domain::plan::Trial;
use domain::step::Step;
use domain::wire::{Submission, SubmissionVersion, TrialState};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::*;

const LENGTH: i64 = 60;

fn bounds() -> Bounds {
    let length = SignedDuration::from_secs(LENGTH);
    Bounds { offers: 2, leases: 4, trials: 5, length }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn lab(name: usize) -> AccountId {
    format!("lab-{name}").parse().unwrap()
}

fn lease(name: usize) -> LeaseId {
    format!("lease-{name}").parse().unwrap()
}

fn wanted(name: usize, most: usize) -> Wanted {
    let platforms = BTreeSet::from(["a".parse().unwrap(), "b".parse().unwrap()]);
    Wanted { holder: lab(name), platforms, pins: Pins::new(), most }
}

/// Both directions, three repetitions: six trials in six groups.
fn plan() -> Vec<Trial> {
    let repeat = |it: &Trial, repetition| Trial { repetition, ..it.clone() };
    (1..=3).flat_map(|n| trials().into_iter().map(move |it| repeat(&it, n))).collect()
}

fn started() -> Campaign {
    let Command::StartCampaign { testbed, pins, .. } = start() else { unreachable!() };
    let start = Command::StartCampaign { testbed, pins, plan: plan() };
    let events = decide(None, &campaign_id(), start).unwrap();
    events.iter().fold(None, evolve).unwrap()
}

fn offer() -> Offer {
    Offer { campaign: campaign_id(), trials: plan(), attempts: 0, stopping: false }
}

fn offering() -> Leases {
    let mut leases = Leases::new(bounds());
    leases.put(offer()).unwrap();
    leases
}

fn submission(lease: Option<&LeaseId>, commands: Vec<Command>) -> Submission {
    let (schema, campaign) = (SubmissionVersion::V1, campaign_id());
    let lease = lease.map(|it| it.as_str().to_owned());
    Submission { schema, campaign, expected_version: None, lease, commands }
}

fn take(leases: &mut Leases, name: usize, campaign: &Campaign, now: i64) -> Option<Taken> {
    let state = |_: &CampaignId| Some(Arc::new(campaign.clone()));
    leases.take(lease(name), &wanted(name, 2), state, at(now)).unwrap()
}

fn first_step(trial: &Trial) -> Command {
    record(trial, Step::SanityCheck, 0, Outcome::Completed)
}

#[test]
fn what_shares_a_source_goes_together_and_no_more_than_is_wanted() {
    let campaign = started();
    let mut leases = offering();
    let taken = take(&mut leases, 1, &campaign, 0).unwrap();
    let trials: Vec<Trial> = taken.trials.into_iter().map(|(it, _)| it).collect();
    assert_eq!(trials, plan()[..2]);
    let state = |_: &CampaignId| Some(Arc::new(campaign.clone()));
    let many = leases.take(lease(2), &wanted(2, 100), state, at(0)).unwrap().unwrap();
    assert_eq!(many.trials.len(), 4, "what is left, within the bound of five");
    assert!(take(&mut leases, 3, &campaign, 0).is_none());
}

#[test]
fn a_lab_gets_what_it_reaches() {
    let mut leases = offering();
    let campaign = started();
    let state = |_: &CampaignId| Some(Arc::new(campaign.clone()));
    let mut one = wanted(1, 9);
    one.platforms.pop_first();
    assert_eq!(leases.take(lease(1), &one, state, at(0)), Ok(None));
}

#[test]
fn an_expired_lease_is_anothers_and_its_holder_is_refused() {
    let campaign = started();
    let mut leases = offering();
    let trial = take(&mut leases, 1, &campaign, 0).unwrap().trials[0].0.clone();
    let batch = submission(Some(&lease(1)), vec![first_step(&trial)]);
    assert_eq!(leases.admit(&batch, &lab(1), at(LENGTH - 1)), Ok(()));
    // The batch was a sign of life.
    assert!(leases.heartbeat(&lease(1), &lab(1), at(LENGTH + 30)).is_ok());
    let late = at(2 * LENGTH + 30);
    assert_eq!(leases.admit(&batch, &lab(1), late), Err(NotAdmitted::Lost));
    let again = take(&mut leases, 2, &campaign, 2 * LENGTH + 30).unwrap();
    assert_eq!(again.trials[0].0, trial);
    assert_eq!(leases.admit(&batch, &lab(1), late), Err(NotAdmitted::Lost));
    assert_eq!(leases.heartbeat(&lease(1), &lab(1), late).unwrap_err(), NotAdmitted::Lost);
    let stolen = submission(Some(&lease(2)), vec![first_step(&trial)]);
    assert_eq!(leases.admit(&stolen, &lab(1), late), Err(NotAdmitted::Lost), "another's lease");
    assert_eq!(leases.give_back(&lease(2), &lab(1)), Err(NotAdmitted::Lost));
    assert_eq!(leases.give_back(&lease(1), &lab(1)), Ok(()), "gone already");
}

#[test]
fn an_offered_campaign_takes_steps_of_the_lease_and_nothing_else() {
    let campaign = started();
    let mut leases = offering();
    let taken = take(&mut leases, 1, &campaign, 0).unwrap();
    let mine = first_step(&taken.trials[0].0);
    let other = plan().pop().unwrap();
    let mut admit = |lease: Option<&LeaseId>, command: Command| {
        leases.admit(&submission(lease, vec![mine.clone(), command]), &lab(1), at(1))
    };
    assert_eq!(admit(None, mine.clone()), Err(NotAdmitted::NoLease(campaign_id())));
    let held = lease(1);
    assert_eq!(admit(Some(&held), first_step(&other)), Err(NotAdmitted::Trial(other)));
    let resume = Command::ResumeCampaign { pins: Pins::new(), attempt: 1 };
    assert_eq!(admit(Some(&held), resume), Err(NotAdmitted::NotAStep));
    assert_eq!(admit(Some(&lease(7)), mine.clone()), Err(NotAdmitted::Lost));
    let mut elsewhere = submission(Some(&held), vec![mine.clone()]);
    elsewhere.campaign = "other".parse().unwrap();
    assert_eq!(leases.admit(&elsewhere, &lab(1), at(1)), Err(NotAdmitted::Lost));
    elsewhere.lease = None;
    assert_eq!(leases.admit(&elsewhere, &lab(1), at(1)), Ok(()), "not offered: no lease needed");
    elsewhere.lease = Some("No Lease".to_owned());
    assert_eq!(leases.admit(&elsewhere, &lab(1), at(1)), Err(NotAdmitted::Lost));
}

#[test]
fn another_version_is_refused_unless_something_else_is_to_be_done() {
    let campaign = started();
    let mut leases = offering();
    let mut other = wanted(1, 9);
    other.pins.insert("platform:a".to_owned(), "2".to_owned());
    let state = |_: &CampaignId| Some(Arc::new(campaign.clone()));
    let refused = leases.take(lease(1), &other, state, at(0));
    let Err(NotLeased::OtherVersions { subject, pinned, found, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((&*subject, &*pinned, &*found), ("platform:a", "1", "2"));
    leases.put(Offer { campaign: "fresh".parse().unwrap(), ..offer() }).unwrap();
    let unpinned = Campaign { pins: Pins::new(), ..campaign.clone() };
    let state = |id: &CampaignId| {
        Some(Arc::new(if id.as_str() == "fresh" { unpinned.clone() } else { campaign.clone() }))
    };
    let taken = leases.take(lease(1), &other, state, at(0)).unwrap().unwrap();
    assert_eq!(taken.campaign.as_str(), "fresh");
}

#[test]
fn everything_is_bounded() {
    let campaign = started();
    let mut leases = offering();
    leases.put(Offer { campaign: "second".parse().unwrap(), ..offer() }).unwrap();
    let third = leases.put(Offer { campaign: "third".parse().unwrap(), ..offer() });
    assert_eq!(third, Err(NotOffered::TooMany(2)));
    leases.put(offer()).unwrap();
    for name in 0..4 {
        take(&mut leases, name, &campaign, 0).unwrap();
    }
    let state = |_: &CampaignId| Some(Arc::new(campaign.clone()));
    let refused = leases.take(lease(9), &wanted(9, 1), state, at(0));
    assert_eq!(refused, Err(NotLeased::TooMany(4)));
    leases.give_back(&lease(0), &lab(0)).unwrap();
    let there = leases.take(lease(1), &wanted(9, 1), state, at(0));
    assert_eq!(there, Err(NotLeased::There));
    assert!(leases.take(lease(9), &wanted(9, 1), state, at(0)).unwrap().is_some());
}

#[test]
fn a_stopped_campaign_ends_when_the_last_lab_has_let_go() {
    let campaign = started();
    let mut leases = offering();
    assert_eq!(leases.ending(&campaign_id(), &campaign, at(0)), None);
    take(&mut leases, 1, &campaign, 0).unwrap();
    assert!(leases.stop(&campaign_id()));
    assert!(take(&mut leases, 2, &campaign, 0).is_none());
    assert_eq!(leases.ending(&campaign_id(), &campaign, at(LENGTH - 1)), None);
    let over = Some(Ending::Cancelled);
    assert_eq!(leases.ending(&campaign_id(), &campaign, at(LENGTH)), over);
    leases.give_back(&lease(1), &lab(1)).unwrap();
    assert_eq!(leases.ending(&campaign_id(), &campaign, at(1)), over);
    leases.end(&campaign_id());
    assert_eq!(leases.ending(&campaign_id(), &campaign, at(1)), None);
    assert!(!leases.stop(&campaign_id()));
}

#[test]
fn a_lab_error_is_tried_again_only_when_a_person_resumes() {
    let (trial, mut leases) = (plan().remove(0), offering());
    let mut campaign = started();
    for it in plan() {
        let outcome = if it == trial { lab_error() } else { not_completed() };
        let command = record(&it, Step::SanityCheck, 0, outcome);
        let events = decide(Some(&campaign), &campaign_id(), command).unwrap();
        campaign = events.iter().fold(Some(campaign), evolve).unwrap();
    }
    assert!(take(&mut leases, 1, &campaign, 0).is_none());
    let over = leases.ending(&campaign_id(), &campaign, at(0));
    assert_eq!(over, Some(Ending::LabError));
    leases.put(Offer { attempts: 1, ..offer() }).unwrap();
    let taken = take(&mut leases, 1, &campaign, 0).unwrap();
    let (found, progress) = &taken.trials[0];
    assert_eq!((found, progress.attempt()), (&trial, 1));
    assert_eq!(leases.ending(&campaign_id(), &campaign, at(0)), None);
}

#[test]
fn versions_are_pinned_once_and_nothing_is_unpinned() {
    let given = history([start()]);
    let pins = |list: &[(&str, &str)]| -> Pins {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    let pin = |list| Command::PinVersions { pins: pins(list), attempt: 0 };
    let events = when(&given, pin(&[("platform:a", "1"), ("platform:b", "9"), ("x", "")])).unwrap();
    let [Event::VersionChanged(only)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((&*only.subject, &*only.from, &*only.to), ("platform:b", "", "9"));
    let refused = when(&given, pin(&[("platform:a", "2"), ("platform:b", "9")]));
    assert!(matches!(refused, Err(Refusal::OtherVersion { .. })));
    assert_ne!(pin(&[("a", "1")]).id(&campaign_id()), pin(&[("a", "2")]).id(&campaign_id()));
}

#[test]
fn how_far_a_trial_has_come_survives_the_wire() {
    let mut progress = domain::campaign::Progress::default();
    for (completed, stopped, attempt) in [(0, false, 0), (3, false, 2), (4, true, 0), (7, false, 0)]
    {
        progress = domain::campaign::Progress::told(completed, stopped, attempt);
        let told = TrialState::of(plan()[0].clone(), &progress);
        let json = serde_json::to_string(&told).unwrap();
        let read: TrialState = serde_json::from_str(&json).unwrap();
        assert_eq!(read.progress(), progress);
    }
    assert_eq!(progress.next_step(), None);
    let wild = domain::campaign::Progress::told(255, false, 0);
    assert_eq!(wild.next_step(), None);
}

/// Something that happens to the leases of one campaign.
#[derive(Debug, Clone)]
enum Act {
    Take {
        lab: usize,
        most: usize,
    },
    Wait(i64),
    Beat(usize),
    GiveBack(usize),
    /// The holder of a lease sends the next step of one of its trials, as far as it knows.
    Send {
        lease: usize,
        trial: usize,
        outcome: u8,
    },
    /// The service forgets every lease.
    Restart,
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..3_usize, 1..4_usize).prop_map(|(lab, most)| Act::Take { lab, most }),
        2 => (1..90_i64).prop_map(Act::Wait),
        1 => any::<prop::sample::Index>().prop_map(|it| Act::Beat(it.index(30))),
        1 => any::<prop::sample::Index>().prop_map(|it| Act::GiveBack(it.index(30))),
        8 => (0..30_usize, 0..3_usize, 0..8_u8)
            .prop_map(|(lease, trial, outcome)| Act::Send { lease, trial, outcome }),
        1 => Just(Act::Restart),
    ]
}

/// The plain account: every lease there ever was.
#[derive(Debug, Clone)]
struct Known {
    lab: usize,
    /// What its holder believes of each trial.
    trials: Vec<(Trial, u8, u32)>,
    until: i64,
    gone: bool,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_trial_has_two_holders_and_no_step_two_results(acts in vec(any_act(), 1..120)) {
        let (mut leases, mut campaign, mut now) = (offering(), started(), 0);
        let mut known: Vec<Known> = Vec::new();
        let mut results: BTreeMap<(Trial, u8, u32), u8> = BTreeMap::new();
        for act in acts {
            match act {
                Act::Take { lab, most } => {
                    let busy: BTreeSet<&Trial> = known.iter()
                        .filter(|it| !it.gone && now < it.until)
                        .flat_map(|it| it.trials.iter().map(|it| &it.0)).collect();
                    let is_free = |it: &&Trial| {
                        let progress = &campaign.trials[*it];
                        !busy.contains(*it) && progress.next_step().is_some()
                            && progress.attempt() == 0
                    };
                    let free: Vec<Trial> = plan().iter().filter(is_free).cloned().collect();
                    let in_force = known.iter().filter(|it| !it.gone && now < it.until).count();
                    let state = |_: &CampaignId| Some(Arc::new(campaign.clone()));
                    let id = lease(known.len());
                    let taken = leases.take(id, &wanted(lab, most), state, at(now));
                    if in_force >= bounds().leases {
                        prop_assert_eq!(taken, Err(NotLeased::TooMany(4)));
                        continue;
                    }
                    // Every group here is of one trial, but for what shares a source: none does.
                    let expected: Vec<Trial> = free.into_iter().take(most).collect();
                    let taken = taken.unwrap().map(|it| it.trials).unwrap_or_default();
                    let names: Vec<Trial> = taken.iter().map(|it| it.0.clone()).collect();
                    prop_assert_eq!(&names, &expected);
                    for (trial, progress) in &taken {
                        prop_assert_eq!(progress, &campaign.trials[trial]);
                    }
                    let trials = taken.into_iter()
                        .map(|(it, progress)| (it, progress.completed(), progress.attempt()));
                    let trials: Vec<_> = trials.collect();
                    let gone = trials.is_empty();
                    known.push(Known { lab, trials, until: now + LENGTH, gone });
                }
                Act::Wait(seconds) => now += seconds,
                Act::Beat(index) => {
                    let Some(it) = known.get_mut(index) else { continue };
                    let beat = leases.heartbeat(&lease(index), &lab(it.lab), at(now));
                    prop_assert_eq!(beat.is_ok(), !it.gone && now < it.until);
                    if beat.is_ok() {
                        it.until = now + LENGTH;
                    }
                }
                Act::GiveBack(index) => {
                    let Some(it) = known.get_mut(index) else { continue };
                    prop_assert_eq!(leases.give_back(&lease(index), &lab(it.lab)), Ok(()));
                    it.gone = true;
                }
                Act::Restart => {
                    leases = offering();
                    known.iter_mut().for_each(|it| it.gone = true);
                }
                Act::Send { lease: index, trial, outcome } => {
                    let Some(it) = known.get_mut(index) else { continue };
                    let Some((trial, completed, attempt)) = it.trials.get_mut(trial) else {
                        continue
                    };
                    let Some(step) = Step::from_number(*completed + 1) else { continue };
                    let (trial, number) = (trial.clone(), *attempt);
                    let how = match outcome {
                        0 => not_completed(),
                        1 => lab_error(),
                        _ => Outcome::Completed,
                    };
                    let command = record(&trial, step, number, how);
                    let batch = submission(Some(&lease(index)), vec![command.clone()]);
                    let admitted = leases.admit(&batch, &lab(it.lab), at(now));
                    let in_force = !it.gone && now < it.until;
                    if !in_force {
                        prop_assert_eq!(admitted, Err(NotAdmitted::Lost));
                        continue;
                    }
                    prop_assert_eq!(admitted, Ok(()));
                    it.until = now + LENGTH;
                    let decided = decide(Some(&campaign), &campaign_id(), command);
                    let is_over = campaign.trials[&trial].next_step() != Some(step);
                    prop_assert_eq!(decided.is_err(), is_over, "a holder knows where it stands");
                    let Ok(events) = decided else { continue };
                    let before = results.insert((trial, step.number(), number), outcome);
                    prop_assert!(before.is_none(), "a second result");
                    match outcome {
                        0 => *completed = 7,
                        1 => *attempt += 1,
                        _ => *completed += 1,
                    }
                    let after = events.iter().fold(Some(campaign.clone()), evolve).unwrap();
                    for (trial, progress) in &campaign.trials {
                        let later = &after.trials[trial];
                        prop_assert!(later.completed() >= progress.completed(), "progress is lost");
                    }
                    campaign = after;
                }
            }
            // Nobody shares a trial with another.
            let id = campaign_id();
            let held: Vec<&Trial> = leases.leased(&id, at(now)).collect();
            let once: BTreeSet<&Trial> = held.iter().copied().collect();
            prop_assert_eq!(held.len(), once.len());
        }
    }
}
