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
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use ledger::{HASH_BYTES, Hash, leaf_hash};

use super::chunk::Chunk;
use super::layout::put_in_place;
use super::open_segment::OpenSegment;
use crate::StoreError;

/// Lines of one block: one Merkle tile.
pub(super) const BLOCK: u64 = 256;
/// Ending of a sealed segment's name, behind its first position.
pub(super) const ENDING: &str = "jsonl.zst";
/// Largest block, unpacked, in bytes: every line of a block at its largest.
const LARGEST_BLOCK: u32 = 256 * (crate::LARGEST_LEAF as u32 + 1);
const TABLE_VERSION: u32 = 1;
/// Start of a zstd frame that unpackers skip (RFC 8878, 3.1.2).
const SKIPPABLE: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];
const TAIL: &[u8; 4] = b"PSEG";
/// Fast rather than tight: the next steps gain a tenth in size for twice the time.
const LEVEL: i32 = 1;

/// One zstd frame.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// Index of its first line in the segment.
    line: u64,
    offset: u64,
    compressed: u32,
    raw: u32,
    lines: u32,
    sum: u32,
    hash_sum: u32,
}

/// Bytes of a block in the table.
const ENTRY: usize = 20;

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
    /// Seals a segment: writes its sealed form beside it, safe on disk when this returns.
    pub(super) fn seal(folder: &Path, segment: &OpenSegment) -> Result<Self, StoreError> {
        let path = folder.join(format!("{:020}.{ENDING}", segment.first()));
        put_in_place(&path, |file| write(file, &path, segment))?;
        Self::open(&path, segment.first())
    }

    /// Opens a sealed segment and reads its table. A table that is damaged is made anew from the
    /// frames, as far as they are intact.
    pub(super) fn open(path: &Path, first: u64) -> Result<Self, StoreError> {
        let io = |what| move |error| StoreError::io(what, path, error);
        let file = File::open(path).map_err(io("cannot open"))?;
        let length = file.metadata().map_err(io("cannot read"))?.len();
        let (blocks, has_hashes) =
            match read_table(&file, length, first).map_err(io("cannot read"))? {
                Ok(blocks) => (blocks, true),
                Err(Unusable::Elsewhere) => {
                    let why = format!("{} is another segment under a wrong name", path.display());
                    return Err(StoreError::Damaged { position: first, why });
                }
                Err(Unusable::Newer(found)) => {
                    let path = path.to_owned();
                    return Err(StoreError::Newer { path, found, known: TABLE_VERSION });
                }
                Err(Unusable::Damaged) => {
                    (frames(&std::fs::read(path).map_err(io("cannot read"))?), false)
                }
            };
        let lines_end = blocks.last().map_or(0, |last| last.offset + u64::from(last.compressed));
        let hashes_at = has_hashes.then_some(lines_end + 8);
        let count = blocks.last().map_or(0, |last| last.line + u64::from(last.lines));
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
        let heads = [(at - 8, behind - at), (behind, (self.table_len() + 12) as u64)];
        let head = heads.into_iter().find(|(at, length)| !self.has_head(*at, *length));
        head.map(|(at, _)| format!("{path}, at byte {at}: a frame's head is damaged; no event is"))
    }

    fn table_len(&self) -> usize {
        12 + ENTRY * self.blocks.len()
    }

    /// Whether a skippable frame of this length begins there: unpackers other than this need it.
    fn has_head(&self, at: u64, length: u64) -> bool {
        let mut head = [0; 8];
        let read = self.file.read_exact_at(&mut head, at);
        read.is_ok() && head[..4] == SKIPPABLE && u64::from(le32(&head[4..])) == length
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

fn write(file: &mut File, path: &Path, segment: &OpenSegment) -> Result<(), StoreError> {
    let io = |error| StoreError::io("cannot write", path, error);
    let mut packer = zstd::bulk::Compressor::new(LEVEL).map_err(io)?;
    packer.set_parameter(zstd::zstd_safe::CParameter::ChecksumFlag(true)).map_err(io)?;
    let mut table =
        [TABLE_VERSION.to_le_bytes().as_slice(), &segment.first().to_le_bytes()].concat();
    let mut hashes = Vec::new();
    let (mut line, count) = (0, segment.count());
    let mut raw = Vec::new();
    while line < count {
        let to_tile_end = BLOCK - (segment.first() + line) % BLOCK;
        let chunk = segment.chunk(line, usize::try_from(to_tile_end).unwrap_or(usize::MAX))?;
        raw.clear();
        for (_, leaf) in chunk.iter() {
            raw.extend(leaf);
            raw.push(b'\n');
        }
        let packed = packer.compress(&raw).map_err(io)?;
        file.write_all(&packed).map_err(io)?;
        for number in [packed.len(), raw.len(), chunk.leaves.len()] {
            table.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
        }
        let start = hashes.len();
        segment.hashes(&chunk).iter().for_each(|hash| hashes.extend(hash.as_ref()));
        table.extend(crc32c::crc32c(&packed).to_le_bytes());
        table.extend(crc32c::crc32c(&hashes[start..]).to_le_bytes());
        line += chunk.leaves.len() as u64;
    }
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
    file.write_all(&[&SKIPPABLE[..], &length(hashes.len())].concat()).map_err(io)?;
    file.write_all(&hashes).map_err(io)?;
    let sum = crc32c::crc32c(&table).to_le_bytes();
    let frame: [&[u8]; 6] =
        [&SKIPPABLE, &length(table.len() + 12), &table, &sum, &length(table.len()), TAIL];
    file.write_all(&frame.concat()).map_err(io)
}

/// Why a table is of no use.
enum Unusable {
    Damaged,
    /// It is of a segment that begins at another position.
    Elsewhere,
    Newer(u32),
}

/// Reads the table at the end of a file.
fn read_table(file: &File, length: u64, first: u64) -> io::Result<Result<Vec<Block>, Unusable>> {
    let mut tail = [0; 12];
    let Some(at) = length.checked_sub(12) else { return Ok(Err(Unusable::Damaged)) };
    file.read_exact_at(&mut tail, at)?;
    let [sum, table_len] = [0, 4].map(|it| le32(&tail[it..]));
    let start = at.checked_sub(u64::from(table_len)).filter(|_| tail[8..] == *TAIL);
    let Some(start) = start else { return Ok(Err(Unusable::Damaged)) };
    let mut table = vec![0; table_len as usize];
    file.read_exact_at(&mut table, start)?;
    if crc32c::crc32c(&table) != sum || table.len() < 12 {
        return Ok(Err(Unusable::Damaged));
    }
    if le64(&table[4..]) != first {
        return Ok(Err(Unusable::Elsewhere));
    }
    let version = le32(&table);
    if version > TABLE_VERSION {
        return Ok(Err(Unusable::Newer(version)));
    }
    let blocks = blocks(&table[12..]);
    let (lines, end) = blocks.last().map_or((0, 0), |last| {
        (last.line + u64::from(last.lines), last.offset + u64::from(last.compressed))
    });
    // The heads of two skippable frames stand between the last block and the table.
    let fits = end + 8 + lines * HASH_BYTES as u64 + 8 == start
        && blocks.iter().all(|it| it.lines > 0 && it.raw <= LARGEST_BLOCK);
    Ok(if fits { Ok(blocks) } else { Err(Unusable::Damaged) })
}

/// The blocks of a file without its table: every frame that is intact, up to the first that is not.
fn frames(file: &[u8]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut line, mut offset) = (0, 0);
    while let Some((frame, raw)) = frame(&file[offset..]) {
        let lines = memchr::memchr_iter(b'\n', &raw).count();
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        blocks.push(Block {
            line,
            offset: offset as u64,
            compressed: number(frame.len()),
            raw: number(raw.len()),
            lines: number(lines),
            sum: crc32c::crc32c(frame),
            hash_sum: 0,
        });
        line += lines as u64;
        offset += frame.len();
    }
    blocks
}

/// The frame at the beginning of these bytes, and what it holds; only a frame of lines.
fn frame(bytes: &[u8]) -> Option<(&[u8], Vec<u8>)> {
    let raw = zstd::zstd_safe::get_frame_content_size(bytes).ok()??;
    let raw = usize::try_from(raw).ok().filter(|it| (1..=LARGEST_BLOCK as usize).contains(it))?;
    let length = zstd::zstd_safe::find_frame_compressed_size(bytes).ok()?;
    let frame = bytes.get(..length)?;
    let text = zstd::bulk::decompress(frame, raw).ok()?;
    text.ends_with(b"\n").then_some((frame, text))
}

fn blocks(table: &[u8]) -> Vec<Block> {
    let (mut line, mut offset) = (0, 0);
    let block = |entry: &[u8]| {
        let [compressed, raw, lines, sum, hash_sum] =
            [0, 4, 8, 12, 16].map(|at| le32(&entry[at..]));
        let block = Block { line, offset, compressed, raw, lines, sum, hash_sum };
        line += u64::from(lines);
        offset += u64::from(compressed);
        block
    };
    table.chunks_exact(ENTRY).map(block).collect()
}

fn le32(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |it| u32::from_le_bytes(*it))
}

fn le64(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |it| u64::from_le_bytes(*it))
}
