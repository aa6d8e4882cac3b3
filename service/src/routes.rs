//! Every address of the service, group by group.

use domain::access::Viewer;

use crate::address::Address;
use crate::problem::Problem;
use crate::{access, door, health, metrics, pages};

/// Makes the page that a person sees instead of a problem; none when there is no page for it.
pub type ProblemPage = fn(&Problem, &Viewer) -> Option<String>;

/// The page for problems.
pub const PROBLEM_PAGE: ProblemPage = |_, _| None;

/// Every address, with who may reach it.
#[must_use]
pub fn addresses() -> Vec<Address> {
    [
        health::ADDRESSES,
        metrics::ADDRESSES,
        pages::ADDRESSES,
        &access::addresses(),
        &door::addresses(),
    ]
    .concat()
}

/// What can be reached on the listener for metrics, which is of this machine alone.
#[must_use]
pub fn local_addresses() -> Vec<Address> {
    [health::ADDRESSES, metrics::LOCAL].concat()
}
