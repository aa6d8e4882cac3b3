//! Plans of what is stale: what they say, how they are written, and that a run reads them.

use domain::declare::Declaration;
use domain::plan_file::PlanFile;

use crate::bench::Bench;
use crate::fixture::*;

/// With a baseline of spring and an upgrade of one platform since summer.
fn upgraded() -> Bench {
    let bench = Bench::charted();
    bench.set_baseline("spring", "c-spring", "2024-03-02T00:00:00Z");
    let declaration = Declaration::Upgrade {
        subject: "platform:kvm-like".to_owned(),
        from: "QEMU 7.2.22, q35".to_owned(),
        to: "QEMU 10.1.0, q35".to_owned(),
    };
    bench.declare(declaration, "2024-07-01T00:00:00Z");
    bench
}

const NOT_INSTALLED: &str = "`qemu-system-x86_64` is not installed";

#[test]
fn what_is_stale_and_what_would_mend_it_reads_well() {
    let bench = upgraded();
    insta::assert_snapshot!("stale", bench.served(&["plan", "--stale"]).out);
    insta::assert_snapshot!("stale_json", bench.served(&["plan", "--stale", "--json"]).out);
    let written =
        bench.served(&["plan", "--stale", "--baseline", "spring", "--out", "my plan.json"]).out;
    assert!(written.ends_with("To walk it: portolan run --plan 'my plan.json'\n"), "{written}");
    insta::assert_snapshot!("plan_file", String::from_utf8(bench.read("my plan.json")).unwrap());
}

#[test]
fn a_plan_is_read_back_by_a_run() {
    let bench = upgraded();
    bench.served(&["plan", "--stale", "--out", "stale.json", "--quiet"]);
    let plan = PlanFile::parse(&String::from_utf8(bench.read("stale.json")).unwrap()).unwrap();
    assert_eq!((plan.trials.len(), plan.testbed == testbed()), (4, true));
    assert_eq!(plan.baseline.unwrap().as_str(), "spring");
    let before = bench.events();
    let started = bench.call_without_tools("run --plan stale.json", b"").expect_code(3);
    assert!(started.err.contains(NOT_INSTALLED), "{}", started.err);
    assert_eq!(bench.events(), before);
    // So is the plan of a whole testbed.
    bench.served(&["plan", "small", "--repeat", "2", "--out", "whole.json"]);
    let plan = PlanFile::parse(&String::from_utf8(bench.read("whole.json")).unwrap()).unwrap();
    assert_eq!((plan.trials.len(), plan.baseline), (16, None));
    let started = bench.call_without_tools("run --plan whole.json", b"").expect_code(3);
    assert!(started.err.contains(NOT_INSTALLED), "{}", started.err);
}

#[test]
fn a_plan_on_standard_output_stands_there_alone() {
    let bench = upgraded();
    for words in [
        &["plan", "--stale", "--out", "-"][..],
        &["plan", "--stale", "--out", "-", "--json"],
        &["plan", "small", "--out", "-"],
    ] {
        let plan = bench.served(words).out;
        PlanFile::parse(&plan).unwrap();
        let started =
            bench.call_without_tools("run --plan /dev/stdin", plan.as_bytes()).expect_code(3);
        assert!(started.err.contains(NOT_INSTALLED), "{}", started.err);
    }
}

#[test]
fn another_testbed_is_walked_where_it_has_what_the_baseline_has() {
    let bench = upgraded();
    let small = include_str!("../../../lab/testbeds/small.toml");
    bench.write("mine.toml", small.replace("small lab", "my lab"));
    bench.served(&["plan", "mine.toml", "--stale", "--out", "stale.json"]);
    let plan = PlanFile::parse(&String::from_utf8(bench.read("stale.json")).unwrap()).unwrap();
    assert_eq!(plan.testbed.name, "my lab");
    bench.write("other.toml", small.replace("id = \"ovf\"", "id = \"package\""));
    let line = "plan other.toml --stale --out other.json";
    bench.refused(
        line,
        2,
        "lean xen-like → kvm-like by ovf: its testbed has no such guest, platform or route",
    );
    assert!(!bench.file("other.json").exists());
}

#[test]
fn where_nothing_is_stale_there_is_no_plan() {
    let bench = Bench::charted();
    bench.refused("plan --stale", 2, "there is no baseline yet: portolan baseline set NAME");
    bench.set_baseline("spring", "c-spring", "2024-03-02T00:00:00Z");
    assert_eq!(
        bench.served(&["plan", "--stale"]).out,
        "Baseline spring: 4 cells, none of them stale.\n"
    );
    bench.write("stale.json", "an older plan");
    bench.refused(
        "plan --stale --out stale.json",
        2,
        "nothing is stale, so there is no plan to write",
    );
    assert_eq!(bench.read("stale.json"), b"an older plan");
}

#[test]
fn of_a_baseline_that_another_system_told_the_testbed_is_to_be_named() {
    let bench = Bench::empty();
    take_over(&bench.desk(), "c-2013", "2024-07-01T00:00:00Z");
    bench.served(&["baseline", "set", "poc"]);
    let stale = bench.served(&["plan", "--stale"]).out;
    assert!(stale.starts_with("Baseline poc: 3 of 3 cells stale.\n"), "{stale}");
    bench.refused("plan --stale --out p.json", 2, "portolan plan TESTBED --stale --baseline poc");
    bench.served(&["plan", "small", "--stale", "--out", "p.json"]);
    let plan = PlanFile::parse(&String::from_utf8(bench.read("p.json")).unwrap()).unwrap();
    assert_eq!(plan.trials.len(), 3);
}

#[test]
fn a_plan_that_cannot_be_written_is_an_error() {
    let bench = upgraded();
    bench.refused("plan --stale --out no/such/folder.json", 2, "cannot write no/such/folder.json");
    bench.refused("plan --stale --out store", 2, "cannot write store");
}
