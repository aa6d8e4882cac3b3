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
const MOST_LEAVES: u64 = 8192;
const MOST_BYTES: usize = 4 << 20;

/// Less leaves than this are not worth another thread.
const LEAST_SHARE: usize = 256;

/// Some leaves in a row. The memory is used again for the next ones.
#[derive(Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    leaves: Vec<Range<usize>>,
}

impl Batch {
    /// Reads the next leaves up to before position `end`; the first is at `position`.
    pub(crate) fn read(
        &mut self,
        lines: &mut Lines<impl BufRead>,
        position: u64,
        end: u64,
    ) -> Result<(), BundleError> {
        self.bytes.clear();
        self.leaves.clear();
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

    /// The leaves from first to last.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = &[u8]> {
        self.leaves.iter().map(|range| &self.bytes[range.clone()])
    }

    /// Their hashes, computed by as many threads as there are processors.
    pub(crate) fn hashes(&self) -> Vec<Hash> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let share = self.leaves.len().div_ceil(threads).max(LEAST_SHARE);
        let mut shares = self.leaves.chunks(share);
        let own = shares.next().unwrap_or_default();
        thread::scope(|scope| {
            let others: Vec<_> = shares.map(|it| scope.spawn(|| self.hash(it))).collect();
            let mut hashes = self.hash(own);
            for other in others {
                // A thread can only fail by a panic, which is then everybody's.
                hashes
                    .extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            hashes
        })
    }

    fn hash(&self, leaves: &[Range<usize>]) -> Vec<Hash> {
        leaves.iter().map(|range| leaf_hash(&self.bytes[range.clone()])).collect()
    }
}
