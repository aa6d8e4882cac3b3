//! The door: a command is judged, then appended. The desk is the only writer of the log.
//!
//! What comes from other systems' files is read here too, before the desk is asked to record it.

pub mod history;

mod access_desk;
mod desk;
mod letter_desk;

pub use access_desk::{AccessDesk, AccessError};
pub use desk::{Answer, Batch, Beginning, Desk, DeskError, Refused};
pub use letter_desk::{LetterDesk, LetterError, Noted};
