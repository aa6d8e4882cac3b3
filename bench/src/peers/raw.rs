//! The control: a file to which frames of length, CRC-32C and leaf are appended, synced once a batch.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;

use super::{Appender, Engine};
use crate::event::Entry;

pub(crate) struct Raw {
    file: File,
    count: AtomicU64,
}

impl Raw {
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        let file = File::options().append(true).create_new(true).open(folder.join("raw"))?;
        Ok(Self { file, count: AtomicU64::new(0) })
    }
}

impl Engine for Raw {
    fn appender(&self) -> Result<Box<dyn Appender + '_>> {
        Ok(Box::new(Writer { raw: self, frames: Vec::new() }))
    }

    fn count(&self) -> Result<u64> {
        Ok(self.count.load(Ordering::Relaxed))
    }
}

struct Writer<'a> {
    raw: &'a Raw,
    frames: Vec<u8>,
}

impl Appender for Writer<'_> {
    fn append(&mut self, batch: &[Entry]) -> Result<()> {
        self.frames.clear();
        for entry in batch {
            self.frames.extend(u32::try_from(entry.leaf.len())?.to_le_bytes());
            self.frames.extend(crc32c::crc32c(&entry.leaf).to_le_bytes());
            self.frames.extend(&entry.leaf);
        }
        (&self.raw.file).write_all(&self.frames)?;
        self.raw.file.sync_data()?;
        self.raw.count.fetch_add(batch.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}
