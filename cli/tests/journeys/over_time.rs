//! A baseline, an upgrade, the few trials that bring it up to date, and what became of it.

use crate::lab::Lab;

#[test]
fn a_stale_baseline_is_brought_up_to_date_by_real_trials() {
    let lab = Lab::new();
    let part = ["--guest", "server", "--source", "xen-like"];
    lab.run(&[&["run", "small", "--quiet"][..], &part].concat()).expect_code(0);
    lab.run(&["baseline", "set", "first", "--reason", "a beginning"]).expect_code(0);
    assert_eq!(stale(&lab), 0);

    // Declared: the evidence is stale, and one trial of the route that gave the score mends it.
    lab.run(&["upgrade", "kvm-like", "q35 machine", "q35 machine, rev. 2"]).expect_code(0);
    assert_eq!(stale(&lab), 1);
    let file = lab.folder().join("stale.json");
    let file = file.to_str().unwrap();
    lab.run(&["plan", "--stale", "--out", file]).expect_code(0);
    lab.run(&["run", "--plan", file, "--quiet"]).expect_code(0);

    // Every cell of the two is in one class, and the counts sum to them.
    let diff = lab.run(&["diff", "--baseline", "first", "--json", "--fail-on", "regression"]);
    let diff: serde_json::Value = serde_json::from_str(&diff.expect_code(0).out).unwrap();
    let counts = diff["counts"].as_object().unwrap().values();
    assert_eq!(counts.map(|it| it.as_u64().unwrap()).sum::<u64>(), 1);
    assert_eq!(diff["cells_total"], 1);
    assert_eq!(diff["counts"]["regressed"], 0);

    // The campaign found the version that is there: nothing is stale any more.
    assert_eq!(stale(&lab), 0);
    lab.run(&["log", "verify"]).expect_code(0);
    lab.expect_nothing_left();
}

/// How many cells of the baseline are stale.
fn stale(lab: &Lab) -> usize {
    let told = lab.run(&["plan", "--stale", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&told.expect_code(0).out).unwrap();
    told["stale"].as_array().unwrap().len()
}
