//! Pictures: what everyone sees of them, and what a reader of their markup finds.

mod drawn;
mod sample;

mod flow;
mod heat_map;
mod hostile;
mod page;
mod trend;
