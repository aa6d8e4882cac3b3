//! Letters to vendors, and what the public is told beside them.

mod disclosing;
mod guard;
mod letter;
mod sample;
mod secret;
mod withheld;
