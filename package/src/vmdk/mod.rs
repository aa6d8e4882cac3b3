//! VMDK in its streamOptimized form: written in parallel, and walked far enough to check it.
//!
//! The form is that of VMware's *Virtual Disk Format 5.0*: a header, a text, then compressed grains of 64 KiB with
//! a marker each, after every 512 of them the table that finds them, and at the end the directory of tables,
//! a footer, and a marker that ends the stream.

mod extents;
mod grain;
mod header;
mod inspect;
mod tables;
mod write;

pub use header::{Header, HeaderProblem};
pub use inspect::{Damage, Inspection, inspect};
pub use write::{Summary, write};

/// Bytes of a sector, by which everything in a VMDK is counted.
const SECTOR: u64 = 512;
/// Bytes of a grain.
const GRAIN: usize = 64 * 1024;
/// Grains that one table finds.
const TABLE: u64 = 512;
/// Largest disk, in bytes: VMware's own limit of 62 TiB.
pub const LARGEST_DISK: u64 = 62 << 40;
