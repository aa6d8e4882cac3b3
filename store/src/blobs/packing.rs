//! One zstd frame that says how much it holds, and its checksum in a frame that zstd skips.
//!
//! What does not say its size, or holds more, is not opened. The checksum is there because some bits
//! of a frame do not matter to what it holds: their damage would go unnoticed.

use std::io;

use crate::skippable::skippable_head;

/// Largest piece, in bytes.
pub(super) const LARGEST: usize = 64 * 1024 * 1024;

/// Most bytes that a piece can take when it is kept: more than zstd's bound for what does not compress.
pub(super) const LARGEST_PACKED: u64 = LARGEST as u64 + LARGEST as u64 / 128;

/// zstd's own default: logs and screens shrink well, and a higher level gains little.
const LEVEL: i32 = 3;

/// What precedes the checksum.
const CHECKSUM_HEAD: [u8; 8] = skippable_head(4);

/// Compresses a piece of evidence; `zstd -d` opens it too.
pub(super) fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = zstd::bulk::compress(bytes, LEVEL)?;
    let checksum = crc32c::crc32c(&packed).to_le_bytes();
    packed.extend(CHECKSUM_HEAD);
    packed.extend(checksum);
    Ok(packed)
}

/// Opens what [`pack`] made; none when it is anything else, or larger than [`LARGEST`].
///
/// Memory is taken for the size that the frame declares and no more. That the bytes are the right
/// ones is for the caller to verify.
#[must_use]
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (rest, checksum) = packed.split_last_chunk::<4>()?;
    let frame = rest.strip_suffix(&CHECKSUM_HEAD)?;
    if crc32c::crc32c(frame) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let declared = usize::try_from(zstd::decompressed_size(frame)?).ok()?;
    if declared > LARGEST {
        return None;
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(declared).ok()?;
    zstd::bulk::Decompressor::new().ok()?.decompress_to_buffer(frame, &mut bytes).ok()?;
    (bytes.len() == declared).then_some(bytes)
}
