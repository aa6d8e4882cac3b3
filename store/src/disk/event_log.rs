//! The log on disk keeps the promises of every log.

use domain::event::Recorded;
use ledger::{Hash, Note, TileId, TileSource as _};
use tokio::sync::watch;
use uuid::Uuid;

use super::log::DiskLog;
use super::stream_reader::{StreamReader, caused_by};
use super::{checkpoints, reader};
use crate::{Append, Direction, EventLog, Events, LARGEST_STATE, Leaves, Progress, StoreError};

impl EventLog for DiskLog {
    fn append_all(&self, appends: Vec<Append>) -> Vec<Result<Vec<Recorded>, StoreError>> {
        self.record_all(appends, Append::check_reserved)
    }

    fn recorded_for(
        &self,
        stream: &str,
        command: Uuid,
    ) -> Result<Option<Vec<Recorded>>, StoreError> {
        let shared = &self.shared;
        let version = shared.streams().version_of(&shared.index, stream, command)?;
        let known = version.map(|version| caused_by(shared, stream, command, version));
        // A decision on its way to the disk is not recorded yet.
        Ok(known.transpose()?.filter(|known| !known.is_empty()))
    }

    fn read(&self, from: u64, direction: Direction) -> Events<'_> {
        let head = self.shared.head();
        reader::events(&self.shared.segments, from, head, direction)
    }

    fn read_stream(&self, stream: &str, from: u64, direction: Direction) -> Events<'_> {
        Box::new(StreamReader::new(&self.shared, stream, from, direction))
    }

    fn head(&self) -> u64 {
        self.shared.head()
    }

    fn tail(&self) -> watch::Receiver<u64> {
        self.shared.head.subscribe()
    }

    fn leaves(&self, from: u64) -> Leaves<'_> {
        reader::leaves(&self.shared.segments, from, self.shared.head())
    }

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        self.grown(self.shared.head())?;
        self.shared.tree.tile(id)
    }

    fn checkpoint(&self) -> Result<Note, StoreError> {
        let size = self.shared.head();
        self.shared.pace.settle(size)?;
        self.shared.sign_head(size, true)
    }

    fn checkpoints(&self) -> Result<Vec<Note>, StoreError> {
        checkpoints::kept(&self.shared.layout)
    }

    fn progress(&self, projection: &str) -> Result<Option<Progress>, StoreError> {
        let progress = self.shared.index.progress(projection)?;
        // A projection that has seen what the log does not hold begins anew.
        Ok(progress.filter(|progress| progress.position <= self.shared.head()))
    }

    fn save_progress(&self, projection: &str, progress: Progress) -> Result<(), StoreError> {
        let head = self.shared.head();
        if progress.position > head {
            return Err(StoreError::Ahead { position: progress.position, head });
        }
        if progress.state.len() > LARGEST_STATE {
            let bytes = progress.state.len();
            return Err(StoreError::TooLarge { bytes, most: LARGEST_STATE });
        }
        self.shared.index.save_progress(projection, &progress)
    }
}
