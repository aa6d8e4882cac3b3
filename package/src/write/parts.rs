//! The files of a package, put together into a folder or an archive.

use std::fs::{self, File, Permissions};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::STEP;
use super::packing::Packed;
use super::unless::Unless;
use crate::digest::{Algorithm, Digest};
use crate::manifest;
use crate::ova::Archive;

/// All files of a package, before they are put together.
pub(super) struct Parts {
    /// Descriptor and manifest, with their names.
    texts: [(String, Vec<u8>); 2],
    disks: Vec<Packed>,
}

impl Parts {
    pub(super) fn new(stem: &str, text: Vec<u8>, algorithm: Algorithm, disks: Vec<Packed>) -> Self {
        let file = format!("{stem}.ovf");
        let digest = Digest::of(algorithm, &text);
        let listed = disks.iter().map(|it| (it.out.file.as_str(), &it.digest));
        let sums = manifest::write([(file.as_str(), &digest)].into_iter().chain(listed));
        Self { texts: [(file, text), (format!("{stem}.mf"), sums.into_bytes())], disks }
    }

    pub(super) fn bytes(&self) -> u64 {
        let texts: u64 = self.texts.iter().map(|(_, it)| it.len() as u64).sum();
        texts + self.disks.iter().map(|it| it.out.file_bytes).sum::<u64>()
    }

    pub(super) fn archive(&self, stop: &AtomicBool, to: &Path) -> io::Result<()> {
        let file = File::create(to)?;
        let mut archive = Archive::new(BufWriter::with_capacity(STEP, file));
        for (name, bytes) in &self.texts {
            archive.add(name, bytes.len() as u64, &mut bytes.as_slice())?;
        }
        for disk in &self.disks {
            let mut from = Unless { stop, inner: File::open(&disk.from)? };
            archive.add(&disk.out.file, disk.out.file_bytes, &mut from)?;
        }
        archive.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }

    pub(super) fn folder(&self, stop: &AtomicBool, to: &Path) -> io::Result<()> {
        fs::create_dir(to)?;
        for (name, bytes) in &self.texts {
            let mut file = File::create(to.join(name))?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        for disk in &self.disks {
            let path = to.join(&disk.out.file);
            if disk.own {
                fs::rename(&disk.from, &path)?;
            } else {
                let mut from = Unless { stop, inner: File::open(&disk.from)? };
                io::copy(
                    &mut BufReader::with_capacity(STEP, &mut from),
                    &mut File::create(&path)?,
                )?;
                fs::set_permissions(&path, Permissions::from_mode(0o644))?;
            }
            File::open(&path)?.sync_all()?;
        }
        File::open(to)?.sync_all()
    }
}
