//! Drivers against real programs: processes, the mock hypervisor of libvirt, transcripts of both.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod at_a_real_v2v;
mod at_a_real_vcsim;
mod at_a_real_xen;
mod converters;
mod files;
mod hostile;
mod jobs;
mod libvirt;
mod processes;
mod shipped;
mod transcripts;
mod world;
