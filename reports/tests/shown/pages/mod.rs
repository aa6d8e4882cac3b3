//! The pages of the service.

mod sample;
mod signed_in;

mod asked;
mod look;
mod privacy;
mod schemas;
mod style;
mod well_formed;
