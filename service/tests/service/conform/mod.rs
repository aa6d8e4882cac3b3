//! The service is held to what it promises of every address at once.

mod answers;
mod embargo;
mod roles;
mod rules;
mod sameness;
mod used;
