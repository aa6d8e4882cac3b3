//! A campaign at the gates of a policy.

use super::{Bench, extending};

#[test]
fn a_gate_that_is_shut_ends_with_one() {
    let bench = Bench::with_history();
    let called = bench.told("gate --policy gold --campaign c-1", 1);
    insta::assert_snapshot!("gate", format!("{}---\n{}", called.out, called.err));
    let called = bench.call("gate --policy gold --campaign c-1 --json");
    let report: serde_json::Value = serde_json::from_str(&called.out).unwrap();
    assert_eq!((called.code, &report["passed"]), (1, &false.into()));
    assert_eq!(report["schema"], "portolan.gate/1");
    assert_eq!(report["facts"]["cells.total"]["integer"], 4);
}

#[test]
fn a_warning_is_told_and_passes() {
    let bench = Bench::with_history();
    let told = bench.told("gate --policy bronze --campaign c-1", 0);
    assert!(told.out.contains("No gate is a FAILURE; a WARNING: C.unscored."), "{}", told.out);
    let told = bench.told("gate --policy gold", 0).out;
    assert!(told.ends_with("Every gate holds.\n"), "the last campaign: {told}");
}

#[test]
fn a_policy_without_gates_judges_nothing_and_says_so() {
    let bench = Bench::with_history();
    bench.refused("gate", "policy portolan-default 2 has no gates, so nothing was judged");
    let gate = "[[gate]]\nid = \"C.regressed\"\ntitle = \"Nothing got worse\"\n\
                compare = { none = { fact = \"changes.regressed\" } }\notherwise = \"FAILURE\"\n";
    bench.write("mine.toml", extending("default", gate));
    let told = bench.told("gate --policy mine.toml", 0).out;
    assert!(told.contains("changes.regressed was not observed"), "{told}");
    bench.write("mine.toml", extending("default", &format!("{gate}unread = \"FAILURE\"\n")));
    bench.told("gate --policy mine.toml", 1);
    let nothing = Bench::new();
    nothing.refused("gate --policy gold", "there is no store at");
}
