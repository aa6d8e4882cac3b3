//! The fleet of a testbed: harbours, which are platforms that campaigns reach by drivers that are files, beside those of
//! the embedded lab or without any.
//!
//! A harbour keeps its machines itself; what is needed to find them again after a kill stands in the campaign's work
//! folder. Read in this order: what a harbour is, how a machine is watched, the steps of a trial, and the driver.

mod harbour;
mod moorings;
mod trouble;

mod watch;

mod arrival;
mod export;
mod fitness;
mod import;
mod restart;
mod source;

mod driver;
mod rehearsal;

pub use driver::Fleet;
pub use harbour::{Harbour, Own};
pub use moorings::{Mooring, Moorings};
pub use rehearsal::rehearse;
