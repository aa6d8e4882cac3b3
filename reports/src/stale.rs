//! Which cells rest on evidence of versions that are no longer there, and what would mend it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::Pins;
use domain::ids::{CampaignId, PlatformId};
use domain::plan::{CellId, Trial};
use domain::registry::Registry;
use domain::score::Standing;
use jiff::Timestamp;
use serde::Serialize;

use crate::chronicle::{CampaignRecord, CellRecord, RouteRecord};
use crate::diff::VersionDiff;

/// The version of every subject as the log knows it, and since when.
pub type Current = BTreeMap<String, Version>;

/// A version and where the log says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// The version.
    pub version: String,
    /// Position of the start or resumption of the campaign that found it, or of the upgrade that
    /// declared it.
    pub position: u64,
    /// It was declared and no campaign has found it yet.
    pub declared: bool,
}

/// A cell of a baseline whose newest evidence says little about today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaleCell {
    /// Which cell.
    pub cell: CellId,
    /// The campaign of its newest evidence; none when there is none, since it was withdrawn, never
    /// came about, or was only told by another system.
    pub evidence: Option<CampaignId>,
    /// When that campaign ran.
    pub tried: Option<Timestamp>,
    /// What was upgraded since: versions of then and of now.
    pub upgraded: Vec<VersionDiff>,
}

/// What would bring a baseline up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revalidation {
    /// The stale cells, in the order of the plan.
    pub cells: Vec<StaleCell>,
    /// How many cells of the baseline are not stale.
    pub fresh: usize,
    /// The smallest set of trials that tells of each stale cell again: one walk of the route that
    /// gave it its score, in the order of the plan.
    pub trials: Vec<Trial>,
    /// How long those took before, one after the other and without sharing, in milliseconds.
    pub alone_ms: u64,
    /// How long they are likely to take together, by what sharing has saved before and no less than
    /// the longest of them, in milliseconds.
    pub estimate_ms: u64,
}

/// The version of every subject: what the campaigns found, in order, and what was declared since.
#[must_use]
pub fn current(records: &[CampaignRecord], registry: &Registry) -> Current {
    let mut current = Current::new();
    let mut known: Vec<(u64, bool, Arc<Pins>)> = records
        .iter()
        .filter(|it| !it.told)
        .map(|it| (it.found, false, Arc::clone(&it.versions)))
        .collect();
    known.extend(registry.upgrades().iter().map(|it| {
        let pins = Pins::from([(it.what.subject.clone(), it.what.to.clone())]);
        (it.position, true, Arc::new(pins))
    }));
    known.sort_by_key(|(position, _, _)| *position);
    for (position, declared, pins) in known {
        for (subject, version) in pins.iter() {
            let new = |version: &str| Version { version: version.to_owned(), position, declared };
            match current.get_mut(subject) {
                None => drop(current.insert(subject.clone(), new(version))),
                Some(known) if known.version != *version => *known = new(version),
                Some(known) if !declared => (known.position, known.declared) = (position, declared),
                Some(_) => {}
            }
        }
    }
    current
}

impl Revalidation {
    /// What would bring a baseline up to date, given every campaign known and the versions of now.
    #[must_use]
    pub fn of(baseline: &CampaignRecord, records: &[CampaignRecord], current: &Current) -> Self {
        let newer = newest_first(baseline, records);
        let mut revalidation =
            Self { cells: Vec::new(), fresh: 0, trials: Vec::new(), alone_ms: 0, estimate_ms: 0 };
        let mut longest_ms = 0;
        for (id, cell) in baseline.cells.iter() {
            let Some(stale) = stale(&newer, id, cell, current) else {
                revalidation.fresh += 1;
                continue;
            };
            revalidation.cells.push(stale);
            let Some(route) = route(cell) else { continue };
            let ms = mean_ms(route, &newer, id);
            longest_ms = ms.max(longest_ms);
            revalidation.alone_ms = revalidation.alone_ms.saturating_add(ms);
            revalidation.trials.push(trial(id, route));
        }
        revalidation.cells.sort_by_key(|it| place(baseline, &it.cell));
        revalidation.trials.sort_by_key(|it| place(baseline, &it.cell()));
        revalidation.estimate_ms = estimate(revalidation.alone_ms, &newer).max(longest_ms);
        revalidation
    }

    /// The cells of the baseline, stale or not.
    #[must_use]
    pub fn total(&self) -> usize {
        self.cells.len() + self.fresh
    }

    /// The subjects that were upgraded, with the number of cells that rest on the version before.
    #[must_use]
    pub fn causes(&self) -> BTreeMap<VersionDiff, usize> {
        let mut causes = BTreeMap::new();
        for it in self.cells.iter().flat_map(|it| &it.upgraded) {
            *causes.entry(it.clone()).or_default() += 1;
        }
        causes
    }
}

/// The baseline and what ran after it, the newest first.
fn newest_first<'a>(
    baseline: &'a CampaignRecord,
    records: &'a [CampaignRecord],
) -> Vec<&'a CampaignRecord> {
    let place = |it: &CampaignRecord| (it.started, it.positions);
    let mut newer: Vec<&CampaignRecord> =
        records.iter().filter(|it| place(it) >= place(baseline)).collect();
    newer.sort_by_key(|it| std::cmp::Reverse(place(it)));
    newer
}

/// A cell of the baseline, if its newest evidence says little about today. Where the question makes
/// no sense, there is nothing to try again.
fn stale(
    newer: &[&CampaignRecord],
    id: &CellId,
    cell: &CellRecord,
    current: &Current,
) -> Option<StaleCell> {
    let newest = newest(newer, id);
    let upgraded = newest.map_or_else(Vec::new, |(_, it)| upgraded(it, current));
    let is_fresh = newest.is_some() && upgraded.is_empty();
    if is_fresh || cell.stand.standing == Standing::NotApplicable {
        return None;
    }
    Some(StaleCell {
        cell: id.clone(),
        evidence: newest.map(|(campaign, _)| campaign.id.clone()),
        tried: newest.map(|(campaign, _)| campaign.started),
        upgraded,
    })
}

/// The newest campaign that scored a cell. What another system told is no evidence: nothing was
/// observed, and nobody knows the versions of all that was there.
fn newest<'a>(
    newer: &[&'a CampaignRecord],
    id: &CellId,
) -> Option<(&'a CampaignRecord, &'a CellRecord)> {
    let scored = |it: &&'a CampaignRecord| Some((*it, it.cells.get(id)?));
    let walked = newer.iter().filter(|it| !it.told);
    walked.filter_map(scored).find(|(_, cell)| cell.stand.standing.score().is_some())
}

/// What a cell's evidence rests on that has another version now.
fn upgraded(cell: &CellRecord, current: &Current) -> Vec<VersionDiff> {
    let upgraded = cell.versions.iter().filter_map(|(subject, from)| {
        let to = &current.get(subject)?.version;
        let diff = || VersionDiff { subject: subject.clone(), from: from.clone(), to: to.clone() };
        (to != from).then(diff)
    });
    upgraded.collect()
}

/// The route that gave a cell its score; of one without a score the first that was planned.
fn route(cell: &CellRecord) -> Option<&RouteRecord> {
    let best = cell.stand.best.as_ref().and_then(|it| cell.route(it));
    best.or_else(|| cell.routes.first())
}

fn trial(id: &CellId, route: &RouteRecord) -> Trial {
    let CellId { guest, source, target } = id.clone();
    Trial { guest, source, target, route: route.verdict.route.clone(), repetition: 1 }
}

/// How long a walk of a route took when it was last scored.
fn mean_ms(route: &RouteRecord, newer: &[&CampaignRecord], id: &CellId) -> u64 {
    let walked = |it: &&CampaignRecord| {
        let found = it.cells.get(id)?.route(&route.verdict.route)?;
        (found.verdict.scored > 0).then_some(found.verdict.duration_ms)
    };
    newer.iter().find_map(walked).unwrap_or(0)
}

/// By what the newest campaign that ended needed in all, of what its walks took one by one.
fn estimate(alone_ms: u64, newer: &[&CampaignRecord]) -> u64 {
    let ratio = newer.iter().find_map(|it| {
        let (_, cost) = it.ended.filter(|(_, cost)| cost.wall_ms > 0)?;
        let walked = it.cells.values().flat_map(|it| &it.routes).map(|it| &it.verdict);
        let alone: u128 = walked.map(|it| u128::from(it.duration_ms) * it.scored as u128).sum();
        (alone > 0).then_some((cost.wall_ms, alone))
    });
    match ratio {
        Some((wall, alone)) => {
            let estimate = u128::from(alone_ms) * u128::from(wall) / alone;
            u64::try_from(estimate).unwrap_or(u64::MAX)
        }
        None => alone_ms,
    }
}

/// The place of a cell in a plan: guests and platforms in testbed order.
fn place(baseline: &CampaignRecord, cell: &CellId) -> (usize, usize, usize) {
    let testbed = &baseline.testbed;
    let platform = |id: &PlatformId| {
        testbed.platforms.iter().position(|it| it.id == *id).unwrap_or(usize::MAX)
    };
    let guest = testbed.guests.iter().position(|it| it.id == cell.guest);
    (guest.unwrap_or(usize::MAX), platform(&cell.source), platform(&cell.target))
}
