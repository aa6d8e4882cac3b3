//! Reading what the service keeps for itself.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _};
use std::path::Path;

use store::StoreError;

/// The bytes of a file of the service, at most so many; none when there is no such file.
///
/// # Errors
/// When it is there and cannot be read, or has more.
pub(super) fn read(path: &Path, largest: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let io = |source| StoreError::Io { what: "cannot read", path: path.to_owned(), source };
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file.map_err(io)?,
    };
    let mut bytes = Vec::new();
    file.take(largest + 1).read_to_end(&mut bytes).map_err(io)?;
    match bytes.len() as u64 > largest {
        true => Err(io(Error::new(ErrorKind::FileTooLarge, "it is too large"))),
        false => Ok(Some(bytes)),
    }
}
