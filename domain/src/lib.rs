//! The ground: the words of the field and the rules over them, pure and synchronous.
//!
//! Read in this order: what is declared, what is observed, what is recorded, how it is judged.

pub mod ids;
pub mod step;
pub mod testbed;

pub mod plan;
pub mod plan_file;
pub mod trials;

pub mod applications;
pub mod facts;
pub mod observation;
pub mod operations;

pub mod access;
pub mod campaign;
pub mod command;
pub mod decide;
pub mod declare;
pub mod event;
pub mod lease;
pub mod letter;
pub mod registry;
pub mod told;
pub mod wire;

pub mod aggregate;
pub mod change;
pub mod check;
pub mod diagnosis;
pub mod foretell;
pub mod gate;
pub mod policy;
pub mod preflight;
pub mod score;
pub mod verdict;
