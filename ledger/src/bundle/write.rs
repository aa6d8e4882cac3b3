//! Writing bundles.

use std::io::{self, Write};

use serde::Serialize;

use crate::bundle::LARGEST_LEAF;
use crate::bundle::evidence::Evidence;
use crate::bundle::export::Export;
use crate::hash::Hash;

/// Writes an export line by line: the header, the events in order, then any evidence.
#[derive(Debug)]
pub struct ExportWriter<W> {
    to: W,
    events_left: u64,
}

impl<W: Write> ExportWriter<W> {
    /// Writes the header. Give a buffered writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(mut to: W, header: &Export) -> io::Result<Self> {
        line(&mut to, header)?;
        Ok(Self { to, events_left: header.events() })
    }

    /// Writes the next event: the leaf as the tree has hashed it.
    ///
    /// # Errors
    /// Those of the writer; `InvalidData` for a leaf that no line can hold and for one event more
    /// than the header says.
    pub fn leaf(&mut self, leaf: &[u8]) -> io::Result<()> {
        if leaf.len() > LARGEST_LEAF || leaf.contains(&b'\n') {
            return Err(invalid("a leaf is one line of at most 60 KiB"));
        }
        let one_more = || invalid("more events than the checkpoint of the export has");
        self.events_left = self.events_left.checked_sub(1).ok_or_else(one_more)?;
        self.to.write_all(leaf)?;
        self.to.write_all(b"\n")
    }

    /// Writes a piece of evidence: the SHA-256 of the bytes, and the bytes compressed with zstd.
    ///
    /// # Errors
    /// Those of the writer; `InvalidData` before the last event.
    pub fn evidence(&mut self, sha256: &Hash, zstd: &[u8]) -> io::Result<()> {
        self.check_complete()?;
        line(&mut self.to, &Evidence::new(sha256, zstd))
    }

    /// Flushes and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer; `InvalidData` if events are missing.
    pub fn finish(mut self) -> io::Result<W> {
        self.check_complete()?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn check_complete(&self) -> io::Result<()> {
        if self.events_left == 0 { Ok(()) } else { Err(invalid("the export lacks events")) }
    }
}

/// Writes a value as one line of JSON.
pub(crate) fn line(mut to: impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut to, value)?;
    to.write_all(b"\n")
}

fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
