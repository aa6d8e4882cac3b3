//! What a campaign of the chronicle comes to: a line for each cell, from what is kept of its trials.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::event::CheckWaived;
use domain::ids::RouteId;
use domain::plan::{CellId, not_applicable};
use domain::policy::Policy;
use domain::testbed::{Migration, Testbed};

use super::aside::Aside;
use super::campaign::{CampaignFold, digest};
use super::cell::cell_record;
use super::digest::{Interned, TrialDigest};
use super::record::{CampaignRecord, CellRecord};
use super::route::RouteFold;

impl CampaignFold {
    /// The campaign as it stands.
    pub(super) fn record(&self, policy: &Policy, waivers: &[&CheckWaived]) -> CampaignRecord {
        let walking = self.walking_by_route(policy);
        let cell = |(place, routes): (&[u16; 3], &Vec<(u16, RouteFold)>)| {
            let id = id(&self.testbed, *place)?;
            let cell = self.cell(&id, routes, (policy, waivers), &walking);
            Some((id, cell))
        };
        CampaignRecord {
            id: self.id.clone(),
            started: self.started,
            last_recorded: self.last_recorded,
            positions: self.positions,
            found: self.found,
            testbed: Arc::clone(&self.testbed),
            versions: Arc::new(self.versions.clone()),
            ended: self.ended,
            told: self.told,
            cells: Arc::new(self.with_not_applicable(self.cells.iter().filter_map(cell).collect())),
            aside: Arc::new(self.aside()),
            withheld: BTreeSet::new(),
        }
    }

    /// The same cells, and those of the same guests for which the question makes no sense.
    fn with_not_applicable(&self, mut cells: Cells) -> Cells {
        let migration = self.migration();
        let guests = cells.keys().map(|it| &it.guest).collect();
        let apart = not_applicable(&self.testbed, migration, &guests);
        cells.extend(apart.into_iter().map(|id| (id, CellRecord::not_applicable())));
        cells
    }

    /// The type of migration that it walks.
    fn migration(&self) -> Migration {
        let first = self.cells.values().flatten().next().map(|(place, _)| usize::from(*place));
        let route = first.and_then(|place| self.testbed.routes.get(place));
        let walked = route.map(|it| it.through.migration());
        walked.unwrap_or_else(|| self.testbed.usual_migration())
    }

    fn aside(&self) -> Aside {
        Aside { work: self.done.with(self.walking.values()), ..self.aside.clone() }
    }

    /// The trials on their way, each judged as far as it has come.
    fn walking_by_route(&self, policy: &Policy) -> Walking {
        let mut walking = Walking::new();
        for (trial, steps) in &self.walking {
            let first = self.positions.0;
            let terms = (policy, self.testbed.migration(&trial.route));
            let digest = digest(terms, (trial, steps), first, &mut Interned::default());
            walking.entry((trial.cell(), trial.route.clone())).or_default().push(digest);
        }
        walking
    }

    fn cell(
        &self,
        id: &CellId,
        routes: &[(u16, RouteFold)],
        (policy, waivers): (&Policy, &[&CheckWaived]),
        walking: &Walking,
    ) -> CellRecord {
        let tried = routes.iter().filter_map(|(place, fold)| {
            let route = self.testbed.routes.get(usize::from(*place))?;
            let at = (route, self.positions.0);
            Some(match walking.get(&(id.clone(), route.id.clone())) {
                None => fold.record(at, id, policy, waivers),
                Some(more) => fold.with(more).record(at, id, policy, waivers),
            })
        });
        cell_record(&self.testbed, tried.collect())
    }
}

/// The cell at these places of a testbed.
fn id(testbed: &Testbed, [guest, source, target]: [u16; 3]) -> Option<CellId> {
    let platform = |place: u16| testbed.platforms.get(usize::from(place)).map(|it| it.id.clone());
    let guest = testbed.guests.get(usize::from(guest))?.id.clone();
    Some(CellId { guest, source: platform(source)?, target: platform(target)? })
}

/// Cells as they stand.
type Cells = BTreeMap<CellId, CellRecord>;

/// Trials on their way, by cell and route.
type Walking = BTreeMap<(CellId, RouteId), Vec<TrialDigest>>;
