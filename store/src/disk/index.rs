//! The index: what the segments hold, ordered by stream, and the Merkle tiles over them; in sled.
//!
//! All of it follows from the segments and is made anew from them whenever the two disagree. sled
//! 0.34 may panic over damaged files: every call is guarded, and a panic is an error like another.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use hashbrown::HashMap;
use ledger::{Hash, TileId};
use uuid::Uuid;

use super::guard::guarded;
use super::streams::{Entry, Fresh};
use crate::{Progress, StoreError};

/// Shape of what is stored here; another shape is simply made anew.
const SHAPE: u64 = 1;
/// Entries of one value. sled keeps up to 16 values in a page, and a page that does not fit into one
/// of its segments of 512 KiB is stored apart, unsynced: so a value is at most 12 KiB.
const ENTRIES: usize = 512;
/// Bytes of one entry: position and command.
const ENTRY: usize = 24;

/// Kind of a stream's key.
const STREAM: u8 = b's';
/// Key of how far the index reaches.
const COVERS: &[u8] = b"c";

/// The index of one log.
pub(super) struct Index {
    /// Always there but while it is dropped.
    engine: Option<Engine>,
    /// sled's own file, synced after each flush: sled 0.34's flush does not reach the disk.
    data: File,
}

struct Engine {
    db: sled::Db,
    /// Everything that follows from the segments, in one tree, since only batches of one tree are
    /// atomic. The first byte of a key is its kind:
    /// `s` name → ordinal u32, next version u64;
    /// `e` ordinal u32, version u64 → entries from that version on;
    /// `t` level u8, index u64 → 256 hashes;
    /// `c` → how many events are covered, shape.
    derived: sled::Tree,
    /// name → how far a projection is
    projections: sled::Tree,
}

/// What is written at once.
#[derive(Debug)]
pub(super) struct Update {
    /// How many events the index covers after it.
    pub(super) upto: u64,
    pub(super) streams: Vec<Fresh>,
    /// Full tiles above the leaves, by level and index.
    pub(super) tiles: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl fmt::Debug for Index {
    /// sled's own form is all it holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in this folder, or makes an empty one.
    pub(super) fn open(folder: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        guarded(|| {
            let config = sled::Config::new().path(folder).mode(sled::Mode::HighThroughput);
            let db = config.cache_capacity(cache_bytes).flush_every_ms(None).open()?;
            let data = folder.join("db");
            let data = File::open(&data).map_err(|e| StoreError::io("cannot open", &data, e))?;
            let (derived, projections) = (db.open_tree("derived")?, db.open_tree("projections")?);
            make_private(folder)?;
            Ok(Self { engine: Some(Engine { db, derived, projections }), data })
        })
    }

    fn engine(&self) -> Result<&Engine, StoreError> {
        self.engine.as_ref().ok_or(StoreError::Broken)
    }

    /// How many events the index covers; `None` when its shape is another.
    pub(super) fn covers(&self) -> Result<Option<u64>, StoreError> {
        guarded(|| {
            let Some(known) = self.engine()?.derived.get(COVERS)? else { return Ok(Some(0)) };
            Ok((number(known.get(8..).unwrap_or(&[])) == SHAPE).then(|| number(&known)))
        })
    }

    /// How many streams there are, and how many events in all of them.
    pub(super) fn totals(&self) -> Result<(u32, u64), StoreError> {
        guarded(|| {
            let streams = self.engine()?.derived.scan_prefix([STREAM]).values();
            streams.into_iter().try_fold((0, 0), |(streams, events), value| {
                let value = value?;
                let next = number(value.get(4..).unwrap_or(&[]));
                Ok((streams.max(ordinal(&value) + 1), events + next))
            })
        })
    }

    /// Ordinal and next version of a stream.
    pub(super) fn stream(&self, name: &str) -> Result<Option<(u32, u64)>, StoreError> {
        guarded(|| {
            let value = self.engine()?.derived.get(stream_key(name))?;
            Ok(value.map(|it| (ordinal(&it), number(it.get(4..).unwrap_or(&[])))))
        })
    }

    /// Every command of a stream below a version, with the version of its first event.
    pub(super) fn commands(
        &self,
        ordinal: u32,
        below: u64,
    ) -> Result<HashMap<Uuid, u64>, StoreError> {
        let mut commands = HashMap::with_capacity(usize::try_from(below).unwrap_or(0).min(1 << 20));
        guarded(|| {
            let mut version = 0;
            while version < below {
                let entries = self.run(ordinal, version)?;
                for entry in &entries {
                    commands.entry(entry.command).or_insert(version);
                    version += 1;
                }
            }
            Ok(())
        })?;
        Ok(commands)
    }

    /// Entries of a stream from one version on: at least one.
    pub(super) fn run(&self, ordinal: u32, version: u64) -> Result<Vec<Entry>, StoreError> {
        guarded(|| {
            let key = entry_key(ordinal, version);
            let found = self.engine()?.derived.get_lt(after(&key))?;
            let found = found.filter(|(found, _)| found.len() == 13 && found[..5] == key[..5]);
            let (key, value) = found.ok_or_else(disagrees)?;
            let skipped = usize::try_from(version - number(&key[5..])).unwrap_or(usize::MAX);
            let entries: Vec<Entry> = value.chunks_exact(ENTRY).skip(skipped).map(entry).collect();
            if entries.is_empty() { Err(disagrees()) } else { Ok(entries) }
        })
    }

    /// A full tile.
    pub(super) fn tile(&self, id: TileId) -> Result<Option<Vec<Hash>>, StoreError> {
        guarded(|| {
            Ok(self.engine()?.derived.get(tile_key(id.level, id.index))?.map(|it| hashes(&it)))
        })
    }

    /// How far a projection is.
    pub(super) fn progress(&self, name: &str) -> Result<Option<Progress>, StoreError> {
        guarded(|| {
            let Some(value) = self.engine()?.projections.get(name)? else { return Ok(None) };
            Ok(value.split_first_chunk().map(|(position, state)| Progress {
                position: u64::from_be_bytes(*position),
                state: state.to_vec(),
            }))
        })
    }

    /// Keeps how far a projection is.
    pub(super) fn save_progress(&self, name: &str, progress: &Progress) -> Result<(), StoreError> {
        guarded(|| {
            let value = [&progress.position.to_be_bytes(), progress.state.as_slice()].concat();
            self.engine()?.projections.insert(name, value)?;
            Ok(())
        })
    }

    /// Takes an update in, safe on disk when this returns.
    pub(super) fn write(&self, update: &Update) -> Result<(), StoreError> {
        guarded(|| {
            let mut batch = sled::Batch::default();
            for ((level, index), tile) in &update.tiles {
                batch.insert(&tile_key(*level, *index), tile_bytes(tile));
            }
            for fresh in &update.streams {
                let mut version = fresh.first;
                for run in fresh.entries.chunks(ENTRIES) {
                    batch.insert(&entry_key(fresh.ordinal, version), entry_bytes(run));
                    version += run.len() as u64;
                }
                let value = [&fresh.ordinal.to_be_bytes()[..], &version.to_be_bytes()].concat();
                batch.insert(stream_key(&fresh.stream), value);
            }
            batch.insert(COVERS, [update.upto.to_be_bytes(), SHAPE.to_be_bytes()].concat());
            self.engine()?.derived.apply_batch(batch)?;
            self.sync()
        })
    }

    /// Puts everything on disk.
    fn sync(&self) -> Result<(), StoreError> {
        self.engine()?.db.flush()?;
        let synced = self.data.sync_data();
        synced.map_err(|error| StoreError::io("cannot sync", Path::new("the index"), error))
    }
}

impl Drop for Index {
    /// sled syncs when it is dropped, and panics when that fails.
    fn drop(&mut self) {
        let engine = self.engine.take();
        let dropped = guarded(|| {
            drop(engine);
            Ok(())
        });
        // The index is checked when it is opened again, and made anew if need be.
        drop(dropped);
    }
}

/// sled asks for no mode; its files are for the owner alone.
fn make_private(folder: &Path) -> Result<(), StoreError> {
    let io = |error| StoreError::io("cannot set the mode of", folder, error);
    for entry in fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let mode = if entry.file_type().map_err(io)?.is_dir() { 0o700 } else { 0o600 };
        fs::set_permissions(entry.path(), Permissions::from_mode(mode)).map_err(io)?;
    }
    Ok(())
}

/// The index does not hold what it says it covers.
pub(super) fn disagrees() -> StoreError {
    StoreError::Index("it lacks an entry it says it has".to_owned())
}

fn stream_key(name: &str) -> Vec<u8> {
    [&[STREAM], name.as_bytes()].concat()
}

fn entry_key(ordinal: u32, version: u64) -> [u8; 13] {
    let mut key = [b'e'; 13];
    key[1..5].copy_from_slice(&ordinal.to_be_bytes());
    key[5..].copy_from_slice(&version.to_be_bytes());
    key
}

/// The smallest key that is larger.
fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

fn tile_key(level: u8, index: u64) -> [u8; 10] {
    let mut key = [b't'; 10];
    key[1] = level;
    key[2..].copy_from_slice(&index.to_be_bytes());
    key
}

fn tile_bytes(tile: &[Hash]) -> Vec<u8> {
    tile.iter().flat_map(|hash| hash.as_ref()).copied().collect()
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.as_chunks::<32>().0.iter().map(|chunk| Hash::from(*chunk)).collect()
}

fn entry_bytes(entries: &[Entry]) -> Vec<u8> {
    let bytes =
        |entry: &Entry| [&entry.position.to_be_bytes()[..], entry.command.as_bytes()].concat();
    entries.iter().flat_map(bytes).collect()
}

fn entry(bytes: &[u8]) -> Entry {
    let (position, command) = bytes.split_at(8);
    Entry { position: number(position), command: Uuid::from_slice(command).unwrap_or_default() }
}

fn ordinal(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |it| u32::from_be_bytes(*it))
}

/// A big-endian number.
fn number(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |it| u64::from_be_bytes(*it))
}
