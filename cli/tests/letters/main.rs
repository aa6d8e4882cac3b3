//! `portolan letters` and `portolan publish` through the front door: who is told what, once, and when
//! everybody is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod at_a_real_server;
mod beside;
mod bouncing;
mod desk;
mod digests;
mod hostile;
mod keys;
mod killed;
mod mail;
mod publishing;
mod way;

#[path = "../called.rs"]
mod called;
#[path = "../serving/child.rs"]
mod child;
// The campaign that the tests of the reports tell, with every standing.
#[path = "../../../reports/tests/shown/fixture.rs"]
#[expect(dead_code, reason = "its views are of use in the room of the reports only")]
mod fixture;
#[path = "../export/sample.rs"]
mod sample;
#[path = "../../../reports/tests/shown/tale.rs"]
mod tale;
// Several campaigns in one log.
#[path = "../../../reports/tests/shown/years.rs"]
#[expect(dead_code, reason = "its comparisons are of use in the room of the reports only")]
mod years;
