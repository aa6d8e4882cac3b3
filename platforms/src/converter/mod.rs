//! The boundary for converters: what turns what a source gives into what a target takes.
//!
//! A converter says what it is and what it can, converts whole or not at all, and tells what came of it; it never judges.
//! Most are files, as drivers are. Read in this order: forms, the card, the boundary, the files, what images are asked,
//! and the search for chains.

mod form;

mod card;

mod boundary;
mod place;

mod check;
mod file;

mod command;
mod running;

mod images;

mod chains;
mod shipped;

pub use boundary::{Answered, Converter, Estimate, Made, Order, Presence, Spec};
pub use card::{Card, Conversion, Keeps};
pub use chains::{Chain, Hop, MOST_HOPS, chains};
pub use check::Recipe;
pub use command::CommandConverter;
pub use form::{Form, NoForm};
pub use images::{Image, Images, Verified};
pub use place::Making;
pub use shipped::{SHIPPED, ShippedConverter, shipped};
