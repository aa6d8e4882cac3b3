//! Letters to vendors, and what the public is told beside them.

mod digest;
mod disclosing;
mod guard;
mod letter;
mod sample;
mod screen;
mod secret;
mod withheld;
