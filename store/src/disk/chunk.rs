//! A piece of the log in memory: some leaves that follow one another.

use std::ops::Range;

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
