//! The door: a command is judged, then appended. The desk is the only writer of the log.

mod desk;

pub use desk::{Desk, DeskError};
