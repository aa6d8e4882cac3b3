//! Where a log stands, as a single writer in the same process may keep it in memory.

use anyhow::{Result, ensure};

use crate::event::{Entry, STREAMS};

/// The next position and the next version of each stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    position: u64,
    versions: [u64; STREAMS as usize],
}

impl Head {
    /// How many events there are.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Checks the version the entry was decided on and gives it its position.
    pub(crate) fn take(&mut self, entry: &Entry) -> Result<u64> {
        let next = &mut self.versions[entry.stream as usize];
        ensure!(*next == entry.version, "expected version {}, is {next}", entry.version);
        *next += 1;
        self.position += 1;
        Ok(self.position - 1)
    }
}

/// The key of an event in the index of streams: stream, then version, so that a stream lies together.
pub(crate) fn stream_key(entry: &Entry) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&entry.stream.to_be_bytes());
    key[4..].copy_from_slice(&entry.version.to_be_bytes());
    key
}
