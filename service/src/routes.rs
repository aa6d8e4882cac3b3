//! Every address of the service, group by group.

use crate::address::Address;
use crate::{
    access, audit, api, converters, disclosures, grants, help, search, vendors, downloads, health, live, pages,
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
