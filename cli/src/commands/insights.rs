//! `portolan insights`.

#[cfg(feature = "tables")]
mod tables;

#[cfg(feature = "tables")]
pub(super) use tables::execute;

#[cfg(not(feature = "tables"))]
use crate::{args, exit::Exit};

/// This program was built without what computes them.
#[cfg(not(feature = "tables"))]
pub(super) fn execute(_args: &args::Args, _command: &args::Insights) -> Result<(), Exit> {
    Err(Exit::usage(
        "this portolan was built without insights. Build one with them: \
         cargo build --release --features tables",
    ))
}
