//! Drivers that are files: which program is called for what, how its answer is read, and what its complaints mean.
//!
//! A file is read and checked as a whole; what is left cannot be wrong any more but for what programs answer.

mod check;
mod definition;
mod driver;
pub(crate) mod duration;
mod fields;
mod file;
pub mod parse;
mod platform;
mod problem;
mod reading;
mod running;
mod template;
mod values;

pub(crate) use check::unreadable;
pub(crate) use problem::Problems;
pub(crate) use template::Template;
pub(crate) use values::Values;

pub use definition::{Definition, Hardware, Written};
pub use driver::{Driver, ErrorRule, Exercised, Var};
pub use file::MOST_FILE;
pub use platform::CommandPlatform;
pub use problem::Problem;
pub use values::VarProblem;
