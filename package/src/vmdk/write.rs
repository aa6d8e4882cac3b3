//! Writes a streamOptimized VMDK from a raw disk: one thread reads, several pack, the caller's writes in order.
//!
//! Every queue holds a few batches of 1 MiB, so whoever is ahead waits, and memory does not grow with the disk.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope};

use super::extents::Extents;
use super::grain::{Batch, Packed, Packer};
use super::header::front;
use super::tables::Tables;
use super::{LARGEST_DISK, SECTOR};

/// Batches that wait for each thread, and as many results.
const WAITING: usize = 2;
/// The level of deflate that `qemu-img` packs by as well.
const LEVEL: u32 = 6;
/// Most threads that pack.
const MOST_THREADS: usize = 64;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Capacity of the disk, in bytes: whole sectors.
    pub capacity_bytes: u64,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Grains with anything but zeros.
    pub grains: u64,
}

/// Writes a raw disk of so many bytes as a streamOptimized VMDK; `name` is the file's name, which is noted in it.
///
/// The same disk gives the same bytes, by however many threads.
///
/// # Errors
/// Reading or writing fails; the disk is empty or larger than 62 TiB, or its packed data is larger than 2 TiB.
pub fn write(
    disk: &File,
    bytes: u64,
    name: &str,
    threads: usize,
    mut out: impl Write,
) -> io::Result<Summary> {
    if !(1..=LARGEST_DISK).contains(&bytes) {
        let words = format!("a VMDK holds 1 byte to 62 TiB, and the disk has {bytes} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
    }
    let capacity = bytes.div_ceil(SECTOR);
    out.write_all(&front(capacity, name))?;
    let mut tables = Tables::new(out, capacity);
    thread::scope(|scope| {
        let packed = pipeline(scope, Extents::new(disk, bytes), threads.clamp(1, MOST_THREADS));
        // Dropped with its receivers when writing fails, so that the other threads end.
        in_order(packed, |batch| tables.append(&batch))
    })?;
    let (grains, file_bytes) = tables.finish()?;
    Ok(Summary { capacity_bytes: capacity * SECTOR, file_bytes, grains })
}

type Packing = io::Result<Packed>;

/// Starts one thread that reads and several that pack. Batches go round: the results of the first thread are
/// those of the batches 0, n, 2n…
fn pipeline<'s>(
    scope: &'s Scope<'s, '_>,
    extents: Extents<'s>,
    threads: usize,
) -> Vec<Receiver<Packing>> {
    let (to, from): (Vec<_>, Vec<_>) = (0..threads).map(|_| packer(scope)).unzip();
    scope.spawn(move || {
        for (batch, to) in extents.zip(to.iter().cycle()) {
            // Nobody waits for it any more: the writer has failed.
            if to.send(batch).is_err() {
                return;
            }
        }
    });
    from
}

fn packer<'s>(scope: &'s Scope<'s, '_>) -> (SyncSender<io::Result<Batch>>, Receiver<Packing>) {
    let (to, batches) = sync_channel::<io::Result<Batch>>(WAITING);
    let (results, from) = sync_channel(WAITING);
    scope.spawn(move || {
        let mut packer = Packer::new(LEVEL);
        for batch in batches {
            let packed = batch.and_then(|it| packer.pack(&it));
            if results.send(packed).is_err() {
                return;
            }
        }
    });
    (to, from)
}

/// Takes one result of each thread in turn, until there is none.
fn in_order(
    packed: Vec<Receiver<Packing>>,
    mut take: impl FnMut(Packed) -> io::Result<()>,
) -> io::Result<()> {
    for from in packed.iter().cycle() {
        match from.recv() {
            Ok(batch) => take(batch?)?,
            Err(_) => return Ok(()),
        }
    }
    Ok(())
}
