//! A log as it stands at one moment: read without the lock and without the index, so that it can
//! be checked and copied while another process appends. Its last events may be on their way to the
//! disk still; what the signed head covers is there for good.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::{Checkpoint, Note, Verifier};

use super::checkpoints;
use super::finding::Opened;
use super::keys::Keys;
use super::layout::Layout;
use super::reader::{self, hashed};
use super::segments::Segments;
use crate::{Direction, Events, Leaves, StoreError};

/// How often the segments are listed again when one is sealed meanwhile.
const TRIES: usize = 5;

/// What a log held when this was taken.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) layout: Layout,
    pub(super) segments: Arc<Segments>,
    pub(super) end: u64,
    pub(super) damage: Option<StoreError>,
    pub(super) verifiers: Vec<Verifier>,
    /// Read before the segments: what was signed by then, they must hold.
    head: Option<(Note, Checkpoint)>,
    /// Where the checkpoints are that were kept by then, smallest tree first.
    pub(super) kept: Vec<PathBuf>,
}

impl Snapshot {
    /// Looks at the log of the store in this folder. Damage is no error here: what stands before
    /// it can be read, and [`Snapshot::damage`] tells of it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no log; otherwise what the system said.
    pub fn take(store: &Path) -> Result<Self, StoreError> {
        let layout = Layout::of(store);
        if !layout.is_there() {
            return Err(match layout.log.join("db").is_file() {
                true => StoreError::OldStore(store.to_owned()),
                false => StoreError::Missing(store.to_owned()),
            });
        }
        layout.check_format()?;
        let verifiers = Keys::verifiers(&layout)?;
        let kept = checkpoints::files(&layout)?;
        let head = signed_head(&layout, &verifiers).ok();
        let Opened { segments, end, damage, .. } = Self::segments(&layout)?;
        Ok(Self { layout, segments: Arc::new(segments), end, damage, verifiers, head, kept })
    }

    /// The segments; a file that was just sealed by another process is looked for again.
    fn segments(layout: &Layout) -> Result<Opened, StoreError> {
        let mut opened = Opened::find(&layout.segments(), false);
        for _ in 1..TRIES {
            match &opened {
                Ok(Opened { damage: None, .. }) => break,
                Ok(_) | Err(_) => opened = Opened::find(&layout.segments(), false),
            }
        }
        opened
    }

    /// How many events can be read, from the first on.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Why the log cannot be read to its end, if so: what is damaged, or how much is missing.
    ///
    /// # Errors
    /// When the signed head cannot be read, or nobody known has signed it.
    pub fn damage(&self) -> Result<Option<String>, StoreError> {
        if let Some(damage) = &self.damage {
            return Ok(Some(damage.to_string()));
        }
        let promised = self.head()?.1.size();
        let lost = StoreError::TailLost { have: self.end, promised };
        Ok((promised > self.end).then(|| lost.to_string()))
    }

    /// The signed head and what it says.
    ///
    /// # Errors
    /// When it cannot be read, or nobody known has signed it.
    pub fn head(&self) -> Result<(Note, Checkpoint), StoreError> {
        match &self.head {
            Some(head) => Ok(head.clone()),
            None => signed_head(&self.layout, &self.verifiers),
        }
    }

    /// Every checkpoint that was kept and what it says, smallest tree first.
    ///
    /// # Errors
    /// When one cannot be read, or nobody known has signed it.
    pub fn checkpoints(&self) -> Result<Vec<(Note, Checkpoint)>, StoreError> {
        self.kept.iter().map(|path| signed(path, &self.verifiers)).collect()
    }

    /// Those of them that can be relied on.
    pub(super) fn intact_checkpoints(&self) -> Vec<(Note, Checkpoint)> {
        self.kept.iter().filter_map(|path| signed(path, &self.verifiers).ok()).collect()
    }

    /// What was signed about the most events, and what it says: the newest checkpoint, or the head
    /// when that is further. After a change of the key, the checkpoint bears both signatures.
    ///
    /// # Errors
    /// As [`Snapshot::head`].
    pub fn newest(&self) -> Result<(Note, Checkpoint), StoreError> {
        let head = self.head()?;
        let kept = self.kept.last().map(|path| signed(path, &self.verifiers)).transpose()?;
        Ok(kept.filter(|(_, it)| it.size() >= head.1.size()).unwrap_or(head))
    }

    /// The public keys of this log, the oldest first.
    #[must_use]
    pub fn verifiers(&self) -> &[Verifier] {
        &self.verifiers
    }

    /// Events from a position on, either way; as [`crate::EventLog::read`].
    #[must_use]
    pub fn read(&self, from: u64, direction: Direction) -> Events<'_> {
        reader::events(&self.segments, from, self.end, direction)
    }

    /// The stored bytes of the events from a position on; as [`crate::EventLog::leaves`].
    #[must_use]
    pub fn leaves(&self, from: u64) -> Leaves<'_> {
        reader::leaves(&self.segments, from, self.end)
    }

    /// The tree over everything that can be read: each checksum is checked and each leaf hashed.
    /// The closure is told how many events are done.
    ///
    /// # Errors
    /// The first event that cannot be read; the tree before it is lost with it.
    pub fn tree(&self, mut progress: impl FnMut(u64)) -> Result<ledger::MemoryTiles, StoreError> {
        let mut tree = ledger::MemoryTiles::new();
        for chunk in hashed(&self.segments, 0, self.end) {
            let (chunk, hashes) = chunk?;
            hashes.into_iter().for_each(|leaf| tree.push(leaf));
            progress(chunk.end());
        }
        Ok(tree)
    }

    /// How many segments there are, and how many of them are sealed.
    #[must_use]
    pub fn segments_sealed(&self) -> (usize, usize) {
        self.segments.count()
    }
}

fn signed_head(layout: &Layout, verifiers: &[Verifier]) -> Result<(Note, Checkpoint), StoreError> {
    signed(&layout.head(), verifiers)
}

/// A signed note in a file, and what it says.
fn signed(path: &Path, verifiers: &[Verifier]) -> Result<(Note, Checkpoint), StoreError> {
    let note = checkpoints::read(path)?;
    let checkpoint = checkpoints::signed(path, &note, verifiers)?;
    Ok((note, checkpoint))
}
