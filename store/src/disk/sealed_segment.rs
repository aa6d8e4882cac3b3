//! A sealed segment: JSON Lines in zstd frames, which any zstd tool unpacks, and a table at the end.
//!
//! ```text
//! zstd frame (256 lines) …
//! skippable frame: leaf hashes, 32 bytes a line
//! skippable frame: table | table crc u32 | table length u32 | "PSEG"
//! table: version u32 | first u64 | per block: compressed, raw, lines, crc, crc of its hashes, u32 each
//! ```
//!
//! Numbers are little endian, sums are CRC-32C of the stored bytes; each zstd frame carries a
//! checksum of its own as well (RFC 8878). Blocks end where Merkle tiles of 256 leaves end. Table
//! and hashes follow from the lines: where they are damaged they are made anew.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use ledger::{HASH_BYTES, Hash, leaf_hash};

use super::block::{Block, extent, intact_frames};
use super::chunk::Chunk;
use super::segment_table::{read_table, table_length};
use crate::StoreError;
use crate::skippable::skippable_head;

/// Ending of a sealed segment's name, behind its first position.
pub(super) const ENDING: &str = "jsonl.zst";

/// A sealed segment.
#[derive(Debug)]
pub(super) struct SealedSegment {
    path: PathBuf,
    file: File,
    first: u64,
    count: u64,
    blocks: Vec<Block>,
    /// Where the leaf hashes begin; `None` when they must be computed.
    hashes_at: Option<u64>,
}

impl SealedSegment {
    /// Opens a sealed segment and reads its table. A table that is damaged is made anew from the
    /// frames, as far as they are intact.
    pub(super) fn open(path: &Path, first: u64) -> Result<Self, StoreError> {
        let io = |what| move |error| StoreError::io(what, path, error);
        let file = File::open(path).map_err(io("cannot open"))?;
        let (blocks, has_hashes) = match read_table(&file, path, first)? {
            Some(blocks) => (blocks, true),
            None => (intact_frames(&std::fs::read(path).map_err(io("cannot read"))?), false),
        };
        let (count, lines_end) = extent(&blocks);
        let hashes_at = has_hashes.then_some(lines_end + 8);
        Ok(Self { path: path.to_owned(), file, first, count, blocks, hashes_at })
    }

    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// How many events it holds.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The hashes of the block in which this line stands, and the first line of that block.
    pub(super) fn hashes(&self, line: u64) -> Result<(u64, Vec<Hash>), StoreError> {
        let Some(block) = self.block(line) else { return Ok((line, Vec::new())) };
        let stored = self.hashes_at.map(|at| self.stored_hashes(at, block)).transpose();
        let stored = stored.map_err(|error| StoreError::io("cannot read", &self.path, error))?;
        let hashes = match stored.flatten() {
            Some(hashes) => hashes,
            None => self.chunk(line)?.iter().map(|(_, leaf)| leaf_hash(leaf)).collect(),
        };
        Ok((block.line, hashes))
    }

    fn stored_hashes(&self, at: u64, block: Block) -> io::Result<Option<Vec<Hash>>> {
        let mut bytes = vec![0; HASH_BYTES * block.lines as usize];
        self.file.read_exact_at(&mut bytes, at + HASH_BYTES as u64 * block.line)?;
        let intact = crc32c::crc32c(&bytes) == block.hash_sum;
        Ok(intact.then(|| bytes.as_chunks().0.iter().map(|hash| Hash::from(*hash)).collect()))
    }

    /// What is damaged of that which follows from the lines, if anything. Readers do without it.
    pub(super) fn blemish(&self) -> Option<String> {
        let path = self.path.display();
        let Some(at) = self.hashes_at else {
            return Some(format!("{path}: the table at its end is damaged; no event is"));
        };
        let damaged = |block: &&Block| !matches!(self.stored_hashes(at, **block), Ok(Some(_)));
        if let Some(block) = self.blocks.iter().find(damaged) {
            let byte = at + HASH_BYTES as u64 * block.line;
            return Some(format!("{path}, at byte {byte}: hashes are damaged; no event is"));
        }
        let behind = at + HASH_BYTES as u64 * self.count;
        let heads = [(at - 8, behind - at), (behind, table_length(&self.blocks) as u64)];
        let head = heads.into_iter().find(|(at, length)| !self.has_head(*at, *length));
        head.map(|(at, _)| format!("{path}, at byte {at}: a frame's head is damaged; no event is"))
    }

    /// Whether a skippable frame of this length begins there: unpackers other than this need it.
    fn has_head(&self, at: u64, length: u64) -> bool {
        let mut head = [0; 8];
        let read = self.file.read_exact_at(&mut head, at);
        read.is_ok() && u32::try_from(length).is_ok_and(|length| head == skippable_head(length))
    }

    fn block(&self, line: u64) -> Option<Block> {
        let behind = self.blocks.partition_point(|block| block.line <= line);
        behind.checked_sub(1).map(|at| self.blocks[at])
    }

    /// The block in which this line stands.
    pub(super) fn chunk(&self, line: u64) -> Result<Chunk, StoreError> {
        let Some(block) = self.block(line) else { return Ok(Chunk::default()) };
        let damaged = |why: &str| StoreError::Damaged {
            position: self.first + block.line,
            why: format!("{}, at byte {}: {why}", self.path.display(), block.offset),
        };
        let mut compressed = vec![0; block.compressed as usize];
        let read = self.file.read_exact_at(&mut compressed, block.offset);
        read.map_err(|error| damaged(&error.to_string()))?;
        if crc32c::crc32c(&compressed) != block.sum {
            return Err(damaged("its checksum does not match its bytes"));
        }
        let bytes = zstd::bulk::decompress(&compressed, block.raw as usize)
            .map_err(|error| damaged(&error.to_string()))?;
        let mut leaves = Vec::with_capacity(block.lines as usize);
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', &bytes) {
            leaves.push(start..end);
            start = end + 1;
        }
        if leaves.len() != block.lines as usize || start != bytes.len() {
            return Err(damaged("it holds another number of lines than its table says"));
        }
        Ok(Chunk { first: self.first + block.line, bytes, leaves })
    }
}
