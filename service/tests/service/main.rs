//! The service as it is, started on loopback and spoken to over HTTP.
#![expect(clippy::unwrap_used, reason = "a test may end where it fails")]

// The small campaigns that the tests of the reports tell.
#[path = "../../../reports/tests/shown/fixture.rs"]
#[expect(dead_code, reason = "its views are of use in the room of the reports only")]
mod fixture;
#[path = "../../../reports/tests/shown/tale.rs"]
mod tale;
#[path = "../../../reports/tests/shown/years.rs"]
#[expect(dead_code, reason = "not every year is told here")]
mod years;

mod browser;
mod opened;
mod world;

mod access;
mod api;
mod brief;
mod conform;
mod described;
mod door;
mod downloads;
mod lane;
mod live;
mod net;
mod pages;
mod views;
