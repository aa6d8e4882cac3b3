//! Verifying the log, held against plain SHA-256 of the same bytes, and proving single events.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _};
use std::path::Path;

use anyhow::{Result, ensure};
use ledger::{leaf_hash, verify_inclusion};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::{DiskLog, EventLog as _, Snapshot};

use crate::clock::timed;
use crate::event::Seed;
use crate::peers::portolan::settings;
use crate::stats::{Spread, share, sorted};

/// Does all in turn; each ratio is of one verification and the plain hashes around it.
pub(super) fn verify(store: &Path, plain: &Path, times: u32) -> Result<Value> {
    let bundle = plain.with_extension("bundle");
    Snapshot::take(store)?.export(BufWriter::new(File::create(&bundle)?), None, |_| ())?;
    let bytes = std::fs::metadata(plain)?.len() as f64;
    let (mut log, mut outside, mut plain_mb_s) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..times {
        let before = timed_plain(plain)?;
        let (result, inside) = timed(|| verify_log(store));
        result?;
        let between = timed_plain(plain)?;
        let (report, exported) = timed(|| verify_bundle(&bundle));
        report?;
        let after = timed_plain(plain)?;
        log.push(f64::midpoint(before, between) / inside);
        outside.push(f64::midpoint(between, after) / exported);
        plain_mb_s.push(bytes / between / 1e6);
    }
    std::fs::remove_file(&bundle)?;
    let plain_mb_s = Spread::of(plain_mb_s).median;
    Ok(json!({ "log": log, "bundle": outside, "plain_mb_s": plain_mb_s }))
}

/// Every checksum, every leaf, and the root that the signed head says.
fn verify_log(store: &Path) -> Result<()> {
    let snapshot = Snapshot::take(store)?;
    let (_, head) = snapshot.head()?;
    let tree = snapshot.tree(|_| ())?;
    ensure!(ledger::root(&tree, head.size())? == head.root(), "the tree is not the log's");
    Ok(())
}

/// An export, as an outsider checks it.
fn verify_bundle(bundle: &Path) -> Result<()> {
    let reader = BufReader::with_capacity(1 << 20, File::open(bundle)?);
    ledger::bundle::verify(reader, &[])?;
    Ok(())
}

fn timed_plain(plain: &Path) -> Result<f64> {
    let (digest, seconds) = timed(|| digest(plain));
    digest?;
    Ok(seconds)
}

fn digest(plain: &Path) -> Result<[u8; 32]> {
    let (mut file, mut hash) = (File::open(plain)?, Sha256::new());
    let mut block = vec![0; 1 << 20];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hash.finalize().into()),
            length => hash.update(&block[..length]),
        }
    }
}

/// Proves events at random and verifies each proof.
pub(super) fn prove(store: &Path, proofs: u64) -> Result<Value> {
    let log = DiskLog::open(store, &settings())?;
    let (size, root) = log.settle()?;
    let mut seed = Seed::of(size);
    let (mut took, mut verified) = (Vec::new(), Vec::new());
    for _ in 0..proofs {
        let index = seed.below(size);
        let (proof, seconds) = timed(|| log.inclusion(index, size));
        let proof = proof?;
        took.push(seconds * 1e6);
        let Some(leaf) = log.leaves(index).next().transpose()? else { continue };
        let leaf = leaf_hash(&leaf.1);
        let (result, seconds) = timed(|| verify_inclusion(&leaf, index, size, &proof, &root));
        result?;
        verified.push(seconds * 1e6);
    }
    ensure!(verified.len() as u64 == proofs, "a leaf is missing");
    let (took, verified) = (sorted(took), sorted(verified));
    Ok(json!({
        "p50_us": share(&took, 0.5),
        "p99_us": share(&took, 0.99),
        "verify_p99_us": share(&verified, 0.99),
    }))
}
