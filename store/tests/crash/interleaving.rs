//! Any interleaving of appenders: positions without gaps, versions as promised, no command twice.
//! One by one the log answers like a plain list; at once, its answers fit the order it gave.

use std::collections::BTreeMap;

use domain::event::{CampaignResumed, Event, Recorded, VersionChanged};
use jiff::Timestamp;
use proptest::prelude::*;
use store::{Append, Direction, DiskLog, EventLog, Expected, StoreError};
use uuid::Uuid;

use crate::check::settings;
use crate::images::scratch;

/// Where an appender believes a stream to be.
#[derive(Debug, Clone, Copy)]
enum Belief {
    Any,
    NoStream,
    Exists,
    /// Where it is, or was a moment ago.
    Current,
    /// Somewhere else.
    Exactly(u64),
}

/// One decision of an appender.
#[derive(Debug, Clone)]
struct Move {
    stream: u8,
    belief: Belief,
    command: u8,
    events: u8,
    /// Whether the next one is submitted in the same call.
    joined: bool,
}

fn moves(most: usize) -> impl Strategy<Value = Vec<Move>> {
    let belief = prop_oneof![
        2 => Just(Belief::Any),
        1 => Just(Belief::NoStream),
        1 => Just(Belief::Exists),
        4 => Just(Belief::Current),
        1 => (0..9_u64).prop_map(Belief::Exactly),
    ];
    let one = (0..4_u8, belief, 0..60_u8, 0..5_u8, any::<bool>());
    let one = one.prop_map(|(stream, belief, command, events, joined)| Move {
        stream,
        belief,
        command,
        events,
        joined,
    });
    prop::collection::vec(one, 1..most)
}

impl Move {
    fn append(&self, current: u64) -> Append {
        let expected = match self.belief {
            Belief::Any => Expected::Any,
            Belief::NoStream => Expected::NoStream,
            Belief::Exists => Expected::Exists,
            Belief::Current => Expected::Exact(current),
            Belief::Exactly(version) => Expected::Exact(version),
        };
        let campaign = || "c".parse().unwrap();
        let event = |number: u8| match number {
            0 => Event::CampaignResumed(CampaignResumed { campaign: campaign() }),
            _ => Event::VersionChanged(VersionChanged {
                campaign: campaign(),
                subject: format!("event {number}"),
                from: String::new(),
                to: "x".repeat(usize::from(number) * 100),
            }),
        };
        Append {
            stream: format!("stream/{}", self.stream),
            expected,
            command: Uuid::from_u128(u128::from(self.command) + 1),
            at: Timestamp::UNIX_EPOCH,
            events: (0..self.events).map(event).collect(),
        }
    }
}

/// The log as a plain list.
#[derive(Debug, Default)]
struct Model {
    events: Vec<Recorded>,
}

/// What the log answers, as far as it can be compared.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Recorded(Vec<Recorded>),
    WrongVersion(u64),
    OtherEvents,
    Else(String),
}

impl From<Result<Vec<Recorded>, StoreError>> for Answer {
    fn from(answer: Result<Vec<Recorded>, StoreError>) -> Self {
        match answer {
            Ok(recorded) => Answer::Recorded(recorded),
            Err(StoreError::WrongVersion { actual, .. }) => Answer::WrongVersion(actual),
            Err(StoreError::OtherEvents(_)) => Answer::OtherEvents,
            Err(error) => Answer::Else(error.to_string()),
        }
    }
}

impl Model {
    fn version(&self, stream: &str) -> u64 {
        self.events.iter().filter(|it| it.stream == stream).count() as u64
    }

    fn known(&self, stream: &str, command: Uuid) -> Vec<Recorded> {
        let caused = |it: &&Recorded| it.stream == stream && it.command == command;
        self.events.iter().filter(caused).cloned().collect()
    }

    fn append(&mut self, append: Append) -> Answer {
        let Append { stream, expected, command, at, events } = append;
        let known = self.known(&stream, command);
        if !known.is_empty() {
            let same = known.iter().map(|it| &it.event).eq(&events);
            return if same { Answer::Recorded(known) } else { Answer::OtherEvents };
        }
        let version = self.version(&stream);
        if !expected.holds(version) {
            return Answer::WrongVersion(version);
        }
        let places = (self.events.len() as u64..).zip(version..);
        let record = |(event, (position, version))| {
            let stream = stream.clone();
            Recorded { position, at, stream, version, command, event }
        };
        let new: Vec<Recorded> = events.into_iter().zip(places).map(record).collect();
        self.events.extend(new.clone());
        Answer::Recorded(new)
    }
}

fn everything(log: &DiskLog) -> Vec<Recorded> {
    log.read(0, Direction::Forward).map(Result::unwrap).collect()
}

/// Submits moves as one appender does, and returns what was submitted with the answers.
fn play(log: &DiskLog, moves: &[Move]) -> Vec<(Append, Answer)> {
    let mut played = Vec::new();
    for batch in moves.chunk_by(|one, _| one.joined) {
        let submit = |it: &Move| {
            let stream = format!("stream/{}", it.stream);
            it.append(log.read_stream(&stream, 0, Direction::Forward).count() as u64)
        };
        let appends: Vec<Append> = batch.iter().map(submit).collect();
        let answers = log.append_all(appends.clone());
        assert_eq!(answers.len(), appends.len(), "one answer for each decision");
        played.extend(appends.into_iter().zip(answers.into_iter().map(Answer::from)));
    }
    played
}

/// The answers that several appenders got fit the order that the log gave their decisions.
fn expect_fit(events: &[Recorded], played: &[(Append, Answer)]) {
    let mut versions: BTreeMap<&str, u64> = BTreeMap::new();
    for (position, event) in (0..).zip(events) {
        let version = versions.entry(&event.stream).or_default();
        assert_eq!((event.position, event.version), (position, *version), "a gap");
        *version += 1;
    }
    let model = Model { events: events.to_vec() };
    for (append, answer) in played {
        let known = model.known(&append.stream, append.command);
        match answer {
            Answer::Recorded(recorded) if append.events.is_empty() => assert!(recorded.is_empty()),
            Answer::Recorded(recorded) => {
                assert_eq!(recorded, &known, "recorded once, as answered")
            }
            Answer::WrongVersion(actual) => assert!(
                !append.expected.holds(*actual) && *actual <= model.version(&append.stream),
                "{append:?} was refused at version {actual}"
            ),
            Answer::OtherEvents => {
                assert!(!known.iter().map(|it| &it.event).eq(&append.events), "{append:?}");
            }
            Answer::Else(error) => panic!("{append:?}: {error}"),
        }
    }
    for decision in
        events.chunk_by(|one, next| one.command == next.command && one.stream == next.stream)
    {
        let first = &decision[0];
        let promised = |(append, _): &&(Append, Answer)| {
            append.command == first.command
                && append.stream == first.stream
                && append.expected.holds(first.version)
                && append.events.iter().eq(decision.iter().map(|it| &it.event))
        };
        assert!(played.iter().any(|it| promised(&it)), "nobody decided on {first:?}");
    }
}

#[test]
fn checkpoints_that_are_asked_for_at_once_are_all_given() {
    // On a disk whose syncs take their time, so that the threads meet.
    let folder = tempfile::tempdir().unwrap();
    let log = DiskLog::open(folder.path(), &settings(4096)).unwrap();
    for command in 0..60 {
        let one = Move { stream: 0, belief: Belief::Any, command, events: 1, joined: false };
        log.append(one.append(0)).unwrap();
        let all = std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(|| log.checkpoint()));
            threads.map(|it| it.join().unwrap().map(|note| note.to_string()).unwrap())
        });
        assert!(all.iter().all(|it| *it == all[0]), "one tree, one checkpoint");
    }
    assert_eq!(log.checkpoints().unwrap().len(), 60);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_by_one_the_log_answers_like_a_list(sessions in prop::collection::vec(moves(30), 1..4)) {
        let folder = scratch();
        let mut model = Model::default();
        for moves in sessions {
            let log = DiskLog::open(folder.path(), &settings(4096)).unwrap();
            for batch in moves.chunk_by(|one, _| one.joined) {
                let current = |it: &Move| model.version(&format!("stream/{}", it.stream));
                let appends: Vec<Append> = batch.iter().map(|it| it.append(current(it))).collect();
                let expected: Vec<Answer> = appends.iter().cloned().map(|it| model.append(it)).collect();
                let answers: Vec<Answer> = log.append_all(appends).into_iter().map(Answer::from).collect();
                prop_assert_eq!(answers, expected);
            }
            prop_assert_eq!(everything(&log), model.events.clone());
        }
    }

    #[test]
    fn at_once_the_answers_fit_the_order_of_the_log(appenders in prop::collection::vec(moves(40), 2..6)) {
        let folder = scratch();
        let log = DiskLog::open(folder.path(), &settings(4096)).unwrap();
        let played: Vec<(Append, Answer)> = std::thread::scope(|scope| {
            let threads: Vec<_> = appenders.iter().map(|it| scope.spawn(|| play(&log, it))).collect();
            threads.into_iter().flat_map(|it| it.join().unwrap()).collect()
        });
        let events = everything(&log);
        expect_fit(&events, &played);
        drop(log);
        let log = DiskLog::open(folder.path(), &settings(4096)).unwrap();
        prop_assert_eq!(everything(&log), events);
    }
}
