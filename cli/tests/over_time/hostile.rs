//! Plan files that somebody else wrote: each is refused in few words, and nothing is begun.

use serde_json::{Value, json};

use crate::bench::Bench;

/// The plan of the small testbed.
fn plan(bench: &Bench) -> Value {
    serde_json::from_str(&bench.served(&["plan", "small", "--out", "-"]).out).unwrap()
}

/// Walks a file of these bytes where no tool is installed: a plan that is read fails with 3.
fn refused(bench: &Bench, bytes: impl AsRef<[u8]>, words: &str) {
    bench.write("plan.json", bytes);
    let before = bench.events();
    let called = bench.call_without_tools("run --plan plan.json", b"");
    assert_eq!(called.code, 2, "{words}: {}", called.err);
    assert!(called.err.contains(words), "{words}: {}", called.err);
    assert!(called.err.len() < 2000 && !called.err.contains("panicked"), "{}", called.err);
    assert!(!called.err.contains('\u{1b}'), "{}", called.err);
    assert_eq!(bench.events(), before);
}

#[test]
fn a_plan_of_another_version_is_told_so() {
    let bench = Bench::charted();
    let mut plan = plan(&bench);
    plan["schema"] = json!("portolan.plan/2");
    plan["estimate"] = json!("new in that version");
    refused(&bench, plan.to_string(), "it says schema \"portolan.plan/2\", and this version reads");
    plan["schema"] = json!("\u{1b}[2J");
    refused(&bench, plan.to_string(), "it says schema");
    let matrix = bench.call("matrix --json").out;
    refused(&bench, matrix, "it says schema \"portolan.matrix/1\"");
}

#[test]
fn what_is_no_plan_is_refused() {
    let bench = Bench::charted();
    refused(&bench, "", "it is no plan");
    refused(&bench, [0xff, 0xfe, 0x00], "cannot read plan plan.json");
    refused(&bench, "[".repeat(1 << 20), "it is no plan");
    refused(&bench, include_str!("../../../lab/testbeds/small.toml"), "it is no plan");
    let plan = plan(&bench).to_string();
    refused(&bench, &plan[..plan.len() - 1], "it is no plan: EOF");
    refused(&bench, format!("{plan}{plan}"), "it is no plan: trailing characters");
    let called = bench.call_without_tools("run --plan no-such.json", b"").expect_code(2);
    assert!(called.err.contains("cannot read plan no-such.json"), "{}", called.err);
    let called = bench.call_without_tools("run --plan store", b"").expect_code(2);
    assert!(called.err.contains("cannot read plan store"), "{}", called.err);
}

#[test]
fn a_plan_of_ten_megabytes_is_read_whole_or_refused() {
    let bench = Bench::charted();
    let mut plan = plan(&bench);
    let trial = plan["trials"][0].clone();
    let repeated = |repetition: u32| {
        let mut trial = trial.clone();
        trial["repetition"] = json!(repetition);
        trial
    };
    plan["trials"] = (1..=100_001).map(repeated).collect();
    let text = serde_json::to_string_pretty(&plan).unwrap();
    assert!(text.len() > 10_000_000, "{}", text.len());
    refused(&bench, text, "it has 100001 trials, more than a campaign may have (100000)");
    plan["trials"] = json!([trial]);
    plan["testbed"]["name"] = json!("x".repeat(10 << 20));
    bench.write("plan.json", plan.to_string());
    bench.call_without_tools("run --plan plan.json", b"").expect_code(3);
    plan["x".repeat(10 << 20)] = json!(1);
    refused(&bench, plan.to_string(), "it is no plan: unknown field");
}

#[test]
fn an_endless_plan_is_not_read_to_its_end() {
    let bench = Bench::charted();
    let called = bench.call_without_tools("run --plan /dev/zero", b"").expect_code(2);
    assert!(called.err.contains("more than 67108864 bytes"), "{}", called.err);
}

#[test]
fn a_plan_is_held_to_the_same_rules_as_a_testbed_of_ones_own() {
    let bench = Bench::charted();
    let altered = |place: &str, value: Value| {
        let mut plan = plan(&bench);
        *plan.pointer_mut(place).unwrap() = value;
        plan.to_string()
    };
    for (place, value, words) in [
        (
            "/testbed/platform/0/driver",
            json!("abacus"),
            "wants driver `abacus`; known drivers: qemu",
        ),
        ("/testbed/platform/0/settings/profile", json!("amiga"), "settings.profile is \"amiga\""),
        ("/testbed/guest/0/settings/address", json!("static:;reboot"), "settings.address"),
        ("/testbed/guest/0/settings/kernel", json!("$(id)"), "use `cloud` or `generic`"),
        ("/testbed/slots/cpu", json!(0), "its testbed: slots.cpu is 0"),
        ("/testbed/platform/0/id", json!("../../etc"), "is not an identifier"),
        ("/trials", json!([]), "it has no trials"),
        (
            "/trials/0/route",
            json!("unheard-of"),
            "its testbed has no such guest, platform or route",
        ),
        ("/trials/1/target", json!("kvm-like"), "source and target are the same"),
        ("/trials/0/repetition", json!(0), "repetitions are counted from 1"),
    ] {
        let text = altered(place, value);
        refused(&bench, text, words);
    }
    let twice = plan(&bench)["trials"][0].clone();
    refused(&bench, altered("/trials/1", twice), "it stands twice");
}

#[test]
fn a_plan_and_what_else_says_what_to_walk_exclude_each_other() {
    let bench = Bench::charted();
    for line in [
        "run small --plan p.json",
        "run --plan p.json --resume",
        "run --plan p.json --repeat 2",
        "run --plan p.json --guest lean",
        "plan --stale --repeat 2",
        "plan --stale --guest lean",
        "plan small --baseline spring",
        "plan",
        "run",
    ] {
        bench.call(line).expect_code(2);
    }
}
