//! The file in which what is not delivered waits: cut short, damaged, full, and in two hands.

use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::command::{Command, RecordStep};
use domain::event::Outcome;
use domain::step::Step;
use runner::remote::{Consignment, Entry, SPOOL_BYTES, Spool, SpoolFault};

use crate::lab::trials;

fn entry(number: u32) -> Entry {
    let record = RecordStep {
        trial: trials()[0].clone(),
        step: Step::SanityCheck,
        attempt: number,
        outcome: Outcome::Completed,
        observations: Vec::new(),
        evidence: Vec::new(),
        act: "one".to_owned(),
        duration_ms: 1,
    };
    let evidence = vec![Arc::from(vec![7; number as usize * 10]), Arc::from(Vec::new())];
    Entry { command: Command::RecordStep(record), evidence }
}

fn to() -> Consignment {
    let (server, campaign) = ("http://127.0.0.1:1".to_owned(), "c-far".parse().unwrap());
    Consignment { server, campaign, lease: None }
}

fn keep(folder: &Path) -> Result<Spool, SpoolFault> {
    Spool::keep(folder, &to(), SPOOL_BYTES)
}

fn append(spool: &Spool, number: u32) {
    let entry = entry(number);
    spool.append(&entry.command, &entry.evidence).unwrap();
}

fn waiting(spool: &Spool) -> Vec<Entry> {
    spool.next(1000, u64::MAX).unwrap().map(|it| it.entries).unwrap_or_default()
}

/// A spool of three entries on disk; where each of them ends.
fn three(folder: &Path) -> (PathBuf, Vec<u64>) {
    let spool = keep(folder).unwrap();
    let size = || std::fs::metadata(spool.path()).unwrap().len();
    let mut ends = vec![size()];
    for number in 1..=3 {
        append(&spool, number);
        ends.push(size());
    }
    (spool.path().to_owned(), ends)
}

#[test]
fn entries_come_out_as_they_went_in_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = three(folder.path());
    let spool = Spool::open(&path, SPOOL_BYTES).unwrap();
    assert_eq!(*spool.to(), to());
    assert_eq!(waiting(&spool), [entry(1), entry(2), entry(3)]);
    let two = spool.next(2, u64::MAX).unwrap().unwrap();
    assert_eq!(two.entries, [entry(1), entry(2)]);
    spool.delivered(&two, 1).unwrap();
    assert_eq!(waiting(&spool), [entry(2), entry(3)]);
    append(&spool, 4);
    let rest = spool.next(10, u64::MAX).unwrap().unwrap();
    spool.delivered(&rest, 3).unwrap();
    assert_eq!((spool.waiting(), waiting(&spool).len()), (0, 0));
    append(&spool, 5);
    assert_eq!(waiting(&spool), [entry(5)]);
    assert_eq!(Spool::all(folder.path()).unwrap(), [path]);
    spool.remove().unwrap();
    assert!(Spool::all(folder.path()).unwrap().is_empty());
    assert!(Spool::all(&folder.path().join("nowhere")).unwrap().is_empty());
}

#[test]
fn wherever_it_is_cut_short_the_whole_entries_before_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (path, ends) = three(folder.path());
    let bytes = std::fs::read(&path).unwrap();
    for cut in ends[0]..=ends[3] {
        std::fs::write(&path, &bytes[..usize::try_from(cut).unwrap()]).unwrap();
        let spool = Spool::open(&path, SPOOL_BYTES).unwrap();
        let whole = ends[1..].iter().filter(|end| **end <= cut).count();
        assert_eq!(waiting(&spool).len(), whole, "cut at {cut}");
        append(&spool, 9);
        assert_eq!(waiting(&spool).last(), Some(&entry(9)), "cut at {cut}");
        drop(spool);
        assert_eq!(waiting(&Spool::open(&path, SPOOL_BYTES).unwrap()).len(), whole + 1);
    }
    // Space that the file system gave it and that was never written.
    let mut longer = bytes.clone();
    longer.resize(longer.len() + 5000, 0);
    std::fs::write(&path, longer).unwrap();
    assert_eq!(waiting(&Spool::open(&path, SPOOL_BYTES).unwrap()).len(), 3);
}

#[test]
fn damage_before_the_last_entry_is_told_and_never_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let (path, ends) = three(folder.path());
    let bytes = std::fs::read(&path).unwrap();
    for at in 0..ends[2] {
        std::fs::write(&path, &bytes).unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        let index = usize::try_from(at).unwrap();
        file.write_all_at(&[bytes[index] ^ 0x55], at).unwrap();
        drop(file);
        let opened = Spool::open(&path, SPOOL_BYTES);
        assert!(matches!(opened, Err(SpoolFault::Damaged { .. })), "byte {at}: {opened:?}");
        assert_eq!(std::fs::metadata(&path).unwrap().len(), bytes.len() as u64);
    }
    for strange in [&b""[..], b"x", &[0xff; 4096], b"{\"schema\": \"portolan.spool/1\"}"] {
        std::fs::write(&path, strange).unwrap();
        assert!(matches!(Spool::open(&path, 1), Err(SpoolFault::Damaged { at: 0, .. })));
    }
}

#[test]
fn a_full_spool_takes_nothing_and_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let (path, ends) = three(folder.path());
    let spool = Spool::open(&path, ends[3] + 10).unwrap();
    let more = entry(1);
    let full = spool.append(&more.command, &more.evidence).unwrap_err();
    assert!(matches!(full, SpoolFault::Full { .. }));
    assert!(full.to_string().contains("portolan spool deliver"), "{full}");
    assert_eq!(waiting(&spool).len(), 3);
}

#[test]
fn a_spool_is_in_one_hand() {
    let folder = tempfile::tempdir().unwrap();
    let spool = keep(folder.path()).unwrap();
    assert!(matches!(keep(folder.path()), Err(SpoolFault::InUse(_))));
    let leased = Consignment { lease: Some("../../l".to_owned()), ..to() };
    let other = Spool::keep(folder.path(), &leased, SPOOL_BYTES).unwrap();
    assert_eq!(other.path().parent(), spool.path().parent(), "a lease leads nowhere else");
    drop(spool);
    assert!(keep(folder.path()).is_ok());
}
