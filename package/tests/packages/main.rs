//! Packages as they are met: our own, those with the quirks of vendors, and hostile ones. Disks are held against
//! qemu-img, archives against tar.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod archives;
mod disks;
mod documented;
mod many;
mod properties;
mod quirks;
mod sample;
mod whole;
