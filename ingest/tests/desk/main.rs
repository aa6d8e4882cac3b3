//! The desk over a real log: one command has one effect, and a reopened desk knows what it knew.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod batches;
mod commands;
mod declaring;
mod faulty;
mod letters;
mod side_by_side;
mod support;
mod taking_over;
mod withdrawing;
