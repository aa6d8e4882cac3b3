//! Lines of bounded length, counted.

use std::io::{BufRead, Read as _};

use crate::bundle::error::BundleError;

/// Reads a file line by line. A line ends in a newline, the last one too: a file that was cut off
/// must not pass for a whole one.
pub(crate) struct Lines<R> {
    reader: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    /// The number of the line read last, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Appends the next line without its newline; false at the end of the file.
    pub(crate) fn read(&mut self, line: &mut Vec<u8>, limit: usize) -> Result<bool, BundleError> {
        let before = line.len();
        let mut bounded = self.reader.by_ref().take(limit as u64 + 1);
        if bounded.read_until(b'\n', line)? == 0 {
            return Ok(false);
        }
        self.number += 1;
        if line.last() == Some(&b'\n') {
            line.pop();
            Ok(true)
        } else if line.len() - before > limit {
            Err(BundleError::LineTooLong { line: self.number, limit })
        } else {
            Err(BundleError::CutOff { line: self.number })
        }
    }

    /// Fails if there is anything left.
    pub(crate) fn expect_end(&mut self) -> Result<(), BundleError> {
        let trailing = BundleError::Trailing { line: self.number + 1 };
        if self.reader.fill_buf()?.is_empty() { Ok(()) } else { Err(trailing) }
    }
}
