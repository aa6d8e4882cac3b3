//! What a search looks through: for anyone what public pages show, for operators and auditors tools
//! and reasons besides.

use std::collections::BTreeMap;

use domain::policy::Policy;
use domain::registry::Registry;

use super::campaign_line::newest_first;
use super::links::{self, Asked};
use super::search::{Found, Search};
use crate::chronicle::CampaignRecord;
use crate::leak;

/// What is looked through.
#[derive(Debug, Clone, Copy)]
pub struct Shelves<'a> {
    /// Every campaign.
    pub records: &'a [CampaignRecord],
    /// What was declared.
    pub registry: &'a Registry,
    /// The policy in use.
    pub policy: &'a Policy,
}

/// What anyone may find. Campaigns and declarations whose own words name a tool are left out.
#[must_use]
pub fn public(question: &str, shelves: &Shelves<'_>) -> Search {
    let records: Vec<&CampaignRecord> = newest_first(shelves.records)
        .into_iter()
        .filter(|it| leak::tool_named_in_record(it).is_none())
        .collect();
    let of_all = |text: &str| {
        let names = |it: &CampaignRecord| {
            leak::tool_named_in(&it.testbed, &[(String::new(), text)]).is_some()
        };
        !shelves.records.iter().any(names)
    };
    let declared = |found: Found| {
        let is_public = of_all(&found.title) && of_all(&found.words);
        is_public.then_some(found)
    };
    known(Search::new(question), &records)
        .among("Baselines", baselines(shelves.registry, false).into_iter().filter_map(declared))
        .among("Waivers", waivers(shelves.registry, false).into_iter().filter_map(declared))
        .among("Rules", rules(shelves.policy))
}

/// What operators and auditors may find.
#[must_use]
pub fn insiders(question: &str, shelves: &Shelves<'_>) -> Search {
    let records = newest_first(shelves.records);
    known(Search::new(question), &records)
        .among("Converters", converters(&records))
        .among("Baselines", baselines(shelves.registry, true))
        .among("Waivers", waivers(shelves.registry, true))
        .among("Rules", rules(shelves.policy))
}

fn known(search: Search, records: &[&CampaignRecord]) -> Search {
    search
        .among("Campaigns", records.iter().map(|it| campaign(it)))
        .among("Guests", guests(records))
        .among("Platforms", platforms(records))
}

fn campaign(record: &CampaignRecord) -> Found {
    let words = format!("on {}, started {}", record.testbed.name, record.started);
    Found::new(&record.id, words, links::campaign(&record.id))
}

/// Each guest, as the newest campaign that has it.
fn guests(records: &[&CampaignRecord]) -> Vec<Found> {
    let mut found = BTreeMap::new();
    for record in records.iter().rev() {
        for it in &record.testbed.guests {
            let words = format!("{}, {}, {}", it.name, it.architecture, it.firmware);
            let href = links::matrix(&record.id, Some(&it.id), &Asked::default());
            found.insert(&it.id, Found::new(&it.id, words, href));
        }
    }
    found.into_values().collect()
}

/// Each platform, as the newest campaign that has it.
fn platforms(records: &[&CampaignRecord]) -> Vec<Found> {
    let mut found = BTreeMap::new();
    for record in records.iter().rev() {
        for it in &record.testbed.platforms {
            let vendor = record.testbed.vendors.iter().find(|known| known.id == it.vendor);
            let vendor = vendor.map_or_else(|| it.vendor.to_string(), |it| it.name.clone());
            let version = record.versions.get(&format!("platform:{}", it.id));
            let words = [it.product.as_str(), &vendor, &it.console, version.map_or("", |it| it)];
            let words: Vec<&str> = words.into_iter().filter(|it| !it.is_empty()).collect();
            let pairs = [("source", it.id.to_string())];
            let path = format!("{}/matrix", links::campaign(&record.id));
            let href = links::asking(&path, &pairs);
            found.insert(&it.id, Found::new(&it.id, words.join(", "), href));
        }
    }
    found.into_values().collect()
}

fn converters(records: &[&CampaignRecord]) -> Vec<Found> {
    let mut found = BTreeMap::new();
    for record in records.iter().rev() {
        for it in &record.testbed.converters {
            let version = record.versions.get(&format!("converter:{}", it.id));
            let words = format!("{} {}", it.product, version.map_or("", |it| it));
            let href = links::asking("/converters", &[("campaign", record.id.to_string())]);
            found.insert(&it.id, Found::new(&it.id, words.trim(), href));
        }
    }
    found.into_values().collect()
}

/// What people wrote freely is for insiders only.
fn baselines(registry: &Registry, with_reasons: bool) -> Vec<Found> {
    let all = registry.baselines().filter_map(|(name, line)| line.last().map(|it| (name, it)));
    let found = all.map(|(name, it)| {
        let reason = if with_reasons { format!(": {}", it.what.reason) } else { String::new() };
        let words = format!("stands for campaign {}{reason}", it.what.campaign);
        Found::new(name, words, links::diff(name, None))
    });
    found.collect()
}

fn waivers(registry: &Registry, with_reasons: bool) -> Vec<Found> {
    let found = registry.waivers().values().map(|it| {
        let what = &it.waived.what;
        let reason = if with_reasons { format!(": {}", what.reason) } else { String::new() };
        let words = format!("of rule {}, until {}{reason}", what.rule, what.expires);
        Found::new(&what.waiver, words, links::event(it.waived.position))
    });
    found.collect()
}

fn rules(policy: &Policy) -> Vec<Found> {
    let found = policy.rules.iter().map(|it| {
        let step = it.step;
        let words = format!("{} (step {}, {})", it.title, step.number(), step.title());
        Found::new(&it.id, words, format!("/help#step-{}", step.number()))
    });
    found.collect()
}
