//! The pages of the service.

mod own;
mod sample;

mod asked;
mod look;
mod own_privacy;
mod privacy;
mod well_formed;
