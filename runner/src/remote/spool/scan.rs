//! Reading a spool frame by frame: what is whole, what was cut short, what is damaged.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use super::frame::{HEAD, Head, head};

/// What stands at a place of a spool that ends somewhere.
pub(super) enum Frame {
    /// A body, and where the next frame stands.
    Whole(Vec<u8>, u64),
    /// Nothing.
    End,
    /// Something that was not written to its end; nothing stands behind it.
    Torn,
    /// Something else.
    Damaged,
}

impl Frame {
    /// The body and where the next frame stands, if it is whole.
    pub(super) fn whole(self) -> Option<(Vec<u8>, u64)> {
        match self {
            Frame::Whole(body, behind) => Some((body, behind)),
            Frame::End | Frame::Torn | Frame::Damaged => None,
        }
    }
}

/// What stands at this place of a file of this size.
pub(super) fn frame_at(file: &File, at: u64, size: u64) -> io::Result<Frame> {
    let left = size.saturating_sub(at);
    if left == 0 {
        return Ok(Frame::End);
    }
    if left <= HEAD as u64 {
        return Ok(Frame::Torn);
    }
    let mut first = [0; HEAD];
    file.read_exact_at(&mut first, at)?;
    let (length, crc) = match head(&first) {
        Head::Whole { length, crc } => (length, crc),
        Head::Torn => return Ok(Frame::Torn),
        Head::Damaged => return Ok(Frame::Damaged),
    };
    let behind = at + (HEAD + length) as u64;
    if behind > size {
        return Ok(Frame::Torn);
    }
    let mut body = vec![0; length];
    file.read_exact_at(&mut body, at + HEAD as u64)?;
    Ok(match (crc32c::crc32c(&body) == crc, behind == size) {
        (true, _) => Frame::Whole(body, behind),
        (false, true) => Frame::Torn,
        (false, false) => Frame::Damaged,
    })
}
