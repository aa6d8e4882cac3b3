//! The boundary for real platforms: the words every hypervisor is spoken of in, drivers that are files, and the suite
//! that every driver is held to.
//!
//! A driver tells what it saw and what it was told; it never judges. Nothing here reads a clock, the environment or
//! random numbers: [`clock::Clock`] and [`transport::Secrets`] are given.

pub mod words;

pub mod clock;
pub mod platform;

pub mod transport;

pub mod command;
pub mod converter;
pub mod shipped;

pub mod conformance;
