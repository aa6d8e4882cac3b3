//! Private letters to vendors, what the public is told beside them, and digests for teams.
//!
//! Read in this order: the guard (what the public is not told); then a letter's parts (results,
//! excerpts of proofs, what changed, what was answered), the letter, what the operator is shown before it is
//! sent, one module for each way of showing it; and the digest for teams. docs/letters.md says the same in words.

pub mod guard;

pub mod answer;
pub mod excerpt;
pub mod line;
pub mod names;
pub mod proofs;
pub mod setting;
pub mod since;

pub mod vendor_letter;

pub mod disclosing;

pub mod html;
pub mod link;
pub mod screen;
pub mod sheet;
pub mod text;

pub mod digest;
pub mod digest_outlook;
mod digest_shown;

mod wrap;
