//! What is shown: projections of recorded events, and the pages, tables and files made from them.
//!
//! Read in this order: history (events put in their places), matrix (history judged by a policy),
//! the view that anyone may see, what operators see besides, then one module for each way of
//! showing them.

mod seen;
pub mod viewpoint;

pub mod chronicle;
pub mod history;
pub mod matrix;

pub mod fault;
pub mod reason;
pub mod tally;
pub mod topic;

pub mod public;
pub mod redaction;
pub mod setting;
pub mod withheld;

pub mod leak;

pub mod held;
pub mod insight;

pub mod comparison;
pub mod derivation;
pub mod explain;
pub mod remedy;
pub mod step_derivation;
pub mod tool;

mod deciding;
pub mod declared;
pub mod diff;
pub mod foretold;
pub mod stale;
pub mod stale_text;
pub mod turn;

pub mod policy_diff;
pub mod policy_diff_csv;
pub mod policy_diff_text;

pub mod cell_scores;
pub mod gates;
pub mod operations;
pub mod outcomes;
#[cfg(feature = "tables")]
pub mod tables;

pub mod cost;
pub mod notice;
pub mod units;

pub mod explain_text;
pub mod text;

pub mod cells_csv;
pub mod sheet;
pub mod steps_csv;

pub mod json;
pub mod matrix_file;
pub mod receipt;
pub mod sight;

pub mod export;

pub mod bundle;

pub mod consistency;
pub mod converters;
pub mod projection;
pub mod vendor;

pub mod gallery;
pub mod granted;
pub mod grid;
pub mod html;
mod page;

pub mod letters;

pub mod picture;

pub mod pages;
