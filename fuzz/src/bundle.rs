//! Bundles from strangers: nothing is trusted but what a trusted key has vouched for.

mod splice;

use ledger::bundle::{BundleError, Kind, Report, State, Visitor, verify_tlog_proof, verify_with};
use ledger::{Hash, TlogProof, Verifier};

use crate::logs::{LOGS, Log};
pub use splice::mutate;

/// Checks the input for readers who trust nobody, and for one of each key there is.
pub fn check(input: &[u8]) {
    accept(input, &[]);
    for log in LOGS.iter() {
        for key in log.verifiers() {
            accept(input, std::slice::from_ref(&key));
            prove(input, log, &key);
        }
    }
}

fn accept(input: &[u8], trusted: &[Verifier]) {
    let mut seen = Seen::default();
    let report = match verify_with(input, trusted, &mut seen) {
        Ok(report) => report,
        Err(error) => return check_words(&error),
    };
    serde_json::to_string(&report).expect("a report is plain");
    assert_eq!(report.trusted, !trusted.is_empty());
    sound(&report, &seen, trusted);
}

/// An error is one that a person can be shown.
fn check_words(error: &BundleError) {
    assert!(error.to_string().len() < 16 << 10, "an endless message");
}

/// All that is in the report must be of one log, and vouched for: by the trusted key, or, where
/// nobody is trusted, by some key.
fn sound(report: &Report, seen: &Seen, trusted: &[Verifier]) {
    let log = LOGS.iter().find(|it| it.origin() == report.origin).expect("a log that was signed");
    let keys = log.verifiers();
    let vouchers = if trusted.is_empty() { &keys } else { trusted };
    for State { size, root } in report.older.iter().chain([&report.state]) {
        let vouched = vouchers.iter().any(|key| log.vouches(key, *size, *root));
        assert!(vouched, "nobody vouched for {size} events with root {root}");
    }
    assert!(report.signers.iter().all(|it| keys.contains(it)), "a stranger among the signers");
    assert!(!report.signers.is_empty());
    match report.kind {
        Kind::Inclusion => included(report, log),
        Kind::Consistency => assert!(report.older.is_some_and(|it| it.size <= report.state.size)),
        Kind::Export => {
            assert_eq!(report.events, report.state.size);
            assert!(log.leaves.iter().zip(0..report.events).map(|it| it.0).eq(&seen.leaves));
            assert_eq!(report.evidence, seen.evidence);
        }
    }
}

fn included(report: &Report, log: &Log) {
    let at = report.index.and_then(|it| usize::try_from(it).ok()).expect("an index");
    let leaf = report.leaf.as_ref().expect("a leaf");
    assert_eq!(log.leaves.get(at).map(Vec::as_slice), Some(leaf.as_bytes()));
}

/// The input as a proof in the common form: of no other leaf than the one at its index.
fn prove(input: &[u8], log: &Log, key: &Verifier) {
    let Some(proof) = std::str::from_utf8(input).ok().and_then(|it| it.parse::<TlogProof>().ok())
    else {
        return;
    };
    for leaf in log.leaves.iter().map(|it| String::from_utf8_lossy(it).into_owned()) {
        if let Ok(report) = verify_tlog_proof(proof.clone(), leaf, std::slice::from_ref(key)) {
            assert!(report.trusted);
            sound(&report, &Seen::default(), std::slice::from_ref(key));
        }
    }
}

/// What an export showed on the way.
#[derive(Default)]
struct Seen {
    leaves: Vec<Vec<u8>>,
    evidence: u64,
}

impl Visitor for Seen {
    fn leaf(&mut self, position: u64, leaf: &[u8]) -> Result<(), String> {
        assert_eq!(position, self.leaves.len() as u64);
        self.leaves.push(leaf.to_vec());
        Ok(())
    }

    fn evidence(&mut self, _sha256: &Hash, _zstd: &[u8]) -> Result<(), String> {
        self.evidence += 1;
        Ok(())
    }
}
