//! Sealed segments by other means: what zstdcat prints of one, and one made of any lines.

use std::io::Read as _;

use ledger::leaf_hash;
use zstd::stream::read::Decoder;

/// The lines that any zstd tool finds, up to what it cannot read, and whether there is such a thing.
/// What does not end is no line.
pub(super) fn lines(file: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let mut decoder = Decoder::with_buffer(file).expect("a decoder");
    decoder.window_log_max(31).expect("the largest window there is");
    let (mut text, mut buffer) = (Vec::new(), [0; 8192]);
    // Not all at once: what was read before an error is kept.
    let unread = loop {
        match decoder.read(&mut buffer) {
            Ok(0) => break false,
            Ok(read) => text.extend_from_slice(&buffer[..read]),
            Err(_) => break true,
        }
    };
    let lines = text.split_inclusive(|it| *it == b'\n');
    (lines.filter_map(|it| it.strip_suffix(b"\n")).map(<[u8]>::to_vec).collect(), unread)
}

/// The table of a sealed segment that is made.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    Missing,
    Right,
    /// One number is another one, and all sums are right: byte by byte which block's, which of the
    /// three lengths, and by how much.
    Lying([u8; 3]),
}

/// Seals text: a zero byte ends a block, wherever that is. We end them where tiles end; who packs a
/// segment again may not.
pub(super) fn sealed(text: &[u8], first: u64, table: Table) -> Vec<u8> {
    let (mut file, mut hashes) = (Vec::new(), Vec::new());
    let mut blocks: Vec<([usize; 3], u32)> = Vec::new();
    for text in text.split(|it| *it == 0).filter(|it| !it.is_empty()) {
        let (frame, own) = block(text);
        let lengths = [frame.len(), text.len(), own.len()];
        blocks.push((lengths, crc32c::crc32c(&frame)));
        file.extend(frame);
        hashes.push(own);
    }
    match table {
        Table::Missing => return file,
        Table::Right => {}
        Table::Lying(lie) => tell(lie, &mut blocks, &mut hashes),
    }
    file.extend(skipped(hashes.concat().as_flattened()));
    file.extend(skipped(&table_of(first, &blocks, &hashes)));
    file
}

/// Text in a frame, and the hashes of the lines that end.
fn block(text: &[u8]) -> (Vec<u8>, Vec<[u8; 32]>) {
    let frame = zstd::bulk::compress(text, 1).expect("memory");
    let lines = text.split_inclusive(|it| *it == b'\n').filter_map(|it| it.strip_suffix(b"\n"));
    let hash = |line| leaf_hash(line).as_ref().try_into().expect("32 bytes");
    (frame, lines.map(hash).collect())
}

/// Makes one number another one. There are as many hashes as the table says that there are lines.
fn tell(
    [block, number, by]: [u8; 3],
    blocks: &mut [([usize; 3], u32)],
    hashes: &mut [Vec<[u8; 32]>],
) {
    let all = blocks.len().max(1);
    let Some((lengths, _)) = blocks.get_mut(usize::from(block) % all) else { return };
    let length = &mut lengths[usize::from(number) % 3];
    *length = length.saturating_add_signed(isize::from(by.cast_signed()));
    hashes[usize::from(block) % all].resize(lengths[2], [0; 32]);
}

fn table_of(first: u64, blocks: &[([usize; 3], u32)], hashes: &[Vec<[u8; 32]>]) -> Vec<u8> {
    let mut table = [&1_u32.to_le_bytes()[..], &first.to_le_bytes()].concat();
    for ((lengths, sum), own) in blocks.iter().zip(hashes) {
        let sums = [*sum, crc32c::crc32c(own.as_flattened())].map(u32::to_le_bytes);
        table.extend(lengths.map(le32).into_iter().chain(sums).flatten());
    }
    let sum = crc32c::crc32c(&table).to_le_bytes();
    let length = le32(table.len());
    table.extend([sum, length, *b"PSEG"].concat());
    table
}

/// A frame that unpackers skip.
fn skipped(bytes: &[u8]) -> Vec<u8> {
    [&[0x50, 0x2a, 0x4d, 0x18][..], &le32(bytes.len()), bytes].concat()
}

fn le32(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("small").to_le_bytes()
}
