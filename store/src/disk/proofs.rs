//! Proofs from a snapshot: without the index, in memory that does not grow with the log.

use ledger::bundle::{Consistency, Inclusion};
use ledger::{
    Checkpoint, Frontier, Hash, Note, TileId, TileSource, leaf_hash, verify_consistency,
    verify_inclusion,
};

use super::checkpoints;
use super::chunk::TILE;
use super::reader::missing;
use super::snapshot::Snapshot;
use super::tree::unread;
use crate::StoreError;
use crate::schema::Envelope;

/// Hashes read at once.
const AT_ONCE: u64 = 65_536;

impl Snapshot {
    /// What a signed note says about this log: it must be of this log, signed by one of its keys.
    /// The path is where the note is from, for messages.
    ///
    /// # Errors
    /// [`StoreError::Checkpoint`].
    pub fn signed(&self, path: &std::path::Path, note: &Note) -> Result<Checkpoint, StoreError> {
        checkpoints::signed(path, note, self.verifiers())
    }

    /// When the last of the first `size` events was recorded.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn recorded_at(&self, size: u64) -> Result<Option<jiff::Timestamp>, StoreError> {
        let Some(last) = size.checked_sub(1).filter(|last| *last < self.end) else {
            return Ok(None);
        };
        let leaf = self.segments.leaf(last)?.ok_or_else(|| missing(last))?;
        Envelope::parse(last, &leaf)?.at().map(Some)
    }

    /// The proof that an event is in the log as this note has it.
    ///
    /// # Errors
    /// When the event is not below the size of the note or cannot be read, or [`StoreError::Tree`]
    /// when another root was signed than the events have.
    pub fn inclusion(&self, position: u64, note: Note) -> Result<Inclusion, StoreError> {
        let checkpoint = self.signed(&self.layout.head(), &note)?;
        let proof = ledger::inclusion(self, position, checkpoint.size()).map_err(unread)?;
        let leaf = self.segments.leaf(position)?.ok_or_else(|| missing(position))?;
        let (hash, size, root) = (leaf_hash(&leaf), checkpoint.size(), checkpoint.root());
        verify_inclusion(&hash, position, size, &proof, &root).map_err(|_| rewritten(size))?;
        let leaf = String::from_utf8(leaf)
            .map_err(|error| StoreError::Damaged { position, why: error.to_string() })?;
        Ok(Inclusion::new(position, leaf, proof, note, self.verifiers().to_vec()))
    }

    /// The proof that the log as the old note has it is the beginning of that of the new one.
    ///
    /// # Errors
    /// As [`Snapshot::inclusion`].
    pub fn consistency(&self, old: Note, new: Note) -> Result<Consistency, StoreError> {
        let [before, after] = [&old, &new].map(|note| self.signed(&self.layout.head(), note));
        let (before, after) = (before?, after?);
        let (size, root) = (before.size(), before.root());
        let proof = ledger::consistency(self, size, after.size()).map_err(unread)?;
        verify_consistency(size, &root, after.size(), &after.root(), &proof)
            .map_err(|_| rewritten(size))?;
        Ok(Consistency::new(old, new, proof, self.verifiers().to_vec()))
    }
}

pub(super) fn rewritten(size: u64) -> StoreError {
    StoreError::Tree(format!(
        "a key of this log has signed another root for its first {size} events: its history was \
         altered, here or where that was signed"
    ))
}

impl TileSource for Snapshot {
    type Error = StoreError;

    /// Puts the tile together from the hashes of the events below it.
    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let no_tile = || StoreError::NoTile(id);
        let below = TILE.checked_pow(id.level.into()).ok_or_else(no_tile)?;
        let first = id.index.checked_mul(TILE).and_then(|it| it.checked_mul(below));
        let first = first.ok_or_else(no_tile)?;
        let end = first.checked_add(below.saturating_mul(id.width.into()));
        let end = end.filter(|end| *end <= self.end).ok_or_else(no_tile)?;
        let (mut hashes, mut tree) = (Vec::with_capacity(id.width.into()), Frontier::new());
        let mut position = first;
        while position < end {
            let leaves = self.segments.hashes(position..end.min(position + AT_ONCE))?;
            if leaves.is_empty() {
                return Err(missing(position));
            }
            position += leaves.len() as u64;
            for leaf in leaves {
                tree.push(leaf);
                if tree.size() == below {
                    hashes.push(std::mem::take(&mut tree).root());
                }
            }
        }
        Ok(hashes)
    }
}
