//! The fold against the plain rule of `domain`, over made-up outcomes in any order.

use std::collections::BTreeMap;

use domain::aggregate::{self, Repetition, RouteVerdict};
use domain::ids::CampaignId;
use domain::plan::Trial;
use domain::score::{Score, Standing};
use domain::step::Step;
use proptest::prelude::*;

use super::*;
use crate::outcomes::Row;

/// What is known of one trial's step.
type Seen = (Option<Score>, Option<Vec<String>>);

/// Campaign and trial, and the steps that were seen.
type Steps = BTreeMap<(CampaignId, Trial), BTreeMap<Step, Seen>>;

/// The lowest of the steps, as `domain::verdict` has it.
fn lowest(steps: &BTreeMap<Step, Seen>) -> Standing {
    let scores: Vec<Score> = steps.values().filter_map(|(score, _)| *score).collect();
    match scores.iter().min() {
        Some(Score::Failure) => Standing::Scored(Score::Failure),
        Some(lowest) if scores.len() == Step::ALL.len() => Standing::Scored(*lowest),
        _ => Standing::NotRun,
    }
}

/// The rule, spelled with `domain::aggregate`.
fn plain(steps: &Steps) -> BTreeMap<(String, String, String, String), Option<Score>> {
    let mut routes: BTreeMap<_, BTreeMap<_, Vec<Repetition>>> = BTreeMap::new();
    for ((campaign, trial), steps) in steps {
        let [guest, source, target] =
            [trial.guest.as_str(), trial.source.as_str(), trial.target.as_str()];
        let cell = [campaign.as_str(), guest, source, target].map(str::to_owned);
        let addresses = steps.get(&Step::Restart).and_then(|(_, addresses)| addresses.clone());
        let standing = lowest(steps);
        let route = routes.entry(cell.into()).or_default().entry(trial.route.clone()).or_default();
        route.push(Repetition { standing, addresses, duration_ms: 0 });
    }
    let cell = |routes: BTreeMap<_, Vec<Repetition>>| {
        let route = |(id, repetitions): (&_, &Vec<_>)| aggregate::route(id, 1, repetitions);
        let routes: Vec<RouteVerdict> = routes.iter().map(route).collect();
        aggregate::cell(&routes).standing.score()
    };
    routes.into_iter().map(|(key, routes)| (key, cell(routes))).collect()
}

fn outcomes<'a>(
    steps: impl Iterator<Item = (&'a (CampaignId, Trial), Step, &'a Seen)>,
) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for ((campaign, trial), step, (score, addresses)) in steps {
        let addresses = addresses.as_deref().filter(|_| step == Step::Restart);
        let (score, fault, duration_ms) = (*score, None, None);
        let row = Row { campaign, trial, step, score, fault, duration_ms, addresses };
        outcomes.push(&row).unwrap();
    }
    outcomes
}

fn named(outcomes: &Outcomes) -> BTreeMap<(String, String, String, String), Option<Score>> {
    let scores = CellScores::of(outcomes);
    let name = |it: ScoredCell<'_>| {
        let cell =
            [it.campaign.as_str(), it.guest.as_str(), it.source.as_str(), it.target.as_str()];
        (cell.map(str::to_owned).into(), it.score)
    };
    let named: BTreeMap<_, _> = scores.named(outcomes).map(name).collect();
    assert_eq!(named.len(), scores.len(), "each cell once, and each with its names");
    named
}

fn any_score() -> impl Strategy<Value = Option<Score>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some(Score::Failure)),
        4 => Just(Some(Score::Warning)),
        20 => Just(Some(Score::Success)),
    ]
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let address = prop::sample::select(vec!["10.0.0.1", "10.0.0.2"]).prop_map(str::to_owned);
    (any_score(), prop::option::of(prop::collection::vec(address, 0..3)))
}

fn any_trial() -> impl Strategy<Value = (CampaignId, Trial)> {
    let id =
        |prefix: &'static str, most: u32| (0..most).prop_map(move |it| format!("{prefix}{it}"));
    (id("c", 3), id("g", 2), id("p", 3), id("p", 3), id("r", 3), 1..4_u32).prop_map(
        |(campaign, guest, source, target, route, repetition)| {
            let trial = Trial {
                guest: guest.parse().unwrap(),
                source: source.parse().unwrap(),
                target: target.parse().unwrap(),
                route: route.parse().unwrap(),
                repetition,
            };
            (campaign.parse().unwrap(), trial)
        },
    )
}

/// All steps of each trial, but now and then one is missing; in any order.
fn any_steps() -> impl Strategy<Value = (Steps, Vec<u32>)> {
    let seen = (any_seen(), prop::bool::weighted(0.97));
    let steps = prop::collection::vec(seen, Step::ALL.len()).prop_map(|steps| {
        let steps = Step::ALL.into_iter().zip(steps);
        steps.filter(|(_, (_, kept))| *kept).map(|(step, (seen, _))| (step, seen)).collect()
    });
    let trials = prop::collection::btree_map(any_trial(), steps, 0..60);
    (trials, prop::collection::vec(any::<u32>(), 60 * Step::ALL.len()))
}

proptest! {
    #[test]
    fn the_fold_says_what_the_plain_rule_says((steps, order) in any_steps()) {
        let rows = steps.iter().flat_map(|(trial, steps)| {
            steps.iter().map(move |(step, seen)| (trial, *step, seen))
        });
        let mut rows: Vec<_> = rows.zip(order).collect();
        rows.sort_by_key(|(_, order)| *order);
        let outcomes = outcomes(rows.into_iter().map(|(row, _)| row));
        let seen = steps.into_iter().filter(|(_, steps)| !steps.is_empty()).collect();
        prop_assert_eq!(named(&outcomes), plain(&seen));
    }
}

#[test]
fn a_thousand_campaigns_without_a_common_name_are_told_apart() {
    let trial = |it: u32| {
        let id = |prefix: &str| format!("{prefix}{it}");
        let trial = Trial {
            guest: id("g").parse().unwrap(),
            source: id("p").parse().unwrap(),
            target: id("p").parse().unwrap(),
            route: id("r").parse().unwrap(),
            repetition: it.wrapping_mul(0x9e37_79b9),
        };
        (id("c").parse::<CampaignId>().unwrap(), trial)
    };
    let trials: Vec<_> = (0..1000).map(trial).collect();
    let seen: Seen = (Some(Score::Failure), None);
    let outcomes = outcomes(trials.iter().map(|it| (it, Step::Export, &seen)));
    let scores = CellScores::of(&outcomes);
    assert_eq!(scores.len(), 1000);
    assert!(scores.named(&outcomes).all(|it| it.score == Some(Score::Failure)));
    assert!(CellScores::of(&Outcomes::default()).is_empty());
}
