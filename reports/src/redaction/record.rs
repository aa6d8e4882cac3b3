//! The same view from a campaign as the chronicle keeps it, where nobody has to read all of it again.

use std::collections::BTreeMap;

use domain::event::CheckWaived;
use domain::ids::{GuestId, PlatformId};
use domain::plan::CellId;
use domain::policy::Policy;
use domain::score::Standing;
use domain::step::Step;

use super::{guest, host, is_told, platform};
use crate::chronicle::{CampaignRecord, CellRecord, RouteRecord};
use crate::public::{PublicCell, PublicMatrix, PublicRoute, PublicView};
use crate::setting::{Course, PinChange, PublicWaiver};
use crate::tally::merit;
use crate::viewpoint::Viewpoint;

/// A campaign of a chronicle, and what judged it.
#[derive(Debug, Clone, Copy)]
pub struct RecordJudged<'a> {
    /// The campaign under the waivers.
    pub record: &'a CampaignRecord,
    /// The policy.
    pub policy: &'a Policy,
    /// The waivers in force.
    pub waivers: &'a [&'a CheckWaived],
    /// The campaign under the raw policy and without waivers; none when nothing was relaxed.
    pub raw: Option<&'a CampaignRecord>,
}

impl From<&RecordJudged<'_>> for PublicView {
    fn from(judged: &RecordJudged<'_>) -> Self {
        let RecordJudged { record, policy, waivers, .. } = *judged;
        let (testbed, pins, aside) = (&record.testbed, &record.aside.pins, &record.aside);
        let told: Vec<_> = aside.changes.iter().filter(|it| is_told(&it.subject)).collect();
        let view = Self {
            campaign: record.id.clone(),
            testbed: testbed.name.clone(),
            course: course(record),
            policy: policy.label(),
            policy_sha256: policy.digest(),
            waivers: waivers.iter().map(|it| PublicWaiver::from(*it)).collect(),
            migration: record.migration(),
            mode: testbed.mode,
            told: record.told,
            withdrawn: aside.withdrawn,
            platforms: testbed.platforms.iter().map(|it| platform(it, testbed, pins)).collect(),
            guests: testbed.guests.iter().map(|it| guest(it, pins)).collect(),
            host: host(pins),
            untold_changes: aside.changes.len() - told.len(),
            changes: told.into_iter().map(PinChange::from).collect(),
            work: aside.work,
            matrices: matrices(judged),
            unplaced: 0,
            viewpoint: Viewpoint::default(),
            withheld: record.withheld.clone(),
        };
        view.without_totals()
    }
}

fn course(record: &CampaignRecord) -> Course {
    Course {
        started: record.started,
        last_recorded: record.last_recorded,
        first_position: record.positions.0,
        last_position: record.positions.1,
        resumed: record.aside.resumed,
        ending: record.ended.map(|(ending, _)| ending),
        cost: record.ended.map(|(_, cost)| cost),
    }
}

/// The cells of each guest, row by row as the testbed has them.
fn matrices(judged: &RecordJudged<'_>) -> Vec<PublicMatrix> {
    let testbed = &judged.record.testbed;
    let platforms: Vec<PlatformId> = testbed.platforms.iter().map(|it| it.id.clone()).collect();
    let places = platforms.iter().enumerate();
    let places: BTreeMap<&PlatformId, usize> = places.map(|(place, id)| (id, place)).collect();
    let matrix = |guest: &GuestId| {
        let own = judged.record.cells.iter().filter(|(id, _)| id.guest == *guest);
        let mut cells: Vec<(&CellId, &CellRecord)> = own.collect();
        cells.sort_by_key(|(id, _)| (places.get(&id.source), places.get(&id.target)));
        PublicMatrix {
            guest: guest.clone(),
            platforms: platforms.clone(),
            cells: cells.into_iter().map(|(id, it)| cell((id, it), judged.raw)).collect(),
        }
    };
    let mut matrices: Vec<PublicMatrix> = testbed.guests.iter().map(|it| matrix(&it.id)).collect();
    matrices.retain(|it| !it.cells.is_empty());
    matrices
}

fn cell((id, cell): (&CellId, &CellRecord), raw: Option<&CampaignRecord>) -> PublicCell {
    let routes = ranked(cell);
    let standing = |it: &CampaignRecord| Some(it.cells.get(id)?.stand.standing);
    PublicCell {
        source: id.source.clone(),
        target: id.target.clone(),
        standing: cell.stand.standing,
        raw: raw.and_then(standing),
        unstable: routes.first().is_some_and(|it| it.unstable),
        scored: cell.scored,
        planned: cell.planned,
        reason: routes.first().and_then(|it| it.reason.clone()),
        routes,
    }
}

/// A cell's routes, the best first, as [`super::ranked`] has them.
fn ranked(cell: &CellRecord) -> Vec<PublicRoute> {
    let route = |it: &RouteRecord| (it.verdict.duration_ms, route(it));
    let mut routes: Vec<(u64, PublicRoute)> = cell.routes.iter().map(route).collect();
    routes.sort_by(|(a_ms, a), (b_ms, b)| {
        let key = |ms: u64, it: &PublicRoute| (merit(it.standing), it.tools, ms);
        key(*a_ms, a).cmp(&key(*b_ms, b)).then_with(|| a.cmp(b))
    });
    routes.into_iter().map(|(_, it)| it).collect()
}

fn route(route: &RouteRecord) -> PublicRoute {
    // Of a trial that has not begun the chronicle keeps no steps.
    let steps = match route.steps.as_slice() {
        [] => vec![Standing::NotRun; Step::ALL.len()],
        steps => steps.to_vec(),
    };
    PublicRoute {
        tools: route.verdict.tools,
        standing: route.verdict.standing,
        unstable: route.verdict.unstable,
        scored: route.verdict.scored,
        planned: route.verdict.planned,
        steps,
        reason: route.reason.clone(),
    }
}
