//! The log itself: four sled trees, one writer, and an acknowledgement that means "on disk".

use std::fs::File;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use domain::event::{Event, Recorded};
use domain::ids::Sha256Digest;
use jiff::Timestamp;
use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional as _};
use uuid::Uuid;

use crate::blobs::Blobs;
use crate::owner::Owner;
use crate::{StoreError, frame};

/// The append-only log of one store.
#[derive(Debug)]
pub struct Log {
    /// position (big endian) → frame
    events: sled::Tree,
    /// stream name → its next version (big endian)
    streams: sled::Tree,
    /// command id → first position and count (big endian)
    commands: sled::Tree,
    engine: sled::Db,
    /// sled's own data file, synced after each flush: sled 0.34's flush does not reach the disk.
    data: File,
    blobs: Blobs,
    head: u64,
    /// A sync failed: what is on disk is unknown, so nothing more is acknowledged.
    broken: bool,
    _owner: Owner,
}

/// What to append: the events of one decision, together or not at all.
#[derive(Debug, Clone)]
pub struct Append {
    /// The stream they belong to.
    pub stream: String,
    /// The version of that stream the decision was made on: how many events it had.
    pub expected: u64,
    /// The command that caused them.
    pub command: Uuid,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub events: Vec<Event>,
}

impl Log {
    /// Opens the store in this folder, creating it when it is not there.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process owns it; otherwise what the system said.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        private_folder(folder)?;
        Self::open_folder(folder)
    }

    /// Opens the store in this folder.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none; otherwise as [`Log::open`].
    pub fn open_existing(folder: &Path) -> Result<Self, StoreError> {
        if !folder.join("log").join("db").is_file() {
            return Err(StoreError::Missing(folder.to_owned()));
        }
        Self::open_folder(folder)
    }

    fn open_folder(folder: &Path) -> Result<Self, StoreError> {
        let owner = Owner::take(folder)?;
        let path = folder.join("log");
        private_folder(&path)?;
        let engine = sled::Config::new()
            .path(&path)
            .mode(sled::Mode::HighThroughput)
            .cache_capacity(64 * 1024 * 1024)
            .open()?;
        let data = path.join("db");
        let data = File::open(&data).map_err(|e| StoreError::io("cannot open", &data, e))?;
        let events = engine.open_tree("events")?;
        let head = match events.last()? {
            Some((key, _)) => number(&key) + 1,
            None => 0,
        };
        let blobs = Blobs::open(folder)?;
        if head == 0 && !blobs.is_empty() {
            let why = "the log holds no event although evidence is there: its data is damaged; \
                       restore the folder from a backup";
            return Err(StoreError::Damaged { position: 0, why: why.to_owned() });
        }
        Ok(Self {
            streams: engine.open_tree("streams")?,
            commands: engine.open_tree("commands")?,
            blobs,
            events,
            engine,
            data,
            head,
            broken: false,
            _owner: owner,
        })
    }

    /// How many events the log holds; the position the next one gets.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.head
    }

    /// Appends the events of one decision and returns them as recorded, safe on disk.
    ///
    /// A command that was recorded before is answered with what was recorded then.
    ///
    /// # Errors
    /// [`StoreError::WrongVersion`] when the stream has moved on, [`StoreError::OtherEvents`] when
    /// the command id was used for other events; nothing was appended then. When the disk did not
    /// take it, the log is broken: it refuses everything until it is opened again.
    pub fn append(&mut self, append: Append) -> Result<Vec<Recorded>, StoreError> {
        if self.broken {
            return Err(StoreError::Broken);
        }
        if let Some(known) = self.recorded_for(append.command)? {
            let same = known.iter().map(|it| &it.event).eq(&append.events);
            return if same { Ok(known) } else { Err(StoreError::OtherEvents(append.command)) };
        }
        let actual = self.streams.get(&append.stream)?.map_or(0, |value| number(&value));
        if actual != append.expected {
            let Append { stream, expected, .. } = append;
            return Err(StoreError::WrongVersion { stream, expected, actual });
        }
        let recorded = self.number(append);
        let frames: Vec<Vec<u8>> = recorded.iter().map(frame::encode).collect::<Result<_, _>>()?;
        self.broken = true;
        self.write(&recorded, &frames)?;
        self.broken = false;
        self.head += recorded.len() as u64;
        Ok(recorded)
    }

    /// What a command caused, if it was recorded.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn recorded_for(&self, command: Uuid) -> Result<Option<Vec<Recorded>>, StoreError> {
        let Some(value) = self.commands.get(command.as_bytes())? else {
            return Ok(None);
        };
        if value.len() != 16 {
            let why = "the index of commands is damaged".to_owned();
            return Err(StoreError::Damaged { position: 0, why });
        }
        let (first, count) = (number(&value[..8]), number(&value[8..]));
        (first..first + count).map(|at| self.event(at)).collect::<Result<_, _>>().map(Some)
    }

    /// One event.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it is not there or cannot be read.
    pub fn event(&self, position: u64) -> Result<Recorded, StoreError> {
        match self.events.get(position.to_be_bytes())? {
            Some(frame) => frame::decode(position, &frame),
            None => Err(StoreError::Damaged { position, why: "there is no such event".to_owned() }),
        }
    }

    /// Every event from a position on, in order. Each gap is one error that names what is missing;
    /// reading goes on behind it.
    pub fn read(&self, from: u64) -> impl Iterator<Item = Result<Recorded, StoreError>> + '_ {
        let mut expected = from;
        self.events.range(from.to_be_bytes()..).flat_map(move |entry| {
            let (key, value) = match entry {
                Ok(entry) => entry,
                Err(error) => return vec![Err(error.into())],
            };
            let found = number(&key);
            let gap = (found > expected).then(|| {
                let last = found - 1;
                let why = format!("it is missing, and so is every event up to {last}");
                Err(StoreError::Damaged { position: expected, why })
            });
            expected = found.saturating_add(1);
            gap.into_iter().chain([frame::decode(found, &value)]).collect()
        })
    }

    /// Keeps a piece of evidence, safe on disk when it returns.
    ///
    /// # Errors
    /// What the system said, for example that the disk is full.
    pub fn keep(&self, bytes: &[u8]) -> Result<Sha256Digest, StoreError> {
        self.blobs.put(bytes)
    }

    /// The bytes of a piece of evidence, verified.
    ///
    /// # Errors
    /// [`StoreError::BlobMissing`] or [`StoreError::BlobDamaged`].
    pub fn evidence(&self, digest: Sha256Digest) -> Result<Vec<u8>, StoreError> {
        self.blobs.get(digest)
    }

    fn number(&self, append: Append) -> Vec<Recorded> {
        let Append { stream, expected, command, at, events } = append;
        let places = (self.head..).zip(expected..);
        let record = |(event, (position, version))| Recorded {
            position,
            at,
            stream: stream.clone(),
            version,
            command,
            event,
        };
        events.into_iter().zip(places).map(record).collect()
    }

    fn write(&self, recorded: &[Recorded], frames: &[Vec<u8>]) -> Result<(), StoreError> {
        let Some(first) = recorded.first() else {
            return Ok(());
        };
        let count = recorded.len() as u64;
        let next = first.version + count;
        let known = [first.position.to_be_bytes(), count.to_be_bytes()].concat();
        let trees = (&self.events, &self.streams, &self.commands);
        let written = trees.transaction(|(events, streams, commands)| {
            for (recorded, frame) in recorded.iter().zip(frames) {
                events.insert(&recorded.position.to_be_bytes(), frame.as_slice())?;
            }
            streams.insert(first.stream.as_bytes(), &next.to_be_bytes())?;
            commands.insert(first.command.as_bytes(), known.as_slice())?;
            Ok::<(), ConflictableTransactionError<()>>(())
        });
        match written {
            Ok(()) | Err(TransactionError::Abort(())) => {}
            Err(TransactionError::Storage(error)) => return Err(error.into()),
        }
        self.engine.flush()?;
        self.data
            .sync_data()
            .map_err(|error| StoreError::io("cannot sync the log's", Path::new("log/db"), error))
    }
}

/// Creates a folder that only its owner may read.
pub(crate) fn private_folder(folder: &Path) -> Result<(), StoreError> {
    let created = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    created.map_err(|error| StoreError::io("cannot create", folder, error))
}

/// A big-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
