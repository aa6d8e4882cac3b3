//! Campaigns whose comparison is known by hand.

use domain::change::Change;
use domain::plan::Trial;
use domain::step::Step;
use reports::diff::{CellDiff, Culprits, Diff, FailOn, VersionDiff};

use crate::tale::{Fate, address, changed};
use crate::years::{Years, arrives, breaks, fails, four_years, warns};

/// One cell alone, by all three routes.
fn cell(trial: &Trial) -> bool {
    (trial.guest.as_str(), trial.source.as_str(), trial.target.as_str())
        == ("portable", "acme-like", "kvm")
}

/// A fate for the one cell, whatever the route.
pub(crate) fn every(fate: Option<Fate>) -> impl Fn(&Trial) -> Option<Fate> {
    move |trial| fate.clone().filter(|_| cell(trial))
}

/// A fate for one route of the one cell, and another for its other routes.
pub(crate) fn by(
    route: &'static str,
    fate: Option<Fate>,
    others: Option<Fate>,
) -> impl Fn(&Trial) -> Option<Fate> {
    move |trial| {
        let fate = if trial.route.as_str() == route { &fate } else { &others };
        fate.clone().filter(|_| cell(trial))
    }
}

#[track_caller]
pub(crate) fn only(diff: &Diff) -> &CellDiff {
    assert_eq!(diff.cells.len(), 1);
    &diff.cells[0]
}

pub(crate) fn since(cell: &CellDiff) -> Option<(&str, &str)> {
    cell.since.as_ref().map(|it| (it.first.as_str(), it.last_other.as_str()))
}

fn open(cell: &CellDiff) -> Option<&str> {
    cell.open_since.as_ref().map(|it| it.as_str())
}

pub(crate) fn version(subject: &str, from: &str, to: &str) -> VersionDiff {
    let [subject, from, to] = [subject, from, to].map(str::to_owned);
    VersionDiff { subject, from, to }
}

#[test]
fn what_passed_and_now_fails_is_told_with_the_first_bad_and_the_last_good() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .campaign("c-2", every(arrives()))
        .campaign("c-3", every(warns()))
        .campaign("c-4", every(fails(Step::Restart)));
    let diff = years.diff("c-1", "c-4");
    let cell = only(&diff);
    assert_eq!(cell.change, Change::Regressed);
    assert_eq!(since(cell), Some(("c-3", "c-2")));
    assert_eq!(open(cell), Some("c-3"));
    assert_eq!(cell.culprits, Some(Culprits::SameVersions));
    assert_eq!(only(&years.diff("c-1", "c-2")).since, None);
}

/// SQUAD forgets a failure after one build; a pinned baseline does not.
#[test]
fn a_failure_that_lasts_is_not_forgotten() {
    let years = Years::new()
        .campaign("v1", every(arrives()))
        .campaign("v2", every(fails(Step::Restart)))
        .campaign("v3", every(fails(Step::Restart)));
    let diff = years.diff("v1", "v3");
    let cell = only(&diff);
    assert_eq!((cell.change, since(cell)), (Change::Regressed, Some(("v2", "v1"))));
    assert_eq!(open(cell), Some("v2"));
}

#[test]
fn a_cell_that_nobody_walks_any_more_is_shown() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .campaign("c-2", every(Some(Fate::NotRun)))
        .campaign("c-3", |_| None);
    let diff = years.diff("c-1", "c-3");
    let cell = only(&diff);
    assert_eq!((cell.change, &cell.after), (Change::Vanished, &None));
    assert_eq!(since(cell), Some(("c-2", "c-1")));
    assert_eq!((open(cell), &cell.culprits), (None, &None));
}

#[test]
fn a_broken_lab_says_nothing_about_the_product() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .campaign("c-2", every(breaks()))
        .campaign("c-3", by("canary-direct", breaks(), fails(Step::Export)));
    for to in ["c-2", "c-3"] {
        let diff = years.diff("c-1", to);
        let cell = only(&diff);
        assert_eq!((cell.change, open(cell)), (Change::BlockedByLab, None), "{to}");
        assert_eq!(since(cell), Some(("c-2", "c-1")), "{to}");
        assert_eq!(diff.gate(FailOn::Regression), None);
    }
    let back = years.diff("c-2", "c-1");
    assert_eq!(only(&back).change, Change::New);
}

#[test]
fn repetitions_that_disagree_are_unstable() {
    let moves = |trial: &Trial| {
        let address_of = ["10.0.0.1/24", "10.0.0.2/24"][trial.repetition as usize - 1];
        Some(changed([address(address_of)])).filter(|_| cell(trial))
    };
    let years = Years::new().campaign("c-1", every(warns())).campaign("c-2", moves);
    let diff = years.diff("c-1", "c-2");
    let cell = only(&diff);
    assert_eq!((cell.change, open(cell)), (Change::Unstable, Some("c-2")));
    assert!(diff.gate(FailOn::Regression).unwrap().contains("1 unstable"));
}

#[test]
fn a_lost_route_is_told_while_the_score_stands() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .with("converter:canary-two", "6.0")
        .campaign("c-2", by("canary-other", fails(Step::Export), arrives()));
    let diff = years.diff("c-1", "c-2");
    let cell = only(&diff);
    assert_eq!(cell.change, Change::RedundancyLost);
    let independent = [&cell.before, &cell.after].map(|it| it.as_ref().unwrap().independent);
    assert_eq!(independent, [2, 1], "canary-ovf shares a tool with canary-direct");
    let upgraded = vec![vec![version("converter:canary-two", "5.2", "6.0")]];
    assert_eq!(cell.culprits, Some(Culprits::Sets(upgraded)));
    assert_eq!((open(cell), diff.gate(FailOn::Regression)), (None, None));
    assert!(diff.gate(FailOn::Change).is_some());
}

#[test]
fn another_route_is_told_while_the_score_stands() {
    let ovf_first = |trial: &Trial| match trial.route.as_str() {
        _ if !cell(trial) => None,
        "canary-ovf" => arrives(),
        "canary-direct" => fails(Step::Restart),
        _ => warns(),
    };
    let years = Years::new()
        .campaign("c-1", by("canary-other", warns(), arrives()))
        .campaign("c-2", ovf_first);
    let diff = years.diff("c-1", "c-2");
    let cell = only(&diff);
    assert_eq!(cell.change, Change::GreenByAnotherRoute);
    let best = [&cell.before, &cell.after].map(|it| it.as_ref().unwrap().best.clone().unwrap());
    assert_eq!(best.map(|it| it.to_string()), ["canary-direct", "canary-ovf"]);
}

#[test]
fn a_fix_is_told_with_the_version_that_brought_it() {
    let years = Years::new()
        .campaign("c-1", every(fails(Step::Restart)))
        .with("guest:portable", "image 8d44")
        .campaign("c-2", every(warns()))
        .campaign("c-3", every(arrives()));
    let diff = years.diff("c-1", "c-3");
    let cell = only(&diff);
    assert_eq!((cell.change, since(cell)), (Change::Fixed, Some(("c-2", "c-1"))));
    let upgraded = vec![vec![version("guest:portable", "image 7c33", "image 8d44")]];
    assert_eq!(cell.culprits, Some(Culprits::Sets(upgraded)));
}

#[test]
fn a_regression_stays_open_until_the_cell_is_as_good_as_in_the_baseline() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .campaign("c-2", every(fails(Step::Restart)))
        .campaign("c-3", |_| None)
        .campaign("c-4", every(breaks()))
        .campaign("c-5", every(warns()))
        .campaign("c-6", every(Some(Fate::NotRun)))
        .campaign("c-7", every(arrives()))
        .campaign("c-8", |_| None);
    let open_in = |to: &str| open(only(&years.diff("c-1", to))).map(str::to_owned);
    for to in ["c-2", "c-3", "c-4", "c-5", "c-6"] {
        assert_eq!(open_in(to).as_deref(), Some("c-2"), "{to}");
        assert!(years.diff("c-1", to).gate(FailOn::Regression).is_some(), "{to}");
    }
    for to in ["c-7", "c-8"] {
        assert_eq!(open_in(to), None, "{to}");
        assert_eq!(years.diff("c-1", to).gate(FailOn::Regression), None, "{to}");
    }
    let pinned_elsewhere = years.diff("c-2", "c-5");
    assert_eq!(only(&pinned_elsewhere).change, Change::Fixed);
    assert_eq!(open(only(&pinned_elsewhere)), None);
}

#[test]
fn a_lost_route_is_no_lower_score_and_does_not_begin_one() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .campaign("c-2", by("canary-other", fails(Step::Export), arrives()))
        .campaign("c-3", every(fails(Step::Export)))
        .campaign("c-4", by("canary-other", fails(Step::Export), arrives()));
    let of = |to: &str| {
        let diff = years.diff("c-1", to);
        let cell = only(&diff);
        (cell.change, since(cell).map(|it| it.0.to_owned()), open(cell).map(str::to_owned))
    };
    let owned = |text: &str| Some(text.to_owned());
    assert_eq!(of("c-3"), (Change::Regressed, owned("c-3"), owned("c-3")));
    assert_eq!(of("c-4"), (Change::RedundancyLost, owned("c-2"), None));
}

#[test]
fn a_baseline_without_a_score_has_nothing_to_lose() {
    let years = Years::new()
        .campaign("c-1", every(breaks()))
        .campaign("c-2", every(arrives()))
        .campaign("c-3", every(fails(Step::Restart)));
    let diff = years.diff("c-1", "c-3");
    let cell = only(&diff);
    assert_eq!((cell.change, since(cell)), (Change::New, Some(("c-2", "c-1"))));
    assert_eq!((open(cell), &cell.culprits), (None, &None));
}

#[test]
fn a_campaign_is_as_good_as_itself() {
    let diff = four_years().diff("c-2013", "c-2013");
    let counts = diff.counts();
    assert_eq!(counts[&Change::Unchanged] + counts[&Change::NeverAttempted], diff.cells.len());
    assert_eq!((diff.open().count(), diff.versions.len()), (0, 0));
    assert!(diff.cells.iter().all(|it| it.since.is_none() && it.culprits.is_none()));
}

#[test]
fn four_years_show_every_class_and_the_counts_sum_to_the_cells() {
    let diff = four_years().diff("c-2013", "c-2016");
    let counts = diff.counts();
    assert_eq!(counts.len(), 12);
    assert!(counts.values().all(|it| *it >= 1), "{counts:?}");
    assert_eq!(counts.values().sum::<usize>(), diff.cells.len());
    let told = diff.gate(FailOn::Regression).unwrap();
    assert_eq!(
        told,
        "4 cells worse than in c-2013: 1 regressed, 1 worse within failure, 1 unstable, \
         1 vanished; 4 open regressions"
    );
    assert_eq!(diff.gate(FailOn::Nothing), None);
}

#[test]
fn one_guest_alone_is_counted_alone() {
    let diff = four_years().diff("c-2013", "c-2016");
    let (all, guest) = (diff.cells.len(), "portable".parse().unwrap());
    let portable = diff.of_guest(&guest);
    assert!(portable.cells.len() < all && !portable.cells.is_empty());
    assert!(portable.cells.iter().all(|it| it.cell.guest == guest));
    assert_eq!(portable.counts().values().sum::<usize>(), portable.cells.len());
}
