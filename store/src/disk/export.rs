//! Writing a log down in one file that any tool can read and an outsider can check.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use domain::ids::Sha256Digest;
use ledger::Hash;
use ledger::bundle::{Export, ExportWriter};

use super::snapshot::Snapshot;
use crate::{Blobs, StoreError, schema};

/// What was written down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// How many events.
    pub events: u64,
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
        mut progress: impl FnMut(u64),
    ) -> Result<Exported, StoreError> {
        let (note, head) = self.newest()?;
        if let Some(damage) = self.damage()? {
            return Err(StoreError::Tree(damage));
        }
        let older = self.checkpoints()?.into_iter().filter(|(_, it)| it.size() < head.size());
        let older = older.map(|(note, _)| note).collect();
        let header = Export::new(self.verifiers().to_vec(), note, older);
        let header = header.map_err(|error| StoreError::Tree(error.to_string()))?;
        let io = |error| StoreError::io("cannot write", Path::new("the export"), error);
        let mut writer = ExportWriter::begin(to, &header).map_err(io)?;
        let mut named = BTreeSet::new();
        for leaf in self.leaves(0).take(usize::try_from(head.size()).unwrap_or(usize::MAX)) {
            let (position, leaf) = leaf?;
            writer.leaf(&leaf).map_err(io)?;
            if evidence.is_some() {
                let recorded = schema::decode(position, &leaf)?;
                named.extend(recorded.event.evidence().iter().map(|it| it.sha256));
            }
            progress(position + 1);
        }
        let mut exported = Exported { events: head.size(), ..Exported::default() };
        for (digest, blobs) in named.iter().zip(std::iter::repeat(evidence)) {
            match blobs.map(|blobs| blobs.packed(*digest)) {
                Some(Ok(packed)) => {
                    writer.evidence(&hash(*digest), &packed).map_err(io)?;
                    exported.evidence += 1;
                }
                Some(Err(StoreError::BlobMissing(_) | StoreError::BlobDamaged(_))) => {
                    exported.evidence_lost += 1;
                }
                Some(Err(error)) => return Err(error),
                None => {}
            }
        }
        writer.finish().map_err(io)?;
        Ok(exported)
    }
}

fn hash(digest: Sha256Digest) -> Hash {
    Hash::from(digest.to_bytes())
}
