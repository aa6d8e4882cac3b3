//! Writing a log down in one file that any tool can read and an outsider can check.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use domain::ids::Sha256Digest;
use ledger::bundle::{Export, ExportWriter};
use ledger::{Checkpoint, Hash, Note, Verifier};

use super::reader::hashed;
use super::snapshot::Snapshot;
use super::verify::may_change_key;
use crate::{Blobs, StoreError, schema};

/// What was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// How many events.
    pub events: u64,
    /// The root over them, as it was signed.
    pub root: Hash,
    /// How many pieces of evidence.
    pub evidence: u64,
    /// How many pieces that an event names are missing or damaged, and so not in the export.
    pub evidence_lost: u64,
}

impl Snapshot {
    /// Writes everything up to what was signed last as JSON Lines with the checkpoints that prove it,
    /// and the evidence behind it when there is any to give. The same log gives the same bytes.
    ///
    /// # Errors
    /// When the log cannot be read up to its signed head, or the writer fails.
    pub fn export(
        &self,
        to: impl Write,
        evidence: Option<&Blobs>,
        progress: impl FnMut(u64),
    ) -> Result<Exported, StoreError> {
        let (note, head) = self.newest()?;
        if let Some(damage) = self.damage()? {
            return Err(StoreError::Tree(damage));
        }
        let size = head.size();
        let older = self.checkpoints()?.into_iter().filter(|(_, it)| it.size() < size);
        let older = older.map(|(note, _)| note).collect();
        Extent { log: self, note, head, older, keys: self.verifiers() }
            .write(to, evidence, progress)
    }

    /// The same for a damaged log: what stands before the damage, as far as a checkpoint covers it.
    ///
    /// # Errors
    /// [`StoreError::Tree`] when no checkpoint does; or the writer fails.
    pub fn export_intact(
        &self,
        to: impl Write,
        evidence: Option<&Blobs>,
        progress: impl FnMut(u64),
    ) -> Result<Exported, StoreError> {
        let (mut end, mut changes) = (0, Vec::new());
        for chunk in hashed(&self.segments, 0, self.end) {
            let Ok((chunk, _)) = chunk else { break };
            let may_change = chunk.iter().filter(|(_, leaf)| may_change_key(leaf));
            changes.extend(may_change.map(|(position, _)| position));
            end = chunk.end();
        }
        let mut kept = self.intact_checkpoints();
        kept.retain(|(_, it)| it.size() <= end);
        let furthest = kept.last().map_or(0, |(_, it)| it.size());
        let further = |(_, head): &(Note, Checkpoint)| (furthest + 1..=end).contains(&head.size());
        kept.extend(self.head().ok().filter(further));
        let none = || StoreError::Tree(format!("no checkpoint covers the {end} intact events"));
        let (note, last) = kept.pop().ok_or_else(none)?;
        let size = last.size();
        let keys = 1 + changes.iter().filter(|position| **position < size).count();
        let keys = &self.verifiers()[..keys.min(self.verifiers().len())];
        let older = kept.into_iter().map(|(note, _)| note).collect();
        Extent { log: self, note, head: last, older, keys }.write(to, evidence, progress)
    }
}

/// How much of a log is written down.
struct Extent<'a> {
    log: &'a Snapshot,
    /// Over all of it.
    note: Note,
    head: Checkpoint,
    /// Over less of it, by rising size.
    older: Vec<Note>,
    /// Those that the events up to there name.
    keys: &'a [Verifier],
}

impl Extent<'_> {
    fn write(
        self,
        to: impl Write,
        evidence: Option<&Blobs>,
        mut progress: impl FnMut(u64),
    ) -> Result<Exported, StoreError> {
        let Self { log, note, head, older, keys } = self;
        let (events, root) = (head.size(), head.root());
        let header = Export::new(keys.to_vec(), note, older);
        let header = header.map_err(|error| StoreError::Tree(error.to_string()))?;
        let mut writer = ExportWriter::begin(to, &header).map_err(unwritten)?;
        let mut named = BTreeSet::new();
        for leaf in log.leaves(0).take(usize::try_from(events).unwrap_or(usize::MAX)) {
            let (position, leaf) = leaf?;
            writer.leaf(&leaf).map_err(unwritten)?;
            if evidence.is_some() {
                let recorded = schema::decode(position, &leaf)?;
                named.extend(recorded.event.evidence().iter().map(|it| it.sha256));
            }
            progress(position + 1);
        }
        let mut exported = Exported { events, root, evidence: 0, evidence_lost: 0 };
        if let Some(blobs) = evidence {
            exported.write_evidence(&mut writer, &named, blobs)?;
        }
        writer.finish().map_err(unwritten)?;
        Ok(exported)
    }
}

impl Exported {
    /// Writes these pieces, as far as they are there, and counts them.
    fn write_evidence(
        &mut self,
        writer: &mut ExportWriter<impl Write>,
        named: &BTreeSet<Sha256Digest>,
        blobs: &Blobs,
    ) -> Result<(), StoreError> {
        for digest in named {
            match blobs.packed(*digest) {
                Ok(packed) => {
                    writer.evidence(&hash(*digest), &packed).map_err(unwritten)?;
                    self.evidence += 1;
                }
                Err(StoreError::BlobMissing(_) | StoreError::BlobDamaged(_)) => {
                    self.evidence_lost += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn unwritten(error: io::Error) -> StoreError {
    StoreError::io("cannot write", Path::new("the export"), error)
}

fn hash(digest: Sha256Digest) -> Hash {
    Hash::from(digest.to_bytes())
}
