//! A block of a sealed segment: the lines of one Merkle tile, in a zstd frame of their own.

use ledger::TILE_WIDTH;

use crate::LARGEST_LEAF;

/// Largest block, unpacked, in bytes: every line of a tile at its largest.
pub(super) const LARGEST_BLOCK: u32 = TILE_WIDTH as u32 * (LARGEST_LEAF as u32 + 1);

/// Where a block is, and its checksums.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// Index of its first line in the segment.
    pub(super) line: u64,
    /// Where it begins in the file.
    pub(super) offset: u64,
    /// Its length in the file, in bytes.
    pub(super) compressed: u32,
    /// Its length unpacked, in bytes.
    pub(super) raw: u32,
    /// How many lines it holds.
    pub(super) lines: u32,
    /// Checksum of its bytes in the file.
    pub(super) sum: u32,
    /// Checksum of the hashes of its lines.
    pub(super) hash_sum: u32,
}

impl Block {
    /// The block that this frame makes behind others.
    pub(super) fn behind(
        blocks: &[Block],
        frame: &[u8],
        raw: usize,
        lines: usize,
        hash_sum: u32,
    ) -> Self {
        let (line, offset) = extent(blocks);
        let [compressed, raw, lines] = [frame.len(), raw, lines].map(number);
        Self { line, offset, compressed, raw, lines, sum: crc32c::crc32c(frame), hash_sum }
    }
}

/// How many lines blocks hold, and how many bytes they take in the file.
pub(super) fn extent(blocks: &[Block]) -> (u64, u64) {
    blocks.last().map_or((0, 0), |last| {
        (last.line + u64::from(last.lines), last.offset + u64::from(last.compressed))
    })
}

/// A number of bytes or lines as it is stored.
pub(super) fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The blocks of a file without its table: every frame that is intact, up to the first that is not.
pub(super) fn intact_frames(file: &[u8]) -> Vec<Block> {
    let (mut blocks, mut rest) = (Vec::new(), file);
    while let Some((frame, text)) = frame(rest) {
        let lines = memchr::memchr_iter(b'\n', &text).count();
        // Nobody asks for the sum: where the table is damaged, hashes are computed.
        blocks.push(Block::behind(&blocks, frame, text.len(), lines, 0));
        rest = &rest[frame.len()..];
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
