//! Thousands of random changes against a second, plain implementation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::aggregate::RouteVerdict;
use domain::change::{Carrier, CellStand, Change};
use domain::event::Pins;
use domain::plan::CellId;
use domain::score::{Score, Standing};
use domain::step::Step;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use reports::chronicle::{CampaignRecord, CellRecord, RouteRecord};
use reports::diff::{CellDiff, Culprits, FailOn, VersionDiff};
use reports::reason::{Reason, Why};

use crate::fixture::testbed;
use crate::years::diff;

/// A cell with one route, in a word: how it stands, its failing step, whether it is unstable.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Drawn {
    standing: Standing,
    step: u8,
    unstable: bool,
    /// Versions of three components.
    versions: [u8; 3],
}

const COMPONENTS: [&str; 3] = ["platform:kvm", "host:kernel", "converter:canary-one"];

fn drawn() -> impl Strategy<Value = Option<Drawn>> {
    let standing = prop_oneof![
        3 => Just(Standing::Scored(Score::Success)),
        2 => Just(Standing::Scored(Score::Warning)),
        2 => Just(Standing::Scored(Score::Failure)),
        1 => Just(Standing::LabError),
        1 => Just(Standing::NotRun),
        1 => Just(Standing::NotApplicable),
    ];
    let cell = (standing, 5..=7_u8, prop::bool::weighted(0.2), prop::array::uniform3(0..2_u8));
    let cell = cell.prop_map(|(standing, step, unstable, versions)| {
        let unstable = unstable && standing.score().is_some();
        Drawn { standing, step, unstable, versions }
    });
    prop::option::weighted(0.9, cell)
}

/// Each row a cell through all campaigns.
fn table() -> impl Strategy<Value = Vec<Vec<Option<Drawn>>>> {
    prop::collection::vec(prop::collection::vec(drawn(), 7), 120..150)
}

fn id(place: usize) -> CellId {
    CellId {
        guest: format!("g{:04}", place / 30).parse().unwrap(),
        source: format!("p{:02}", place % 30).parse().unwrap(),
        target: "kvm".parse().unwrap(),
    }
}

fn campaigns(table: &[Vec<Option<Drawn>>]) -> Vec<CampaignRecord> {
    let start: Timestamp = "2026-11-23T08:30:00Z".parse().unwrap();
    let campaign = |place: usize| {
        let cells = table.iter().enumerate();
        let at = start + SignedDuration::from_hours(place as i64);
        CampaignRecord {
            id: format!("c-{place}").parse().unwrap(),
            started: at,
            last_recorded: at,
            positions: (place as u64, place as u64),
            found: place as u64,
            testbed: Arc::new(testbed()),
            versions: Arc::default(),
            ended: None,
            told: false,
            cells: Arc::new(
                cells.filter_map(|(row, it)| Some((id(row), cell(it[place]?)))).collect(),
            ),
            aside: Arc::default(),
            withheld: Default::default(),
        }
    };
    (0..7).map(campaign).collect()
}

fn versions(drawn: Drawn) -> Pins {
    let pins = COMPONENTS.iter().zip(drawn.versions);
    pins.map(|(subject, version)| ((*subject).to_owned(), version.to_string())).collect()
}

fn cell(drawn: Drawn) -> CellRecord {
    let (standing, unstable) = (drawn.standing, drawn.unstable);
    let route: domain::ids::RouteId = "canary-direct".parse().unwrap();
    let is_scored = standing.score().is_some();
    let carrier =
        Carrier { route: route.clone(), tools: vec!["canary-one".parse().unwrap()], best: true };
    let verdict = RouteVerdict {
        route: route.clone(),
        tools: 1,
        standing,
        unstable,
        scored: usize::from(is_scored),
        planned: 1,
        duration_ms: 1,
    };
    CellRecord {
        stand: CellStand {
            standing,
            unstable,
            limiting: Step::from_number(drawn.step),
            best: is_scored.then(|| route.clone()),
            carriers: is_scored.then_some(carrier).into_iter().collect(),
            unscored: (!is_scored).then_some((route, standing)).into_iter().collect(),
        },
        scored: verdict.scored,
        planned: 1,
        reason: None,
        versions: versions(drawn),
        evidence: None,
        routes: vec![RouteRecord {
            verdict,
            steps: Vec::new(),
            reason: Step::from_number(drawn.step)
                .map(|step| Reason { step, why: Why::NotCompleted }),
            versions: versions(drawn),
            evidence: None,
        }],
    }
}

/// What became of a cell with one route, which is lost or kept as a whole.
fn plain_change(before: Option<Drawn>, after: Option<Drawn>) -> Change {
    let score = |it: Option<Drawn>| it.and_then(|it| it.standing.score());
    let is = |it: Option<Drawn>, wanted| it.map(|it| it.standing) == Some(wanted);
    let (was, now) = (score(before), score(after));
    let newly = |a: Drawn, b: Drawn| b.unstable && !a.unstable;
    match (was, now) {
        (None, Some(_)) => Change::New,
        (_, None) if is(after, Standing::LabError) => Change::BlockedByLab,
        (Some(_), None) => Change::Vanished,
        (None, None) => {
            let silent = |it: Option<Drawn>| it.is_none() || is(it, Standing::NotApplicable);
            let both = silent(before) && silent(after) && (before.is_some() || after.is_some());
            if both { Change::Unchanged } else { Change::NeverAttempted }
        }
        (Some(a), Some(b)) => {
            let (before, after) = (before.unwrap(), after.unwrap());
            match (a, b) {
                (Score::Failure, Score::Failure) if after.step < before.step => {
                    Change::WorseWithinFailure
                }
                (Score::Failure, Score::Failure) if after.step > before.step => Change::Improved,
                (a, b) if a < b && a == Score::Failure => Change::Fixed,
                (a, b) if a < b => Change::Improved,
                _ if newly(before, after) => Change::Unstable,
                (a, b) if a > b => Change::Regressed,
                _ => Change::Unchanged,
            }
        }
    }
}

/// Places of the first campaign that showed it, and of the last that showed something else.
fn plain_since(row: &[Option<Drawn>], to: usize) -> Option<(usize, usize)> {
    use Change::*;
    let class = |place: usize| plain_change(row[0], row[place]);
    let gaps = [Vanished, BlockedByLab, NeverAttempted];
    let alike: &[Change] = match class(to) {
        Unchanged | NeverAttempted => return None,
        Vanished | BlockedByLab => &gaps,
        Regressed | WorseWithinFailure | Unstable => &[Regressed, WorseWithinFailure, Unstable],
        Improved => &[Improved, Fixed],
        Fixed => &[Fixed],
        New => &[New],
        RedundancyLost | GreenByAnotherRoute => unreachable!("one route carries all or nothing"),
    };
    let is_other =
        |place: &usize| !alike.contains(&class(*place)) && !gaps.contains(&class(*place));
    let other = (1..to).filter(is_other).max();
    let never_known =
        gaps.contains(&class(to)) && row[0].is_none_or(|it| it.standing.score().is_none());
    if other.is_none() && never_known {
        return None;
    }
    let after = other.unwrap_or(0) + 1;
    let first = (after..=to).find(|place| alike.contains(&class(*place)))?;
    Some((first, other.unwrap_or(0)))
}

/// A machine that walks forwards: opened by what is worse, closed by what is as good.
fn plain_open(row: &[Option<Drawn>], to: usize) -> Option<usize> {
    let failed = row[0].is_some_and(|it| it.standing == Standing::Scored(Score::Failure));
    let gaps = [Change::Vanished, Change::BlockedByLab, Change::NeverAttempted];
    (1..=to).fold(None, |open, place| match plain_change(row[0], row[place]) {
        it if gaps.contains(&it) => open,
        it if it.is_regression() && !(failed && it == Change::Unstable) => open.or(Some(place)),
        _ => None,
    })
}

/// Whether a route reaches what the baseline had, or what the first better campaign has.
fn reaches(drawn: Drawn, bar: Drawn, stable: bool) -> Option<bool> {
    let rank = |it: Drawn| {
        let score = it.standing.score()?;
        Some((score, if score == Score::Failure { it.step } else { 0 }))
    };
    let (rank, bar) = (rank(drawn)?, rank(bar)?);
    Some(rank.0 > bar.0 || rank >= bar && !(stable && drawn.unstable))
}

/// What the versions say, by trying every set of components.
fn plain_culprits(row: &[Option<Drawn>], to: usize) -> Said {
    let (first, other) = plain_since(row, to).unwrap();
    let class = |place: usize| plain_change(row[0], row[place]);
    let is_better = matches!(class(to), Change::Fixed | Change::Improved);
    let bar = row[if is_better { first } else { 0 }].unwrap();
    let shows = |place: usize| {
        let reaches = reaches(row[place]?, bar, class(first) == Change::Unstable)?;
        Some(reaches == is_better)
    };
    let versions = |place: usize| row[place].unwrap().versions;
    if shows(first) != Some(true) || shows(other) != Some(false) {
        return Said::OtherRoutes;
    }
    let now: Vec<[u8; 3]> =
        (first..=to).filter(|it| shows(*it) == Some(true)).map(versions).collect();
    let outside = (0..first).chain(to + 1..row.len());
    let others: Vec<[u8; 3]> =
        outside.filter(|it| shows(*it) == Some(false)).map(versions).collect();
    if now.iter().any(|it| others.contains(it)) {
        return Said::SameVersions;
    }
    let (a, b) = (versions(other), versions(first));
    let differ = |it: usize, a: &[u8; 3], b: &[u8; 3]| a[it] != b[it];
    let subsets = (1..8_usize).map(|bits| (0..3).filter(|it| bits >> it & 1 == 1).collect());
    let tells = |set: &Vec<usize>| {
        set.iter().all(|it| differ(*it, &a, &b))
            && now.iter().all(|a| others.iter().all(|b| set.iter().any(|it| differ(*it, a, b))))
    };
    let telling: Vec<Vec<usize>> = subsets.filter(tells).collect();
    let smallest = telling.iter().map(Vec::len).min().unwrap_or(0);
    let smallest = telling.into_iter().filter(|it| it.len() == smallest);
    Said::Sets(smallest.map(|set| set.into_iter().map(|it| COMPONENTS[it]).collect()).collect())
}

#[derive(Debug, PartialEq)]
enum Said {
    /// None where no set tells good from bad.
    Sets(BTreeSet<BTreeSet<&'static str>>),
    SameVersions,
    OtherRoutes,
}

fn said(culprits: &Culprits) -> Said {
    let name =
        |it: &VersionDiff| COMPONENTS.into_iter().find(|known| *known == it.subject).unwrap();
    match culprits {
        Culprits::Sets(sets) => {
            Said::Sets(sets.iter().map(|set| set.iter().map(name).collect()).collect())
        }
        Culprits::Unclear(_) => Said::Sets(BTreeSet::new()),
        Culprits::SameVersions => Said::SameVersions,
        Culprits::OtherRoutes => Said::OtherRoutes,
        Culprits::Unknown => panic!("all versions are known"),
    }
}

fn campaign(place: usize) -> String {
    format!("c-{place}")
}

/// Only cells that one of the two planned are told.
fn is_told(row: &[Option<Drawn>], to: usize) -> bool {
    row[0].is_some() || row[to].is_some()
}

fn told(cell: &CellDiff) -> Option<(String, String)> {
    cell.since.as_ref().map(|it| (it.first.to_string(), it.last_other.to_string()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn thousands_of_changes_are_as_a_plain_second_implementation_tells(table in table()) {
        let campaigns = campaigns(&table);
        for to in 1..7 {
            let diff = diff(&campaigns, "c-0", &campaign(to));
            let rows: Vec<&Vec<Option<Drawn>>> = table.iter().filter(|it| is_told(it, to)).collect();
            prop_assert_eq!(diff.cells.len(), rows.len());
            let mut counts: BTreeMap<Change, usize> = Change::ALL.map(|it| (it, 0)).into();
            for (cell, row) in diff.cells.iter().zip(rows) {
                let class = plain_change(row[0], row[to]);
                *counts.get_mut(&class).unwrap() += 1;
                prop_assert_eq!(cell.change, class);
                let since = plain_since(row, to).map(|(a, b)| (campaign(a), campaign(b)));
                prop_assert_eq!(told(cell), since, "{:?}", row);
                let open = cell.open_since.as_ref().map(ToString::to_string);
                prop_assert_eq!(&open, &plain_open(row, to).map(campaign));
                prop_assert!(open.is_none() || class.is_gap() || class.is_regression());
                if let Some(culprits) = &cell.culprits {
                    prop_assert_eq!(said(culprits), plain_culprits(row, to), "{:?}", row);
                }
                let has_culprits = class.is_change() && !class.is_gap() && class != Change::New;
                prop_assert_eq!(cell.culprits.is_some(), has_culprits);
            }
            let sum: usize = diff.counts().values().sum();
            prop_assert_eq!(sum, diff.cells.len());
            prop_assert_eq!(diff.counts(), counts);
        }
    }

    #[test]
    fn a_gate_stops_what_it_says(table in table()) {
        let diff = diff(&campaigns(&table), "c-0", "c-6");
        let worse = diff.cells.iter().any(|it| it.change.is_regression() || it.open_since.is_some());
        prop_assert_eq!(diff.gate(FailOn::Regression).is_some(), worse);
        let changed = diff.cells.iter().any(|it| it.change.is_change() || it.open_since.is_some());
        prop_assert_eq!(diff.gate(FailOn::Change).is_some(), changed);
        prop_assert_eq!(diff.gate(FailOn::Nothing), None);
    }

    /// The order in which campaigns are handed in says nothing; when they started does.
    #[test]
    fn campaigns_are_taken_in_the_order_they_started(
        table in table(),
        order in Just((0..7).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let campaigns = campaigns(&table);
        let shuffled: Vec<CampaignRecord> = order.iter().map(|it| campaigns[*it].clone()).collect();
        prop_assert_eq!(diff(&shuffled, "c-0", "c-6"), diff(&campaigns, "c-0", "c-6"));
    }
}
