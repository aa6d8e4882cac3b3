//! Making sums right, so that what stands behind them is reached without guessing them.

/// Makes the sums of every record right, as far as records follow one another.
pub(super) fn mend_records(file: &mut [u8]) {
    let mut rest = file;
    while rest.len() >= 40 && rest.starts_with(b"PREC") {
        let (end, table) = (40 + le32(rest, 24), 40 + 8 * le32(rest, 28));
        if table <= end.min(rest.len()) {
            mend_leaves(rest, table);
            put(rest, 32, crc32c::crc32c(&rest[40..table]));
        }
        put(rest, 4, crc32c::crc32c(&rest[8..40]));
        let Some((_, behind)) = rest.split_at_mut_checked(end) else { return };
        rest = behind;
    }
}

/// The sums of the leaves of the record that begins here, in its table, which ends at `table`.
fn mend_leaves(record: &mut [u8], table: usize) {
    let mut start = table;
    for entry in (40..table).step_by(8) {
        let end = start + le32(record, entry);
        let Some(leaf) = record.get(start..end) else { return };
        put(record, entry + 4, crc32c::crc32c(leaf));
        start = end + 1;
    }
}

/// Makes the sums of a sealed segment right, as far as its table says where things are.
pub(super) fn mend_table(file: &mut [u8]) {
    let Some(tail) = file.len().checked_sub(12).filter(|at| file[at + 8..] == *b"PSEG") else {
        return;
    };
    let Some(table) = tail.checked_sub(le32(file, tail + 4)) else { return };
    mend_blocks(file, table, tail);
    put(file, tail, crc32c::crc32c(&file[table..tail]));
}

/// The sums of blocks and of their hashes, within the table from `table` to `tail`.
fn mend_blocks(file: &mut [u8], table: usize, tail: usize) {
    let entries = (table + 12..).step_by(20).take_while(|at| at + 20 <= tail);
    let entries: Vec<usize> = entries.collect();
    let compressed: usize = entries.iter().map(|at| le32(file, *at)).sum();
    let (mut at, mut hashes) = (0, compressed + 8);
    for entry in entries {
        let (end, hashes_end) = (at + le32(file, entry), hashes + 32 * le32(file, entry + 8));
        if let Some(block) = file.get(at..end) {
            put(file, entry + 12, crc32c::crc32c(block));
        }
        if let Some(own) = file.get(hashes..hashes_end) {
            put(file, entry + 16, crc32c::crc32c(own));
        }
        (at, hashes) = (end, hashes_end);
    }
}

fn le32(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four")) as usize
}

fn put(bytes: &mut [u8], at: usize, sum: u32) {
    bytes[at..at + 4].copy_from_slice(&sum.to_le_bytes());
}
