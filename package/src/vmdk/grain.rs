//! Packs grains: each with its marker, padded to whole sectors.

use std::io;

use flate2::{Compress, Compression, FlushCompress, Status};

use super::{GRAIN, SECTOR};

/// Some grains in a row, unpacked.
pub(super) struct Batch {
    /// The number of the first.
    pub(super) first: u64,
    /// Their bytes, whole grains.
    pub(super) bytes: Vec<u8>,
}

/// The same grains as they stand in a file; those that hold nothing but zeros are left out.
pub(super) struct Packed {
    /// The number of each grain, and the sector it begins at, counted from the first of these.
    pub(super) grains: Vec<(u64, u32)>,
    /// Their bytes, whole sectors.
    pub(super) bytes: Vec<u8>,
}

/// Bytes of a grain's marker: the sector it stands for, and how many packed bytes follow.
const MARKER: usize = 12;

/// Packs grains, one batch after the other.
pub(super) struct Packer {
    deflate: Compress,
}

impl Packer {
    pub(super) fn new(level: u32) -> Self {
        Self { deflate: Compress::new(Compression::new(level), true) }
    }

    pub(super) fn pack(&mut self, batch: &Batch) -> io::Result<Packed> {
        let mut packed =
            Packed { grains: Vec::new(), bytes: Vec::with_capacity(batch.bytes.len() / 2) };
        for (number, grain) in (batch.first..).zip(batch.bytes.chunks(GRAIN)) {
            if !is_zero(grain) {
                let sector =
                    u32::try_from(packed.bytes.len() as u64 / SECTOR).map_err(io::Error::other)?;
                packed.grains.push((number, sector));
                self.append(number, grain, &mut packed.bytes)?;
            }
        }
        Ok(packed)
    }

    fn append(&mut self, number: u64, grain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let start = out.len();
        out.extend_from_slice(&(number * (GRAIN as u64 / SECTOR)).to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        // What cannot be made smaller grows by five bytes for each 16 KiB, and six around it.
        out.reserve(GRAIN + GRAIN / 512 + 64);
        self.deflate.reset();
        let status = self.deflate.compress_vec(grain, out, FlushCompress::Finish);
        if status.map_err(io::Error::other)? != Status::StreamEnd {
            return Err(io::Error::other("a grain did not fit where it was packed to"));
        }
        let bytes = u32::try_from(out.len() - start - MARKER).map_err(io::Error::other)?;
        out[start + 8..start + MARKER].copy_from_slice(&bytes.to_le_bytes());
        out.resize(out.len().next_multiple_of(512), 0);
        Ok(())
    }
}

/// Whether there is nothing but zeros; by pieces that a processor compares at once.
fn is_zero(grain: &[u8]) -> bool {
    grain.chunks(256).all(|piece| piece.iter().fold(0, |all, byte| all | byte) == 0)
}
