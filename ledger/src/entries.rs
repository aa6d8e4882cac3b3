//! Entry bundles: the leaves of one tile in one file, <https://c2sp.org/tlog-tiles#log-entries>.

use crate::tile::TILE_WIDTH;

/// Why entries cannot be written or read as a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntriesError {
    /// The length of an entry has two bytes.
    #[error("entry {position} of the bundle has {length} bytes; a bundle holds at most 65535 each")]
    TooLong {
        /// Position within the bundle.
        position: usize,
        /// Its length in bytes.
        length: usize,
    },
    /// The bundle ends within an entry.
    #[error("the bundle is cut off within entry {position}")]
    CutOff {
        /// Position within the bundle.
        position: usize,
    },
    /// A tile has at most 256 leaves.
    #[error("the bundle has more than {TILE_WIDTH} entries")]
    TooMany,
}

/// Adds one entry to a bundle: its length as a big-endian `u16`, then its bytes.
///
/// # Errors
/// [`EntriesError::TooLong`]; the position told is 0, as the bundle is not read.
pub fn append_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), EntriesError> {
    let too_long = EntriesError::TooLong { position: 0, length: entry.len() };
    let length = u16::try_from(entry.len()).map_err(|_| too_long)?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries of a bundle, in order.
///
/// # Errors
/// [`EntriesError::CutOff`] or [`EntriesError::TooMany`].
pub fn parse_entries(bundle: &[u8]) -> Result<Vec<&[u8]>, EntriesError> {
    let mut entries = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        if entries.len() == TILE_WIDTH {
            return Err(EntriesError::TooMany);
        }
        let cut_off = EntriesError::CutOff { position: entries.len() };
        let (length, tail) = rest.split_first_chunk().ok_or(cut_off.clone())?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, tail) = tail.split_at_checked(length).ok_or(cut_off)?;
        entries.push(entry);
        rest = tail;
    }
    Ok(entries)
}
