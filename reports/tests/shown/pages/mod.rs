//! The pages of the service.

mod own;
pub(crate) mod sample;
mod signed_in;

mod asked;
mod look;
mod own_privacy;
mod privacy;
mod schemas;
mod style;
mod well_formed;
