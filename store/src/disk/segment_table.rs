//! The table at the end of a sealed segment: where its blocks are.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use ledger::HASH_BYTES;

use super::block::{Block, LARGEST_BLOCK, extent, number};
use crate::StoreError;
use crate::skippable::skippable_head;

/// Which layout the table has.
const VERSION: u32 = 1;
/// Bytes in front of the blocks: version and first position.
const HEADER: usize = 12;
/// Bytes of a block in the table.
const ENTRY: usize = 20;
/// Bytes behind the blocks: checksum, length and [`TAIL`].
const TRAILER: usize = 12;
/// The last bytes of the file.
const TAIL: &[u8; 4] = b"PSEG";

/// The frame with the table of these blocks.
pub(super) fn table(first: u64, blocks: &[Block]) -> Vec<u8> {
    let mut table = [VERSION.to_le_bytes().as_slice(), &first.to_le_bytes()].concat();
    for block in blocks {
        for number in [block.compressed, block.raw, block.lines, block.sum, block.hash_sum] {
            table.extend(number.to_le_bytes());
        }
    }
    let head = skippable_head(number(table.len() + TRAILER));
    let [sum, length] = [crc32c::crc32c(&table), number(table.len())].map(u32::to_le_bytes);
    [&head[..], &table, &sum, &length, TAIL].concat()
}

/// Length of a table with its checksum, but without the head of its frame, in bytes.
pub(super) fn table_length(blocks: &[Block]) -> usize {
    HEADER + ENTRY * blocks.len() + TRAILER
}

/// The blocks of a segment as its table says; nothing when the table is damaged.
///
/// # Errors
/// When the table is of another segment or newer than this version, or cannot be read.
pub(super) fn read_table(
    file: &File,
    path: &Path,
    first: u64,
) -> Result<Option<Vec<Block>>, StoreError> {
    let io = |error| StoreError::io("cannot read", path, error);
    let Some((start, table)) = table_bytes(file).map_err(io)? else { return Ok(None) };
    if le64(&table[4..]) != first {
        let why = format!("{} is another segment under a wrong name", path.display());
        return Err(StoreError::Damaged { position: first, why });
    }
    let found = le32(&table);
    if found > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    let blocks = blocks(&table[HEADER..]);
    let (lines, end) = extent(&blocks);
    // The heads of two skippable frames stand between the last block and the table.
    let fits = end + 8 + lines * HASH_BYTES as u64 + 8 == start
        && blocks.iter().all(|it| it.lines > 0 && it.raw <= LARGEST_BLOCK);
    Ok(fits.then_some(blocks))
}

/// Where the table begins and its bytes, at least a header; nothing when they are damaged.
fn table_bytes(file: &File) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut trailer = [0; TRAILER];
    let Some(at) = file.metadata()?.len().checked_sub(TRAILER as u64) else { return Ok(None) };
    file.read_exact_at(&mut trailer, at)?;
    let [sum, length] = [0, 4].map(|it| le32(&trailer[it..]));
    let start = at.checked_sub(u64::from(length)).filter(|_| trailer[8..] == *TAIL);
    let Some(start) = start else { return Ok(None) };
    let mut table = vec![0; length as usize];
    file.read_exact_at(&mut table, start)?;
    let intact = crc32c::crc32c(&table) == sum && table.len() >= HEADER;
    Ok(intact.then_some((start, table)))
}

/// The blocks that the entries of a table describe.
fn blocks(entries: &[u8]) -> Vec<Block> {
    let (mut line, mut offset) = (0, 0);
    let block = |entry: &[u8]| {
        let [compressed, raw, lines, sum, hash_sum] =
            [0, 4, 8, 12, 16].map(|at| le32(&entry[at..]));
        let block = Block { line, offset, compressed, raw, lines, sum, hash_sum };
        line += u64::from(lines);
        offset += u64::from(compressed);
        block
    };
    entries.chunks_exact(ENTRY).map(block).collect()
}

fn le32(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |it| u32::from_le_bytes(*it))
}

fn le64(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |it| u64::from_le_bytes(*it))
}
