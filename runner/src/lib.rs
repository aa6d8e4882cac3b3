//! Plans are walked here: each trial through its steps, by drivers that report and never judge.
//!
//! Read in this order: the driver's boundary, the walk of one trial, the run of a campaign, then
//! the embedded lab, which is the first driver.

mod driver;
mod run;
mod survey;
mod walk;

mod ledger;
mod shared;
mod slots;
mod spent;
mod stopwatch;
mod tool;

pub mod converters;
pub mod fleet;
pub mod lab;
pub mod ops;
pub mod remote;

pub use driver::{Driver, Proof, StepReport};
pub use ledger::Ledger;
pub use run::{Notice, Run, RunEnd};
pub use slots::Slots;
pub use spent::spent;
pub use stopwatch::Stopwatch;
pub use survey::Survey;
pub use walk::{Recorder, WalkEnd, walk};
