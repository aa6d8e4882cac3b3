//! The pages of the service.

mod sample;

mod look;
