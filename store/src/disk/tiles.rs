//! Publishing a log as files that any web server can serve: <https://c2sp.org/tlog-tiles>.
//!
//! Every file is whole or not there, and the checkpoint comes last: it never speaks of a tile that
//! is not there. Files that are there and right are not touched.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use ledger::{
    Builder, Checkpoint, EntriesId, Hash, Note, TILE_WIDTH, Tile, TileId, append_entry, leaf_hash,
};

use super::checkpoints;
use super::chunk::TILE;
use super::snapshot::Snapshot;
use super::tree::unread;
use crate::StoreError;

/// What publishing did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Published {
    /// How many events the published checkpoint covers.
    pub size: u64,
    /// Files written.
    pub written: u64,
    /// Files that were there already.
    pub kept: u64,
    /// Partial tiles removed, because the full tile is there.
    pub removed: u64,
}

impl Snapshot {
    /// Publishes the log, as it was signed last, in this folder. Without entries outsiders can
    /// check proofs, but not read events. The closure is told how many events are done.
    ///
    /// # Errors
    /// [`StoreError::Checkpoint`] when the folder holds another log, or a longer one; otherwise what
    /// the system said. What is published then is still a part of this log.
    pub fn publish(
        &self,
        folder: &Path,
        entries: bool,
        mut progress: impl FnMut(u64),
    ) -> Result<Published, StoreError> {
        let (note, checkpoint) = self.newest()?;
        if checkpoint.size() > self.end {
            return Err(StoreError::TailLost { have: self.end, promised: checkpoint.size() });
        }
        self.check_published(folder, &checkpoint)?;
        let made = fs::create_dir_all(folder);
        made.map_err(|error| StoreError::io("cannot create", folder, error))?;
        let mut press = Press::new(folder, entries);
        let mut tree = Builder::new();
        let size = checkpoint.size();
        for leaf in self.leaves(0).take(usize::try_from(size).unwrap_or(usize::MAX)) {
            let (position, leaf) = leaf?;
            press.entry(position, &leaf)?;
            for Tile { id, hashes } in tree.push(leaf_hash(&leaf)) {
                press.tile(id, &hashes)?;
            }
            progress(position + 1);
        }
        for (id, hashes) in tree.partials() {
            press.tile(id, hashes)?;
        }
        press.last_entries(size)?;
        if (tree.size(), tree.root()) != (size, checkpoint.root()) {
            let why = "its events are not those that were signed: portolan log verify".to_owned();
            return Err(StoreError::Tree(why));
        }
        press.checkpoint(&note)?;
        Ok(Published { size, ..press.done })
    }

    /// What is published already must be the beginning of what is to be published.
    fn check_published(&self, folder: &Path, newest: &Checkpoint) -> Result<(), StoreError> {
        let path = folder.join("checkpoint");
        if !path.exists() {
            return Ok(());
        }
        let refused = |why: String| StoreError::Checkpoint { path: path.clone(), why };
        let note = checkpoints::read(&path)?;
        let published = checkpoints::signed(&path, &note, &self.verifiers)?;
        let size = published.size();
        if size > newest.size() {
            let newest = newest.size();
            let why = format!("it is of {size} events, and this log vouches for {newest} only");
            return Err(refused(why));
        }
        if ledger::root(self, size).map_err(unread)? == published.root() {
            Ok(())
        } else {
            Err(refused(format!("the first {size} events of this log have another root")))
        }
    }
}

/// Writes the files.
struct Press {
    folder: PathBuf,
    /// The entries of the tile that is not full yet; none when they are not published.
    entries: Option<Vec<u8>>,
    done: Published,
}

impl Press {
    fn new(folder: &Path, entries: bool) -> Self {
        let done = Published::default();
        Self { folder: folder.to_owned(), entries: entries.then(Vec::new), done }
    }

    fn tile(&mut self, id: TileId, hashes: &[Hash]) -> Result<(), StoreError> {
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.to_bytes()).collect();
        self.put(&id.path(), &bytes)?;
        if id.is_full() { self.remove_partials(&id.path()) } else { Ok(()) }
    }

    fn entry(&mut self, position: u64, leaf: &[u8]) -> Result<(), StoreError> {
        let Some(entries) = &mut self.entries else { return Ok(()) };
        let too_long = |error: ledger::EntriesError| StoreError::Tree(error.to_string());
        append_entry(entries, leaf).map_err(too_long)?;
        if !(position + 1).is_multiple_of(TILE) {
            return Ok(());
        }
        let bytes = std::mem::take(entries);
        let path = EntriesId { index: position / TILE, width: TILE_WIDTH as u16 }.path();
        self.put(&path, &bytes)?;
        self.remove_partials(&path)
    }

    /// The entries of the tile that is not full.
    fn last_entries(&mut self, size: u64) -> Result<(), StoreError> {
        match self.entries.take().filter(|it| !it.is_empty()) {
            // Less than a tile's width.
            Some(bytes) => {
                let id = EntriesId { index: size / TILE, width: (size % TILE) as u16 };
                self.put(&id.path(), &bytes)
            }
            None => Ok(()),
        }
    }

    fn checkpoint(&mut self, note: &Note) -> Result<(), StoreError> {
        // Everything else is safe before anybody is told of it.
        let synced = File::open(&self.folder).and_then(|it| Ok(rustix::fs::syncfs(it)?));
        synced.map_err(|error| StoreError::io("cannot sync", &self.folder, error))?;
        self.put("checkpoint", note.to_string().as_bytes())
    }

    /// Puts a file in place, unless it is there with these very bytes.
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.folder.join(name);
        let length = fs::metadata(&path).map_or(0, |there| there.len());
        if length == bytes.len() as u64 && fs::read(&path).is_ok_and(|there| there == bytes) {
            self.done.kept += 1;
            return Ok(());
        }
        let put = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            // Everybody may read what is published, as far as the umask says.
            let unfinished = path.with_extension("unfinished");
            fs::write(&unfinished, bytes)?;
            fs::rename(&unfinished, &path)
        };
        self.done.written += 1;
        put().map_err(|error| StoreError::io("cannot write", &path, error))
    }

    /// Removes the partial tiles of a tile that is full now. Nobody needs them any more.
    fn remove_partials(&mut self, full: &str) -> Result<(), StoreError> {
        let folder = self.folder.join(format!("{full}.p"));
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries,
        };
        let removed = entries.and_then(|entries| {
            for entry in entries {
                fs::remove_file(entry?.path())?;
                self.done.removed += 1;
            }
            fs::remove_dir(&folder)
        });
        removed.map_err(|error| StoreError::io("cannot remove", &folder, error))
    }
}
