//! The record: the unit of an active segment, the leaves of one decision, whole or not at all.
//!
//! ```text
//! magic u32 | header crc u32 | first u64 | durable u64 | body length u32 | count u32 | body crc u32 | 0 u32
//! count × leaf length u32 | count × (leaf, newline)
//! ```
//!
//! Numbers are little endian, sums are CRC-32C (RFC 3720). The body does not depend on the place
//! in the log, so it is made and summed by the thread that appends; the writer adds the header.

use std::ops::Range;

/// First bytes of every record.
pub(super) const MAGIC: [u8; 4] = *b"PREC";
/// Length of a header, in bytes.
pub(super) const HEADER: usize = 40;
/// Largest body, in bytes: the events of one decision.
pub(super) const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// The leaves of one decision, encoded and summed, not yet at a place.
#[derive(Debug, Default)]
pub(super) struct Body {
    bytes: Vec<u8>,
    count: u32,
    sum: u32,
}

impl Body {
    /// Puts leaves together. The closure writes leaf number `i` behind what is there.
    pub(super) fn build<E>(
        count: usize,
        mut leaf: impl FnMut(usize, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut bytes = vec![0; 4 * count];
        for index in 0..count {
            let before = bytes.len();
            leaf(index, &mut bytes)?;
            let length = u32::try_from(bytes.len() - before).unwrap_or(u32::MAX);
            bytes[4 * index..][..4].copy_from_slice(&length.to_le_bytes());
            bytes.push(b'\n');
        }
        let sum = crc32c::crc32c(&bytes);
        Ok(Self { bytes, count: u32::try_from(count).unwrap_or(u32::MAX), sum })
    }

    /// How many leaves.
    pub(super) fn count(&self) -> u64 {
        u64::from(self.count)
    }

    /// Where each leaf stands in the file, and how long it is, in bytes, when the record is written
    /// at this offset.
    pub(super) fn places(&self, offset: u64) -> impl Iterator<Item = (u64, usize)> {
        let table = self.bytes.chunks_exact(4).take(self.count as usize);
        let mut at = offset + HEADER as u64 + 4 * u64::from(self.count);
        table.map(move |length| {
            let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
            let start = at;
            at += u64::from(length) + 1;
            (start, length as usize)
        })
    }

    /// How many bytes its record takes.
    pub(super) fn record_len(&self) -> usize {
        HEADER + self.bytes.len()
    }

    /// Whether it may be written at all.
    pub(super) fn fits(&self) -> bool {
        self.bytes.len() <= LARGEST_BODY
    }

    /// Writes the record behind what is in the buffer. Everything below `durable` was safe on
    /// disk before this record was written: that tells a torn tail from a damaged one.
    pub(super) fn write(&self, first: u64, durable: u64, buffer: &mut Vec<u8>) {
        let start = buffer.len();
        buffer.extend(MAGIC);
        buffer.extend([0; 4]);
        buffer.extend(first.to_le_bytes());
        buffer.extend(durable.to_le_bytes());
        // A body is at most `LARGEST_BODY` long.
        buffer.extend(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        buffer.extend(self.count.to_le_bytes());
        buffer.extend(self.sum.to_le_bytes());
        buffer.extend([0; 4]);
        let sum = crc32c::crc32c(&buffer[start + 8..]);
        buffer[start + 4..start + 8].copy_from_slice(&sum.to_le_bytes());
        buffer.extend(&self.bytes);
    }
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

    fn body(leaves: &[&[u8]]) -> Body {
        let write = |index: usize, buffer: &mut Vec<u8>| {
            buffer.extend(leaves[index]);
            Ok::<(), ()>(())
        };
        Body::build(leaves.len(), write).unwrap_or_default()
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let mut bytes = b"before".to_vec();
        body(&[b"{}", b"", b"{\"a\":1}"]).write(7, 5, &mut bytes);
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
        body(&[b"{\"a\":1}", b"{\"b\":2}"]).write(0, 0, &mut bytes);
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
