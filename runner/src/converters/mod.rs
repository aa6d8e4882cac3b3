//! The converters that are here: those that are files, and our own writer of OVF packages.
//!
//! Read in this order: the packages' side (what is in one, our writer), the catalogue, the suite that every converter
//! is held to, and the routes that converters make between the platforms of a testbed.

mod contents;
mod packer;

mod catalogue;
mod suite;

mod routes;

pub use catalogue::{Catalogue, converter};
pub use contents::ordered;
pub use packer::Packer;
pub use routes::{Ends, Forms, Way, Ways, walkable, ways, with_route};
pub use suite::{Tried, there_and_back};
