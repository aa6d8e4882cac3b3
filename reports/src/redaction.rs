//! From a judged campaign to what anyone may see: the one place where tools are left out.

mod record;

use std::collections::BTreeSet;

use domain::event::Pins;
use domain::ids::GuestId;
use domain::policy::Policy;
use domain::score::Standing;
use domain::testbed::{Guest, Platform, Testbed};

use crate::history::CampaignHistory;
use crate::matrix::{Cell, Judged, Matrix, RouteTried};
use crate::public::{PublicCell, PublicMatrix, PublicRoute, PublicView};
use crate::reason::{Reason, decisive};
use crate::setting::{Course, Pin, PinChange, PublicGuest, PublicPlatform, PublicWaiver, Work};
use crate::tally::merit;
use crate::viewpoint::Viewpoint;

pub use record::RecordJudged;

/// Subjects of pins that anyone may see. What is not listed is left out.
const TOLD: [&str; 3] = ["platform", "guest", "host"];

impl From<&Judged<'_>> for PublicView {
    fn from(judged: &Judged<'_>) -> Self {
        let campaign = judged.campaign;
        let (testbed, pins) = (&campaign.testbed, &campaign.pins);
        let (shown, untold): (Vec<_>, Vec<_>) =
            campaign.changes.iter().partition(|it| is_told(&it.subject));
        let view = Self {
            campaign: campaign.id.clone(),
            testbed: testbed.name.clone(),
            course: Course {
                started: campaign.started,
                last_recorded: campaign.last_recorded,
                first_position: campaign.first_position,
                last_position: campaign.last_position,
                resumed: campaign.resumed,
                ending: campaign.ended.map(|(ending, _)| ending),
                cost: campaign.ended.map(|(_, cost)| cost),
            },
            policy: judged.policy.label(),
            policy_sha256: judged.policy.digest(),
            waivers: judged.waivers.iter().map(|it| PublicWaiver::from(*it)).collect(),
            migration: campaign.migration(),
            mode: testbed.mode,
            told: campaign.origin.is_some(),
            withdrawn: campaign.withdrawn.len(),
            platforms: testbed.platforms.iter().map(|it| platform(it, testbed, pins)).collect(),
            guests: testbed.guests.iter().map(|it| guest(it, pins)).collect(),
            host: host(pins),
            changes: shown.into_iter().map(PinChange::from).collect(),
            untold_changes: untold.len(),
            work: work(campaign),
            matrices: judged.matrices.iter().map(|it| matrix(it, judged)).collect(),
            unplaced: 0,
            viewpoint: Viewpoint::default(),
            withheld: campaign.withheld.clone(),
        };
        view.without_totals()
    }
}

/// What operators see of a campaign: the same view, where of two routes that tie in all but name
/// the one named as the best gives its cell the reason.
#[must_use]
pub fn for_operators(judged: &Judged<'_>) -> PublicView {
    let mut view = PublicView::from(judged);
    let shown = view.matrices.iter_mut().flat_map(|it| &mut it.cells);
    for (shown, (guest, cell)) in shown.zip(judged.cells()) {
        let routes = ranked_for_operators(cell, judged.policy);
        let routes = routes.into_iter().map(|(_, it, _)| it).collect();
        *shown = cell_of(cell, judged.raw_of(guest, cell), routes);
    }
    view
}

/// A cell's routes as operators see them: the one that gives the cell its score first, each with
/// its number in reports that name no tool.
#[must_use]
pub fn ranked_for_operators<'a>(
    cell: &'a Cell,
    policy: &Policy,
) -> Vec<(usize, PublicRoute, &'a RouteTried)> {
    let ranked = (1..).zip(ranked(cell, policy));
    let mut routes: Vec<_> = ranked.map(|(number, (it, tried))| (number, it, tried)).collect();
    routes.sort_by_key(|(_, _, it)| Some(&it.verdict.route) != cell.verdict.best.as_ref());
    routes
}

/// A cell's routes, the best first: by standing, then fewer tools, then less time, then by what
/// anyone may see of them. Never by name, so that the order says nothing about which tool it is.
#[must_use]
pub fn ranked<'a>(cell: &'a Cell, policy: &Policy) -> Vec<(PublicRoute, &'a RouteTried)> {
    let mut routes: Vec<_> = cell.routes.iter().map(|it| (route(it, policy), it)).collect();
    routes.sort_by(|(a, x), (b, y)| {
        let key = |it: &RouteTried| {
            (merit(it.verdict.standing), it.verdict.tools, it.verdict.duration_ms)
        };
        key(x).cmp(&key(y)).then_with(|| a.cmp(b))
    });
    routes
}

fn work(campaign: &CampaignHistory) -> Work {
    let steps = || campaign.trials.values().flat_map(|steps| steps.values()).map(|it| &it.finished);
    Work {
        steps: steps().count(),
        acts: steps().map(|it| &it.act).collect::<BTreeSet<_>>().len(),
        unshared_ms: steps().map(|it| it.duration_ms).fold(0, u64::saturating_add),
    }
}

fn matrix(matrix: &Matrix, judged: &Judged<'_>) -> PublicMatrix {
    PublicMatrix {
        guest: matrix.guest.clone(),
        platforms: matrix.platforms.clone(),
        cells: matrix.cells.iter().map(|it| cell(&matrix.guest, it, judged)).collect(),
    }
}

fn cell(guest: &GuestId, cell: &Cell, judged: &Judged<'_>) -> PublicCell {
    let routes = ranked(cell, judged.policy).into_iter().map(|(it, _)| it).collect();
    cell_of(cell, judged.raw_of(guest, cell), routes)
}

fn cell_of(cell: &Cell, raw: Option<Standing>, routes: Vec<PublicRoute>) -> PublicCell {
    let best = routes.first();
    PublicCell {
        source: cell.source.clone(),
        target: cell.target.clone(),
        standing: cell.verdict.standing,
        raw,
        unstable: best.is_some_and(|it| it.unstable),
        scored: cell.verdict.scored,
        planned: cell.verdict.planned,
        reason: best.and_then(|it| it.reason.clone()),
        routes,
    }
}

fn route(route: &RouteTried, policy: &Policy) -> PublicRoute {
    let steps: Vec<Standing> = decisive(route)
        .map(|trial| trial.steps.iter().map(|it| it.standing).collect())
        .unwrap_or_default();
    PublicRoute {
        tools: route.verdict.tools,
        standing: route.verdict.standing,
        unstable: route.verdict.unstable,
        scored: route.verdict.scored,
        planned: route.verdict.planned,
        steps,
        reason: Reason::of(route, policy),
    }
}

/// A platform as anyone may see it.
pub(crate) fn platform(platform: &Platform, testbed: &Testbed, pins: &Pins) -> PublicPlatform {
    let vendor = testbed.vendors.iter().find(|it| it.id == platform.vendor);
    PublicPlatform {
        id: platform.id.clone(),
        vendor: vendor.map_or_else(|| platform.vendor.to_string(), |it| it.name.clone()),
        product: platform.product.clone(),
        console: platform.console.clone(),
        stand_in: platform.stand_in,
        version: pin(pins, "platform", platform.id.as_str()),
    }
}

fn guest(guest: &Guest, pins: &Pins) -> PublicGuest {
    let of_guest = pins.iter().filter(|(subject, _)| {
        let id = subject.strip_prefix("guest:").map(|it| it.split('@').next());
        id == Some(Some(guest.id.as_str()))
    });
    PublicGuest {
        id: guest.id.clone(),
        name: guest.name.clone(),
        architecture: guest.architecture.clone(),
        firmware: guest.firmware.clone(),
        memory_mib: guest.memory_mib,
        cpus: guest.cpus,
        versions: of_guest.map(told).collect(),
    }
}

fn host(pins: &Pins) -> Vec<Pin> {
    pins.iter().filter(|(subject, _)| kind(subject) == "host").map(told).collect()
}

fn told((subject, version): (&String, &String)) -> Pin {
    Pin { subject: subject.clone(), version: version.clone() }
}

fn pin(pins: &Pins, kind: &str, id: &str) -> String {
    pins.get(&format!("{kind}:{id}")).cloned().unwrap_or_default()
}

/// Whether anyone may see the version of this subject.
pub(crate) fn is_told(subject: &str) -> bool {
    TOLD.contains(&kind(subject))
}

/// The kind of a pin's subject: `platform` of `platform:kvm-like`.
fn kind(subject: &str) -> &str {
    subject.split(':').next().unwrap_or(subject)
}
