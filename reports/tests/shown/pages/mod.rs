//! The pages of the service.

mod sample;

mod asked;
mod look;
mod privacy;
mod schemas;
mod style;
mod well_formed;
