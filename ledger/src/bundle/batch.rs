//! Leaves read and hashed many at a time, so that every processor has work.

use std::io::BufRead;
use std::num::NonZero;
use std::ops::Range;
use std::thread;

use crate::bundle::error::BundleError;
use crate::bundle::lines::Lines;
use crate::bundle::{LARGEST_LEAF, LONGEST_LEAF_LINE};
use crate::hash::{Hash, leaf_hash};

/// Most leaves in a batch, and most bytes before the last one is added.
const MOST_LEAVES: u64 = 4096;
const MOST_BYTES: usize = 4 << 20;

/// Less leaves than this are not worth another thread.
const LEAST_SHARE: usize = 1024;

/// Some leaves in a row. The memory is used again for the next ones.
#[derive(Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    leaves: Vec<Range<usize>>,
    hashes: Vec<Hash>,
    /// Line of the file that the first leaf stands in.
    first_line: u64,
}

impl Batch {
    /// Reads the next leaves up to before position `end`; the first is at `position`. After an
    /// error the leaves before it are there.
    pub(crate) fn read(
        &mut self,
        lines: &mut Lines<impl BufRead>,
        position: u64,
        end: u64,
    ) -> Result<(), BundleError> {
        self.clear();
        self.first_line = lines.number() + 1;
        for position in position..end.min(position.saturating_add(MOST_LEAVES)) {
            let begin = self.bytes.len();
            if begin >= MOST_BYTES {
                break;
            }
            if !lines.read(&mut self.bytes, LONGEST_LEAF_LINE)? {
                return Err(BundleError::EventsMissing { expected: end, found: position });
            }
            let bytes = self.bytes.len() - begin;
            if bytes > LARGEST_LEAF {
                return Err(BundleError::LeafTooLarge { position, bytes });
            }
            self.leaves.push(begin..self.bytes.len());
        }
        Ok(())
    }

    /// Forgets the leaves.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.leaves.clear();
        self.hashes.clear();
    }

    /// How many leaves there are.
    pub(crate) fn len(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// Each leaf with its line and its hash, from first to last, once they are hashed.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = (u64, &[u8], Hash)> {
        let leaves = self.leaves.iter().map(|range| &self.bytes[range.clone()]);
        (self.first_line..)
            .zip(leaves)
            .zip(&self.hashes)
            .map(|((line, leaf), hash)| (line, leaf, *hash))
    }

    /// Hashes the leaves with all processors but one, which reads and walks meanwhile.
    pub(crate) fn hash(&mut self) {
        let threads = thread::available_parallelism().map_or(1, NonZero::get).max(2) - 1;
        let share = self.leaves.len().div_ceil(threads).max(LEAST_SHARE);
        self.hashes.resize(self.leaves.len(), Hash::from([0; 32]));
        let bytes = &self.bytes;
        let mut shares = self.leaves.chunks(share).zip(self.hashes.chunks_mut(share));
        let own = shares.next();
        thread::scope(|scope| {
            for (leaves, hashes) in shares {
                scope.spawn(move || hash_all(bytes, leaves, hashes));
            }
            own.map(|(leaves, hashes)| hash_all(bytes, leaves, hashes))
        });
    }
}

fn hash_all(bytes: &[u8], leaves: &[Range<usize>], hashes: &mut [Hash]) {
    for (range, hash) in leaves.iter().zip(hashes) {
        *hash = leaf_hash(&bytes[range.clone()]);
    }
}
