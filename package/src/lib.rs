//! OVF packages: read, checked and written. Synchronous; whatever comes in is bounded before it is read.
//!
//! Read in this order: what a rule finds, the descriptor, the manifest, what a package holds and
//! where (a folder or an OVA), disks within it, the rules, and last the check that joins all of them and
//! the writer.

mod finding;

pub mod descriptor;
pub mod manifest;

mod contents;
mod digest;
mod hashing;
mod name;

mod folder;
pub mod ova;
mod recognise;
pub mod vmdk;

pub mod rules;
mod target;

mod check;
mod write;

pub use check::{CheckError, Report, check};
pub use contents::{Contents, DiskFacts, Entry, Kind, Wrapping};
pub use digest::{Algorithm, Digest};
pub use finding::{Finding, Rule};
pub use name::is_inside;
pub use target::{TARGETS, Target};
pub use write::{Order, WriteError, Written, write, write_unless};
