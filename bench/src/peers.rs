//! What is measured, and what it is measured against: one adapter a file, all doing the same work.
//!
//! The work: look the command id up, hold the stream against the version that was expected, store
//! the leaf at the next position, findable by position, by stream and version, and by command; all
//! of it in one commit that is safe on disk when the call returns. The raw file only stores.

mod cluster;
mod fjall;
mod head;
pub(crate) mod portolan;
mod postgres;
mod queue;
mod raw;
mod redb;
mod sqlite;

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::event::Entry;
pub(crate) use cluster::{Cluster, Server};
use postgres::By;

/// One store, open.
pub(crate) trait Engine: Sync {
    /// A writer of its own for each thread.
    fn appender(&self) -> Result<Box<dyn Appender + '_>>;

    /// Does, or waits for, everything that an append leaves to be done later: indexes, tables,
    /// checkpoints. What is acknowledged is safe before that.
    fn settle(&self) -> Result<()> {
        Ok(())
    }

    /// How many events it holds.
    fn count(&self) -> Result<u64>;
}

/// Appends in a loop.
pub(crate) trait Appender: Send {
    /// Makes ready, before the clock starts, what the engine wants to be given.
    fn prepare(&mut self, _batches: &[&[Entry]]) {}

    /// Appends one batch in one commit; it is safe on disk when this returns.
    fn append(&mut self, batch: &[Entry]) -> Result<()>;
}

/// The engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Length, CRC-32C, leaf; append; fdatasync.
    Raw,
    /// The product.
    Portolan,
    /// fjall: log-structured trees, a journal synced at each commit.
    Fjall,
    /// redb: copy-on-write B-trees.
    Redb,
    /// SQLite: WAL, synchronous=FULL.
    Sqlite,
    /// PostgreSQL by `INSERT … SELECT FROM unnest(…)`.
    PgInsert,
    /// PostgreSQL by binary `COPY`.
    PgCopy,
    /// PostgreSQL, a connection for each thread, positions from a sequence.
    PgConnections,
    /// fjall behind one writer thread that commits whatever waits in its queue.
    FjallQueue,
    /// redb behind the same queue.
    RedbQueue,
    /// SQLite behind the same queue.
    SqliteQueue,
    /// PostgreSQL, one connection, behind the same queue.
    PgQueue,
}

impl Kind {
    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Raw => "raw file",
            Kind::Portolan => "portolan",
            Kind::Fjall => "fjall",
            Kind::Redb => "redb",
            Kind::Sqlite => "SQLite",
            Kind::PgInsert => "PostgreSQL insert",
            Kind::PgCopy => "PostgreSQL COPY",
            Kind::PgConnections => "PostgreSQL, 16 connections",
            Kind::FjallQueue => "fjall + queue",
            Kind::RedbQueue => "redb + queue",
            Kind::SqliteQueue => "SQLite + queue",
            Kind::PgQueue => "PostgreSQL + queue",
        }
    }

    /// Whether it needs a running PostgreSQL.
    pub(crate) fn needs_server(self) -> bool {
        use Kind::*;
        matches!(self, PgInsert | PgCopy | PgConnections | PgQueue)
    }

    /// Opens a new, empty store of this kind in an empty folder.
    pub(crate) fn create(self, folder: &Path, server: Option<&Server>) -> Result<Box<dyn Engine>> {
        let postgres = |by| postgres::Postgres::create(server.context("no PostgreSQL runs")?, by);
        Ok(match self {
            Kind::Raw => Box::new(raw::Raw::create(folder)?),
            Kind::Portolan => Box::new(portolan::Portolan::create(folder)?),
            Kind::Fjall => Box::new(fjall::Fjall::create(folder)?),
            Kind::Redb => Box::new(redb::Redb::create(folder)?),
            Kind::Sqlite => Box::new(sqlite::Sqlite::create(folder)?),
            Kind::PgInsert => Box::new(postgres(By::Insert)?),
            Kind::PgCopy => Box::new(postgres(By::Copy)?),
            Kind::PgConnections => Box::new(postgres(By::Connections)?),
            Kind::FjallQueue => Box::new(queue::Queue::before(fjall::Fjall::create(folder)?)),
            Kind::RedbQueue => Box::new(queue::Queue::before(redb::Redb::create(folder)?)),
            Kind::SqliteQueue => Box::new(queue::Queue::before(sqlite::Sqlite::create(folder)?)),
            Kind::PgQueue => Box::new(queue::Queue::before(postgres(By::Insert)?)),
        })
    }
}
