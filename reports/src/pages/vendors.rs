//! Every vendor that some testbed names, for operators: what each would see.

use std::collections::BTreeMap;

use askama::Template;
use domain::access::{AccessRegistry, Grant, Role};
use domain::ids::VendorId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::frame::Frame;
use super::links;
use crate::chronicle::CampaignRecord;

/// Every vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Vendors {
    /// By identifier.
    pub vendors: Vec<VendorLine>,
}

/// One vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VendorLine {
    /// Which one.
    #[schema(value_type = String)]
    pub vendor: VendorId,
    /// Its name, as the newest testbed has it.
    pub name: String,
    /// Campaigns that it is part of.
    pub campaigns: usize,
    /// Grants in force for it.
    pub grants: usize,
    /// Answers that it gave.
    pub answers: usize,
    /// Where its page is.
    pub href: String,
}

#[derive(Template)]
#[template(path = "pages/vendors.html")]
struct Page<'a> {
    frame: &'a Frame,
    view: &'a Vendors,
}

impl Vendors {
    /// The vendors of these campaigns.
    #[must_use]
    pub fn new(records: &[CampaignRecord], registry: &AccessRegistry, now: Timestamp) -> Self {
        let mut found: BTreeMap<VendorId, (String, usize)> = BTreeMap::new();
        for vendor in records.iter().flat_map(|it| &it.testbed.vendors) {
            let entry = found.entry(vendor.id.clone()).or_default();
            *entry = (vendor.name.clone(), entry.1 + 1);
        }
        let line = |(vendor, (name, campaigns)): (VendorId, (String, usize))| {
            let of = |it: &&Grant| {
                let role = &it.granted.what.role;
                it.is_in_force(now) && matches!(role, Role::Vendor { vendor: it } if *it == vendor)
            };
            let answers = registry.answers().iter().filter(|it| it.what.vendor == vendor);
            VendorLine {
                name,
                campaigns,
                grants: registry.grants().filter(of).count(),
                answers: answers.count(),
                href: links::vendor(&vendor),
                vendor,
            }
        };
        Self { vendors: found.into_iter().map(line).collect() }
    }

    /// The page.
    ///
    /// # Errors
    /// When it cannot be written; in memory that does not happen.
    pub fn html(&self, frame: &Frame) -> Result<String, askama::Error> {
        Page { frame, view: self }.render()
    }

    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> String {
        "Vendors".to_owned()
    }
}
