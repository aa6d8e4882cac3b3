//! Every address of the service, group by group.

use crate::address::Address;
use crate::{
    access, api, audit, converters, disclosures, downloads, grants, health, help, live, pages,
    search, vendors,
};

/// Every address, with who may reach it.
#[must_use]
pub fn addresses() -> Vec<Address> {
    [
        health::ADDRESSES,
        pages::ADDRESSES,
        api::ADDRESSES,
        live::ADDRESSES,
        downloads::ADDRESSES,
        &access::addresses(),
        audit::ADDRESSES,
        converters::ADDRESSES,
        vendors::ADDRESSES,
        disclosures::ADDRESSES,
        grants::ADDRESSES,
        search::ADDRESSES,
        help::ADDRESSES,
    ]
    .concat()
}
