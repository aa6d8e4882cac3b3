//! Drivers against real programs: processes, the mock hypervisor of libvirt, transcripts of both.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod files;
mod hostile;
mod jobs;
mod libvirt;
mod processes;
mod transcripts;
mod world;
