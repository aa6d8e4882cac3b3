//! Writes an OVA from its beginning to its end.

use std::io::{self, Read, Write};

use super::header::{BLOCK, write};

/// An archive that is being written.
pub(crate) struct Archive<W> {
    out: W,
}

impl<W: Write> Archive<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out }
    }

    /// Adds a file of so many bytes.
    pub(crate) fn add(&mut self, name: &str, bytes: u64, from: &mut impl Read) -> io::Result<()> {
        let header = write(name, bytes).ok_or_else(|| {
            io::Error::other(format!("the name {name:?} is too long for an archive"))
        })?;
        self.out.write_all(&header)?;
        let copied = copy(&mut from.take(bytes), &mut self.out)?;
        if copied != bytes {
            return Err(io::Error::other(format!("{name} became shorter while it was read")));
        }
        self.pad(bytes)
    }

    fn pad(&mut self, bytes: u64) -> io::Result<()> {
        let padding = bytes.next_multiple_of(BLOCK as u64) - bytes;
        let zeros = [0; BLOCK];
        self.out.write_all(&zeros[..usize::try_from(padding).unwrap_or(0)])
    }

    /// Ends the archive.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&[0; 2 * BLOCK])?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Copies by large steps: digests and files alike are faster with them.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<u64> {
    let (mut buffer, mut copied) = (vec![0; 1 << 20], 0);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(read) => {
                to.write_all(&buffer[..read])?;
                copied += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
