//! The pages of the service.

mod sample;

mod asked;
mod look;
mod privacy;
mod well_formed;
