//! One frame of a spool: a head with its length and checksums, then a command and its evidence.
//!
//! The head is three numbers of 4 bytes, lowest byte first: length of the body, CRC-32C of the body,
//! CRC-32C of the 8 bytes before. The body is the length of a JSON text (4 bytes), that text, and the
//! pieces of evidence one behind the other, whose lengths the text tells.

use std::sync::Arc;

use domain::command::Command;
use serde::{Deserialize, Serialize};

/// Length of a frame's head, in bytes.
pub(super) const HEAD: usize = 12;

/// A command with the evidence that goes before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is to be recorded.
    pub command: Command,
    /// Pieces of evidence, each of which goes up before the command.
    pub evidence: Vec<Arc<[u8]>>,
}

#[derive(Serialize, Deserialize)]
struct Text<T> {
    is: T,
    lengths: Vec<u32>,
}

/// What stands at a place of a spool.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// A body of this many bytes, with this checksum.
    Whole { length: usize, crc: u32 },
    /// A head that was never written to its end.
    Torn,
    /// Bytes that no writer of a spool leaves.
    Damaged,
}

/// Reads a head.
pub(super) fn head(bytes: &[u8]) -> Head {
    let Some(bytes) = bytes.get(..HEAD) else { return Head::Torn };
    let word = |at: usize| {
        let mut word = [0; 4];
        word.copy_from_slice(&bytes[at..at + 4]);
        u32::from_le_bytes(word)
    };
    let (length, crc, check) = (word(0), word(4), word(8));
    if crc32c::crc32c(&bytes[..8]) == check && length > 0 {
        return Head::Whole { length: length as usize, crc };
    }
    // A part of it that never came to the disk reads as zeros.
    match length == 0 || crc == 0 || check == 0 {
        true => Head::Torn,
        false => Head::Damaged,
    }
}

/// Makes a frame; none when it would be too long for one.
pub(super) fn pack<T: Serialize>(is: T, pieces: &[Arc<[u8]>]) -> Option<Vec<u8>> {
    let lengths = pieces.iter().map(|it| u32::try_from(it.len())).collect::<Result<_, _>>().ok()?;
    let text = serde_json::to_vec(&Text { is, lengths }).ok()?;
    let length = 4 + text.len() + pieces.iter().map(|it| it.len()).sum::<usize>();
    let mut frame = Vec::with_capacity(HEAD + length);
    frame.resize(HEAD, 0);
    frame.extend(u32::try_from(text.len()).ok()?.to_le_bytes());
    frame.extend(text);
    pieces.iter().for_each(|it| frame.extend_from_slice(it));
    let crc = crc32c::crc32c(&frame[HEAD..]);
    frame[..4].copy_from_slice(&u32::try_from(length).ok()?.to_le_bytes());
    frame[4..8].copy_from_slice(&crc.to_le_bytes());
    let check = crc32c::crc32c(&frame[..8]);
    frame[8..HEAD].copy_from_slice(&check.to_le_bytes());
    Some(frame)
}

/// Takes a body apart; none when it is not one.
pub(super) fn unpack<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Option<(T, Vec<Arc<[u8]>>)> {
    let (length, rest) = body.split_first_chunk::<4>()?;
    let (text, mut rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let Text { is, lengths } = serde_json::from_slice(text).ok()?;
    let mut pieces = Vec::new();
    for length in lengths {
        let (piece, behind) = rest.split_at_checked(length as usize)?;
        pieces.push(Arc::from(piece));
        rest = behind;
    }
    rest.is_empty().then_some((is, pieces))
}
