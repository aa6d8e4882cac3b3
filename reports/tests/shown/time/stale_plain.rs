//! What is stale, found once more in a plain way: from the whole history instead of the chronicle.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::{Event, Pins, Recorded};
use domain::plan::{CellId, Trial};
use domain::score::Standing;
use reports::history::{CampaignHistory, History};
use reports::matrix::{Cell, Judged};
use reports::viewpoint::Viewpoint;

use super::outputs::seen;
use crate::fixture::policy;

/// The newest evidence of a cell, and the subjects that have another version now.
pub(crate) type Found = (Option<String>, BTreeSet<String>);

/// The stale cells of a baseline.
pub(crate) fn stale(events: &[Recorded], baseline: &str) -> BTreeMap<CellId, Found> {
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
        let mut found: Found = (None, BTreeSet::new());
        for campaign in &newer {
            let judged = Judged::new(campaign, &policy);
            let cell = judged.cells().find(|(guest, cell)| cell.id(guest) == id);
            if let Some((_, cell)) = cell.filter(|(_, it)| it.verdict.standing.score().is_some()) {
                let outdated = outdated(campaign, &id, cell, &now);
                found = (Some(campaign.id.to_string()), outdated);
            }
        }
        if found.0.is_none() || !found.1.is_empty() {
            stale.insert(id, found);
        }
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

/// The subjects that the evidence of a cell rests on and that have another version now.
fn outdated(campaign: &CampaignHistory, id: &CellId, cell: &Cell, now: &Pins) -> BTreeSet<String> {
    let best = cell.best().unwrap();
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
