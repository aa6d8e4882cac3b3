//! Classes of change against a table read row by row, and forwards against backwards.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use domain::change::{Carrier, CellStand, Change, independent};
use domain::score::Standing;
use proptest::prelude::*;

use crate::change::{DIRECT, FAILURE, OTHER, OVF, Route, SUCCESS, WARNING, cell};

/// Was, is, score, repetitions, failing step, what carried it, routes, class. The first row whose
/// words all fit decides; `*` fits anything, `|` stands between words.
const TABLE: [[&str; 8]; 24] = [
    ["-|idle|n/a|lab", "lab", "*", "*", "*", "*", "*", "blocked-by-lab"],
    ["n/a", "-|n/a", "*", "*", "*", "*", "*", "unchanged"],
    ["-", "n/a", "*", "*", "*", "*", "*", "unchanged"],
    ["-|idle|n/a|lab", "-|idle|n/a", "*", "*", "*", "*", "*", "never-attempted"],
    ["-|idle|n/a|lab", "bad|fine", "*", "*", "*", "*", "*", "new"],
    ["bad|fine", "lab", "*", "*", "*", "*", "*", "blocked-by-lab"],
    ["bad|fine", "-|idle|n/a", "*", "*", "*", "*", "*", "vanished"],
    ["bad", "fine", "*", "*", "*", "*", "*", "fixed"],
    ["fine", "fine", "higher", "*", "*", "*", "*", "improved"],
    ["fine", "bad|fine", "lower", "*", "*", "lab", "*", "blocked-by-lab"],
    ["fine", "bad|fine", "lower", "*", "*", "waits", "*", "vanished"],
    ["fine", "bad|fine", "lower", "newly", "*", "tried", "*", "unstable"],
    ["fine", "bad|fine", "lower", "as-ever", "*", "tried", "*", "regressed"],
    ["bad", "bad", "same", "*", "later", "*", "*", "improved"],
    ["bad", "bad", "same", "*", "earlier", "lab", "*", "blocked-by-lab"],
    ["bad", "bad", "same", "*", "earlier", "waits", "*", "vanished"],
    ["bad", "bad", "same", "*", "earlier", "tried", "*", "worse-within-failure"],
    ["bad", "bad", "same", "newly", "same", "*", "*", "unstable"],
    ["bad", "bad", "same", "as-ever", "same", "*", "*", "unchanged"],
    ["fine", "fine", "same", "newly", "*", "*", "*", "unstable"],
    ["fine", "fine", "same", "as-ever", "*", "*", "fewer", "redundancy-lost"],
    ["fine", "fine", "same", "as-ever", "*", "*", "another", "green-by-another-route"],
    ["fine", "fine", "same", "as-ever", "*", "*", "enough", "unchanged"],
    ["*", "*", "*", "*", "*", "*", "*", "no row fits"],
];

fn in_table(before: Option<&CellStand>, after: Option<&CellStand>) -> &'static str {
    let words = features(before, after);
    let fits = |row: &&[&str; 8]| {
        row.iter()
            .zip(words)
            .all(|(cell, word)| *cell == "*" || cell.split('|').any(|it| it == word))
    };
    TABLE.iter().find(fits).unwrap()[7]
}

fn order<T: Ord>(before: T, after: T, [less, same, more]: [&'static str; 3]) -> &'static str {
    match after.cmp(&before) {
        Ordering::Less => less,
        Ordering::Equal => same,
        Ordering::Greater => more,
    }
}

fn features(before: Option<&CellStand>, after: Option<&CellStand>) -> [&'static str; 7] {
    let kind = |it: Option<&CellStand>| match it.map(|it| it.standing) {
        None => "-",
        Some(Standing::NotRun | Standing::Blocked) => "idle",
        Some(Standing::NotApplicable) => "n/a",
        Some(Standing::LabError) => "lab",
        Some(FAILURE) => "bad",
        Some(Standing::Scored(_)) => "fine",
    };
    let (was, is) = (kind(before), kind(after));
    let (Some(before), Some(after)) = (before, after) else {
        return [was, is, "-", "-", "-", "-", "-"];
    };
    let score = order(before.standing.score(), after.standing.score(), ["lower", "same", "higher"]);
    let step = match (before.limiting, after.limiting) {
        (Some(a), Some(b)) => order(a, b, ["earlier", "same", "later"]),
        _ => "same",
    };
    let gaps: BTreeSet<Standing> =
        before.carriers.iter().filter_map(|it| after.unscored.get(&it.route)).copied().collect();
    let carried = if gaps.contains(&Standing::LabError) {
        "lab"
    } else if gaps.contains(&Standing::NotRun) || gaps.contains(&Standing::Blocked) {
        "waits"
    } else {
        "tried"
    };
    let repetitions = if after.unstable && !before.unstable { "newly" } else { "as-ever" };
    [was, is, score, repetitions, step, carried, routes(before, after)]
}

/// Routes that were not tried still carry the cell.
fn routes(before: &CellStand, after: &CellStand) -> &'static str {
    let waits = |it: &&Carrier| {
        let standing = after.unscored.get(&it.route);
        standing.is_some_and(|it| *it != Standing::NotApplicable)
    };
    let mut now = after.carriers.clone();
    now.extend(before.carriers.iter().filter(waits).cloned());
    let carries = |it: &Carrier| now.iter().any(|now| now.route == it.route);
    let best: Vec<&Carrier> = before.carriers.iter().filter(|it| it.best).collect();
    if by_trying_all(&now) < by_trying_all(&before.carriers) {
        "fewer"
    } else if !best.is_empty() && !best.into_iter().any(carries) {
        "another"
    } else {
        "enough"
    }
}

/// The most routes that share no tool, by trying every choice.
fn by_trying_all(carriers: &[Carrier]) -> usize {
    let share_none = |choice: u32| {
        let chosen = carriers.iter().enumerate().filter(|(place, _)| choice >> place & 1 == 1);
        let tools: Vec<_> =
            chosen.flat_map(|(_, it)| it.tools.iter().collect::<BTreeSet<_>>()).collect();
        tools.iter().collect::<BTreeSet<_>>().len() == tools.len()
    };
    let choices = (0..1_u32 << carriers.len()).filter(|it| share_none(*it));
    choices.map(|it| it.count_ones() as usize).max().unwrap_or(0)
}

fn standing() -> impl Strategy<Value = Standing> {
    let scores = prop_oneof![Just(SUCCESS), Just(WARNING), Just(FAILURE)];
    let idle = prop_oneof![
        Just(Standing::NotRun),
        Just(Standing::Blocked),
        Just(Standing::NotApplicable),
        Just(Standing::LabError)
    ];
    prop_oneof![3 => scores, 1 => idle]
}

/// One route as a campaign left it: none when it was not planned.
type Drawn = Option<(Standing, u8, bool)>;

fn drawn() -> impl Strategy<Value = Option<(Vec<Drawn>, bool)>> {
    let route = prop::option::weighted(0.8, (standing(), 1..=7_u8, any::<bool>()));
    prop::option::weighted(0.9, (prop::collection::vec(route, 4), any::<bool>()))
}

const ROUTES: [(&str, &[&str]); 4] =
    [("direct", DIRECT), ("other", OTHER), ("ovf", OVF), ("ovf-other", &["packer", "v2v"])];

/// Both sides walk routes of the same names; which of several best ones ties is drawn as well.
fn stand((routes, is_unstable): &(Vec<Drawn>, bool)) -> CellStand {
    let planned = ROUTES.iter().zip(routes);
    let tried: Vec<Route> = planned
        .filter_map(|((name, tools), it)| {
            it.map(|(standing, step, _)| (*name, *tools, standing, step))
        })
        .collect();
    let mut cell = cell(&tried);
    let best: BTreeMap<&str, bool> = ROUTES
        .iter()
        .zip(routes)
        .filter_map(|((name, _), it)| it.map(|(_, _, best)| (*name, best)))
        .collect();
    for carrier in &mut cell.carriers {
        carrier.best = best[carrier.route.as_str()];
    }
    CellStand { unstable: *is_unstable && cell.standing.score().is_some(), ..cell }
}

/// What a change may be when the two campaigns are swapped.
fn reversed(change: Change) -> &'static [Change] {
    use Change::*;
    match change {
        Regressed => &[Fixed, Improved],
        WorseWithinFailure => &[Improved],
        Unstable => &[Fixed, Improved, RedundancyLost, GreenByAnotherRoute, Unchanged],
        Vanished => &[New, Fixed, Improved],
        BlockedByLab => &[New, Fixed, Improved, NeverAttempted, BlockedByLab],
        RedundancyLost => &[Unchanged, GreenByAnotherRoute, Unstable],
        GreenByAnotherRoute => &[RedundancyLost, Unchanged, GreenByAnotherRoute, Unstable],
        Fixed | Improved => &[Regressed, WorseWithinFailure, Unstable, Vanished, BlockedByLab],
        New => &[Vanished, BlockedByLab],
        NeverAttempted => &[NeverAttempted, BlockedByLab],
        Unchanged => &[Unchanged, Unstable, RedundancyLost, GreenByAnotherRoute],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn every_pair_has_the_class_of_the_table(before in drawn(), after in drawn()) {
        let (before, after) = (before.as_ref().map(stand), after.as_ref().map(stand));
        let class = Change::between(before.as_ref(), after.as_ref());
        prop_assert_eq!(class.key(), in_table(before.as_ref(), after.as_ref()));
    }

    #[test]
    fn what_is_worse_forwards_is_better_backwards(before in drawn(), after in drawn()) {
        let (before, after) = (before.as_ref().map(stand), after.as_ref().map(stand));
        let there = Change::between(before.as_ref(), after.as_ref());
        let back = Change::between(after.as_ref(), before.as_ref());
        prop_assert!(reversed(there).contains(&back), "{there} forwards, {back} backwards");
    }

    #[test]
    fn a_cell_compared_with_itself_has_not_changed(cell in drawn()) {
        let cell = cell.as_ref().map(stand);
        let expected = match cell.as_ref().map(|it| it.standing) {
            Some(Standing::Scored(_) | Standing::NotApplicable) => Change::Unchanged,
            Some(Standing::LabError) => Change::BlockedByLab,
            Some(Standing::NotRun | Standing::Blocked) | None => Change::NeverAttempted,
        };
        prop_assert_eq!(Change::between(cell.as_ref(), cell.as_ref()), expected);
    }

    /// Which routes are independent hangs on who shares what, and on nobody's name.
    #[test]
    fn independent_routes_are_counted_exactly(
        routes in prop::collection::vec(prop::collection::vec(0..9_usize, 0..4), 0..9),
        names in Just((0..9).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let carriers = |name: &dyn Fn(usize) -> usize| -> Vec<Carrier> {
            let carrier = |(place, tools): (usize, &Vec<usize>)| Carrier {
                route: format!("r{}", name(place)).parse().unwrap(),
                tools: tools.iter().map(|it| format!("t{}", name(*it)).parse().unwrap()).collect(),
                best: false,
            };
            routes.iter().enumerate().map(carrier).collect()
        };
        let plain = carriers(&|it| it);
        prop_assert_eq!(independent(&plain), by_trying_all(&plain));
        prop_assert_eq!(independent(&carriers(&|it| names[it])), independent(&plain));
    }
}

#[test]
fn the_largest_testbed_is_counted_in_no_time() {
    let pair = |route: usize, a: usize, b: usize| Carrier {
        route: format!("r{route}").parse().unwrap(),
        tools: [a, b].map(|it| format!("t{it}").parse().unwrap()).into(),
        best: false,
    };
    let all_with_all = (0..11).flat_map(|a| (0..a).map(move |b| (a, b)));
    let triangles = (0..21).flat_map(|it| {
        let [a, b, c] = [0, 1, 2].map(|corner| it * 3 + corner);
        [(a, b), (b, c), (c, a)]
    });
    let count = |pairs: &mut dyn Iterator<Item = (usize, usize)>| {
        let carriers: Vec<Carrier> =
            pairs.enumerate().map(|(route, (a, b))| pair(route, a, b)).collect();
        independent(&carriers)
    };
    assert_eq!(count(&mut all_with_all.take(64)), 5);
    assert_eq!(count(&mut triangles.take(63)), 21);
    assert_eq!(count(&mut (0..64).map(|it| (it, (it + 1) % 64))), 32);
}
