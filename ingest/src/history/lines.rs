//! The line that a place in a text stands in.

use memchr::memchr_iter;

/// How many lines end in these bytes.
pub(super) fn ends_in(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// Lines of a text, asked for from its beginning to its end: each part is counted once.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    /// The line of this offset, from 1. One that lies behind the text stands in the last.
    pub(super) fn at(&mut self, offset: usize) -> u64 {
        let offset = offset.min(self.text.len());
        if offset < self.offset {
            (self.offset, self.line) = (0, 1);
        }
        self.line += ends_in(&self.text.as_bytes()[self.offset..offset]);
        self.offset = offset;
        self.line
    }

    /// The line of a piece of this very text.
    pub(super) fn of_piece(&mut self, piece: &str) -> u64 {
        let offset = (piece.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.at(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_whatever_was_asked_before() {
        let text = "a\nbä\n\nc";
        let mut lines = Lines::of(text);
        for (offset, line) in [(0, 1), (1, 1), (2, 2), (3, 2), (6, 3), (7, 4), (99, 4), (2, 2)] {
            assert_eq!(lines.at(offset), line, "{offset}");
        }
        assert_eq!(lines.of_piece(&text[7..]), 4);
    }
}
