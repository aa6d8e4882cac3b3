//! Private letters and publication: what has been written, sent and told so far, and what may follow.
//!
//! A letter is prepared, looked at by an operator, sent, delivered or bounced, acknowledged or
//! answered. Results under an embargo are public only after somebody has published them.

mod judging;
mod publishing;
mod registry;

pub use judging::{Known, LetterCommand, NotWritten, judge};
pub use registry::{Letter, LetterRegistry, Stage};

/// The stream of everything about letters and publication.
pub const STREAM: &str = "letters";
