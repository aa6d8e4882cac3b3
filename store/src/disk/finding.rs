//! Finding the segments of a log: in order, each as far as it is intact, checked against each other.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::open_segment::{OpenSegment, Scanned};
use super::sealed_segment::{self, SealedSegment};
use super::segments::{Segment, Segments};
use crate::StoreError;

/// What opening the segments found.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) segments: Segments,
    /// How many events are intact, without a gap, from the first on.
    pub(crate) end: u64,
    /// Why the segments cannot be read to their end, if so.
    pub(crate) damage: Option<StoreError>,
    /// The last segment, and how much of it is intact and how much there is, in bytes.
    pub(super) last: Option<(Arc<OpenSegment>, u64, u64)>,
}

/// The two files a segment may have.
#[derive(Debug, Default)]
struct Files {
    open: Option<PathBuf>,
    sealed: Option<PathBuf>,
}

impl Opened {
    /// Opens every segment in the folder as far as they are intact.
    ///
    /// # Errors
    /// When the folder or a file cannot be read at all.
    pub(crate) fn find(folder: &Path, writable: bool) -> Result<Self, StoreError> {
        let segments = Segments::none(folder);
        let mut opened = Self { segments, end: 0, damage: None, last: None };
        let mut before = folder.to_owned();
        for (first, files) in list(folder)? {
            if first != opened.end {
                let before = before.display();
                let why =
                    format!("{before} ends before it, and the next segment begins at {first}");
                opened.damage = Some(StoreError::Damaged { position: opened.end, why });
            }
            if opened.damage.is_some() {
                break;
            }
            before = files.sealed.clone().or_else(|| files.open.clone()).unwrap_or_default();
            opened.take(first, files, writable)?;
        }
        Ok(opened)
    }

    fn take(&mut self, first: u64, files: Files, writable: bool) -> Result<(), StoreError> {
        self.last = None;
        let scanned = files.open.as_deref().map(|path| OpenSegment::scan(path, first, writable));
        let scanned = scanned.transpose()?;
        if let Some(path) = files.sealed {
            let sealed = match SealedSegment::open(&path, first) {
                Err(damage @ StoreError::Damaged { .. }) if scanned.is_none() => {
                    self.damage = Some(damage);
                    return Ok(());
                }
                sealed => sealed?,
            };
            let open = scanned.as_ref().map_or(0, |scanned| scanned.segment.count());
            // Where both are there, sealing was interrupted: it is done again from the open form.
            if sealed.count() > open {
                self.end = first + sealed.count();
                self.segments.push(Segment::Sealed(Arc::new(sealed)));
                return Ok(());
            }
        }
        let Some(Scanned { segment, intact, length, durable }) = scanned else { return Ok(()) };
        let path = segment.path().to_owned();
        let segment = Arc::new(segment);
        self.end = first + segment.count();
        if durable > self.end {
            self.damage = Some(StoreError::Damaged {
                position: self.end,
                why: format!("{}, at byte {intact}: its record is damaged", path.display()),
            });
        }
        self.segments.push(Segment::Open(Arc::clone(&segment)));
        self.last = Some((segment, intact, length));
        Ok(())
    }
}

/// The files of every segment, by first position.
fn list(folder: &Path) -> Result<BTreeMap<u64, Files>, StoreError> {
    let io = |error| StoreError::io("cannot list", folder, error);
    let mut found: BTreeMap<u64, Files> = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some((first, ending)) = name.split_once('.') else { continue };
        let Some(first) = first.parse().ok().filter(|_| first.len() == 20) else { continue };
        match ending {
            "log" => found.entry(first).or_default().open = Some(path),
            sealed_segment::ENDING => found.entry(first).or_default().sealed = Some(path),
            _ => {}
        }
    }
    Ok(found)
}
