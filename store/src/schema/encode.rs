//! Writing a leaf: always the newest schema, always the same spelling.

use domain::event::Event;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use uuid::Uuid;

use super::{Schema, event};
use crate::{LARGEST_LEAF, StoreError};

/// The leaf of an event: one line of JSON without its newline, and without any other.
///
/// # Errors
/// [`StoreError::TooLarge`] when it is larger than [`LARGEST_LEAF`].
pub fn encode(
    stream: &str,
    version: u64,
    command: Uuid,
    at: Timestamp,
    event: &Event,
) -> Result<Vec<u8>, StoreError> {
    let mut leaf = Vec::with_capacity(1024);
    encode_into(&mut leaf, (stream, version), command, at, event)?;
    Ok(leaf)
}

/// Writes the leaf of an event behind what the buffer holds; its place is stream and version.
///
/// # Errors
/// As [`encode`]; the buffer is then as it was.
pub fn encode_into(
    leaf: &mut Vec<u8>,
    place: (&str, u64),
    command: Uuid,
    at: Timestamp,
    event: &Event,
) -> Result<(), StoreError> {
    let start = leaf.len();
    let written = write(leaf, place, command, at, event);
    let written = written.map_err(|error| StoreError::Unspellable(error.to_string()));
    let bytes = leaf.len() - start;
    let fits = written.and(match bytes {
        0..=LARGEST_LEAF => Ok(()),
        _ => Err(StoreError::TooLarge { bytes, most: LARGEST_LEAF }),
    });
    fits.inspect_err(|_| leaf.truncate(start))
}

fn write(
    leaf: &mut Vec<u8>,
    (stream, version): (&str, u64),
    command: Uuid,
    at: Timestamp,
    event: &Event,
) -> serde_json::Result<()> {
    leaf.extend_from_slice(b"{\"schema\":");
    serde_json::to_writer(&mut *leaf, &Schema::NEWEST.number())?;
    leaf.extend_from_slice(b",\"type\":\"");
    leaf.extend_from_slice(event.name().as_bytes());
    leaf.extend_from_slice(b"\",\"at\":\"");
    DateTimePrinter::new()
        .print_timestamp(&at, &mut *leaf)
        .map_err(<serde_json::Error as serde::ser::Error>::custom)?;
    leaf.extend_from_slice(b"\",\"stream\":");
    serde_json::to_writer(&mut *leaf, stream)?;
    leaf.extend_from_slice(b",\"version\":");
    serde_json::to_writer(&mut *leaf, &version)?;
    leaf.extend_from_slice(b",\"command\":\"");
    leaf.extend_from_slice(command.hyphenated().encode_lower(&mut [0; 36]).as_bytes());
    leaf.extend_from_slice(b"\",\"event\":");
    event::write(leaf, event)?;
    leaf.push(b'}');
    Ok(())
}
