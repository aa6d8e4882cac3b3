//! fjall: one atomic write batch over three keyspaces, its journal synced with fdatasync at commit.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, ensure};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use super::head::{Head, stream_key};
use super::{Appender, Engine};
use crate::event::Entry;
use crate::machine::CACHE_BYTES;

pub(crate) struct Fjall {
    database: Database,
    /// position → leaf
    events: Keyspace,
    /// stream, version → position
    streams: Keyspace,
    /// command → position
    commands: Keyspace,
    head: Mutex<Head>,
}

impl Fjall {
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        let database = Database::builder(folder.join("fjall")).cache_size(CACHE_BYTES).open()?;
        let keyspace = |name| database.keyspace(name, KeyspaceCreateOptions::default);
        Ok(Self {
            events: keyspace("events")?,
            streams: keyspace("streams")?,
            commands: keyspace("commands")?,
            head: Mutex::default(),
            database,
        })
    }
}

impl Engine for Fjall {
    fn appender(&self) -> Result<Box<dyn Appender + '_>> {
        Ok(Box::new(self))
    }

    /// Writes what is in memory tables only; until then the journal holds it.
    fn settle(&self) -> Result<()> {
        let keyspaces = [&self.events, &self.streams, &self.commands];
        for keyspace in keyspaces {
            keyspace.rotate_memtable()?;
        }
        while keyspaces.iter().any(|it| it.sealed_memtable_count() > 0) {
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok(())
    }

    fn count(&self) -> Result<u64> {
        Ok(self.events.len()? as u64)
    }
}

impl Appender for &Fjall {
    fn append(&mut self, batch: &[Entry]) -> Result<()> {
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writes = self.database.batch().durability(Some(PersistMode::SyncData));
        for entry in batch {
            let command = entry.command.as_bytes();
            ensure!(!self.commands.contains_key(command)?, "a command was recorded before");
            let position = head.take(entry)?.to_be_bytes();
            writes.insert(&self.events, position, entry.leaf.as_slice());
            writes.insert(&self.streams, stream_key(entry), position);
            writes.insert(&self.commands, *command, position);
        }
        Ok(writes.commit()?)
    }
}
