//! The chronicle keeps less than the history and says the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::change::{Carrier, CellStand};
use domain::event::{CheckWaived, Pins, Recorded, StepFinished};
use domain::ids::RouteId;
use domain::plan::{CellId, Trial};
use domain::policy::Policy;
use domain::score::{Score, Standing};
use domain::verdict::{StepSeen, Steps};
use proptest::prelude::*;
use reports::chronicle::{Aside, CampaignRecord, CellRecord, Chronicle, RouteRecord};
use reports::history::{CampaignHistory, History};
use reports::matrix::{Cell, Judged, Lens, RouteTried, TrialJudged};
use reports::public::PublicView;
use reports::reason::Reason;
use reports::redaction::RecordJudged;
use reports::setting::Work;
use reports::tally::merit;
use reports::viewpoint::Viewpoint;

use crate::eventful::{eventful, retries, second};
use crate::fixture::{live_moves, only_campaign, policy};
use crate::years::{chronicle, four_years, records};

/// Records without where their versions were found, which a history does not keep.
fn unfound(records: Vec<CampaignRecord>) -> Vec<CampaignRecord> {
    records.into_iter().map(|it| CampaignRecord { found: 0, ..it }).collect()
}

/// The records of a history, each derived anew from all that was observed.
fn plainly(history: &History, policy: &Policy, waivers: &[&CheckWaived]) -> Vec<CampaignRecord> {
    let lens = Lens { policy, waivers, raw: policy };
    history.campaigns().iter().map(|it| campaign(&Judged::through(it, &lens))).collect()
}

fn campaign(judged: &Judged<'_>) -> CampaignRecord {
    let campaign = judged.campaign;
    let cells = judged.cells().map(|(guest, it)| (it.id(guest), cell(judged, &it.id(guest), it)));
    CampaignRecord {
        id: campaign.id.clone(),
        started: campaign.started,
        last_recorded: campaign.last_recorded,
        positions: (campaign.first_position, campaign.last_position),
        found: 0,
        testbed: Arc::new(campaign.testbed.clone()),
        versions: Arc::new(campaign.versions()),
        ended: campaign.ended,
        told: campaign.origin.is_some(),
        cells: Arc::new(cells.collect()),
        aside: Arc::new(aside(campaign)),
        withheld: Default::default(),
    }
}

fn aside(campaign: &CampaignHistory) -> Aside {
    let steps = || campaign.trials.values().flat_map(|it| it.values()).map(|it| &it.finished);
    Aside {
        resumed: campaign.resumed,
        pins: campaign.pins.clone(),
        changes: campaign.changes.clone(),
        withdrawn: campaign.withdrawn.len(),
        work: Work {
            steps: steps().count(),
            acts: steps().map(|it| &it.act).collect::<BTreeSet<_>>().len(),
            unshared_ms: steps().map(|it| it.duration_ms).sum(),
        },
    }
}

/// What anyone may see of each campaign, made from the history and from the chronicle.
fn views(
    (history, chronicle): (&History, &Chronicle),
    (policy, waivers): (&Policy, &[&CheckWaived]),
) -> (Vec<PublicView>, Vec<PublicView>) {
    let lens = Lens { policy, waivers, raw: policy };
    let whole = history.campaigns().iter().map(|it| PublicView::from(&Judged::through(it, &lens)));
    let (records, raw) = (chronicle.records(waivers), chronicle.records(&[]));
    let kept = records.iter().zip(&raw).map(|(record, raw)| {
        let raw = Some(raw).filter(|_| !waivers.is_empty());
        PublicView::from(&RecordJudged { record, policy, waivers, raw })
    });
    (whole.collect(), kept.collect())
}

fn cell(judged: &Judged<'_>, id: &CellId, cell: &Cell) -> CellRecord {
    let routes: Vec<RouteRecord> = cell.routes.iter().map(|it| route(judged, id, it)).collect();
    let order = |it: &&RouteRecord| {
        let verdict = &it.verdict;
        let best = (merit(verdict.standing), verdict.tools, verdict.duration_ms);
        let counts = (verdict.unstable, verdict.scored, verdict.planned);
        (best, counts, it.steps.clone(), it.reason.clone())
    };
    let decides = routes.iter().min_by_key(order).unwrap();
    let standing = cell.verdict.standing;
    let carries = |it: &&RouteRecord| it.verdict.standing == standing && standing.score().is_some();
    let failing = routes.iter().filter(carries).filter_map(|it| it.reason.as_ref());
    let furthest = failing.map(|it| it.step).max();
    let at = decides.reason.as_ref().map(|it| it.step);
    let best = cell.best().map(|it| (it.verdict.tools, it.verdict.duration_ms));
    let tools = |route: &RouteId| judged.campaign.testbed.route(route).unwrap().converters.clone();
    let carrier = |it: &RouteRecord| Carrier {
        route: it.verdict.route.clone(),
        tools: tools(&it.verdict.route),
        best: Some((it.verdict.tools, it.verdict.duration_ms)) == best,
    };
    let unscored = routes.iter().filter(|it| it.verdict.standing.score().is_none());
    CellRecord {
        stand: CellStand {
            standing,
            unstable: decides.verdict.unstable,
            limiting: if standing == Standing::Scored(Score::Failure) { furthest } else { at },
            best: cell.verdict.best.clone(),
            carriers: routes.iter().filter(carries).map(carrier).collect(),
            unscored: unscored.map(|it| (it.verdict.route.clone(), it.verdict.standing)).collect(),
        },
        scored: cell.verdict.scored,
        planned: cell.verdict.planned,
        reason: decides.reason.clone(),
        versions: decides.versions.clone(),
        evidence: decides.evidence,
        routes: routes.clone(),
    }
}

/// The lowest score decides; without any, a lab error; else the first repetition.
fn decides(route: &RouteTried) -> &TrialJudged {
    let trials = || route.trials.iter();
    let scored = trials().filter(|it| it.verdict.standing.score().is_some());
    let lowest = scored.min_by_key(|it| it.verdict.standing.score());
    let broken = || trials().find(|it| it.verdict.standing == Standing::LabError);
    lowest.or_else(broken).unwrap_or(&route.trials[0])
}

fn route(judged: &Judged<'_>, id: &CellId, tried: &RouteTried) -> RouteRecord {
    let (campaign, decides) = (judged.campaign, decides(tried));
    let steps = campaign.trials.get(&decides.trial).filter(|it| !it.is_empty());
    let positions: Vec<u64> =
        steps.iter().flat_map(|it| it.values()).map(|it| it.position).collect();
    RouteRecord {
        verdict: tried.verdict.clone(),
        // A trial that has not begun has no steps at all.
        steps: match steps.is_some() || campaign.told.contains_key(&decides.trial) {
            true => decides.verdict.steps.iter().map(|it| it.standing).collect(),
            false => Vec::new(),
        },
        reason: Reason::of(tried, judged.policy),
        versions: versions(campaign, id, &decides.trial, steps),
        evidence: positions.iter().min().copied().zip(positions.iter().max().copied()),
    }
}

/// The versions at a trial's last step, without those of other platforms, guests and tools.
fn versions(campaign: &CampaignHistory, id: &CellId, trial: &Trial, steps: Option<&Steps>) -> Pins {
    let last = steps.and_then(|it| it.values().max_by_key(|it| it.position));
    let told = || campaign.versions();
    let pins = match last {
        Some(StepSeen { finished: StepFinished { pins, .. }, .. }) => pins.clone(),
        None if campaign.told.contains_key(trial) => told(),
        None => return Pins::new(),
    };
    let route = campaign.testbed.route(&trial.route).unwrap();
    let own_image = format!("guest:{}@{}", id.guest, id.source);
    let mut ours = vec![format!("guest:{}", id.guest), own_image];
    ours.extend([&id.source, &id.target].map(|it| format!("platform:{it}")));
    ours.extend(route.converters.iter().map(|it| format!("converter:{it}")));
    let kinds = ["platform:", "guest:", "converter:"];
    let is_stranger = |subject: &String| {
        kinds.iter().any(|kind| subject.starts_with(kind)) && !ours.contains(subject)
    };
    pins.into_iter().filter(|(subject, _)| !is_stranger(subject)).collect()
}

fn history(events: &[Recorded], viewpoint: Viewpoint) -> History {
    let mut history = History::seen_from(viewpoint);
    events.iter().for_each(|it| history.project(it));
    history
}

fn viewpoint() -> impl Strategy<Value = Viewpoint> {
    let as_of = prop::option::of((-60_i64..700).prop_map(second));
    (as_of, prop::option::of(0..700_u64))
        .prop_map(|(as_of, known_at)| Viewpoint { as_of, known_at })
}

#[test]
fn four_years_are_the_same_in_the_history_and_in_the_chronicle() {
    let (events, policy) = (four_years().recorded(), policy());
    let chronicle = chronicle(&events, Viewpoint::default());
    let history = history(&events, Viewpoint::default());
    assert_eq!(unfound(chronicle.records(&[])), plainly(&history, &policy, &[]));
    assert_eq!(chronicle.records(&[]).len(), 4);
}

#[test]
fn live_moves_are_the_same_in_both_however_far_they_are_and_whatever_is_withheld() {
    let (events, policy) = (live_moves(), policy());
    for end in 1..=events.len() {
        let (history, chronicle) = (
            history(&events[..end], Viewpoint::default()),
            chronicle(&events[..end], Viewpoint::default()),
        );
        let (whole, kept) = views((&history, &chronicle), (&policy, &[]));
        assert_eq!(kept, whole, "{end} events");
    }
    let (history, record) = (History::of(&events), &records(&events)[0]);
    let campaign = only_campaign(&history);
    let all: Vec<CellId> = record.cells.keys().cloned().collect();
    assert!(all.len() > 2 && record.cells.values().any(|it| it.planned == 0));
    for some in [&all[..1], &all[1..2], &all[..]] {
        let withheld: BTreeSet<CellId> = some.iter().cloned().collect();
        let less = campaign.clone().without(&withheld);
        let whole = PublicView::from(&Judged::new(&less, &policy));
        let record = record.clone().without(&withheld);
        let kept = RecordJudged { record: &record, policy: &policy, waivers: &[], raw: None };
        assert_eq!(PublicView::from(&kept), whole, "without {some:?}");
    }
}

#[test]
fn one_campaign_is_as_among_all() {
    let chronicle = chronicle(&four_years().recorded(), Viewpoint::default());
    let records = chronicle.records(&[]);
    for record in &records {
        assert_eq!(chronicle.record(&record.id, &[]).as_ref(), Some(record));
    }
    assert_eq!(chronicle.record(&"c-1999".parse().unwrap(), &[]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_chronicle_says_what_the_history_says(
        withdrawals in prop::collection::vec((0..480_usize, 0..40_usize), 0..6),
        waivers in prop::collection::vec((0..480_usize, 0..30_usize), 0..5),
        (viewpoint, retries) in (viewpoint(), retries()),
        (cut, instant) in (0..700_usize, 0..1000_i64),
    ) {
        let (events, policy) = (eventful(&withdrawals, &waivers, &retries), policy());
        let (early, late) = events.split_at(cut.min(events.len()));
        let mut live = Chronicle::new(policy.clone(), viewpoint);
        for (part, seen) in [(early, early), (late, &events[..])] {
            part.iter().for_each(|it| live.project(it.clone()));
            let history = history(seen, viewpoint);
            let registry = history.registry();
            let in_force = registry.in_force(second(instant));
            prop_assert_eq!(unfound(live.records(&in_force)), plainly(&history, &policy, &in_force));
            let (whole, kept) = views((&history, &live), (&policy, &in_force));
            prop_assert_eq!(kept, whole);
            prop_assert_eq!(live.registry(), registry);
            prop_assert_eq!(live.head(), history.head());
            prop_assert_eq!(live.unplaced(), history.unplaced());
            let rebuilt = chronicle(seen, viewpoint);
            prop_assert_eq!(live.records(&in_force), rebuilt.records(&in_force));
        }
    }
}
