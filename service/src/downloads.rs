//! Files to take away: reports, the formats of others, bundles, and evidence.

mod bundle;
mod evidence;
mod files;

use actix_web::{Route, web};

use crate::address::{Address, Who};

/// The addresses of this group.
pub(crate) const ADDRESSES: &[Address] = &[
    Address::get(
        "/campaigns/{id}/{form:report|csv|json|junit|in-toto|oscal|openmetrics|bundle}",
        Who::Anyone,
        || -> Route { web::to(files::file) },
    ),
    Address::get("/evidence/{sha256}", Who::Insider, || -> Route { web::to(evidence::evidence) }),
];
