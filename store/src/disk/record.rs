//! The record: the unit of an active segment, the leaves of one decision, whole or not at all.
//!
//! ```text
//! magic u32 | header crc u32 | first u64 | durable u64 | body length u32 | count u32 | body crc u32 | 0 u32
//! count × leaf length u32 | count × (leaf, newline)
//! ```
//!
//! Numbers are little endian, sums are CRC-32C (RFC 3720). The body does not depend on the place
//! in the log, so it is made and summed by the thread that appends; the writer fills in the header.

use std::ops::Range;

/// First bytes of every record.
pub(super) const MAGIC: [u8; 4] = *b"PREC";
/// Length of a header, in bytes.
pub(super) const HEADER: usize = 40;
/// Largest body, in bytes: the events of one decision.
pub(super) const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// A record in a buffer: encoded and summed, its header yet to be filled in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    start: usize,
    end: usize,
    count: u32,
    sum: u32,
}

impl Record {
    /// Writes a record behind what is in the buffer. The closure writes leaf number `i` behind what
    /// is there. After an error the buffer is as it was.
    pub(super) fn build<E>(
        buffer: &mut Vec<u8>,
        count: usize,
        leaf: impl FnMut(usize, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let start = buffer.len();
        buffer.resize(start + HEADER + 4 * count, 0);
        if let Err(error) = write_leaves(buffer, start + HEADER, count, leaf) {
            buffer.truncate(start);
            return Err(error);
        }
        let sum = crc32c::crc32c(&buffer[start + HEADER..]);
        Ok(Self { start, end: buffer.len(), count: number(count), sum })
    }

    /// How many leaves.
    pub(super) fn count(&self) -> u64 {
        u64::from(self.count)
    }

    /// Where it stands in the buffer.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether it may be written at all.
    pub(super) fn fits(&self) -> bool {
        self.end - self.start - HEADER <= LARGEST_BODY
    }

    /// Fills in the header. Everything below `durable` was safe on disk before: that tells a torn
    /// tail from a damaged one.
    pub(super) fn place(&self, buffer: &mut [u8], first: u64, durable: u64) {
        let header = &mut buffer[self.start..self.start + HEADER];
        header[..4].copy_from_slice(&MAGIC);
        header[8..16].copy_from_slice(&first.to_le_bytes());
        header[16..24].copy_from_slice(&durable.to_le_bytes());
        let body = number(self.end - self.start - HEADER);
        for (at, field) in [(24, body), (28, self.count), (32, self.sum), (36, 0)] {
            header[at..at + 4].copy_from_slice(&field.to_le_bytes());
        }
        let sum = crc32c::crc32c(&header[8..]);
        header[4..8].copy_from_slice(&sum.to_le_bytes());
    }

    /// Where each leaf stands in the file, and how long it is, in bytes, when the record is written
    /// at this offset.
    pub(super) fn leaves(&self, buffer: &[u8], offset: u64) -> impl Iterator<Item = (u64, usize)> {
        let table = &buffer[self.start + HEADER..][..4 * self.count as usize];
        let mut at = offset + (HEADER + table.len()) as u64;
        table.chunks_exact(4).map(move |length| {
            let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
            let start = at;
            at += u64::from(length) + 1;
            (start, length as usize)
        })
    }
}

fn write_leaves<E>(
    buffer: &mut Vec<u8>,
    table: usize,
    count: usize,
    mut leaf: impl FnMut(usize, &mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    for index in 0..count {
        let before = buffer.len();
        leaf(index, buffer)?;
        let length = number(buffer.len() - before).to_le_bytes();
        buffer[table + 4 * index..][..4].copy_from_slice(&length);
        buffer.push(b'\n');
    }
    Ok(())
}

/// A length within a record: they are far below this limit.
fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A header whose sum is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Position of its first event.
    pub(super) first: u64,
    /// How many events were safe on disk when it was written.
    pub(super) durable: u64,
    /// How many events it holds.
    pub(super) count: u32,
    body_len: u32,
    body_sum: u32,
}

impl Header {
    /// Reads a header; `None` when there is none, or its sum is wrong.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let header: &[u8; HEADER] = bytes.first_chunk()?;
        let at32 = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| header[at + i]));
        let at64 = |at: usize| u64::from(at32(at)) | u64::from(at32(at + 4)) << 32;
        if header[..4] != MAGIC || crc32c::crc32c(&header[8..]) != at32(4) {
            return None;
        }
        let (count, body_len) = (at32(28), at32(24));
        let plausible = count > 0 && body_len as usize <= LARGEST_BODY && count <= body_len / 5;
        plausible.then(|| Self {
            first: at64(8),
            durable: at64(16),
            count,
            body_len,
            body_sum: at32(32),
        })
    }

    /// Length of the whole record, in bytes.
    pub(super) fn record_len(&self) -> usize {
        HEADER + self.body_len as usize
    }

    /// Where each leaf stands within the record; `None` when the body is damaged or cut off.
    pub(super) fn leaves(&self, record: &[u8]) -> Option<Vec<Range<usize>>> {
        let body = record.get(HEADER..self.record_len())?;
        if crc32c::crc32c(body) != self.body_sum {
            return None;
        }
        let table = 4 * self.count as usize;
        let mut at = HEADER + table;
        let mut leaves = Vec::with_capacity(self.count as usize);
        for length in body.get(..table)?.chunks_exact(4) {
            let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
            leaves.push(at..at + length);
            at += length + 1;
        }
        (at == self.record_len()).then_some(leaves)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a record of these leaves behind what is in the buffer.
    fn put(leaves: &[&[u8]], first: u64, durable: u64, buffer: &mut Vec<u8>) {
        let write = |index: usize, buffer: &mut Vec<u8>| {
            buffer.extend(leaves[index]);
            Ok::<(), std::convert::Infallible>(())
        };
        let Ok(record) = Record::build(buffer, leaves.len(), write);
        record.place(buffer, first, durable);
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let mut bytes = b"before".to_vec();
        put(&[b"{}", b"", b"{\"a\":1}"], 7, 5, &mut bytes);
        let record = &bytes[6..];
        let header = Header::read(record);
        let leaves = header.and_then(|it| it.leaves(record)).unwrap_or_default();
        let found: Vec<&[u8]> = leaves.into_iter().map(|range| &record[range]).collect();
        assert_eq!(found, [&b"{}"[..], b"", b"{\"a\":1}"]);
        let place = header.map(|it| (it.first, it.durable, it.count, it.record_len()));
        assert_eq!(place, Some((7, 5, 3, record.len())));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let mut bytes = Vec::new();
        put(&[b"{\"a\":1}", b"{\"b\":2}"], 0, 0, &mut bytes);
        let intact = |bytes: &[u8]| Header::read(bytes).and_then(|it| it.leaves(bytes)).is_some();
        assert!(intact(&bytes));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!intact(&flipped), "bit {bit}");
        }
        for cut in 0..bytes.len() {
            assert!(!intact(&bytes[..cut]), "cut at {cut}");
        }
    }
}
