//! Laws of the domain, checked against second, plain implementations.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod aggregation;
mod applications;
mod change;
mod change_table;
mod decisions;
mod declarations;
mod declaring;
mod extending;
mod foretelling;
mod gates;
mod judging;
mod leases;
mod letter;
mod migrations;
mod plan_files;
mod preflight;
mod profiles;
mod registry;
mod shipped;
mod support;
mod taking_over;
mod verdicts;
mod waivers;
mod wire;
mod withdrawals;
