//! A zstd frame that unpackers skip: room for what is not content (RFC 8878, 3.1.2).

/// How such a frame begins.
const MAGIC: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];

/// What precedes so many bytes that unpackers are to skip.
pub(crate) const fn skippable_head(length: u32) -> [u8; 8] {
    let [a, b, c, d] = MAGIC;
    let [e, f, g, h] = length.to_le_bytes();
    [a, b, c, d, e, f, g, h]
}
