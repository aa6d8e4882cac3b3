//! Campaigns of which it is known by hand which version made the difference.

use domain::change::Change;
use domain::step::Step;
use reports::diff::Culprits;

use crate::diff::{by, every, only, since, version};
use crate::years::{Years, arrives, fails, warns};

#[test]
fn of_several_upgrades_the_one_that_tells_good_from_bad_is_named() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .with("host:kernel", "Linux 6.1.0-25")
        .campaign("c-2", every(arrives()))
        .with("host:kernel", "Linux 6.1.0-18")
        .campaign("c-3", every(arrives()))
        .with("host:kernel", "Linux 6.1.0-25")
        .with("converter:canary-two", "6.0")
        .with("platform:kvm", "QEMU 10.1.0, q35")
        .campaign("c-4", every(fails(Step::Restart)))
        .with("converter:canary-two", "5.2")
        .campaign("c-5", every(fails(Step::Restart)));
    let diff = years.diff("c-1", "c-5");
    let cell = only(&diff);
    assert_eq!(since(cell), Some(("c-4", "c-3")));
    let kvm = version("platform:kvm", "QEMU 7.2.22, q35", "QEMU 10.1.0, q35");
    assert_eq!(cell.culprits, Some(Culprits::Sets(vec![vec![kvm]])));
    let subjects: Vec<&str> = diff.versions.iter().map(|it| it.subject.as_str()).collect();
    assert_eq!(subjects, ["host:kernel", "platform:kvm"], "what differs between the two ends");
}

#[test]
fn two_upgraded_together_are_two_alternatives() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .with("host:kernel", "Linux 6.1.0-25")
        .with("platform:kvm", "QEMU 10.1.0, q35")
        .campaign("c-2", every(fails(Step::Restart)));
    let kernel = version("host:kernel", "Linux 6.1.0-18", "Linux 6.1.0-25");
    let kvm = version("platform:kvm", "QEMU 7.2.22, q35", "QEMU 10.1.0, q35");
    let diff = years.diff("c-1", "c-2");
    let both = Culprits::Sets(vec![vec![kernel], vec![kvm]]);
    assert_eq!(only(&diff).culprits, Some(both));
}

#[test]
fn two_that_are_harmless_alone_are_one_set() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .with("host:kernel", "Linux 6.1.0-25")
        .campaign("c-2", every(arrives()))
        .with("host:kernel", "Linux 6.1.0-18")
        .with("platform:kvm", "QEMU 10.1.0, q35")
        .campaign("c-3", every(arrives()))
        .with("platform:kvm", "QEMU 7.2.22, q35")
        .campaign("c-4", every(arrives()))
        .with("host:kernel", "Linux 6.1.0-25")
        .with("platform:kvm", "QEMU 10.1.0, q35")
        .campaign("c-5", every(fails(Step::Restart)));
    let kernel = version("host:kernel", "Linux 6.1.0-18", "Linux 6.1.0-25");
    let kvm = version("platform:kvm", "QEMU 7.2.22, q35", "QEMU 10.1.0, q35");
    let diff = years.diff("c-1", "c-5");
    assert_eq!(only(&diff).culprits, Some(Culprits::Sets(vec![vec![kernel, kvm]])));
}

/// A tool that some of the lost routes do not need cannot have cost them all.
#[test]
fn what_all_lost_routes_have_in_common_is_named() {
    let upgraded = Years::new()
        .campaign("c-1", every(arrives()))
        .with("host:kernel", "Linux 6.1.0-25")
        .with("converter:canary-one", "2.0")
        .with("converter:canary-two", "6.0");
    let kernel = version("host:kernel", "Linux 6.1.0-18", "Linux 6.1.0-25");
    let one = version("converter:canary-one", "1.0", "2.0");
    let two = version("converter:canary-two", "5.2", "6.0");
    let culprits = |years: &Years| only(&years.diff("c-1", "c-2")).culprits.clone().unwrap();
    let all_fail = upgraded.clone().campaign("c-2", every(warns()));
    assert_eq!(culprits(&all_fail), Culprits::Sets(vec![vec![kernel.clone()]]));
    let one_route = upgraded.campaign("c-2", by("canary-other", warns(), arrives()));
    assert_eq!(culprits(&one_route), Culprits::Sets(vec![vec![two.clone()], vec![kernel]]));
    let tools_alone = Years::new()
        .campaign("c-1", every(arrives()))
        .with("converter:canary-one", "2.0")
        .with("converter:canary-two", "6.0")
        .campaign("c-2", every(warns()));
    assert_eq!(culprits(&tools_alone), Culprits::Sets(vec![vec![one, two]]));
}

#[test]
fn routes_that_are_not_walked_any_more_and_new_ones_are_told_as_such() {
    let years = Years::new()
        .campaign("c-1", by("canary-direct", fails(Step::Export), arrives()))
        .with("host:kernel", "Linux 6.1.0-25")
        .campaign("c-2", by("canary-direct", fails(Step::Export), None));
    let cell = |from, to| only(&years.diff(from, to)).clone();
    let (gone, come) = (cell("c-1", "c-2"), cell("c-2", "c-1"));
    assert_eq!((gone.change, gone.culprits), (Change::Regressed, Some(Culprits::OtherRoutes)));
    assert_eq!((come.change, come.culprits), (Change::Fixed, Some(Culprits::OtherRoutes)));
}

#[test]
fn without_versions_nothing_is_said_of_them() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .without_versions()
        .campaign("c-2", every(warns()));
    assert_eq!(only(&years.diff("c-1", "c-2")).culprits, Some(Culprits::Unknown));
}

#[test]
fn when_everything_was_upgraded_at_once_no_version_stands_out() {
    let upgraded = (0..9).fold(Years::new().campaign("c-1", every(arrives())), |years, it| {
        years.with(&format!("host:part-{it}"), "2")
    });
    let years = upgraded.campaign("c-2", every(warns()));
    let Some(Culprits::Unclear(versions)) = only(&years.diff("c-1", "c-2")).culprits.clone() else {
        panic!("nine alternatives tell nothing");
    };
    assert_eq!(versions.len(), 9);
}

/// What made it bad years ago, and was taken back, is not looked for in what makes it bad now.
#[test]
fn an_older_trouble_does_not_hide_the_culprit_of_this_one() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .with("host:kernel", "Linux 6.1.0-25")
        .campaign("c-2", every(warns()))
        .with("host:kernel", "Linux 6.1.0-18")
        .campaign("c-3", every(arrives()))
        .with("platform:kvm", "QEMU 10.1.0, q35")
        .campaign("c-4", every(warns()));
    let diff = years.diff("c-1", "c-4");
    let cell = only(&diff);
    assert_eq!(since(cell), Some(("c-4", "c-3")));
    let kvm = version("platform:kvm", "QEMU 7.2.22, q35", "QEMU 10.1.0, q35");
    assert_eq!(cell.culprits, Some(Culprits::Sets(vec![vec![kvm]])));
}

#[test]
fn versions_of_other_cells_are_never_named() {
    let years = Years::new()
        .campaign("c-1", every(arrives()))
        .with("platform:xen-like", "QEMU 10.1.0, i440fx")
        .with("guest:host-only@acme-like", "image ffff")
        .campaign("c-2", every(fails(Step::Restart)));
    let diff = years.diff("c-1", "c-2");
    assert_eq!(only(&diff).culprits, Some(Culprits::SameVersions));
    assert_eq!(diff.versions.len(), 2);
}
