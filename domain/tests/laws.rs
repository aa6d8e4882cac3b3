//! Laws of the domain, checked against second, plain implementations.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aggregation;
mod change;
mod change_table;
mod decisions;
mod extending;
mod gates;
mod judging;
mod profiles;
mod shipped;
mod support;
