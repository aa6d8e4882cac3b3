//! `portolan serve` as a process: how it starts, what it logs, and how it ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod child;
mod ending;
mod logging;
mod probing;
mod refusals;
mod under_way;
