//! Batches: judged in order, recorded together, told exactly what became of each command.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::command::{Command, RecordStep};
use domain::declare::Declaration;
use domain::event::{Cost, Ending, Outcome, Pins, Recorded};
use domain::ids::Sha256Digest;
use domain::observation::{Channel, Observation};
use domain::step::Step;
use ingest::{Batch, Desk, DeskError};
use ledger::Signer;
use proptest::prelude::*;
use store::{Direction, EventLog, MemoryLog, StoreError};

use crate::faulty::Faulty;
use crate::support::*;

fn steps(trial: usize, numbers: std::ops::RangeInclusive<u8>) -> Vec<Command> {
    numbers.map(|it| step(trial, Step::from_number(it).unwrap())).collect()
}

fn events(desk: &Desk) -> Vec<Recorded> {
    desk.log().read(0, Direction::Forward).map(Result::unwrap).collect()
}

fn repeated(batch: &Batch) -> Vec<bool> {
    batch.answers.iter().map(|it| it.repeated).collect()
}

/// A step with more to say than one event may hold.
fn too_large(trial: usize) -> Command {
    let seen = |number: usize| Observation::text(&format!("f.{number}"), "x", Channel::Host);
    let Command::RecordStep(record) = step(trial, Step::SanityCheck) else { unreachable!() };
    let observations = (0..2000).map(seen).collect();
    Command::RecordStep(RecordStep { observations, ..record })
}

#[test]
fn a_batch_is_recorded_in_order_and_answered_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let commands = [vec![start()], steps(0, 1..=7), steps(1, 1..=2), vec![completed()]].concat();
    let batch = desk.submit_all(&id(), Some(0), commands.clone(), at(1)).unwrap();
    assert!(batch.refused.is_none());
    assert_eq!(batch.answers.len(), 11);
    assert_eq!(batch.version, desk.log().head());
    assert_eq!(batch.version, desk.version(&id()));
    let recorded: Vec<Recorded> = batch.answers.iter().flat_map(|it| it.events.clone()).collect();
    assert_eq!(recorded, events(&desk));
    for (answer, command) in batch.answers.iter().zip(&commands) {
        assert_eq!(answer.command, command.id(&id()));
        assert!(!answer.repeated);
        assert!(answer.events.iter().all(|it| it.command == answer.command));
    }
    assert_eq!(signed(&desk), [desk.log().head()], "it ended the campaign");
    let again = desk.submit_all(&id(), Some(0), commands, at(2)).unwrap();
    assert_eq!((repeated(&again), again.version), (vec![true; 11], batch.version));
    let facts = |it: &Batch| it.answers.iter().map(|it| it.events.clone()).collect::<Vec<_>>();
    assert_eq!(facts(&again), facts(&batch));
}

#[test]
fn a_batch_waits_for_the_disk_once() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Arc::new(Faulty::new(folder.path()));
    let desk = desk(folder.path(), Arc::clone(&faulty) as Arc<dyn EventLog>);
    let commands = [vec![start()], steps(0, 1..=7), steps(0, 1..=1), steps(1, 1..=7)].concat();
    desk.submit_all(&id(), None, commands, at(1)).unwrap();
    assert_eq!(faulty.calls.load(Ordering::Relaxed), 1);
}

#[test]
fn a_refused_command_ends_its_batch_and_what_stands_before_it_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let commands = [vec![start()], steps(0, 1..=2), steps(0, 5..=5), steps(0, 3..=4)].concat();
    let batch = desk.submit_all(&id(), None, commands, at(1)).unwrap();
    let refused = batch.refused.as_ref().unwrap();
    assert_eq!(refused.index, 3);
    assert!(matches!(refused.why, DeskError::Refused(_)), "{refused:?}");
    assert_eq!(batch.answers.len(), 3);
    assert_eq!((batch.version, events(&desk).len() as u64), (desk.log().head(), batch.version));
    assert_eq!(desk.progress(&id(), &trials()[0]).unwrap().completed(), 2);
    let wire = batch.accepted(id());
    assert_eq!((wire.version, wire.recorded.len()), (batch.version, 3));
    assert_eq!(wire.recorded[2].position, Some(batch.version - 1));
    let refused = wire.refused.unwrap();
    assert_eq!(refused.index, 3);
    assert!(refused.why.contains("out of order"), "{}", refused.why);
    // It is mended and goes on.
    let batch = desk.submit_all(&id(), Some(batch.version), steps(0, 3..=5), at(2)).unwrap();
    assert!(batch.refused.is_none());
}

#[test]
fn what_is_too_large_for_the_log_ends_its_batch_in_the_same_way() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let commands =
        [vec![start()], steps(0, 1..=2), vec![too_large(1)], steps(0, 3..=3), steps(1, 2..=2)];
    let batch = desk.submit_all(&id(), None, commands.concat(), at(1)).unwrap();
    let refused = batch.refused.unwrap();
    assert_eq!(refused.index, 3, "the log's no comes before the desk's own at 5");
    assert!(matches!(refused.why, DeskError::Store(StoreError::TooLarge { .. })));
    assert_eq!((batch.answers.len(), batch.version), (3, desk.log().head()));
    assert_eq!(desk.progress(&id(), &trials()[0]).unwrap().completed(), 2);
    assert_eq!(desk.progress(&id(), &trials()[1]).unwrap().completed(), 0);
    let batch = desk.submit_all(&id(), Some(batch.version), steps(0, 3..=7), at(2)).unwrap();
    assert!(batch.refused.is_none());
    let (before, version) = (desk.campaign(&id()), desk.version(&id()));
    drop(desk);
    let desk = open(folder.path());
    assert_eq!((desk.campaign(&id()), desk.version(&id())), (before, version));
}

#[test]
fn a_batch_for_another_version_is_refused_with_both_named() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let started = desk.submit_all(&id(), Some(0), vec![start()], at(1)).unwrap().version;
    desk.submit_all(&id(), Some(started), steps(0, 1..=3), at(2)).unwrap();
    let head = desk.log().head();
    for expected in [0, started, head - 1, head + 1, u64::MAX] {
        let refused = desk.submit_all(&id(), Some(expected), steps(0, 4..=4), at(3)).unwrap_err();
        let words = refused.to_string();
        assert!(matches!(refused, DeskError::Conflict { .. }), "{refused:?}");
        assert!(words.contains(&format!("version {head},")), "{words}");
        assert!(words.contains(&format!("version {expected}:")), "{words}");
    }
    assert_eq!(desk.log().head(), head);
    let other = desk.submit_all(&"c-2".parse().unwrap(), Some(1), vec![start()], at(3));
    assert!(matches!(other, Err(DeskError::Conflict { actual: 0, .. })));
    // Repeats alone are answered wherever the campaign stands.
    let again = desk.submit_all(&id(), Some(started), steps(0, 1..=2), at(3)).unwrap();
    assert_eq!((repeated(&again), again.version), (vec![true, true], head));
}

#[test]
fn a_batch_that_was_cut_short_is_sent_again_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let before = desk.submit_all(&id(), None, vec![start()], at(1)).unwrap().version;
    desk.submit_all(&id(), Some(before), steps(0, 1..=3), at(2)).unwrap();
    drop(desk);
    let desk = open(folder.path());
    let whole = desk.submit_all(&id(), Some(before), steps(0, 1..=7), at(3)).unwrap();
    assert_eq!(repeated(&whole), [true, true, true, false, false, false, false]);
    assert_eq!(whole.version, before + 7);
    // Somebody else's events between are somebody else's.
    desk.submit(&id(), step(1, Step::SanityCheck), at(4)).unwrap();
    let late =
        desk.submit_all(&id(), Some(before), [steps(0, 1..=7), steps(1, 2..=2)].concat(), at(5));
    assert!(matches!(late, Err(DeskError::Conflict { .. })), "{late:?}");
}

#[test]
fn the_same_command_twice_in_a_batch_is_recorded_once() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let commands = [vec![start(), start()], steps(0, 1..=1), steps(0, 1..=1), steps(0, 2..=2)];
    let batch = desk.submit_all(&id(), Some(0), commands.concat(), at(1)).unwrap();
    assert_eq!(repeated(&batch), [false, true, false, true, false]);
    assert_eq!(batch.answers[2].events, batch.answers[3].events);
    assert_eq!(batch.version, desk.log().head());
}

#[test]
fn an_empty_batch_says_where_the_campaign_stands() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let batch = desk.submit_all(&id(), None, Vec::new(), at(1)).unwrap();
    assert_eq!((batch.answers.len(), batch.version), (0, 0));
    let head = desk.submit_all(&id(), None, vec![start()], at(1)).unwrap().version;
    assert_eq!(desk.submit_all(&id(), None, Vec::new(), at(1)).unwrap().version, head);
}

#[test]
fn what_the_log_did_not_take_is_not_believed_and_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Arc::new(Faulty::new(folder.path()));
    let desk = desk(folder.path(), Arc::clone(&faulty) as Arc<dyn EventLog>);
    let version = desk.submit_all(&id(), None, vec![start()], at(1)).unwrap().version;
    faulty.takes_nothing.store(true, Ordering::Relaxed);
    let broken = desk.submit_all(&id(), Some(version), steps(0, 1..=7), at(2)).unwrap_err();
    assert!(matches!(broken, DeskError::Store(StoreError::Broken)));
    assert_eq!(desk.progress(&id(), &trials()[0]).unwrap().completed(), 0);
    faulty.takes_nothing.store(false, Ordering::Relaxed);
    desk.submit_all(&id(), Some(version), steps(0, 1..=7), at(2)).unwrap();
    assert_eq!(desk.progress(&id(), &trials()[0]).unwrap().completed(), 7);
}

#[test]
fn who_breaks_off_after_the_append_holds_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Arc::new(Faulty::new(folder.path()));
    let desk = desk(folder.path(), Arc::clone(&faulty) as Arc<dyn EventLog>);
    desk.submit(&id(), start(), at(1)).unwrap();
    let breaks_off = |act: &dyn Fn()| {
        faulty.breaks_off.store(true, Ordering::Relaxed);
        assert!(catch_unwind(AssertUnwindSafe(act)).is_err());
    };
    breaks_off(&|| drop(desk.submit_all(&id(), None, steps(0, 1..=3), at(2))));
    let again = desk.submit_all(&id(), None, steps(0, 1..=4), at(3)).unwrap();
    assert_eq!(repeated(&again), [true, true, true, false]);
    let upgrade = |to: &str| Declaration::Upgrade {
        subject: "platform:kvm-like".to_owned(),
        from: "1".to_owned(),
        to: to.to_owned(),
    };
    breaks_off(&|| drop(desk.declare(upgrade("2"), "ada", at(4))));
    assert_eq!(desk.declare(upgrade("2"), "ada", at(5)).unwrap(), None, "it stands already");
    assert_eq!(desk.declare(upgrade("3"), "ada", at(5)).unwrap().unwrap().version, 1);
    let position = again.answers[3].events[0].position;
    breaks_off(&|| drop(desk.withdraw(position, ("a cable", "ada"), at(6))));
    desk.submit(&id(), completed(), at(7)).unwrap();
    assert_eq!(desk.registry().withdrawals().len(), 1);
    let (before, registry, head) = (desk.campaign(&id()), desk.registry(), desk.log().head());
    drop((desk, faulty));
    let desk = open(folder.path());
    assert_eq!((desk.campaign(&id()), desk.registry()), (before, registry));
    assert_eq!(desk.log().head(), head);
}

#[test]
fn a_campaign_that_somebody_looks_at_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    desk.submit(&id(), start(), at(1)).unwrap();
    let seen = desk.campaign(&id()).unwrap();
    desk.submit_all(&id(), None, steps(0, 1..=3), at(2)).unwrap();
    assert_eq!(seen.trials[&trials()[0]].completed(), 0, "a view does not change");
    assert_eq!(desk.campaign(&id()).unwrap().trials[&trials()[0]].completed(), 3);
}

/// Commands that fit now and then, some more often than once.
fn any_command() -> impl Strategy<Value = Command> {
    let outcomes = [
        Outcome::Completed,
        Outcome::Completed,
        Outcome::NotCompleted { reason: "no".to_owned() },
        Outcome::LabError { reason: "no".to_owned() },
    ];
    let recorded = (0..2_usize, 1..=7_u8, 0..2_u32, proptest::sample::select(outcomes.to_vec()))
        .prop_map(|(trial, number, attempt, outcome)| {
            let step = Step::from_number(number).unwrap();
            let Command::RecordStep(record) = ended(trial, step, outcome) else { unreachable!() };
            Command::RecordStep(RecordStep { attempt, ..record })
        });
    let pins = |version: u32| Pins::from([("host:kernel".to_owned(), version.to_string())]);
    let ending =
        proptest::sample::select(vec![Ending::Completed, Ending::Cancelled, Ending::LabError]);
    let finish = (ending, 0..3_u32).prop_map(|(ending, attempt)| Command::FinishCampaign {
        ending,
        cost: Cost::default(),
        attempt,
    });
    let show = (0..2_u32).prop_map(|attempt| Command::ShowScores {
        policy: "default".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        cells: Vec::new(),
        attempt,
    });
    prop_oneof![
        2 => Just(start()),
        12 => recorded,
        2 => (0..3_u32).prop_map(move |attempt| Command::ResumeCampaign { pins: pins(attempt), attempt }),
        1 => finish,
        1 => show,
        1 => Just(too_large(1)),
    ]
}

fn desk_in_memory(store: &Path) -> Desk {
    let signer = Signer::from_seed("example.com/lab", &[7; 32]).unwrap();
    desk(store, Arc::new(MemoryLog::new(signer)))
}

/// The same batch, one command after the other, up to the first that is refused.
fn one_by_one(
    desk: &Desk,
    commands: Vec<Command>,
) -> (Vec<Vec<Recorded>>, Option<(usize, String)>) {
    let mut answers = Vec::new();
    for (index, command) in commands.into_iter().enumerate() {
        match desk.submit(&id(), command, at(1)) {
            Ok(events) => answers.push(events),
            Err(why) => return (answers, Some((index, why.to_string()))),
        }
    }
    (answers, None)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_batch_does_what_its_commands_do_one_after_the_other(
        batches in proptest::collection::vec(proptest::collection::vec(any_command(), 0..20), 1..6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (whole, single) = (desk_in_memory(folder.path()), desk_in_memory(folder.path()));
        for mut commands in batches {
            commands.insert(0, start());
            let batch = whole.submit_all(&id(), None, commands.clone(), at(1)).unwrap();
            let (answers, refused) = one_by_one(&single, commands);
            let facts: Vec<_> = batch.answers.iter().map(|it| it.events.clone()).collect();
            prop_assert_eq!(facts, answers);
            let told = batch.refused.map(|it| (it.index, it.why.to_string()));
            prop_assert_eq!(told, refused);
            prop_assert_eq!(batch.version, single.version(&id()));
        }
        prop_assert_eq!(events(&whole), events(&single));
        prop_assert_eq!(whole.campaign(&id()), single.campaign(&id()));
    }
}
