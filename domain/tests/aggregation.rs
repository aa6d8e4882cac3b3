//! Routes take the lowest, cells the best: against tables written out by hand and by folds.

use domain::aggregate::{Repetition, RouteVerdict, cell, route};
use domain::score::{Score, Standing};
use proptest::prelude::*;

fn repetition(standing: Standing, address: Option<&str>) -> Repetition {
    let addresses = address.map(|it| vec![it.to_owned()]);
    Repetition { standing, addresses, duration_ms: 10 }
}

fn verdict(name: &str, tools: usize, standing: Standing, duration_ms: u64) -> RouteVerdict {
    let reps = [Repetition { standing, addresses: None, duration_ms }];
    route(&name.parse().unwrap(), tools, &reps)
}

fn of(repetitions: &[Repetition]) -> RouteVerdict {
    route(&"r".parse().unwrap(), 1, repetitions)
}

const SUCCESS: Standing = Standing::Scored(Score::Success);
const WARNING: Standing = Standing::Scored(Score::Warning);
const FAILURE: Standing = Standing::Scored(Score::Failure);

#[test]
fn repetitions_that_disagree_are_unstable_and_the_lowest_counts() {
    let route = of(&[repetition(SUCCESS, None), repetition(FAILURE, None)]);
    assert_eq!((route.standing, route.unstable), (FAILURE, true));
}

#[test]
fn an_address_that_differs_on_each_re_run_is_a_warning() {
    let moved = of(&[repetition(SUCCESS, Some("10.0.0.1")), repetition(SUCCESS, Some("10.0.0.2"))]);
    assert_eq!((moved.standing, moved.unstable), (WARNING, true));
    let kept = of(&[repetition(SUCCESS, Some("10.0.0.1")), repetition(SUCCESS, Some("10.0.0.1"))]);
    assert_eq!((kept.standing, kept.unstable), (SUCCESS, false));
}

#[test]
fn a_lab_error_neither_fails_a_route_nor_counts_as_coverage() {
    let route = of(&[repetition(SUCCESS, None), repetition(Standing::LabError, None)]);
    assert_eq!((route.standing, route.scored, route.planned), (SUCCESS, 1, 2));
    let broken = of(&[repetition(Standing::LabError, None), repetition(Standing::NotRun, None)]);
    assert_eq!(broken.standing, Standing::LabError);
}

#[test]
fn ties_go_to_fewer_tools_then_less_time_then_the_name() {
    let best = |routes: &[RouteVerdict]| cell(routes).best.map(|it| it.to_string());
    let two = verdict("a", 2, WARNING, 1);
    let slow = verdict("b", 1, WARNING, 9);
    let quick = verdict("c", 1, WARNING, 3);
    let twin = verdict("d", 1, WARNING, 3);
    assert_eq!(best(&[two.clone(), slow.clone()]).as_deref(), Some("b"));
    assert_eq!(best(&[two.clone(), slow.clone(), quick.clone()]).as_deref(), Some("c"));
    assert_eq!(best(&[twin, slow, quick, two]).as_deref(), Some("c"));
}

#[test]
fn a_cell_without_a_score_says_what_is_missing() {
    let error = verdict("a", 1, Standing::LabError, 1);
    let waiting = verdict("b", 1, Standing::NotRun, 1);
    assert_eq!(cell(&[error, waiting]).standing, Standing::LabError);
    assert_eq!(cell(&[]).standing, Standing::NotRun);
}

fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![
        Just(SUCCESS),
        Just(WARNING),
        Just(FAILURE),
        Just(Standing::LabError),
        Just(Standing::NotRun)
    ]
}

proptest! {
    /// A plain table of numbers: 0, 1, 2 for the scores, none for the rest.
    #[test]
    fn lowest_over_repetitions_best_over_routes(
        table in proptest::collection::vec(proptest::collection::vec(standing(), 1..5), 1..5)
    ) {
        let scores = [FAILURE, WARNING, SUCCESS];
        let number = |it: &Standing| scores.iter().position(|score| score == it);
        let lowest = |row: &Vec<Standing>| row.iter().filter_map(number).min();
        let plain = table.iter().filter_map(lowest).max();
        let routes: Vec<RouteVerdict> = table.iter().enumerate().map(|(name, row)| {
            let reps: Vec<_> = row.iter().map(|it| repetition(*it, None)).collect();
            route(&name.to_string().parse().unwrap(), 1, &reps)
        }).collect();
        let cell = cell(&routes);
        prop_assert_eq!(number(&cell.standing), plain);
        prop_assert_eq!(cell.scored, table.iter().flatten().filter_map(number).count());
        prop_assert_eq!(cell.planned, table.iter().flatten().count());
    }
}
