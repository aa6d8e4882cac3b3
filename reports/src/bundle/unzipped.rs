//! Reading a bundle that anybody may have made: in memory, and never more of it than is sound.

use std::io::{Cursor, Read as _};

use zip::read::{ZipFile, ZipReadOptions};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::Bundle;

/// Largest zip file read, in bytes.
pub const LARGEST_BUNDLE: usize = 64 << 20;
/// Most bytes of all its files, unpacked.
const MOST_BYTES: u64 = 128 << 20;
/// Most files: far more than a bundle has of cells.
const MOST_FILES: u16 = 8192;
/// Longest name, in bytes.
const LONGEST_NAME: usize = 200;
/// Bytes of the record that a zip file ends with, when it has no comment.
const END: usize = 22;

/// Why a zip file is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum Misshapen {
    /// Larger than is read.
    #[error("the file is larger than {} MiB", LARGEST_BUNDLE >> 20)]
    TooLarge,
    /// No zip file, or one that was cut short.
    #[error("no zip file, or one that was cut short or altered")]
    Zip(#[from] ZipError),
    /// There is something before, between or behind the files.
    #[error("not the plain zip file that portolan writes: {0}")]
    NotPlain(&'static str),
    /// More files than are read.
    #[error("it has more than {MOST_FILES} files")]
    TooMany,
    /// The files are larger than is read.
    #[error("its files have more than {} MiB together", MOST_BYTES >> 20)]
    Bomb,
    /// A file that no bundle has.
    #[error("{name:?} {why}")]
    File {
        /// What it is called, as far as it can be shown.
        name: String,
        /// What is wrong about it.
        why: &'static str,
    },
}

impl Bundle {
    /// Whether it is small enough to be read again.
    ///
    /// # Errors
    /// [`Misshapen::TooMany`] or [`Misshapen::Bomb`].
    pub fn check_size(&self) -> Result<(), Misshapen> {
        let bytes: u64 = self.files().map(|(_, bytes)| bytes.len() as u64).sum();
        match self.files().count() {
            files if files > MOST_FILES.into() => Err(Misshapen::TooMany),
            _ if bytes > MOST_BYTES => Err(Misshapen::Bomb),
            _ => Ok(()),
        }
    }

    /// The files in a zip file. Nothing is known to be true of them yet.
    ///
    /// # Errors
    /// [`Misshapen`].
    pub fn unzip(bytes: &[u8]) -> Result<Self, Misshapen> {
        let count = count(bytes)?;
        let mut zip = ZipArchive::new(Cursor::new(bytes))?;
        check_plain(&mut zip, count)?;
        let (mut bundle, mut left) = (Self::default(), MOST_BYTES);
        for index in 0..zip.len() {
            let options = ZipReadOptions::new().ignore_encryption_flag(true);
            let mut file = zip.by_index_with_options(index, options)?;
            let name = name(&file)?;
            let mut bytes = Vec::new();
            // What the file says of its size is not relied on.
            let read = file.by_ref().take(left + 1).read_to_end(&mut bytes);
            read.map_err(ZipError::Io)?;
            left = left.checked_sub(bytes.len() as u64).ok_or(Misshapen::Bomb)?;
            bundle.put(name, bytes);
        }
        Ok(bundle)
    }
}

/// How many files there are by the end of the zip file, which is read before its directory.
fn count(bytes: &[u8]) -> Result<usize, Misshapen> {
    if bytes.len() > LARGEST_BUNDLE {
        return Err(Misshapen::TooLarge);
    }
    let end = bytes.len().checked_sub(END).map(|at| &bytes[at..]);
    let end = end.filter(|end| end.starts_with(b"PK\x05\x06") && end.ends_with(&[0, 0]));
    let end = end.ok_or(Misshapen::NotPlain("it does not end where a zip file ends"))?;
    let count = u16::from_le_bytes([end[10], end[11]]);
    if count > MOST_FILES { Err(Misshapen::TooMany) } else { Ok(count.into()) }
}

fn check_plain(zip: &mut ZipArchive<Cursor<&[u8]>>, count: usize) -> Result<(), Misshapen> {
    if zip.has_duplicate_names() || zip.len() != count {
        return Err(Misshapen::NotPlain("a name stands twice"));
    }
    if zip.offset() != 0 || zip.has_overlapping_entries()? {
        return Err(Misshapen::NotPlain("something stands before its files, or they overlap"));
    }
    Ok(())
}

/// The name of a file, if it is one that a bundle may have.
fn name(file: &ZipFile<'_, Cursor<&[u8]>>) -> Result<String, Misshapen> {
    let raw = file.name_raw();
    let shown = || String::from_utf8_lossy(raw).chars().take(LONGEST_NAME).collect();
    let wrong = |why| Err(Misshapen::File { name: shown(), why });
    if file.encrypted() {
        return wrong("is encrypted");
    }
    if file.is_symlink() || !file.is_file() {
        return wrong("is no file");
    }
    if file.compression() != CompressionMethod::Deflated {
        return wrong("is not packed as portolan packs");
    }
    if !plain(raw) {
        return wrong("is a name that no file of a bundle has");
    }
    Ok(shown())
}

/// Whether a name has plain letters only and leads nowhere else.
fn plain(name: &[u8]) -> bool {
    let letter = |it: &u8| it.is_ascii_alphanumeric() || b"._-/".contains(it);
    let part = |it: &[u8]| !it.is_empty() && !it.starts_with(b".");
    name.len() <= LONGEST_NAME && name.iter().all(letter) && name.split(|it| *it == b'/').all(part)
}
