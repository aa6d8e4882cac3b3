//! Packed evidence: what is unpacked is what any zstd tool finds in it, and never too much.

use std::io::Read as _;

use store::Blobs;
use zstd::stream::read::Decoder;

/// What stands between the frame and its sum: see `store/src/blobs/packing.rs`.
const HEAD: [u8; 8] = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0];

/// Takes the input as a packed piece, and as the frame of one whose sum is right: the fuzzer should
/// not have to guess sums.
pub fn check(input: &[u8]) {
    unpack(input);
    unpack(&[input, &HEAD, &crc32c::crc32c(input).to_le_bytes()].concat());
}

fn unpack(packed: &[u8]) {
    let Some(bytes) = Blobs::unpacked(packed) else { return };
    assert!(bytes.len() <= Blobs::LARGEST);
    let (frame, sum) = packed.split_at(packed.len() - 4);
    let frame = frame.strip_suffix(&HEAD).expect("the sum's own frame");
    assert_eq!(sum, crc32c::crc32c(frame).to_le_bytes());
    as_zstd_finds(packed, &bytes);
}

/// The same bytes come out piece by piece. There, zstd refuses blocks that are larger than the
/// format allows, and all at once it takes them: then only what comes before can be compared.
fn as_zstd_finds(packed: &[u8], bytes: &[u8]) {
    let mut decoder = Decoder::with_buffer(packed).expect("a decoder");
    decoder.window_log_max(31).expect("the largest window there is");
    let (mut buffer, mut rest) = ([0; 8192], bytes);
    loop {
        match decoder.read(&mut buffer) {
            Ok(0) => return assert!(rest.is_empty(), "zstd finds {} bytes less", rest.len()),
            Ok(read) => rest = rest.strip_prefix(&buffer[..read]).expect("what zstd finds"),
            Err(_) => return,
        }
    }
}
