//! What is fuzzed, and what must hold whatever comes in. One module a target; none of them needs
//! the fuzzer, so an input that failed can be run anywhere.
//!
//! A target fails by a panic. None only asks that there be no panic: each compares what was read
//! with what was signed, with a second way of reading, or with what it prints as.

pub mod blob;
pub mod bounce;
pub mod bundle;
pub mod driver;
pub mod import;
pub mod leaf;
pub mod note;
pub mod package;
pub mod segment;
pub mod submission;

pub mod logs;
