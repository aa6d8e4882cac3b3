//! Taking over a log that was written down: the same leaves, the same tree, the same signatures.

use std::collections::HashMap;
use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::ids::Sha256Digest;
use ledger::bundle::{Export, Report, Visitor, verify_with};
use ledger::{Hash, Verifier};

use super::checkpoints;
use super::keys::Keys;
use super::layout::{FORMAT, Layout};
use super::open_segment::OpenSegment;
use super::record::Record;
use super::segments::Segments;
use crate::files::{private_folder, put_bytes, sync_folder};
use crate::owner::Owner;
use crate::{Blobs, StoreError, schema};

/// Leaves written at once: at their largest they fill a record.
const AT_ONCE: usize = 128;
/// Bytes of a segment.
const SEGMENT: u64 = 32 << 20;

/// Takes over an export into a store that holds no log. It is checked on the way, and nothing is
/// taken over unless all of it is right. The secret key is in no export: see `log keygen`.
///
/// # Errors
/// [`StoreError::NotEmpty`], [`StoreError::Import`], or what the system said.
pub fn import(
    store: &Path,
    from: impl BufRead,
    trusted: &[Verifier],
    progress: impl FnMut(u64),
) -> Result<Report, StoreError> {
    let layout = Layout::of(store);
    if layout.is_there() || layout.log.join("db").is_file() {
        return Err(StoreError::NotEmpty(store.to_owned()));
    }
    private_folder(store)?;
    let _owner = Owner::take(store)?;
    // What an earlier import left behind when it was killed.
    let staging = store.join("log.importing");
    remove(&staging)?;
    let taken = Taking::begin(&staging, store, progress)
        .and_then(|mut taking| {
            let checked = verify_with(from, trusted, &mut taking);
            // The store's own error says more than the words that the check was given.
            let failed = taking.failed.take();
            let report = checked
                .map_err(|error| failed.unwrap_or_else(|| StoreError::Import(error.to_string())))?;
            taking.finish(&report)?;
            Ok(report)
        })
        .and_then(|report| {
            let renamed = fs::rename(&staging, &layout.log);
            renamed.map_err(|error| StoreError::io("cannot rename", &staging, error))?;
            sync_folder(store)?;
            Ok(report)
        });
    if taken.is_err() {
        remove(&staging)?;
    }
    taken
}

/// An import on its way.
struct Taking<F> {
    layout: Layout,
    segments: Segments,
    active: Arc<OpenSegment>,
    /// Length of the active segment, in bytes.
    at: u64,
    /// Position of the first leaf not written yet.
    next: u64,
    waiting: Vec<Vec<u8>>,
    /// The next version of each stream.
    versions: HashMap<String, u64>,
    blobs: Blobs,
    header: Option<Export>,
    failed: Option<StoreError>,
    progress: F,
}

impl<F: FnMut(u64)> Taking<F> {
    fn begin(staging: &Path, store: &Path, progress: F) -> Result<Self, StoreError> {
        let layout = Layout { log: staging.to_owned() };
        for folder in [&layout.segments(), &layout.checkpoints()] {
            private_folder(folder)?;
        }
        let segments = Segments::none(&layout.segments());
        let active = segments.begin(0)?;
        Ok(Self {
            layout,
            segments,
            active,
            at: 0,
            next: 0,
            waiting: Vec::new(),
            versions: HashMap::new(),
            blobs: Blobs::local(&store.join("evidence"))?,
            header: None,
            failed: None,
            progress,
        })
    }

    fn write(&mut self) -> Result<(), StoreError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if self.at >= SEGMENT {
            let next = self.segments.begin(self.next)?;
            let full = std::mem::replace(&mut self.active, next);
            self.segments.seal(&full)?;
            self.at = 0;
        }
        let mut bytes = Vec::new();
        let record = Record::build(&mut bytes, self.waiting.len(), |index, bytes| {
            bytes.extend(&self.waiting[index]);
            Ok::<(), StoreError>(())
        })?;
        record.place(&mut bytes, self.next, self.next);
        self.active.write(self.at, &bytes)?;
        self.active.publish(&record.leaves(&bytes, self.at).collect::<Vec<_>>());
        self.at += bytes.len() as u64;
        self.next += record.count();
        self.waiting.clear();
        (self.progress)(self.next);
        Ok(())
    }

    /// Puts in place what makes a log of the segments.
    fn finish(mut self, report: &Report) -> Result<(), StoreError> {
        self.write()?;
        let Some(header) = self.header.take().filter(|it| it.events() == self.next) else {
            return Err(StoreError::Import(format!(
                "it is no export of a log, but {:?}",
                report.kind
            )));
        };
        Keys::adopt(&self.layout, header.keys().to_vec())?;
        for note in header.checkpoints().iter().chain([header.checkpoint()]) {
            let size = checkpoints::signed(&self.layout.log, note, header.keys())?.size();
            checkpoints::keep(&self.layout, size, note)?;
        }
        checkpoints::put_head(&self.layout, header.checkpoint())?;
        put_bytes(&self.layout.format(), FORMAT.as_bytes())
    }

    /// Keeps an error of the store; the check only carries words.
    fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<(), String> {
        result.map(drop).map_err(|error| {
            let words = error.to_string();
            self.failed = Some(error);
            words
        })
    }
}

impl<F: FnMut(u64)> Visitor for Taking<F> {
    fn header(&mut self, header: &Export) -> Result<(), String> {
        self.header = Some(header.clone());
        Ok(())
    }

    fn leaf(&mut self, position: u64, leaf: &[u8]) -> Result<(), String> {
        // What this version cannot read, or would refuse to open, it must not take over.
        let readable = schema::decode(position, leaf).and_then(|recorded| {
            let next = self.versions.entry(recorded.stream).or_insert(0);
            if *next != recorded.version {
                let why = format!("it has version {}, and {next} is the next", recorded.version);
                return Err(StoreError::Damaged { position, why });
            }
            *next += 1;
            Ok(())
        });
        self.note(readable)?;
        self.waiting.push(leaf.to_vec());
        if self.waiting.len() == AT_ONCE {
            let written = self.write();
            self.note(written)?;
        }
        Ok(())
    }

    fn evidence(&mut self, sha256: &Hash, zstd: &[u8]) -> Result<(), String> {
        let claimed = Sha256Digest::from_bytes(sha256.to_bytes());
        let Some(bytes) = Blobs::unpacked(zstd) else {
            return self.note(Err::<(), _>(StoreError::BlobDamaged(claimed)));
        };
        if Sha256Digest::of(&bytes) != claimed {
            return self.note(Err::<(), _>(StoreError::BlobDamaged(claimed)));
        }
        let kept = self.blobs.put(&bytes);
        self.note(kept)
    }
}

fn remove(folder: &PathBuf) -> Result<(), StoreError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io("cannot remove", folder, error))
        }
        _ => Ok(()),
    }
}
