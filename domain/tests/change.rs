//! Classes of change by example.

use std::collections::BTreeSet;

use domain::change::{Carrier, CellStand, Change};
use domain::score::{Score, Standing};
use domain::step::Step;

pub(crate) const SUCCESS: Standing = Standing::Scored(Score::Success);
pub(crate) const WARNING: Standing = Standing::Scored(Score::Warning);
pub(crate) const FAILURE: Standing = Standing::Scored(Score::Failure);

/// A route of a cell: its name, the tools it needs, how it stands, and the step it fails at.
pub(crate) type Route = (&'static str, &'static [&'static str], Standing, u8);

pub(crate) const DIRECT: &[&str] = &["img"];
pub(crate) const OTHER: &[&str] = &["v2v"];
pub(crate) const OVF: &[&str] = &["packer", "img"];

/// A cell with these routes, the first of the best giving it its score.
pub(crate) fn cell(routes: &[Route]) -> CellStand {
    let scores = routes.iter().filter_map(|it| it.2.score());
    let idle = || routes.iter().map(|it| it.2).max().unwrap_or(Standing::NotRun);
    let standing = scores.max().map_or_else(idle, Standing::Scored);
    let tied: Vec<&Route> =
        routes.iter().filter(|it| it.2 == standing && it.2.score().is_some()).collect();
    let carrier = |(place, it): (usize, &&Route)| Carrier {
        route: it.0.parse().unwrap(),
        tools: it.1.iter().map(|tool| tool.parse().unwrap()).collect(),
        best: place == 0,
    };
    CellStand {
        standing,
        unstable: false,
        limiting: tied.iter().filter_map(|it| Step::from_number(it.3)).max(),
        best: tied.first().map(|it| it.0.parse().unwrap()),
        carriers: tied.iter().enumerate().map(carrier).collect(),
        unscored: routes
            .iter()
            .filter(|it| it.2.score().is_none())
            .map(|it| (it.0.parse().unwrap(), it.2))
            .collect(),
    }
}

fn one(standing: Standing) -> CellStand {
    cell(&[("direct", DIRECT, standing, 7)])
}

fn unstable(cell: CellStand) -> CellStand {
    CellStand { unstable: true, ..cell }
}

#[track_caller]
fn becomes(before: Option<CellStand>, after: Option<CellStand>, expected: Change) {
    assert_eq!(Change::between(before.as_ref(), after.as_ref()), expected, "{before:?} {after:?}");
}

#[test]
fn every_class_by_example() {
    use Change::*;
    let some = |standing| Some(one(standing));
    becomes(some(SUCCESS), some(WARNING), Regressed);
    becomes(some(SUCCESS), some(FAILURE), Regressed);
    becomes(some(WARNING), some(FAILURE), Regressed);
    becomes(some(FAILURE), some(WARNING), Fixed);
    becomes(some(FAILURE), some(SUCCESS), Fixed);
    becomes(some(WARNING), some(SUCCESS), Improved);
    becomes(some(SUCCESS), some(SUCCESS), Unchanged);
    becomes(some(SUCCESS), None, Vanished);
    becomes(some(FAILURE), some(Standing::NotRun), Vanished);
    becomes(some(SUCCESS), some(Standing::LabError), BlockedByLab);
    becomes(some(Standing::NotRun), some(Standing::LabError), BlockedByLab);
    becomes(None, some(Standing::LabError), BlockedByLab);
    becomes(None, some(FAILURE), New);
    becomes(some(Standing::LabError), some(SUCCESS), New);
    becomes(some(Standing::NotRun), some(Standing::NotRun), NeverAttempted);
    becomes(some(Standing::LabError), some(Standing::NotRun), NeverAttempted);
    becomes(some(Standing::LabError), None, NeverAttempted);
    becomes(None, None, NeverAttempted);
}

#[test]
fn a_question_that_makes_no_sense_is_not_one_that_nobody_got_round_to() {
    use Change::*;
    let (meaningless, waiting) = (Some(one(Standing::NotApplicable)), Some(one(Standing::NotRun)));
    becomes(meaningless.clone(), meaningless.clone(), Unchanged);
    becomes(meaningless.clone(), None, Unchanged);
    becomes(None, meaningless.clone(), Unchanged);
    becomes(meaningless.clone(), waiting.clone(), NeverAttempted);
    becomes(waiting, meaningless, NeverAttempted);
}

#[test]
fn an_earlier_step_is_worse_and_the_furthest_route_counts() {
    let at = |direct: u8, ovf: u8| {
        Some(cell(&[("direct", DIRECT, FAILURE, direct), ("ovf", OVF, FAILURE, ovf)]))
    };
    becomes(at(7, 3), at(4, 3), Change::WorseWithinFailure);
    becomes(at(7, 3), at(3, 7), Change::Unchanged);
    becomes(at(4, 3), at(4, 6), Change::Improved);
    becomes(at(7, 7), at(7, 1), Change::Unchanged);
}

#[test]
fn repetitions_that_disagree_are_unstable_unless_the_score_is_higher() {
    let shaky = |standing| Some(unstable(one(standing)));
    becomes(Some(one(SUCCESS)), shaky(SUCCESS), Change::Unstable);
    becomes(Some(one(SUCCESS)), shaky(FAILURE), Change::Unstable);
    becomes(Some(one(FAILURE)), shaky(FAILURE), Change::Unstable);
    becomes(Some(one(FAILURE)), shaky(WARNING), Change::Fixed);
    becomes(Some(one(WARNING)), shaky(SUCCESS), Change::Improved);
    becomes(shaky(WARNING), shaky(WARNING), Change::Unchanged);
    becomes(shaky(WARNING), shaky(FAILURE), Change::Regressed);
}

#[test]
fn a_lower_score_is_no_regression_where_what_carried_the_cell_was_not_tried() {
    let before = || Some(cell(&[("direct", DIRECT, SUCCESS, 0), ("other", OTHER, FAILURE, 7)]));
    let after = |direct| Some(cell(&[("direct", DIRECT, direct, 3), ("other", OTHER, FAILURE, 7)]));
    becomes(before(), after(Standing::LabError), Change::BlockedByLab);
    becomes(before(), after(Standing::NotRun), Change::Vanished);
    becomes(before(), after(FAILURE), Change::Regressed);
    let without = Some(cell(&[("other", OTHER, FAILURE, 7)]));
    becomes(before(), without, Change::Regressed);
    let failing = |direct| Some(cell(&[("direct", DIRECT, direct, 7), ("ovf", OVF, FAILURE, 3)]));
    becomes(failing(FAILURE), failing(Standing::LabError), Change::BlockedByLab);
}

#[test]
fn fewer_independent_routes_are_a_loss_while_the_score_stands() {
    let routes =
        |direct, other| Some(cell(&[("direct", DIRECT, direct, 7), ("other", OTHER, other, 7)]));
    becomes(routes(SUCCESS, SUCCESS), routes(SUCCESS, WARNING), Change::RedundancyLost);
    becomes(routes(WARNING, WARNING), routes(WARNING, FAILURE), Change::RedundancyLost);
    becomes(routes(SUCCESS, WARNING), routes(SUCCESS, SUCCESS), Change::Unchanged);
    becomes(routes(FAILURE, FAILURE), routes(FAILURE, Standing::NotRun), Change::Unchanged);
    becomes(routes(SUCCESS, SUCCESS), routes(SUCCESS, Standing::LabError), Change::Unchanged);
    let shared = |ovf| Some(cell(&[("direct", DIRECT, SUCCESS, 7), ("ovf", OVF, ovf, 7)]));
    becomes(shared(SUCCESS), shared(FAILURE), Change::Unchanged);
}

#[test]
fn another_route_is_told_when_the_one_that_gave_the_score_no_longer_does() {
    let routes = |direct, ovf| Some(cell(&[("direct", DIRECT, direct, 7), ("ovf", OVF, ovf, 7)]));
    becomes(routes(SUCCESS, SUCCESS), routes(FAILURE, SUCCESS), Change::GreenByAnotherRoute);
    becomes(routes(SUCCESS, FAILURE), routes(WARNING, SUCCESS), Change::GreenByAnotherRoute);
    becomes(routes(SUCCESS, SUCCESS), routes(SUCCESS, FAILURE), Change::Unchanged);
    becomes(routes(SUCCESS, SUCCESS), routes(Standing::LabError, SUCCESS), Change::Unchanged);
}

#[test]
fn names_and_signs_are_all_different_and_the_same_in_files() {
    let keys: BTreeSet<&str> = Change::ALL.iter().map(|it| it.key()).collect();
    let titles: BTreeSet<&str> = Change::ALL.iter().map(|it| it.title()).collect();
    let signs: BTreeSet<char> = Change::ALL.iter().map(|it| it.symbol()).collect();
    assert_eq!((keys.len(), titles.len(), signs.len()), (12, 12, 12));
    for it in Change::ALL {
        assert_eq!(serde_json::to_value(it).unwrap(), it.key());
        assert!(!(it.is_gap() && it.is_regression()));
    }
}
