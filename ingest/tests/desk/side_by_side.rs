//! Many threads at one desk: every campaign's stream is what one after the other gives.

use std::sync::{Arc, Barrier};
use std::thread;

use domain::command::{Command, TakeOver};
use domain::declare::{Declaration, STREAM};
use domain::event::{Event, Pins, Recorded};
use domain::ids::{CampaignId, Sha256Digest};
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::told::ToldTrial;
use ingest::{Beginning, Desk, DeskError};
use store::{Blobs, Direction};
use uuid::Uuid;

use crate::support::*;

const CAMPAIGNS: usize = 4;
/// Threads that send the same commands of one campaign.
const SENDERS: usize = 3;

fn campaign(number: usize) -> CampaignId {
    format!("c-{number}").parse().unwrap()
}

/// What every sender of a campaign sends, batch by batch.
fn batches(number: usize) -> Vec<Vec<Command>> {
    let walk = |trial: usize| Step::ALL.map(|it| step(trial, it)).to_vec();
    let mut batches = vec![vec![start()]];
    // Campaigns cut their batches in different places.
    for commands in [walk(0), walk(1), walk(2)] {
        batches.extend(commands.chunks(number + 1).map(<[Command]>::to_vec));
    }
    batches.push(vec![completed()]);
    batches
}

fn upgrade(number: usize, round: usize) -> Declaration {
    Declaration::Upgrade {
        subject: format!("platform:p-{number}"),
        from: round.to_string(),
        to: (round + 1).to_string(),
    }
}

/// What a stream says, without the time and the place in the log.
fn said(desk: &Desk, stream: &str) -> Vec<(u64, Uuid, Event)> {
    let read = desk.log().read_stream(stream, 0, Direction::Forward);
    read.map(Result::unwrap).map(|it| (it.version, it.command, it.event)).collect()
}

#[test]
fn many_threads_with_repeats_leave_the_streams_that_one_after_the_other_gives() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Arc::new(open(folder.path()));
    let together = Barrier::new(CAMPAIGNS * SENDERS + 2);
    thread::scope(|threads| {
        for sender in 0..CAMPAIGNS * SENDERS {
            let (desk, together) = (&desk, &together);
            threads.spawn(move || {
                let number = sender % CAMPAIGNS;
                together.wait();
                for commands in batches(number) {
                    let count = commands.len();
                    let batch = desk.submit_all(&campaign(number), None, commands, at(1)).unwrap();
                    assert_eq!((batch.answers.len(), batch.refused.is_none()), (count, true));
                }
            });
        }
        for number in 0..2 {
            let (desk, together) = (&desk, &together);
            threads.spawn(move || {
                together.wait();
                for round in 0..10 {
                    desk.declare(upgrade(number, round), "ada", at(1)).unwrap().unwrap();
                }
            });
        }
    });
    let alone = tempfile::tempdir().unwrap();
    let plain = open(alone.path());
    for number in 0..CAMPAIGNS {
        let commands = batches(number).concat();
        for command in commands {
            plain.submit(&campaign(number), command, at(1)).unwrap();
        }
        let stream = format!("campaign/{}", campaign(number));
        assert_eq!(said(&desk, &stream), said(&plain, &stream));
        assert_eq!(desk.campaign(&campaign(number)), plain.campaign(&campaign(number)));
    }
    assert_eq!(said(&desk, STREAM).len(), 20);
    check_places(&desk);
    let (registry, head) = (desk.registry(), desk.log().head());
    assert_eq!(registry.upgrades().len(), 20);
    drop(desk);
    let again = open(folder.path());
    assert_eq!((again.registry(), again.log().head()), (registry, head));
    assert_eq!(again.campaign(&campaign(0)), plain.campaign(&campaign(0)));
}

#[test]
fn a_desk_stands_the_same_however_much_of_its_log_it_was_shown() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    for number in 0..CAMPAIGNS {
        desk.submit_all(&campaign(number), None, batches(number).concat(), at(1)).unwrap();
    }
    desk.declare(upgrade(0, 1), "ada", at(2)).unwrap().unwrap();
    let events: Vec<Recorded> =
        desk.log().read(0, Direction::Forward).map(Result::unwrap).collect();
    drop(desk);
    let whole: Vec<usize> = (0..events.len()).collect();
    let half = events.len() / 2;
    let ways = [vec![], whole.clone(), whole[..half].to_vec(), whole[1..].to_vec(), {
        // With a gap, and one of them twice.
        [&whole[..half], &whole[..1], &whole[half + 1..]].concat()
    }];
    for (way, round) in ways.into_iter().zip(2..) {
        let mut beginning = Beginning::default();
        way.iter().for_each(|it| beginning.see(&events[*it]));
        let blobs = Blobs::local(&folder.path().join("evidence")).unwrap();
        let shown = beginning.open(Arc::new(log(folder.path())), blobs).unwrap();
        shown.declare(upgrade(0, round), "ada", at(3)).unwrap().expect("it stands where it says");
        let standing = |desk: &Desk| -> Vec<_> {
            (0..CAMPAIGNS).map(|it| desk.standing(&campaign(it)).unwrap()).collect()
        };
        let (told, declared) = (standing(&shown), shown.registry());
        drop(shown);
        let read = open(folder.path());
        assert_eq!((told, declared), (standing(&read), read.registry()), "shown {way:?}");
    }
}

/// No gap, in the log or in a stream, and no command twice.
fn check_places(desk: &Desk) {
    let all: Vec<Recorded> = desk.log().read(0, Direction::Forward).map(Result::unwrap).collect();
    assert!(all.iter().zip(0..).all(|(it, position)| it.position == position));
    let mut streams = std::collections::BTreeMap::<&str, u64>::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut last = None;
    for it in &all {
        let version = streams.entry(&it.stream).or_default();
        assert_eq!(it.version, *version, "{}", it.stream);
        *version += 1;
        // The events of one command stand side by side.
        assert!(last == Some(it.command) || seen.insert(it.command), "{it:?}");
        last = Some(it.command);
    }
}

#[test]
fn of_those_who_expect_the_same_version_one_is_first_and_the_others_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let version = desk.submit_all(&id(), None, vec![start()], at(1)).unwrap().version;
    let together = Barrier::new(4);
    let ends: Vec<Result<_, DeskError>> = thread::scope(|threads| {
        let sends = |trial: usize| {
            let (desk, together) = (&desk, &together);
            threads.spawn(move || {
                together.wait();
                let commands = Step::ALL.map(|it| step(trial, it)).to_vec();
                desk.submit_all(&id(), Some(version), commands, at(2))
            })
        };
        let senders: Vec<_> = (0..4).map(sends).collect();
        senders.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(ends.iter().filter(|it| it.is_ok()).count(), 1);
    let told = |it: &&Result<_, DeskError>| {
        matches!(it, Err(DeskError::Conflict { expected, actual, .. })
            if (*expected, *actual) == (version, version + 7))
    };
    assert_eq!(ends.iter().filter(told).count(), 3, "{ends:?}");
    assert_eq!(desk.log().head(), version + 7);
}

#[test]
fn of_those_who_withdraw_a_step_in_other_words_one_is_first() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let commands = vec![start(), step(0, Step::SanityCheck)];
    let position = desk.submit_all(&id(), None, commands, at(1)).unwrap().version - 1;
    let together = Barrier::new(4);
    let ends: Vec<Result<_, DeskError>> = thread::scope(|threads| {
        let asks = |number: usize| {
            let (desk, together) = (&desk, &together);
            threads.spawn(move || {
                together.wait();
                desk.withdraw(position, (&format!("cable {number}"), "ada"), at(2))
            })
        };
        let asking: Vec<_> = (0..4).map(asks).collect();
        asking.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(ends.iter().filter(|it| it.is_ok()).count(), 1, "{ends:?}");
    let refused = |it: &&Result<_, DeskError>| matches!(it, Err(DeskError::Withdrawn(_)));
    assert_eq!(ends.iter().filter(refused).count(), 3, "{ends:?}");
    assert_eq!(desk.registry().withdrawals().len(), 1);
}

fn told(file: &[u8]) -> TakeOver {
    let trial = trials()[0].clone();
    let standing = Standing::Scored(Score::Success);
    let told =
        ToldTrial { trial, standing, step: None, reason: String::new(), duration_ms: 0, at: at(5) };
    TakeOver {
        testbed: testbed(),
        pins: Pins::new(),
        origin: "CSV".to_owned(),
        file: "past.csv".to_owned(),
        file_sha256: Sha256Digest::of(file),
        trials: vec![told],
    }
}

#[test]
fn two_files_with_the_same_campaigns_in_any_order_are_taken_over_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let desk = open(folder.path());
    let names: Vec<CampaignId> = (0..6).map(campaign).collect();
    let together = Barrier::new(2);
    let (here, there) = thread::scope(|threads| {
        let takes = |file: &'static [u8], names: Vec<CampaignId>| {
            let (desk, together) = (&desk, &together);
            threads.spawn(move || {
                let campaigns = names.into_iter().map(|it| (it, told(file))).collect();
                together.wait();
                desk.take_over(campaigns, at(2)).is_ok()
            })
        };
        let here = takes(b"one", names.clone());
        let there = takes(b"two", names.iter().rev().cloned().collect());
        (here.join().unwrap(), there.join().unwrap())
    });
    assert!(here != there, "one of them was first");
    let first = Sha256Digest::of(if here { b"one" } else { b"two" });
    for recorded in desk.log().read(0, Direction::Forward).map(Result::unwrap) {
        let Event::TrialsTold(told) = recorded.event else { continue };
        assert_eq!(told.file_sha256, first);
    }
    assert!(names.iter().all(|it| desk.campaign(it).is_some()));
}
