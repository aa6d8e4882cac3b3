//! What is stale, found once more in a plain way: from the whole history instead of the chronicle.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::{Event, Pins, Recorded};
use domain::plan::{CellId, Trial};
use domain::score::Standing;
use reports::history::{CampaignHistory, History};
use reports::matrix::{Cell, Judged, RouteTried};
use reports::viewpoint::Viewpoint;

use super::outputs::seen;
use crate::fixture::policy;

/// The newest evidence of a cell, and the subjects that have another version now.
pub(crate) type Found = (Option<String>, BTreeSet<String>);

/// What may be said of each cell of a baseline: why it is stale, or none where it is fresh. Several
/// things only where routes tie: which of them is told must not hang on what they are called.
pub(crate) fn stale(events: &[Recorded], baseline: &str) -> BTreeMap<CellId, Vec<Option<Found>>> {
    let (history, policy) = (seen(events, Viewpoint::default()), policy());
    let now = current(events, &history);
    let reference = history.campaign(&baseline.parse().unwrap()).unwrap();
    let place = |it: &CampaignHistory| (it.started, it.first_position, it.last_position);
    let mut newer: Vec<&CampaignHistory> = history
        .campaigns()
        .iter()
        .filter(|it| it.origin.is_none() && place(it) >= place(reference))
        .collect();
    newer.sort_by_key(|it| place(it));
    let cells: BTreeSet<CellId> = reference.plan.iter().map(Trial::cell).collect();
    let mut stale = BTreeMap::new();
    for id in cells {
        let mut possible = vec![(None, BTreeSet::new())];
        for campaign in &newer {
            let judged = Judged::new(campaign, &policy);
            let cell = judged.cells().find(|(guest, cell)| cell.id(guest) == id);
            if let Some((_, cell)) = cell.filter(|(_, it)| it.verdict.standing.score().is_some()) {
                let name = Some(campaign.id.to_string());
                let told = |it: &&RouteTried| (name.clone(), outdated(campaign, &id, it, &now));
                possible = tied(cell).iter().map(told).collect();
            }
        }
        let is_stale = |it: &Found| it.0.is_none() || !it.1.is_empty();
        let told = possible.into_iter().map(|it| Some(it).filter(is_stale));
        stale.insert(id, told.collect());
    }
    stale
}

/// The version that was found or declared last of each subject.
fn current(events: &[Recorded], history: &History) -> Pins {
    let mut last: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut learn = |subject: &str, position: u64, version: &str| {
        let known = last.entry(subject.to_owned()).or_default();
        if known.1.is_empty() || known.0 < position {
            *known = (position, version.to_owned());
        }
    };
    for campaign in history.campaigns().iter().filter(|it| it.origin.is_none()) {
        let is_found = |it: &&Recorded| {
            let looks = matches!(it.event, Event::CampaignStarted(_) | Event::CampaignResumed(_));
            looks && it.event.campaign() == Some(&campaign.id)
        };
        let found = events.iter().rev().find(is_found);
        for (subject, version) in campaign.versions() {
            learn(&subject, found.unwrap().position, &version);
        }
    }
    for recorded in events {
        if let Event::UpgradeDeclared(it) = &recorded.event {
            learn(&it.subject, recorded.position, &it.to);
        }
    }
    last.into_iter().map(|(subject, (_, version))| (subject, version)).collect()
}

/// The routes that none is better than.
fn tied(cell: &Cell) -> Vec<&RouteTried> {
    let merit = |it: &RouteTried| {
        let verdict = &it.verdict;
        (verdict.standing, verdict.tools, verdict.duration_ms)
    };
    let best = merit(cell.best().unwrap());
    cell.routes.iter().filter(|it| merit(it) == best).collect()
}

/// The subjects that the evidence of a route rests on and that have another version now.
fn outdated(
    campaign: &CampaignHistory,
    id: &CellId,
    best: &RouteTried,
    now: &Pins,
) -> BTreeSet<String> {
    let scored = best.trials.iter().filter(|it| matches!(it.verdict.standing, Standing::Scored(_)));
    let lowest = scored.clone().map(|it| it.verdict.standing.score()).min().unwrap();
    let decides = scored.clone().find(|it| it.verdict.standing.score() == lowest).unwrap();
    let steps = campaign.trials[&decides.trial].values();
    let pins = &steps.max_by_key(|it| it.position).unwrap().finished.pins;
    let route = campaign.testbed.route(&best.verdict.route).unwrap();
    let mut subjects = vec![
        format!("platform:{}", id.source),
        format!("platform:{}", id.target),
        format!("guest:{}", id.guest),
        format!("guest:{}@{}", id.guest, id.source),
    ];
    subjects.extend(route.converters.iter().map(|it| format!("converter:{it}")));
    subjects.extend(pins.keys().filter(|it| it.starts_with("host:")).cloned());
    subjects
        .retain(|it| pins.get(it).is_some_and(|then| now.get(it).is_some_and(|now| now != then)));
    subjects.into_iter().collect()
}
