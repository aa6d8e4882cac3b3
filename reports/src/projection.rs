//! Every projection with a digest, so that a live one and a rebuilt one can be told apart at once.

use domain::event::{Cost, Ending, Pins};
use domain::ids::{CampaignId, Sha256Digest};
use domain::plan::CellId;
use jiff::Timestamp;
use serde::Serialize;

use crate::chronicle::{CampaignRecord, CellRecord, Chronicle};
use crate::consistency::consistency;
use crate::converters::converters;
use crate::declared;
use crate::vendor::{Shares, VendorView};

/// One projection of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Projection {
    /// What it is called.
    pub name: &'static str,
    /// How many entries it has.
    pub entries: usize,
    /// SHA-256 of its entries as JSON, one a line.
    pub sha256: Sha256Digest,
}

/// A campaign without its cells.
#[derive(Serialize)]
struct Course<'a> {
    id: &'a CampaignId,
    started: Timestamp,
    last_recorded: Timestamp,
    positions: (u64, u64),
    versions: &'a Pins,
    ended: Option<(Ending, Cost)>,
    told: bool,
}

/// Every projection of a chronicle, as it stands.
///
/// # Errors
/// When an entry cannot be written as JSON; that does not happen.
pub fn projections(chronicle: &Chronicle) -> serde_json::Result<Vec<Projection>> {
    let records = chronicle.records(&chronicle.in_force());
    let cells =
        records.iter().flat_map(|it| it.cells.iter().map(move |(id, cell)| (&it.id, id, cell)));
    let cells: Vec<(&CampaignId, &CellId, &CellRecord)> = cells.collect();
    let consistency: Vec<_> = records.iter().map(|it| (&it.id, consistency(it))).collect();
    let converters: Vec<_> = records.iter().map(|it| (&it.id, converters(it))).collect();
    let registry = chronicle.registry();
    let at = chronicle.viewpoint().as_of.or(chronicle.head().map(|(_, at)| at));
    let waivers = at.map(|at| declared::waivers(registry, at)).unwrap_or_default();
    Ok(vec![
        projection("campaigns", &records.iter().map(course).collect::<Vec<_>>())?,
        projection("matrices", &cells)?,
        projection("baselines", &declared::baselines(registry))?,
        projection("waivers", &waivers)?,
        projection("vendors", &vendors(chronicle, &records))?,
        projection("consistency", &consistency)?,
        projection("converters", &converters)?,
    ])
}

fn vendors(chronicle: &Chronicle, records: &[CampaignRecord]) -> Vec<VendorView> {
    let views = records.iter().flat_map(|record| {
        let shares = Shares::of(record, chronicle.policy());
        let vendors = record.testbed.vendors.iter();
        vendors.filter_map(move |it| shares.view(&it.id))
    });
    views.collect()
}

fn course(record: &CampaignRecord) -> Course<'_> {
    let CampaignRecord { id, started, last_recorded, positions, versions, ended, told, .. } =
        record;
    Course {
        id,
        started: *started,
        last_recorded: *last_recorded,
        positions: *positions,
        versions,
        ended: *ended,
        told: *told,
    }
}

fn projection<T: Serialize>(name: &'static str, entries: &[T]) -> serde_json::Result<Projection> {
    let mut lines = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut lines, entry)?;
        lines.push(b'\n');
    }
    Ok(Projection { name, entries: entries.len(), sha256: Sha256Digest::of(&lines) })
}
