//! The ground: the words of the field and the rules over them, pure and synchronous.
//!
//! Read in this order: what is declared, what is observed, what is recorded, how it is judged.

pub mod ids;
pub mod step;
pub mod testbed;

pub mod plan;

pub mod observation;
pub mod facts;

pub mod command;
pub mod event;
pub mod campaign;
pub mod decide;

pub mod score;
pub mod policy;
pub mod check;
pub mod diagnosis;
pub mod verdict;
pub mod aggregate;
