//! Looking at a log while another appends.

use std::sync::atomic::{AtomicBool, Ordering};

use store::{Direction, EventLog as _, Expected, Snapshot};

use crate::fixture::{decision, disk};

#[test]
fn a_snapshot_is_whole_while_segments_are_filled_and_sealed() {
    let store = tempfile::tempdir().unwrap();
    let log = disk(store.path());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..3000_u64 {
                let text = format!("{number} {}", "x".repeat(200));
                log.append(decision("a", Expected::Exact(number), &[&text])).unwrap();
            }
            done.store(true, Ordering::Relaxed);
        });
        let mut seen = 0;
        while !done.load(Ordering::Relaxed) {
            let snapshot = Snapshot::take(store.path()).unwrap();
            assert_eq!(snapshot.damage().unwrap(), None);
            assert!(snapshot.end() >= seen);
            seen = snapshot.end();
            let read = snapshot.read(0, Direction::Forward).map(Result::unwrap).count();
            assert_eq!(read as u64, seen);
        }
    });
    log.checkpoint().unwrap();
    let snapshot = Snapshot::take(store.path()).unwrap();
    let tree = snapshot.tree(|_| {}).unwrap();
    assert_eq!((tree.size(), tree.root()), log.settle().unwrap());
    assert_eq!(snapshot.head().unwrap().1.root(), tree.root());
    assert_eq!(snapshot.checkpoints().unwrap().len(), 1);
}
