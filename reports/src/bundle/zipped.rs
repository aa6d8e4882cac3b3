//! A bundle as a zip file: the same files give the same bytes, on every machine.

use std::io::{Cursor, Write as _};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::Bundle;

/// Fixed, so that it stays the same: the usual compromise between size and time.
const LEVEL: i64 = 6;

impl Bundle {
    /// The zip file: in the order of the names, at the first instant that zip knows, for everybody
    /// to read.
    ///
    /// # Errors
    /// None that is known: it is written in memory, and smaller than 4 GiB.
    pub fn zip(&self) -> Result<Vec<u8>, ZipError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(0o644);
        for (name, bytes) in self.files() {
            zip.start_file(name, options)?;
            zip.write_all(bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    }
}
