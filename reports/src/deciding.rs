//! The rules that keep a cell from standing under one policy as high as it does under another.

use std::collections::BTreeMap;

use domain::check::{Check, Finding};
use domain::ids::RouteId;
use domain::policy::Policy;
use domain::score::Score;
use domain::step::Step;

use crate::matrix::{Cell, RouteTried};

/// One route, and the rules that hold it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deciding<'a> {
    /// The route that gives the cell its higher standing.
    pub(crate) route: &'a RouteId,
    /// What each rule found that holds it back, in the order of the policy that scores lower.
    pub(crate) found: Vec<Found<'a>>,
}

/// What one rule found under the policy that scores lower, and under the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found<'a> {
    pub(crate) step: Step,
    pub(crate) rule: &'a str,
    pub(crate) title: &'a str,
    pub(crate) lower: Finding,
    pub(crate) higher: Option<Finding>,
}

/// The rules that hold a cell back, given how it stands under the policy that scores lower and under
/// the one that scores higher. Of routes that tie, the one with the first rules is told, never one
/// chosen by name: the answer says nothing about which tool it is.
pub(crate) fn deciding<'a>(
    policy: &'a Policy,
    lower: &'a Cell,
    higher: &'a Cell,
) -> Option<Deciding<'a>> {
    let wanted = higher.verdict.standing.score();
    // Without a score to reach, a FAILURE is what the other policy does not find.
    let below = wanted.unwrap_or(Score::Warning);
    let tried = lower.routes.iter().zip(&higher.routes);
    let candidates = tried.filter(|(low, high)| match wanted {
        Some(_) => high.verdict.standing == higher.verdict.standing,
        None => low.verdict.standing == lower.verdict.standing,
    });
    let told = candidates.map(|(low, high)| {
        let verdict = if wanted.is_some() { &high.verdict } else { &low.verdict };
        let merit = (verdict.tools, verdict.duration_ms);
        (merit, found(policy, low, high, below), &verdict.route)
    });
    told.min().map(|(_, found, route)| Deciding { route, found })
}

/// The rules that score a route lower than `below`, and lower than the other policy does.
fn found<'a>(
    policy: &'a Policy,
    lower: &'a RouteTried,
    higher: &'a RouteTried,
    below: Score,
) -> Vec<Found<'a>> {
    let mut lowest: BTreeMap<&str, Found<'a>> = BTreeMap::new();
    for (step, low, high) in checks(lower, higher) {
        let (score, other) = (low.finding.score(), high.and_then(|it| it.finding.score()));
        let decides = score.is_some_and(|it| it < below && other.is_none_or(|other| it < other));
        if !decides {
            continue;
        }
        let (rule, title) = (low.rule.as_str(), low.title.as_str());
        let higher = high.map(|it| it.finding);
        let new = Found { step, rule, title, lower: low.finding, higher };
        let known = lowest.entry(rule).or_insert_with(|| new.clone());
        if new.lower.score() < known.lower.score() {
            *known = new;
        }
    }
    policy.rules.iter().filter_map(|rule| lowest.remove(rule.id.as_str())).collect()
}

/// Every check of a route under the policy that scores lower, with that of the same rule, step and
/// repetition under the other.
fn checks<'a>(
    lower: &'a RouteTried,
    higher: &'a RouteTried,
) -> impl Iterator<Item = (Step, &'a Check, Option<&'a Check>)> {
    let trials = lower.trials.iter().zip(&higher.trials);
    let steps = trials.flat_map(|(low, high)| low.verdict.steps.iter().zip(&high.verdict.steps));
    steps.flat_map(|(low, high)| {
        let same = |rule: &str| high.checks.iter().find(|it| it.rule == rule);
        low.checks.iter().map(move |it| (low.step, it, same(&it.rule)))
    })
}
