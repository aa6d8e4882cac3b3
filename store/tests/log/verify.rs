//! Checking a whole log: what is right passes, and one bit anywhere does not.

use std::path::{Path, PathBuf};

use store::{Blobs, DiskLog, EventLog as _, Expected, Findings, Part, Scope, Snapshot, StoreError};

use crate::fixture::{decision, disk, small};

const AT: &str = "2026-11-23T07:00:00Z";

/// A log with several segments, two checkpoints, a change of the key and a piece of evidence.
fn fill(store: &Path) {
    let log = disk(store);
    let blobs = Blobs::local(&store.join("evidence")).unwrap();
    blobs.put(b"a serial log").unwrap();
    let mut proof = decision("b", Expected::NoStream, &[]);
    proof.events = vec![crate::early::step(b"a serial log")];
    log.append(proof).unwrap();
    for number in 0..300_u64 {
        let text = format!("{number} {}", "x".repeat(100));
        log.append(decision("a", Expected::Exact(number), &[&text])).unwrap();
    }
    log.checkpoint().unwrap();
    drop(log);
    let (log, _) = DiskLog::change_key(store, &small(), &[9; 32], AT.parse().unwrap()).unwrap();
    log.append(decision("a", Expected::Exact(300), &["last"])).unwrap();
    log.checkpoint().unwrap();
}

fn verify(store: &Path, evidence: Option<&Blobs>) -> Result<Findings, StoreError> {
    let scope = Scope { trusted: &[], events: true, evidence };
    Ok(Snapshot::take(store)?.verify(&scope, |_| {}))
}

/// Every file that the check answers for: not the index, the lock and the secret.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "index" {
            found.extend(files(&path));
        } else if !path.is_dir() && !["owner", "signer"].contains(&name) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn a_whole_log_is_right() {
    let store = tempfile::tempdir().unwrap();
    fill(store.path());
    let blobs = Blobs::local(&store.path().join("evidence")).unwrap();
    let found = verify(store.path(), Some(&blobs)).unwrap();
    assert_eq!(found.problems, []);
    let counted = (found.events, found.read, found.streams, found.evidence, found.checkpoints);
    assert_eq!(counted, (303, 303, 3, 1, 3));
    assert_eq!((found.keys.len(), found.head), (2, Some(303)));
    assert_eq!(found.anchor.as_ref(), found.keys.first());
    let quick = Scope::default();
    let found = Snapshot::take(store.path()).unwrap().verify(&quick, |_| {});
    assert_eq!((found.problems.len(), found.read, found.evidence), (0, 0, 0));
}

#[test]
fn one_bit_anywhere_is_noticed() {
    let store = tempfile::tempdir().unwrap();
    fill(store.path());
    let blobs = Blobs::local(&store.path().join("evidence")).unwrap();
    let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
    for file in files(store.path()) {
        let good = std::fs::read(&file).unwrap();
        // Small files at every byte, large ones at some.
        let step = (good.len() / 80).max(1);
        for begin in (0..good.len()).step_by(step) {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let bit = usize::try_from(seed >> 33).unwrap();
            let at = begin + bit / 8 % step.min(good.len() - begin);
            let mut bad = good.clone();
            bad[at] ^= 1 << (bit % 8);
            std::fs::write(&file, bad).unwrap();
            let wrong =
                verify(store.path(), Some(&blobs)).map_or(true, |it| !it.problems.is_empty());
            assert!(wrong, "bit {} of byte {at} of {}", bit % 8, file.display());
        }
        std::fs::write(&file, good).unwrap();
    }
    assert_eq!(verify(store.path(), Some(&blobs)).unwrap().problems, []);
}

#[test]
fn what_stands_before_damage_is_counted_and_what_stands_beside_it_is_checked() {
    let store = tempfile::tempdir().unwrap();
    fill(store.path());
    let segments = files(&store.path().join("log/segments"));
    let second = &segments[1];
    let mut bytes = std::fs::read(second).unwrap();
    bytes[50] ^= 1;
    std::fs::write(second, bytes).unwrap();
    let first = second.file_name().unwrap().to_str().unwrap()[..20].parse::<u64>().unwrap();
    std::fs::remove_dir_all(store.path().join("evidence")).unwrap();
    let blobs = Blobs::local(&store.path().join("evidence")).unwrap();
    let found = verify(store.path(), Some(&blobs)).unwrap();
    assert_eq!(found.events, first);
    let damage = found.problems.iter().find(|it| it.part == Part::Segments).unwrap();
    assert_eq!(damage.positions, [first]);
    assert!(damage.words.contains(&second.display().to_string()), "{}", damage.words);
    let missing = found.problems.iter().find(|it| it.part == Part::Evidence).unwrap();
    assert_eq!(missing.positions, [0]);
}
