//! Sealing: a full segment is written in its compressed form, beside the open one.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use super::block::{Block, number};
use super::open_segment::OpenSegment;
use super::sealed_segment::{ENDING, SealedSegment};
use super::segment_table::table;
use crate::StoreError;
use crate::files::put_in_place;
use crate::skippable::skippable_head;

/// Fast rather than tight: the next steps gain a tenth in size for twice the time.
const LEVEL: i32 = 1;

impl SealedSegment {
    /// Seals a segment: writes its sealed form beside it, safe on disk when this returns.
    pub(super) fn seal(folder: &Path, segment: &OpenSegment) -> Result<Self, StoreError> {
        let path = folder.join(format!("{:020}.{ENDING}", segment.first()));
        put_in_place(&path, |file| write(file, &path, segment))?;
        Self::open(&path, segment.first())
    }
}

/// Writes the blocks of a segment, then what follows from them: the hashes and the table.
fn write(file: &mut File, path: &Path, segment: &OpenSegment) -> Result<(), StoreError> {
    let io = |error| StoreError::io("cannot write", path, error);
    let mut packer = packer().map_err(io)?;
    let (mut blocks, mut hashes, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    let (mut position, end) = (segment.first(), segment.first() + segment.count());
    while position < end {
        let chunk = segment.tile(position)?;
        lines.clear();
        for (_, leaf) in chunk.iter() {
            lines.extend(leaf);
            lines.push(b'\n');
        }
        let frame = packer.compress(&lines).map_err(io)?;
        file.write_all(&frame).map_err(io)?;
        let start = hashes.len();
        segment.hashes(&chunk).iter().for_each(|hash| hashes.extend(hash.as_ref()));
        let hash_sum = crc32c::crc32c(&hashes[start..]);
        blocks.push(Block::behind(&blocks, &frame, lines.len(), chunk.leaves.len(), hash_sum));
        position = chunk.end();
    }
    file.write_all(&skippable_head(number(hashes.len()))).map_err(io)?;
    file.write_all(&hashes).map_err(io)?;
    file.write_all(&table(segment.first(), &blocks)).map_err(io)
}

/// Makes zstd frames that carry a checksum.
fn packer() -> io::Result<Compressor<'static>> {
    let mut packer = Compressor::new(LEVEL)?;
    packer.set_parameter(CParameter::ChecksumFlag(true))?;
    Ok(packer)
}
