//! What is shown: projections of recorded events, and the pages, tables and files made from them.
//!
//! Read in this order: history (events put in their places), matrix (history judged by a policy),
//! then one module for each way of showing it.

pub mod history;
pub mod matrix;
