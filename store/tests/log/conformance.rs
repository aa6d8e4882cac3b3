//! One suite for every backend: what a log promises, whatever it is made of.

use std::sync::Arc;

use domain::event::Recorded;
use ledger::{Checkpoint, TileId, leaf_hash};
use store::{Direction, EventLog, Expected, Progress, StoreError};

use crate::fixture::{ORIGIN, command, decision, disk, event, memory, text};

/// Runs each promise against a fresh log of each backend.
macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        mod in_memory {
            $(#[test] fn $name() { super::$name(&super::memory()); })+
        }
        mod on_disk {
            $(#[test] fn $name() {
                let folder = tempfile::tempdir().unwrap();
                super::$name(&super::disk(folder.path()));
            })+
        }
    };
}

promises!(
    positions_and_versions_have_no_gaps,
    an_unexpected_version_is_refused_and_harms_nobody,
    a_repeated_command_is_answered_with_what_was_recorded,
    a_command_with_other_events_is_refused,
    a_decision_without_events_records_nothing,
    an_event_that_is_too_large_is_refused,
    reading_goes_both_ways_from_any_position,
    a_stream_is_read_both_ways_from_any_version,
    listeners_hear_of_the_head_and_never_block,
    leaves_make_the_tree_that_checkpoints_sign,
    tiles_hold_the_leaf_hashes,
    a_projection_is_saved_and_never_ahead,
);

fn texts(events: impl Iterator<Item = Result<Recorded, StoreError>>) -> Vec<String> {
    events.map(|it| text(&it.unwrap().event).to_owned()).collect()
}

fn fill(log: &dyn EventLog, count: usize) {
    let one = |number: usize| {
        let stream = ["a", "b", "c"][number % 3];
        decision(stream, Expected::Exact(number as u64 / 3), &[&number.to_string()])
    };
    for answer in log.append_all((0..count).map(one).collect()) {
        answer.unwrap();
    }
}

fn positions_and_versions_have_no_gaps(log: &dyn EventLog) {
    assert_eq!(log.head(), 0);
    let first = log.append(decision("a", Expected::NoStream, &["1", "2"])).unwrap();
    let answers = log.append_all(vec![
        decision("b", Expected::Any, &["3"]),
        decision("a", Expected::Exact(2), &["4", "5", "6"]),
        decision("b", Expected::Exists, &["7"]),
    ]);
    let rest: Vec<Recorded> = answers.into_iter().flat_map(Result::unwrap).collect();
    let all: Vec<Recorded> = first.into_iter().chain(rest).collect();
    let places: Vec<(u64, &str, u64)> =
        all.iter().map(|it| (it.position, it.stream.as_str(), it.version)).collect();
    let expected =
        [(0, "a", 0), (1, "a", 1), (2, "b", 0), (3, "a", 2), (4, "a", 3), (5, "a", 4), (6, "b", 1)];
    assert_eq!(places, expected);
    assert_eq!(log.head(), 7);
    let read: Vec<Recorded> = log.read(0, Direction::Forward).map(Result::unwrap).collect();
    assert_eq!(read, all);
}

fn an_unexpected_version_is_refused_and_harms_nobody(log: &dyn EventLog) {
    let answers = log.append_all(vec![
        decision("a", Expected::Exists, &["no"]),
        decision("a", Expected::NoStream, &["1"]),
        decision("a", Expected::NoStream, &["no"]),
        decision("a", Expected::Exact(2), &["no"]),
        decision("a", Expected::Exact(1), &["2"]),
    ]);
    let recorded: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(recorded, [false, true, false, false, true]);
    assert_eq!(
        answers[3].as_ref().unwrap_err().to_string(),
        "stream a is at version 1, and it was to be at version 2: read it again and decide anew"
    );
    assert_eq!(texts(log.read(0, Direction::Forward)), ["1", "2"]);
}

fn a_repeated_command_is_answered_with_what_was_recorded(log: &dyn EventLog) {
    let request = decision("a", Expected::NoStream, &["1", "2"]);
    let first = log.append(request.clone()).unwrap();
    log.append(decision("a", Expected::Any, &["3"])).unwrap();
    let mut later = request.clone();
    later.at = "2027-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(log.append(later).unwrap(), first);
    // Within one batch, too.
    let twice = decision("b", Expected::NoStream, &["4"]);
    let answers = log.append_all(vec![twice.clone(), twice]);
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers[0], answers[1]);
    assert_eq!(log.head(), 4);
    assert_eq!(log.recorded_for("a", request.command).unwrap(), Some(first));
    assert_eq!(log.recorded_for("b", request.command).unwrap(), None);
    assert_eq!(log.recorded_for("a", command("other")).unwrap(), None);
}

fn a_command_with_other_events_is_refused(log: &dyn EventLog) {
    let request = decision("a", Expected::Any, &["1", "2"]);
    log.append(request.clone()).unwrap();
    for events in [vec![], vec![event("1")], vec![event("1"), event("3")]] {
        let mut other = request.clone();
        other.events = events;
        let error = log.append(other).unwrap_err();
        assert!(matches!(error, StoreError::OtherEvents(id) if id == request.command), "{error}");
    }
    assert_eq!(log.head(), 2);
}

fn a_decision_without_events_records_nothing(log: &dyn EventLog) {
    assert_eq!(log.append(decision("a", Expected::Any, &[])).unwrap(), []);
    assert_eq!(log.head(), 0);
    log.append(decision("a", Expected::NoStream, &["1"])).unwrap();
}

fn an_event_that_is_too_large_is_refused(log: &dyn EventLog) {
    let large = "x".repeat(store::LARGEST_LEAF);
    let answers = log.append_all(vec![
        decision("a", Expected::NoStream, &["1"]),
        decision("a", Expected::Any, &[&large]),
        decision("a", Expected::Exact(1), &["2"]),
    ]);
    assert!(matches!(answers[1], Err(StoreError::TooLarge { .. })));
    assert_eq!(texts(log.read(0, Direction::Forward)), ["1", "2"]);
}

fn reading_goes_both_ways_from_any_position(log: &dyn EventLog) {
    fill(log, 700);
    let all: Vec<String> = (0..700).map(|number| number.to_string()).collect();
    for from in [0, 1, 255, 256, 257, 511, 512, 698, 699] {
        assert_eq!(texts(log.read(from as u64, Direction::Forward)), all[from..]);
        let mut back = texts(log.read(from as u64, Direction::Backward));
        back.reverse();
        assert_eq!(back, all[..=from]);
    }
    assert_eq!(log.read(700, Direction::Forward).count(), 0);
    assert_eq!(log.read(u64::MAX, Direction::Forward).count(), 0);
    assert_eq!(log.read(u64::MAX, Direction::Backward).count(), 700);
}

fn a_stream_is_read_both_ways_from_any_version(log: &dyn EventLog) {
    fill(log, 2000);
    let all: Vec<String> = (0..2000).skip(1).step_by(3).map(|it: i32| it.to_string()).collect();
    for from in [0, 1, 2, 300, 665, 666] {
        assert_eq!(texts(log.read_stream("b", from as u64, Direction::Forward)), all[from..]);
        let mut back = texts(log.read_stream("b", from as u64, Direction::Backward));
        back.reverse();
        assert_eq!(back, all[..=from]);
    }
    assert_eq!(log.read_stream("b", 667, Direction::Forward).count(), 0);
    assert_eq!(log.read_stream("b", u64::MAX, Direction::Backward).count(), 667);
    assert_eq!(log.read_stream("unknown", 0, Direction::Forward).count(), 0);
}

fn listeners_hear_of_the_head_and_never_block(log: &dyn EventLog) {
    let mut listener = log.tail();
    let sleeper = log.tail();
    assert_eq!(*listener.borrow_and_update(), 0);
    for number in 0..100 {
        log.append(decision("a", Expected::Any, &[&number.to_string()])).unwrap();
    }
    assert!(listener.has_changed().unwrap());
    assert_eq!(*listener.borrow_and_update(), 100);
    assert!(!listener.has_changed().unwrap());
    drop(sleeper);
    log.append(decision("a", Expected::Any, &["last"])).unwrap();
    assert_eq!(*listener.borrow_and_update(), 101);
}

fn leaves_make_the_tree_that_checkpoints_sign(log: &dyn EventLog) {
    fill(log, 600);
    let note = log.checkpoint().unwrap();
    fill_more(log);
    let later = log.checkpoint().unwrap();
    assert_eq!(log.checkpoint().unwrap(), later);
    assert_eq!(log.checkpoints().unwrap(), [note.clone(), later.clone()]);
    let mut tree = ledger::MemoryTiles::new();
    let mut roots = Vec::new();
    for (position, leaf) in log.leaves(0).map(Result::unwrap) {
        assert_eq!(position, tree.size());
        tree.push(leaf_hash(&leaf));
        roots.push(tree.root());
    }
    for (note, size) in [(note, 600), (later, 601)] {
        let checkpoint: Checkpoint = note.text().parse().unwrap();
        assert_eq!(checkpoint.origin(), ORIGIN);
        assert_eq!((checkpoint.size(), checkpoint.root()), (size, roots[size as usize - 1]));
    }
    assert_eq!(log.leaves(599).count(), 2);
}

fn fill_more(log: &dyn EventLog) {
    log.append(decision("d", Expected::NoStream, &["more"])).unwrap();
}

fn tiles_hold_the_leaf_hashes(log: &dyn EventLog) {
    fill(log, 600);
    log.checkpoint().unwrap();
    let hashes: Vec<_> = log.leaves(0).map(|it| leaf_hash(&it.unwrap().1)).collect();
    let tile = |level, index, width| log.tile(TileId { level, index, width });
    assert_eq!(tile(0, 0, 256).unwrap(), hashes[..256]);
    assert_eq!(tile(0, 1, 17).unwrap(), hashes[256..273]);
    assert_eq!(tile(0, 2, 88).unwrap(), hashes[512..]);
    assert_eq!(tile(1, 0, 2).unwrap().len(), 2);
    assert!(matches!(tile(0, 2, 89), Err(StoreError::NoTile(_))));
    assert!(matches!(tile(1, 0, 3), Err(StoreError::NoTile(_))));
    assert!(matches!(tile(0, u64::MAX >> 8, 1), Err(StoreError::NoTile(_))));
}

fn a_projection_is_saved_and_never_ahead(log: &dyn EventLog) {
    fill(log, 5);
    assert_eq!(log.progress("matrices").unwrap(), None);
    let progress = Progress { position: 5, state: b"state".to_vec() };
    log.save_progress("matrices", progress.clone()).unwrap();
    assert_eq!(log.progress("matrices").unwrap(), Some(progress.clone()));
    let ahead = Progress { position: 6, ..progress.clone() };
    assert!(matches!(log.save_progress("matrices", ahead), Err(StoreError::Ahead { .. })));
    let large = Progress { state: vec![0; store::LARGEST_STATE + 1], ..progress };
    assert!(matches!(log.save_progress("matrices", large), Err(StoreError::TooLarge { .. })));
}

#[test]
fn a_log_is_shared_between_threads_behind_the_trait() {
    let log: Arc<dyn EventLog> = Arc::new(memory());
    let other = Arc::clone(&log);
    std::thread::spawn(move || fill(&*other, 3)).join().unwrap();
    assert_eq!(log.head(), 3);
}
