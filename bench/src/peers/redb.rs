//! redb: one write transaction over three tables, durable when its commit returns.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, ensure};
use redb::{
    Database, Durability, ReadableDatabase as _, ReadableTableMetadata as _, TableDefinition,
};

use super::head::{Head, stream_key};
use super::{Appender, Engine};
use crate::event::Entry;
use crate::machine::CACHE_BYTES;

/// position → leaf
const EVENTS: TableDefinition<u64, &[u8]> = TableDefinition::new("events");
/// stream, version → position
const STREAMS: TableDefinition<&[u8; 12], u64> = TableDefinition::new("streams");
/// command → position
const COMMANDS: TableDefinition<&[u8; 16], u64> = TableDefinition::new("commands");

pub(crate) struct Redb {
    database: Database,
    head: Mutex<Head>,
}

impl Redb {
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        let cache = usize::try_from(CACHE_BYTES)?;
        let database = Database::builder().set_cache_size(cache).create(folder.join("redb"))?;
        Ok(Self { database, head: Mutex::default() })
    }
}

impl Engine for Redb {
    fn appender(&self) -> Result<Box<dyn Appender + '_>> {
        Ok(Box::new(self))
    }

    fn count(&self) -> Result<u64> {
        Ok(self.database.begin_read()?.open_table(EVENTS)?.len()?)
    }
}

impl Appender for &Redb {
    fn append(&mut self, batch: &[Entry]) -> Result<()> {
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        {
            let mut events = transaction.open_table(EVENTS)?;
            let mut streams = transaction.open_table(STREAMS)?;
            let mut commands = transaction.open_table(COMMANDS)?;
            for entry in batch {
                let position = head.take(entry)?;
                let before = commands.insert(entry.command.as_bytes(), position)?;
                ensure!(before.is_none(), "a command was recorded before");
                events.insert(position, entry.leaf.as_slice())?;
                streams.insert(&stream_key(entry), position)?;
            }
        }
        Ok(transaction.commit()?)
    }
}
