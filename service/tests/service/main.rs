//! The service as others meet it: started for real on loopback, spoken to over HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

// The small campaigns that the tests of the reports tell.
#[path = "../../../reports/tests/shown/fixture.rs"]
#[expect(dead_code, reason = "its views are of use in the room of the reports only")]
mod fixture;
#[path = "../../../reports/tests/shown/tale.rs"]
#[expect(dead_code, reason = "not every fate is told here")]
mod tale;
#[path = "../../../reports/tests/shown/years.rs"]
#[expect(dead_code, reason = "not every year is told here")]
mod years;

mod browser;
mod world;
mod years_world;

mod access;
mod pages;
mod views;
