//! Campaigns of other systems: recorded samples, hostile files, and what is written reads back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hostile_csv;
mod hostile_json;
mod hostile_xml;
mod laws;
mod samples;
mod shown;
mod support;
