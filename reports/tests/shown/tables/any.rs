//! Made-up views and trials.

use domain::diagnosis::Cause;
use domain::ids::{CampaignId, ConverterId};
use domain::plan::Trial;
use domain::score::{Score, Standing};
use domain::step::Step;
use domain::testbed::{Payload, Route};
use proptest::prelude::*;
use proptest::sample::select;
use reports::fault::Fault;
use reports::outcomes::{Outcomes, Row};
use reports::public::{PublicCell, PublicMatrix, PublicRoute, PublicView};
use reports::reason::{AtStep, Reason, Why};
use reports::tally;
use reports::topic::Topic;

use crate::fixture::view;

/// One step that was planned.
#[derive(Debug, Clone)]
pub(crate) struct Walked {
    pub(crate) campaign: CampaignId,
    pub(crate) trial: Trial,
    pub(crate) tools: Vec<ConverterId>,
    /// Score, fault and duration of each of the seven steps.
    pub(crate) steps: Vec<(Option<Score>, Option<Fault>, Option<u64>)>,
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug> + std::fmt::Debug>(
    prefix: &'static str,
    most: u32,
) -> impl Strategy<Value = T> {
    (0..most).prop_map(move |it| format!("{prefix}{it}").parse().unwrap())
}

fn any_fault() -> impl Strategy<Value = Fault> {
    let cause = select(vec![Cause::KernelPanic, Cause::NoDhcpOffer, Cause::Unknown]);
    prop_oneof![cause.prop_map(Fault::Cause), Just(Fault::NotCompleted), Just(Fault::Rules)]
}

fn any_topics() -> impl Strategy<Value = std::collections::BTreeSet<Topic>> {
    let topics = vec![Topic::Boot, Topic::Address, Topic::Clock, Topic::Memory];
    prop::collection::btree_set(select(topics), 0..3)
}

fn any_reason() -> impl Strategy<Value = Reason> {
    let at_step = (select(Step::ALL.to_vec()), any_topics(), any_topics())
        .prop_map(|(step, changed, unread)| AtStep { step, changed, unread });
    let why = prop_oneof![
        select(vec![Cause::KernelPanic, Cause::NoDhcpOffer]).prop_map(Why::Cause),
        prop::collection::vec(at_step, 1..3).prop_map(Why::Topics),
        Just(Why::AddressMoves),
        Just(Why::NotCompleted),
        Just(Why::LabBroke),
    ];
    (select(Step::ALL.to_vec()), why).prop_map(|(step, why)| Reason { step, why })
}

fn any_route() -> impl Strategy<Value = PublicRoute> {
    (select(tally::ALL.to_vec()), any::<bool>(), 0..3_usize, 0..2_usize).prop_map(
        |(standing, unstable, scored, more)| PublicRoute {
            tools: 1,
            standing,
            unstable,
            scored,
            planned: scored + more,
            steps: vec![Standing::NotRun; 7],
            reason: None,
        },
    )
}

fn any_cell() -> impl Strategy<Value = PublicCell> {
    (
        (id("p", 4), id("p", 4), select(tally::ALL.to_vec())),
        prop::option::weighted(0.8, any_reason()),
        prop::collection::vec(any_route(), 0..4),
    )
        .prop_map(|((source, target, standing), reason, routes)| PublicCell {
            raw: None,
            source,
            target,
            standing,
            unstable: false,
            scored: 0,
            planned: 0,
            reason,
            routes,
        })
}

/// Up to four campaigns, with the fixture's testbed and cells of their own.
pub(crate) fn views() -> impl Strategy<Value = Vec<PublicView>> {
    let matrix = (id("g", 3), prop::collection::vec(any_cell(), 0..12))
        .prop_map(|(guest, cells)| PublicMatrix { guest, platforms: Vec::new(), cells });
    let matrices = prop::collection::vec(matrix, 0..3);
    prop::collection::vec(matrices, 0..4).prop_map(|views| {
        let like = view();
        let view = |(place, matrices): (usize, Vec<PublicMatrix>)| PublicView {
            campaign: format!("c{place}").parse().unwrap(),
            matrices,
            ..like.clone()
        };
        views.into_iter().enumerate().map(view).collect()
    })
}

type Seen = (Option<Score>, Option<Fault>, Option<u64>);

fn any_step() -> impl Strategy<Value = Seen> {
    let duration = prop_oneof![4 => 0..5_000_u64, 1 => Just(u64::MAX)];
    let score = prop_oneof![
        1 => Just(None),
        1 => Just(Some(Score::Failure)),
        3 => Just(Some(Score::Warning)),
        12 => Just(Some(Score::Success)),
    ];
    (score, any_fault(), prop::option::weighted(0.9, duration)).prop_map(
        |(score, fault, duration)| {
            (score, (score == Some(Score::Failure)).then_some(fault), duration)
        },
    )
}

/// Trials of campaigns that are among the views, and of one that is not.
pub(crate) fn walked() -> impl Strategy<Value = Vec<Walked>> {
    let trial = (id("c", 5), id("g", 4), id("p", 5), id("p", 4), id("r", 3), 1..3_u32);
    let steps = prop::collection::vec(any_step(), 7);
    prop::collection::btree_map(trial, steps, 0..60).prop_map(|trials| {
        trials
            .into_iter()
            .map(|((campaign, guest, source, target, route, repetition), steps)| {
                let trial = Trial { guest, source, target, route, repetition };
                Walked { tools: tools(&campaign, &trial), campaign, trial, steps }
            })
            .collect()
    })
}

/// One route has other tools in one campaign.
fn tools(campaign: &CampaignId, trial: &Trial) -> Vec<ConverterId> {
    let names = match (campaign.as_str(), trial.route.as_str()) {
        ("c1", "r0") => vec!["t9"],
        (_, "r0") => vec!["t0"],
        (_, "r1") => vec!["t0", "t1"],
        _ => vec!["t2"],
    };
    names.into_iter().map(|it| it.parse().unwrap()).collect()
}

pub(crate) fn outcomes(walked: &[Walked]) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for Walked { campaign, trial, tools, steps } in walked {
        let (id, converters) = (trial.route.clone(), tools.clone());
        let route = Route { id, through: Payload::Disk, converters };
        outcomes.declare(campaign, &route).unwrap();
        for (step, (score, fault, duration_ms)) in Step::ALL.into_iter().zip(steps) {
            let (score, fault, duration_ms) = (*score, *fault, *duration_ms);
            let addresses = None;
            let row = Row { campaign, trial, step, score, fault, duration_ms, addresses };
            outcomes.push(&row).unwrap();
        }
    }
    outcomes
}
