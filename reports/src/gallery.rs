//! The pictures of a report: how cells stood campaign by campaign, how guests fared, and the ways
//! that trials took. What they say is public: routes are told by how many tools they need.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Pins;
use domain::ids::{GuestId, PlatformId};
use domain::plan::CellId;
use domain::score::Standing;
use domain::testbed::Testbed;
use jiff::tz::TimeZone;

use crate::chronicle::{CampaignRecord, CellRecord};
use crate::diff::differences;
use crate::picture::{
    Band, Chart, Column, Course, Flow, HeatMap, HeatRow, MOST_COLUMNS, Shown, Square, Trend,
    Upgrade,
};
use crate::tally::Tally;
use crate::units::count;

/// The pictures of a campaign among those that ran before it, in the order they are seen.
///
/// # Errors
/// When one cannot be written; in memory that does not happen.
pub fn gallery(
    shown: &CampaignRecord,
    records: &[CampaignRecord],
) -> Result<Vec<Shown>, askama::Error> {
    let mut pictures = Vec::new();
    let until = until(shown, records);
    if until.len() > 1 {
        let caption = "A column for each campaign, the last one on the right. Squares that look \
                       alike are joined.";
        pictures.push(Shown::heat_map("Cells over time", caption, &heat_map(shown, &until))?);
        let caption = "Shares of all planned cells. Ticks mark versions of platforms, guests and \
                       hosts that changed.";
        pictures.push(Shown::trend("Guests over time", caption, &trend(shown, &until))?);
    }
    let caption = "From the source, by the kind of route, to the target: the broader, the more \
                   trials.";
    pictures.push(Shown::flow("The ways that trials took", caption, &flow(shown))?);
    Ok(pictures)
}

/// The campaigns up to the one that is shown, the oldest first; no more than are drawn.
fn until<'a>(shown: &CampaignRecord, records: &'a [CampaignRecord]) -> Vec<&'a CampaignRecord> {
    let place = |it: &CampaignRecord| (it.started, it.positions);
    let mut until: Vec<&CampaignRecord> =
        records.iter().filter(|it| place(it) <= place(shown)).collect();
    until.sort_by_key(|it| place(it));
    until.split_off(until.len().saturating_sub(MOST_COLUMNS))
}

fn columns(until: &[&CampaignRecord]) -> Vec<Column> {
    let column = |it: &&CampaignRecord| Column {
        label: it.id.to_string(),
        date: it.started.to_zoned(TimeZone::UTC).date(),
    };
    until.iter().map(column).collect()
}

fn heat_map(shown: &CampaignRecord, until: &[&CampaignRecord]) -> HeatMap {
    let row = |id: &CellId| HeatRow {
        guest: id.guest.to_string(),
        source: id.source.to_string(),
        target: id.target.to_string(),
        squares: until.iter().map(|it| square(it.cells.get(id))).collect(),
    };
    let ids: BTreeSet<&CellId> = until.iter().flat_map(|it| it.cells.keys()).collect();
    let mut ids: Vec<&CellId> = ids.into_iter().collect();
    ids.sort_by_key(|id| place(&shown.testbed, id));
    HeatMap {
        name: "cells".to_owned(),
        title: "How cells stood, campaign by campaign".to_owned(),
        columns: columns(until),
        rows: ids.into_iter().map(row).collect(),
    }
}

fn square(cell: Option<&CellRecord>) -> Square {
    Square {
        standing: cell.map(|it| it.stand.standing),
        unstable: cell.is_some_and(|it| it.stand.unstable),
        ..Square::default()
    }
}

/// Guests, sources and targets in testbed order; what the testbed lacks comes last.
fn place(testbed: &Testbed, id: &CellId) -> [usize; 3] {
    let platform = |id: &PlatformId| testbed.platforms.iter().position(|it| it.id == *id);
    let guest = testbed.guests.iter().position(|it| it.id == id.guest);
    [guest, platform(&id.source), platform(&id.target)].map(|it| it.unwrap_or(usize::MAX))
}

fn trend(shown: &CampaignRecord, until: &[&CampaignRecord]) -> Trend {
    let chart = |guest: &GuestId| Chart {
        label: guest.to_string(),
        course: Course::Shares(until.iter().map(|it| tally(it, guest)).collect()),
    };
    let guests = shown.testbed.guests.iter().map(|it| &it.id);
    let changed = (1..until.len()).flat_map(|column| {
        let before = public(&until[column - 1].versions);
        let diffs = differences(&before, &public(&until[column].versions));
        diffs.into_iter().map(move |it| {
            let label = format!("{}: {} → {}", it.subject, it.from, it.to);
            Upgrade { column, label }
        })
    });
    Trend {
        name: "guests".to_owned(),
        title: "How each guest fared, campaign by campaign".to_owned(),
        columns: columns(until),
        charts: guests.map(chart).collect(),
        upgrades: changed.collect(),
    }
}

fn tally(record: &CampaignRecord, guest: &GuestId) -> Tally {
    let cells = record.cells.iter().filter(|(id, _)| id.guest == *guest);
    cells.map(|(_, cell)| cell.stand.standing).collect()
}

/// The versions that anyone may see.
fn public(versions: &Pins) -> Pins {
    let told = versions.iter().filter(|(subject, _)| crate::redaction::is_told(subject));
    told.map(|(subject, version)| (subject.clone(), version.clone())).collect()
}

fn flow(shown: &CampaignRecord) -> Flow {
    let mut bands: BTreeMap<([usize; 2], usize, Standing), Band> = BTreeMap::new();
    for (id, cell) in shown.cells.iter() {
        let [_, source, target] = place(&shown.testbed, id);
        for route in cell.routes.iter().map(|it| &it.verdict) {
            let band =
                bands.entry(([source, target], route.tools, route.standing)).or_insert_with(|| {
                    Band {
                        source: id.source.to_string(),
                        route: count(route.tools, "tool"),
                        target: id.target.to_string(),
                        standing: route.standing,
                        weight: 0,
                    }
                });
            band.weight += route.planned as u32;
        }
    }
    Flow {
        name: "ways".to_owned(),
        title: "The ways that trials took, and how they ended".to_owned(),
        noun: "trial".to_owned(),
        bands: bands.into_values().collect(),
    }
}
