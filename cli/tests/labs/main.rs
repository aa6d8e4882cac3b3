//! Labs far from their service: what they recorded arrives once and in order, whatever breaks.
//!
//! The service is the real one, in a process of its own; the network is a real one with a proxy in
//! between that breaks where a test says so. Only the driver is scripted: it moves no VM.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../called.rs"]
mod called;

mod lab;
mod proxy;
mod world;

mod beside;
mod calls;
mod hostile;
mod killed;
mod leases;
mod recording;
mod spool;
