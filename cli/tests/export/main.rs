//! `portolan export` through the front door, and the signed statement that it gives away.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attesting;
mod bench;
mod bundles;
mod bundles_hostile;
mod bundles_verified;
mod formats;
mod refusals;
mod sample;

// The campaign that the tests of the reports tell, with every standing.
#[path = "../../../reports/tests/shown/fixture.rs"]
#[expect(dead_code, reason = "its views are of use in the room of the reports only")]
mod fixture;
#[path = "../../../reports/tests/shown/tale.rs"]
mod tale;
