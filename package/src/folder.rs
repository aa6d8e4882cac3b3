//! A package in a folder: finds and opens its files, without following a link.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

use crate::contents::{Contents, Entry, Kind, Wrapping};
use crate::name::is_inside;

/// Most files of a folder that are listed.
const MOST: usize = 10_000;

/// Every file right within a folder, by name.
pub(crate) fn list(folder: &Path) -> io::Result<Contents> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)?.take(MOST) {
        // A name that is no text can be referred to by no descriptor.
        names.extend(entry?.file_name().into_string());
    }
    names.sort_unstable();
    let entries = names.iter().filter_map(|it| entry(folder, it).transpose());
    Ok(Contents { entries: entries.collect::<io::Result<_>>()?, wrapping: Wrapping::Folder })
}

/// What is at a name within a folder; none if nothing is, or the name leads elsewhere.
pub(crate) fn entry(folder: &Path, name: &str) -> io::Result<Option<Entry>> {
    if !is_inside(name) {
        return Ok(None);
    }
    let (mut path, mut kind, mut bytes) = (folder.to_owned(), Kind::Folder, 0);
    for part in name.split('/') {
        if kind != Kind::Folder {
            return Ok(None);
        }
        path.push(part);
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            // A stranger's name that no file can have: too long for the file system, or with a NUL.
            Err(error) if is_absence(error.kind()) => return Ok(None),
            Err(error) => return Err(error),
        };
        (kind, bytes) = (kind_of(&metadata), metadata.len());
        if let Kind::Other(_) = kind {
            break; // a link on the way is no way
        }
    }
    let bytes = if kind == Kind::File { bytes } else { 0 };
    Ok(Some(Entry { name: name.to_owned(), kind, bytes, offset: 0, digest: None, disk: None }))
}

fn is_absence(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::InvalidInput
    )
}

fn kind_of(metadata: &fs::Metadata) -> Kind {
    match metadata.file_type() {
        it if it.is_file() => Kind::File,
        it if it.is_dir() => Kind::Folder,
        it if it.is_symlink() => Kind::Other("a symbolic link"),
        _ => Kind::Other("a device, a socket or a named pipe"),
    }
}

/// Opens a plain file; never a link, and never something that would make the caller wait.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    Ok(file)
}
