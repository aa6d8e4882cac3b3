//! A piece of the log in memory: some leaves that follow one another.

use std::ops::Range;

use ledger::TILE_WIDTH;

/// Leaves of one tile of the Merkle tree: what is stored and read together.
pub(super) const TILE: u64 = TILE_WIDTH as u64;

/// Leaves that follow one another.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// Position of the first.
    pub(crate) first: u64,
    /// The bytes in which they stand.
    pub(crate) bytes: Vec<u8>,
    /// Where each stands.
    pub(crate) leaves: Vec<Range<usize>>,
}

impl Chunk {
    /// Position behind the last.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.leaves.len() as u64
    }

    /// Keeps only what stands in this range.
    pub(crate) fn clip(&mut self, range: &Range<u64>) {
        let index = |position: u64| {
            let index = position.clamp(self.first, self.end()) - self.first;
            usize::try_from(index).unwrap_or(usize::MAX)
        };
        let (start, end) = (index(range.start), index(range.end));
        self.leaves.truncate(end.max(start));
        self.leaves.drain(..start);
        self.first += start as u64;
    }

    /// Adds what follows on it.
    pub(crate) fn extend(&mut self, next: &Chunk) {
        let shift = self.bytes.len();
        self.bytes.extend(&next.bytes);
        let moved = next.leaves.iter().map(|leaf| leaf.start + shift..leaf.end + shift);
        self.leaves.extend(moved);
    }

    /// The leaf at this position.
    pub(crate) fn leaf(&self, position: u64) -> Option<&[u8]> {
        let index = usize::try_from(position.checked_sub(self.first)?).ok()?;
        self.bytes.get(self.leaves.get(index)?.clone())
    }

    /// Every leaf with its position, in order.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &[u8])> + ExactSizeIterator {
        let leaf = |(index, range): (usize, &Range<usize>)| {
            (self.first + index as u64, &self.bytes[range.clone()])
        };
        self.leaves.iter().enumerate().map(leaf)
    }
}
