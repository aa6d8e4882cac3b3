//! Time and declarations through the front door: both kinds of past, receipts, baselines, waivers,
//! withdrawals, upgrades and plans of what is stale.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../bench.rs"]
mod bench;
#[path = "../called.rs"]
mod called;
mod declaring;
mod facts;
mod fixture;
mod hostile;
mod plans;
mod receipts;
mod refusals;
mod seasons;
mod travel;
mod whole_life;
