//! The matrices of one campaign in formats of others, one file for each.
//!
//! Each is made from [`MatrixFile`](crate::matrix_file::MatrixFile) and nothing else: what that
//! leaves out for the public, no export can say.

pub mod in_toto;
pub mod junit;
pub mod openmetrics;
pub mod oscal;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod schema;

mod cell;
mod definition;
mod words;
