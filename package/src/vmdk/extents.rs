//! Reads a raw disk by batches of grains, and steps over its holes.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

use super::grain::Batch;
use super::{GRAIN, TABLE};

/// Grains of a batch; a table's number is a multiple of it, so no batch has grains of two tables.
const BATCH: u64 = 16;

/// The batches of a disk that may hold something, in order.
pub(super) struct Extents<'f> {
    file: &'f File,
    bytes: u64,
    at: u64,
    /// Where the data ends that the file system says is here; before it nothing is asked.
    data_end: u64,
}

impl<'f> Extents<'f> {
    pub(super) fn new(file: &'f File, bytes: u64) -> Self {
        Self { file, bytes, at: 0, data_end: 0 }
    }

    /// Goes to the next grain with data; where a file system knows no holes, everything is data.
    fn find(&mut self) -> io::Result<()> {
        while self.at >= self.data_end && self.at < self.bytes {
            match seek(self.file, SeekFrom::Data(self.at)) {
                Ok(data) => {
                    self.at = data.max(self.at) / GRAIN as u64 * GRAIN as u64;
                    let hole = seek(self.file, SeekFrom::Hole(data)).unwrap_or(self.bytes);
                    self.data_end = hole.max(self.at + 1);
                }
                // Nothing but a hole up to the end.
                Err(Errno::NXIO) => self.at = self.bytes,
                Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::SPIPE) => self.data_end = self.bytes,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn batch(&mut self) -> io::Result<Option<Batch>> {
        self.find()?;
        if self.at >= self.bytes {
            return Ok(None);
        }
        let first = self.at / GRAIN as u64;
        let table_end = first / TABLE * TABLE + TABLE;
        let data_end = self.data_end.min(self.bytes).div_ceil(GRAIN as u64);
        let end = (first + BATCH).min(table_end).min(data_end);
        let grains = usize::try_from(end - first).map_err(io::Error::other)?;
        let mut bytes = vec![0; grains * GRAIN];
        // The last grain of a disk may be a part; the rest of it is zeros.
        let there = usize::try_from(self.bytes - self.at).unwrap_or(usize::MAX).min(bytes.len());
        self.file.read_exact_at(&mut bytes[..there], self.at)?;
        self.at = end * GRAIN as u64;
        Ok(Some(Batch { first, bytes }))
    }
}

impl Iterator for Extents<'_> {
    type Item = io::Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}
