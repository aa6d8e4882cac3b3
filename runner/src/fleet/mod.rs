//! The fleet of a testbed: harbours, which are platforms that campaigns reach by drivers that are files, beside those of
//! the embedded lab or without any.
//!
//! A harbour keeps its machines itself; what is needed to find them again after a kill stands in the campaign's work
//! folder. Read in this order: what a harbour is, how a machine is watched, the steps of a trial, the driver, and
//! the look at platforms that touches nothing.

mod harbour;
mod moorings;
pub(crate) mod trouble;

pub(crate) mod watch;

mod again;
mod arrival;
mod export;
mod fitness;
mod import;
mod restart;
mod source;

mod driver;
mod rehearsal;

mod hail;
mod survey;

pub use driver::Fleet;
pub use hail::{Hailed, Trouble};
pub use harbour::{Harbour, Own};
pub use moorings::{Mooring, Moorings};
pub use rehearsal::rehearse;
