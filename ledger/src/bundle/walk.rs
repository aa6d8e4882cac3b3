//! Walks through an export from the first event to the last, in bounded memory.

use std::io::BufRead;
use std::iter::Peekable;
use std::{thread, vec};

use crate::bundle::batch::Batch;
use crate::bundle::chain::KeyChain;
use crate::bundle::chain_error::ChainError;
use crate::bundle::error::BundleError;
use crate::bundle::evidence::Evidence;
use crate::bundle::export::Export;
use crate::bundle::lines::Lines;
use crate::bundle::report::Report;
use crate::bundle::signed::{Signed, labels};
use crate::bundle::{Kind, LONGEST_EVIDENCE_LINE};
use crate::checkpoint::Checkpoint;
use crate::frontier::Frontier;
use crate::hash::Hash;
use crate::note::Note;
use crate::verifier::Verifier;

/// What a reader of an export does with its parts. Nothing is known to be true before the whole
/// export has been checked. An error in words stops the check.
pub trait Visitor {
    /// The header.
    ///
    /// # Errors
    /// The visitor's reason to stop.
    fn header(&mut self, _header: &Export) -> Result<(), String> {
        Ok(())
    }

    /// The leaf at the next position, from 0.
    ///
    /// # Errors
    /// The visitor's reason to stop.
    fn leaf(&mut self, _position: u64, _leaf: &[u8]) -> Result<(), String> {
        Ok(())
    }

    /// A piece of evidence: the SHA-256 it claims to have, and zstd-compressed bytes. Whether
    /// they belong together is for the visitor to check.
    ///
    /// # Errors
    /// The visitor's reason to stop.
    fn evidence(&mut self, _sha256: &Hash, _zstd: &[u8]) -> Result<(), String> {
        Ok(())
    }
}

/// Checks an export whose header was read.
pub(crate) fn check(
    header: Export,
    lines: &mut Lines<impl BufRead>,
    trusted: &[Verifier],
    visitor: &mut impl Visitor,
) -> Result<Report, BundleError> {
    let mut walk = Walk::new(&header)?;
    let known = header.keys().iter().any(|key| trusted.contains(key));
    if !trusted.is_empty() && !known {
        return Err(BundleError::Untrusted {
            size: header.events(),
            signers: labels(header.keys()),
        });
    }
    visitor.header(&header).map_err(|reason| BundleError::Visitor { line: 1, reason })?;
    walk.walk(lines, &header, visitor)?;
    walk.check_keys(header.keys())?;
    let is_trusted = walk.chain.anchors().iter().any(|key| trusted.contains(key));
    if let Some(position) = walk.chain.unproven().last().filter(|_| known && !is_trusted) {
        return Err(ChainError::Unproven { position: *position }.into());
    }
    let evidence = hand_on_evidence(lines, visitor)?;
    let checkpoint = header.checkpoint().text().parse()?;
    let key_changes = walk.chain.keys().len() as u64 - 1;
    let unproven_key_changes = walk.chain.unproven().to_vec();
    let (events, checkpoints) = (header.events(), walk.checkpoints);
    let signed = Signed { checkpoint, signers: walk.signers, trusted: is_trusted };
    let report = Report::of(Kind::Export, signed);
    Ok(Report { events, checkpoints, key_changes, unproven_key_changes, evidence, ..report })
}

/// The state between two events.
struct Walk<'a> {
    frontier: Frontier,
    chain: KeyChain,
    /// The checkpoints not reached yet.
    ahead: Peekable<vec::IntoIter<(Checkpoint, &'a Note)>>,
    /// Size of the last checkpoint that was right.
    since: u64,
    /// How many were right.
    checkpoints: u64,
    /// Who has signed the last one.
    signers: Vec<Verifier>,
}

impl<'a> Walk<'a> {
    fn new(header: &'a Export) -> Result<Self, BundleError> {
        Ok(Self {
            frontier: Frontier::new(),
            chain: KeyChain::new(header.origin(), header.first_key()?)?,
            ahead: header.ordered_checkpoints()?.into_iter().peekable(),
            since: 0,
            checkpoints: 0,
            signers: Vec::new(),
        })
    }

    /// Walks from the first event to the last. While one batch is walked through and another is
    /// read, the one between them is hashed.
    fn walk(
        &mut self,
        lines: &mut Lines<impl BufRead>,
        header: &Export,
        visitor: &mut impl Visitor,
    ) -> Result<(), BundleError> {
        let (mut hashed, mut read, mut free) =
            (Batch::default(), Batch::default(), Batch::default());
        let (mut position, mut ended) = (0, Ok(()));
        self.check_checkpoints()?;
        loop {
            thread::scope(|scope| {
                scope.spawn(|| read.hash());
                if ended.is_ok() {
                    ended = free.read(lines, position, header.events());
                }
                self.through(&hashed, visitor)
            })?;
            position += free.len();
            (hashed, read, free) = (read, free, hashed);
            if hashed.len() + read.len() == 0 {
                return ended; // what is wrong further up is told first
            }
            free.clear();
        }
    }

    fn through(&mut self, batch: &Batch, visitor: &mut impl Visitor) -> Result<(), BundleError> {
        for (line, leaf, hash) in batch.leaves() {
            let visited = visitor.leaf(self.frontier.size(), leaf);
            visited.map_err(|reason| BundleError::Visitor { line, reason })?;
            self.step(leaf, hash)?;
        }
        Ok(())
    }

    fn step(&mut self, leaf: &[u8], hash: Hash) -> Result<(), BundleError> {
        self.chain.see(self.frontier.size(), leaf)?;
        self.frontier.push(hash);
        self.check_checkpoints()
    }

    /// Checks all checkpoints of the size reached.
    fn check_checkpoints(&mut self) -> Result<(), BundleError> {
        let size = self.frontier.size();
        while let Some((checkpoint, note)) = self.ahead.next_if(|(it, _)| it.size() == size) {
            self.signers = self.chain.check(size, note)?;
            let (computed, claimed) = (self.frontier.root(), checkpoint.root());
            if computed != claimed {
                return Err(BundleError::OtherRoot { size, since: self.since, computed, claimed });
            }
            self.since = size;
            self.checkpoints += 1;
        }
        Ok(())
    }

    /// The keys proven by the events must be those of the header.
    fn check_keys(&self, listed: &[Verifier]) -> Result<(), ChainError> {
        let proven = self.chain.keys();
        let differ = ChainError::OtherKeys { listed: listed.len(), proven: proven.len() };
        if proven == listed { Ok(()) } else { Err(differ) }
    }
}

/// Hands the lines below the events to the visitor; returns how many.
fn hand_on_evidence(
    lines: &mut Lines<impl BufRead>,
    visitor: &mut impl Visitor,
) -> Result<u64, BundleError> {
    let (mut count, mut text) = (0, Vec::new());
    while lines.read(&mut text, LONGEST_EVIDENCE_LINE)? {
        let line = lines.number();
        let evidence = Evidence::decode(&text);
        let (sha256, zstd) = evidence.map_err(|source| BundleError::Json { line, source })?;
        let visited = visitor.evidence(&sha256, &zstd);
        visited.map_err(|reason| BundleError::Visitor { line, reason })?;
        count += 1;
        text.clear();
    }
    Ok(count)
}
