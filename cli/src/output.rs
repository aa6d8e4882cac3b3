//! Files that a command writes: whole or not there, and private unless they are for everybody.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Stdout, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::NamedTempFile;

use crate::exit::Exit;

/// Where a command writes what it makes.
#[derive(Debug)]
pub(crate) enum Output {
    /// Standard output.
    Stdout(BufWriter<Stdout>),
    /// Something that is there and is no file, such as a pipe: nothing can be put in its place.
    Device(BufWriter<File>),
    /// Beside the file, which it becomes when it is finished.
    Whole(BufWriter<NamedTempFile>, PathBuf),
}

impl Output {
    /// Begins to write there; `-` is standard output. A file that is there stays until the new one
    /// is whole. The new one is for its owner only.
    pub(crate) fn create(path: &Path) -> Result<Self, Exit> {
        if path == Path::new("-") {
            return Ok(Self::Stdout(BufWriter::new(io::stdout())));
        }
        let created = Self::file(path).with_context(|| format!("cannot write {}", path.display()));
        created.map_err(Exit::Usage)
    }

    fn file(path: &Path) -> io::Result<Self> {
        let there = path.metadata().ok();
        if there.as_ref().is_some_and(|it| !it.is_file() && !it.is_dir()) {
            return Ok(Self::Device(BufWriter::new(OpenOptions::new().write(true).open(path)?)));
        }
        if there.is_some_and(|it| it.is_dir()) || path.file_name().is_none() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // What a link points to is replaced, not the link.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        // Asked first: the error of a temporary file would name one that nobody knows.
        folder.metadata()?;
        let file = NamedTempFile::new_in(folder)?;
        Ok(Self::Whole(BufWriter::new(file), path))
    }

    /// Whether it is standard output.
    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout(_))
    }

    /// Puts the file in place, safe on disk.
    pub(crate) fn finish(self) -> Result<(), Exit> {
        self.finish_with_mode(0o600)
    }

    /// Puts the file in place, for everybody to read.
    pub(crate) fn finish_public(self) -> Result<(), Exit> {
        self.finish_with_mode(0o644)
    }

    fn finish_with_mode(self, mode: u32) -> Result<(), Exit> {
        let (finished, name) = match self {
            Self::Stdout(mut out) => (out.flush(), "standard output".to_owned()),
            Self::Device(mut out) => (out.flush(), "the output".to_owned()),
            Self::Whole(out, path) => (put_in_place(out, &path, mode), path.display().to_string()),
        };
        match finished {
            // A reader that has gone away is not an error.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Exit::Lab(anyhow::Error::new(error).context(format!("cannot write {name}"))))
            }
            _ => Ok(()),
        }
    }
}

fn put_in_place(out: BufWriter<NamedTempFile>, path: &Path, mode: u32) -> io::Result<()> {
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().set_permissions(Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Device(out) => out.write(bytes),
            Self::Whole(out, _) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Device(out) => out.flush(),
            Self::Whole(out, _) => out.flush(),
        }
    }
}
