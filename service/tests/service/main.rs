//! The service as others meet it: started for real on loopback, spoken to over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../reports/tests/shown/fixture.rs"]
#[expect(dead_code, reason = "its views are of use in the room of the reports only")]
mod fixture;
#[path = "../../../reports/tests/shown/tale.rs"]
mod tale;

mod browser;
mod world;

mod access;
