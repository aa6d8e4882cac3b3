//! Writes grains, the tables that find them, and the end of a VMDK; the sectors are counted here.

use std::io::{self, Write};

use super::grain::Packed;
use super::header::{Header, OVERHEAD};
use super::{GRAIN, SECTOR, TABLE};

/// Kinds of markers that are no grain's.
const END: u32 = 0;
const GRAIN_TABLE: u32 = 1;
const DIRECTORY: u32 = 2;
const FOOTER: u32 = 3;

/// A VMDK behind its front.
pub(super) struct Tables<W> {
    out: W,
    /// The sector that is written next.
    sector: u64,
    capacity: u64,
    /// Sectors of the tables that are written; 0 where a table would be empty.
    directory: Vec<u32>,
    /// The table whose grains are being written.
    open: Option<(usize, Vec<u32>)>,
    grains: u64,
}

impl<W: Write> Tables<W> {
    /// `capacity` in sectors.
    pub(super) fn new(out: W, capacity: u64) -> Self {
        let tables = capacity.div_ceil(TABLE * (GRAIN as u64 / SECTOR));
        let directory = vec![0; usize::try_from(tables).unwrap_or(0)];
        Self { out, sector: OVERHEAD, capacity, directory, open: None, grains: 0 }
    }

    pub(super) fn append(&mut self, packed: &Packed) -> io::Result<()> {
        for (grain, offset) in &packed.grains {
            let table = usize::try_from(grain / TABLE).map_err(io::Error::other)?;
            if self.open.as_ref().is_some_and(|(open, _)| *open != table) {
                self.close()?;
            }
            let sector = short(self.sector + u64::from(*offset))?;
            let empty = || (table, vec![0; usize::try_from(TABLE).unwrap_or(0)]);
            let (_, entries) = self.open.get_or_insert_with(empty);
            entries[usize::try_from(grain % TABLE).map_err(io::Error::other)?] = sector;
        }
        self.grains += packed.grains.len() as u64;
        self.put(&packed.bytes)
    }

    fn close(&mut self) -> io::Result<()> {
        let Some((number, entries)) = self.open.take() else { return Ok(()) };
        self.directory[number] = self.metadata(GRAIN_TABLE, &bytes_of(&entries))?;
        Ok(())
    }

    /// Writes a marker and what it announces; gives the sector of the latter.
    fn metadata(&mut self, kind: u32, bytes: &[u8]) -> io::Result<u32> {
        let mut padded = bytes.to_vec();
        padded.resize(bytes.len().next_multiple_of(512), 0);
        let mut marker = [0; 512];
        marker[..8].copy_from_slice(&(padded.len() as u64 / SECTOR).to_le_bytes());
        marker[12..16].copy_from_slice(&kind.to_le_bytes());
        self.put(&marker)?;
        let sector = short(self.sector)?;
        self.put(&padded)?;
        Ok(sector)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.sector += bytes.len() as u64 / SECTOR;
        Ok(())
    }

    /// Ends the file; gives its grains and its bytes.
    pub(super) fn finish(mut self) -> io::Result<(u64, u64)> {
        self.close()?;
        let directory = bytes_of(&self.directory);
        let directory = self.metadata(DIRECTORY, &directory)?;
        self.metadata(FOOTER, &Header::write(self.capacity, directory.into()))?;
        self.metadata(END, &[])?;
        self.out.flush()?;
        Ok((self.grains, self.sector * SECTOR))
    }
}

fn bytes_of(sectors: &[u32]) -> Vec<u8> {
    sectors.iter().flat_map(|it| it.to_le_bytes()).collect()
}

/// Tables have 32 bits for a sector: a file ends at 2 TiB.
fn short(sector: u64) -> io::Result<u32> {
    let full = "the disk does not fit: a streamOptimized VMDK ends at 2 TiB of packed data";
    u32::try_from(sector).map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, full))
}
