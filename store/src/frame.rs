//! The stored form of an event: a JSON envelope with its format version and a checksum.

use domain::event::Recorded;
use domain::ids::Sha256Digest;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// Newest format this version reads and the one it writes.
///
/// - 1: `Recorded` as JSON, SHA-256 of its bytes in front.
pub(crate) const FORMAT: u32 = 1;

/// Largest stored event: sled keeps larger values outside its log, unsynced.
pub(crate) const LARGEST: usize = 60 * 1024;

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    sha256: Sha256Digest,
}

/// Header and event, one line each.
pub(crate) fn encode(recorded: &Recorded) -> Result<Vec<u8>, StoreError> {
    let position = recorded.position;
    let damaged =
        |error: serde_json::Error| StoreError::Damaged { position, why: error.to_string() };
    let body = serde_json::to_vec(recorded).map_err(damaged)?;
    if body.len() > LARGEST {
        return Err(StoreError::TooLarge { bytes: body.len(), most: LARGEST });
    }
    let header = Header { format: FORMAT, sha256: Sha256Digest::of(&body) };
    let mut frame = serde_json::to_vec(&header).map_err(damaged)?;
    frame.push(b'\n');
    frame.extend(body);
    Ok(frame)
}

/// Reads a frame back and checks its sum, its format and its place.
pub(crate) fn decode(position: u64, frame: &[u8]) -> Result<Recorded, StoreError> {
    let damaged = |why: &str| StoreError::Damaged { position, why: why.to_owned() };
    let end = frame.iter().position(|byte| *byte == b'\n').ok_or_else(|| damaged("no header"))?;
    let (header, body) = (&frame[..end], &frame[end + 1..]);
    let header: Header = serde_json::from_slice(header).map_err(|_| damaged("broken header"))?;
    if header.format > FORMAT {
        return Err(StoreError::Newer { found: header.format, known: FORMAT });
    }
    if header.sha256 != Sha256Digest::of(body) {
        return Err(damaged("its checksum does not match its bytes"));
    }
    let recorded: Recorded =
        serde_json::from_slice(body).map_err(|error| damaged(&error.to_string()))?;
    if recorded.position != position {
        return Err(damaged("it claims another position"));
    }
    Ok(recorded)
}
