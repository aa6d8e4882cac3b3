//! What is stored can be read for ever: golden files of every version, and laws of the codec.

mod access;
mod arbitrary;
mod declared;
mod golden;
mod laws;
mod letter;
mod samples;
mod testbed;
