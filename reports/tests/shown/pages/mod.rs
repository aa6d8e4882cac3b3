//! The pages of the service.

mod sample;
mod signed_in;

mod asked;
mod look;
mod privacy;
mod well_formed;
