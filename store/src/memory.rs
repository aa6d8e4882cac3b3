//! A log in memory: the same promises, but for the disk. For tests, and the plain second
//! implementation that the log on disk is compared with.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::event::Recorded;
use ledger::{
    Checkpoint, Hash, MemoryTiles, Note, Signer, TILE_WIDTH, TileId, TileSource as _, leaf_hash,
};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    Append, Direction, EventLog, Events, LARGEST_STATE, Leaves, Progress, StoreError, schema,
};

/// A log in memory.
#[derive(Debug)]
pub struct MemoryLog {
    state: Mutex<State>,
    head: watch::Sender<u64>,
    signer: Signer,
}

#[derive(Debug, Default)]
struct State {
    leaves: Vec<Vec<u8>>,
    /// stream → positions of its events
    streams: HashMap<String, Vec<u64>>,
    /// stream and command → positions of what it caused
    commands: HashMap<(String, Uuid), Vec<u64>>,
    tiles: MemoryTiles,
    checkpoints: Vec<Note>,
    progress: HashMap<String, Progress>,
}

impl MemoryLog {
    /// An empty log that signs with this key.
    #[must_use]
    pub fn new(signer: Signer) -> Self {
        Self { state: Mutex::default(), head: watch::Sender::new(0), signer }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn events(&self, positions: Vec<u64>) -> Events<'_> {
        let decode = move |position: u64| {
            let state = self.state();
            let leaf = usize::try_from(position).ok().and_then(|it| state.leaves.get(it));
            let why = || StoreError::Damaged { position, why: "it is not there".to_owned() };
            leaf.ok_or_else(why).and_then(|leaf| schema::decode(position, leaf))
        };
        Box::new(positions.into_iter().map(decode))
    }
}

impl State {
    fn append(&mut self, append: &Append) -> Result<Vec<u64>, StoreError> {
        let Append { stream, expected, command, at, events } = append;
        append.check_reserved()?;
        if let Some(known) = self.commands.get(&(stream.clone(), *command)) {
            return Ok(known.clone());
        }
        let version = self.streams.get(stream).map_or(0, Vec::len) as u64;
        if !expected.holds(version) {
            let (stream, expected) = (stream.clone(), *expected);
            return Err(StoreError::WrongVersion { stream, expected, actual: version });
        }
        let encode = |(event, version)| schema::encode(stream, version, *command, *at, event);
        let leaves: Vec<_> = events.iter().zip(version..).map(encode).collect::<Result<_, _>>()?;
        let first = self.leaves.len() as u64;
        let positions: Vec<u64> = (first..first + leaves.len() as u64).collect();
        leaves.iter().for_each(|leaf| self.tiles.push(leaf_hash(leaf)));
        self.leaves.extend(leaves);
        if !positions.is_empty() {
            self.streams.entry(stream.clone()).or_default().extend(&positions);
            self.commands.insert((stream.clone(), *command), positions.clone());
        }
        Ok(positions)
    }
}

/// The positions from one on, in the order they are read.
fn ordered(all: &[u64], from: u64, direction: Direction) -> Vec<u64> {
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    match direction {
        Direction::Forward => all.get(from..).unwrap_or_default().to_vec(),
        Direction::Backward => all.iter().take(from.saturating_add(1)).rev().copied().collect(),
    }
}

impl EventLog for MemoryLog {
    fn append_all(&self, appends: Vec<Append>) -> Vec<Result<Vec<Recorded>, StoreError>> {
        let one = |append: Append| {
            let mut state = self.state();
            let positions = state.append(&append)?;
            self.head.send_replace(state.leaves.len() as u64);
            drop(state);
            let recorded: Vec<Recorded> = self.events(positions).collect::<Result<_, _>>()?;
            let same = recorded.iter().map(|it| &it.event).eq(&append.events);
            if same { Ok(recorded) } else { Err(StoreError::OtherEvents(append.command)) }
        };
        appends.into_iter().map(one).collect()
    }

    fn recorded_for(
        &self,
        stream: &str,
        command: Uuid,
    ) -> Result<Option<Vec<Recorded>>, StoreError> {
        let known = self.state().commands.get(&(stream.to_owned(), command)).cloned();
        known.map(|positions| self.events(positions).collect()).transpose()
    }

    fn read(&self, from: u64, direction: Direction) -> Events<'_> {
        let all: Vec<u64> = (0..self.head()).collect();
        self.events(ordered(&all, from, direction))
    }

    fn read_stream(&self, stream: &str, from: u64, direction: Direction) -> Events<'_> {
        let all = self.state().streams.get(stream).cloned().unwrap_or_default();
        self.events(ordered(&all, from, direction))
    }

    fn head(&self) -> u64 {
        *self.head.borrow()
    }

    fn tail(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    fn leaves(&self, from: u64) -> Leaves<'_> {
        let state = self.state();
        let first = usize::try_from(from).unwrap_or(usize::MAX);
        let leaves = state.leaves.get(first..).unwrap_or_default().to_vec();
        Box::new((from..).zip(leaves).map(Ok))
    }

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let Ok(tile) = self.state().tiles.tile(id);
        let there = (1..=TILE_WIDTH).contains(&tile.len()) && tile.len() == usize::from(id.width);
        if there { Ok(tile) } else { Err(StoreError::NoTile(id)) }
    }

    fn checkpoint(&self) -> Result<Note, StoreError> {
        let mut state = self.state();
        let origin = self.signer.verifier().name();
        let note = Checkpoint::new(origin, state.tiles.size(), state.tiles.root())
            .map_err(|error| error.to_string())
            .and_then(|it| it.sign(&[&self.signer]).map_err(|error| error.to_string()))
            .map_err(StoreError::Tree)?;
        if state.checkpoints.last() != Some(&note) {
            state.checkpoints.push(note.clone());
        }
        Ok(note)
    }

    fn checkpoints(&self) -> Result<Vec<Note>, StoreError> {
        Ok(self.state().checkpoints.clone())
    }

    fn progress(&self, projection: &str) -> Result<Option<Progress>, StoreError> {
        Ok(self.state().progress.get(projection).cloned())
    }

    fn save_progress(&self, projection: &str, progress: Progress) -> Result<(), StoreError> {
        let (head, position, bytes) = (self.head(), progress.position, progress.state.len());
        if position > head {
            return Err(StoreError::Ahead { position, head });
        }
        if bytes > LARGEST_STATE {
            return Err(StoreError::TooLarge { bytes, most: LARGEST_STATE });
        }
        self.state().progress.insert(projection.to_owned(), progress);
        Ok(())
    }
}
