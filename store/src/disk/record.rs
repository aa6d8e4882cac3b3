//! The record: the unit of an active segment, the leaves of one decision, whole or not at all.
//!
//! ```text
//! magic u32 | header crc u32 | first u64 | durable u64 | body length u32 | count u32 | body crc u32 | 0 u32
//! table: count × (leaf length u32, leaf crc u32) | count × (leaf, newline)
//! ```
//!
//! Numbers are little endian, sums are CRC-32C (RFC 3720); the body's is that of the table. Each leaf
//! has its own, so that it is checked whenever it is read. The body does not depend on the place
//! in the log, so it is made and summed by the thread that appends; the writer fills in the header.

use std::ops::Range;

/// First bytes of every record.
pub(super) const MAGIC: [u8; 4] = *b"PREC";
/// Length of a header, in bytes.
pub(super) const HEADER: usize = 40;
/// Length of a leaf's entry in the table, in bytes.
const ENTRY: usize = 8;
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

/// Where a leaf stands, and what its bytes must add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// From the beginning of the file or record, in bytes.
    pub(super) offset: u32,
    /// In bytes, without the newline.
    pub(super) length: u32,
    /// CRC-32C of its bytes.
    pub(super) sum: u32,
}

impl Place {
    /// Its bytes, if they are there and add up.
    pub(super) fn within<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let start = self.offset as usize;
        let leaf = bytes.get(start..start.checked_add(self.length as usize)?)?;
        (crc32c::crc32c(leaf) == self.sum).then_some(leaf)
    }
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
        let table = start + HEADER;
        buffer.resize(table + ENTRY * count, 0);
        if let Err(error) = write_leaves(buffer, table, count, leaf) {
            buffer.truncate(start);
            return Err(error);
        }
        let sum = crc32c::crc32c(&buffer[table..][..ENTRY * count]);
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

    /// Where each leaf stands in the file when the record is written at this offset.
    pub(super) fn leaves(&self, buffer: &[u8], offset: u64) -> impl Iterator<Item = Place> {
        let table = &buffer[self.start + HEADER..][..ENTRY * self.count as usize];
        places(table, u32::try_from(offset).unwrap_or(u32::MAX))
    }
}

/// Where the leaves of a table stand, for a record that begins at this offset.
fn places(table: &[u8], record: u32) -> impl Iterator<Item = Place> {
    let mut offset = record.saturating_add(number(HEADER + table.len()));
    table.as_chunks::<ENTRY>().0.iter().map(move |entry| {
        let [length, sum] =
            [0, 4].map(|at| u32::from_le_bytes([0, 1, 2, 3].map(|i| entry[at + i])));
        let place = Place { offset, length, sum };
        offset = offset.saturating_add(length).saturating_add(1);
        place
    })
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
        let sum = crc32c::crc32c(&buffer[before..]).to_le_bytes();
        let entry = &mut buffer[table + ENTRY * index..][..ENTRY];
        entry[..4].copy_from_slice(&length);
        entry[4..].copy_from_slice(&sum);
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
        let plausible = count > 0
            && body_len as usize <= LARGEST_BODY
            && count as usize <= body_len as usize / (ENTRY + 1);
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

    /// Where each leaf stands when the record begins at this offset; `None` when a leaf or the table
    /// is damaged or cut off.
    pub(super) fn leaves(&self, record: &[u8], offset: u64) -> Option<Vec<Place>> {
        let record = record.get(..self.record_len())?;
        let table = record.get(HEADER..HEADER + ENTRY * self.count as usize)?;
        if crc32c::crc32c(table) != self.body_sum {
            return None;
        }
        let mut end = HEADER + table.len();
        for place in places(table, 0) {
            place.within(record)?;
            end = place.offset as usize + place.length as usize + 1;
            if record.get(end - 1) != Some(&b'\n') {
                return None;
            }
        }
        let whole = end == record.len();
        whole.then(|| places(table, u32::try_from(offset).unwrap_or(u32::MAX)).collect())
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
        let leaves = header.and_then(|it| it.leaves(record, 0)).unwrap_or_default();
        let found: Vec<&[u8]> = leaves.iter().filter_map(|place| place.within(record)).collect();
        assert_eq!(found, [&b"{}"[..], b"", b"{\"a\":1}"]);
        let place = header.map(|it| (it.first, it.durable, it.count, it.record_len()));
        assert_eq!(place, Some((7, 5, 3, record.len())));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let mut bytes = Vec::new();
        put(&[b"{\"a\":1}", b"{\"b\":2}"], 0, 0, &mut bytes);
        let intact =
            |bytes: &[u8]| Header::read(bytes).and_then(|it| it.leaves(bytes, 0)).is_some();
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
