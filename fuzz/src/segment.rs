//! The files of a log after whatever happened to them: what is read is what they say, damage is
//! told, and nothing that was signed is missing or other without a word.
//!
//! The first byte says what the rest is; see [`Input`].

mod frames;
mod records;
mod stores;
mod sums;

use domain::event::Recorded;
use ledger::Frontier;
use store::{Direction, Scope, Snapshot, StoreError, schema};

use frames::Table;
use stores::{STORES, Store};

/// What the bytes behind the first one are. Any higher number is taken modulo.
#[derive(Debug, Clone, Copy)]
enum Input {
    /// 0: an active segment, as it is.
    Open,
    /// 1: an active segment whose sums are made right first.
    OpenSummed,
    /// 2: a sealed segment, as it is.
    Sealed,
    /// 3: a sealed segment whose sums are made right first.
    SealedSummed,
    /// 4: lines; a zero byte ends a block. They are sealed, with a table.
    Lines,
    /// 5: the same without a table, as after damage to it.
    LinesAlone,
    /// 6: three bytes that say how the table lies, then lines.
    LinesBelied,
}

impl Input {
    fn of(first: u8) -> Self {
        match first % 7 {
            0 => Self::Open,
            1 => Self::OpenSummed,
            2 => Self::Sealed,
            3 => Self::SealedSummed,
            4 => Self::Lines,
            5 => Self::LinesAlone,
            _ => Self::LinesBelied,
        }
    }
}

/// Puts the input in the place of one segment, reads the log and compares.
pub fn check(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    let mut file = rest.to_vec();
    match Input::of(*first) {
        Input::Open => check_open(&file),
        Input::OpenSummed => {
            sums::mend_records(&mut file);
            check_open(&file);
        }
        Input::Sealed => check_sealed(&file),
        Input::SealedSummed => {
            sums::mend_table(&mut file);
            check_sealed(&file);
        }
        Input::Lines => check_lines(rest, Table::Right),
        Input::LinesAlone => check_lines(rest, Table::Missing),
        Input::LinesBelied => {
            if let Some((lie, lines)) = rest.split_first_chunk() {
                check_lines(lines, Table::Lying(*lie));
            }
        }
    }
}

fn check_lines(lines: &[u8], table: Table) {
    check_sealed(&frames::sealed(lines, STORES.sealed.first, table));
}

fn check_open(file: &[u8]) {
    let store = &STORES.open;
    store.put(file);
    let log = Snapshot::take(&store.folder).expect("an active segment never hinders reading");
    let meant = records::read(file, store.first);
    assert_eq!(log.end(), store.first + meant.leaves.len() as u64);
    let (leaves, error) = store.leaves(&log);
    assert_eq!((&leaves, error), (&meant.leaves, None));
    let damaged = meant.durable > log.end() || store.signed > log.end();
    assert_eq!(log.damage().expect("the head is right").is_some(), damaged);
    reads_as_its_leaves(store, &log, &leaves);
    is_verified(file, store, &log, &leaves);
}

fn check_sealed(file: &[u8]) {
    let store = &STORES.sealed;
    store.put(file);
    let log = match Snapshot::take(&store.folder) {
        Ok(log) => log,
        Err(StoreError::Newer { .. }) => return,
        Err(error) => panic!("a sealed segment hinders reading: {error}"),
    };
    let (leaves, error) = store.leaves(&log);
    let damage = log.damage().expect("the head is right");
    // The segment behind joins this one only where it is as long as it was.
    let own = store.original.len() - store.behind;
    let split = if damage.is_none() { own.min(leaves.len()) } else { leaves.len() };
    let (segment, behind) = leaves.split_at(split);
    let (lines, unread) = frames::lines(file);
    assert!(segment.iter().zip(&lines).all(|(leaf, line)| leaf == line), "other than zstdcat's");
    assert!(segment.len() <= lines.len() || unread, "more than zstdcat's");
    assert!(behind.is_empty() || store.original[own..].starts_with(behind));
    if error.is_none() {
        let found = store.first + leaves.len() as u64;
        assert_eq!(found, log.end(), "events are missing without a word");
    }
    assert!(damage.is_some() || log.end() >= store.signed);
    reads_as_its_leaves(store, &log, &leaves);
    is_verified(file, store, &log, &leaves);
}

/// Events are their leaves decoded, forward and backward, up to the first that cannot be read.
fn reads_as_its_leaves(store: &Store, log: &Snapshot, leaves: &[Vec<u8>]) {
    let decoded = (store.first..).zip(leaves).map(|(at, leaf)| schema::decode(at, leaf));
    let meant: Vec<Recorded> = decoded.map_while(Result::ok).collect();
    let forward = log.read(store.first, Direction::Forward);
    assert!(forward.map_while(Result::ok).eq(meant.iter().cloned()));
    if store.first + meant.len() as u64 == log.end() {
        let backward = log.read(log.end(), Direction::Backward).take(meant.len());
        assert!(backward.map_while(Result::ok).eq(meant.iter().rev().cloned()));
    }
}

/// The check of a whole log finds nothing wrong only when what was signed is there.
fn is_verified(file: &[u8], store: &Store, log: &Snapshot, leaves: &[Vec<u8>]) {
    let findings = log.verify(&Scope::default(), |_| {});
    let signed = leaves.len() >= store.original.len()
        && leaves.iter().zip(&store.original).all(|(it, original)| it == original);
    if findings.problems.is_empty() {
        assert!(signed, "what was signed is not there, and no problem is found");
        let mut tree = Frontier::new();
        let all = store.before.iter().chain(leaves).map(|leaf| ledger::leaf_hash(leaf));
        all.for_each(|hash| tree.push(hash));
        assert_eq!((findings.events, findings.root), (tree.size(), tree.root()));
    } else {
        // A table or a torn end may be all that is damaged; here nothing is.
        assert_ne!(file, store.file, "problems are found: {:?}", findings.problems);
    }
}

/// The files of both stores that an input takes the place of, for seeds: open, then sealed.
#[must_use]
pub fn originals() -> [Vec<u8>; 2] {
    [&STORES.open, &STORES.sealed].map(|it| it.file.clone())
}
