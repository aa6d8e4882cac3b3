//! Every address of the service, group by group.

use domain::access::Viewer;

use crate::address::Address;
use crate::problem::Problem;
use crate::{
    access, api, audit, bounces, converters, disclosures, door, downloads, grants, health, help,
    letters, live, metrics, pages, search, vendors,
};

/// Makes the page that a person sees instead of a problem, from the problem, whoever looks, and the path
/// that was asked for; none when there is no page for it.
pub type ProblemPage = fn(&Problem, &Viewer, &str) -> Option<String>;

/// The page for problems.
pub const PROBLEM_PAGE: ProblemPage = pages::problem_page;

/// Every address, with who may reach it.
#[must_use]
pub fn addresses() -> Vec<Address> {
    [
        health::ADDRESSES,
        metrics::ADDRESSES,
        pages::ADDRESSES,
        api::ADDRESSES,
        live::ADDRESSES,
        downloads::ADDRESSES,
        &access::addresses(),
        &door::addresses(),
        audit::ADDRESSES,
        converters::ADDRESSES,
        vendors::ADDRESSES,
        letters::ADDRESSES,
        bounces::ADDRESSES,
        disclosures::ADDRESSES,
        grants::ADDRESSES,
        search::ADDRESSES,
        help::ADDRESSES,
    ]
    .concat()
}

/// What can be reached on the listener for metrics, which is of this machine alone.
#[must_use]
pub fn local_addresses() -> Vec<Address> {
    [health::ADDRESSES, metrics::LOCAL].concat()
}
