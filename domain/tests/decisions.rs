//! decide and evolve: given, when, then; and any order and repetition of commands.

use std::collections::BTreeMap;

use domain::command::Command;
use domain::decide::Refusal;
use domain::event::{Cost, Ending, Event, KeyChanged, Outcome, Pins};
use domain::step::Step;
use proptest::prelude::*;

use crate::support::*;

fn finish(ending: Ending) -> Command {
    Command::FinishCampaign { ending, cost: Cost::default(), attempt: 0 }
}

#[test]
fn a_campaign_starts_once_with_its_whole_plan() {
    let events = when(&[], start()).unwrap();
    assert_eq!(state(&events).unwrap().trials.len(), trials().len());
    assert!(matches!(when(&events, start()), Err(Refusal::AlreadyStarted(_))));
}

#[test]
fn a_large_plan_comes_in_several_events() {
    let Command::StartCampaign { testbed, pins, .. } = start() else { unreachable!() };
    let mut many = trials()[0].clone();
    let plan = (1..=450).map(|it| {
        many.repetition = it;
        many.clone()
    });
    let start = Command::StartCampaign { testbed, pins, plan: plan.collect() };
    let events = when(&[], start).unwrap();
    assert_eq!(events.len(), 6);
    assert_eq!(state(&events).unwrap().trials.len(), 450);
}

#[test]
fn nothing_is_recorded_before_the_start() {
    let early = record(&trials()[0], Step::SanityCheck, 0, Outcome::Completed);
    assert!(matches!(when(&[], early), Err(Refusal::NotStarted(_))));
}

#[test]
fn a_step_out_of_its_turn_is_refused_and_told_what_comes_next() {
    let given = history([start()]);
    let early = record(&trials()[0], Step::Import, 0, Outcome::Completed);
    let refusal = when(&given, early).unwrap_err().to_string();
    assert!(refusal.ends_with("step 1 (sanity check at the source) comes next"), "{refusal}");
}

#[test]
fn a_trial_outside_the_plan_is_refused() {
    let mut stranger = trials()[0].clone();
    stranger.repetition = 9;
    let command = record(&stranger, Step::SanityCheck, 0, Outcome::Completed);
    assert!(matches!(when(&history([start()]), command), Err(Refusal::NotPlanned(_))));
}

#[test]
fn a_step_not_completed_ends_the_trial_and_a_lab_error_does_not() {
    let trial = &trials()[0];
    let ended = history([start(), record(trial, Step::SanityCheck, 0, not_completed())]);
    assert_eq!(state(&ended).unwrap().trials[trial].next_step(), None);
    let broken = history([start(), record(trial, Step::SanityCheck, 0, lab_error())]);
    let progress = state(&broken).unwrap().trials[trial].clone();
    assert_eq!((progress.next_step(), progress.attempt()), (Some(Step::SanityCheck), 1));
}

#[test]
fn a_resumed_campaign_notes_every_version_that_changed() {
    let given = history([start(), finish(Ending::Cancelled)]);
    let pins = Pins::from([("platform:a".to_owned(), "2".to_owned())]);
    let events = when(&given, Command::ResumeCampaign { pins: pins.clone(), attempt: 1 }).unwrap();
    let Event::VersionChanged(change) = &events[1] else { panic!("{events:?}") };
    assert_eq!((&*change.from, &*change.to), ("1", "2"));
    let given = [given, events].concat();
    assert_eq!(state(&given).unwrap().pins, pins);
    assert_eq!(state(&given).unwrap().ended, None);
}

#[test]
fn a_completed_campaign_is_not_resumed() {
    let given = history([start(), finish(Ending::Completed)]);
    let resume = Command::ResumeCampaign { pins: Pins::new(), attempt: 1 };
    assert!(matches!(when(&given, resume), Err(Refusal::AlreadyEnded(_))));
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![4 => Just(Outcome::Completed), 1 => Just(not_completed()), 1 => Just(lab_error())]
}

fn command() -> impl Strategy<Value = Command> {
    (0..2_usize, 1..=7_u8, 0..3_u32, outcome()).prop_map(|(trial, number, attempt, outcome)| {
        let step = Step::from_number(number).unwrap_or(Step::Restart);
        record(&trials()[trial], step, attempt, outcome)
    })
}

proptest! {
    /// The plain table: a trial's completed steps are 1, 2, 3 … without gaps, nothing follows a
    /// step that was not completed, and every accepted event follows from that alone.
    #[test]
    fn any_order_and_repetition_of_commands_keeps_each_trial_in_order(
        commands in proptest::collection::vec(command(), 0..80)
    ) {
        let events = history(std::iter::once(start()).chain(commands));
        let mut table: BTreeMap<_, (u8, bool)> = BTreeMap::new();
        for event in &events {
            let Event::StepFinished(it) = event else { continue };
            let (completed, over) = table.entry(it.trial.clone()).or_default();
            prop_assert!(!*over, "an event after the end");
            prop_assert_eq!(it.step.number(), *completed + 1);
            match it.outcome {
                Outcome::Completed => *completed += 1,
                Outcome::NotCompleted { .. } => *over = true,
                Outcome::LabError { .. } => {}
            }
        }
        let state = state(&events).unwrap();
        for (trial, (completed, over)) in table {
            let next = if over { None } else { Step::from_number(completed + 1) };
            prop_assert_eq!(state.trials[&trial].next_step(), next);
        }
    }

    /// What concerns the log as a whole changes no campaign, wherever it stands.
    #[test]
    fn a_changed_key_leaves_every_campaign_as_it_was(
        commands in proptest::collection::vec(command(), 0..20), at in 0..40_usize
    ) {
        let mut events = history(std::iter::once(start()).chain(commands));
        let before = state(&events);
        let (from, to) = ("log+00000001+AQ==".to_owned(), "log+00000002+AQ==".to_owned());
        events.insert(at.min(events.len()), Event::KeyChanged(KeyChanged { from, to }));
        prop_assert_eq!(state(&events), before);
    }

    /// The same request has the same id; any other request another.
    #[test]
    fn a_command_is_known_by_what_it_asks(a in command(), b in command()) {
        let id = campaign_id();
        let key = |command: &Command| {
            let Command::RecordStep(it) = command else { unreachable!() };
            (it.trial.clone(), it.step, it.attempt)
        };
        prop_assert_eq!(key(&a) == key(&b), a.id(&id) == b.id(&id));
    }
}
