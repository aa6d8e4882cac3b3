//! OVA: the files of a package in one tar archive (POSIX ustar), the descriptor first.
//!
//! The archive is never unpacked. Its headers are read one after the other, and what an entry holds is read where it
//! stands; the memory this takes does not grow with the archive.

mod header;
mod index;
mod write;

pub use index::{Index, index};
pub(crate) use write::Archive;
