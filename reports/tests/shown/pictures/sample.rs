//! Pictures of a made-up history: the same at every call.

use domain::score::{Score, Standing};
use jiff::civil::date;
use reports::picture::{
    Band, Chart, Column, Course, Flow, HeatMap, HeatRow, Square, Trend, Upgrade,
};
use reports::tally::Tally;

const PLATFORMS: [&str; 12] = [
    "esx-like",
    "hyper-v-like",
    "kvm-like",
    "xen-like",
    "esx-like-7",
    "esx-like-8",
    "hyper-v-2022",
    "kvm-q35",
    "proxmox-like",
    "xcp-like",
    "ahv-like",
    "bhyve-like",
];

const GUESTS: [&str; 4] = ["lean", "host-only", "windows-2022", "uefi"];

/// Numbers that look drawn by lot.
pub(crate) struct Lot(pub(crate) u64);

impl Lot {
    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// A standing, more often good than not.
    pub(crate) fn standing(&mut self) -> Standing {
        match self.below(20) {
            0..=9 => Standing::Scored(Score::Success),
            10..=13 => Standing::Scored(Score::Warning),
            14..=16 => Standing::Scored(Score::Failure),
            17 => Standing::LabError,
            18 => Standing::Blocked,
            _ => Standing::NotRun,
        }
    }
}

/// Campaigns, one a week.
pub(crate) fn columns(number: usize) -> Vec<Column> {
    let week = |it: usize| Column {
        label: format!("week-{}", it + 1),
        date: date(2026, 1, 5).saturating_add(jiff::Span::new().weeks(it as i64)),
    };
    (0..number).map(week).collect()
}

/// So many platforms, guests and campaigns, in which one of `change` squares differs from the one
/// before it.
pub(crate) fn heat_map(platforms: usize, guests: usize, campaigns: usize, change: u64) -> HeatMap {
    let mut lot = Lot(7);
    let mut rows = Vec::new();
    for guest in &GUESTS[..guests] {
        for source in &PLATFORMS[..platforms] {
            for target in PLATFORMS[..platforms].iter().filter(|it| *it != source) {
                let squares = squares(&mut lot, campaigns, change);
                let [guest, source, target] = [guest, source, target].map(|it| (*it).to_owned());
                rows.push(HeatRow { guest, source, target, squares });
            }
        }
    }
    let title = "Cells over campaigns".to_owned();
    HeatMap { name: "cells".to_owned(), title, columns: columns(campaigns), rows }
}

fn squares(lot: &mut Lot, campaigns: usize, change: u64) -> Vec<Square> {
    let mut standing = (lot.below(9) > 0).then(|| lot.standing());
    let square = |_| {
        if lot.below(change) == 0 {
            standing = Some(lot.standing());
        }
        Square { standing, unstable: lot.below(40) == 0, stale: lot.below(60) == 0, href: None }
    };
    (0..campaigns).map(square).collect()
}

/// Every row a link to its cell.
pub(crate) fn linked(mut map: HeatMap) -> HeatMap {
    for row in &mut map.rows {
        let href = format!("#cell:{}:{}:{}", row.guest, row.source, row.target);
        row.squares.iter_mut().for_each(|it| it.href = Some(href.clone()));
    }
    map
}

/// Two guests and two cells.
pub(crate) fn trend(campaigns: usize) -> Trend {
    let mut lot = Lot(11);
    let mut shares = |label: &str| Chart {
        label: label.to_owned(),
        course: Course::Shares((0..campaigns as u64).map(|it| tally(&mut lot, it)).collect()),
    };
    let mut charts = vec![shares("lean"), shares("host-only")];
    let mut lot = Lot(5);
    for label in ["lean: esx-like → kvm-like", "uefi: hyper-v-like → xen-like"] {
        let standing = |_: usize| (lot.below(9) > 0).then(|| lot.standing());
        let course = Course::Levels((0..campaigns).map(standing).collect());
        charts.push(Chart { label: label.to_owned(), course });
    }
    let upgrade = |column, label: &str| Upgrade { column, label: label.to_owned() };
    let upgrades = vec![
        upgrade(4, "kvm-like 9.2.0 → 10.0.2"),
        upgrade(8, "esx-like 7.0 → 8.0"),
        upgrade(8, "xen-like 8.2 → 8.3"),
    ];
    let (name, title) = ("trend".to_owned(), "Scores over campaigns".to_owned());
    Trend { name, title, columns: columns(campaigns), charts, upgrades }
}

fn tally(lot: &mut Lot, campaign: u64) -> Tally {
    let standing = |_| match lot.below(14 + campaign) {
        0 | 1 => Standing::Scored(Score::Failure),
        2..=6 => Standing::Scored(Score::Warning),
        7 => Standing::LabError,
        _ => Standing::Scored(Score::Success),
    };
    let cells = if campaign == 2 { 0 } else { 12 };
    (0..cells).map(standing).collect()
}

/// So many platforms, each to every other along some of so many routes.
pub(crate) fn flow(platforms: usize, routes: u64) -> Flow {
    let mut lot = Lot(3);
    let mut bands = Vec::new();
    for source in &PLATFORMS[..platforms] {
        for target in PLATFORMS[..platforms].iter().filter(|it| *it != source) {
            for route in 0..routes {
                if lot.below(3) > 0 && route > 0 {
                    continue;
                }
                let [source, target] = [source, target].map(|it| (*it).to_owned());
                let route = format!("route {}", route + 1);
                let weight = 1 + lot.below(3) as u32;
                bands.push(Band { source, route, target, standing: lot.standing(), weight });
            }
        }
    }
    bands.sort_by(|a, b| a.route.cmp(&b.route));
    let (name, title) = ("flow".to_owned(), "Ways of trials".to_owned());
    Flow { name, title, noun: "trial".to_owned(), bands }
}
