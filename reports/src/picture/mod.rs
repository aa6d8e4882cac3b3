//! Pictures as inline SVG, drawn by hand: no script, no font, no colour that the page does not have.
//!
//! Each is a plain struct with labels that its caller chose: what may be public is decided before.
//! Rust places everything; the templates write it down. Same input, same bytes. The colours are
//! those of the report's style sheet; `templates/picture/style.css` belongs behind it.
//!
//! Read in this order: the pictures, their section of a page, then what they share.

mod flow;
mod heat_map;
mod trend;

mod section;

mod column;
mod frame;
pub(crate) mod label;
mod words;

pub use column::{Column, MOST_COLUMNS};
pub use flow::{Band, Flow, MOST_PLATFORMS, MOST_ROUTES};
pub use heat_map::{HeatMap, HeatRow, MOST_ROWS, Square};
pub use section::{Section, Shown};
pub use trend::{Chart, Course, MOST_CHARTS, Trend, Upgrade};
