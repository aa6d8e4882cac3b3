//! SQLite: write-ahead log, synchronous=FULL, prepared statements, one transaction a batch.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use rusqlite::{Connection, TransactionBehavior, params};

use super::head::Head;
use super::{Appender, Engine};
use crate::event::Entry;
use crate::machine::CACHE_BYTES;

/// The log is checkpointed into the database every 64 MiB, not every 4: fewer syncs, to its favour.
const CHECKPOINT_PAGES: i64 = 16 * 1024;

/// Unique indexes do the look-up of the command and keep a version from being given twice.
const TABLE: &str = "CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    version INTEGER NOT NULL,
    command BLOB NOT NULL UNIQUE,
    leaf BLOB NOT NULL,
    UNIQUE (stream, version)
)";

const INSERT: &str = "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5)";

pub(crate) struct Sqlite(Mutex<(Connection, Head)>);

impl Sqlite {
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        let connection = Connection::open(folder.join("sqlite"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        connection.pragma_update(None, "cache_size", -i64::try_from(CACHE_BYTES / 1024)?)?;
        connection.execute(TABLE, [])?;
        Ok(Self(Mutex::new((connection, Head::default()))))
    }

    fn lock(&self) -> MutexGuard<'_, (Connection, Head)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for Sqlite {
    fn appender(&self) -> Result<Box<dyn Appender + '_>> {
        Ok(Box::new(self))
    }

    /// Moves what stands in the write-ahead log only into the database.
    fn settle(&self) -> Result<()> {
        Ok(self.lock().0.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(()))?)
    }

    fn count(&self) -> Result<u64> {
        let count: i64 =
            self.lock().0.query_row("SELECT count(*) FROM events", [], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}

impl Appender for &Sqlite {
    fn append(&mut self, batch: &[Entry]) -> Result<()> {
        let (connection, head) = &mut *self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert = transaction.prepare_cached(INSERT)?;
            for entry in batch {
                let position = i64::try_from(head.take(entry)?)?;
                let version = i64::try_from(entry.version)?;
                let command = entry.command.as_bytes();
                insert.execute(params![position, entry.stream, version, command, entry.leaf])?;
            }
        }
        Ok(transaction.commit()?)
    }
}
